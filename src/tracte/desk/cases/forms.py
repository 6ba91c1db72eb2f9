"""What the forms of a case bring."""

from __future__ import annotations

from django import forms

from tracte.inbox.actions.cases.referring import MOST_DAYS, SHARED
from tracte.inbox.models import CaseClosure


class SayForm(forms.Form):
    """An answer; `key` makes a second click the same act."""

    text = forms.CharField(required=False, max_length=100_000)
    key = forms.UUIDField()
    then = forms.ChoiceField(required=False, choices=[("", ""), ("close", "")])


class ClaimForm(forms.Form):
    text = forms.CharField(required=False, max_length=10_000)
    key = forms.UUIDField()


class GiveForm(forms.Form):
    agent = forms.UUIDField(required=False)
    unit = forms.CharField(required=False, max_length=80)
    reason = forms.CharField(required=False, max_length=500)


class ServiceForm(forms.Form):
    service = forms.CharField(required=False, max_length=200)
    reason = forms.CharField(required=False, max_length=500)


class CloseForm(forms.Form):
    how = forms.ChoiceField(choices=CaseClosure.How.choices)
    reason = forms.CharField(required=False, max_length=500)


class ReferForm(forms.Form):
    question = forms.CharField(required=False, max_length=10_000)
    days = forms.IntegerField(min_value=1, max_value=MOST_DAYS)
    shared = forms.MultipleChoiceField(required=False, choices=[(what, "") for what in SHARED])
    unit = forms.CharField(required=False, max_length=80)
    name = forms.CharField(required=False, max_length=200)
    email = forms.EmailField(required=False)


class JobForm(forms.Form):
    title = forms.CharField(required=False, max_length=200)
    job = forms.UUIDField(required=False)
    leave = forms.BooleanField(required=False)
    reason = forms.CharField(required=False, max_length=500)


class FinishForm(forms.Form):
    """What is proposed to answer, by language."""

    ca = forms.CharField(required=False, max_length=10_000)
    es = forms.CharField(required=False, max_length=10_000)
    oc = forms.CharField(required=False, max_length=10_000)
    en = forms.CharField(required=False, max_length=10_000)


class OpenForm(forms.Form):
    """A case from a conversation: of which service, where, and what is asked."""

    service = forms.CharField(max_length=200)
    asked = forms.CharField(required=False, max_length=10_000)
    territory = forms.CharField(required=False, max_length=200)
    place = forms.CharField(required=False, max_length=300)
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90)
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180)
    key = forms.UUIDField()
