"""Every field of every model, sorted: personal, pseudonymous or open, for which purpose and how long.

Ours declare themselves (`Declared`); the models of libraries are declared here, by name. A test wants `unsorted()`
empty, so that a new field cannot be forgotten.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model

from tracte.core.declared import Declared
from tracte.privacy.purposes import PURPOSES

RETENTION = re.compile(r"installation|P(?=\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?")

THIRD_PARTY = {
    "auth.Permission": Declared("administer", "installation", open="id name content_type codename"),
    "auth.Group": Declared("administer", "installation", open="id name permissions"),
    "auth.Group_permissions": Declared("administer", "installation", open="id group permission"),
    "contenttypes.ContentType": Declared("administer", "installation", open="id app_label model"),
    "sessions.Session": Declared("administer", "P1D", personal="session_data", open="session_key expire_date"),
    "account.EmailAddress": Declared("administer", "P5Y", personal="user email", open="id verified primary"),
    "account.EmailConfirmation": Declared(
        "administer", "P3D", pseudonymous="email_address", open="id created sent key"
    ),
    "mfa.Authenticator": Declared("administer", "P5Y", personal="user data", open="id type created_at last_used_at"),
    "procrastinate.ProcrastinateJob": Declared(
        "administer",
        "P30D",
        pseudonymous="args lock queueing_lock",
        open="id queue_name task_name priority status scheduled_at attempts abort_requested worker",
    ),
    "procrastinate.ProcrastinateEvent": Declared("administer", "P30D", open="id job type at"),
    "procrastinate.ProcrastinateWorker": Declared("administer", "P1D", open="id last_heartbeat"),
    "procrastinate.ProcrastinatePeriodicDefer": Declared(
        "administer", "P30D", open="id task_name defer_timestamp job periodic_id"
    ),
}


@dataclass(frozen=True)
class Row:
    """One field as the page of the register of processing shows it."""

    model: str
    field: str
    sort: str
    purpose: str
    retention: str


def declared() -> dict[type[Model], Declared | None]:
    """{model: its declaration}, tables between models included; None where there is none."""
    models = [m for m in apps.get_models(include_auto_created=True) if not m._meta.proxy]
    return {m: getattr(m, "privacy", None) or THIRD_PARTY.get(m._meta.label) for m in models}


def unsorted() -> list[str]:
    """`app.Model.field: why`, one for each field not sorted, sorted twice or unknown. Empty is well."""
    return [problem for model, says in declared().items() for problem in problems(model, says)]


def problems(model: type[Model], says: Declared | None) -> Iterator[str]:
    """What is wrong with the declaration of one model."""
    label = model._meta.label
    fields = [field.name for field in (*model._meta.concrete_fields, *model._meta.local_many_to_many)]
    if says is None:
        yield from (f"{label}.{field}: not sorted" for field in fields)
        return
    times = Counter(says.sorted_fields())
    yield from (f"{label}.{field}: not sorted" for field in fields if not times[field])
    yield from (f"{label}.{field}: sorted twice" for field, count in times.items() if count > 1)
    yield from (f"{label}.{field}: unknown" for field in times if field not in fields)
    if says.purpose not in PURPOSES:
        yield f"{label}.privacy: unknown purpose {says.purpose!r}"
    if not RETENTION.fullmatch(says.retention):
        yield f"{label}.privacy: {says.retention!r} is no retention, such as P5Y or installation"


def report() -> list[Row]:
    """All fields of all models, for the page of the register."""
    return [
        Row(model._meta.label, field, sort, says.purpose, says.retention)
        for model, says in sorted(declared().items(), key=lambda pair: pair[0]._meta.label)
        if says
        for sort in ("personal", "pseudonymous", "open")
        for field in getattr(says, sort).split()
    ]
