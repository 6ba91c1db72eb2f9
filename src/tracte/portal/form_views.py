"""Our own form: anybody writes to us, on any telephone, and leaves with a code."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from tracte.channels.actions import submitting
from tracte.channels.models import Account
from tracte.core import guard
from tracte.core.clock import now
from tracte.portal import address, uploads
from tracte.portal.forms import TOO_MANY, WriteForm, new_token

SAID = ("subject", "text", "topic", "municipality", "name", "answer_by", "email", "phone")


@guard.open_to_all("anybody may write to us; what was written is shown to nobody here")
@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, key: str) -> HttpResponse:
    """The form; sent well, the code that opens its follow-up page. A form that nobody attends is not offered."""
    account = Account.objects.filter(key=key, kind="webform", attended_since__isnull=False).first()
    if account is None:
        raise Http404
    if request.method == "GET":
        return _page(request, account, WriteForm(), uploads.Uploads(), 200)
    form = WriteForm(request.POST)
    files = uploads.received(request, str(form.data.get("token", "")))
    if not form.is_valid() or files.problems:
        return _page(request, account, form, files, 422)
    here = address.of(request)
    if not submitting.is_patient("form", here, at=now()):
        form.add_error(None, TOO_MANY)
        return _page(request, account, form, files, 429)
    said = {name: form.cleaned_data[name] for name in SAID if form.cleaned_data[name]}
    said["language"] = (get_language() or "ca").split("-")[0]
    receipt = submitting.submit(account, form.cleaned_data["token"], said, files=files.files, at=now())
    if receipt.is_new:
        submitting.knock("form", here, at=now())
    return render(request, "portal/received.html", {"account": account, "code": receipt.code, "said": said})


def _page(request: HttpRequest, account: Account, form: WriteForm, files: uploads.Uploads, status: int) -> HttpResponse:
    token = new_token() if not form.is_bound or "token" in form.errors else form.data["token"]
    context = {
        "account": account,
        "token": token,
        "form": form,
        "uploads": files,
        "complaints": complaints(form, files),
    }
    return render(request, "portal/write.html", context, status=status)


def complaints(form, files: uploads.Uploads) -> list[tuple[str, str]]:
    """(where to go, what to mend), in the order of the page."""
    if not form.is_bound:
        return []
    found = [("", str(error)) for error in form.non_field_errors()]
    found += [("", str(error)) for name in ("token", "contact_me") for error in form.errors.get(name, [])]
    found += [(f"id_{name}", str(error)) for name in form.order for error in form.errors.get(name, [])]
    return found + [("id_files", problem) for problem in files.problems]
