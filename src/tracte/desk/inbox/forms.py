"""What the forms of a conversation bring."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from tracte.core.clock import now
from tracte.inbox.models import Closure


class ReplyForm(forms.Form):
    """An answer: `seen` says how many turns its writer had read, `key` makes a second click the same act."""

    text = forms.CharField(required=False, max_length=100_000)
    seen = forms.IntegerField(min_value=0)
    key = forms.UUIDField()
    then = forms.ChoiceField(required=False, choices=[("", ""), ("close", "")])


class DraftForm(forms.Form):
    text = forms.CharField(required=False, max_length=100_000, strip=False)
    seen = forms.IntegerField(min_value=0)


class AssignForm(forms.Form):
    agent = forms.UUIDField(required=False)
    unit = forms.UUIDField(required=False)
    reason = forms.CharField(required=False, max_length=500)


class CloseForm(forms.Form):
    how = forms.ChoiceField(choices=Closure.How.choices)
    reason = forms.CharField(required=False, max_length=500)


class SnoozeForm(forms.Form):
    """Until when: in some hours, tomorrow at nine, on Monday at nine, or at a moment."""

    until = forms.ChoiceField(choices=[("hours", ""), ("tomorrow", ""), ("monday", ""), ("moment", "")])
    moment = forms.DateTimeField(required=False)

    def at(self) -> dt.datetime:
        chosen: dict[str, Any] = self.cleaned_data
        here = timezone.localtime(now())
        morning = here.replace(hour=9, minute=0, second=0, microsecond=0)
        if chosen["until"] == "moment":
            return chosen["moment"] or here
        if chosen["until"] == "hours":
            return here + dt.timedelta(hours=3)
        days = 1 if chosen["until"] == "tomorrow" else 7 - here.weekday()
        return morning + dt.timedelta(days=days)
