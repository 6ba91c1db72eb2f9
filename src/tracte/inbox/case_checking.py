"""What somebody may do with a case now, and of each act that they may not, exactly why not."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from tracte.channels import ways
from tracte.core import units
from tracte.core.models import User
from tracte.inbox.checking import ATTENDS, LEADS, Check, Refused
from tracte.inbox.models import Case, Pause
from tracte.knowledge import contract

ACTS = (
    *"note answer give change_service pause resume refer join_job leave_job".split(),
    *"close close_unanswered reopen claim".split(),
)
WHEN_CLOSED = ("note", "reopen", "claim")


def check(case: Case, user: User, mine: Collection[uuid.UUID] | None = None) -> dict[str, Check]:
    """Every act with whether it is allowed now. What depends on what is typed is checked when it is done. `mine`: the
    units whose work this user does, when they are known."""
    reasons = dict.fromkeys(ACTS, "")
    if not case.is_open:
        reasons |= {act: "case_closed" for act in ACTS if act not in WHEN_CLOSED}
    else:
        reasons |= {"reopen": "case_open", "claim": "", **_while_open(case, user)}
    if contract.redacted(case.service, user):
        reasons = dict.fromkeys(ACTS, "confidential")
    elif case.unit_id not in (units.seen_by(user, *ATTENDS) if mine is None else mine):
        reasons |= {act: "elsewhere" for act in ACTS if act not in ("note", "claim")}
    return {act: Check(reason) for act, reason in reasons.items()}


def require(case: Case, user: User, act: str) -> None:
    """Raises Refused with the reason why not."""
    if reason := check(case, user)[act].reason:
        raise Refused(reason)


def _while_open(case: Case, user: User) -> dict[str, str]:
    is_paused = Pause.objects.filter(promise__case=case, promise__ended_at=None, until=None).exists()
    return {
        "answer": _way(case),
        "close": "" if case.answered_at else "unanswered_case",
        "close_unanswered": "answered_case" if case.answered_at else "" if user.has_role(*LEADS) else "role",
        "pause": "paused" if is_paused else "" if case.is_promised else "no_promise",
        "resume": "" if is_paused else "not_paused",
        "join_job": "joined" if case.job_id else "",
        "leave_job": "" if case.job_id else "no_job",
    }


def _way(case: Case) -> str:
    if case.account is None or not ways.has_one(case.account):
        return "no_way"
    return "" if case.address_sealed or not ways.needs_address(case.account) else "no_address"
