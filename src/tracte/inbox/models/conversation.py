"""A thread that somebody must answer, its turns, and the rows that say who has it, who closed it and who opened it."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tracte.channels.models import Account, Dispatch
from tracte.core import keys, tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.models import Unit, User
from tracte.vocabularies.models import Concept

NO_TERM = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)  # of what nobody promised: it sorts after all that somebody did
OPEN = Q(closure=None)
AWAKE = OPEN & Q(snooze=None)


class Conversations(models.QuerySet):
    def open(self) -> Conversations:
        return self.filter(OPEN)

    def awake(self) -> Conversations:
        """Open, and not put off until later."""
        return self.filter(AWAKE)

    def of(self, agent: User) -> Conversations:
        return self.filter(agent=agent)

    def of_units(self, units: list[uuid.UUID]) -> Conversations:
        return self.filter(unit_id__in=units)

    def waiting_since(self, before: dt.datetime) -> Conversations:
        """Somebody has waited for an answer since before then."""
        return self.filter(waiting_since__lt=before)

    def after(self, due_at: dt.datetime, id: uuid.UUID) -> Conversations:
        """The next page of a list in the order of what was promised."""
        return self.filter(Q(due_at__gt=due_at) | Q(due_at=due_at, id__gt=id))


class Conversation(models.Model):
    """One thread with one correspondent by one channel account; at most one of them is open, says the database.

    A correspondent is a source record: who that is may change, and moves nothing here. `unit` owns it, `agent` has it
    in hand; both repeat the last `Assignment`. `address_sealed` is where its answers go, fixed when it began.
    `language`: what somebody said, the person before the channel; `seems_language`: where nobody did, what it seems.
    `waiting_since`: of the first message that was not answered. `due_at` is that of its standing promise.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    record = models.ForeignKey(
        "people.SourceRecord", on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    subject = models.TextField(blank=True)
    excerpt = models.TextField(blank=True)  # of the last turn
    language = models.TextField(blank=True)
    seems_language = models.TextField(blank=True, default="", db_default="")
    topic = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    agent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    address_sealed = models.BinaryField(null=True)
    opened_at = models.DateTimeField(default=now)
    last_at = models.DateTimeField()
    turns_count = models.IntegerField(default=0)
    waiting_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(default=NO_TERM)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, related_name="followed_by", null=True)
    closure = models.OneToOneField("Closure", on_delete=models.PROTECT, related_name="+", null=True)
    snooze = models.OneToOneField("Snooze", on_delete=models.PROTECT, related_name="+", null=True)

    objects = Conversations.as_manager()
    privacy = Declared(
        "attend",
        "P6Y",
        personal="subject excerpt address_sealed agent",
        pseudonymous="id record follows closure snooze",
        open="administration account language seems_language topic unit opened_at last_at turns_count waiting_since "
        "due_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "record"], condition=OPEN & Q(record__isnull=False), name="conversation_one_open"
            ),
        ]
        indexes = [
            models.Index(fields=["agent", "due_at", "id"], condition=AWAKE, name="conversation_of_agent"),
            models.Index(fields=["unit", "due_at", "id"], condition=AWAKE, name="conversation_of_unit"),
            models.Index(
                fields=["unit", "due_at", "id"], condition=AWAKE & Q(agent=None), name="conversation_of_nobody"
            ),
            models.Index(fields=["unit", "account"], condition=AWAKE, name="conversation_by_account"),
            models.Index(fields=["unit", "topic"], condition=AWAKE, name="conversation_by_topic"),
            models.Index(
                fields=["unit", "language", "seems_language"], condition=AWAKE, name="conversation_by_language"
            ),
            models.Index(
                fields=["unit", "due_at", "id"],
                condition=AWAKE & Q(agent=None, waiting_since__isnull=False),
                name="conversation_to_give",
            ),
            models.Index(
                fields=["agent"],
                condition=OPEN & Q(agent__isnull=False, waiting_since__isnull=False),
                name="conversation_in_hand",
            ),
            models.Index(fields=["record", "-last_at"], name="conversation_of_record"),
            models.Index(fields=["unit", "-last_at", "id"], name="conversation_by_last"),
            models.Index(fields=["unit", "opened_at"], name="conversation_by_opened"),
            models.Index(fields=["unit", "opened_at"], condition=OPEN, name="conversation_still_open"),
        ]

    def __str__(self) -> str:
        return self.subject or self.excerpt or str(self.id)

    @property
    def is_open(self) -> bool:
        return self.closure_id is None

    @property
    def is_promised(self) -> bool:
        return self.due_at < NO_TERM

    @property
    def spoken(self) -> str:
        """The language to answer in, as far as anybody can tell."""
        return self.language or self.seems_language

    @property
    def address(self) -> str:
        """Where an answer goes; nothing when it can only be given by voice."""
        sealed = self.address_sealed
        return keys.keyring(self.administration_id).open(sealed).decode() if sealed else ""


class Turn(models.Model):
    """One thing said in a conversation: an interaction that came in, or one of ours on its way out."""

    interaction = models.UUIDField(primary_key=True)  # of what goes out, the id that its dispatch gives it
    administration = tenancy.owner()
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="turns", db_index=False)
    at = models.DateTimeField()
    dispatch = models.OneToOneField(Dispatch, on_delete=models.PROTECT, related_name="+", null=True)
    privacy = Declared("attend", "P6Y", pseudonymous="interaction conversation dispatch", open="administration at")

    class Meta:
        indexes = [
            models.Index(fields=["conversation", "-at", "interaction"], name="turn_of_conversation"),
            models.Index(fields=["administration", "at"], condition=Q(dispatch__isnull=False), name="turn_answers"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.at}"


class Assignment(models.Model):
    """From then on a unit owns it, and an agent of it, or nobody, has it in hand. The last one holds; all stay.

    `why`: of one that was given by itself, what decided (see `sharing.words`); of what somebody did, nothing. Who gave
    it back is `by`, with no agent: it does not come to them by itself again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="assignments")
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    agent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    reason = models.TextField(blank=True)
    why = models.JSONField(default=dict, db_default={})
    privacy = Declared(
        "attend", "P6Y", personal="by agent reason why", pseudonymous="id conversation", open="administration at unit"
    )

    class Meta:
        indexes = [models.Index(fields=["agent", "-at"], condition=Q(agent__isnull=False), name="assignment_of_agent")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.at}"


class Closure(models.Model):
    """Somebody said that nothing is left to do, and how it ended. A reopening takes its force, and never the row."""

    class How(models.TextChoices):
        ANSWERED = "answered", _("contestada")
        UNNEEDED = "unneeded", _("no cal resposta")
        UNANSWERED = "unanswered", _("tancada sense contestar")
        SPAM = "spam", _("correu brossa")

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="closures")
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    how = models.TextField(choices=How.choices)
    reason = models.TextField(blank=True)
    privacy = Declared(
        "attend", "P6Y", personal="by reason", pseudonymous="id conversation", open="administration at how"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(how__in=["answered", "unneeded", "unanswered", "spam"]), name="closure_how_known"
            ),
            models.CheckConstraint(
                condition=~Q(how="unanswered") | ~Q(reason=""), name="closure_without_answer_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["administration", "-at"], name="closure_by_day")]

    def __str__(self) -> str:
        return f"{self.how} {self.at}"


class Reopening(models.Model):
    """A closure that holds no more: who opened again, and when. What was counted as closed then stays counted."""

    closure = models.OneToOneField(Closure, on_delete=models.PROTECT, primary_key=True, related_name="reopening")
    administration = tenancy.owner()
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    privacy = Declared("attend", "P6Y", personal="by", pseudonymous="closure", open="administration at")

    class Meta:
        indexes = [models.Index(fields=["administration", "at"], name="reopening_by_day")]

    def __str__(self) -> str:
        return f"{self.closure_id} {self.at}"


class Snooze(models.Model):
    """Put off until a moment, or until they write. When it ends the row says so."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="snoozes")
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    privacy = Declared(
        "attend", "P6Y", personal="by", pseudonymous="id conversation", open="administration at until ended_at"
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("at")), name="snooze_ends_later")]
        indexes = [models.Index(fields=["until"], condition=Q(ended_at=None), name="snooze_to_end")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.until}"
