"""What is attached to what came in and to what goes out, and what a scanner said of it."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracte.channels.outgoing import File
from tracte.core import keys, tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7

PROGRAM = "application/x-executable"  # what we say of one, whatever it says of itself


class Attachments(models.QuerySet):
    def of(self, *interactions: uuid.UUID) -> Attachments:
        """With what the scanner said last, in the order in which they were attached."""
        return self.filter(interaction__in=interactions).with_verdict().order_by("id")

    def with_verdict(self) -> Attachments:
        last = Scan.objects.filter(attachment=OuterRef("pk")).order_by("-at", "-id").values("verdict")[:1]
        return self.annotate(verdict=Subquery(last))

    def unscanned(self, since: dt.datetime) -> Attachments:
        """That no scanner has judged since they came."""
        judged = self.filter(at__gte=since, body_sealed__isnull=False).with_verdict()
        return judged.filter(Q(verdict=None) | Q(verdict=Scan.Verdict.UNSCANNED))

    def forgotten(self, before: dt.datetime) -> Attachments:
        """Attached to a draft or a form that nobody sent."""
        return self.filter(interaction=None, at__lt=before)


class Attachment(models.Model):
    """A file. `interaction` is what it came with, or the dispatch it leaves with; none while that is being written.

    `body_sealed` is null when the file was too large to keep: it is named, and that is all.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    interaction = models.UUIDField(null=True)
    name = models.TextField()
    content_type = models.TextField()
    size = models.BigIntegerField()
    digest = models.BinaryField()
    body_sealed = models.BinaryField(null=True)
    at = models.DateTimeField(default=now)

    objects = Attachments.as_manager()
    privacy = Declared(
        "attend",
        "P6Y",
        personal="name body_sealed",
        pseudonymous="id interaction digest",
        open="administration content_type size at",
    )

    class Meta:
        indexes = [
            models.Index(fields=["interaction"], condition=Q(interaction__isnull=False), name="attachment_of"),
            models.Index(fields=["at"], condition=Q(interaction__isnull=True), name="attachment_of_draft"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def last_verdict(self) -> str:
        """What the scanner said last; empty when it has not yet looked."""
        if "verdict" not in self.__dict__:
            self.__dict__["verdict"] = self.scans.order_by("-at", "-id").values_list("verdict", flat=True).first()
        return self.__dict__["verdict"] or ""

    @property
    def may_open(self) -> bool:
        return not self.why_not

    @property
    def why_not(self) -> str:
        """Why nobody may open it, in words; empty when it may be opened."""
        if self.body_sealed is None:
            return gettext("És massa gran: només en guardem el nom.")
        if self.content_type == PROGRAM:
            return gettext("És un programa: no s’ha d’obrir.")
        return {
            Scan.Verdict.CLEAN.value: "",
            Scan.Verdict.INFECTED.value: gettext("Conté programari maliciós: no s’ha d’obrir."),
            Scan.Verdict.UNSCANNED.value: gettext("L’antivirus no l’ha pogut revisar: està en quarantena."),
        }.get(self.last_verdict, gettext("Encara no l’ha revisat l’antivirus: està en quarantena."))

    def body(self) -> bytes:
        """The bytes, whatever the scanner said. Raises LookupError when they were not kept."""
        if self.body_sealed is None:
            raise LookupError(f"{self.name} was too large to keep")
        return keys.keyring(self.administration_id).open(self.body_sealed)

    def as_file(self) -> File:
        """To send it. Raises ValueError when it must not leave."""
        if self.last_verdict == Scan.Verdict.INFECTED:
            raise ValueError(f"{self.name} is infected: it does not leave")
        return File(self.name, self.content_type, self.body())


class Scan(models.Model):
    """What a scanner said of an attachment, and when; the last one holds."""

    class Verdict(models.TextChoices):
        CLEAN = "clean", _("net")
        INFECTED = "infected", _("infectat")
        UNSCANNED = "unscanned", _("sense revisar")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    attachment = models.ForeignKey(Attachment, on_delete=models.CASCADE, related_name="scans")
    at = models.DateTimeField(default=now)
    verdict = models.TextField(choices=Verdict.choices)
    detail = models.TextField(blank=True)
    privacy = Declared("attend", "P6Y", pseudonymous="id attachment", open="administration at verdict detail")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["clean", "infected", "unscanned"]), name="scan_verdict_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.detail}".strip()
