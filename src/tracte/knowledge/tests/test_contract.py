"""What a contract is held to: by the actions in words, by the database in fact; and each edit kept."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from conftest import _hired
from tests.threads import together
from tracte.core import tenancy
from tracte.core.actions import add_unit, hire
from tracte.core.models import Event
from tracte.knowledge import actions, contract, fields
from tracte.knowledge.fields import Wrong
from tracte.knowledge.models import Service, ServiceRevision
from tracte.knowledge.tests.town import AT, LONG_AGO

LAMP = [{"key": "fanal", "kind": "text", "labels": {"ca": "Fanal"}, "is_required": True}]
KIND = {"key": "que", "kind": "choice", "labels": {"ca": "Què"}}
TWO = [{"value": "a", "labels": {"ca": "A"}}, {"value": "b", "labels": {"ca": "B"}}]


def revise(town, of="carrer.llum", **parts):
    return actions.revise(town.services[of], by=None, at=AT, **parts)


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"names": {"es": "Luz"}}, "Falta el nom en català"),
        ({"names": {"ca": "Llum", "fr": "Lumière"}}, "un text per llengua"),
        ({"key": "Amb Espais"}, "La clau ha de ser un camí"),
        ({"key": "carrer"}, "Ja hi ha un servei"),
        ({"parent": "res"}, "No hi ha cap servei"),
        ({"parent": "carrer.llum.fanal"}, "no penja de si mateix"),
        ({"parent": "carrer.llum"}, "no penja de si mateix"),
        ({"topic": "res"}, "No hi ha cap tema"),
        ({"fallback_unit": "res"}, "No hi ha cap unitat"),
        ({"readers": ["res"]}, "No hi ha cap unitat"),
        ({"term_amount": 3}, "Un termini necessita"),
        ({"is_confidential": True, "open_data": "place"}, "no se’n publica res"),
        (
            {"visibilities": [{"application": "web", "since": AT.date(), "until": LONG_AGO}]},
            "ha de ser després del dia que comença",
        ),
        ({"fields": [{"key": "a b", "kind": "text", "labels": {"ca": "X"}}]}, "ha de començar per lletra"),
        ({"colour": "red"}, "Un servei no té «colour»"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(town, parts, says):
    with pytest.raises(Wrong, match=says), transaction.atomic():
        revise(town, **parts)
    assert ServiceRevision.objects.filter(service=town.services["carrer.llum"]).count() == 1
    assert contract.plain(Service.objects.get(key="carrer.llum"))["names"] == {"ca": "Enllumenat"}


def test_the_database_refuses_what_passes_by_the_actions(town):
    one = town.services["carrer.llum"]
    for change in ({"names": {"es": "Luz"}}, {"term_amount": 3}, {"key": "A b"}, {"open_data": "all"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Service.objects.filter(id=one.id).update(**change)
    with pytest.raises(IntegrityError, match="within itself"), transaction.atomic():
        Service.objects.filter(key="carrer").update(parent=town.services["carrer.llum.fanal"])


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_make_no_loop(administration):
    with tenancy.acting_for(administration):
        for key in ("a", "b"):
            actions.add_service(key=key, names={"ca": key}, by=None, at=AT)

    def move(key: str, above: str) -> bool:
        try:
            with tenancy.acting_for(administration):
                actions.revise(Service.objects.get(key=key), parent=above, by=None, at=AT)
        except Wrong:
            return False
        return True

    assert sorted(together(lambda: move("a", "b"), lambda: move("b", "a"))) == [False, True]


def test_a_tree_is_at_most_eight_deep(administration):
    key = None
    with pytest.raises(Wrong, match="vuit nivells"):
        for n in range(12):
            below = f"{key}.n{n}" if key else f"n{n}"
            actions.add_service(key=below, parent=key, names={"ca": below}, by=None, at=AT)
            key = below
    assert Service.objects.count() == 9


def test_each_edit_is_kept_with_who_when_and_what(town):
    nuria = _hired(town.services["carrer"].administration_id, "Núria Vila", "editor")
    actions.revise(town.services["carrer"], names={"ca": "Via pública"}, claim_days=30, by=nuria, at=AT)
    last = ServiceRevision.objects.filter(service=town.services["carrer"]).latest("id")
    assert (last.by, last.at) == (nuria, AT)
    assert last.before == {"names": {"ca": "Carrer"}, "claim_days": None}
    assert last.after == {"names": {"ca": "Via pública"}, "claim_days": 30}
    actions.revise(town.services["carrer"], claim_days=30, by=nuria, at=AT)
    assert ServiceRevision.objects.latest("id") == last
    assert Event.objects.filter(name="knowledge.service.revised").count() == 1


def test_who_had_read_an_older_one_overwrites_nothing(town):
    seen = town.services["carrer"].revisions.latest("id").id
    revise(town, "carrer", claim_days=30)
    with pytest.raises(actions.Conflict):
        revise(town, "carrer", claim_days=10, seen=seen)
    assert Service.objects.get(key="carrer").claim_days == 30


def test_a_promise_is_inherited_part_by_part(town):
    revise(town, "carrer", term_amount=10, term_unit="working_days", calendar_key="oficines", channels=["email"])
    revise(town, "carrer.llum", channels=["calls"])
    held = contract.promise(town.services["carrer.llum.fanal"])
    assert (held.amount, held.unit, held.calendar_key, held.channels) == (10, "working_days", "oficines", ["calls"])
    assert held.of == town.services["carrer"].id
    revise(town, "carrer.llum.fanal", term_amount=2, term_unit="months")
    assert contract.promise(town.services["carrer.llum.fanal"]).unit == "months"


def test_a_confidential_service_is_whole_for_its_units_and_those_beneath(town):
    beneath = add_unit(code="brigada", name="Brigada", since=LONG_AGO, parent=town.units["llums"])
    people = {
        code: hire(email=f"{code}@exemple.cat", full_name=code, unit=unit, roles=["agent"])
        for code, unit in (("llums", town.units["llums"]), ("dins", beneath), ("sobre", town.units["govern"]))
    }
    service = town.services["carrer.llum"]
    assert not any(contract.redacted(service, one) for one in people.values())
    service = revise(town, is_confidential=True)
    assert all(contract.redacted(service, one) for one in people.values())
    revise(town, readers=["llums"])
    assert {code for code, one in people.items() if contract.redacted(service, one)} == {"sobre"}


def test_each_application_sees_it_in_its_days(town):
    day = dt.date(2026, 5, 1)
    service = revise(town, visibilities=[{"application": "web", "since": day, "until": dt.date(2026, 6, 1)}])
    days = [dt.date(2026, 4, 30), day, dt.date(2026, 5, 31), dt.date(2026, 6, 1)]
    assert [contract.is_visible(service, "web", one) for one in days] == [False, True, True, False]
    assert all(contract.is_visible(service, "kiosk", one) for one in days)
    actions.retire(service, reason="Prou.", by=None, at=AT)
    assert not contract.is_visible(Service.objects.get(id=service.id), "kiosk", day)


@pytest.mark.parametrize(
    ("given_fields", "says"),
    [
        ("no", "una llista"),
        (["x"], "no és un camp"),
        ([LAMP[0] | {"colour": 1}], "no existeix"),
        ([LAMP[0] | {"kind": "colour"}], "tipus conegut"),
        ([LAMP[0] | {"labels": {"es": "Farola"}}], "en català"),
        ([LAMP[0] | {"is_required": "yes"}], "sí o no"),
        ([LAMP[0] | {"choices": TWO}], "treu-ne les opcions"),
        ([KIND], "dues opcions"),
        ([KIND | {"choices": [TWO[0], TWO[0]]}], "dues opcions"),
        (LAMP * 2, "dos camps"),
        (LAMP * 41, "com a molt"),
    ],
)
def test_fields_that_could_not_be_asked_are_refused(given_fields, says):
    with pytest.raises(Wrong, match=says):
        fields.check(given_fields)


def test_what_is_filled_in_is_cleaned_or_complained_about():
    asked = fields.check(
        [
            *LAMP,
            KIND | {"choices": TWO},
            *({"key": kind, "kind": kind, "labels": {"ca": kind.title()}} for kind in ("date", "number", "place")),
            {"key": "codi", "kind": "text", "labels": {"ca": "Codi"}, "for_agents": True},
        ]
    )
    right = {"fanal": " 12 ", "que": "a", "date": "2026-02-28", "number": "3,5", "place": ""}
    assert fields.filled(asked, right) == {"fanal": "12", "que": "a", "date": "2026-02-28", "number": 3.5}
    for wrong, says in (
        ({"fanal": ""}, "Falta «Fanal»"),
        ({"que": "z"}, "una de les opcions"),
        ({"date": "2026-02-30"}, "ha de ser un dia"),
        ({"number": "1e9"}, "ha de ser un nombre"),
        ({"fanal": "x" * 201}, "massa llarg"),
        ({"codi": "B7"}, "cap camp «codi»"),
    ):
        with pytest.raises(Wrong, match=says):
            fields.filled(asked, right | wrong)
    assert fields.filled(asked, right | {"codi": "B7"}, by_agent=True)["codi"] == "B7"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["key", "kind", "labels", "choices", "ca", "value"]) | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(JSON)
def test_anything_at_all_is_kept_or_refused_in_words(anything):
    try:
        kept = fields.check(anything)
    except Wrong as wrong:
        assert all(wrong.lines)
    else:
        assert fields.check(kept) == kept
