"""The people that the desk's tests look for: Mercè, over five channels, and those who resemble her."""

from __future__ import annotations

import datetime as dt
import uuid

from tracte.channels.actions import open_account, receive_many
from tracte.channels.message import Message
from tracte.core.clock import now
from tracte.people.appearance import PROVED, VERIFIED, Appearance, Identifier
from tracte.people.models import Doubt, LinkModel, SourceRecord
from tracte.people.search import find
from tracte.people.tests.doubtful import a_model, raise_doubt
from tracte.vocabularies.models import Concept, Name, Scheme

MERCE_DNI, MERCE_PHONE, MERCE_MAIL = "12345678Z", "600 000 417", "merce.puig@exemple.cat"
DOORS = {
    "oficina": ("visits", "Oficina de Riudeclar", "office"),
    "telegram": ("telegram", "Telegram", "chat"),
    "bustia": ("email", "Bústia de contacte", "mail"),
    "formularis": ("webform", "Formularis del web", "form"),
    "telefon": ("calls", "Telèfon d’atenció", "phone"),
    "avisos": ("tabular", "Avisos", "bell"),
}


def ago(days: float) -> dt.datetime:
    return now() - dt.timedelta(days=days)


def say(door: str, who: Appearance | None, days: float, text: str = "", **more) -> uuid.UUID:
    """One contact; its source record, or the interaction where nobody is known."""
    kind, name, icon = DOORS[door]
    account = open_account(key=door, kind=kind, name=name, icon=icon)
    message = Message(more.pop("id", f"{door}:{days}:{text[:40]}"), ago(days), text=text, who=who, **more)
    report = receive_many(account, [message])
    assert report.new == 1, report
    return report.interactions[0]


def merce() -> dict[str, Appearance]:
    phone, mail = Identifier("phone", MERCE_PHONE), Identifier("email", MERCE_MAIL)
    birth = dt.date(1984, 3, 12)
    seen = [Identifier("national_id", MERCE_DNI, VERIFIED), phone, mail]
    return {
        "oficina": Appearance(
            given_name="Mercè",
            surname="Puig",
            surname2="Ferrer",
            birth_date=birth,
            name_assurance=VERIFIED,
            identifiers=seen,
            language="ca",
        ),
        "telegram": Appearance(
            key="8812", full_name="Mercè Puig", identifiers=[Identifier("phone", MERCE_PHONE, PROVED)]
        ),
        "bustia": Appearance(key=MERCE_MAIL, full_name="Mercè Puig Ferrer", identifiers=[mail]),
        "formularis": Appearance(
            full_name="Mercè Puig",
            birth_date=birth,
            identifiers=[mail, phone],
            address="Carrer de la Font, 8, 2n 1a",
            postcode="43850",
        ),
        "telefon": Appearance(full_name="Mercè Puig", identifiers=[phone]),
    }


LONG = (
    "Bon dia. Vaig demanar l’ajut al lloguer el 2 d’octubre, a l’oficina, amb tots els papers. Ahir vaig rebre un avís "
    "que diu «documentació incompleta» i no diu què hi falta. He mirat la carpeta i hi ha tots els rebuts menys el "
    "d’agost, que em va arribar tard. Us l’adjunto per si és això.\n\nSi en falta algun altre, podeu dir-me quin és? "
    "Treballo fins a les tres i no puc anar a l’oficina cada dia. Moltes gràcies."
)


def tell() -> uuid.UUID:
    """Everybody comes in through the ordinary way; Mercè's person id."""
    topics = Scheme.objects.create(key="topics", labels={"ca": "Temes"})
    housing = Concept.objects.create(scheme=topics, code="habitatge", labels={"ca": "Habitatge", "en": "Housing"})
    Name.objects.create(scheme=topics, concept=housing, key="habitatge", is_preferred=True)
    me = merce()
    say("oficina", me["oficina"], 47, "Presenta la sol·licitud de l’ajut al lloguer, amb el DNI.", kind="visit")
    say("telegram", me["telegram"], 42, "Fins quan puc demanar l’ajut?")
    say("telegram", me["telegram"], 41.9, "Fins al 30 de novembre.", direction="out")
    say("formularis", me["formularis"], 70, "Ara visc al carrer de la Font, 8.", kind="form", subject="Canvi d’adreça")
    say("bustia", me["bustia"], 0.05, LONG, subject="Ajut al lloguer: em falta un document?", topic="habitatge")
    say(
        "bustia",
        me["bustia"],
        300,
        "Sóc fora fins dilluns.",
        subject="Resposta automàtica",
        data={"auto": {"kind": "auto_reply"}},
    )
    say("telefon", me["telefon"], 2, "Pregunta si ens ha arribat.", kind="call", data={"duration_s": 221})
    say("telefon", me["telefon"], 520, "On s’inscriu un infant a P3?", kind="call", data={"duration_s": 412})
    say(
        "avisos",
        Appearance(full_name="Merce Puig", identifiers=[Identifier("phone", "600 000 999")]),
        20,
        "Segueix Habitatge",
    )
    say("bustia", Appearance(key="y@exemple.cat", full_name="Youssef El Amrani"), 3, "Com demano cita?")
    marc = [Identifier("national_id", "00000001R", VERIFIED)]
    say("oficina", Appearance(full_name="Marc Vila Serra", identifiers=marc, name_assurance=VERIFIED), 10, kind="visit")
    return person("puig merce ferrer")


def doubt(*, opinions: int = 1) -> Doubt:
    """Whether Mercè is also the Merce who follows a topic from another telephone."""
    mine = [record for record in records(person("puig merce ferrer")) if record.surname2]
    (theirs,) = records(person("600 000 999"))
    return raise_doubt(mine[0].id, theirs.id, LinkModel.in_use() or a_model(), opinions=opinions)


def person(query: str) -> uuid.UUID:
    (hit,) = find(query).hits
    return hit.person


def records(person_id: uuid.UUID) -> list[SourceRecord]:
    live = SourceRecord.objects.filter(memberships__person_id=person_id, memberships__to_seq=None)
    return list(live.order_by("id"))
