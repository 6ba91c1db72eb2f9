"""Sign-in of staff by django-allauth: nobody signs up by themselves, somebody hires them."""

from __future__ import annotations

import base64

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from tracte.core import tenancy
from tracte.core.keys import Keyring, keyring
from tracte.core.models import Administration


class StaffAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        """A person recognises the name of the administration, not that of a host."""
        return f"{_administration_name()}: {subject}"


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of one-time codes are sealed with the administration's key, like every other value."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(_keys().seal(text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _keys().open(base64.b64decode(encrypted_text)).decode()

    def get_totp_issuer(self) -> str:
        return _administration_name()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": _administration_name()}


def _keys() -> Keyring:
    administration = tenancy.current()
    if administration is None:
        raise LookupError("a second factor belongs to an administration: ask within its request")
    return keyring(administration)


def _administration_name() -> str:
    return Administration.objects.get().name
