"""What a follow-up page tells: everything that was said about one form, in order, and how it stands.

Which answer is due by when is known by rooms above: `config.wiring` names who tells it (`promised_by`).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tracte.channels.actions.submitting import interactions_of
from tracte.channels.models import Attachment, Dispatch, FollowUp, Interaction, InteractionKey

Promise = Callable[[FollowUp, list[uuid.UUID]], str]
_promises: list[Promise] = []


@dataclass
class Line:
    """One message. `is_ours`: an answer."""

    at: dt.datetime
    is_ours: bool
    subject: str
    text: str
    language: str
    files: list[Attachment] = field(default_factory=list)


def promised_by(tell: Promise) -> None:
    """Who is asked for the sentence "we will answer before ...": it gets the follow-up and the ids of its interactions,
    and gives one sentence in the language of the page, or nothing."""
    if tell not in _promises:
        _promises.append(tell)


def promise(follow_up: FollowUp) -> str:
    ids = [interaction for _, interaction, _ in interactions_of(follow_up)]
    return next((said for tell in _promises if (said := tell(follow_up, ids))), "")


def of(account: uuid.UUID, interactions: Iterable[uuid.UUID]) -> FollowUp | None:
    """The form of our own that one of these interactions came in by, or was added to."""
    keys = InteractionKey.objects.filter(account=account, interaction__in=list(interactions))
    tokens = [external.partition("/")[0] for external in keys.values_list("external_id", flat=True)]
    return FollowUp.objects.filter(account=account, external_id__in=tokens).first()


def lines(follow_up: FollowUp) -> list[Line]:
    """Both sides, from old to new; of ours what was sent and nothing that is still being thought about."""
    keys = interactions_of(follow_up)
    asked = Interaction.objects.filter(id__in=[key[1] for key in keys], at__in=[key[2] for key in keys])
    answered = Dispatch.objects.answering([key[0] for key in keys]).filter(
        account=follow_up.account_id, state=Dispatch.State.SENT, copy_of=None
    )
    told = [Line(one.at, False, one.subject, one.text, one.language, _files(one.id)) for one in asked]
    told += [Line(one.at, True, one.subject, one.text, one.language, _files(one.id)) for one in answered]
    return sorted(told, key=lambda line: line.at)


def _files(interaction: uuid.UUID) -> list[Attachment]:
    return list(Attachment.objects.of(interaction))
