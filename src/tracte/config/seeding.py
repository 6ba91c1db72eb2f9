"""What an installation starts with: purposes, the built-in vocabularies, the demo's staff."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from tracte.core import tenancy
from tracte.core.actions import add_unit, hire
from tracte.core.calendars.actions import set_calendar
from tracte.core.clock import now
from tracte.core.models import Calendar, Unit
from tracte.inbox.promising import CALENDAR
from tracte.knowledge import loading
from tracte.knowledge.models import Service
from tracte.privacy.actions import install_purposes
from tracte.vocabularies import actions as vocabularies

DEMO = Path(__file__).parent / "demo"
BUILT_IN = (
    (vocabularies.LANGUAGES, "languages"),
    (DEMO / "topics.yml", "topics"),
    (DEMO / "life_events.yml", "life_events"),
    (DEMO / "territories.yml", "territories"),
)
OFFICE_NAMES = {
    "ca": "Atenció ciutadana",
    "es": "Atención ciudadana",
    "oc": "Atencion ciutadana",
    "en": "Citizen attention",
}
OFFICE_HOURS = [[["09:00", "14:00"], ["15:00", "18:30"]]] * 4 + [[["09:00", "14:30"]], [], []]
PASSWORD = "tracte-demo-2026"  # noqa: S105 - of the demo's invented staff, printed when it starts
FOUNDED = dt.date(2024, 1, 1)
STAFF = (
    ("jordi@exemple.cat", "Jordi Serra", ["agent"]),
    ("aina@exemple.cat", "Aina Soler", ["agent", "supervisor"]),
    ("pau@exemple.cat", "Pau Vidal", ["dpo"]),
    ("nuria@exemple.cat", "Núria Vila", ["editor"]),
)


def load_vocabularies(administration: uuid.UUID, files: Iterable[Path], scheme: str | None) -> Iterator[dict]:
    """One report per file; the built-in set when no file is named."""
    for path, of in [(f, scheme) for f in files] or BUILT_IN:
        with tenancy.acting_for(administration):
            yield vocabularies.load(path, scheme=of)


def furnish(administration: uuid.UUID) -> None:
    """Purposes and vocabularies of a new installation. Idempotent."""
    with tenancy.acting_for(administration):
        install_purposes()
        if not Calendar.objects.filter(key=CALENDAR).exists():
            set_calendar(key=CALENDAR, names=OFFICE_NAMES, week=OFFICE_HOURS)
    for _ in load_vocabularies(administration, (), None):
        pass


def hire_demo_staff(administration: uuid.UUID) -> None:
    """The house's cast, with a password that everybody knows: for a demo only."""
    with tenancy.acting_for(administration):
        office = add_unit(code="atencio", name="Atenció ciutadana", since=now().date())
        for email, full_name, roles in STAFF:
            hire(email=email, full_name=full_name, unit=office, roles=roles, password=PASSWORD)


def describe_services(administration: uuid.UUID) -> None:
    """The demo's units, services and answers, once: what its editors changed since is theirs."""
    with tenancy.acting_for(administration):
        if Service.objects.exists():
            return
        root = Unit.objects.order_by("id").first()
        for unit in yaml.safe_load((DEMO / "units.yml").read_text()):
            add_unit(code=unit["code"], name=unit["name"], since=FOUNDED, parent=root)
        loading.load_services(DEMO / "services.yml", by=None, at=now())
        loading.load_answers(DEMO / "answers.yml", by=None, at=now())
