"""Which conversations a view shows, in the order of what was promised, and how many each view has. One query each.

A list reads at most a page of each unit, by index; a count stops at MOST. So neither grows with what is closed, nor
with what waits.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracte.core.clock import now
from tracte.core.models import User
from tracte.core.sql import rows
from tracte.desk.inbox.filters import Filters, conditions
from tracte.inbox.models.conversation import NO_TERM

PAGE, MOST, MOST_OF_OWN = 50, 999, 99
AWAKE = "closure_id IS NULL AND snooze_id IS NULL"
MINE, TEAM = "mine", "team"


@dataclass(frozen=True)
class View:
    """A question about conversations: whose (`mine` or the `team`'s), which of them, and of these which are wanted.

    `until`: by when what it shows is due, where `which` asks. `base`: the fixed view that one of one's own began from.
    """

    key: str
    label: object
    whose: str
    which: str = AWAKE
    newest_first: bool = False
    until: str = ""
    filters: Filters = field(default_factory=dict)
    base: str = ""
    most: int = MOST

    @property
    def order(self) -> str:
        return "last_at DESC, id DESC" if self.newest_first else "due_at, id"


VIEWS = (
    View("mine", _("Assignades a mi"), MINE),
    View("today", _("Promeses per avui"), MINE, f"{AWAKE} AND due_at < %s", until="today"),
    View("waiting", _("Esperen resposta"), MINE, f"{AWAKE} AND waiting_since IS NOT NULL"),
    View("snoozed", _("Ajornades"), MINE, "closure_id IS NULL AND snooze_id IS NOT NULL"),
    View("free", _("Sense assignar"), TEAM, f"{AWAKE} AND agent_id IS NULL"),
    View("late", _("Fora de termini"), TEAM, f"{AWAKE} AND due_at < %s", until="late"),
    View("team", _("Totes les obertes"), TEAM),
    View("closed", _("Tancades"), TEAM, "closure_id IS NOT NULL", newest_first=True),
)
BY_KEY = {view.key: view for view in VIEWS}
UNCOUNTED = ("closed",)  # all that ever was; for the same reason it has no filters

ITEM = """
SELECT c.id, c.subject, c.excerpt, c.waiting_since, c.due_at, c.last_at, a.icon, a.name,
  concat_ws(' ', nullif(r.given_name, ''), nullif(r.surname, ''), nullif(r.surname2, '')), u.full_name, c.agent_id
FROM {source} c JOIN channels_account a ON a.id = c.account_id
LEFT JOIN people_sourcerecord r ON r.id = c.record_id LEFT JOIN core_user u ON u.id = c.agent_id
ORDER BY {order} LIMIT {limit}
"""
OF_AGENT = "(SELECT * FROM inbox_conversation WHERE agent_id = %s::uuid AND {which} ORDER BY {order} LIMIT {limit})"
OF_UNITS = """(SELECT c.* FROM unnest(%s::uuid[]) AS un(id) CROSS JOIN LATERAL (
  SELECT * FROM inbox_conversation WHERE unit_id = un.id AND {which} ORDER BY {order} LIMIT {limit}) c)"""

# In any order, and no further than MOST in all: `OFFSET 0` keeps each unit to its index, one after another.
COUNTED = "(SELECT count(*) FROM (SELECT 1 FROM {source} LIMIT {limit}) c)"
COUNT_OF = {
    MINE: "(SELECT 1 FROM inbox_conversation WHERE agent_id = %s::uuid AND {which} OFFSET 0) c",
    TEAM: """unnest(%s::uuid[]) AS un(id) CROSS JOIN LATERAL (
      SELECT 1 FROM inbox_conversation WHERE unit_id = un.id AND {which} OFFSET 0) c""",
}


@dataclass(slots=True)
class Item:
    """One line of the list."""

    id: uuid.UUID
    subject: str
    excerpt: str
    waiting_since: dt.datetime | None
    due_at: dt.datetime
    last_at: dt.datetime
    icon: str
    door: str
    who: str
    agent: str | None
    agent_id: uuid.UUID | None

    @property
    def is_promised(self) -> bool:
        return self.due_at < NO_TERM

    @property
    def place(self) -> str:
        """Where the next page begins."""
        return f"{self.due_at.isoformat()}~{self.last_at.isoformat()}~{self.id}"


def filtered(view: View, filters: Filters, key: str = "", label: object = "") -> View:
    """A fixed view with filters; under a name of its own, when it is one of one's own."""
    wanted = {} if view.key in UNCOUNTED else filters
    shown = replace(view, filters=wanted, base=view.key)
    return replace(shown, key=key, label=label, most=MOST_OF_OWN) if key else shown


def page(view: View, user: User, units: list[uuid.UUID], after: str = "") -> tuple[list[Item], bool]:
    """Up to PAGE items and whether there are more."""
    which, asked = _which(view), _asked(view, user, units)
    if place := _place(after):
        due_at, last_at, last = place
        later = "(last_at, id) <" if view.newest_first else "(due_at, id) >"
        which = f"{which} AND {later} (%s::timestamptz, %s::uuid)"
        asked += [last_at if view.newest_first else due_at, last]
    order = ", ".join(f"c.{part}" for part in view.order.split(", "))
    statement = ITEM.format(source=_source(view, which, PAGE + 1), order=order, limit=PAGE + 1)
    found = [Item(*row) for row in rows(statement, *asked)]
    return found[:PAGE], len(found) > PAGE


def ids(view: View, user: User, units: list[uuid.UUID], most: int) -> list[uuid.UUID]:
    """All of a view, in its order, up to so many. One query, by the same index as its pages."""
    statement = f"SELECT id FROM {_source(view, _which(view), most)} c ORDER BY {view.order} LIMIT {most}"
    return [one for (one,) in rows(statement, *_asked(view, user, units))]


def counts(user: User, units: list[uuid.UUID], more: Iterable[View] = ()) -> dict[str, str]:
    """How many each view has, fixed ones and `more`, as it is shown: of more than MOST, «999+». One query."""
    counted = {view.key: view for view in (*VIEWS, *more) if (view.base or view.key) not in UNCOUNTED}
    parts = [
        COUNTED.format(source=COUNT_OF[view.whose].format(which=_which(view)), limit=view.most + 1)
        for view in counted.values()
    ]
    asked = [value for view in counted.values() for value in _asked(view, user, units)]
    [found] = rows(f"SELECT {', '.join(parts)}", *asked)
    capped = zip(counted.items(), found, strict=True)
    return {key: f"{view.most}+" if n > view.most else str(n) for (key, view), n in capped}


def _source(view: View, which: str, limit: int) -> str:
    return (OF_AGENT if view.whose == MINE else OF_UNITS).format(which=which, order=view.order, limit=limit)


def _which(view: View) -> str:
    return view.which.replace("%s", "%s::timestamptz") + conditions(view.filters)[0]


def _asked(view: View, user: User, units: list[uuid.UUID]) -> list[object]:
    """The parameters of a view, in the order in which its statement asks for them."""
    moments = {"today": _tomorrow, "late": now}
    due = [moments[view.until]()] if view.until else []
    return [user.pk if view.whose == MINE else units, *due, *conditions(view.filters)[1]]


def _tomorrow() -> dt.datetime:
    return timezone.localtime(now()).replace(hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=1)


def _place(after: str) -> tuple[dt.datetime, dt.datetime, uuid.UUID] | None:
    """After which item the page begins; from the first, when the address was cut."""
    try:
        due_at, last_at, last = after.split("~")
        return dt.datetime.fromisoformat(due_at), dt.datetime.fromisoformat(last_at), uuid.UUID(last)
    except ValueError:
        return None
