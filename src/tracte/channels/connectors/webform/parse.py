"""Web form: one JSON object per submission, as our own forms and other web sites post them."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from typing import Any, BinaryIO

from tracte.channels.connectors import json_file, source, strict_json
from tracte.channels.connectors.strict_json import BadJson, member
from tracte.channels.message import Message, Reject
from tracte.people.appearance import DECLARED, VERIFIED, Appearance, Identifier

_TEXTS = ("form", "subject", "text", "name", "surnames", "email", "phone", "document", "postcode", "municipality")
_OURS = ("answer_by", "in_reply_to", "attachments")  # said by our own form
FIELDS = ("id", "submitted_at", "birth_date", "topic", "language", "signed_in", *_OURS, *_TEXTS)
_IDENTIFIERS = {"national_id": "document", "phone": "phone", "email": "email"}
_MADRID = zoneinfo.ZoneInfo("Europe/Madrid")


def parse(raw: bytes, *, own: frozenset[str] = frozenset()) -> Iterator[Message | Reject]:
    """One submission."""
    try:
        yield _one(1, raw, strict_json.loads(raw))
    except BadJson as error:
        yield Reject(1, str(error), raw=raw)


def read(stream: BinaryIO, *, own: frozenset[str] = frozenset()) -> Iterator[Message | Reject]:
    """NDJSON or an array of submissions. Raises InputError when it is no text at all."""
    stream = source.unpacked(stream)
    source.refuse_foreign(stream, "the file of forms")
    for item in json_file.objects(stream, ("id",)):
        yield item if isinstance(item, Reject) else _one(*item)


def _one(position: int, raw: bytes, form: Any) -> Message | Reject:
    external_id = ""
    try:
        if not isinstance(form, dict):
            raise BadJson(f"a submission must be an object, it is {form!r:.40}")
        flags: list[str] = []
        external_id = _text(form, "id", flags)[:200]
        if not external_id:
            raise BadJson("a submission needs an id")
        message = _submission(external_id, form, flags)
    except BadJson as error:
        return Reject(position, f"submission {external_id or position}: {error}", external_id, raw)
    message.raw = raw
    return message


def _submission(external_id: str, form: dict[str, Any], flags: list[str]) -> Message:
    said = {name: _text(form, name, flags) for name in (*_TEXTS, "topic", "language")}
    if not said["text"] and not said["subject"] and not form.get("attachments"):
        raise BadJson("neither text nor subject")
    signed_in = member(form, "signed_in", bool) or False
    data: dict[str, Any] = {"form": said["form"], "signed_in": signed_in}
    if answer_by := _text(form, "answer_by", flags):
        data["answer_by"] = answer_by
    if files := _files(form):
        data["attachments"] = files
    if extra := {name: value for name, value in form.items() if name not in FIELDS}:
        flags.append("unknown_field")
        data["extra"] = extra
    return Message(
        external_id,
        _when(_text(form, "submitted_at", flags), flags),
        kind="form",
        subject=said["subject"],
        text=said["text"],
        who=_who(said, _text(form, "birth_date", flags), signed_in, flags),
        topic=said["topic"],
        territory=said["municipality"],
        language=said["language"],
        in_reply_to=list(filter(None, [_text(form, "in_reply_to", flags)])),
        data=data,
        flags=flags,
    )


def _files(form: dict[str, Any]) -> list[dict[str, Any]]:
    """Name, type and size of what came with it; the files themselves travel beside it."""
    told = member(form, "attachments", list) or []
    if not all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in told):
        raise BadJson("attachments: each is an object with name, type and size")
    return [{name: one.get(name) for name in ("name", "type", "size")} for one in told]


def _text(form: dict[str, Any], name: str, flags: list[str]) -> str:
    """A text field without outer spaces; a bare number is taken and flagged, since it may have lost its zeros."""
    value = form.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        flags.append("number_for_text")
        return str(value)
    return (member(form, name, str) or "").strip()


def _when(text: str, flags: list[str]) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(text)
        if 2000 <= at.year < 2100:
            return at if at.tzinfo else at.replace(tzinfo=_MADRID)
    except ValueError:
        pass
    flags.append("date_invalid" if text else "date_missing")
    return None


def _who(said: dict[str, str], born: str, signed_in: bool, flags: list[str]) -> Appearance | None:
    """The gateway vouches for document, name and birth date; telephone and e-mail stay the citizen's own word."""
    level = VERIFIED if signed_in else DECLARED
    name = f"{said['surnames']}, {said['name']}" if said["surnames"] else said["name"]
    known = [
        Identifier(kind, said[field], level if kind == "national_id" else DECLARED)
        for kind, field in _IDENTIFIERS.items()
        if said[field]
    ]
    if not name and not known:
        return None
    try:
        birth = dt.date.fromisoformat(born) if born else None
    except ValueError:
        birth = None
        flags.append("birth_date_invalid")
    return Appearance(
        full_name=name,
        birth_date=birth,
        postcode=said["postcode"],
        language=said["language"],
        identifiers=known,
        name_assurance=level,
    )
