"""How right the memberships are, against a file that knows the truth."""

from __future__ import annotations

import csv
import uuid
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import Any

from tracte.channels.models import Account
from tracte.channels.receive import external_key
from tracte.core import tenancy
from tracte.core.sql import rows

NEEDED = {"channel", "external_id", "person"}


def evaluate(administration: uuid.UUID, truth: Path) -> dict[str, float | int | str]:
    """Pairwise and B-cubed figures of the source records that truth.csv (channel, external_id, person) speaks of.

    A record stands once however many interactions it has. B-cubed after Bagga and Baldwin (1998). `recall_of_named`:
    over the pairs of records that both say a given name; a telephone alone never links, whoever is behind it.
    """
    with tenancy.acting_for(administration):
        found = _predicted(truth)
        named = _named({record for record, _, _ in found})
    if not found:
        raise ValueError(
            f"{truth}: none of its interactions is in this installation; load them first: tracte demo load"
        )
    told = {"records": len({record for record, _, _ in found}), **figures((person, true) for _, person, true in found)}
    told["recall_of_named"] = figures((person, true) for record, person, true in found if record in named)["recall"]
    return told | strangers(found)


def _predicted(truth: Path) -> set[tuple[uuid.UUID, uuid.UUID, str]]:
    """(record, its person as it stands, true person). A record that holds two true persons stands twice: an error."""
    accounts = dict(Account.objects.values_list("key", "id"))
    found = set()
    for channel, lines in _read(truth).items():
        if channel not in accounts:
            raise ValueError(
                f"{truth}: channel '{channel}' is not an account here; there are: {', '.join(sorted(accounts))}"
            )
        person = {external_key(external_id): who for external_id, who in lines}
        for external_id, record, predicted in rows(
            """
            SELECT k.external_id, i.record_id, m.person_id FROM unnest(%s::text[]) AS t(external_id)
            JOIN channels_interactionkey k ON k.account_id = %s AND k.external_id = t.external_id
            JOIN channels_interaction i ON i.id = k.interaction AND i.at = k.at JOIN people_membership m
            ON m.record_id = i.record_id AND m.to_seq IS NULL
            """,
            list(person),
            accounts[channel],
        ):
            found.add((record, predicted, person[external_id]))
    return found


def _named(records: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the records that say a given name."""
    asked = "SELECT r.id FROM unnest(%s::uuid[]) AS t(id) JOIN people_sourcerecord r ON r.id = t.id"
    return {record for (record,) in rows(f"{asked} WHERE r.given IS NOT NULL", list(records))}


def _read(truth: Path) -> dict[str, list[tuple[str, str]]]:
    lines = defaultdict(list)
    with truth.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := NEEDED - set(reader.fieldnames or ()):
            raise ValueError(f"{truth}: column {sorted(missing)[0]} is missing; it needs {', '.join(sorted(NEEDED))}")
        for line in reader:
            lines[line["channel"]].append((line["external_id"], line["person"]))
    return lines


def figures(pairs: Iterable[tuple[Hashable, Hashable]]) -> dict[str, float | int]:
    """Of (predicted, true) labels: pairwise precision, recall, F1 and B-cubed. No pair at all is right: 1.0."""
    pairs = list(pairs)
    both, predicted, true = Counter(pairs), Counter(p for p, _ in pairs), Counter(t for _, t in pairs)
    right, claimed, real = _pairs(both), _pairs(predicted), _pairs(true)
    precision, recall = _ratio(right, claimed), _ratio(right, real)
    bcubed_precision = sum(n * n / predicted[p] for (p, _), n in both.items()) / (len(pairs) or 1)
    bcubed_recall = sum(n * n / true[t] for (_, t), n in both.items()) / (len(pairs) or 1)
    return {
        "persons": len(predicted),
        "true_persons": len(true),
        "false_pairs": claimed - right,
        "precision": round(precision, 6),
        "recall": round(recall, 6),
        "f1": round(_harmonic(precision, recall), 6),
        "bcubed_precision": round(bcubed_precision, 6),
        "bcubed_recall": round(bcubed_recall, 6),
        "bcubed_f1": round(_harmonic(bcubed_precision, bcubed_recall), 6),
        "largest": max(predicted.values(), default=0),
    }


def strangers(found: Iterable[tuple[Any, Hashable, Hashable]]) -> dict[str, float | int | str]:
    """Of (record, predicted, true): what joining two true people does to them.

    `newcomers_wrongly_attached`: the share of true people whose oldest record (ids grow with time) lies with an older
    one of somebody else: not yet known, and taken for another. `largest_mixed`: the records of the largest person that
    holds two true people; `largest_false`: the most records in one person that are not of whom most of its records are.
    """
    members: dict[Hashable, list[tuple[Any, Hashable]]] = defaultdict(list)
    eldest: dict[Hashable, tuple[Any, Hashable]] = {}
    for record, predicted, true in sorted(found, key=lambda one: (one[0], str(one[2]))):
        members[predicted].append((record, true))
        eldest.setdefault(true, (record, predicted))
    wrong = sum(
        any(other < record and whose != true for other, whose in members[predicted])
        for true, (record, predicted) in eldest.items()
    )
    of = {predicted: Counter(true for _, true in records) for predicted, records in members.items()}
    return {
        "newcomers_wrongly_attached": round(_ratio(wrong, len(eldest)), 6) if eldest else 0.0,
        "largest_mixed": max((counts.total() for counts in of.values() if len(counts) > 1), default=0),
        "largest_false": max((counts.total() - max(counts.values()) for counts in of.values()), default=0),
    }


def _pairs(counts: Counter) -> int:
    return sum(n * (n - 1) // 2 for n in counts.values())


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0
