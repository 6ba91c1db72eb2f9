"""CSV in three shapes, told apart by their header.

The official list of municipalities (`ine5,name_idescat,comarca_code,comarca,prov_code,province,...`; the columns of
Idescat, `Codi,Nom,Codi comarca,Nom comarca`, too); dated changes of territory (`code,level,member_of,valid_from`);
a crosswalk of any scheme (`source,relation,target`). Municipalities bear their INE code of five digits; comarques,
vegueries and provinces their official number after a letter (c43, v02, p08), so that no two kinds share a code.
"""

from __future__ import annotations

from tracte.vocabularies.formats import table
from tracte.vocabularies.names import key, natural
from tracte.vocabularies.vocabulary import FIRST_DAY, KINDS, RELATIONS, CannotLoad, Member, Term, Vocabulary, day

LETTERS = {"comarca": "c", "vegueria": "v", "province": "p"}
LEVELS = {kind: kind for kind in KINDS} | {"municipi": "municipality", "provincia": "province", "pais": "country"}
OFFICIAL: table.Columns = {
    "code": ("ine5", "codi ine", "codi", "codi municipi", "codimuni", "code", "idescat6"),
    "idescat": ("idescat6",),
    "name": ("name idescat", "nom", "nom municipi", "municipi", "name", "name ine"),
    "other": ("name ine",),
    "comarca_code": ("comarca code", "codi comarca"),
    "comarca": ("comarca", "nom comarca"),
    "vegueria_code": ("vegueria code", "codi vegueria"),
    "vegueria": ("vegueria", "nom vegueria"),
    "province_code": ("prov code", "province code", "codi provincia"),
    "province": ("province", "provincia", "nom provincia"),
}
CHANGES: table.Columns = {name: (name.replace("_", " "),) for name in ("code", "level", "member_of", "valid_from")}
CROSSWALK: table.Columns = {"source": ("source", "from"), "relation": ("relation",), "target": ("target", "to")}


def read(text: str, source: str, scheme: str | None) -> Vocabulary:
    if (found := table.rows(text, source, CHANGES, tuple(CHANGES))) is not None:
        return _changes(found, source, scheme or "territories")
    if (found := table.rows(text, source, CROSSWALK, tuple(CROSSWALK))) is not None:
        return _crosswalk(found, source, scheme)
    if (found := table.rows(text, source, OFFICIAL, ("code", "name"))) is not None:
        return _official(found, source, scheme or "territories")
    raise CannotLoad(
        f"{source}: no header with a code and a name in its first {table.LINES_BEFORE_HEADER} lines: "
        "name the columns, for example ine5,name_idescat,comarca_code,comarca,prov_code,province"
    )


def _official(found: list[tuple[str, dict[str, str]]], source: str, scheme: str) -> Vocabulary:
    vocabulary = Vocabulary(scheme, source)
    for where, row in found:
        code = _ine5(row["code"], where)
        if not row["name"]:
            raise CannotLoad(f"{where}: {code} has no name: add it")
        name, other = natural(row["name"]), natural(row.get("other", ""))
        idescat = row.get("idescat") or row["code"]
        vocabulary.add(
            Term(
                code,
                {"ca": name},
                kind="municipality",
                alt_labels=[other] if key(other) not in ("", key(name)) else [],
                alt_codes=[idescat.zfill(6)] if idescat.zfill(6)[:5] == code else [],
            ),
            where,
        )
        if row.get("province") and not row.get("province_code"):
            row["province_code"] = code[:2]
        for level in LETTERS:
            if larger := _larger(vocabulary, level, row):
                vocabulary.members.append(Member(code, larger, level))
    return vocabulary


def _larger(vocabulary: Vocabulary, level: str, row: dict[str, str]) -> str:
    """Its code, and its term when it is new here; its name alone where the list gives no code."""
    number, name = row.get(f"{level}_code", ""), natural(row.get(level, ""))
    if not number:
        return name
    code = _number(number, level)
    term = vocabulary.terms.get(code)
    if term is None and name:
        vocabulary.terms[code] = Term(code, {"ca": name}, kind=level)
    elif term and name and name not in (term.labels["ca"], *term.alt_labels):
        term.alt_labels.append(name)
    return code


def _changes(found: list[tuple[str, dict[str, str]]], source: str, scheme: str) -> Vocabulary:
    vocabulary = Vocabulary(scheme, source, is_partial=True)
    for where, row in found:
        level = LEVELS.get(key(row["level"]))
        if level is None:
            raise CannotLoad(f"{where}: {row['level']!r} is no level: the levels are {', '.join(KINDS)}")
        if not row["code"] or not row["member_of"]:
            raise CannotLoad(f"{where}: code and member_of are both needed: fill them in")
        code = _ine5(row["code"], where) if row["code"].isdecimal() else row["code"]
        larger = _number(row["member_of"], level) if row["member_of"].isdecimal() else row["member_of"]
        vocabulary.members.append(Member(code, larger, level, day(row["valid_from"], where) or FIRST_DAY))
    return vocabulary


def _crosswalk(found: list[tuple[str, dict[str, str]]], source: str, scheme: str | None) -> Vocabulary:
    vocabulary = Vocabulary(scheme or "", source, is_partial=True)
    for where, row in found:
        prefix, colon, code = row["source"].rpartition(":")
        vocabulary.scheme = vocabulary.scheme or prefix
        if not vocabulary.scheme:
            raise CannotLoad(f"{where}: of which scheme is {code!r}? say it, or write the source as topics:{code}")
        if colon and prefix != vocabulary.scheme:
            raise CannotLoad(f"{where}: {row['source']} is not of {vocabulary.scheme}: one file for each scheme")
        if row["relation"] not in RELATIONS:
            raise CannotLoad(f"{where}: {row['relation']!r} is no relation: they are {', '.join(RELATIONS)}")
        vocabulary.matches.append((code, row["relation"], row["target"]))
    return vocabulary


def _number(number: str, level: str) -> str:
    return f"{LETTERS.get(level, '')}{number.zfill(2)}" if number.isdecimal() else number


def _ine5(text: str, where: str) -> str:
    """Five digits: province and municipality. Idescat adds a check digit; spreadsheets eat a leading zero of either."""
    if text.isdecimal() and text.isascii() and len(text) in (4, 5, 6):
        province = int(text.zfill(5)[:2])
        code = text.zfill(6)[:5] if len(text) == 6 or province > 52 else text.zfill(5)
        if 1 <= int(code[:2]) <= 52:
            return code
    raise CannotLoad(f"{where}: {text!r} is no municipality code: write the 5 digits of INE (or 6 of Idescat)")
