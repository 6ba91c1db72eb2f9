"""A program's key is shown once, kept as a hash, says what it may do, and can be ended for good."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.db import ProgrammingError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tracte.core import tenancy
from tracte.core.actions import administration_of_key, issue_key, open_key, revoke_key
from tracte.core.models import ApiKey, Event, Revocation


@pytest.fixture
def secret(agent) -> str:
    return issue_key(name="Centraleta", scopes=["interactions:trucades"], by=agent)


def test_a_key_opens_what_its_scopes_say(secret, agent):
    key = open_key(secret)
    assert (key.name, key.scopes, key.created_by) == ("Centraleta", ["interactions:trucades"], agent)


@pytest.mark.parametrize("spoil", [lambda s: s[:-1], lambda s: s + "x", str.upper, lambda s: s[-8:], lambda s: ""])
def test_what_only_resembles_a_key_opens_nothing(secret, spoil):
    assert open_key(spoil(secret)) is None


def test_the_secret_is_kept_nowhere_only_its_hash(secret):
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(k) || jsonb_build_object('digest', encode(k.digest, 'hex')) FROM core_apikey k")
        row = json.loads(cursor.fetchone()[0])
        cursor.execute("SELECT string_agg(e::text, '') FROM core_event e")
        events = cursor.fetchone()[0]
    assert row["digest"] == hashlib.sha256(secret.encode()).hexdigest()
    random_part = secret.split("_", 2)[2]
    assert row["prefix"] == secret[-8:]
    assert random_part[:12] not in json.dumps(row) + events + str(ApiKey.objects.get())
    assert len(random_part) >= 43, "256 bits leave nothing to guess"


def test_two_keys_are_never_the_same(administration):
    made = {issue_key(name="bis", scopes=[], by=None) for _ in range(20)}
    assert len(made) == 20 == ApiKey.objects.count()


def test_a_revoked_key_opens_nothing_and_its_neighbour_still_does(secret, agent):
    other = issue_key(name="Una altra", scopes=[], by=agent)
    revoke_key(open_key(secret), by=agent)
    assert open_key(secret) is None
    assert open_key(other).name == "Una altra"
    assert Revocation.objects.get().by == agent


def test_revoking_twice_is_once(secret, agent):
    key = open_key(secret)
    revoke_key(key, by=agent)
    revoke_key(key, by=None)
    assert Revocation.objects.get().by == agent
    assert Event.objects.filter(name="core.key.revoked").count() == 1


@pytest.mark.parametrize("statement", ["DELETE FROM core_revocation", "UPDATE core_revocation SET at = now()"])
def test_a_revocation_stays(secret, agent, statement):
    revoke_key(open_key(secret), by=agent)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)


def test_issuing_and_revoking_are_told_by_id(secret, agent):
    key = open_key(secret)
    revoke_key(key, by=agent)
    told = list(Event.objects.order_by("id").values_list("name", "ids"))
    assert told == [("core.key.issued", {"key": str(key.id)}), ("core.key.revoked", {"key": str(key.id)})]


def test_a_key_is_of_one_administration(secret, administration, other_administration):
    assert administration_of_key(secret) == administration
    with tenancy.acting_for(other_administration):
        assert open_key(secret) is None


@pytest.mark.django_db(transaction=True)
def test_outside_of_an_administration_no_key_is_issued(administration):
    with pytest.raises(LookupError, match="no administration"):
        issue_key(name="de ningú", scopes=[], by=None)


@given(st.one_of(st.text(), st.text().map("tr_{}_x".format)))
def test_nonsense_names_no_administration(text):
    assert administration_of_key(text) is None
