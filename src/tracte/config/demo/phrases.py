"""What is said: templates of `phrases_*.yml` split once, joined with greetings, moods and thanks, slots filled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from random import Random

import yaml

from tracte.config.demo import plan, seasons
from tracte.config.demo.plan import Contact
from tracte.config.demo.towns import Town

_OWN_ANSWER = ("atencio.agraiment", "habitatge.desnonament")  # no general answer would fit
FULL = ("ca", "es", "en", "oc")  # languages with a phrase for every topic
_MONTHS = {
    "ca": "de gener,de febrer,de març,d'abril,de maig,de juny,"
    "de juliol,d'agost,de setembre,d'octubre,de novembre,de desembre",
    "es": "de enero,de febrero,de marzo,de abril,de mayo,de junio,"
    "de julio,de agosto,de septiembre,de octubre,de noviembre,de diciembre",
    "en": "January,February,March,April,May,June,July,August,September,October,November,December",
    "oc": "de gèr,de hereuèr,de març,d'abriu,de mai,de junh,"
    "de junhsèga,d'agost,de seteme,d'octobre,de noveme,de deseme",
}
MONTHS = {language: text.split(",") for language, text in _MONTHS.items()}

Parts = tuple[str, ...]  # text, slot, text, slot, ..., text


class Voice:
    """One language: `general[key]` and `topics[number][key]` are lists of templates."""

    def __init__(self, page: dict) -> None:
        self.general = {key: [_split(text) for text in texts] for key, texts in page["general"].items()}
        self.topics = [
            {key: [_split(text) for text in texts] for key, texts in page[code].items() if key != "what"}
            for code in seasons.codes()
        ]
        self.what = [page[code]["what"] for code in seasons.codes()]


def _split(text: str) -> Parts:
    pieces = text.replace("}", "{").split("{")
    return tuple(pieces)


def _read(name: str) -> dict:
    return yaml.load(files(__package__).joinpath(f"phrases_{name}.yml").read_text("utf-8"), yaml.CSafeLoader)


@cache
def voice(language: str) -> Voice:
    """The templates of a language of FULL."""
    return Voice(_read(language))


@cache
def other(language: str) -> dict[str, list[str]]:
    """The few texts of a language outside FULL."""
    return _read("others")[language]


def day(contact: Contact, rng: Random, language: str, back: bool = False) -> str:
    """A day soon after the contact (or `back`, before it); never the 1st or 11th, before which Catalan elides."""
    away = 3 + int(30 * rng.random())
    when = contact.day + dt.timedelta(days=-away if back else away)
    number = when.day + 1 if when.day in (1, 11) else when.day
    return f"{number} {MONTHS.get(language, MONTHS['ca'])[when.month - 1]}"


def hour(rng: Random) -> str:
    """A time of the working day, to the quarter."""
    return f"{8 + int(12 * rng.random())}.{('00', '15', '30', '45')[int(4 * rng.random())]}"


_SLOTS: dict[str, Callable[[Contact, Random, str], str]] = {
    "day": day,
    "past": lambda contact, rng, language: day(contact, rng, language, back=True),
    "hour": lambda contact, rng, language: hour(rng),
    "town": lambda contact, rng, language: _town(contact).name,
    "at_town": lambda contact, rng, language: _at_town(contact, language),
    "of_town": lambda contact, rng, language: _town(contact).of,
    "street": lambda contact, rng, language: contact.person.home.door_on(contact.day).street,
    "amount": lambda contact, rng, language: _amount(contact, rng),
    "file": lambda contact, rng, language: f"{contact.day.year}/{10000 + contact.matter * 7 % 90000}",
    "age": lambda contact, rng, language: str(_age(contact, rng)),
    "months": lambda contact, rng, language: str(2 + int(8 * rng.random())),
    "first": lambda contact, rng, language: contact.person.given,
    "code": lambda contact, rng, language: f"{int(1_000_000 * rng.random()):06d}",
    "what": lambda contact, rng, language: voice(language).what[contact.topic],
}


def _town(contact: Contact) -> Town:
    return contact.person.home.door_on(contact.day).town


def _at_town(contact: Contact, language: str) -> str:
    town = _town(contact)
    return f"en {town.name}" if language == "oc" else town.at


def _amount(contact: Contact, rng: Random) -> str:
    """Euros: a fare, the price of works, or else a rent, a tax, a wage."""
    code = seasons.codes()[contact.topic]
    if code.startswith("transport"):
        return str(10 + int(60 * rng.random()))
    if code == "habitatge.rehabilitacio":
        return f"{3 + int(40 * rng.random())}.{100 * int(10 * rng.random()):03d}"
    return str(10 * (38 + int(85 * rng.random())))


def _age(contact: Contact, rng: Random) -> int:
    """Of a child where the topic is of school, of somebody old where it is of care, else of a grown person."""
    code = seasons.codes()[contact.topic]
    if code.startswith("educacio"):
        return 3 + int(9 * rng.random())
    return (
        78 + int(15 * rng.random())
        if code.startswith(("social", "salut.visita", "salut.vac"))
        else 25 + int(35 * rng.random())
    )


def fill(parts: Parts, contact: Contact, rng: Random, language: str) -> str:
    """The text of a template, its slots filled."""
    if len(parts) == 1:
        return parts[0]
    return "".join([_SLOTS[part](contact, rng, language) if place & 1 else part for place, part in enumerate(parts)])


def one_of(parts: list[Parts], contact: Contact, rng: Random, language: str) -> str:
    """One template of several, filled."""
    return fill(parts[int(rng.random() * len(parts))], contact, rng, language)


_LONG = {plan.MORE: "remind", plan.COMPLAIN: "complain", plan.THANK: "thank"}


def short(contact: Contact, rng: Random) -> str:
    """What somebody types on a telephone: a sentence or two."""
    language = contact.person.language
    if language not in FULL:
        lines = other(language)["ask"]
        return lines[int(rng.random() * len(lines))]
    said, topic = voice(language).general, voice(language).topics[contact.topic]
    if contact.step != plan.ASK:
        return one_of(said[f"{_LONG.get(contact.step, 'remind')}_short"], contact, rng, language)
    text = one_of(topic["ask"], contact, rng, language)
    chance = rng.random()
    if chance < 0.35:
        hello = one_of(said["hello"], contact, rng, language)
        text = f"{hello} {text}" if hello[-1] == "!" or chance < 0.1 else f"{hello}, {text[0].lower()}{text[1:]}"
    elif chance < 0.5:
        text = f"{text} {one_of(topic['more'], contact, rng, language)}"
    return text.lower() if rng.random() < 0.12 else text


def long(contact: Contact, rng: Random, sign: str) -> str:
    """A mail or a form: greeting, the matter, perhaps a mood, goodbye and `sign`."""
    language = contact.person.language
    if language not in FULL:
        lines = other(language)
        ask, close = (lines[key][int(rng.random() * len(lines[key]))] for key in ("ask", "close"))
        return f"{lines['open'][0]}\n\n{ask}\n\n{close}\n{sign}".rstrip()
    said, topic = voice(language).general, voice(language).topics[contact.topic]
    body = [
        one_of(
            topic["ask"] if contact.step == plan.ASK else said[_LONG.get(contact.step, "remind")],
            contact,
            rng,
            language,
        )
    ]
    if contact.step in (plan.ASK, plan.COMPLAIN) and rng.random() < 0.7:
        body.append(one_of(topic["more"], contact, rng, language))
    if contact.step != plan.THANK and rng.random() < 0.35:
        body.insert(int(rng.random() * 2), one_of(said["mood"], contact, rng, language))
    opening, close = (one_of(said[key], contact, rng, language) for key in ("open", "close"))
    gap = "\n\n" if len(body) > 2 and rng.random() < 0.4 else " "
    return f"{opening}\n\n{gap.join(body)}\n\n{close}\n{sign}".rstrip()


def subject(contact: Contact, rng: Random) -> str:
    """A subject line of the topic."""
    language = contact.person.language
    if language not in FULL:
        lines = other(language)["subject"]
        return lines[int(rng.random() * len(lines))]
    return one_of(voice(language).topics[contact.topic]["subject"], contact, rng, language)


def answer(contact: Contact, rng: Random, agent: str) -> str:
    """Our mail to them, in their language or in Catalan."""
    language = contact.person.language if contact.person.language in FULL else "ca"
    said = voice(language).general
    opening, close = (one_of(said[key], contact, rng, language) for key in ("answer_open", "answer_close"))
    return f"{opening}\n\n{reply(contact, rng)}\n\n{close}\n\n{agent}\nAtenció ciutadana · Govern d'Exemple"


def reply(contact: Contact, rng: Random) -> str:
    """The sentence or two that answer."""
    language = contact.person.language if contact.person.language in FULL else "ca"
    own = voice(language).topics[contact.topic].get("answer")
    if own and (rng.random() < 0.65 or seasons.codes()[contact.topic] in _OWN_ANSWER):
        return one_of(own, contact, rng, language)
    return one_of(voice(language).general["answer"], contact, rng, language)


def alert(contact: Contact, rng: Random) -> str:
    """A short notice that we send."""
    language = contact.person.language if contact.person.language in FULL else "ca"
    return one_of(voice(language).general["alert"], contact, rng, language)


def note(contact: Contact, rng: Random) -> str:
    """What the agent who took the call or the visit writes down, always in Catalan."""
    said, topic = voice("ca").general, voice("ca").topics[contact.topic]
    if contact.outbound:
        return one_of(said["call_out"], contact, rng, "ca")
    key = _LONG.get(contact.step)
    return one_of(said[f"{key}_note"] if key else topic["note"], contact, rng, "ca")
