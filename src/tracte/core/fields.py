"""Fields that the forms of several rooms share."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

FIRST, LAST = dt.date(2000, 1, 1), dt.date(2100, 12, 31)  # of the days that somebody may mean


def within_reach(day: dt.date) -> None:
    if not FIRST.year <= day.year <= LAST.year:
        raise ValidationError(_("Tria un dia entre el 2000 i el 2100."))


class DayField(forms.DateField):
    """A day of these years; whoever mistypes one is told, and not shown the year 9999."""

    default_validators = [within_reach]

    def __init__(self, **more: Any) -> None:
        bounds = {"type": "date", "min": FIRST.isoformat(), "max": LAST.isoformat()}
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs=bounds), **more)


class ProseField(forms.CharField):
    """A text of several lines. A browser counts the end of a line as one letter, and sends two."""

    def to_python(self, value: Any) -> str | None:
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)
