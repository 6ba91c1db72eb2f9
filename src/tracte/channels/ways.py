"""Which way out an account has, for rooms above that must not open connectors."""

from __future__ import annotations

from tracte.channels import connectors
from tracte.channels.models import Account


def has_one(account: Account) -> bool:
    return connectors.deliverer(account.kind) is not None


def needs_address(account: Account) -> bool:
    """Whether somebody must have left an address to be answered; a voice and a follow-up page need none."""
    way = connectors.deliverer(account.kind)
    return way is not None and not way.BY_HAND and account.kind != "webform"
