"""What is done about privacy: purposes installed, reads written down."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable

from django.contrib.postgres.aggregates import StringAgg
from django.db import IntegrityError, transaction
from django.db.models import Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce

from tracte.core.models import Role, User
from tracte.privacy.models import ConsentStatement, Purpose, Read
from tracte.privacy.purposes import PURPOSES


class UnknownPurpose(ValueError):
    """Nobody reads without a purpose that the administration has: choose one of its purposes."""


def install_purposes() -> None:
    """The built-in purposes that the administration does not have yet; texts that it changed stay."""
    Purpose.objects.bulk_create(
        [
            Purpose(key=key, labels=known.labels, explanations=known.explanations, is_offered=known.is_offered)
            for key, known in PURPOSES.items()
        ],
        ignore_conflicts=True,
    )


def known_purposes(keys: Iterable[str]) -> list[str]:
    """These keys, each once and sorted. Raises UnknownPurpose for one that is neither built in nor worded here."""
    chosen = sorted(set(keys))
    known = {*PURPOSES, *Purpose.objects.filter(key__in=chosen).values_list("key", flat=True)}
    if strange := [key for key in chosen if key not in known]:
        raise UnknownPurpose(f"unknown purpose {strange[0]!r}: there are {', '.join(sorted(known))}")
    return chosen


def log_read(*, subject: uuid.UUID, by: User, purpose: str, at: dt.datetime, what: str = "person") -> None:
    """Write down one read, with the unit and roles that the reader has now. One INSERT, in the reader's transaction.

    `what` says how much was seen: `person`, `identifier`, ... An unknown purpose raises and takes the whole
    transaction with it: nobody sees what could not be written down.
    """
    roles = Role.objects.filter(user=by).order_by()
    try:
        Read.objects.create(
            at=at,
            user=by,
            unit_id=Subquery(roles.order_by("id").values("unit_id")[:1]),  # type: ignore[misc]  # the stubs know no expressions here
            role=Coalesce(
                Subquery(roles.values("user").annotate(names=_NAMES).values("names")),
                Value(""),
                output_field=TextField(),
            ),
            purpose=purpose,
            subject=subject,
            what=what,
        )
    except IntegrityError as error:
        raise UnknownPurpose(f"unknown purpose {purpose!r}: choose one of this administration's") from error


@transaction.atomic
def give(
    *, subject: uuid.UUID, purpose: str, how: str, text_version: str, at: dt.datetime, by: User | None = None
) -> ConsentStatement:
    """Write down that somebody agreed to a purpose, at this source record: how, and to which text. UnknownPurpose."""
    return _state("given", subject, purpose, at, how=how, text_version=text_version, by=by)


@transaction.atomic
def withdraw(
    *, subject: uuid.UUID, purpose: str, how: str, at: dt.datetime, by: User | None = None
) -> ConsentStatement:
    """Write down that somebody took their consent back; it asks for no text and no reason. UnknownPurpose."""
    return _state("withdrawn", subject, purpose, at, how=how, by=by)


def _state(kind: str, subject: uuid.UUID, purpose: str, at: dt.datetime, **told: object) -> ConsentStatement:
    try:
        return ConsentStatement.objects.create(kind=kind, subject=subject, purpose=purpose, at=at, **told)
    except IntegrityError as error:
        if "consent_purpose_known" not in str(error):
            raise
        raise UnknownPurpose(f"unknown purpose {purpose!r}: choose one of this administration's") from error


_NAME = Cast("name", TextField())
_NAMES = StringAgg(_NAME, delimiter=" ", distinct=True, order_by=_NAME)
