"""With the code one sees both sides and adds to them; without it, nothing."""

import datetime as dt

import pytest

from tracte.channels import delivery, following
from tracte.channels.actions import submitting
from tracte.channels.actions.sending import recall, send
from tracte.channels.models import Dispatch, Interaction, InteractionKey
from tracte.core.clock import now
from tracte.portal.tests.filling import code_of, fill, token_of


@pytest.fixture
def code(client, account):
    return code_of(fill(client, answer_by="page", email=None))


def follow(client, code, **more):
    return client.post("/form/follow/", {"code": code, **more})


def answered(administration, account, text="Ja l’hem canviat.", key="a", **more):
    first = Interaction.objects.earliest("received_at")
    dispatch = send(account, record=first.record, to="", text=text, key=key, by=None, at=now(), hold=dt.timedelta(0),
                    in_reply_to=submitting.FollowUp.objects.get().external_id, **more)  # fmt: skip
    return dispatch


def test_the_code_opens_what_was_written_however_it_is_typed(client, code):
    for typed in (code, code.lower(), f" {code.replace('-', ' ')} ", code.replace("0", "O").replace("1", "l")):
        page = follow(client, typed)
        assert page.status_code == 200 and "El fanal del carrer" in page.content.decode()
        assert "Ho tenim, i et contestarem" in page.content.decode() and page["Cache-Control"].count("no-store")


@pytest.mark.parametrize("typed", ["", "ABCDE-FGHJK", "hola", "🙂", "x" * 100])
def test_another_code_opens_nothing(client, code, typed):
    page = follow(client, typed)
    assert page.status_code == 422 and "El fanal" not in page.content.decode()


def test_one_wrong_digit_is_noticed(client, code):
    for place in range(11):
        for digit in "7K":
            wrong = code[:place] + digit + code[place + 1 :]
            assert wrong == code or not submitting.find(wrong)


def test_guessing_is_stopped_even_for_who_then_has_the_right_one(client, code, monkeypatch):
    monkeypatch.setitem(submitting.LIMITS, "follow", 3)
    assert [follow(client, "ABCDE-FGHJK").status_code for _ in range(4)] == [422, 422, 422, 429]
    assert follow(client, code).status_code == 429
    client.defaults["REMOTE_ADDR"] = "2001:db8::1"
    assert follow(client, code).status_code == 200


def test_what_was_answered_is_shown_once_it_left_and_nothing_before(client, administration, account, code):
    dispatch = answered(administration, account)
    taken_back = answered(administration, account, "Un esborrany", key="b")
    recall(taken_back, by=None, at=now())
    assert "canviat" not in follow(client, code).content.decode()
    delivery.deliver(administration, dispatch.id)
    page = follow(client, code).content.decode()
    assert "Ja l’hem canviat." in page and "Contestat" in page and "esborrany" not in page
    assert page.index("El fanal") < page.index("Ja l’hem canviat.")


def test_an_answer_to_somebody_else_of_the_same_name_stays_theirs(client, administration, account, code):
    other = code_of(fill(client, answer_by="page", email=None, text="Un altre assumpte"))
    first = submitting.find(code)
    dispatch = send(account, record=None, to="", text="Només per a l’una", key="a", by=None, at=now(),
                    hold=dt.timedelta(0), in_reply_to=first.external_id)  # fmt: skip
    delivery.deliver(administration, dispatch.id)
    assert Dispatch.objects.get().state == "sent"
    assert "Només per a l’una" in follow(client, code).content.decode()
    page = follow(client, other).content.decode()
    assert "Només per a l’una" not in page and "Un altre assumpte" in page and "El fanal" not in page


def test_something_is_added_once_and_answers_the_same_matter(client, account, code):
    token = token_of(follow(client, code))
    for _ in range(2):
        page = follow(client, code, add="1", token=token, text="I ara també fa soroll.")
        assert page.status_code == 200 and "I ara també fa soroll." in page.content.decode()
    _, added = Interaction.objects.order_by("received_at")
    found = submitting.find(code)
    assert added.data["in_reply_to"] == [found.external_id] and Interaction.objects.count() == 2
    assert [external for external, *_ in submitting.interactions_of(found)] == [
        found.external_id,
        f"{found.external_id}/{token}",
    ]
    answer = send(account, record=None, to="", text="Ja hi anem", key="a", by=None, at=now(), hold=dt.timedelta(0),
                  in_reply_to=f"{found.external_id}/{token}")  # fmt: skip
    delivery.deliver(account.administration_id, answer.id)
    assert "Ja hi anem" in follow(client, code).content.decode()


def test_two_answers_in_a_row_are_both_shown(client, administration, account, code):
    """The second one follows our own first: the thread that it is given ends in an id of ours."""
    first = answered(administration, account, "Ja l’hem canviat.")
    delivery.deliver(administration, first.id)
    [ours] = InteractionKey.objects.filter(interaction=first.id).values_list("external_id", flat=True)
    thread = [submitting.FollowUp.objects.get().external_id, ours]
    second = send(account, record=None, to="", text="I el del costat també.", key="b", by=None, at=now(),
                  hold=dt.timedelta(0), in_reply_to=thread)  # fmt: skip
    delivery.deliver(administration, second.id)
    page = follow(client, code).content.decode()
    assert page.index("Ja l’hem canviat.") < page.index("I el del costat també.")


def test_an_empty_addition_says_so_and_loses_nothing(client, code):
    page = follow(client, code, add="1", token=token_of(follow(client, code)), text="  ")
    assert page.status_code == 422 and "Explica’ns què ha passat" in page.content.decode()
    assert "El fanal del carrer" in page.content.decode() and Interaction.objects.count() == 1


def test_a_room_above_says_by_when_we_answer(client, code, monkeypatch):
    monkeypatch.setattr(following, "_promises", [])
    heard = []
    following.promised_by(lambda found, ids: heard.append((found, ids)) or "Et contestarem abans de dimarts.")
    assert "Et contestarem abans de dimarts." in follow(client, code).content.decode()
    assert heard == [(submitting.find(code), [Interaction.objects.get().id])]


def test_without_a_code_the_page_asks_for_it(client, account):
    assert "El teu codi" in client.get("/form/follow/").content.decode()


def test_a_code_is_of_one_administration(client, code, other_administration):
    assert client.post("/form/follow/", {"code": code}, headers={"Host": "vic.testserver"}).status_code == 422


def test_what_is_added_with_a_limit(client, account, code, monkeypatch):
    monkeypatch.setitem(submitting.LIMITS, "form", 2)
    token = token_of(follow(client, code))
    assert follow(client, code, add="1", token=token, text="u").status_code == 200
    page = follow(client, code, add="1", token=token_of(follow(client, code)), text="dos")
    assert page.status_code == 429 and "dos" in page.content.decode()
