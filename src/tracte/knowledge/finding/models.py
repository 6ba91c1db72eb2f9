"""The index of what may be found, the words that mean the same, and the searches that found nothing."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.models import User

LANGUAGES = ["ca", "es", "oc", "en"]


class Entry(models.Model):
    """A service or an answer in one language, as search finds it."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    service = models.ForeignKey("knowledge.Service", on_delete=models.CASCADE, related_name="+", null=True)
    answer = models.ForeignKey("knowledge.Answer", on_delete=models.CASCADE, related_name="+", null=True)
    language = models.TextField()
    title = models.TextField()
    privacy = Declared("administer", "installation", open="id administration service answer language title")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "answer", "language"], name="entry_once", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(service=None, answer__isnull=False) | Q(service__isnull=False, answer=None),
                name="entry_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Posting(models.Model):
    """A word or a stem (`~` before it) of an entry, with the weight of the place where it stands.

    Rows of a B-tree and not a GIN over a tsvector: under row-level security only leakproof operators reach an index.
    """

    pk = models.CompositePrimaryKey("administration_id", "language", "lexeme", "entry_id")
    administration = tenancy.owner()
    language = models.TextField()
    lexeme = models.TextField(db_collation="C")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="+")
    weight = models.SmallIntegerField()
    privacy = Declared("administer", "installation", open="administration language lexeme entry weight")

    def __str__(self) -> str:
        return self.lexeme


class Spelling(models.Model):
    """A known word as it looks with one letter left out, or whole: where a mistyped word meets it."""

    pk = models.CompositePrimaryKey("administration_id", "language", "key", "word")
    administration = tenancy.owner()
    language = models.TextField()
    key = models.TextField(db_collation="C")
    word = models.TextField(db_collation="C")
    privacy = Declared("administer", "installation", open="administration language key word")

    def __str__(self) -> str:
        return self.word


class Synonym(models.Model):
    """Who searches `word` also means `means`; and the other way round, when it is mutual. Both are folded words."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    language = models.CharField(max_length=2)
    word = models.TextField()
    means = models.TextField()
    is_mutual = models.BooleanField(default=True)
    at = models.DateTimeField(default=now)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    privacy = Declared("administer", "P5Y", personal="by", open="id administration language word means is_mutual at")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "language", "word", "means"], name="synonym_once"),
            models.CheckConstraint(condition=Q(language__in=LANGUAGES), name="synonym_language_known"),
            models.CheckConstraint(
                condition=~Q(word=F("means")) & ~Q(word="") & ~Q(means=""), name="synonym_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.word} {'=' if self.is_mutual else '→'} {self.means}"


class MissedSearch(models.Model):
    """Words that found nothing, in one language, on one day: how often. What looks like a person's data is not kept."""

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    language = models.CharField(max_length=2)
    words = models.TextField()
    day = models.DateField()
    count = models.PositiveIntegerField()
    privacy = Declared("administer", "P1Y", pseudonymous="words", open="id administration language day count")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["administration", "day", "language", "words"], name="missed_once_a_day")
        ]

    def __str__(self) -> str:
        return self.words
