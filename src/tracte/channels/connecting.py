"""To tell a platform where to deliver. Not while receiving or sending: an operator asks for it once."""

from __future__ import annotations

import os
import secrets
import uuid

from tracte.channels import actions
from tracte.channels.connectors.telegram import bot_api
from tracte.channels.importing import account
from tracte.core import tenancy

UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]


def webhook(administration: uuid.UUID, key: str, site: str) -> str:
    """Connect a Telegram bot: a new secret, told to Telegram and kept sealed; one line says so. Raises ValueError."""
    with tenancy.acting_for(administration):
        door = account(key)
        way = door.way_out()
    if door.kind != "telegram" or not way.get("token"):
        raise ValueError(
            f"{key}: only a telegram account with a token has a webhook to connect: tracte channel way-out"
        )
    secret, url = secrets.token_urlsafe(32), f"{site.rstrip('/')}/hooks/{key}/"
    asked = {"url": url, "secret_token": secret, "allowed_updates": UPDATES}
    api = way.get("api") or os.environ.get("TRACTE_TELEGRAM_API") or bot_api.WORLD
    with tenancy.acting_for(administration):
        actions.set_secret(door, secret)  # first: what Telegram delivers from then on finds it
        try:
            answer = bot_api.ask(bot_api.Call("setWebhook", asked), api, way["token"])
        except OSError as error:
            raise ValueError(f"{key}: {error}") from None
        if answer.result is None:
            raise ValueError(f"{key}: Telegram refuses: {answer.status} {answer.description}")
    return f"{key}: Telegram delivers to {url}"
