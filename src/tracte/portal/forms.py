"""What citizens fill in. Each complaint is one line that says how to mend it."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tracte.channels.actions.submitting import TOKEN
from tracte.core.fields import ProseField
from tracte.inbox.actions.opinions import LONGEST
from tracte.inbox.models import Opinion
from tracte.people.identifiers import EMAIL, PHONE, normalise
from tracte.vocabularies.models import Concept

EMAIL_WRONG = _("Escriu el correu sencer, com ara nom@exemple.cat.")
PHONE_WRONG = _("Escriu un telèfon amb totes les xifres, com ara 612 345 678.")
LOST = _("Aquesta pàgina ha caducat: torna a enviar el formulari.")
TOO_MANY = _("Des d’aquí s’han enviat massa formularis seguits: espera una hora i torna-ho a enviar.")
HUMAN = _("No hem pogut comprovar que siguis una persona: torna-ho a enviar.")


def new_token() -> str:
    """Of one form: sent twice, it comes in once."""
    return secrets.token_hex(16)


class Writing(forms.Form):
    """What both forms share: a token of ours, a text, and a field that people do not see and programs fill in."""

    token = forms.CharField(error_messages={"required": LOST})
    text = ProseField(
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=20_000,
        error_messages={
            "required": _("Explica’ns què ha passat o què necessites."),
            "max_length": _("El text és massa llarg: com a molt, 20.000 lletres."),
        },
    )
    contact_me = forms.CharField(required=False)

    def clean_token(self) -> str:
        if not TOKEN.fullmatch(self.cleaned_data["token"]):
            raise forms.ValidationError(LOST)
        return self.cleaned_data["token"]

    def clean_contact_me(self) -> str:
        if self.cleaned_data["contact_me"]:  # shown again empty: a person whose browser filled it in gets through
            raise forms.ValidationError(HUMAN)
        return ""


class WriteForm(Writing):
    """A new matter."""

    subject = forms.CharField(
        max_length=200,
        error_messages={
            "required": _("Digues en poques paraules de què es tracta."),
            "max_length": _("El títol és massa llarg: com a molt, 200 lletres."),
        },
    )
    topic = forms.ChoiceField(
        required=False, error_messages={"invalid_choice": _("Tria un dels temes de la llista, o cap.")}
    )
    municipality = forms.CharField(
        required=False, max_length=100, error_messages={"max_length": _("Escriu només el nom del municipi.")}
    )
    name = forms.CharField(
        required=False,
        max_length=200,
        error_messages={"max_length": _("El nom és massa llarg: com a molt, 200 lletres.")},
    )
    answer_by = forms.ChoiceField(
        choices=[
            ("email", _("Per correu electrònic")),
            ("phone", _("Per telèfon")),
            ("page", _("No cal: ho miraré en aquesta pàgina amb un codi")),
        ],
        error_messages={
            "required": _("Tria com vols que et contestem."),
            "invalid_choice": _("Tria com vols que et contestem."),
        },
    )
    email = forms.CharField(required=False, max_length=250, error_messages={"max_length": EMAIL_WRONG})
    phone = forms.CharField(required=False, max_length=40, error_messages={"max_length": PHONE_WRONG})

    order = ("subject", "text", "topic", "municipality", "name", "answer_by", "email", "phone")

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        topics = Concept.objects.of("topics").in_use().filter(parent=None)
        named_topics = sorted(((topic.code, topic.label()) for topic in topics), key=lambda one: one[1].casefold())
        self.fields["topic"].choices = [("", _("No ho sé")), *named_topics]  # type: ignore[attr-defined]
        self.fields["topic"].widget.choices = self.fields["topic"].choices  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        return self._reached(EMAIL, _("Escriu a quin correu t’hem de contestar."), EMAIL_WRONG)

    def clean_phone(self) -> str:
        return self._reached(PHONE, _("Escriu a quin telèfon t’hem de trucar."), PHONE_WRONG)

    def _reached(self, kind: str, missing: Any, wrong: Any) -> str:
        given = self.cleaned_data[kind]
        if given and normalise(kind, given) is None:
            raise forms.ValidationError(wrong)
        if not given and self.cleaned_data.get("answer_by") == kind:
            raise forms.ValidationError(missing)
        return given


class CodeForm(forms.Form):
    """The code of a matter."""

    code = forms.CharField(max_length=40, error_messages={"required": _("Escriu el codi que vas rebre.")})


class AddForm(Writing):
    """Something more about it."""

    order = ("text",)


class OpinionForm(forms.Form):
    """How somebody was attended: the mark, and what they want to add."""

    satisfaction = forms.TypedChoiceField(
        coerce=int,
        choices=Opinion.Satisfaction.choices,
        error_messages={"required": _("Tria una de les cinc."), "invalid_choice": _("Tria una de les cinc.")},
    )
    effort = forms.TypedChoiceField(
        coerce=int,
        empty_value=None,
        required=False,
        choices=Opinion.Effort.choices,
        error_messages={"invalid_choice": _("Tria una de les cinc, o cap.")},
    )
    why = forms.ChoiceField(
        required=False,
        choices=Opinion.Why.choices,
        error_messages={"invalid_choice": _("Tria un dels motius de la llista, o cap.")},
    )
    text = forms.CharField(
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": _("El text és massa llarg: com a molt, 2.000 lletres.")},
    )
