"""What search finds, beside a naive reading of the same rule; what it forgives; and the index it goes through."""

from __future__ import annotations

import datetime as dt
import random
import re

import pytest

from tracte.core.models import Unit
from tracte.core.sql import rows
from tracte.knowledge import actions, search
from tracte.knowledge.answers.models import Answer, AnswerText
from tracte.knowledge.finding import index, missing, spelling
from tracte.knowledge.finding.models import Entry, MissedSearch, Posting
from tracte.knowledge.finding.words import fold, lexemes, split, spoken
from tracte.knowledge.models import Service
from tracte.knowledge.tests.town import AT

LATER = dt.date(2027, 1, 1)
QUESTIONS = {
    "lloguer": ("Com demano l’ajut al lloguer?", "Fes la sol·licitud abans del 30 de novembre, amb el contracte."),
    "padro": (
        "On m’empadrono?",
        "A l’oficina, amb el document i el contracte de lloguer. Et donem el volant al moment.",
    ),
    "tsi": ("He perdut la targeta sanitària", "Demana’n una de nova al teu CAP. És gratuïta si te l’han robada."),
    "menjador": ("Quan es demana la beca de menjador?", "Del 2 al 20 de juny, per internet."),
    "ibi": ("Puc pagar l’IBI a terminis?", "Sí. El rebut es pot partir en quatre pagaments sense interessos."),
}


@pytest.fixture
def answers(administration) -> dict[str, Answer]:
    owner = Unit.objects.get(code="govern")
    return {
        key: actions.write(title=title, body=body, owner=owner, review_on=LATER, key=key, by=None, at=AT)
        for key, (title, body) in QUESTIONS.items()
    }


def keys(query: str, language: str = "ca", **more) -> list[str]:
    named = dict(Answer.objects.values_list("id", "key")) | dict(Service.objects.values_list("id", "key"))
    return [named[hit.answer or hit.service] for hit in search.find(query, language, **more)]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("ajut lloguer", "lloguer"),
        ("AJUTS LLOGUERS", "lloguer"),
        ("l'ajut", "lloguer"),
        ("sollicitud", "lloguer"),  # without its middle dot
        ("empadronar ", "padro"),  # another form of the verb
        ("targeta sanitaria", "tsi"),
        ("targetes sanitàries", "tsi"),
        ("tarjeta sanitària ", "tsi"),  # g for j
        ("becca menjador", "menjador"),
        ("bec menj", "menjador"),  # only the last one is being typed: bec is near beca? no, it is too short
        ("ibi", "ibi"),
        ("lloger", "lloguer"),
        ("emapdrono ", "padro"),
    ],
)
def test_it_forgives(answers, query, first):
    assert keys(query)[:1] == [first]


def test_a_title_comes_before_a_body_and_less_than_half_is_nothing(answers):
    assert keys("lloguer") == ["lloguer", "padro"]
    assert keys("contracte") == ["padro", "lloguer"] or set(keys("contracte")) == {"padro", "lloguer"}
    assert keys("submarí nuclear lloguer") == []
    assert keys("el de la per a que") == [] and keys("") == [] and keys("\0%'\\ :*|&!") == []


def test_the_last_word_is_a_beginning_until_a_space_ends_it(answers):
    assert keys("menja") == ["menjador"]
    assert keys("gratu") == ["tsi"] and keys("gratu ") == []
    assert keys("lloguer gra") == ["tsi", "padro", "lloguer"] or "tsi" in keys("lloguer gra")


def test_the_language_asked_comes_first_and_the_others_after(answers):
    actions.rewrite(answers["tsi"], "es", title="He perdido la tarjeta", body="Pide otra.", seen=0, by=None, at=AT)
    actions.rewrite(answers["ibi"], "es", title="El lloguer", body="No.", seen=0, by=None, at=AT)
    hits = search.find("lloguer", "es")
    assert [hit.language for hit in hits] == ["es", "ca", "ca"]
    assert [hit.title for hit in search.find("pide otra", "ca")] == ["He perdido la tarjeta"]


def test_services_and_answers_together_and_what_left_is_found_no_more(answers):
    service = actions.add_service(
        key="habitatge.lloguer",
        names={"ca": "Lloguer social", "en": "Social rent"},
        keywords={"ca": ["arrendament"]},
        by=None,
        at=AT,
    )
    assert set(keys("lloguer")) == {"habitatge.lloguer", "lloguer", "padro"}
    assert keys("arrendaments ") == ["habitatge.lloguer"] and keys("rents ", "en") == ["habitatge.lloguer"]
    actions.revise(service, names={"ca": "Pis social"}, by=None, at=AT)
    assert set(keys("lloguer")) == {"lloguer", "padro"} and keys("rents ", "en") == []
    actions.retire(service, reason="Ja no se’n fan.", by=None, at=AT)
    actions.withdraw(answers["padro"], reason="Duplicada.", by=None, at=AT)
    assert keys("pis social") == [] and keys("lloguer") == ["lloguer"]


def test_an_answer_is_found_by_the_words_of_its_service_and_follows_them(answers):
    service = actions.add_service(key="taxes", names={"ca": "Contribució"}, by=None, at=AT)
    actions.arrange(answers["ibi"], service=service, by=None, at=AT)
    assert set(keys("contribució ")) == {"taxes", "ibi"}
    actions.revise(service, names={"ca": "Gravamen"}, by=None, at=AT)
    assert keys("contribució ") == [] and set(keys("gravamen ")) == {"taxes", "ibi"}


def test_an_expired_answer_comes_last_and_says_so(answers):
    actions.arrange(answers["lloguer"], review_on=dt.date(2026, 1, 1), expires_on=dt.date(2026, 4, 1), by=None, at=AT)
    hits = search.find("lloguer", "ca", on=dt.date(2026, 4, 1))
    assert [(hit.answer, hit.is_expired) for hit in hits] == [
        (answers["padro"].id, False),
        (answers["lloguer"].id, True),
    ]
    assert [hit.is_expired for hit in search.find("lloguer", "ca", on=dt.date(2026, 3, 31))] == [False, False]


def test_synonyms_go_one_way_or_both_and_may_be_expressions(answers):
    assert keys("cens ") == []
    actions.add_synonym("ca", "cens", "empadrono", by=None, at=AT, is_mutual=False)
    actions.add_synonym("ca", "impost de béns immobles", "IBI", by=None, at=AT)
    assert keys("cens ") == ["padro"]
    assert keys("impost de bens immobles ") == ["ibi"]
    with pytest.raises(actions.Wrong):
        actions.add_synonym("ca", "IBI", "ibí", by=None, at=AT)


def test_words_that_nobody_writes_any_more_are_not_proposed(answers):
    assert spelling.near("ca", ["lloger"]) == {"lloger": ["lloguer"]}
    for key in ("lloguer", "padro"):
        actions.withdraw(answers[key], reason="Fora.", by=None, at=AT)
    assert spelling.near("ca", ["lloger"]) == {}


def test_each_administration_finds_its_own(answers, other_administration):
    from tracte.core import tenancy

    with tenancy.acting_for(other_administration):
        assert search.find("lloguer", "ca") == []
        assert spelling.near("ca", ["lloger"]) == {}


def naive(query: str, language: str) -> list[tuple]:
    """The same rule read from the texts: for each entry and language, each term by its best choice."""
    found = {}
    for code in ("ca", "es", "oc", "en"):
        asked = search.terms(code, query)
        for text in AnswerText.objects.current().filter(language=code):
            parts = [(8, text.title), (2, text.body)]
            bears: dict[str, int] = {}
            for weight, part in parts:
                forms = lexemes(code, spoken(part, code))
                for word in spoken(part, code):
                    for n, form in enumerate(forms[word]):
                        bears[form] = max(bears.get(form, 0), weight - (n > 0))
            scores = [max((worth(choice, bears) for choice in term), default=0) for term in asked]
            have = sum(1 for score in scores if score)
            if asked and have * 2 >= len(asked) and have:
                rank = (code != language, len(asked) - have, -sum(scores), code, text.title)
                found[text.answer_id] = min(rank, found.get(text.answer_id, rank))
    ordered = sorted((rank[0], rank[1], rank[2], rank[4], answer) for answer, rank in found.items())
    return [answer for *_, answer in ordered][:20]


def worth(choice, bears) -> int:
    places, value = choice
    met = [
        max((w * value for form, w in bears.items() for low, high in ranges if low <= form <= high), default=0)
        for ranges in places
    ]
    return min(met)


def test_it_finds_what_the_naive_reading_finds(answers):
    dice = random.Random(4)
    words = split(" ".join(" ".join(pair) for pair in QUESTIONS.values()))
    actions.add_synonym("ca", "targeta", "contracte de lloguer", by=None, at=AT)
    actions.rewrite(answers["tsi"], "es", title="Targeta y contracte", body="Pide otra.", seen=0, by=None, at=AT)
    queries = [" ".join(spoil(dice.choice(words), dice) for _ in range(dice.randint(1, 4))) for _ in range(60)]
    for query in queries:
        found = [hit.answer for hit in search.find(query, "ca")]
        assert found == naive(query, "ca"), query
    assert sum(bool(search.find(query, "ca")) for query in queries) > 30


def spoil(word: str, dice: random.Random) -> str:
    """Sometimes mistyped, sometimes cut, sometimes without accents."""
    place = dice.randrange(len(word))
    return dice.choice([word, word, fold(word), word[:place] + word[place + 1 :], word[: place + 2], word + " "])


def test_distance_counts_edits_and_swaps():
    known = {("casa", "casa"): 0, ("casa", "cas"): 1, ("casa", "csaa"): 1, ("casa", "cosa"): 1, ("ab", "ba"): 1}
    known |= {("lloguer", "lloger"): 1, ("targeta", "tarjetas"): 2, ("", "abc"): 3}
    assert {pair: spelling.distance(*pair) for pair in known} == known


def test_at_twenty_thousand_answers_it_goes_through_the_index(administration):
    owner = Unit.objects.get(code="govern")
    dice, vocabulary = (
        random.Random(1),
        [f"{a}{b}{c}" for a in "bcdfgl" for b in "aeiou" for c in ("nta", "rme", "lot", "sca")],
    )
    made = [Answer(owner=owner, review_on=LATER, created_at=AT) for _ in range(20_000)]
    Answer.objects.bulk_create(made)
    AnswerText.objects.bulk_create(
        AnswerText(
            answer=one,
            language="ca",
            version=1,
            title=f"{dice.choice(vocabulary)} pregunta{n}",
            body="Cal venir.",
            at=AT,
        )
        for n, one in enumerate(made)
    )
    index.renew_answers([one.id for one in made])
    assert Entry.objects.count() == 20_000
    assert [hit.title.split()[1] for hit in search.find("pregunta777 ", "ca")] == ["pregunta777"]
    asked = list(search._rows("ca", "pregunta777 "))
    kinds = ("text", "smallint", "smallint", "smallint", "smallint", "text", "text", "smallint")
    columns = [search.column(kind, values) for kind, values in zip(kinds, zip(*asked, strict=True), strict=True)]
    plan = "\n".join(
        line for (line,) in rows("EXPLAIN (ANALYZE, COSTS OFF) " + search.FIND, *columns, LATER, "ca", "ca", 20)
    )
    assert re.search(r"Index.* Scan .*knowledge_posting", plan), plan
    assert not re.search(r"Seq Scan on knowledge_(posting|entry)", plan), plan


def test_a_search_that_found_nothing_is_counted_without_what_is_personal(administration):
    for query in ("Piscina municipal", "piscina  MUNICIPAL!", "on és el 12345678Z", "merce@exemple.cat piscina"):
        actions.miss(query, "ca", at=AT)
    actions.miss("600 000 417", "ca", at=AT)
    actions.miss("X-1234567-L", "ca", at=AT)
    assert dict(MissedSearch.objects.values_list("words", "count")) == {
        "piscina municipal": 2,
        "on es el": 1,
        "piscina": 1,
    }
    assert next((one.words, one.times) for one in missing.often(AT.date())) == ("piscina municipal", 2)


@pytest.mark.parametrize(
    "query",
    ["12345678Z", "12.345.678-Z", "x1234567l", "+34 600 000 417", "600-000-417", "977123456", "a.b@c.cat", "@merce"],
)
def test_nothing_of_what_looks_like_somebodys_data_is_kept(query):
    assert not re.search(r"\d|merce|b c", missing.kept(query))
    assert missing.kept("ajut 2026 p3 144") == "ajut 2026 p3 144"


def test_postings_follow_the_text(answers):
    entry = Entry.objects.get(answer=answers["ibi"])
    held = dict(Posting.objects.filter(entry=entry).values_list("lexeme", "weight"))
    assert held["ibi"] == 8 and held["rebut"] == 2 and "el" not in held and "a" not in held
