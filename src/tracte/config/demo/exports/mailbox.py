"""bustia.mbox: what came to the mailbox and what was answered, machines included."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from pathlib import Path
from random import Random
from typing import NamedTuple

from tracte.config.demo import phrases, plan, writing
from tracte.config.demo.contacts import LIBRARY
from tracte.config.demo.people import Person
from tracte.config.demo.plan import Contact
from tracte.config.demo.rhythm import DAY, utc_offset

OURS, OUR_NAME = "bustia@exemple.cat", "Govern d'Exemple"
AGENTS = ["Jordi Serra", "Núria Vila", "Pol Riera", "Aina Soler", "Marta Coll"]
QUOTES = 0.6  # of the replies carry the mail that they answer
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WROTE = {
    "ca": "El dia {} a les {}, {} va escriure:", "es": "El {} a las {}, {} escribió:", "en": "On {} at {}, {} wrote:",
    "oc": "Eth {} as {}, {} escriuec:", "fr": "Le {} à {}, {} a écrit :",
}  # fmt: skip
_TAILS = ["Enviat des del meu mòbil", "Enviado desde mi móvil", "Sent from my phone"]


class _Sent(NamedTuple):
    """What a reply needs to know of the mail before it."""

    id: str
    subject: str
    body: str
    sender: str
    moment: int


class Mailbox:
    """Writes mails in the order of time; remembers of each open matter the last one, to be quoted."""

    name = "bustia.mbox"

    def __init__(self, folder: Path) -> None:
        self._file = (folder / self.name).open("wb", buffering=1 << 20)
        self._threads: dict[int | str, _Sent] = {}

    def write(self, contact: Contact, rng: Random, said: dict) -> tuple[str, bool]:
        """Append one mail: its Message-ID, and whether it shows a person (what machines send does not)."""
        person, thread = contact.person, said["subject"].removeprefix("Re: ") if said else contact.matter
        before = self._threads.get(thread)
        citizen = _header(said.get("name", display_name(person, contact)), said.get("email", person.email))
        if contact.step == plan.BOUNCE:
            return self._bounce(contact, rng, before), False
        subject, body = _words(contact, rng, said, before)
        sender, to = (f"{_word(OUR_NAME)} <{OURS}>", citizen) if contact.outbound else (citizen, OURS)
        address = sender.rpartition("<")[2].strip(">")
        identifier = f"{rng.getrandbits(60):015x}.{contact.moment}@{address.rpartition('@')[2]}"
        headers = [f"Message-ID: <{identifier}>", f"From: {sender}", f"To: {to}", f"Subject: {_word(subject)}"]
        if before and subject[:3].lower() in ("re:", "res"):
            headers += [f"In-Reply-To: <{before.id}>", f"References: <{before.id}>"]
        if contact.step == plan.AWAY:
            headers += ["Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All", "Precedence: bulk"]
        self._threads[thread] = _Sent(identifier, subject, body, sender, contact.moment)
        if before and not said and not contact.outbound and contact.step != plan.AWAY and rng.random() < QUOTES:
            body += _quote(before, person.language)
        self._put(address, contact.moment, headers, _encoded(body, rng))
        return identifier, contact.step != plan.AWAY

    def forget(self, matter: int) -> None:
        """The matter is over: nothing of it will be quoted again."""
        self._threads.pop(matter, None)

    def close(self) -> None:
        self._file.close()

    def _put(self, address: str, moment: int, headers: list[str], content: tuple[str, bytes]) -> None:
        day, clock = _date(moment)
        envelope = f"From {address} {day[:3]} {day[8:11]} {day[5:7]} {clock} {day[12:16]}"
        head = "\n".join(
            [envelope, f"Date: {day} {clock} +0{utc_offset(moment)}00", *headers, "MIME-Version: 1.0", content[0]]
        )
        body = content[1].replace(b"\nFrom ", b"\n>From ")
        self._file.write(head.encode() + b"\n\n" + body.rstrip(b"\n") + b"\n\n")

    def _bounce(self, contact: Contact, rng: Random, before: _Sent | None) -> str:
        """A delivery status report (RFC 3464) on our answer."""
        to, domain = contact.person.email, contact.person.email.rpartition("@")[2]
        identifier, mark = f"{rng.getrandbits(60):015x}@mx.{domain}", f"=_{rng.getrandbits(48):012x}"
        full = rng.random() < 0.6
        status, why = ("5.2.2", "552 5.2.2 Mailbox full") if full else ("5.1.1", "550 5.1.1 User unknown")
        parts = [
            f"This is the mail system at host mx.{domain}.\n\n<{to}>: {why}",
            f"Reporting-MTA: dns; mx.{domain}\n\nFinal-Recipient: rfc822; {to}\nAction: failed\nStatus: {status}\n"
            f"Diagnostic-Code: smtp; {why}",
            f"To: {to}\n" + (f"Message-ID: <{before.id}>\nSubject: {_word(before.subject)}" if before else ""),
        ]
        types = ["text/plain; charset=utf-8", "message/delivery-status", "text/rfc822-headers; charset=utf-8"]
        body = "".join(f"--{mark}\nContent-Type: {kind}\n\n{part}\n\n" for kind, part in zip(types, parts, strict=True))
        headers = [f"Message-ID: <{identifier}>", f"From: MAILER-DAEMON@mx.{domain}", f"To: {OURS}"]
        headers += ["Auto-Submitted: auto-replied", "Subject: Undelivered Mail Returned to Sender"]
        kind = f'Content-Type: multipart/report; report-type=delivery-status; boundary="{mark}"'
        self._put("MAILER-DAEMON", contact.moment, headers, (kind, f"{body}--{mark}--\n".encode()))
        return identifier


def display_name(person: Person, contact: Contact) -> str:
    """What their mail program calls them: the same at every mail; at a shared address always a name."""
    habit, shared = person.trait(2), person.email in (person.home.email, LIBRARY)
    full = (person.given, person.surname, person.surname2)
    if person.namesake:
        return writing.one_line(full, 0.5)
    if habit < 0.06 and not shared:
        return ""
    if habit < 0.2:
        return person.given
    if habit < 0.26 and not shared:
        return f"{person.given[0]}. {person.surname}"
    parts = full if habit > 0.6 else (person.given, person.surname, "")
    return writing.one_line(writing.styled(parts, person.trait(3)), person.trait(4))


def _words(contact: Contact, rng: Random, said: dict, before: _Sent | None) -> tuple[str, str]:
    """Subject and own text."""
    language = contact.person.language if contact.person.language in phrases.FULL else "ca"
    general = phrases.voice(language).general
    if contact.step == plan.AWAY:
        start = phrases.one_of(general["away_subject"], contact, rng, language)
        return f"{start} {before.subject if before else ''}", phrases.one_of(general["away"], contact, rng, language)
    if said:
        return said["subject"], said["text"]
    if before and (contact.outbound or rng.random() < 0.9):
        subject = before.subject if before.subject[:3].lower() == "re:" else f"Re: {before.subject}"
    else:
        subject = ("Re: " if contact.outbound else "") + phrases.subject(contact, rng)
    if contact.outbound:
        return subject, phrases.answer(contact, rng, AGENTS[contact.matter % len(AGENTS)])
    return subject, phrases.long(contact, rng, _signature(contact))


def _signature(contact: Contact) -> str:
    """How they end a mail: nothing, their name, a block with the telephone, or what their telephone adds."""
    person, habit = contact.person, contact.person.trait(5)
    if habit < 0.25:
        return ""
    if habit < 0.5 or not person.mobile:
        return person.given if habit < 0.4 else f"{person.given} {person.surname}"
    if habit < 0.6:
        return _TAILS[int(person.trait(6) * len(_TAILS))]
    full = writing.one_line((person.given, person.surname, person.surname2), 0.5)
    return f"\n-- \n{full}\nTel. {writing.phone(person.mobile_on(contact.day), person.trait(7))}"


def _quote(before: _Sent, language: str) -> str:
    day = dt.date.fromordinal(before.moment // DAY)
    clock = f"{before.moment // 3600 % 24}:{before.moment // 60 % 60:02d}"
    wrote = _WROTE.get(language, _WROTE["ca"]).format(f"{day.day}/{day.month}/{day.year}", clock, _plain(before.sender))
    return f"\n\n{wrote}\n\n> " + "\n> ".join(before.body.split("\n"))


def _plain(sender: str) -> str:
    return f"{OUR_NAME} <{OURS}>" if OURS in sender else sender.rpartition("<")[2].strip(">")


def _date(moment: int) -> tuple[str, str]:
    """`Wed, 07 Oct 2026` and `09:12:00`."""
    day = dt.date.fromordinal(moment // DAY)
    text = f"{_DAYS[day.weekday()]}, {day.day:02d} {_MONTHS[day.month - 1]} {day.year}"
    return text, f"{moment // 3600 % 24:02d}:{moment // 60 % 60:02d}:{moment % 60:02d}"


def _header(name: str, address: str) -> str:
    return f"{_word(name, phrase=True)} <{address}>" if name else address


def _word(text: str, phrase: bool = False) -> str:
    """RFC 2047 where it is needed; a name with a comma or a dot in quotes."""
    if text.isascii():
        return f'"{text}"' if phrase and ("," in text or "." in text) else text
    chunks = [text[start : start + 18] for start in range(0, len(text), 18)]
    return "\n ".join(f"=?utf-8?b?{base64.b64encode(chunk.encode()).decode()}?=" for chunk in chunks)


def _encoded(body: str, rng: Random) -> tuple[str, bytes]:
    """Content headers and bytes, in one of the ways that mail programs have."""
    chance, plain = rng.random(), "Content-Type: text/plain; charset={}\nContent-Transfer-Encoding: {}"
    if chance < 0.5:
        return plain.format("utf-8", "8bit"), body.encode()
    if chance < 0.74:
        return plain.format("utf-8", "quoted-printable"), binascii.b2a_qp(body.encode(), istext=True)
    if chance < 0.8:
        return plain.format("iso-8859-1", "quoted-printable"), binascii.b2a_qp(body.encode("iso-8859-1", "replace"))
    if chance < 0.86:
        return plain.format("utf-8", "base64"), base64.encodebytes(body.encode())
    mark = f"=_{rng.getrandbits(48):012x}"
    html = body.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>\n")
    parts = (("text/plain", body), ("text/html", f"<html><body>{html}</body></html>"))
    content = "".join(
        f"--{mark}\nContent-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{part}\n"
        for kind, part in parts
    )
    return f'Content-Type: multipart/alternative; boundary="{mark}"', f"{content}--{mark}--\n".encode()
