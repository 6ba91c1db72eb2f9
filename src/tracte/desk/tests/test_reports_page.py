"""The page of reports: for who leads; every question with how it is counted and its CSV; bad dates are told."""

from __future__ import annotations

import csv
import datetime as dt

import pytest

from tracte.core.clock import now
from tracte.core.models import Unit
from tracte.desk.reports.views import QUESTIONS
from tracte.desk.tests.past import Past
from tracte.inbox.actions import opinions
from tracte.inbox.models import Asking, Case, Closure, Conversation, Opinion, Silence
from tracte.inbox.tests import cast
from tracte.inbox.tests.cast import message, write
from tracte.privacy.actions import install_purposes

WINTER = {"since": "2026-01-01", "until": "2026-03-31"}


@pytest.fixture
def boss(administration, signed_in, supervisor, agent):
    install_purposes()
    cast.clock()
    Past(agent)
    return signed_in(supervisor)


def table(client, key: str, **asked) -> list[list[str]]:
    answer = client.get(f"/desk/reports/{key}.csv", asked)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/csv")
    return list(csv.reader(answer.content.decode().splitlines()))


def test_only_who_leads_sees_them(administration, signed_in, agent):
    client = signed_in(agent)
    assert {client.get(f"/desk/reports/{one}").status_code for one in ("", "arrived.csv")} == {403}
    assert client.post("/desk/reports/silence/").status_code == 403 and not Silence.objects.exists()
    assert "Informes" not in client.get("/desk/inbox/").content.decode()


def test_a_month_without_anything_says_so(administration, signed_in, supervisor):
    install_purposes()
    page = signed_in(supervisor).get("/desk/reports/").content.decode()
    assert page.count("Com es compta") == len(QUESTIONS) and "En aquests dies no hi va arribar" in page
    assert "En aquests dies no s’ha preguntat a ningú." in page and ".csv" not in page


def test_each_has_its_method_its_table_and_the_same_in_csv(boss):
    page = boss.get("/desk/reports/", WINTER).content.decode()
    for key in QUESTIONS:
        assert f"/desk/reports/{key}.csv?since=2026-01-01&amp;until=2026-03-31" in page
        heads, *lines = table(boss, key, **WINTER)
        assert lines and {len(line) for line in lines} == {len(heads)}
    [conversations] = [line for line in table(boss, "arrived", **WINTER) if line[0] == "conversations"]
    assert conversations[1] == str(Conversation.objects.filter(opened_at__lt="2026-03-31T22:00Z").count())
    assert "No hi ha xifres per persona" in page and "Jordi" not in page


def test_one_unit_and_one_channel_count_less(boss):
    def arrived(**more):
        return [int(line[1]) for line in table(boss, "arrived", **WINTER, **more)[1:]]

    whole, unit = arrived(), Unit.objects.get(code="oac")
    parts = [arrived(channel=one) for one in set(map(str, Conversation.objects.values_list("account", flat=True)))]
    assert [sum(pair) for pair in zip(*parts, strict=True)] == whole
    assert 0 < arrived(unit=unit.id)[0] < whole[0]
    root = Unit.objects.get(code="govern")
    assert arrived(unit=root.id)[0] == whole[0], "what lies beneath a unit is counted with it"


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ({"since": "ahir"}, "Escriu el dia com 2026-11-30."),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "El darrer dia és abans que el primer."),
        ({"since": "9999-12-31"}, "Tria un dia entre el 2000 i el 2100."),
        ({"since": "9999-01-01", "until": "9999-12-31"}, "Tria un dia entre el 2000 i el 2100."),
        ({"until": "0001-01-01"}, "Tria un dia entre el 2000 i el 2100."),
        ({"since": "2020-01-01", "until": "2026-03-01"}, "És massa llarg: com a molt, un any."),
        ({"unit": "llums"}, "Tria una unitat de la llista."),
        ({"channel": "x"}, "Tria un canal de la llista."),
    ],
)
def test_what_cannot_be_asked_is_told_and_this_month_is_shown(boss, asked, line):
    page = boss.get("/desk/reports/", asked)
    assert page.status_code == 422 and line in page.content.decode()
    typed = [said for name, said in asked.items() if name in ("since", "until")]
    assert all(f'value="{said}"' in page.content.decode() for said in typed)
    assert boss.get("/desk/reports/arrived.csv", asked).status_code == 422


def test_few_opinions_are_not_shown(boss):
    Opinion.objects.exclude(pk__in=list(Opinion.objects.values_list("pk", flat=True)[:9])).delete()
    page = boss.get("/desk/reports/", {"since": "2026-01-01", "until": "2026-12-31"}).content.decode()
    assert "Són massa pocs per mostrar què diuen" in page and "opinions.csv" not in page
    assert "han contestat 9" in page


def test_who_leads_says_whether_people_are_asked(boss, supervisor):
    boss.post("/desk/reports/silence/")
    page = boss.get("/desk/reports/").content.decode()
    assert "Ara no es pregunta a ningú" in page and "Aina Soler" in page
    boss.post("/desk/reports/silence/", {"ask": "1"})
    assert Silence.objects.get().ended_by == supervisor
    assert "Es pregunta a qui s’ha contestat." in boss.get("/desk/reports/").content.decode()


def test_the_number_of_queries_is_the_same_whatever_there_is(boss, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        boss.get("/desk/reports/", WINTER)


def test_who_attends_sees_the_mark_and_the_words(administration, signed_in, agent):
    install_purposes()
    cast.clock()
    [one] = write("bustia", message(cast.merce(), "Em falta un document?"))
    closure = Closure.objects.create(conversation=one, by=agent, how="unneeded", reason="res")
    asked = Asking.objects.create(closure=closure, language="ca", expires_at=now() + dt.timedelta(days=30))
    opinions.say(asked, satisfaction=2, effort=4, why="slow", text="Tres setmanes!", at=now())
    page = signed_in(agent).get(f"/desk/inbox/{one.id}/?view=team").content.decode()
    assert "Malament" in page and "Fàcil" in page and "he esperat massa" in page and "Tres setmanes!" in page


def test_who_works_on_a_case_sees_the_mark(boss):
    case = Case.objects.filter(closures__asking__opinion__isnull=False).first()
    assert "Com l’hem atès:" in boss.get(f"/desk/cases/{case.id}/").content.decode()
