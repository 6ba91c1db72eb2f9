"""Views of one's own: kept, shared, put in order, dropped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import IntegrityError, transaction

from tracte.core import units
from tracte.core.models import Unit, User
from tracte.inbox.checking import ATTENDS, LEADS, Refused
from tracte.inbox.models import SavedView

LONGEST = 60  # letters of a name
MOST = 20  # views of one person


@transaction.atomic
def keep_view(
    name: str, *, by: User, at: dt.datetime, view: str, filters: Mapping[str, str], unit: Unit | None = None
) -> SavedView:
    """The view with its filters under a name, the last of theirs; for a unit too when one is given."""
    theirs = list(SavedView.objects.filter(owner=by).values_list("place", flat=True))
    if len(theirs) >= MOST:
        raise Refused("view_many")
    kept = SavedView(owner=by, view=view, filters=dict(filters), at=at, place=max(theirs, default=0) + 1)
    return _save(kept, name, unit, by)


@transaction.atomic
def change_view(kept: SavedView, *, by: User, name: str, unit: Unit | None) -> SavedView:
    """Another name, or shared with a unit, or with none."""
    return _save(_own(kept, by), name, unit, by)


@transaction.atomic
def move_view(kept: SavedView, *, by: User, up: bool) -> None:
    """One place up or down among one's own; at the end it stays."""
    theirs = list(SavedView.objects.select_for_update().filter(owner=by).order_by("place", "id"))
    here = theirs.index(_own(kept, by))
    there = max(0, here - 1) if up else min(len(theirs) - 1, here + 1)
    theirs.insert(there, theirs.pop(here))
    for place, one in enumerate(theirs):
        one.place = place
    SavedView.objects.bulk_update(theirs, ["place"])


@transaction.atomic
def drop_view(kept: SavedView, *, by: User) -> None:
    """For good: by its owner, and a shared one also by who leads its unit."""
    if kept.owner_id != by.pk and kept.unit_id not in units.of(by, *LEADS):
        raise Refused("role")
    kept.delete()


def _own(kept: SavedView, by: User) -> SavedView:
    if kept.owner_id != by.pk:
        raise Refused("role")
    return kept


def _save(kept: SavedView, name: str, unit: Unit | None, by: User) -> SavedView:
    kept.name, kept.unit = name.strip(), unit
    if not 0 < len(kept.name) <= LONGEST:
        raise Refused("view_name")
    if unit and unit.pk not in units.seen_by(by, *ATTENDS):
        raise Refused("view_unit")
    try:
        with transaction.atomic():
            kept.save()
    except IntegrityError as error:
        raise Refused("view_taken") from error
    return kept
