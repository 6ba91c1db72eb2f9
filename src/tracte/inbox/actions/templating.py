"""Texts that are written often, in four languages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from tracte.core.models import Unit, User
from tracte.inbox.checking import Refused
from tracte.inbox.models import Template
from tracte.inbox.suggesting import filling

NAME, TEXT = 100, 5_000  # characters
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class UnknownVariable(ValueError):
    """A text asks for what nobody fills: one line that says which, where, and what there is."""


@transaction.atomic
def set_template(
    key: str,
    *,
    by: User | None,
    at: dt.datetime,
    names: Mapping[str, str],
    texts: Mapping[str, str],
    unit: Unit | None = None,
    seen: dt.datetime | None = None,
) -> Template:
    """A new template, or a new text of the one with this key. `seen`: when what the writer read had been written; none
    for a new one. Raises UnknownVariable, or Refused when somebody else wrote it meanwhile."""
    names, texts = _said(names), _said(texts)
    _check(key, names, texts)
    said = {"names": names, "texts": texts, "unit": unit, "at": at, "by": by}
    current = Template.objects.select_for_update().filter(key=key).first()
    if (current.at if current else None) != seen:
        raise Refused("meanwhile")
    if current is None:
        try:
            with transaction.atomic():
                return Template.objects.create(key=key, **said)
        except IntegrityError:
            raise Refused("meanwhile") from None
    for name, value in said.items():
        setattr(current, name, value)
    current.save()
    return current


@transaction.atomic
def drop_template(template: Template, *, by: User | None, at: dt.datetime) -> None:
    """From now on it is offered to nobody; what was written with it stays where it was sent."""
    template.delete()


def _said(texts: Mapping[str, str]) -> dict[str, str]:
    return {code: text.strip() for code, text in texts.items() if text.strip()}


def _check(key: str, names: Mapping[str, str], texts: Mapping[str, str]) -> None:
    if not _KEY.fullmatch(key):
        raise Refused("key")
    if {*names, *texts} - set(filling.LANGUAGES):
        raise Refused("language")
    if "ca" not in names or "ca" not in texts:
        raise Refused("catalan")
    if max(map(len, names.values())) > NAME or max(map(len, texts.values())) > TEXT:
        raise Refused("too_long")
    for code, text in texts.items():
        if wrong := filling.unknown(text):
            known = ", ".join(f"{{{one}}}" for one in filling.VARIABLES)
            raise UnknownVariable(
                gettext("El text en %(language)s demana «%(what)s», que no existeix: hi pots posar %(known)s.")
                % {"language": filling.LANGUAGES[code], "what": wrong[0], "known": known}
            )
