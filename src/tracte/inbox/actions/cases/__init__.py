"""A case is opened: it gets its number, who has it and by when, in one act; the same act again opens nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from tracte.channels.models import Account
from tracte.core import keys, tenancy
from tracte.core.events import announce
from tracte.core.models import Unit, UnitVersion, User
from tracte.inbox import promising, similar
from tracte.inbox.checking import Refused
from tracte.inbox.models import Case, CaseOrigin, Conversation, Promise, Step
from tracte.knowledge import competence
from tracte.knowledge.models import Service
from tracte.people.models import SourceRecord
from tracte.vocabularies.models import Concept

What = Step.What


@dataclass(frozen=True)
class Place:
    """Where it is, as far as it is known."""

    territory: Concept | None = None
    said: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Answering:
    """How its answer will go: the obligation that is fixed when it is opened."""

    account: Account | None = None
    record: SourceRecord | None = None
    to: str = ""
    language: str = ""

    @classmethod
    def of(cls, conversation: Conversation) -> Answering:
        """As the conversation is answered."""
        return cls(conversation.account, conversation.record, conversation.address, conversation.language)


NOWHERE, NOBODY = Place(), Answering()


def open_case(
    service: Service,
    *,
    by: User | None,
    at: dt.datetime,
    key: str,
    asked: str,
    conversation: Conversation | None = None,
    answering: Answering = NOBODY,
    place: Place = NOWHERE,
    fields: Mapping[str, Any] | None = None,
    claims: Case | None = None,
    unit: Unit | None = None,
) -> Case:
    """Open one for whoever asks, and route it at once. From a conversation the answer is due as there. `unit`: who
    gets it whatever the rules say. `key`: of this act; `is_new` says whether it was opened now."""
    if not asked.strip() or service.is_retired:
        raise Refused("retired" if asked.strip() else "nothing_asked")
    case = _drafted(service, Answering.of(conversation) if conversation else answering, place)
    case.key, case.asked, case.fields, case.claims = key, asked.strip(), dict(fields or {}), claims
    case.by, case.opened_at = by, at
    case.unit_id = unit.pk if unit else routed(service, place.territory, at)
    promise = promising.foreseen(service, since=at, case=case, by=by)
    with transaction.atomic(savepoint=False):
        Case.objects.bulk_create([case], ignore_conflicts=True)  # the key decides, also between two at once
        named = UnitVersion.objects.filter(unit=OuterRef("unit"), valid_from__lte=timezone.localdate(at))
        name = Subquery(named.order_by("-valid_from").values("name")[:1])
        kept = Case.objects.select_related("unit", "service", "by", "claims").annotate(unit_is_called=name).get(key=key)
        if kept.id == case.id:
            kept.is_new, kept.promised, kept.unit_name = True, promise, kept.unit_is_called or ""
            _begun(kept, promise, conversation)
    return kept


def _begun(case: Case, promise: Promise | None, conversation: Conversation | None) -> None:
    by, at = case.by, case.opened_at
    if promise:
        promise.case = case
        promise.save(force_insert=True)
    step(case, What.OPENED, by=by, at=at, unit=case.unit_id, service=case.service, other=case.claims)
    if conversation:
        CaseOrigin.objects.create(case=case, conversation=conversation, at=at, by=by)
    changed(case)


def _drafted(service: Service, answering: Answering, place: Place) -> Case:
    case = Case(service=service, original_service=service, territory=place.territory, place=place.said.strip())
    case.latitude, case.longitude = (
        similar.to_the_centimetre(place.latitude),
        similar.to_the_centimetre(place.longitude),
    )
    case.account, case.record, case.language = answering.account, answering.record, answering.language
    if answering.to:
        case.address_sealed = keys.keyring(tenancy.required()).seal(answering.to.encode())
    return case


@transaction.atomic
def add_conversation(case: Case, conversation: Conversation, *, by: User, at: dt.datetime) -> None:
    """The case goes on in this conversation too. Again it does nothing."""
    CaseOrigin.objects.get_or_create(case=case, conversation=conversation, defaults={"by": by, "at": at})
    changed(case)


def routed(service: Service, territory: Concept | None, at: dt.datetime) -> Any:
    """The unit that is competent on that day."""
    asked = (service.pk, territory.pk if territory else None, timezone.localdate(at))
    return competence.route([asked])[asked].unit


def lock(case: Case) -> Case:
    """The row as it stands, for whoever is about to change it; nobody else does until the transaction ends."""
    return Case.objects.select_for_update().get(id=case.id)


def step(case: Case, what: str, *, by: User | None, at: dt.datetime, **told: Any) -> Step:
    """Write down what happened. `told`: unit (or its id), agent, service, dispatch, other, reason."""
    unit = told.pop("unit", None)
    told["unit_id"] = unit.pk if isinstance(unit, Unit) else unit
    return Step.objects.create(case=case, what=what, by=by, at=at, **told)


def touch(case: Case, *fields: str) -> None:
    case.save(update_fields=list(fields))
    changed(case)


def changed(*cases: Case) -> None:
    """Tell whoever looks at them, or at a list that they are in, to look again."""
    announce(
        "inbox.cases.changed",
        cases=[one.id for one in cases],
        units=sorted({one.unit_id for one in cases}),
        agents=sorted({one.agent_id for one in cases if one.agent_id}),
    )
