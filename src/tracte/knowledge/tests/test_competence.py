"""Who gets it: the statement that routes any number, held to a naive walk; and its words."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracte.core.actions import add_unit
from tracte.core.models import Unit, UnitVersion
from tracte.knowledge import actions, competence
from tracte.knowledge.models import Competence, Service, ServiceRevision
from tracte.knowledge.tests.town import AT, LONG_AGO
from tracte.vocabularies.models import Concept

TODAY = dt.date(2026, 4, 1)
RANK = ["", "municipality", "comarca", "vegueria", "province", "country"]


def assign(town, service, unit, place=None, since=LONG_AGO):
    return actions.assign(
        town.services[service],
        unit and town.units[unit],
        territory=place and town.places[place],
        since=since,
        by=None,
        at=AT,
    )


def who(town, service, place=None, on=TODAY):
    found = competence.who(town.services[service], place and town.places[place], on)
    return found.unit.code, found.why


def naive(service: Service, place: Concept | None, on: dt.date) -> Unit:
    """The rule of the docstring, one row after another."""
    wider = {}
    edge = [(place, 0)] if place else []
    while edge:
        one, far = edge.pop()
        wider[one.id] = min((RANK.index(one.kind), far), wider.get(one.id, (9, 99)))
        edge += [(one.parent, far + 1)] if one.parent else []
        edge += [(m.member_of, far + 1) for m in one.memberships.on(on)]
    line = [service]
    while line[-1].parent:
        line.append(line[-1].parent)
    for one in line:
        held = {}
        for row in one.competences.filter(valid_from__lte=on).order_by("valid_from"):
            held[row.territory_id] = row.unit
        fits = [(wider.get(t, (99, 0)), u) for t, u in held.items() if u and is_open(u, on) and (not t or t in wider)]
        if fits:
            return min(fits, key=lambda fit: fit[0])[1]
    for one in line:
        if one.fallback_unit and is_open(one.fallback_unit, on):
            return one.fallback_unit
    return Unit.objects.get(code="govern")


def is_open(unit: Unit, on: dt.date) -> bool:
    version = unit.at(on)
    return version is not None and not version.is_closed


def test_the_most_specific_territory_wins(town):
    assign(town, "carrer.llum", "llums")
    assign(town, "carrer.llum", "camp", "camp")
    assign(town, "carrer.llum", "aran", "baixcamp")
    unit, why = who(town, "carrer.llum", "riudeclar")
    assert unit == "aran" and why == "Riudeclar és dins de Baixcamp, i allà de «Enllumenat» se n’ocupa Aran."
    assert who(town, "carrer.llum", "barri")[0] == "aran"
    assert who(town, "carrer.llum", "vielha") == ("llums", "De «Enllumenat» se n’ocupa Llums a tot arreu.")
    assert who(town, "carrer.llum")[0] == "llums"


def test_its_own_rule_wins_over_that_of_the_service_above(town):
    assign(town, "carrer", "aran", "riudeclar")
    assign(town, "carrer.llum", "llums")
    assert who(town, "carrer.llum.fanal", "riudeclar") == (
        "llums",
        "Ho hereta de «Enllumenat»: se n’ocupa Llums a tot arreu.",
    )
    assert who(town, "carrer", "riudeclar") == ("aran", "De «Carrer», a Riudeclar se n’ocupa Aran.")


def test_without_a_rule_the_fallback_and_then_the_root(town):
    unit, why = who(town, "carrer.llum.fanal", "vielha")
    assert unit == "govern" and "que és l’arrel" in why
    actions.revise(town.services["carrer"], fallback_unit="bustia", by=None, at=AT)
    unit, why = who(town, "carrer.llum.fanal", "vielha")
    assert unit == "bustia" and "«Carrer», que és més amunt, té Bustia" in why


def test_a_rule_holds_from_its_day_until_the_next_and_may_end(town):
    assign(town, "carrer", "llums", since=dt.date(2025, 1, 1))
    assign(town, "carrer", "camp", since=dt.date(2026, 1, 1))
    assign(town, "carrer", None, since=dt.date(2026, 6, 1))
    days = [dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 6, 1)]
    assert [who(town, "carrer", on=day)[0] for day in days] == ["govern", "llums", "llums", "camp", "govern"]
    assert ServiceRevision.objects.filter(service=town.services["carrer"]).count() == 4


def test_two_rules_of_one_day_cannot_be(town):
    assign(town, "carrer", "llums")
    assign(town, "carrer", "camp")  # the last word
    assert who(town, "carrer")[0] == "camp"
    with pytest.raises(IntegrityError, match="competence_one_a_day"), transaction.atomic():
        Competence.objects.create(service=town.services["carrer"], unit=town.units["aran"], valid_from=LONG_AGO)


def test_a_closed_unit_gets_nothing(town):
    assign(town, "carrer.llum", "llums")
    assign(town, "carrer", "camp")
    add_unit(code="llums", name="Llums", since=dt.date(2026, 3, 1))
    UnitVersion.objects.filter(unit=town.units["llums"], valid_from=dt.date(2026, 3, 1)).update(is_closed=True)
    assert who(town, "carrer.llum")[0] == "camp"
    assert who(town, "carrer.llum", on=dt.date(2026, 2, 1))[0] == "llums"


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rules=st.lists(
        st.tuples(
            st.sampled_from(["carrer", "carrer.llum", "carrer.llum.fanal"]),
            st.sampled_from([None, "riudeclar", "baixcamp", "camp", "tarragona", "aran", "barri"]),
            st.sampled_from([None, "llums", "aran", "camp"]),
            st.dates(dt.date(2025, 12, 1), dt.date(2026, 4, 5)),
        ),
        max_size=12,
    ),
    fallback=st.sampled_from([None, "bustia"]),
)
def test_one_statement_says_what_the_naive_walk_says(town, rules, fallback):
    with transaction.atomic():
        for service, place, unit, since in rules:
            assign(town, service, unit, place, since)
        Service.objects.filter(key="carrer.llum").update(fallback_unit=fallback and town.units[fallback])
        services = Service.objects.select_related("parent__parent", "fallback_unit", "parent__fallback_unit")
        cases = {
            (service.id, place and place.id, day): (service, place, day)
            for service in services
            for place in (None, *Concept.objects.select_related("parent"))
            for day in (dt.date(2025, 12, 15), TODAY)
        }
        found = competence.route(cases)
        wrong = {
            (str(service), str(place), day): (found[key].unit, naive(service, place, day).id)
            for key, (service, place, day) in cases.items()
            if found[key].unit != naive(service, place, day).id
        }
        assert not wrong
        transaction.set_rollback(True)


def test_thousands_are_routed_together(town):
    assign(town, "carrer", "camp", "camp")
    places = [None, *town.places.values()]
    cases = [
        (service.id, place and place.id, dt.date(2026, 1, 1) + dt.timedelta(days=n))
        for service in town.services.values()
        for place in places
        for n in range(100)
    ]
    found = competence.route(cases)
    assert len(found) == len(cases) == 2400
    inside = {town.places[code].id for code in ("riudeclar", "baixcamp", "camp", "barri")}
    assert {place for (_, place, _), one in found.items() if one.unit == town.units["camp"].id} == inside
