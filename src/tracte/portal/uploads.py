"""Files of a form that is being filled in: kept as soon as they arrive, so that a mistake in a field loses none."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext

from tracte.channels.actions import attaching
from tracte.channels.models import Attachment
from tracte.core.clock import now

MOST = 10


@dataclass
class Uploads:
    """`kept`: (what the form brings back, the file); `problems`: a line for each that could not be kept."""

    kept: list[tuple[str, Attachment]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def files(self) -> list[Attachment]:
        return [file for _, file in self.kept]


def received(request: HttpRequest, token: str) -> Uploads:
    """Those of earlier tries that are still wanted, and the new ones."""
    found, signer = Uploads(), signing.Signer(salt=f"portal.uploads.{token}")
    for signed in request.POST.getlist("kept")[:MOST]:
        if file := _kept(signer, signed):
            found.kept.append((signed, file))
    for upload in request.FILES.getlist("files"):
        try:
            if len(found.kept) >= MOST:
                raise attaching.CannotAttach(gettext("Com a molt, 10 fitxers."))
            size = upload.size or 0
            if size > attaching.LARGEST:
                name = str(upload.name)[:100]
                raise attaching.CannotAttach(gettext("%(name)s és massa gran: com a molt, 10 MB.") % {"name": name})
            if sum(file.size for file in found.files) + size > attaching.LARGEST_TOGETHER:
                raise attaching.CannotAttach(gettext("Els fitxers junts són massa grans: com a molt, 25 MB."))
            file = attaching.attach(str(upload.name), upload.content_type or "", upload.read(), at=now())
            found.kept.append((signer.sign(file.id.hex), file))
        except attaching.CannotAttach as problem:
            found.problems.append(str(problem))
    return found


def _kept(signer: signing.Signer, signed: str) -> Attachment | None:
    """A draft of this very form, and of no other."""
    try:
        return Attachment.objects.filter(id=uuid.UUID(signer.unsign(signed)), interaction=None).first()
    except (signing.BadSignature, ValueError):
        return None
