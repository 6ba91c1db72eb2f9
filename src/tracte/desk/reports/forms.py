"""Of what the reports are asked. What cannot be is told in one line, and this month is shown."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracte.channels.models import Account
from tracte.core import units
from tracte.core.fields import DayField
from tracte.core.models import UnitVersion
from tracte.desk.reports.period import Period, month

LONGEST = dt.timedelta(days=366)
WRONG = {"invalid": _("Escriu el dia com 2026-11-30.")}


class PeriodForm(forms.Form):
    since = DayField(required=False, error_messages=WRONG)
    until = DayField(required=False, error_messages=WRONG)
    unit = forms.ChoiceField(required=False, error_messages={"invalid_choice": _("Tria una unitat de la llista.")})
    channel = forms.ChoiceField(required=False, error_messages={"invalid_choice": _("Tria un canal de la llista.")})

    def __init__(self, given: Any, seen: list[uuid.UUID]) -> None:
        super().__init__(given)
        self.seen = seen
        named = UnitVersion.objects.filter(unit__in=seen, valid_from__lte=timezone.localdate()).order_by("valid_from")
        names = {str(one.unit_id): one.name for one in named}
        doors = Account.objects.filter(attended_since__isnull=False).order_by("name")
        self._offer("unit", _("Totes"), sorted(names.items(), key=lambda one: one[1].casefold()))
        self._offer("channel", _("Tots"), [(str(one.id), one.name) for one in doors])

    def _offer(self, name: str, nothing: Any, offered: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        field.choices = [("", nothing), *offered]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        first, _last = month(timezone.localdate())
        said = self.cleaned_data
        since = said.get("since") or min(first, said.get("until") or first)
        until = said.get("until") or max(month(since)[1], since)
        if until < since:
            raise forms.ValidationError(_("El darrer dia és abans que el primer."))
        if until - since > LONGEST:
            raise forms.ValidationError(_("És massa llarg: com a molt, un any."))
        return {**said, "since": since, "until": until}

    def period(self) -> Period:
        """What was asked; this month and everything when it cannot be."""
        if not self.is_valid():
            return Period(*month(timezone.localdate()), self.seen)
        unit, account = self.cleaned_data["unit"], self.cleaned_data["channel"]
        mine = [one for one in units.beneath([uuid.UUID(unit)]) if one in self.seen] if unit else self.seen
        days = self.cleaned_data["since"], self.cleaned_data["until"]
        return Period(*days, mine, uuid.UUID(account) if account else None)
