"""A past of some months, drawn by lot and written as rows: what reports are asked about."""

from __future__ import annotations

import datetime as dt
import uuid
from random import Random

from django.utils import timezone

from tracte.channels.models import Dispatch
from tracte.core.actions import add_unit
from tracte.core.models import Unit
from tracte.inbox.models import (
    Asking,
    Case,
    CaseClosure,
    CaseReopening,
    Closure,
    Conversation,
    Opinion,
    Promise,
    Reopening,
    Step,
    Turn,
)
from tracte.inbox.promising import CALENDAR, _calendar
from tracte.inbox.tests import cast
from tracte.inbox.tests import town as towns

FIRST = timezone.make_aware(dt.datetime(2026, 1, 1))
DAYS = 120


class Past:
    """`conversations` and `cases` of two channels and two units, with all that hangs on them."""

    def __init__(self, agent, seed: int = 1, many: int = 150) -> None:
        self.rng, self.agent = Random(seed), agent
        self.doors = [cast.door("bustia"), cast.door("telegram")]
        self.town = towns.build()
        root = Unit.objects.get(code="govern")
        self.units = [root, add_unit(code="oac", name="Oficina", since=dt.date(2020, 1, 1), parent=root)]
        self.calendar = _calendar(CALENDAR)
        for n in range(many):
            self.conversation() if n % 3 else self.case()

    def conversation(self) -> None:
        opened = self._moment(FIRST)
        language = self.rng.choice(["ca", "ca", "es", ""])
        one = Conversation.objects.create(
            account=self.rng.choice(self.doors),
            unit=self.rng.choice(self.units),
            language=language,
            seems_language="" if language else self.rng.choice(["oc", ""]),
            opened_at=opened,
            last_at=opened,
            waiting_since=self.rng.choice([None, opened]),
        )
        for at in self._answers(opened):
            sent = self._dispatch(one, at)
            Turn.objects.create(interaction=sent.id, conversation=one, at=at, dispatch=sent)
        self._close(one, Closure, Reopening, ["answered", "answered", "unneeded", "spam", "unanswered"], {})

    def case(self) -> None:
        opened = self._moment(FIRST)
        lamp = self.town.services["carrer.llum.fanal"]
        one = Case.objects.create(
            service=lamp,
            original_service=lamp,
            account=self.rng.choice(self.doors),
            unit=self.rng.choice(self.units),
            key=uuid.uuid4().hex,
            asked="Fanal",
            opened_at=opened,
        )
        for at in self._answers(opened):
            sent = self._dispatch(one, at)
            Step.objects.create(case=one, what="answered", at=at, by=sent.by, dispatch=sent)
        self._close(one, CaseClosure, CaseReopening, ["answered", "answered", "unanswered"], {"reason": "error"})

    def _close(self, one, closing, reopening, hows: list[str], why: dict[str, str]) -> None:
        whose = "case" if isinstance(one, Case) else "conversation"
        at = one.opened_at
        for _ in range(self.rng.choice([0, 1, 1, 1, 2])):
            at = self._later(at)
            closure = closing.objects.create(
                **{whose: one}, at=at, by=self.agent, how=self.rng.choice(hows), reason="res"
            )
            if self.rng.random() < 0.5:
                self._ask(closure, at)
            one.closure = closure
            if self.rng.random() < 0.4:
                at = self._later(at)
                reopening.objects.create(closure=closure, at=at, by=self.agent, **why)
                one.closure = None
        one.save(update_fields=["closure"])
        if self.rng.random() < 0.8:
            end = self.rng.choice(["kept", "kept", "late", "dropped", ""])
            said = {"since": one.opened_at, "amount": 2, "unit": "working_days", "calendar": self.calendar, "end": end}
            Promise.objects.create(**{whose: one}, **said, ended_at=self._later(one.opened_at) if end else None)

    def _ask(self, closure, at: dt.datetime) -> None:
        whose = "closure" if isinstance(closure, Closure) else "case_closure"
        asked = Asking.objects.create(**{whose: closure}, language="ca", at=at, expires_at=at + dt.timedelta(days=30))
        if self.rng.random() < 0.7:
            mark, effort = self.rng.randint(1, 5), self.rng.choice([None, 1, 2, 3, 4, 5])
            why = self.rng.choice(["", "slow", "other"]) if mark <= 2 else ""
            Opinion.objects.create(asking=asked, satisfaction=mark, effort=effort, why=why, at=at, changed_at=at)

    def _answers(self, opened: dt.datetime) -> list[dt.datetime]:
        return [self._later(opened) for _ in range(self.rng.choice([0, 1, 1, 2]))]

    def _dispatch(self, one, at: dt.datetime) -> Dispatch:
        return Dispatch.objects.create(
            account=one.account,
            to_sealed=b"x",
            text="Resposta",
            key=uuid.uuid4().hex,
            language=one.language,
            by=self.rng.choice([self.agent, self.agent, None]),
            state=self.rng.choice(["sent", "sent", "sent", "failed", "held"]),
            at=at,
            not_before=at,
        )

    def _moment(self, since: dt.datetime) -> dt.datetime:
        return since + dt.timedelta(minutes=self.rng.randrange(DAYS * 24 * 60))

    def _later(self, since: dt.datetime) -> dt.datetime:
        return since + dt.timedelta(minutes=round(self.rng.expovariate(1 / 3000)))
