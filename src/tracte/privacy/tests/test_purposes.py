from django.utils import translation

from tracte.privacy.actions import install_purposes
from tracte.privacy.models import Purpose
from tracte.privacy.purposes import PURPOSES


def test_the_built_in_purposes_come_in_four_languages(administration):
    install_purposes()
    assert set(Purpose.objects.values_list("key", flat=True)) == set(PURPOSES)
    for purpose in Purpose.objects.all():
        assert set(purpose.labels) == set(purpose.explanations) == {"ca", "es", "oc", "en"}
        assert all(purpose.labels.values()) and all(purpose.explanations.values())


def test_what_an_administration_worded_itself_stays(administration):
    install_purposes()
    Purpose.objects.filter(key="attend").update(labels={"ca": "atendre"})
    install_purposes()
    assert Purpose.objects.count() == len(PURPOSES)
    assert Purpose.objects.get(key="attend").label("en") == "atendre"


def test_agents_are_offered_only_what_is_theirs(administration):
    install_purposes()
    assert [p.key for p in Purpose.objects.offered()] == ["attend", "complaint", "correct", "merge"]


def test_a_purpose_speaks_the_language_of_the_page(administration):
    install_purposes()
    purpose = Purpose.objects.get(key="attend")
    with translation.override("es"):
        assert str(purpose) == "responder a una consulta"
    with translation.override("oc"):
        assert purpose.explanation().startswith("Era persona")
