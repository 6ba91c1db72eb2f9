"""One job behind many cases: begun, joined, left, and finished; then each case is proposed its own answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from tracte.core import units
from tracte.core.models import User
from tracte.inbox.actions.cases import What, changed, lock, step, touch
from tracte.inbox.actions.cases.answering import answer
from tracte.inbox.actions.cases.handling import close
from tracte.inbox.case_checking import require
from tracte.inbox.checking import ATTENDS, Refused
from tracte.inbox.models import Case, CaseClosure, Job, JobFinish
from tracte.knowledge import contract

AT_ONCE = 200  # cases of a job that are answered in one go


@transaction.atomic
def begin_job(case: Case, *, by: User, at: dt.datetime, title: str) -> Job:
    """A job of the case's service and unit, with this case as its first."""
    if not title.strip():
        raise Refused("nothing")
    job = Job.objects.create(title=title.strip(), service_id=case.service_id, unit_id=case.unit_id, by=by, at=at)
    join_job(case, job, by=by, at=at)
    return job


@transaction.atomic
def together(case: Case, other: Case, *, by: User, at: dt.datetime) -> Job:
    """Whoever opens a case says that it is about the same as another: one job has both, that of the other if it has
    one. Needs no permission in the unit that has them."""
    first = lock(other)
    job = first.job
    if job is None or job.is_finished:
        title = ", ".join(part for part in (first.service.name("ca"), first.place) if part)
        job = Job.objects.create(title=title, service_id=first.service_id, unit_id=first.unit_id, by=by, at=at)
        _put(first, job, by=by, at=at)
    _put(lock(case), job, by=by, at=at)
    return job


@transaction.atomic
def join_job(case: Case, job: Job, *, by: User, at: dt.datetime) -> Case:
    """It is solved with the others; its promise and its answer stay its own."""
    current = lock(case)
    require(current, by, "join_job")
    if job.is_finished:
        raise Refused("finished")
    _put(current, job, by=by, at=at)
    return current


def _put(case: Case, job: Job, *, by: User, at: dt.datetime) -> None:
    if case.service_id != job.service_id:
        raise Refused("other_service")
    case.job = job
    step(case, What.JOINED, by=by, at=at, reason=job.title)
    touch(case, "job")


@transaction.atomic
def leave_job(case: Case, *, by: User, at: dt.datetime, reason: str) -> Case:
    """It is something else after all."""
    current = lock(case)
    require(current, by, "leave_job")
    if not reason.strip():
        raise Refused("reason")
    current.job = None
    step(current, What.LEFT, by=by, at=at, reason=reason.strip())
    touch(current, "job")
    return current


@transaction.atomic
def finish_job(job: Job, *, by: User, at: dt.datetime, texts: Mapping[str, str]) -> JobFinish:
    """It is done. `texts`: what is proposed to answer, by language; nothing is sent until somebody says so."""
    kept = {language: text.strip() for language, text in texts.items() if text.strip()}
    if not kept.get("ca"):
        raise Refused("nothing")
    if contract.redacted(job.service, by) or job.unit_id not in units.seen_by(by, *ATTENDS):
        raise Refused("elsewhere")
    made, is_new = JobFinish.objects.get_or_create(job=job, defaults={"by": by, "at": at, "texts": kept})
    if not is_new:
        raise Refused("finished")
    if waiting := list(job.cases.open()[:AT_ONCE]):
        changed(*waiting)
    return made


def answer_all(job: Job, *, by: User, at: dt.datetime) -> tuple[int, list[tuple[Case, Refused]]]:
    """Send each open case what is proposed, in its language, and close it: how many, and those that could not be with
    why. Each by itself; again it goes on with what is left."""
    done, refused = 0, []
    for case in job.cases.open().select_related("service", "account").order_by("number")[:AT_ONCE]:
        try:
            settle(case, job.finish, by=by, at=at)
            done += 1
        except Refused as why:
            refused.append((case, why))
    return done, refused


@transaction.atomic
def settle(case: Case, finish: JobFinish, *, by: User, at: dt.datetime) -> None:
    """Answer one case with what is proposed, unless somebody answered it already, and close it."""
    if not case.answered_at:
        answer(case, by=by, at=at, text=finish.text(case.language), key=f"job:{finish.pk}:{case.id}")
    close(case, by=by, at=at, how=CaseClosure.How.ANSWERED)
