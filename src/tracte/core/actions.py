"""What people do to administrations, units, users and keys."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid

from django.db import transaction
from django.http.request import split_domain_port

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.events import announce
from tracte.core.models import Administration, ApiKey, Revocation, Role, Unit, UnitVersion, User
from tracte.core.sql import rows


def found_administration(*, slug: str, name: str, host: str = "", at: dt.datetime | None = None) -> uuid.UUID:
    """A new administration with its root unit. Idempotent on the slug; run as the owner of the tables."""
    with transaction.atomic(using="owner"):
        administration, is_new = Administration.objects.using("owner").get_or_create(
            slug=slug, defaults={"name": name, "host": host, "created_at": at or now()}
        )
    if is_new:
        with tenancy.acting_for(administration.id):
            add_unit(code=slug, name=name, since=(at or now()).date())
    return administration.id


@transaction.atomic
def add_unit(*, code: str, name: str, since: dt.date, parent: Unit | None = None) -> Unit:
    """A unit, or the new version of one that exists: its former versions stay."""
    unit, _ = Unit.objects.get_or_create(code=code)
    UnitVersion.objects.update_or_create(unit=unit, valid_from=since, defaults={"name": name, "parent": parent})
    return unit


@transaction.atomic
def hire(*, email: str, full_name: str, unit: Unit, roles: list[str], password: str | None = None) -> User:
    """A user with roles in a unit. Without a password they sign in through single sign-on or a reset."""
    user, _ = User.objects.get_or_create(email=email.lower(), defaults={"full_name": full_name})
    user.set_password(password)
    user.save(update_fields=["password"])
    for name in roles:
        Role.objects.get_or_create(user=user, unit=unit, name=name)
    return user


@transaction.atomic
def issue_key(*, name: str, scopes: list[str], by: User | None) -> str:
    """A new API key. The secret is shown once: only its SHA-256 stays (it has 256 random bits, nothing to guess)."""
    administration = tenancy.required()
    secret = f"tr_{administration.hex}_{secrets.token_urlsafe(32)}"
    key = ApiKey.objects.create(name=name, prefix=secret[-8:], digest=_digest(secret), scopes=scopes, created_by=by)
    announce("core.key.issued", key=key.id)
    return secret


@transaction.atomic
def revoke_key(key: ApiKey, *, by: User | None) -> None:
    """From now on this key opens nothing. Twice is once."""
    _, is_new = Revocation.objects.get_or_create(api_key=key, defaults={"by": by})
    if is_new:
        announce("core.key.revoked", key=key.id)


def administration_by_host(host: str) -> uuid.UUID | None:
    """The administration served under a host name (a port is ignored)."""
    return rows("SELECT tracte_administration_for(%s::text)", split_domain_port(host)[0])[0][0]


def administration_of_key(secret: str) -> uuid.UUID | None:
    """The administration that a key names; the key itself is checked inside its rows."""
    try:
        return uuid.UUID(secret.removeprefix("tr_").split("_", 1)[0])
    except ValueError:
        return None


def open_key(secret: str) -> ApiKey | None:
    """The live key with this secret, in the current administration."""
    return ApiKey.objects.live().filter(digest=_digest(secret)).first()


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
