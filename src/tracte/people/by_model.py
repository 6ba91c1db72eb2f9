"""What the model says of newcomers, after the rules have spoken: one link at most for each, and only a sure one."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

from tracte.people import reading, weighing
from tracte.people.matching import Id, Known, Link, Scene
from tracte.people.models import LinkModel
from tracte.people.review import doubts
from tracte.people.review.doubts import Doubtful
from tracte.people.weighing import Weighed

if TYPE_CHECKING:
    from tracte.people.recognise import Batch

WORST = -30.0  # bits: weaker than that is not worth telling apart


def link(batch: Batch, scene: Scene, kept: LinkModel) -> list[Doubtful]:
    """Link each new record to the one person who agrees with it most, if the guard lets it, nothing forbids it, and
    that person's records agree with it on average. Two who agree are not joined through a third: the batch pass does
    that, when it has looked at all of them. What is left in doubt is for people to see."""
    person = {arrival.id: arrival.person for arrival in batch.arrivals.values()}
    new = [arrival.id for arrival in batch.arrivals.values() if arrival.known is None]
    weighed: dict[Id, list[Weighed]] = defaultdict(list)
    for one in weighing.weigh(new, kept.learnt, kept.id, least=WORST):
        person.setdefault(one.record, one.person or one.record)
        weighed[one.newcomer].append(one)
    strong = {id_: found for id_, found in weighed.items() if any(_is_sure(one, kept) for one in found)}
    _learn_more(batch, scene, {person[one.record] for found in strong.values() for one in found} | strong.keys())
    for newcomer in sorted(strong):
        mine = scene.forest.root(newcomer)
        for root, top in _candidates(strong[newcomer], person, scene, kept):
            if root == mine or scene.known[root].frozen:
                break  # a rule linked them, or one who came before in this batch; or nobody may join the likeliest
            if not scene.quarrel({mine, root}, Known.contradicts):
                a, b = sorted((newcomer, top.record))
                scene.join(Link(a, b, "model", None, newcomer, _said(kept, top)), newcomer, person[top.record])
                break

    def together(one: Weighed) -> bool:
        return scene.forest.root(person[one.record]) == scene.forest.root(one.newcomer)

    return [raised for found in weighed.values() if (raised := doubts.of_newcomer(found, together, kept))]


def _is_sure(one: Weighed, kept: LinkModel) -> bool:
    return one.may and one.weight >= kept.link_at


def _candidates(found: list[Weighed], person: dict[Id, Id], scene: Scene, kept: LinkModel) -> list[tuple[Id, Weighed]]:
    """The persons whose records agree on average, each with the one that agrees most; the strongest first.

    A record that the guard holds back can speak against, never for."""
    by_person: dict[Id, list[Weighed]] = defaultdict(list)
    for one in found:
        by_person[scene.forest.root(person[one.record])].append(one)
    agree = []
    for root, records in by_person.items():
        sure = [one for one in records if _is_sure(one, kept)]
        if sure and sum(one.weight if one.may else min(one.weight, 0.0) for one in records) > 0:
            agree.append((root, max(sure, key=lambda one: (one.weight, one.record))))
    return sorted(agree, key=lambda pair: (-pair[1].weight, pair[0]))


def _said(kept: LinkModel, top: Weighed) -> str:
    """What each comparison said: column -> level, bits."""
    told = zip(top.levels, (round(bits, 4) for bits in top.bits), strict=True)
    return json.dumps(dict(zip(kept.learnt.columns, told, strict=True)))


def _learn_more(batch: Batch, scene: Scene, persons: set[Id]) -> None:
    """What is known about persons whom no rule compared, but the model does."""
    new = {arrival.id: arrival for arrival in batch.arrivals.values() if arrival.known is None}
    missing = {scene.forest.root(person) for person in persons} - scene.known.keys()
    old = sorted(missing - new.keys())
    scene.known |= reading.known(old)
    scene.barred += reading.barriers(old)
    for person in missing & new.keys():
        scene.known[person] = new[person].known_alone()
        for identifier, assurance in new[person].brings.items():
            scene.known[person].carries(scene.kinds[identifier], identifier, assurance)
