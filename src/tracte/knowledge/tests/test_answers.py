"""Answers: versions that stay, translations that fall behind, days that pass, uses that are counted."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from tests.threads import together
from tracte.core import tenancy
from tracte.core.models import Unit
from tracte.knowledge import actions
from tracte.knowledge.answers import writing
from tracte.knowledge.answers.models import Answer, AnswerText, AnswerUse
from tracte.knowledge.fields import Wrong
from tracte.knowledge.tests.town import AT

DAY = dt.date(2026, 4, 1)


def write(**more) -> Answer:
    said = {"title": "On pago?", "body": "Al banc.", "owner": Unit.objects.get(code="govern"), "review_on": DAY}
    return actions.write(by=None, at=AT, **said | more)


def say(answer, language, seen, at=AT, text="Text"):
    return actions.rewrite(answer, language, title=text, body=text, seen=seen, by=None, at=at)


def stale(answer) -> set[str]:
    """Both ways of asking must agree: one answer's languages, and the filter over all."""
    found = {side.language for side in writing.sides(answer) if side.is_stale}
    assert (answer in Answer.objects.stale()) == bool(found)
    return found


def test_a_translation_falls_behind_until_it_is_made_again(administration):
    answer = write()
    say(answer, "es", 0)
    say(answer, "en", 0)
    assert stale(answer) == set()
    say(answer, "ca", 1, AT + dt.timedelta(days=1))
    assert stale(answer) == {"es", "en"}
    say(answer, "es", 1, AT + dt.timedelta(days=2))
    assert stale(answer) == {"en"}
    say(answer, "en", 1, AT + dt.timedelta(days=2))
    assert stale(answer) == set()
    assert [side.text.version if side.text else None for side in writing.sides(answer)] == [2, 2, None, 2]
    assert answer.texts.count() == 6


def test_its_own_language_may_be_another_than_catalan(administration):
    answer = write(language="oc")
    say(answer, "ca", 0)
    say(answer, "oc", 1, AT + dt.timedelta(days=1))
    assert stale(answer) == {"ca"}


def test_who_had_read_an_older_version_overwrites_nothing(administration):
    answer = write()
    say(answer, "ca", 1, text="Primer")
    with pytest.raises(actions.Conflict):
        say(answer, "ca", 1, text="Segon")
    assert writing.sides(answer)[0].text.title == "Primer"


def test_versions_stay_as_written_and_translate_their_own_answer(administration):
    answer, other = write(), write(title="Quan?")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        AnswerText.objects.update(title="Una altra")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        AnswerText.objects.get(answer=answer).delete()
    text = AnswerText(answer=answer, language="es", version=1, title="X", body="X", translated_from=other.texts.get())
    with pytest.raises(IntegrityError, match="translates_its_own"), transaction.atomic():
        text.save()
        with transaction.get_connection().cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"title": " "}, "Falta la pregunta"),
        ({"body": ""}, "Falta la resposta"),
        ({"title": "x" * 301}, "passa de 300"),
        ({"language": "fr"}, "català, castellà, aranès o anglès"),
        ({"owner": None}, "necessita la unitat"),
        ({"expires_on": dt.date(2026, 1, 1)}, "abans que caduqui"),
        ({"colour": "red"}, "no té «colour»"),
    ],
)
def test_an_answer_without_what_it_needs_is_refused(administration, given, says):
    with pytest.raises(Wrong, match=says):
        write(**given)


def test_days_pass(administration):
    answer = write(review_on=DAY, expires_on=DAY + dt.timedelta(days=10))
    for day, is_to_review, is_expired in (
        (DAY - dt.timedelta(days=1), False, False),
        (DAY, True, False),
        (DAY + dt.timedelta(days=9), True, False),
        (DAY + dt.timedelta(days=10), False, True),
    ):
        assert (answer.is_to_review(day), answer.is_expired(day)) == (is_to_review, is_expired), day
        assert (answer in Answer.objects.to_review(day), answer in Answer.objects.expired(day)) == (
            is_to_review,
            is_expired,
        )
    actions.withdraw(answer, reason="Prou.", by=None, at=AT)
    assert not Answer.objects.standing().exists() and not Answer.objects.expired(DAY + dt.timedelta(99)).exists()


@pytest.mark.django_db(transaction=True)
def test_uses_at_once_are_all_counted_and_two_writers_make_two_versions(administration):
    with tenancy.acting_for(administration):
        answer = write()

    def use() -> str:
        with tenancy.acting_for(administration):
            actions.use(answer.id, at=AT)
            return "used"

    def speak(language: str):
        with tenancy.acting_for(administration):
            try:
                return say(answer, language, 0).language
            except actions.Conflict:
                return "conflict"

    together(*[use] * 8)
    said = together(*[lambda code=code: speak(code) for code in ("es", "es", "oc", "en")])
    assert sorted(said) == ["conflict", "en", "es", "oc"]
    with tenancy.acting_for(administration):
        assert AnswerUse.objects.get().count == 8
        actions.use(answer.id, at=AT + dt.timedelta(days=1))
        assert AnswerUse.objects.count() == 2
