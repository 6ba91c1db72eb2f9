"""Work that outlives a conversation: a case, where it came from, what happened to it and how it ended."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tracte.channels.models import Account, Dispatch
from tracte.core import keys, tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.models import Unit, User
from tracte.inbox import numbers
from tracte.inbox.models.conversation import NO_TERM, OPEN, Conversation
from tracte.inbox.models.jobs import Job
from tracte.knowledge.models import Service
from tracte.vocabularies.models import Concept

if TYPE_CHECKING:
    from tracte.inbox.models.promises import Promise


class NextNumber(models.Func):
    """The next number of the administration: the database counts, one after another, and none is given twice."""

    template = "inbox_next_number()"
    output_field = models.BigIntegerField()
    arity = 0


class Count(models.Model):
    """How many an administration has of what is numbered: `cases`. Only the database's own function writes it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    name = models.TextField()
    last = models.BigIntegerField()
    privacy = Declared("attend", "installation", open="id administration name last")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["administration", "name"], name="count_one_each")]

    def __str__(self) -> str:
        return f"{self.name} {self.last}"


class Cases(models.QuerySet):
    def open(self) -> Cases:
        return self.filter(OPEN)

    def of_units(self, units: list[uuid.UUID]) -> Cases:
        return self.filter(unit_id__in=units)

    def of_records(self, records: list[uuid.UUID]) -> Cases:
        return self.filter(record_id__in=records)


class Case(models.Model):
    """What somebody asks of a service, until it is answered and done. `unit` owns it, then an `agent` of it.

    Its answer is an obligation fixed at the start: by `account`, to `address_sealed`, in `language`. `key`: of the act
    that opened it. Repeated for the lists: `due_at` of the standing promise, `answered_at` of the last answer, and
    `waits_since` of the oldest pause or referral that stands.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    number = models.BigIntegerField(db_default=NextNumber(), editable=False)
    key = models.TextField()
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    original_service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", db_index=False)
    territory = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    place = models.TextField(blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    agent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    asked = models.TextField()
    fields = models.JSONField(default=dict)  # what was filled in of the service's form
    opened_at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    record = models.ForeignKey(
        "people.SourceRecord", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    address_sealed = models.BinaryField(null=True)
    language = models.TextField(blank=True)
    due_at = models.DateTimeField(default=NO_TERM)
    waits_since = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    job = models.ForeignKey(Job, on_delete=models.PROTECT, related_name="cases", null=True)
    claims = models.ForeignKey("self", on_delete=models.PROTECT, related_name="claimed_by", null=True)
    closure = models.OneToOneField("CaseClosure", on_delete=models.PROTECT, related_name="+", null=True)

    is_new = False  # opened by this very act; then also what it promised, and what its unit is called
    promised: Promise | None = None
    unit_name = ""

    objects = Cases.as_manager()
    privacy = Declared(
        "attend",
        "P6Y",
        personal="asked fields place latitude longitude address_sealed agent by",
        pseudonymous="id number key record job claims closure",
        open="administration service original_service territory unit account language opened_at due_at waits_since "
        "answered_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "number"], name="case_number_once"),
            models.UniqueConstraint(fields=["administration", "key"], name="case_key_once"),
            models.CheckConstraint(condition=~Q(asked=""), name="case_asks_something"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="case_point_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["agent", "due_at", "id"], condition=OPEN, name="case_of_agent"),
            models.Index(fields=["unit", "due_at", "id"], condition=OPEN, name="case_of_unit"),
            models.Index(fields=["unit", "due_at", "id"], condition=OPEN & Q(agent=None), name="case_of_nobody"),
            models.Index(
                fields=["unit", "waits_since", "id"],
                condition=OPEN & Q(waits_since__isnull=False),
                name="case_that_waits",
            ),
            models.Index(fields=["unit", "-opened_at", "id"], name="case_by_opened"),
            models.Index(fields=["record", "-opened_at"], name="case_of_record"),
            models.Index(fields=["service", "latitude"], condition=Q(latitude__isnull=False), name="case_nearby"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """`0002K-7`."""
        return numbers.said(self.number)

    @property
    def is_open(self) -> bool:
        return self.closure_id is None

    @property
    def is_promised(self) -> bool:
        return self.due_at < NO_TERM

    @property
    def address(self) -> str:
        """Where its answer goes; nothing when it can only be given by voice or at a page."""
        sealed = self.address_sealed
        return keys.keyring(self.administration_id).open(sealed).decode() if sealed else ""


class CaseOrigin(models.Model):
    """A case came from a conversation, or went on in it: several of either for one of the other."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="origins", db_index=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="cases")
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    privacy = Declared("attend", "P6Y", personal="by", pseudonymous="id case conversation", open="administration at")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "conversation"], name="case_origin_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.conversation_id}"


class Step(models.Model):
    """One thing that happened to a case: who, when and why, and what it became. It stays as written."""

    class What(models.TextChoices):
        OPENED = "opened", _("s’obre")
        GIVEN = "given", _("es dona")
        MOVED = "moved", _("canvia de servei")
        NOTED = "noted", _("nota")
        ANSWERED = "answered", _("es contesta")
        CLOSED = "closed", _("es tanca")
        REOPENED = "reopened", _("es torna a obrir")
        JOINED = "joined", _("s’afegeix a una feina")
        LEFT = "left", _("deixa una feina")
        CLAIMED = "claimed", _("es reclama")
        REFERRED = "referred", _("es consulta")
        RETURNED = "returned", _("torna la consulta")
        PAUSED = "paused", _("s’atura el termini")
        RESUMED = "resumed", _("torna a comptar el termini")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps", db_index=False)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    what = models.TextField(choices=What.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    agent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    dispatch = models.OneToOneField(Dispatch, on_delete=models.PROTECT, related_name="+", null=True)
    other = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    reason = models.TextField(blank=True)
    privacy = Declared(
        "attend",
        "P6Y",
        personal="by agent reason",
        pseudonymous="id case dispatch other",
        open="administration at what unit service",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    what__in=[
                        *"opened given moved noted answered closed reopened".split(),
                        *"joined left claimed referred returned paused resumed".split(),
                    ]
                ),
                name="step_known",
            ),
            models.CheckConstraint(condition=~Q(what="moved") | ~Q(reason=""), name="step_move_has_a_reason"),
        ]
        indexes = [
            models.Index(fields=["case", "at", "id"], name="step_of_case"),
            models.Index(fields=["administration", "at"], condition=Q(what="answered"), name="step_answers"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.what}"


class CaseClosure(models.Model):
    """Somebody said that nothing is left to do, and how it ended. A reopening takes its force, and never the row."""

    class How(models.TextChoices):
        ANSWERED = "answered", _("contestat")
        UNANSWERED = "unanswered", _("tancat sense contestar")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="closures")
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    how = models.TextField(choices=How.choices)
    reason = models.TextField(blank=True)
    privacy = Declared("attend", "P6Y", personal="by reason", pseudonymous="id case", open="administration at how")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(how__in=["answered", "unanswered"]), name="case_closure_how_known"),
            models.CheckConstraint(
                condition=~Q(how="unanswered") | ~Q(reason=""), name="case_closure_without_answer_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["administration", "-at"], name="case_closure_by_day")]

    def __str__(self) -> str:
        return f"{self.how} {self.at}"


class CaseReopening(models.Model):
    """A closure that holds no more: who opened again, why and when. What was counted as closed then stays counted."""

    closure = models.OneToOneField(CaseClosure, on_delete=models.PROTECT, primary_key=True, related_name="reopening")
    administration = tenancy.owner()
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    reason = models.TextField()
    privacy = Declared("attend", "P6Y", personal="by reason", pseudonymous="closure", open="administration at")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="case_reopening_has_a_reason")]
        indexes = [models.Index(fields=["administration", "at"], name="case_reopening_by_day")]

    def __str__(self) -> str:
        return f"{self.closure_id} {self.at:%F}"
