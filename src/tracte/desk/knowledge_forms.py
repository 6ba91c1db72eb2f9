"""What the forms of services and answers bring, in the words of a contract."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracte.core.models import Unit
from tracte.knowledge import fields
from tracte.knowledge.fields import Wrong
from tracte.knowledge.models import LANGUAGES, Service
from tracte.vocabularies.models import Concept

NAMES = {"ca": _("català"), "es": _("castellà"), "oc": _("aranès"), "en": _("anglès")}
TEXTS = ("names", "descriptions", "keywords", "citizen_texts", "acknowledgements", "scripts")
LONG = {"descriptions": 3, "citizen_texts": 4, "acknowledgements": 4, "scripts": 4}
CHANNELS = {
    "email": _("Correu"),
    "telegram": _("Telegram"),
    "webform": _("Formulari del web"),
    "calls": _("Telèfon"),
    "visits": _("A l’oficina"),
    "letter": _("Carta"),
}
KINDS = {
    "text": _("Text curt"),
    "long_text": _("Text llarg"),
    "choice": _("Per triar"),
    "date": _("Dia"),
    "number": _("Nombre"),
    "place": _("Lloc"),
    "file": _("Fitxer"),
}


def _calendar() -> forms.DateInput:
    """A browser's own calendar, which reads and writes days one way in every language."""
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class ServiceForm(forms.Form):
    """The contract but for the fields of its form, which have a page of their own."""

    key = forms.CharField(max_length=200)
    parent = forms.CharField(max_length=200, required=False)
    topic = forms.CharField(max_length=200, required=False)
    fallback_unit = forms.CharField(max_length=80, required=False)
    term_amount = forms.IntegerField(min_value=1, max_value=3_000, required=False)
    term_unit = forms.ChoiceField(
        choices=[("", _("com el servei de sobre")), *Service.TermUnit.choices], required=False
    )
    calendar_key = forms.SlugField(max_length=80, required=False)
    channels = forms.MultipleChoiceField(
        choices=list(CHANNELS.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    is_confidential = forms.BooleanField(required=False)
    readers = forms.CharField(required=False)
    open_data = forms.ChoiceField(choices=Service.OpenData.choices)
    similar_metres = forms.IntegerField(min_value=1, max_value=100_000, required=False)
    similar_hours = forms.IntegerField(min_value=1, max_value=100_000, required=False)
    claim_days = forms.IntegerField(min_value=0, max_value=3_000, required=False)
    visibilities = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}))
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in TEXTS:
            for code in LANGUAGES:
                widget = forms.Textarea(attrs={"rows": LONG[part]}) if part in LONG else forms.TextInput()
                self.fields[f"{part}_{code}"] = forms.CharField(required=False, widget=widget, max_length=20_000)

        for part in TEXTS:
            setattr(self, part, [(self[f"{part}_{code}"], NAMES[code], code) for code in LANGUAGES])

    def clean_visibilities(self) -> list[dict[str, Any]]:
        """One application a line: `web 2026-05-01 2026-09-30`; a day that is - does not bound."""
        found = []
        try:
            for line in filter(str.strip, self.cleaned_data["visibilities"].splitlines()):
                name, since, until = line.split()
                found.append({"application": forms.SlugField(max_length=40).clean(name), **_between(since, until)})
            return found
        except (ValueError, forms.ValidationError):
            raise forms.ValidationError(
                gettext("Escriu a cada línia l’aplicació i dos dies, com «web 2026-05-01 -».")
            ) from None

    def parts(self) -> dict[str, Any]:
        """As `contract.put` reads them."""
        cleaned: dict[str, Any] = self.cleaned_data
        plain = "key parent topic fallback_unit term_amount term_unit calendar_key is_confidential open_data".split()
        parts = {name: cleaned[name] for name in [*plain, "similar_metres", "similar_hours", "claim_days", "channels"]}
        for part in TEXTS:
            parts[part] = {code: cleaned[f"{part}_{code}"] for code in LANGUAGES}
        parts["keywords"] = {code: text.split(",") for code, text in parts["keywords"].items() if text.strip()}
        parts["readers"] = cleaned["readers"].replace(",", " ").split()
        parts["visibilities"] = cleaned["visibilities"]
        return parts


def _between(since: str, until: str) -> dict[str, dt.date | None]:
    return {"since": _day(since), "until": _day(until)}


def _day(text: str) -> dt.date | None:
    return None if text in ("-", "–") else dt.date.fromisoformat(text)


def first(plain: dict[str, Any]) -> dict[str, Any]:
    """What the form shows before it is touched, from a contract in plain form."""
    shown = {name: value for name, value in plain.items() if name not in (*TEXTS, "fields", "visibilities", "readers")}
    for part in TEXTS:
        for code in LANGUAGES:
            value = plain[part].get(code, "")
            shown[f"{part}_{code}"] = ", ".join(value) if part == "keywords" else value
    shown["readers"] = ", ".join(plain["readers"])
    shown["visibilities"] = "\n".join(
        f"{one['application']} {one['since'] or '-'} {one['until'] or '-'}" for one in plain["visibilities"]
    )
    return shown


class FieldForm(forms.Form):
    """One field of a service's form. Choices: one a line, `value = Català | Castellano | Aranés | English`."""

    key = forms.CharField(max_length=40, required=False)
    kind = forms.ChoiceField(choices=list(KINDS.items()), required=False)
    is_required = forms.BooleanField(required=False)
    for_agents = forms.BooleanField(required=False)
    choices = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=5_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code in LANGUAGES:
            self.fields[f"label_{code}"] = forms.CharField(required=False, max_length=200)

    def labels(self) -> list[tuple[BoundField, Any, str]]:
        return [(self[f"label_{code}"], NAMES[code], code) for code in LANGUAGES]

    def part(self) -> dict[str, Any] | None:
        """The field; nothing where the name was left empty: so one is taken away."""
        cleaned = self.cleaned_data
        if not cleaned.get("key"):
            return None
        labels = {code: cleaned[f"label_{code}"] for code in LANGUAGES if cleaned[f"label_{code}"]}
        found = {name: cleaned[name] for name in ("key", "kind", "is_required", "for_agents")} | {"labels": labels}
        if lines := [line for line in cleaned["choices"].splitlines() if line.strip()]:
            found["choices"] = [_choice(line) for line in lines]
        return found


def _choice(line: str) -> dict[str, Any]:
    value, _, texts = line.partition("=")
    labels = dict(zip(LANGUAGES, (text.strip() for text in texts.split("|")), strict=False))
    return {"value": value.strip(), "labels": {code: text for code, text in labels.items() if text}}


def first_field(field: dict[str, Any]) -> dict[str, Any]:
    """What `FieldForm` shows of a field as it is kept."""
    lines = [
        f"{one['value']} = {' | '.join(one['labels'].get(code, '') for code in LANGUAGES)}".rstrip(" |")
        for one in field.get("choices", [])
    ]
    return (
        {f"label_{code}": text for code, text in field["labels"].items()}
        | {name: field.get(name) for name in ("key", "kind", "is_required", "for_agents")}
        | {"choices": "\n".join(lines)}
    )


def checked(forms_: list[FieldForm]) -> list[dict[str, Any]]:
    """The fields that the forms bring. Raises Wrong."""
    if [form for form in forms_ if not form.is_valid()]:
        raise Wrong(gettext("Hi ha un camp amb un valor massa llarg o que no existeix."))
    return fields.check([part for form in forms_ if (part := form.part())])


class CompetenceForm(forms.Form):
    """A unit by its code (none: nobody, by this rule), a territory by its code (none: everywhere), since when."""

    unit = forms.CharField(max_length=80, required=False)
    territory = forms.CharField(max_length=80, required=False)
    since = forms.DateField(widget=_calendar())

    def clean_unit(self) -> Unit | None:
        return _by_code(Unit.objects.all(), self.cleaned_data["unit"], gettext("No hi ha cap unitat amb aquest codi."))

    def clean_territory(self) -> Concept | None:
        return territory(self.cleaned_data["territory"])


def territory(code: str) -> Concept | None:
    return _by_code(Concept.objects.of("territories"), code, gettext("No hi ha cap territori amb aquest codi."))


def _by_code(rows: Any, code: str, complaint: str) -> Any:
    if not code.strip():
        return None
    found = rows.filter(code=code.strip()).first()
    if found is None:
        raise forms.ValidationError(complaint)
    return found


class WhoForm(forms.Form):
    """Which service, where, on which day."""

    service = forms.CharField(max_length=200)
    territory = forms.CharField(max_length=80, required=False)
    on = forms.DateField(required=False, widget=_calendar())

    def clean_service(self) -> Service:
        found = Service.objects.filter(key=self.cleaned_data["service"].strip()).first()
        if found is None:
            raise forms.ValidationError(gettext("No hi ha cap servei amb aquesta clau."))
        return found

    def clean_territory(self) -> Concept | None:
        return territory(self.cleaned_data["territory"])


class AnswerForm(forms.Form):
    """Who keeps an answer, until when, where it comes from."""

    owner = forms.CharField(max_length=80)
    review_on = forms.DateField(widget=_calendar())
    expires_on = forms.DateField(required=False, widget=_calendar())
    source = forms.CharField(max_length=500, required=False)
    service = forms.CharField(max_length=200, required=False)
    topic = forms.CharField(max_length=200, required=False)

    def clean_owner(self) -> Unit:
        return _by_code(Unit.objects.all(), self.cleaned_data["owner"], gettext("No hi ha cap unitat amb aquest codi."))

    def clean_topic(self) -> Concept | None:
        topics = Concept.objects.of("topics")
        return _by_code(topics, self.cleaned_data["topic"], gettext("No hi ha cap tema amb aquest codi."))

    def clean_service(self) -> Service | None:
        key = self.cleaned_data["service"].strip()
        found = Service.objects.filter(key=key).first() if key else None
        if key and found is None:
            raise forms.ValidationError(gettext("No hi ha cap servei amb aquesta clau."))
        return found


class TextForm(forms.Form):
    """A title and plain paragraphs; `seen` is the version that the writer had read."""

    title = forms.CharField(max_length=300)
    body = forms.CharField(max_length=20_000, widget=forms.Textarea(attrs={"rows": 8}))
    seen = forms.IntegerField(min_value=0, initial=0, widget=forms.HiddenInput)


class SynonymForm(forms.Form):
    language = forms.ChoiceField(choices=list(NAMES.items()))
    word = forms.CharField(max_length=100)
    means = forms.CharField(max_length=100)
    is_mutual = forms.BooleanField(required=False)
