"""The review of doubts, why people are together, and the model, through the screens."""

from __future__ import annotations

import itertools
import re
import uuid

import pytest

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.desk import comparing, waterfall, weights_words
from tracte.desk.tests import cast
from tracte.people import actions
from tracte.people.appearance import PROVED, VERIFIED, Appearance, Identifier
from tracte.people.models import Calibration, Doubt, Edge, LinkModel, Person, Verdict
from tracte.people.profile import open_person
from tracte.people.review import judging
from tracte.people.tests.doubtful import a_model, raise_doubt
from tracte.privacy.models import Read


@pytest.fixture
def other(merce) -> uuid.UUID:
    return cast.person("600 000 999")


@pytest.fixture
def doubt(other) -> Doubt:
    return cast.doubt()


def address(doubt: Doubt) -> str:
    return f"/desk/review/{doubt.id}/"


def text(client, where: str) -> str:
    response = client.get(where)
    assert response.status_code == 200, response
    return response.content.decode()


def one_person(doubt: Doubt) -> bool:
    return Person.now_at(doubt.a_id) == Person.now_at(doubt.b_id)


def test_opening_a_doubt_asks_why_and_writes_both_down(jordi, merce, other, doubt):
    response = jordi.get(address(doubt))
    assert response.status_code == 302 and "/desk/purpose/" in response.url and not Read.objects.exists()
    jordi.post("/desk/purpose/", {"purpose": "attend"})
    assert "Són la mateixa persona?" in text(jordi, address(doubt))
    assert set(Read.objects.values_list("subject", "what")) == {(merce, "doubt"), (other, "doubt")}


def test_the_queue_tells_how_many_and_nobody_s_name(jordi, doubt):
    page = text(jordi, "/desk/review/")
    assert "N’espera una" in page and address(doubt) in page and not Read.objects.exists()
    assert not {"Mercè", "Merce", "Puig", "417", "999"} & set(re.findall(r"\w+", page))
    assert "Opinions que no coincideixen" not in page


def test_both_are_side_by_side_masked_and_their_differences_in_words(desk, doubt):
    page = text(desk, address(doubt))
    for hidden in (cast.MERCE_DNI, cast.MERCE_PHONE, cast.MERCE_MAIL, "600 000 999", "600000999"):
        assert hidden not in page
    for shown in ("678Z", "••• 417", "••• 999", "Igual", "Diferent", "Només en una"):
        assert shown in page, shown


def test_the_waterfall_adds_up_and_says_what_weighs(doubt):
    drawn = waterfall.draw(doubt.model.learnt, doubt.weights, 6.63)
    told = [(step.name, step.detail, step.bits) for step in drawn.steps]
    assert told[0] == ("Punt de partida", "dues qualssevol", "−10,0")
    assert ("Nom de pila", "igual, poc freqüent", "+9,6") in told and ("Telèfon", "diferent", "−4,2") in told
    number = lambda words: float(words.replace("−", "-").replace(",", "."))  # noqa: E731
    assert sum(number(bits) for *_, bits in told[:-1]) == pytest.approx(number(told[-1][2]), abs=0.3)
    assert told[-1][0] == "Pes total" and told[-1][2] == drawn.total == weights_words.bits(doubt.weight)
    assert "correu" in drawn.unknown and "telèfon" not in drawn.unknown
    for before, after in itertools.pairwise(drawn.steps):
        assert after.begins == pytest.approx(before.ends)
    assert all(step.x >= 0 and step.x + step.width <= 101 for step in drawn.steps)


def test_the_same_joins_and_goes_on_to_the_next(desk, doubt, agent):
    response = desk.post(address(doubt), {"said": "same", "reason": "Ha trucat."}, follow=True)
    assert response.redirect_chain == [(f"/desk/review/?done={doubt.id}", 302)]
    assert "Desat: són la mateixa persona." in response.content.decode() and one_person(doubt)
    assert Edge.objects.get(kind="must").reason == "Ha trucat."
    page = desk.post(f"{address(doubt)}undo/", follow=True).content.decode()
    assert "és com si no n’haguessis dit res" in page and not one_person(doubt)
    assert "Són la mateixa persona?" in page and not actions.drift()


def test_not_the_same_keeps_apart_and_unsure_leaves_it_to_others(desk, doubt, agent, supervisor):
    page = desk.post(address(doubt), {"said": "unsure"}, follow=True).content.decode()
    assert "Ho mirarà algú altre" in page and "No hi ha cap dubte per mirar" in page
    assert "ja n’has dit què en penses" in text(desk, address(doubt))
    assert (
        "Si t’has equivocat, desfés-la primer"
        in desk.post(address(doubt), {"said": "same"}, follow=True).content.decode()
    )
    judging.judge(doubt.id, "different", by=supervisor, at=now())
    assert not one_person(doubt) and Edge.objects.get(kind="cannot").by == supervisor


def test_what_was_judged_meanwhile_is_said_and_nothing_changes(desk, doubt, supervisor):
    text(desk, address(doubt))
    judging.judge(doubt.id, "different", by=supervisor, at=now())
    before = Read.objects.count()
    page = desk.post(address(doubt), {"said": "same"}, follow=True).content.decode()
    assert "Algú altre ja ho ha resolt" in page and not one_person(doubt)
    page = text(desk, address(doubt))
    assert "Aquest dubte ja està resolt" in page and "Puig" not in page and Read.objects.count() == before


def test_two_verified_documents_leave_no_way_to_join(desk, merce, other):
    document = Identifier("national_id", "00000000T", VERIFIED)
    cast.say(
        "oficina",
        Appearance(full_name="Merce Puig", identifiers=[document, Identifier("phone", "600 000 999")]),
        1,
        kind="visit",
    )
    (mine, *_), (theirs, *_) = cast.records(merce), cast.records(cast.person("600 000 999"))
    found = raise_doubt(mine.id, theirs.id, a_model())
    page = text(desk, address(found))
    assert "No es poden ajuntar" in page and 'value="same"' not in page and 'value="different"' in page
    page = desk.post(address(found), {"said": "same"}, follow=True).content.decode()
    assert "dos documents verificats diferents" in page and not one_person(found)


def test_the_second_sees_nothing_of_the_first_and_the_pages_do_not_tell(signed_in, agent, supervisor, merce, other):
    found = cast.doubt(opinions=2)
    first = signed_in(agent)
    first.post("/desk/purpose/", {"purpose": "attend"})
    page = first.post(address(found), {"said": "same"}, follow=True).content.decode()
    assert "Desat: són la mateixa persona." in page and not one_person(found)
    assert "ja n’has dit què en penses" in text(first, address(found))
    second = signed_in(supervisor)
    second.post("/desk/purpose/", {"purpose": "attend"})
    page = text(second, address(found))
    assert agent.full_name not in page and "diu que" not in page
    second.post(address(found), {"said": "same"})
    assert one_person(found) and "ja n’has dit què en penses" in text(second, address(found))


def test_who_leads_settles_what_two_said_differently(signed_in, agent, supervisor, administration, merce, other):
    from conftest import _hired

    found, third = cast.doubt(opinions=2), _hired(administration, "Núria Vila", "agent")
    judging.judge(found.id, "same", by=agent, at=now(), reason="El mateix carrer")
    judging.judge(found.id, "different", by=third, at=now())
    aina = signed_in(supervisor)
    aina.post("/desk/purpose/", {"purpose": "attend"})
    page = text(aina, "/desk/review/")
    assert "Opinions que no coincideixen" in page and "Resol-la" in page and "Coincideixen amb la primera: 0." in page
    page = text(aina, address(found))
    assert "Jordi Serra" in page and "«El mateix carrer»" in page and "diu que no són la mateixa persona" in page
    aina.post(address(found), {"said": "different"})
    assert Verdict.objects.settling().get().by == supervisor


def test_the_next_one_goes_round_and_pages_go_on(desk, merce):
    kept, (mine, *_) = a_model(), cast.records(merce)
    found = []
    for n in range(14):
        cast.say(
            "telefon", Appearance(full_name="Merçè Puig", identifiers=[Identifier("phone", f"6000010{n:02}")]), 3 + n
        )
        (theirs,) = cast.records(cast.person(f"6000010{n:02}"))
        found.append(raise_doubt(mine.id, theirs.id, kept))
    first, second = Doubt.objects.waiting().in_order()[:2]
    assert desk.get("/desk/review/next/").url == address(first)
    assert desk.get(f"/desk/review/next/?after={first.id}").url == address(second)
    *_, last = Doubt.objects.waiting().in_order()
    assert desk.get(f"/desk/review/next/?after={last.id}").url == address(first)
    page = text(desk, "/desk/review/")
    assert page.count("Mira-la") == 12
    more = text(desk, "/desk/review/" + re.search(r'/desk/review/(\?after=[^"]+)', page)[1])
    assert more.count("Mira-la") == 2
    assert text(desk, "/desk/review/?after=rubbish~x").count("Mira-la") == 12


def test_why_together_tells_every_join_and_undoing_one_parts_them(desk, merce, other, doubt):
    desk.post(address(doubt), {"said": "same", "reason": "Ha trucat."})
    page = text(desk, f"/desk/people/{merce}/why/")
    assert "Les va ajuntar Jordi Serra" in page and "«Ha trucat.»" in page and "Què hi pesava" in page
    assert "El mateix telèfon" in page and page.count("Desfés aquest lligam") == len(cast.records(merce)) - 1
    edge = Edge.objects.get(kind="must")
    page = text(desk, f"/desk/people/{merce}/why/{edge.seq}/")
    assert "Se separa una fitxa" in page and "Merce Puig" in page and "Persona a part" in page
    seen, record = (re.search(rf'name="{name}" value="([^"]+)"', page)[1] for name in ("seen", "record"))
    desk.post(f"/desk/people/{merce}/split/", {"seen": seen, "record": record, "reason": "No era ella."})
    assert not one_person(doubt) and not actions.drift()
    assert desk.get(f"/desk/people/{merce}/why/{edge.seq}/").status_code == 404


def test_what_other_joins_hold_is_said_with_the_way(desk, merce, agent):
    joins = open_person(merce, by=agent, purpose="attend", at=now()).joins
    edge = joins[0].edge
    by = {"at": now(), "by": agent, "kind": "must", "rule": "hand"}
    third = next(r for r in cast.records(merce) if r.id not in (edge.a_id, edge.b_id))
    for end in (edge.a_id, edge.b_id):
        Edge.objects.create(a_id=min(end, third.id), b_id=max(end, third.id), **by)
    page = text(desk, f"/desk/people/{merce}/why/{edge.seq}/")
    assert "Encara quedarien juntes" in page and page.count("Mira aquest lligam") >= 2


def test_a_merge_preview_says_what_differs(desk, merce, agent):
    cast.say("avisos", Appearance(full_name="Anna Roca", birth_date=cast.ago(9000).date(), key="anna"), 1)
    anna = cast.person("anna roca")
    page = text(desk, f"/desk/people/{merce}/merge/{anna}/")
    assert "Tenen dates de naixement diferents." in page and "Tenen noms de pila diferents." in page
    assert "documents diferents" not in page


def test_documents_of_other_records_are_told_before_two_persons_become_one(desk, merce):
    """The two records of a doubt may carry none, while others of the same persons do."""
    key = {"identifiers": [Identifier("phone", "600 000 999", PROVED)]}
    for n, more in enumerate(([], [Identifier("national_id", "00000000T")])):
        cast.say("avisos", Appearance(full_name="Mercè Puig Ferrer", identifiers=key["identifiers"] + more), n + 1)
    other = cast.person("600 000 999")
    page = text(desk, f"/desk/people/{merce}/merge/{other}/")
    assert "Porten documents diferents: •••••678Z ≠ •••••000T." in page
    page = text(desk, f"/desk/people/{other}/")
    assert "pel telèfon" in page and "pel nom" not in page


def test_the_model_is_told_in_words(desk, merce):
    assert "Encara no s’ha après a comparar" in text(desk, "/desk/models/")
    kept = a_model()
    page = text(desk, "/desk/models/")
    assert "De cada 1.000 parelles de fitxes triades a l’atzar, una és de la mateixa persona." in page
    assert "unes 80 vegades més sovint si són la mateixa persona" in page and "Molt a favor" in page
    assert "+6,6" in page and "Recalibra ara" not in page
    newer = a_model()
    page = text(desk, f"/desk/models/{kept.id}/")
    assert "Aquest model ja no es fa servir" in page and str(newer.id) in page


def test_only_who_leads_recalibrates(desk, merce, signed_in, supervisor):
    kept = a_model()
    assert desk.post("/desk/models/calibrate/").status_code == 403
    Calibration.objects.create(model=kept, labels=60, link_at=7.5, ask_at=1, curve=[[0.5, 2.5, 30, 12], [3, 6, 30, 29]])
    aina = signed_in(supervisor)
    page = text(aina, "/desk/models/")
    assert "+7,5" in page and "12 de 30 (40 %)" in page and "Recalibra ara" in page
    assert "Encara no hi ha prou decisions" in aina.post("/desk/models/calibrate/", follow=True).content.decode()


def test_nobody_of_another_administration_is_seen(desk, doubt, other_administration):
    with tenancy.acting_for(other_administration):
        assert not Doubt.objects.exists() and LinkModel.in_use() is None


@pytest.mark.parametrize(
    ("bits", "words"),
    [(0, "50 %"), (5, "97 %"), (6.63, "99 %"), (8, "99,6 %"), (15, "més del 99,9 %"), (-9, "menys de l’1 %")],
)
def test_a_chance_is_never_all_nor_nothing(bits, words):
    assert weights_words.chance(bits) == words


def test_every_label_that_training_gives_has_words():
    from tracte.people.linkage import comparisons

    assert {level.label for one in comparisons.ALL for level in one.levels} <= weights_words.LEVELS.keys()
    assert {one.column for one in comparisons.ALL} <= weights_words.COLUMNS.keys()
    assert comparing.MARKS.keys() == {"same", "alike", "different", "one"}
