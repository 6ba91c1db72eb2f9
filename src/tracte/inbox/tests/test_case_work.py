"""What happens around a case: its clock stands, others are asked, many are solved by one job, and some come back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracte.channels import tokens
from tracte.channels.models import Dispatch
from tracte.core.actions import add_unit
from tracte.core.clock import now
from tracte.inbox import similar
from tracte.inbox.actions.cases import Answering, Place
from tracte.inbox.actions.cases.claiming import claim
from tracte.inbox.actions.cases.handling import close
from tracte.inbox.actions.cases.jobs import answer_all, begin_job, finish_job, join_job, leave_job
from tracte.inbox.actions.cases.pausing import pause, resume
from tracte.inbox.actions.cases.referring import Outside, answer_referral, expire, find, refer, withdraw_referral
from tracte.inbox.case_checking import check
from tracte.inbox.models import Case, Referral
from tracte.inbox.tests import cast
from tracte.inbox.tests.test_answering import refusal
from tracte.inbox.tests.test_cases import answered, shut, whats
from tracte.inbox.tests.town import hired, opened
from tracte.knowledge import actions as knowledge
from tracte.knowledge.tests.town import LONG_AGO

pytestmark = pytest.mark.django_db
HERE = (41.1561, 1.1069)


def put(lamp, metres=0.0, **more):
    """A case so many metres north of HERE."""
    return opened(lamp, place=Place(None, "", HERE[0] + metres / 111_195, HERE[1]), **more)


@pytest.fixture
def near(lamp):
    knowledge.revise(lamp, similar_metres=50, similar_hours=48, by=None, at=now())
    lamp.refresh_from_db()
    return lamp


def test_a_pause_moves_the_deadline_by_as_much(case, nuria):
    promise = case.promises.get()
    due = promise.due_at
    assert refusal(pause, promise, by=nuria, at=now(), reason=" ") == "reason"
    pause(promise, by=nuria, at=now(), reason="Esperem la companyia")
    case.refresh_from_db()
    assert not case.is_promised and case.waits_since
    assert check(case, nuria)["pause"].reason == "paused" and check(case, nuria)["resume"].is_allowed
    assert refusal(pause, promise, by=nuria, at=now(), reason="x") == "paused"
    later = resume(promise, by=nuria, at=now() + dt.timedelta(days=7))
    case.refresh_from_db()
    assert later.due_at == case.due_at and due < case.due_at <= due + dt.timedelta(days=10) and not case.waits_since
    assert refusal(resume, promise, by=nuria, at=now()) == "not_paused"
    assert whats(case) == ["opened", "paused", "resumed"] or set(whats(case)) == {"opened", "paused", "resumed"}


def test_what_is_answered_while_it_was_paused_is_in_time(case, nuria):
    pause(case.promises.get(), by=nuria, at=now(), reason="Esperem la companyia")
    answered(case, nuria)
    promise = case.promises.get()
    assert promise.end == "kept" and promise.pauses.get().until


def test_a_conversations_clock_stands_too(conversation, agent):
    pause(conversation.promises.get(), by=agent, at=now(), reason="Esperem el padró")
    conversation.refresh_from_db()
    assert not conversation.is_promised and conversation.waiting_since
    resume(conversation.promises.get(), by=agent, at=now())
    conversation.refresh_from_db()
    assert conversation.is_promised


def test_many_cases_one_job_and_each_its_own_answer(case, nuria, lamp, place):
    door = cast.door("formularis")
    second = opened(lamp, answering=Answering(door, None, "anna@exemple.cat", "es"))
    nowhere = opened(lamp)
    job = begin_job(case, by=nuria, at=now(), title="Fanal del carrer de la Font")
    for one in (second, nowhere):
        join_job(one, job, by=nuria, at=now())
    assert refusal(join_job, second, job, by=nuria, at=now()) == "joined"
    assert refusal(finish_job, job, by=nuria, at=now(), texts={"es": "Ya"}) == "nothing"
    assert not Dispatch.objects.exists()
    stranger = hired("Rita Mas", place.units["aran"])
    assert refusal(finish_job, job, by=stranger, at=now(), texts={"ca": "x"}) == "elsewhere"
    finish_job(job, by=nuria, at=now(), texts={"ca": "Ja s’encén.", "es": "Ya se enciende.", "oc": " "})
    assert refusal(finish_job, job, by=nuria, at=now(), texts={"ca": "x"}) == "finished"
    assert job.cases.open().count() == 3, "it proposes, and closes nothing by itself"
    done, refused = answer_all(job, by=nuria, at=now())
    assert (done, [(one.id, why.reason) for one, why in refused]) == (2, [(nowhere.id, "no_way")])
    assert {one.text for one in Dispatch.objects.filter(copy_of=None)} == {"Ja s’encén.", "Ya se enciende."}
    assert answer_all(job, by=nuria, at=now())[0] == 0 and Dispatch.objects.filter(copy_of=None).count() == 2
    assert whats(second)[-3:] == ["joined", "answered", "closed"]


def test_a_job_is_of_one_service_and_is_left_with_a_reason(case, nuria, place):
    job = begin_job(case, by=nuria, at=now(), title="Fanal")
    other = opened(place.services["carrer.llum"])
    assert refusal(join_job, other, job, by=nuria, at=now()) == "other_service"
    assert refusal(leave_job, case, by=nuria, at=now(), reason="") == "reason"
    assert leave_job(case, by=nuria, at=now(), reason="És un altre fanal").job is None
    assert refusal(join_job, case, begin_done(other, nuria), by=nuria, at=now()) == "finished"


def begin_done(case, by):
    job = begin_job(case, by=by, at=now(), title="Feta")
    finish_job(job, by=by, at=now(), texts={"ca": "Feta"})
    return job


def test_before_it_is_closed_a_claim_is_a_note(case, agent):
    assert claim(case, by=agent, at=now(), text="Encara no s’encén", key="c") is None
    assert whats(case) == ["opened", "noted"] and Case.objects.count() == 1


def test_a_claim_is_a_case_and_the_second_goes_further_up(case, agent, nuria, place):
    add_unit(code="urba", name="Urbanisme", since=LONG_AGO)
    above = place.units["bustia"]
    version = place.units["llums"].versions.get()
    version.parent = above
    version.save()
    answered(case, nuria)
    shut(case, nuria)
    first = claim(case, by=agent, at=now(), text="Encara no s’encén", key="c")
    assert claim(case, by=agent, at=now(), text="Encara no", key="c").id == first.id
    assert (first.claims, first.unit, first.address) == (case, place.units["llums"], case.address)
    assert first.is_promised and set(whats(case)) >= {"claimed"}
    answered(first, nuria)
    shut(first, nuria)
    assert claim(first, by=agent, at=now(), text="Res", key="d").unit == above
    late = now() + dt.timedelta(days=31)
    assert refusal(claim, case, by=agent, at=late, text="Res", key="e") == "claim_late"
    assert claim(case, by=agent, at=now() + dt.timedelta(days=29), text="Res", key="f")


def test_who_is_asked_outside_gets_what_was_chosen_and_answers_once(case, nuria):
    case.place = "Carrer de la Font, 8"
    case.save()
    door = cast.door("bustia")
    given = {"by": nuria, "at": now(), "question": "Quan hi podeu anar?", "days": 3}
    assert refusal(refer, case, **given) == "nobody_outside"
    asked = refer(
        case,
        **given,
        outside=Outside("Llums SL", "llums@exemple.org"),
        shared=["place"],
        link=lambda t: f"http://x/{t}",
    )
    assert asked.shared == [["place", "Carrer de la Font, 8"]] and b"llums" not in bytes(asked.address_sealed)
    mail = Dispatch.objects.get(account=door)
    assert mail.to == "llums@exemple.org" and f"http://x/{tokens.sign(asked.id)}" in mail.text
    assert "Mercè" not in mail.text and "fanal" not in mail.text
    case.refresh_from_db()
    assert case.waits_since == asked.at and find(tokens.sign(asked.id)) == asked
    assert find(tokens.sign(case.id)) is None and find("x" * 36) is None
    assert refusal(answer_referral, asked, by=None, at=asked.expires_at, text="Dilluns") == "expired"
    answer_referral(asked, by=None, at=now(), text="Dilluns")
    assert refusal(answer_referral, asked, by=None, at=now(), text="Dimarts") == "ended"
    case.refresh_from_db()
    assert case.waits_since is None and case.steps.get(what="returned").reason == "Dilluns"


def test_an_expert_of_another_unit_answers_and_nobody_else(case, nuria, agent, place):
    expert = hired("Pol Riu", place.units["aran"])
    asked = refer(case, by=nuria, at=now(), question="És nostre?", days=2, unit=place.units["aran"])
    assert find(tokens.sign(asked.id)) is None, "no link opens what was asked within"
    for other in (agent, None):
        assert refusal(answer_referral, asked, by=other, at=now(), text="Sí") == "nobody"
    assert answer_referral(asked, by=expert, at=now(), text="Sí").answered_by == expert
    again = refer(case, by=nuria, at=now(), question="Segur?", days=2, unit=place.units["aran"])
    assert withdraw_referral(again, by=nuria, at=now()).end == "withdrawn"
    assert refusal(withdraw_referral, again, by=nuria, at=now()) == "ended"
    with pytest.raises(IntegrityError, match="referral_end_whole"), transaction.atomic():
        Referral.objects.filter(id=again.id).update(end="answered")


def test_closed_it_asks_nobody_any_more(case, nuria, place):
    refer(case, by=nuria, at=now(), question="És nostre?", days=2, unit=place.units["aran"])
    answered(case, nuria)
    close(case, by=nuria, at=now(), how="answered")
    case.refresh_from_db()
    assert case.referrals.get().end == "withdrawn" and case.waits_since is None


def test_similar_is_near_of_the_same_service_and_lately(near, nuria, place):
    first, second = put(near, 10), put(near, 49)
    put(near, 51), opened(near), put(place.services["carrer"])
    old = put(near, 5, at=now() - dt.timedelta(hours=50))
    found = similar.find(near, *HERE, now())
    assert [one.id for one in found] == [old.id, first.id, second.id], "an open one is never too old"
    assert [round(one.metres) for one in found] == [5, 10, 49]
    Case.objects.filter(id=old.id).update(closure=_closed(old))
    assert [one.id for one in similar.find(near, *HERE, now())] == [first.id, second.id]
    assert similar.find(near, None, None, now()) == similar.find(place.services["carrer"], *HERE, now()) == []


def _closed(case):
    from tracte.inbox.models import CaseClosure

    return CaseClosure.objects.create(case=case, how="unanswered", reason="x")


def test_similar_is_found_by_index_whatever_else_there_is(near):
    one = put(near)
    rows_of = "SELECT gen_random_uuid(), n::text, %s, %s, '', 0, 0, %s, 'x', '{}', now(), '', '9999-01-01'"
    columns = "id, key, service_id, original_service_id, place, latitude, longitude, unit_id, asked, fields"
    fill = f"INSERT INTO inbox_case ({columns}, opened_at, language, due_at) {rows_of} FROM generate_series(1, 2000) n"
    with connection.cursor() as cursor:
        cursor.execute(
            fill,
            [near.pk, near.pk, one.unit_id],
        )
        cursor.execute("ANALYZE inbox_case")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        asked = [*HERE[:1], *HERE, near.pk, 41.0, 41.3, 1.0, 1.2, now(), 50]
        cursor.execute("EXPLAIN " + similar.STATEMENT, asked)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "case_nearby" in plan and "latitude >=" in plan.split("Index Cond")[1].split("Filter")[0], plan
    assert [found.id for found in similar.find(near, *HERE, now())] == [one.id]


def test_a_point_that_differs_by_nearly_nothing_is_the_same_point(near):
    one = opened(near, place=Place(None, "", 1e-200, 1.0))
    assert [found.metres for found in similar.find(near, 0.0, 1.0 + 1e-12, now())] == [0.0] and one.latitude == 0.0


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.floats(-80, 80), st.floats(-170, 170), st.floats(0, 360), st.floats(0, 3))
def test_the_band_loses_nobody_within_the_distance(near, latitude, longitude, bearing, times):
    """Against the distance alone, without any box."""
    import math

    away = math.radians(bearing)
    north = latitude + math.degrees(50 * times / similar.RADIUS) * math.cos(away)
    east = longitude + math.degrees(50 * times / similar.RADIUS) * math.sin(away) / math.cos(math.radians(latitude))
    with transaction.atomic():
        one = opened(near, place=Place(None, "", north, east))
        is_found = one.id in [found.id for found in similar.find(near, latitude, longitude, now())]
        transaction.set_rollback(True)
    assert is_found == (times < 1) or abs(times - 1) < 0.01


def test_a_link_that_nobody_answered_through_is_waited_for_no_more(place, nuria):
    case = opened(place.services["carrer.llum"], nuria)
    asked = refer(case, by=nuria, at=now(), question="Quan hi aneu?", days=2, outside=Outside("Llums SL"))
    assert expire(at=asked.expires_at - dt.timedelta(minutes=1)) == 0
    assert expire(at=asked.expires_at) == 1 and expire(at=asked.expires_at) == 0
    asked.refresh_from_db()
    case.refresh_from_db()
    assert (asked.end, asked.answer, case.waits_since) == ("expired", "", None)
    assert case.steps.filter(what="returned").count() == 1
