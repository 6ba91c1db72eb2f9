"""Files of services and answers: a broken one, and the real tree of a city."""

from __future__ import annotations

import csv

import pytest

from tracte.knowledge import competence, loading, search
from tracte.knowledge.models import Service
from tracte.knowledge.tests.town import AT


def write(tmp_path, text: str):
    path = tmp_path / "serveis.yml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "serveis.yml: while parsing"),
        ("just words", "a list of entries"),
        ("- {key: a, names: {ca: A}}\n- {key: b, names: {es: B}}", "serveis.yml: b: Falta el nom en català"),
        ("- {key: a, names: {ca: A}, colour: red}", "a: Un servei no té «colour»"),
        ("- {key: a, names: {ca: A}, competences: [{unit: res, since: 2024-01-01}]}", "a: no unit has the code res"),
        ("- {key: a, names: {ca: A}, children: [{key: 'b c', names: {ca: B}}]}", "a.b c: La clau"),
    ],
)
def test_a_broken_file_says_where_and_loads_nothing(administration, tmp_path, text, says):
    with pytest.raises(loading.CannotLoad, match=says) as told:
        loading.load_services(write(tmp_path, text), by=None, at=AT)
    assert "\n" not in str(told.value) and not Service.objects.exists()


def test_what_a_file_does_not_say_stays(administration, tmp_path):
    loading.load_services(write(tmp_path, "- {key: a, names: {ca: A}, claim_days: 9}"), by=None, at=AT)
    report = loading.load_services(write(tmp_path, "- {key: a, names: {ca: AA}}"), by=None, at=AT)
    assert report == {"new": 0, "changed": 1, "unchanged": 0}
    assert (Service.objects.get().claim_days, Service.objects.get().name("ca")) == (9, "AA")


def test_the_real_tree_of_a_city(administration, real_data):
    with real_data("iris_bcn/iris_bcn_closed_2021-01_02.csv").open(newline="") as file:
        rows = [(row["Area"], row["Subject"], row["Detailed"]) for row in csv.DictReader(file)]
    tree = list(dict.fromkeys(rows))
    report = loading.load_tree(tree, language="en", by=None, at=AT, source="iris")
    details = {tuple(part.strip() for part in row if part.strip()) for row in rows}
    leaves = Service.objects.filter(children=None).count()
    assert report["new"] == Service.objects.count() and not report["changed"]
    assert leaves <= len(details) and leaves > 250
    again = loading.load_tree(tree, language="en", by=None, at=AT, source="iris")
    assert (again["new"], again["changed"]) == (0, 0)
    keys = {service.key: service for service in Service.objects.all()}
    for names in details:
        assert ".".join(loading.slug(name) for name in names) in keys
    hits = [hit.title for hit in search.find("pigeons", "en")]
    assert "Pigeons in public spaces" in hits
    assert "Pigeons in public spaces" in [hit.title for hit in search.find("pigons public spces ", "en")]
    cases = [(keys[".".join(loading.slug(part) for part in row if part.strip())].id, None, AT.date()) for row in rows]
    assert len(cases) > 38_000 and set(competence.route(cases)) == set(cases)
