"""Lists in YAML: `- {code, parent, labels: {ca, es, oc, en}}`; territories `- {code, kind, parent, name, since}`.

Either the bare list, whose scheme is the file's name, or a mapping: `{scheme, labels, version, valid_from, concepts}`.
Also read: `alt` (a list of other names), `until`, `matches: {exact: [CODE, SCHEME:CODE, URI]}`, and for territories the
larger ones by kind (`province: p08`). A territory's code may come again with another `parent` and `since`: it moved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import yaml

from tracte.vocabularies.names import natural
from tracte.vocabularies.vocabulary import FIRST_DAY, KINDS, RELATIONS, CannotLoad, Member, Term, Vocabulary, day


def read(text: str, source: str, scheme: str) -> Vocabulary:
    try:
        # BaseLoader makes only text, lists and mappings: `no` stays Norwegian and 025 keeps its zero.
        content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{source}:{mark.line + 1}" if mark else source
        raise CannotLoad(f"{where}: not valid YAML ({getattr(error, 'problem', error)}): correct that line") from error
    head = content if isinstance(content, dict) else {"concepts": content}
    if not isinstance(head.get("concepts"), list) or not head["concepts"]:
        raise CannotLoad(f"{source}: no list of concepts: write entries such as - {{code: x, labels: {{ca: ...}}}}")
    vocabulary = Vocabulary(
        scheme=head.get("scheme") or scheme,
        source=source,
        labels=_texts(head.get("labels") or {}, source),
        version=head.get("version") or "",
        valid_from=day(head.get("valid_from"), source),
    )
    for number, entry in enumerate(head["concepts"], 1):
        where = f"{source}: entry {number}"
        if not isinstance(entry, dict) or not isinstance(entry.get("code"), str):
            raise CannotLoad(f"{where}: not an entry: write - {{code: x, labels: {{ca: ...}}}}")
        _entry(vocabulary, {k: None if v in ("null", "~", "") else v for k, v in entry.items()}, where)
    moved = {member.code for member in vocabulary.members if member.valid_from}
    vocabulary.members = [_dated(m, vocabulary) if m.code in moved else m for m in vocabulary.members]
    vocabulary.check_tree()
    return vocabulary


def _dated(member: Member, vocabulary: Vocabulary) -> Member:
    """Where a territory moved, its first place has its day too: else it would read as the place of today."""
    return replace(member, valid_from=member.valid_from or vocabulary.terms[member.code].since or FIRST_DAY)


def _entry(vocabulary: Vocabulary, entry: dict, where: str) -> None:
    code, kind, since = entry["code"] or "", entry.get("kind") or "", day(entry.get("since"), where)
    labels = {"ca": natural(entry["name"])} if entry.get("name") else {}
    larger = [("", entry.get("parent")), *((level, entry.get(level)) for level in KINDS)] if kind else []
    has_moved = bool(kind) and code in vocabulary.terms
    vocabulary.members += [Member(code, place, level, since if has_moved else None) for level, place in larger if place]
    if has_moved:
        return
    term = Term(
        code,
        labels | _texts(entry.get("labels") or {}, where),
        kind=kind,
        parent=None if kind else entry.get("parent"),
        alt_labels=_list(entry.get("alt")),
        since=since,
        until=day(entry.get("until"), where),
    )
    vocabulary.add(term, where)
    for relation, targets in (entry.get("matches") or {}).items():
        if relation not in RELATIONS:
            raise CannotLoad(f"{where}: {relation!r} is no relation: they are {', '.join(RELATIONS)}")
        vocabulary.matches += [(code, relation, target) for target in _list(targets)]


def _texts(labels: object, where: str) -> dict[str, str]:
    if not isinstance(labels, dict) or not all(isinstance(text, str) for text in labels.values()):
        raise CannotLoad(f"{where}: labels must be texts by language: labels: {{ca: ..., es: ...}}")
    return {language: text.strip() for language, text in labels.items() if text.strip() and text != "null"}


def _list(value: str | Iterable[object] | None) -> list[str]:
    return [value] if isinstance(value, str) else [v for v in value or [] if isinstance(v, str)]
