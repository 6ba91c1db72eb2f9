"""`unmerge_cost`: blocks that parting a person touches, in the largest database against a smaller one.

One database grows from size to size; at each, persons of 2 to 200 records are split in halves. Blocks of tables and
indexes are counted, as the server counts them for one transaction: they are the same whatever else the machine does.
TRACTE_BENCH_PLOT=FILE.svg draws them, and writes the table beside it.
"""

from __future__ import annotations

import itertools
import os
import statistics
import time
import uuid
from pathlib import Path
from typing import NamedTuple

from tracte.config import installation
from tracte.config.bench import Figure, figure

SIZES = [int(size) for size in os.environ.get("TRACTE_BENCH_SIZES", "10000,100000,1000000").split(",")]
COMPONENTS = (2, 5, 10, 20, 50, 100, 200)
TIMES = 5  # persons of each size, each split once
GATE = 2.0

# Record n is number n as a UUID. Of the town, every second record is its person's only one, the others belong to the
# one before; of the persons to be split, all hang from the first, which bears a verified document.
RECORD = "lpad(to_hex({}), 32, '0')::uuid"
TOWN = "n / 4 * 4 + CASE WHEN n %% 4 = 3 THEN 2 ELSE n %% 4 END"
SPLIT = "%(first)s"
FILL = (
    "INSERT INTO people_sourcerecord (id, source, key, given_name, surname, surname2, address, postcode, language, "
    f"assurance, purposes, first_seen_at) SELECT {RECORD.format('n')}, %(source)s, decode(md5(n::text), 'hex'), 'Nom' || n %% 997, "
    "'Cognom' || n %% 9973, '', '', '', 'ca', 1, '{attend}', now() FROM generate_series(%(first)s, %(last)s) n",
    f"INSERT INTO people_person (id, created_at) SELECT DISTINCT {RECORD.format('{root}')}, now() "
    "FROM generate_series(%(first)s, %(last)s) n",
    "INSERT INTO people_identifier (id, kind, key_id, value_sealed, state) SELECT md5(n::text)::uuid, "
    "CASE WHEN n = {root} THEN 'national_id' ELSE 'phone' END, 1, '', 'normal' "
    "FROM generate_series(%(first)s, %(last)s) n",
    "INSERT INTO people_recordidentifier (record_id, identifier_id, assurance, at) "
    f"SELECT {RECORD.format('n')}, md5(n::text)::uuid, CASE WHEN n = {{root}} THEN 3 ELSE 1 END, now() "
    "FROM generate_series(%(first)s, %(last)s) n",
    f"INSERT INTO people_membership (record_id, person_id) SELECT {RECORD.format('n')}, {RECORD.format('{root}')} "
    "FROM generate_series(%(first)s, %(last)s) n",
    "INSERT INTO people_edge (at, kind, a_id, b_id, rule, reason) "
    f"SELECT now(), 'link', {RECORD.format('{root}')}, {RECORD.format('n')}, 'name', '' "
    "FROM generate_series(%(first)s, %(last)s) n WHERE {root} <> n",
)
BLOCKS = """
SELECT sum(pg_stat_get_xact_blocks_fetched(oid))::int FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
"""


class Cost(NamedTuple):
    """Of parting one person: blocks touched, queries asked, milliseconds without the commit (medians)."""

    blocks: float
    queries: float
    ms: float


def measure(_results: dict[str, Figure]) -> Figure:
    administration = installation.ready()
    from django.db import connections

    from tracte.core import tenancy
    from tracte.core.models import User

    with tenancy.acting_for(administration):
        user = User.objects.create(email="bench@exemple.cat")
    costs: dict[int, dict[int, Cost]] = {}
    filled = 0
    for size in SIZES:
        with tenancy.acting_for(administration):
            persons = _grow(filled, size)
        filled = size
        with connections["owner"].cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        (_, spare), *measured = persons
        _part(administration, spare, user)  # the first one reads the catalogue
        spent = [(many, _part(administration, person, user)) for many, person in measured]
        costs[size] = {many: _median([cost for n, cost in spent if n == many]) for many in COMPONENTS}
    most = costs[SIZES[-1]]
    least = {many: _least(costs, many) for many in COMPONENTS}
    worst = max(COMPONENTS, key=lambda many: most[many].blocks / least[many])
    if path := os.environ.get("TRACTE_BENCH_PLOT"):
        _publish(Path(path), costs)
    return figure(
        most[worst].blocks,
        f"blocks ({worst} records, {SIZES[-1]:,} in the database)",
        "the same in a smaller database",
        least[worst],
        GATE,
        at_least=False,
        **{f"of {many} records": {f"{size:,}": costs[size][many]._asdict() for size in SIZES} for many in COMPONENTS},
    )


def _grow(filled: int, size: int) -> list[tuple[int, uuid.UUID]]:
    """Rows straight into the tables, as the application's role, up to so many records; the persons to be split, each
    with its number of records, are the last of them."""
    from django.db import connection

    ends = [many for many in COMPONENTS for _ in range(TIMES + (many == COMPONENTS[0]))]
    first = size - sum(ends)
    spans = [(filled, first - 1, TOWN)]
    persons = []
    for many in ends:
        persons.append((many, uuid.UUID(int=first)))
        spans.append((first, first + many - 1, SPLIT))
        first += many
    with connection.cursor() as cursor:
        for start, last, root in spans:
            told: dict[str, int | uuid.UUID] = {"first": start, "last": last, "source": uuid.UUID(int=1)}
            for statement in FILL:
                cursor.execute(statement.replace("{root}", root), told)
    return persons


def _part(administration: uuid.UUID, person: uuid.UUID, user) -> Cost:
    """Split this person in halves, once and for all."""
    from django.db import connection

    from tracte.core import tenancy
    from tracte.core.clock import now
    from tracte.people import actions
    from tracte.people.models import Membership

    queries = itertools.count()
    with tenancy.acting_for(administration), connection.cursor() as cursor:
        live = Membership.objects.live().filter(person_id=person).order_by("record_id")
        records = list(live.values_list("record_id", flat=True))
        cursor.execute(BLOCKS)
        before = cursor.fetchone()[0]
        with connection.execute_wrapper(lambda run, *told: (next(queries), run(*told))[1]):
            started = time.perf_counter()
            actions.unmerge(person, records[len(records) // 2 :], by=user, at=now())
            spent = time.perf_counter() - started
        cursor.execute(BLOCKS)
        return Cost(cursor.fetchone()[0] - before, next(queries), spent * 1000)


def _least(costs: dict[int, dict[int, Cost]], many: int) -> float:
    """The cheapest of the smaller databases: one in which the planner chose badly is no measure."""
    return min(costs[size][many].blocks for size in SIZES[:-1])


def _median(costs: list[Cost]) -> Cost:
    return Cost(*(round(statistics.median(values), 2) for values in zip(*costs, strict=True)))


INK, GRID, MOST_INK, LEAST_INK = "#1e1c19", "#dfdcd4", "#0d5566", "#b3541e"
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 420, 76, 24, 60, 64


def _publish(path: Path, costs: dict[int, dict[int, Cost]]) -> None:
    """The picture, and beside it the page that shows it with its numbers."""
    path.write_text(_svg(costs))
    head = "| records of the person | " + " | ".join(f"blocks, {size:,} records" for size in costs)
    lines = [f"{head} | ratio | queries | ms |", "|---" * (len(costs) + 4) + "|"]
    for many in COMPONENTS:
        found = [costs[size][many] for size in costs]
        ratio = found[-1].blocks / _least(costs, many)
        numbers = [*(f"{cost.blocks:,.0f}" for cost in found), f"{ratio:.2f}", f"{found[-1].queries:.0f}"]
        lines.append(f"| {many} | {' | '.join(numbers)} | {found[-1].ms:.1f} |")
    path.with_suffix(".md").write_text(PAGE.format(picture=path.name, table="\n".join(lines)))


def _svg(costs: dict[int, dict[int, Cost]]) -> str:
    """Two lines, the smallest and the largest database, over the records of the person that is split."""
    top = _round_up(max(cost.blocks for size in costs.values() for cost in size.values()))

    def at(many: float, blocks: float) -> tuple[float, float]:
        x = LEFT + many / COMPONENTS[-1] * (WIDTH - LEFT - RIGHT)
        return round(x, 1), round(HEIGHT - BOTTOM - blocks / top * (HEIGHT - TOP - BOTTOM), 1)

    drawn = []
    for step in range(6):
        x, y = at(COMPONENTS[-1] * step / 5, top * step / 5)
        drawn.append(f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="{GRID}"/>')
        drawn.append(f'<text x="{LEFT - 8}" y="{y + 5}" text-anchor="end">{top * step // 5:,}</text>')
        drawn.append(
            f'<text x="{x}" y="{HEIGHT - BOTTOM + 22}" text-anchor="middle">{COMPONENTS[-1] * step // 5}</text>'
        )
    ends = [(SIZES[-1], MOST_INK, 7, ""), (SIZES[0], LEAST_INK, 4, ' stroke-dasharray="7 5"')]
    for place, (size, ink, dot, dash) in enumerate(ends):
        points = [at(many, costs[size][many].blocks) for many in COMPONENTS]
        line = "L".join(f"{x} {y}" for x, y in points)
        drawn.append(f'<path d="M{line}" fill="none" stroke="{ink}" stroke-width="2.5"{dash}/>')
        drawn += [f'<circle cx="{x}" cy="{y}" r="{dot}" fill="{ink}"/>' for x, y in points]
        x, y = LEFT + 24, TOP + 12 + place * 26
        drawn.append(f'<path d="M{x} {y}h36" stroke="{ink}" stroke-width="2.5"{dash}/>')
        drawn.append(f'<circle cx="{x + 18}" cy="{y}" r="{dot}" fill="{ink}"/>')
        drawn.append(f'<text x="{x + 48}" y="{y + 5}">{size:,} records in the database</text>')
    return SVG.format(
        width=WIDTH, height=HEIGHT, ink=INK, drawn="\n  ".join(drawn), right=WIDTH - 1, bottom=HEIGHT - 1,
        middle=(LEFT + WIDTH - RIGHT) / 2, foot=HEIGHT - 18,
    )  # fmt: skip


def _round_up(value: float) -> int:
    """To a number that parts well in five."""
    step = 5 * 10 ** (len(str(int(value))) - 2)
    return int(-(-value // step) * step)


SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d" \
font-family="Roboto, 'Segoe UI', 'Liberation Sans', system-ui, sans-serif" font-size="14" fill="{ink}">
  <title id="t">What it costs to undo a merge</title>
  <desc id="d">Blocks touched grow with the records of the person, and hardly with the size of the database.</desc>
  <rect x="1" y="1" width="{right}" height="{bottom}" rx="12" fill="#f5f4f0" stroke="#dfdcd4"/>
  <text x="20" y="32" font-size="16" font-weight="600">Blocks of tables and indexes touched by one unmerge</text>
  {drawn}
  <text x="{middle}" y="{foot}" text-anchor="middle">records of the person that is parted in halves</text>
</svg>
"""
PAGE = """# What it costs to undo a merge

Parting a person touches what is theirs: its cost grows with their records, and hardly with how many others there are.

![Blocks touched by one unmerge over the records of the person, in a small and in a large database]({picture})

{table}

Blocks of 8 KiB of tables and indexes that the transaction asks for, in memory or not, as PostgreSQL counts them
(`pg_stat_get_xact_blocks_fetched`); half of the records leave; median of five persons of each size. The ratio is that
of the largest database to the cheapest of the smaller ones. What still grows with the database is the depth of its
indexes. Queries and milliseconds are those in the largest database; milliseconds are of one machine that did other
things too, commit not counted. `TRACTE_BENCH_PLOT=docs/reference/unmerge.svg tracte bench unmerge_cost` writes this page again.
"""
