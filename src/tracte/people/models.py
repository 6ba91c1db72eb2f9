"""Source records, their identifiers, the log of edges, and the persons that follow from it."""

from __future__ import annotations

import functools
import uuid
from functools import cached_property

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.sql import rows
from tracte.people.appearance import ATTEND, DECLARED, PROVED, VERIFIED
from tracte.people.linkage import calibration
from tracte.people.linkage.model import Model
from tracte.people.protections.models import Freeze, Relation, RelationMember, Thaw
from tracte.people.review.models import Calibration, Doubt, Verdict

__all__ = [
    "Calibration",
    "Doubt",
    "Edge",
    "Freeze",
    "Frequency",
    "Identifier",
    "LinkModel",
    "Membership",
    "NameToken",
    "Person",
]
__all__ += ["RecordIdentifier", "Relation", "RelationMember", "SourceRecord", "Thaw", "Verdict"]

ASSURANCE = Q(assurance__in=[DECLARED, PROVED, VERIFIED])


def attend() -> list[str]:
    return list(ATTEND)


def compared() -> models.TextField[str | None, str | None]:
    """A column that records are compared by. What is unknown is NULL, and says nothing."""
    return models.TextField(null=True)


class SourceRecord(models.Model):
    """One appearance of somebody as one source knows them. Interactions hang here, never on persons. Immutable.

    `source` is the channel account (a floor above: no foreign key). `key` fingerprints the source's own id of the
    person, or the content where the source has none: the same appearance is the same record. `purposes`: what it may be
    joined with others for; all records of one person have one in common.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    source = models.UUIDField()
    key = models.BinaryField()
    given_name = models.TextField(blank=True)
    surname = models.TextField(blank=True)
    surname2 = models.TextField(blank=True)
    birth_date = models.DateField(null=True)
    address = models.TextField(blank=True)
    postcode = models.TextField(blank=True)
    language = models.TextField(blank=True)
    assurance = models.SmallIntegerField(default=DECLARED)
    purposes = ArrayField(models.TextField(), default=attend)
    first_seen_at = models.DateTimeField(default=now)
    said_at = models.DateTimeField(null=True)  # when what it says was said, if it came later

    # What records are compared by (`linkage.features`), made when they come; and the keys under which they meet.
    given = compared()
    given_root = compared()
    given_sound = compared()
    sur1 = compared()
    sur1_sound = compared()
    sur2 = compared()
    sur2_sound = compared()
    area = compared()
    place = models.UUIDField(null=True)  # the territory that they first spoke of: a concept of the vocabularies
    key_birth_surname = models.BigIntegerField(null=True)
    key_birth_given = models.BigIntegerField(null=True)
    key_place = models.BigIntegerField(null=True)
    key_name = models.BigIntegerField(null=True)
    privacy = Declared(
        "attend",
        "P6Y",
        personal="given_name surname surname2 birth_date address postcode language given given_root given_sound sur1 "
        "sur1_sound sur2 sur2_sound area place",
        pseudonymous="id key key_birth_surname key_birth_given key_place key_name",
        open="administration source assurance purposes first_seen_at said_at",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="record_once"),
            models.CheckConstraint(condition=ASSURANCE, name="record_assurance"),
        ]
        indexes = [
            models.Index(fields=[key, "id"], condition=Q(**{f"{key}__isnull": False}), name=f"record_by_{key[4:]}")
            for key in ("key_birth_surname", "key_birth_given", "key_place", "key_name")
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.given_name, self.surname, self.surname2) if part)


class NameToken(models.Model):
    """A word of somebody's name, normalised, to find them by its beginning.

    Rows of a B-tree and not a text index: under row-level security only leakproof operators may use an index, and
    comparing text is one of the few.
    """

    pk = models.CompositePrimaryKey("administration_id", "token", "record_id")
    administration = tenancy.owner()
    token = models.TextField(db_collation="C")
    record = models.ForeignKey(
        SourceRecord, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    privacy = Declared("attend", "P6Y", personal="token", pseudonymous="record", open="administration")

    def __str__(self) -> str:
        return self.token


class Identifier(models.Model):
    """A value that points at people: its id is its keyed fingerprint, the value itself is sealed.

    `state`: normal; shared (seen with more than 3 distinct persons: links nobody any more); blocked (with more than 20:
    a company's, and the batch pass leaves it out too). `protections.degrees` tells the whole rule.
    """

    class State(models.TextChoices):
        NORMAL = "normal"
        SHARED = "shared"
        BLOCKED = "blocked"

    id = models.UUIDField(primary_key=True)
    administration = tenancy.owner()
    kind = models.TextField()
    key_id = models.SmallIntegerField()
    value_sealed = models.BinaryField()
    state = models.TextField(choices=State.choices, default=State.NORMAL)
    privacy = Declared(
        "attend", "P6Y", personal="value_sealed", pseudonymous="id", open="administration kind key_id state"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["national_id", "phone", "email"]), name="identifier_kind"),
            models.CheckConstraint(condition=Q(state__in=["normal", "shared", "blocked"]), name="identifier_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class RecordIdentifier(models.Model):
    """A record carries an identifier, and how sure its source was."""

    pk = models.CompositePrimaryKey("record_id", "identifier_id")
    administration = tenancy.owner()
    record = models.ForeignKey(
        SourceRecord, on_delete=models.PROTECT, related_name="carries", db_index=False, db_constraint=False
    )
    identifier = models.ForeignKey(Identifier, on_delete=models.PROTECT, related_name="carried_by", db_constraint=False)
    assurance = models.SmallIntegerField(default=DECLARED)
    at = models.DateTimeField(default=now)
    privacy = Declared("attend", "P6Y", pseudonymous="record identifier", open="administration assurance at")

    class Meta:
        constraints = [models.CheckConstraint(condition=ASSURANCE, name="record_identifier_assurance")]

    def __str__(self) -> str:
        return f"{self.record_id} {self.identifier_id}"


class Edge(models.Model):
    """The truth about who is who: an append-only log. The last edge between two records is the one that stands.

    link and must join; unlink parts; cannot parts and keeps apart. `a` < `b`. No `by`: the engine, with its `rule`.
    """

    class Kind(models.TextChoices):
        LINK = "link"
        UNLINK = "unlink"
        MUST = "must"
        CANNOT = "cannot"

    seq = models.BigAutoField(primary_key=True)
    administration = tenancy.owner()
    at = models.DateTimeField(default=now)
    by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    kind = models.TextField(choices=Kind.choices)
    a = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, related_name="+")
    b = models.ForeignKey(SourceRecord, on_delete=models.PROTECT, related_name="+")
    rule = models.TextField(blank=True)
    identifier = models.ForeignKey(Identifier, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    reason = models.TextField(blank=True)
    model = models.ForeignKey("LinkModel", on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    weights = models.JSONField(null=True)  # column -> [level, bits]: what each comparison said, in that model
    privacy = Declared(
        "link",
        "P6Y",
        personal="by reason",
        pseudonymous="a b identifier weights",
        open="seq administration at kind rule model",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(a__lt=models.F("b")), name="edge_ordered"),
            models.CheckConstraint(condition=Q(kind__in=["link", "unlink", "must", "cannot"]), name="edge_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class LinkModel(models.Model):
    """How records are weighed: what training learnt from the records of this administration. The newest is in use;
    none is ever changed, so that an edge can always be explained by the model that made it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    trained_at = models.DateTimeField(default=now)
    records = models.BigIntegerField()
    settings = models.JSONField()
    privacy = Declared("link", "P6Y", pseudonymous="settings", open="id administration trained_at records")

    def __str__(self) -> str:
        return f"{self.trained_at:%Y-%m-%d} {self.id}"

    @classmethod
    def in_use(cls) -> LinkModel | None:
        """The newest, with the thresholds to which people's verdicts moved it (`review`). Asked with every arrival, so
        without what it learnt, which never changes and is kept in memory."""
        found = rows(
            "SELECT m.id, m.administration_id, m.trained_at, m.records, moved.link_at, moved.ask_at FROM (SELECT * "
            "FROM people_linkmodel ORDER BY trained_at DESC, id DESC LIMIT 1) m LEFT JOIN LATERAL (SELECT link_at, "
            "ask_at FROM people_calibration WHERE model_id = m.id ORDER BY at DESC, id DESC LIMIT 1) moved ON true",
            prepare=True,
        )
        if not found:
            return None
        *values, link_at, ask_at = found[0]
        kept = cls.from_db(None, ["id", "administration_id", "trained_at", "records"], values)
        kept.moved_link_at, kept.moved_ask_at = link_at, ask_at  # type: ignore[attr-defined]
        return kept

    @property
    def link_at(self) -> float:
        """Bits from which on a pair that the guard lets pass is linked."""
        moved = getattr(self, "moved_link_at", None)
        return calibration.LINK if moved is None else moved

    @property
    def ask_at(self) -> float:
        """Bits from which on a human is asked."""
        moved = getattr(self, "moved_ask_at", None)
        return calibration.ASK if moved is None else moved

    @cached_property
    def learnt(self) -> Model:
        return _learnt(self.id)


@functools.lru_cache(maxsize=64)
def _learnt(model: uuid.UUID) -> Model:
    kept = LinkModel.objects.get(id=model)
    return Model(kept.settings, kept.records)


class Frequency(models.Model):
    """How frequent a value was among the records that a model learnt from: to share a rare surname says more."""

    pk = models.CompositePrimaryKey("model_id", "column", "value")
    administration = tenancy.owner()
    model = models.ForeignKey(LinkModel, on_delete=models.CASCADE, related_name="+", db_index=False)
    column = models.TextField()
    value = models.TextField(db_collation="C")
    share = models.FloatField()
    privacy = Declared("link", "P6Y", pseudonymous="value", open="administration model column share")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(share__gt=0) & Q(share__lte=1), name="frequency_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.column} {self.value}"


class Person(models.Model):
    """Somebody, as far as we know. The id is that of the oldest record behind; never deleted, so that a link to a
    person who was merged leads to the one they are now: the membership of that record tells."""

    id = models.UUIDField(primary_key=True)
    administration = tenancy.owner()
    created_at = models.DateTimeField(default=now)
    privacy = Declared("attend", "P6Y", pseudonymous="id", open="administration created_at")

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def now_at(cls, person_id: uuid.UUID) -> uuid.UUID | None:
        """The person that this id leads to today, after merges and splits; None when there never was one."""
        return Membership.objects.live().filter(record_id=person_id).values_list("person_id", flat=True).first()


class Memberships(models.QuerySet):
    def live(self) -> Memberships:
        return self.filter(to_seq=None)


class Membership(models.Model):
    """Which person a record belongs to, from one edge until another: a projection of the log, never written by hand."""

    id = models.BigAutoField(primary_key=True)
    administration = tenancy.owner()
    record = models.ForeignKey(
        SourceRecord, on_delete=models.PROTECT, related_name="memberships", db_index=False, db_constraint=False
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="memberships", db_index=False, db_constraint=False
    )
    from_seq = models.BigIntegerField(null=True)
    to_seq = models.BigIntegerField(null=True)

    objects = Memberships.as_manager()
    privacy = Declared("link", "P6Y", pseudonymous="record person", open="id administration from_seq to_seq")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record"], condition=Q(to_seq=None), name="membership_one_person"),
            models.CheckConstraint(
                condition=Q(to_seq=None) | Q(from_seq=None) | Q(to_seq__gte=models.F("from_seq")),
                name="membership_forward",
            ),
        ]
        indexes = [models.Index(fields=["person"], condition=Q(to_seq=None), name="membership_of_person")]

    def __str__(self) -> str:
        return f"{self.record_id} in {self.person_id}"
