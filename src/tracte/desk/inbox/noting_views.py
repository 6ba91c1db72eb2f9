"""A call or a visit, written down in one go: one key opens it, one button saves it, and no case is made of it."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from tracte.channels.models import Account
from tracte.core.clock import now
from tracte.core.guard import staff
from tracte.core.ids import uuid7
from tracte.desk.inbox.views import ATTENDS, PURPOSE
from tracte.desk.visit import AgentRequest
from tracte.inbox.actions.noting import BY_VOICE, MOST_MINUTES, note_contact
from tracte.people import identifiers
from tracte.people.profile import Profile, open_person


class ContactForm(forms.Form):
    """What was said, by which door, and with whom, as far as that is known."""

    door = forms.ModelChoiceField(
        Account.objects.none(),
        error_messages={"required": _("Tria si ha estat per telèfon o en persona.")},
    )
    text = forms.CharField(
        max_length=10_000,
        widget=forms.Textarea,
        error_messages={"required": _("Escriu què ha preguntat o què ha dit.")},
    )
    full_name = forms.CharField(required=False, max_length=200)
    phone = forms.CharField(required=False, max_length=40)
    minutes = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_MINUTES,
        error_messages={"invalid": _("Escriu els minuts amb xifres."), "max_value": _("Són massa minuts.")},
    )
    key = forms.UUIDField()
    person = forms.UUIDField(required=False)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["door"].queryset = doors()  # type: ignore[attr-defined]

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"].strip()
        if phone and not identifiers.normalise(identifiers.PHONE, phone):
            raise forms.ValidationError(_("No és cap telèfon: escriu-lo sencer, amb les nou xifres."))
        return phone


def doors() -> Any:
    return Account.objects.filter(kind__in=BY_VOICE).defer("secret_sealed").order_by("kind", "name")


@require_http_methods(["GET", "POST"])
@staff(*ATTENDS)
def contact(request: AgentRequest) -> HttpResponse:
    """The form, for nobody in particular or from a person's page."""
    form = ContactForm(request.POST or None, initial={"key": uuid7(), "person": request.GET.get("person")})
    person = _person(request)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        account = said.pop("door")
        if person:
            said |= {"full_name": person.name, "person": person.id}
        note_contact(account, by=request.user, at=now(), **said)
        messages.success(request, gettext("Apuntat."))
        return redirect("desk:person", person=person.id) if person else redirect("desk:inbox")
    return render(request, "desk/inbox/contact.html", {"form": form, "person": person, "doors": doors()})


def _person(request: HttpRequest) -> Profile | None:
    """Whom the page was opened for, read to write down what they said."""
    asked = request.POST.get("person") or request.GET.get("person")
    if not asked:
        return None
    try:
        found = open_person(uuid.UUID(asked), by=request.user, purpose=PURPOSE, at=now(), what="name")  # type: ignore[arg-type]
    except ValueError:
        found = None
    if found is None:
        raise Http404("nobody bears this id")
    return found
