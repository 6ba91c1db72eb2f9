"""A past to learn from: two topics of which people write in words of their own, set by the form they came by."""

from __future__ import annotations

from random import Random

from tracte.channels.actions import receive_many
from tracte.inbox.tests import cast
from tracte.vocabularies.actions import load
from tracte.vocabularies.models import Concept

SAID = {
    "habitatge": "lloguer pis hipoteca propietari ajut fiança desnonament habitatge contracte lloga".split(),
    "transport": "autobús tren rodalies parada bitllet targeta retard línia estació conductor".split(),
}


def topics(folder) -> dict[str, Concept]:
    written = folder / "topics.yml"
    written.write_text(
        '- {code: habitatge, parent: null, labels: {ca: "Habitatge", es: "Vivienda", oc: "Abitatge", en: "Housing"}}\n'
        '- {code: transport, parent: null, labels: {ca: "Transport", es: "Transporte", en: "Transport"}}\n'
    )
    load(written, scheme="topics")
    return {one.code: one for one in Concept.objects.of("topics")}


def text(topic: str, rng: Random) -> str:
    return f"Bon dia, us escric pel {' i el '.join(rng.sample(SAID[topic], 4))} número {rng.randrange(10**6)}"


def write(many: int, seed: int = 1) -> None:
    """From old to new, by the door of forms; two of three are of housing."""
    rng = Random(seed)
    said = [rng.choice(["habitatge", "habitatge", "transport"]) for _ in range(many)]
    past = [
        cast.message(None, text(topic, rng), hours=many - n + 1, kind="form", topic=topic, subject="")
        for n, topic in enumerate(said)
    ]
    report = receive_many(cast.door("formularis"), past)
    assert report.new == many, report
