"""The demo's services and answers: whole, in four languages, and left alone once they are there."""

from tracte.config import seeding
from tracte.core.models import Event
from tracte.knowledge import competence, loading, search
from tracte.knowledge.answers.models import Answer, AnswerText
from tracte.knowledge.models import LANGUAGES, Competence, Service, ServiceRevision
from tracte.knowledge.tests.town import AT
from tracte.vocabularies.models import Concept


def test_the_demo_loads_whole_in_four_languages_and_again_changes_nothing(administration):
    seeding.furnish(administration)
    seeding.hire_demo_staff(administration)
    seeding.describe_services(administration)
    assert Service.objects.count() >= 12 and Answer.objects.count() >= 30
    assert all(set(service.names) == set(LANGUAGES) for service in Service.objects.all())
    assert AnswerText.objects.count() == 4 * Answer.objects.count() and not Answer.objects.stale().exists()
    counts = [model.objects.count() for model in (ServiceRevision, AnswerText, Competence, Event)]
    for name, load in (("services", loading.load_services), ("answers", loading.load_answers)):
        report = load(seeding.DEMO / f"{name}.yml", by=None, at=AT)
        assert report == {"new": 0, "changed": 0, "unchanged": report["unchanged"]} and report["unchanged"]
    seeding.describe_services(administration)
    assert [model.objects.count() for model in (ServiceRevision, AnswerText, Competence, Event)] == counts
    lamp, aran = Service.objects.get(key="carrer.enllumenat"), Concept.objects.get(code="c39")
    assert competence.who(lamp, aran, AT.date()).unit.code == "oficina-aran"
    assert competence.who(lamp, Concept.objects.get(code="43999"), AT.date()).unit.code == "via-publica"
    titles = {"ca": "farola fosa", "es": "no funciona la farola", "oc": "fanau", "en": "my lamp is dark"}
    for language, query in titles.items():
        assert lamp.id in [hit.service for hit in search.find(query, language)[:3]], query
