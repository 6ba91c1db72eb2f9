"""What people do to services and answers, and to what search knows."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracte.core import tenancy
from tracte.core.events import announce
from tracte.core.models import Unit, User
from tracte.core.sql import rows
from tracte.knowledge import contract
from tracte.knowledge.answers import writing
from tracte.knowledge.answers.models import Answer, AnswerText, Withdrawal
from tracte.knowledge.fields import Wrong
from tracte.knowledge.finding import index, missing
from tracte.knowledge.finding.models import Synonym
from tracte.knowledge.finding.words import fold, spoken
from tracte.knowledge.models import LANGUAGES, Competence, Retirement, Service, ServiceRevision
from tracte.vocabularies.models import Concept


class Conflict(Exception):
    """Somebody else changed it after it was read. Nothing was written."""


CONSTRAINTS = {
    "service_key_once": gettext_lazy("Ja hi ha un servei amb aquesta clau: posa-n’hi una altra."),
    "service_tree": gettext_lazy("Un servei no penja de si mateix ni d’un que en pengi, ni a més de vuit nivells."),
    "service_term_whole": gettext_lazy("Un termini necessita la quantitat i la unitat, o cap de les dues."),
    "service_confidential_not_open": gettext_lazy(
        "D’un servei confidencial no se’n publica res: tria «res» a dades obertes."
    ),
    "service_visibility_since_before_until": gettext_lazy(
        "El dia que deixa de veure’s ha de ser després del dia que comença."
    ),
}


@transaction.atomic
def add_service(*, by: User | None, at: dt.datetime, **parts: Any) -> Service:
    """A new service with these parts of the contract (`contract.PARTS`). Raises Wrong."""
    service = Service(created_at=at, names={})
    with_key = {"key": "", "names": {}} | parts
    _write(service, with_key)
    ServiceRevision.objects.create(service=service, at=at, by=by, before={}, after=contract.plain(service))
    index.renew_services([service.id])
    announce("knowledge.service.added", service=service.id)
    return service


@transaction.atomic
def revise(service: Service, *, by: User | None, at: dt.datetime, seen: int | None = None, **parts: Any) -> Service:
    """Change parts of the contract. `seen`: the last revision that the editor had read; later ones raise Conflict.

    What changed is kept with who and when; what says the same changes nothing. Raises Wrong.
    """
    if "parent" in parts:  # the trigger's lock before those of rows: no two wait in a ring
        rows("SELECT pg_advisory_xact_lock(hashtext('knowledge.tree' || %s::text))", str(tenancy.required()))
    held = Service.objects.select_for_update(of=("self",), no_key=True).select_related(
        "parent", "topic", "fallback_unit"
    )
    service = held.get(id=service.id)
    last = service.revisions.order_by("-id").values_list("id", flat=True).first()
    if seen is not None and last != seen:
        raise Conflict
    before = contract.plain(service)
    _write(service, parts)
    after = contract.plain(service)
    changed = [part for part in after if before[part] != after[part]]
    if changed:
        old, new = ({part: whole[part] for part in changed} for whole in (before, after))
        ServiceRevision.objects.create(service=service, at=at, by=by, before=old, after=new)
        index.renew_services([service.id])
        if {"names", "keywords"} & set(changed):  # answers are found by the words of their service too
            index.renew_answers(service.answers.values_list("id", flat=True))
        announce("knowledge.service.revised", service=service.id)
    return service


def _write(service: Service, parts: dict[str, Any]) -> None:
    """The database has the last word; what it refuses is said in words."""
    contract.put(service, parts)
    try:
        with transaction.atomic():
            service.save()
            contract.hang(service, parts)
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "")
        if name not in CONSTRAINTS:
            raise
        raise Wrong(str(CONSTRAINTS[name])) from None


@transaction.atomic
def retire(
    service: Service, *, by: User | None, at: dt.datetime, reason: str, replaced_by: Service | None = None
) -> Retirement:
    """Offered no more, with a reason. Twice is once."""
    row, is_new = Retirement.objects.get_or_create(
        service=service, defaults={"at": at, "by": by, "reason": reason, "replaced_by": replaced_by}
    )
    if is_new:
        note = {"retired": {"reason": reason, "replaced_by": replaced_by.key if replaced_by else None}}
        ServiceRevision.objects.create(service=service, at=at, by=by, before={"retired": None}, after=note)
        index.renew_services([service.id])
        announce("knowledge.service.retired", service=service.id)
    return row


@transaction.atomic
def restore(service: Service, *, by: User | None, at: dt.datetime) -> None:
    """Offered again; that it was retired stays among its revisions."""
    retirement = Retirement.objects.select_for_update(of=("self",)).filter(service=service).first()
    if retirement is None:
        return
    note = {"retired": {"reason": retirement.reason}}
    retirement.delete()
    ServiceRevision.objects.create(service=service, at=at, by=by, before=note, after={"retired": None})
    index.renew_services([service.id])
    announce("knowledge.service.restored", service=service.id)


@transaction.atomic
def assign(
    service: Service,
    unit: Unit | None,
    *,
    by: User | None,
    at: dt.datetime,
    since: dt.date,
    territory: Concept | None = None,
) -> Competence:
    """From that day the unit is competent there (no territory: everywhere); without a unit, nobody is by this rule.

    What held until then holds until the day before. Said again for the same day, the last word stands.
    """
    defaults = {"unit": unit, "by": by, "at": at}
    row, _is_new = Competence.objects.update_or_create(
        service=service, territory=territory, valid_from=since, defaults=defaults
    )
    note = {"competence": {"unit": unit and unit.code, "territory": territory and territory.code, "since": f"{since}"}}
    ServiceRevision.objects.create(service=service, at=at, by=by, before={}, after=note)
    announce("knowledge.competence.assigned", service=service.id)
    return row


@transaction.atomic
def write(*, by: User | None, at: dt.datetime, title: str, body: str, language: str = "ca", **facts: Any) -> Answer:
    """A new answer in its own language; the facts are those of `writing.FACTS`."""
    writing.check(title, body, language)
    answer = writing.arranged(Answer(language=language, created_at=at), facts)
    AnswerText.objects.create(answer=answer, language=language, version=1, title=title, body=body, at=at, by=by)
    index.renew_answers([answer.id])
    announce("knowledge.answer.written", answer=answer.id)
    return answer


@transaction.atomic
def rewrite(
    answer: Answer, language: str, *, by: User | None, at: dt.datetime, title: str, body: str, seen: int
) -> AnswerText:
    """The next version in a language. `seen` is the version that the writer had read (0: none); a later one, Conflict.

    In another language than the answer's own it is a translation of the text that stands now.
    """
    writing.check(title, body, language)
    last = answer.texts.filter(language=answer.language).order_by("-version").first()
    try:
        with transaction.atomic():
            text = AnswerText.objects.create(
                answer=answer,
                language=language,
                version=seen + 1,
                title=title.strip(),
                body=body.strip(),
                at=at,
                by=by,
                translated_from=last if language != answer.language else None,
            )
    except IntegrityError as error:
        raise Conflict from error
    index.renew_answers([answer.id])
    announce("knowledge.answer.rewritten", answer=answer.id)
    return text


@transaction.atomic
def arrange(answer: Answer, *, by: User | None, at: dt.datetime, **facts: Any) -> Answer:
    """Who keeps an answer, until when, where it comes from."""
    writing.arranged(answer, facts)
    index.renew_answers([answer.id])
    announce("knowledge.answer.arranged", answer=answer.id)
    return answer


@transaction.atomic
def withdraw(answer: Answer, *, by: User | None, at: dt.datetime, reason: str) -> Withdrawal:
    """Given no more, with a reason. Twice is once."""
    row, is_new = Withdrawal.objects.get_or_create(answer=answer, defaults={"at": at, "by": by, "reason": reason})
    if is_new:
        index.renew_answers([answer.id])
        announce("knowledge.answer.withdrawn", answer=answer.id)
    return row


def use(answer: uuid.UUID, *, at: dt.datetime) -> None:
    """An answer was given to somebody: one more on that day."""
    writing.count(answer, at)


def miss(query: str, language: str, *, at: dt.datetime) -> None:
    """A search found nothing: one more on that day, unless its words look like a person's data."""
    missing.note(query, language, at)


@transaction.atomic
def add_synonym(
    language: str, word: str, means: str, *, by: User | None, at: dt.datetime, is_mutual: bool = True
) -> Synonym:
    """Who searches one means the other too. Raises Wrong."""
    if language not in LANGUAGES:
        raise Wrong(_("Un sinònim és d’una llengua: ca, es, oc, en."))
    one, other = (" ".join(fold(part) for part in spoken(text, language)) for text in (word, means))
    if not one or not other or one == other or max(len(one.split()), len(other.split())) > 4:
        raise Wrong(_("Un sinònim són dues paraules o expressions diferents, de quatre paraules com a molt."))
    row, _is_new = Synonym.objects.update_or_create(
        language=language, word=one, means=other, defaults={"is_mutual": is_mutual, "at": at, "by": by}
    )
    return row


@transaction.atomic
def drop_synonym(synonym: Synonym, *, by: User | None, at: dt.datetime) -> None:
    """From now on it is searched no more."""
    synonym.delete()
