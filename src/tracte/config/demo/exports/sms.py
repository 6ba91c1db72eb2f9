"""sms.parquet: short messages in and out. A number says who; most subscribed once, and gave a name."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from tracte.config.demo import phrases, plan, rhythm, writing
from tracte.config.demo.plan import Contact

BATCH = 20_000
SUBSCRIBED = 0.97  # of those who get or send messages
_SCHEMA = pa.schema(
    [("id", pa.string()), ("at", pa.timestamp("s", tz="UTC")), ("phone", pa.string()), ("name", pa.string()),
     ("direction", pa.string()), ("kind", pa.string()), ("text", pa.string())]
)  # fmt: skip


class Sms:
    """Writes messages in row groups of BATCH."""

    name = "sms.parquet"

    def __init__(self, folder: Path) -> None:
        self._file = pq.ParquetWriter(folder / self.name, _SCHEMA)
        self._rows: list[tuple] = []
        self._count = 0

    def write(self, contact: Contact, rng: Random, said: dict) -> tuple[str, bool]:
        """Append one message: its id; a mobile number stands for a person."""
        self._count += 1
        identifier = f"S{self._count:08d}"
        at = dt.datetime.fromtimestamp(rhythm.unix(contact.moment), dt.UTC)
        phone = f"+34{contact.person.mobile_on(contact.day)}"
        direction = "out" if contact.outbound else "in"
        kind = "alert" if contact.step == plan.ALERT else "message"
        self._rows.append(
            (identifier, at, phone, _subscribed(contact), direction, kind, said.get("text") or _text(contact, rng))
        )
        if len(self._rows) == BATCH:
            self._flush()
        return identifier, True

    def _flush(self) -> None:
        columns = [
            pa.array(column, field.type) for column, field in zip(zip(*self._rows, strict=True), _SCHEMA, strict=True)
        ]
        self._file.write_table(pa.Table.from_arrays(columns, schema=_SCHEMA))
        self._rows.clear()

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._file.close()


def _subscribed(contact: Contact) -> str:
    """The name that they gave when they subscribed: always the same."""
    person = contact.person
    if person.trait(51) >= SUBSCRIBED:
        return ""
    two = person.namesake or person.trait(52) < 0.75
    return writing.one_line((person.given, person.surname, person.surname2 if two else ""), 0.5)


def _text(contact: Contact, rng: Random) -> str:
    if contact.step == plan.ALERT:
        return phrases.alert(contact, rng)
    return f"Govern d'Exemple: {phrases.reply(contact, rng)}" if contact.outbound else phrases.short(contact, rng)
