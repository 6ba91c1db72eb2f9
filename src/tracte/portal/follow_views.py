"""With its code, how a matter stands: what was written, what was answered, and a place to add something."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tracte.channels import codes, following, tokens
from tracte.channels.actions import submitting
from tracte.channels.models import FollowUp
from tracte.core import guard
from tracte.core.clock import now
from tracte.inbox.actions import opinions
from tracte.inbox.models import Opinion
from tracte.portal import address, uploads
from tracte.portal.form_views import complaints
from tracte.portal.forms import TOO_MANY, AddForm, CodeForm, OpinionForm, new_token


@never_cache
@guard.open_to_all("shows a matter to who holds its code, and tells nothing without it")
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Codes travel in the body of a request, never in an address: addresses end up in histories and logs."""
    if request.method == "GET":
        return _ask(request, CodeForm(), 200)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, 422)
    here = address.of(request)
    if not submitting.is_patient("follow", here, at=now()):
        form.add_error("code", gettext("S’han provat massa codis seguits: espera una hora i torna-ho a provar."))
        return _ask(request, form, 429)
    found = submitting.find(form.cleaned_data["code"])
    if found is None:
        submitting.knock("follow", here, at=now())
        form.add_error("code", gettext("No trobem aquest codi: té deu lletres i xifres, com ara 7KQ3M-X2P9R."))
        return _ask(request, form, 422)
    return _add(request, found, here) if "add" in request.POST else _show(request, found)


def _ask(request: HttpRequest, form: CodeForm, status: int) -> HttpResponse:
    wrong = [("id_code", str(error)) for error in form.errors.get("code", [])]
    return render(request, "portal/code.html", {"form": form, "complaints": wrong}, status=status)


def _add(request: HttpRequest, found: FollowUp, here: str) -> HttpResponse:
    form = AddForm(request.POST)
    files = uploads.received(request, str(form.data.get("token", "")))
    if not form.is_valid() or files.problems:
        return _show(request, found, form, files, status=422)
    if not submitting.is_patient("form", here, at=now()):
        form.add_error(None, TOO_MANY)
        return _show(request, found, form, files, status=429)
    language = (get_language() or "ca").split("-")[0]
    said = form.cleaned_data
    if submitting.add(found, said["token"], said["text"], language=language, files=files.files, at=now()):
        submitting.knock("form", here, at=now())
    return _show(request, found, is_added=True)


def _show(
    request: HttpRequest,
    found: FollowUp,
    form: AddForm | None = None,
    files: uploads.Uploads | None = None,
    *,
    is_added: bool = False,
    status: int = 200,
) -> HttpResponse:
    form, files = form or AddForm(), files or uploads.Uploads()
    token = new_token() if not form.is_bound or "token" in form.errors else form.data["token"]
    lines = following.lines(found)
    context = {
        "found": found,
        "code": codes.read(request.POST["code"]),
        "lines": lines,
        "is_answered": any(line.is_ours for line in lines),
        "promise": following.promise(found),
        "token": token,
        "form": form,
        "uploads": files,
        "complaints": complaints(form, files),
        "is_added": is_added,
        **_asked(found),
    }
    return render(request, "portal/follow.html", context, status=status)


def _asked(found: FollowUp) -> dict[str, object]:
    """The question how it was, in place, until it is answered or old."""
    asking = opinions.about([interaction for _, interaction, _ in submitting.interactions_of(found)])
    if asking is None or not opinions.is_open(asking, now()):
        return {}
    opinion = Opinion.objects.filter(asking=asking).first()
    form = OpinionForm(initial={"satisfaction": opinion.satisfaction} if opinion else {})
    return {"asked": asking, "opinion": opinion, "asked_token": tokens.sign(asking.id), "marks": form}
