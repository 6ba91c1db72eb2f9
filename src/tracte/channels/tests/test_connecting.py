"""An operator connects a bot: Telegram is told where to deliver, with a secret that opens our hook."""

import json

import pytest

from tracte.channels import actions, connecting
from tracte.channels.connectors.telegram.twin import TOKEN, telegram
from tracte.channels.models import Interaction

UPDATE = {
    "update_id": 417,
    "message": {
        "message_id": 9,
        "date": 1772442720,
        "text": "Bon dia",
        "chat": {"id": 5, "type": "private"},
        "from": {"id": 5, "is_bot": False, "first_name": "Mercè"},
    },
}


@pytest.fixture
def twin():
    with telegram() as twin:
        yield twin


@pytest.fixture
def bot(administration, twin):
    account = actions.open_account(key="telegram", kind="telegram", name="Telegram")
    actions.set_way_out(account, {"token": TOKEN, "api": twin.api})
    return account


def test_what_telegram_then_delivers_comes_in(administration, bot, twin, client):
    said = connecting.webhook(administration, "telegram", "https://exemple.cat/")
    assert said == "telegram: Telegram delivers to https://exemple.cat/hooks/telegram/"
    assert twin.webhook["url"] == "https://exemple.cat/hooks/telegram/"
    for secret, status in ((twin.webhook["secret_token"], 200), ("un altre", 403)):
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        path = "/hooks/telegram/"
        answer = client.post(path, json.dumps(UPDATE), content_type="application/json", headers=headers)
        assert answer.status_code == status
    assert Interaction.objects.count() == 1


def test_when_telegram_refuses_the_former_secret_stays(administration, bot, twin):
    actions.set_secret(bot, "el d’abans")
    before = bytes(bot.secret_sealed)
    twin.answers = [(400, "Bad Request: bad webhook", {})]
    with pytest.raises(ValueError, match="Telegram refuses: 400 Bad Request"):
        connecting.webhook(administration, "telegram", "http://exemple.cat")
    bot.refresh_from_db()
    assert bytes(bot.secret_sealed) == before


def test_other_doors_have_no_webhook(administration):
    actions.open_account(key="bustia", kind="email", name="Bústia")
    with pytest.raises(ValueError, match="only a telegram account"):
        connecting.webhook(administration, "bustia", "https://exemple.cat")
