"""A mail to somebody who works here, by a mailbox's way out and the connector of mail.

It is no dispatch: that is said to a citizen, and would stand in the log of interactions and in what is counted of it.
Whoever sends keeps their own row of it, written before `hand_over` and settled after: at most once.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from tracte.channels import connectors, tokens
from tracte.channels.models import Account
from tracte.channels.outgoing import REFUSED, UNKNOWN, Outgoing, Result

KIND = "email"
NO_MAILBOX = "no mailbox of this administration has an address of its own: add it to one with `--own`"


@dataclass
class Ready:
    """A mail with all that its connector needs: nothing is read while the network is used."""

    out: Outgoing
    way: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


def mailbox(unit: uuid.UUID | None = None) -> Account | None:
    """The unit's own that has an address to write from, or the first one of the administration."""
    boxes = [one for one in Account.objects.filter(kind=KIND).order_by("key") if any(one.own)]
    return next((one for one in boxes if one.unit_id == unit), boxes[0] if boxes else None)


def ready(out: Outgoing, box: Account | None) -> Ready:
    """From this mailbox, as what nobody wrote: nobody answers it by themselves."""
    if box is None:
        return Ready(out, problem=NO_MAILBOX)
    out.sender, out.sender_name = next(one for one in box.own if one), box.name
    out.token, out.is_automatic = tokens.sign(out.id), True
    try:
        return Ready(out, box.way_out(), connectors.deliverer(KIND).problem(out))
    except ValueError as error:  # a key that is gone
        return Ready(out, problem=str(error))


def hand_over(mail: Ready) -> Result:
    """The network, with no transaction open. Whatever is not understood may have arrived all the same."""
    if mail.problem:
        return Result(REFUSED, mail.problem)
    try:
        return connectors.deliverer(KIND).deliver(mail.out, mail.way)
    except Exception as error:
        return Result(UNKNOWN, f"{type(error).__name__}: {error}")
