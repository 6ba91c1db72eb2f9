"""What the desk's forms bring."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tracte.channels.models import Interaction
from tracte.core import keys, tenancy
from tracte.desk.timeline import Wanted


class TimelineForm(forms.Form):
    """Filters of the timeline. What cannot be understood is left out: a page is always shown."""

    channel = forms.UUIDField(required=False)
    topic = forms.UUIDField(required=False)
    direction = forms.ChoiceField(required=False, choices=[("", ""), *Interaction.Direction.choices])
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)
    before = forms.CharField(required=False)

    def clean_before(self) -> tuple[dt.datetime, uuid.UUID] | None:
        try:
            at, _, interaction = self.cleaned_data["before"].partition("~")
            moment = dt.datetime.fromisoformat(at)
            return (moment, uuid.UUID(interaction)) if moment.tzinfo else None
        except ValueError:
            return None

    def wanted(self) -> Wanted:
        self.is_valid()
        cleaned: dict[str, Any] = self.cleaned_data
        for day in ("since", "until"):  # the calendar ends somewhere, and so do time zones
            if cleaned.get(day) and not 1900 <= cleaned[day].year <= 2200:
                cleaned[day] = None
        return Wanted(**cleaned)


class ReasonForm(forms.Form):
    """Why two people are one, or one is two; `seen` says what the agent was looking at when deciding."""

    reason = forms.CharField(
        max_length=500,
        error_messages={"required": _("Escriu per què: qui ho revisi més endavant ho ha de poder entendre.")},
    )
    seen = forms.CharField()


def seal(query: str) -> str:
    """A query as an address may carry it: it holds personal data, and addresses end up in logs and histories."""
    ring = keys.keyring(tenancy.required())
    return base64.urlsafe_b64encode(ring.seal(query.strip()[:200].encode("utf-8", "replace"))).decode()


def unseal(token: str) -> str:
    """The query again; nothing when the address was cut or comes from elsewhere."""
    try:
        return keys.keyring(tenancy.required()).open(base64.urlsafe_b64decode(token)).decode()
    except (binascii.Error, ValueError, keys.KeyMissing):
        return ""
