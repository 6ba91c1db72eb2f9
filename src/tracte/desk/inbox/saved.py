"""The view that an address asks for: a fixed one, with filters or without, or one of one's own; and its address."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.http import urlencode

from tracte.core.models import User
from tracte.desk.inbox import filters, lists
from tracte.desk.inbox.filters import Choices, Filters
from tracte.desk.inbox.lists import View
from tracte.inbox.models import SavedView

SHOWN = 20  # one's own and shared ones together: each is counted on every page


@dataclass(frozen=True)
class Own:
    """One of one's own views as it is shown. `is_whole`: all that it names is still there."""

    kept: SavedView
    view: View
    is_mine: bool
    is_whole: bool


def shown(user: User, units: list[uuid.UUID], offered: Mapping[str, Choices]) -> list[Own]:
    """One's own, then what others share. One query."""
    kept = SavedView.objects.seen_by(user, units).select_related("owner")[:SHOWN]
    return [_own(one, user, offered) for one in kept]


def _own(kept: SavedView, user: User, offered: Mapping[str, Choices]) -> Own:
    wanted = filters.read(kept.filters)
    view = lists.filtered(lists.BY_KEY.get(kept.view, lists.BY_KEY["team"]), wanted, str(kept.id), kept.name)
    is_whole = not any(one.is_gone for one in filters.in_words(wanted, offered))
    return Own(kept, view, kept.owner_id == user.pk, is_whole)


def asked(given: Mapping[str, str], own: Sequence[Own]) -> tuple[View, bool]:
    """The view of an address, and whether it named one that is not there any more."""
    key = given.get("view", "")
    for one in own:
        if one.view.key == key:
            return one.view, False
    fixed = lists.BY_KEY.get(key, lists.VIEWS[0])
    return lists.filtered(fixed, filters.read(given)), "-" in key


def address(view: View) -> str:
    """What `asked` understands."""
    is_own = view.key not in lists.BY_KEY
    wanted: Filters = {} if is_own else view.filters
    return urlencode({"view": view.key} | wanted)


def place(given: Mapping[str, str]) -> str:
    """Of an address, what says where one was, to go back there."""
    kept = {name: given[name] for name in ("view", *filters.CONDITIONS) if given.get(name)}
    return f"?{urlencode(kept)}" if kept else ""
