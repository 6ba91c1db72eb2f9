"""What is said of a team: how it shares out, what it wants to be told, and what each of its people can hold."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracte.core.models import Calendar, User
from tracte.inbox.models import Sharing, Skill, Watch
from tracte.inbox.models.alarms import NEAR_PERCENT
from tracte.inbox.models.sharing import MOST
from tracte.inbox.sharing.words import LANGUAGES
from tracte.vocabularies.models import Concept

TOPICS = 500
HOUR = re.compile(r"\s*(\d{1,2})(?:[:.h](\d{2}))?\s*h?\s*")


class SharingForm(forms.Form):
    way = forms.ChoiceField(choices=Sharing.Way.choices)
    continuity_days = forms.IntegerField(min_value=0, max_value=365)


def sharing_as_is(kept: Sharing | None) -> dict[str, Any]:
    kept = kept or Sharing()
    return {"way": kept.way, "continuity_days": kept.continuity_days}


class Named(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class WatchForm(forms.Form):
    """When promises are near their end, and the digest. `readers`: of those who attend there."""

    near_percent = forms.IntegerField(min_value=1, max_value=99, required=False)
    near_hours = forms.IntegerField(min_value=1, max_value=1000, required=False)
    digest = forms.ChoiceField(choices=Watch.Digest.choices)
    hours = forms.CharField(required=False, max_length=100)
    calendar = Named(Calendar.objects.none(), required=False, to_field_name="key")
    is_sent_empty = forms.BooleanField(required=False)
    readers = forms.ModelMultipleChoiceField(User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, people: list[Any], **named: Any) -> None:
        super().__init__(*args, **named)
        calendars = self.fields["calendar"]
        assert isinstance(calendars, forms.ModelChoiceField)
        calendars.queryset = Calendar.objects.order_by("key")
        readers = self.fields["readers"]
        assert isinstance(readers, forms.ModelMultipleChoiceField)
        readers.queryset = User.objects.filter(id__in=[one.id for one in people]).order_by("full_name")

    def clean_hours(self) -> list[dt.time]:
        """«8:00, 13.30»."""
        found = []
        for part in filter(str.strip, re.split(r"[,;]", self.cleaned_data["hours"])):
            read = HOUR.fullmatch(part)
            try:
                found.append(dt.time(int(read[1]), int(read[2] or 0)) if read else dt.time.fromisoformat(part.strip()))
            except ValueError:
                line = gettext("No entenem l’hora «%(written)s»: escriu-la com 8:00.") % {"written": part.strip()}
                raise forms.ValidationError(line) from None
        return found


def watch_as_is(kept: Watch | None) -> dict[str, Any]:
    if kept is None:
        return {"near_percent": NEAR_PERCENT, "digest": Watch.Digest.NEVER, "hours": "8:00"}
    hours = ", ".join(f"{one.hour}:{one.minute:02d}" for one in kept.hours)
    said = {"near_percent": kept.near_percent, "near_hours": kept.near_hours, "digest": kept.digest, "hours": hours}
    readers = list(kept.readers.values_list("user_id", flat=True))
    calendar = kept.calendar.key if kept.calendar else None
    return said | {"calendar": calendar, "is_sent_empty": kept.is_sent_empty, "readers": readers}


class HandForm(forms.Form):
    most = forms.IntegerField(min_value=1, max_value=200, initial=MOST)
    languages = forms.MultipleChoiceField(
        choices=[(code, name) for code, name in LANGUAGES.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    topics = forms.CharField(required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 3}))

    def clean_topics(self) -> list[Concept]:
        """Codes of topics, by commas or lines."""
        codes = {code.strip() for code in re.split(r"[,;\n]", self.cleaned_data["topics"]) if code.strip()}
        found = {one.code: one for one in Concept.objects.of("topics").in_use().filter(code__in=codes)}
        if unknown := sorted(codes - set(found)):
            line = _("No hi ha cap tema amb el codi «%(code)s»: tria’l de la llista.")
            raise forms.ValidationError(str(line) % {"code": unknown[0]})
        return list(found.values())


def hand_as_is(user: User, most: int) -> dict[str, Any]:
    skills = list(Skill.objects.filter(user=user).select_related("topic"))
    return {
        "most": most,
        "languages": [one.language for one in skills if one.language],
        "topics": ", ".join(sorted(one.topic.code for one in skills if one.topic)),
    }
