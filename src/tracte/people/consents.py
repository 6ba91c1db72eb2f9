"""What a person consents to, from what was said at each of their records (`privacy.ConsentStatement`).

A consent is as good as the bond that carries it: it holds for the record at which it was said, and for those that a
document, a proved contact or somebody's hand joined to it. A name or a weight joins records to attend people better,
and may be wrong; nobody is written to on the ground of a yes that may be somebody else's. A withdrawal is heard
wherever it is said: it counts for all records of the person, until a later yes.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from tracte.people import components
from tracte.people.models import Edge, Membership
from tracte.privacy.models import ConsentStatement

CERTAIN = ("document", "proved", "hand")  # rules of edges over which a consent flows


@dataclass(frozen=True)
class Standing:
    """For one person and one purpose: record -> does a consent hold there."""

    records: dict[uuid.UUID, bool]

    @property
    def whole(self) -> bool:
        """It holds at every record: whichever contact is used, the person agreed."""
        return bool(self.records) and all(self.records.values())


def standing(person: uuid.UUID, purpose: str) -> Standing:
    """What holds today, per record. At the same instant a withdrawal outweighs a consent."""
    live = Membership.objects.live().filter(person_id=person)
    records = list(live.order_by("record_id").values_list("record_id", flat=True))
    said = ConsentStatement.objects.filter(subject__in=records, purpose=purpose)
    statements = list(said.order_by("at", "id").values_list("subject", "kind", "at"))
    given = {subject: at for subject, kind, at in statements if kind == ConsentStatement.Kind.GIVEN}
    withdrawn = max((at for _, kind, at in statements if kind == ConsentStatement.Kind.WITHDRAWN), default=None)
    found: dict[uuid.UUID, bool] = {}
    for group in components.parts(records, certain(records)):
        times = [given[record] for record in group if record in given]
        holds = bool(times) and (withdrawn is None or max(times) > withdrawn)
        found |= dict.fromkeys(group, holds)
    return Standing(found)


def certain(records: Iterable[uuid.UUID]) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Pairs of these records that a certain bond holds together today: the last edge of each pair stands."""
    among = list(records)
    if len(among) < 2:
        return []
    log = (
        Edge.objects.filter(a_id__in=among, b_id__in=among).order_by("seq").values_list("a_id", "b_id", "kind", "rule")
    )
    last = {(a, b): kind in components.JOINS and rule in CERTAIN for a, b, kind, rule in log}
    return [pair for pair, is_certain in last.items() if is_certain]
