"""The same thing delivered several times at the same moment is one interaction."""

import json

import pytest
from django.test import Client

from tests.threads import together
from tracte.channels import actions
from tracte.channels.models import Account, Interaction, InteractionKey, RawPayload, Reject
from tracte.channels.tests.letters import anna, event, message, ndjson
from tracte.core import tenancy
from tracte.core.actions import issue_key
from tracte.people.actions import drift
from tracte.people.models import Person, SourceRecord

pytestmark = pytest.mark.django_db(transaction=True)
UPDATE = {
    "update_id": 417,
    "message": {
        "message_id": 9,
        "date": 1772442720,
        "text": "Bon dia",
        "chat": {"id": 5, "type": "private"},
        "from": {"id": 5, "is_bot": False, "first_name": "Mercè", "last_name": "Puig"},
    },
}


@pytest.fixture
def hook(administration):
    with tenancy.acting_for(administration):
        account = actions.open_account(key="telegram", kind="telegram", name="Telegram")
        actions.set_secret(account, "un secret")
    headers = {"X-Telegram-Bot-Api-Secret-Token": "un secret"}

    def deliver(update):
        return Client().post("/hooks/telegram/", json.dumps(update), content_type="application/json", headers=headers)

    return deliver


def test_one_webhook_delivered_three_times_by_eight_threads_is_one_interaction(administration, hook):
    def delivers():
        return [hook(UPDATE) for _ in range(3)]

    answers = [answer for answers in together(*[delivers] * 8) for answer in answers]
    assert {answer.status_code for answer in answers} == {200} and len(answers) == 24
    told = [answer.json() for answer in answers]
    assert sum(one["new"] for one in told) == 1 and sum(one["duplicate"] for one in told) == 23
    with tenancy.acting_for(administration):
        for model in (Interaction, InteractionKey, RawPayload, SourceRecord, Person):
            assert model.objects.count() == 1, model
        assert not Reject.objects.exists()


def test_the_same_ndjson_posted_by_four_threads_comes_in_once(administration):
    with tenancy.acting_for(administration):
        actions.open_account(key="centraleta", kind="cloudevents", name="Centraleta")
        secret = issue_key(name="centraleta", scopes=["interactions:centraleta"], by=None)
    people = [
        {"full_name": "Anna Puig", "identifiers": [{"kind": "phone", "value": f"6000{n % 90:05}"}]} for n in range(700)
    ]
    body = ndjson(*(event(f"C-{n}", person=people[n]) for n in range(700)))

    def posts():
        return Client().post(
            "/api/v1/interactions",
            body,
            content_type="application/x-ndjson",
            headers={"Authorization": f"Bearer {secret}"},
        )

    answers = together(*[posts] * 4)
    assert {answer.status_code for answer in answers} == {200}
    told = [answer.json() for answer in answers]
    assert all(one["received"] == 700 and not one["rejected"] for one in told)
    assert sum(one["new"] for one in told) == 700
    with tenancy.acting_for(administration):
        assert Interaction.objects.count() == InteractionKey.objects.count() == 700
        assert SourceRecord.objects.count() == Person.objects.count() == 90 and not drift()


def test_overlapping_batches_with_a_bad_row_end_without_waiting_in_a_ring(administration, account):
    """Who halves a batch around a row that the database refuses holds on to nothing that another one needs first."""

    def comes(thread):
        order = range(40) if thread % 2 else range(39, -1, -1)
        batch = [message(f"M-{n}", who=anna(n)) for n in order]
        for place in (5, 30):
            batch[place].who.name_assurance = 9  # a check of the database refuses it
        with tenancy.acting_for(administration):
            report = actions.receive_many(Account.objects.get(key=account.key), batch)
        return report.new + report.duplicate + len(report.rejected)

    assert together(*(lambda t=thread: comes(t) for thread in range(6))) == [40] * 6
    with tenancy.acting_for(administration):
        assert Interaction.objects.count() == InteractionKey.objects.count() == 40 and not drift()
