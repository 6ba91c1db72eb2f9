"""Under which address citizens reach us, for links in messages that no request asked for."""

from __future__ import annotations

from django.conf import settings

from tracte.core.models import Administration


def address(path: str) -> str:
    """A whole address; nothing while nobody said under which name we are reached (`TRACTE_SITE`, or the host of the
    administration)."""
    host = Administration.objects.values_list("host", flat=True).get()
    if host:
        return f"{'https' if settings.IS_HTTPS else 'http'}://{host}{path}"
    return f"{settings.TRACTE_SITE}{path}" if settings.TRACTE_SITE else ""
