"""What this room keeps: the log of what happened, what is sent, and what is attached."""

from tracte.channels.models.attachments import Attachment, Scan
from tracte.channels.models.follow_up import FollowUp, Knock
from tracte.channels.models.log import (
    Account,
    Import,
    Interaction,
    InteractionKey,
    RawPayload,
    Reject,
    attend,
    pack,
    unpack,
)
from tracte.channels.models.sending import Attempt, Dispatch, Intervention, Outcome

__all__ = [
    "Account",
    "Attachment",
    "Attempt",
    "Dispatch",
    "FollowUp",
    "Import",
    "Interaction",
    "InteractionKey",
    "Intervention",
    "Knock",
    "Outcome",
    "RawPayload",
    "Reject",
    "Scan",
    "attend",
    "pack",
    "unpack",
]
