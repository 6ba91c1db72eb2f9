"""What the forms of a conversation bring."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone

from tracte.core.clock import now
from tracte.core.fields import ProseField
from tracte.desk.knowledge_forms import NAMES
from tracte.inbox.models import Closure
from tracte.knowledge.models import LANGUAGES


class ReplyForm(forms.Form):
    """An answer: `seen` says how many turns its writer had read, `key` makes a second click the same act."""

    text = ProseField(required=False, max_length=100_000)
    seen = forms.IntegerField(min_value=0)
    key = forms.UUIDField()
    then = forms.ChoiceField(required=False, choices=[("", ""), ("close", "")])


class DraftForm(forms.Form):
    text = ProseField(required=False, max_length=100_000, strip=False)
    seen = forms.IntegerField(min_value=0)


class AssignForm(forms.Form):
    agent = forms.UUIDField(required=False)
    unit = forms.UUIDField(required=False)
    reason = forms.CharField(required=False, max_length=500)


class CloseForm(forms.Form):
    how = forms.ChoiceField(choices=Closure.How.choices)
    reason = forms.CharField(required=False, max_length=500)


class TopicForm(forms.Form):
    """What it is about (nothing: not what was suggested), and what was suggested."""

    topic = forms.UUIDField(required=False)
    suggested = forms.UUIDField(required=False)


class TemplateForm(forms.Form):
    """A template in four languages; `seen`: when what the writer read had been written."""

    key = forms.CharField(max_length=60)
    seen = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        for code in LANGUAGES:
            self.fields[f"name_{code}"] = forms.CharField(required=False, max_length=100)
            wide = forms.Textarea(attrs={"rows": 5})
            self.fields[f"text_{code}"] = forms.CharField(required=False, max_length=5_000, widget=wide)

    def sides(self) -> list[tuple[BoundField, BoundField, Any, str]]:
        return [(self[f"name_{code}"], self[f"text_{code}"], NAMES[code], code) for code in LANGUAGES]

    def of(self, part: str) -> dict[str, str]:
        return {code: self.cleaned_data[f"{part}_{code}"] for code in LANGUAGES}


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
