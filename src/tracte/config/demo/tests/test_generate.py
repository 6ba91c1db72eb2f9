"""The exports: the same bytes each time, whole, clean of braces, and true to truth.csv."""

import csv
import datetime as dt
import importlib
import json
import re
from collections import Counter, defaultdict
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from stdnum.es import dni, nie

from tracte.channels.message import Message
from tracte.config.demo import SIZES, generate, script
from tracte.config.demo.people import CHANNELS

FILES = ["bustia.mbox", "telegram.ndjson", "formularis.ndjson", "trucades.csv", "oficina.csv", "app.ndjson"]
FILES += ["xarxes.csv", "sms.parquet"]


def read_truth(folder: Path) -> dict[tuple[str, str], int]:
    with (folder / "truth.csv").open(encoding="utf-8") as stream:
        return {(row["channel"], row["external_id"]): int(row["person"]) for row in csv.DictReader(stream)}


def read_channel(folder: Path, account: dict) -> list:
    kind, own = account["kind"], frozenset(account["own"])
    parser = importlib.import_module(f"tracte.channels.connectors.{kind}.parse")
    extra = {}
    if account["mapping"]:
        page = files("tracte.config.demo").joinpath("mappings", f"{account['mapping']}.yml")
        extra["mapping"] = parser.load_mapping(Path(str(page)))
    with (folder / account["file"]).open("rb") as stream:
        return list(parser.read(stream, own=own, **extra))


@pytest.fixture(scope="session")
def parsed(demo) -> dict[str, list]:
    """Key of the account -> what its connector makes of its file."""
    accounts = yaml.safe_load((demo[0] / "channels.yml").read_text("utf-8"))
    return {account["key"]: read_channel(demo[0], account) for account in accounts}


def messages(parsed, *keys) -> list[Message]:
    return [item for key in keys or CHANNELS for item in parsed[key] if isinstance(item, Message)]


def test_the_same_arguments_give_the_same_bytes(tmp_path):
    folders = [tmp_path / name for name in "abc"]
    for folder, seed in zip(folders, (3, 3, 4), strict=True):
        generate(150, 700, seed, folder)
    for name in [*FILES, "truth.csv", "channels.yml"]:
        one, same, other = ((folder / name).read_bytes() for folder in folders)
        assert one == same, name
        assert one != other or name == "channels.yml", name


def test_there_are_exactly_as_many_interactions_as_asked(demo, parsed):
    _, summary = demo
    assert sum(summary.rows.values()) == SIZES["small"][1]
    assert {key: len(messages(parsed, key)) for key in CHANNELS} == summary.rows
    assert min(summary.rows.values()) > 100


def test_only_what_is_broken_on_purpose_is_rejected(demo, parsed):
    rejected = {key: sum(not isinstance(item, Message) for item in items) for key, items in parsed.items()}
    assert rejected == demo[1].broken
    assert sum(rejected.values()) >= 3


def test_external_ids_are_unique_and_truth_knows_only_what_is_there(demo, parsed):
    ids = [(key, item.external_id) for key in CHANNELS for item in messages(parsed, key)]
    assert len(set(ids)) == len(ids)
    truth = read_truth(demo[0])
    assert len(truth) == demo[1].shown
    assert set(truth) <= set(ids)


def test_whoever_is_in_truth_is_shown_and_who_is_not_is_a_shared_telephone_alone(demo, parsed):
    truth = read_truth(demo[0])
    for key in CHANNELS:
        for item in messages(parsed, key):
            if (key, item.external_id) in truth:
                assert item.who is not None, (key, item.external_id)
            elif item.who is not None:
                assert key == "trucades" and not item.who.full_name, (key, item.external_id)


def test_a_verified_document_is_of_one_person_and_valid(demo):
    truth, owners = read_truth(demo[0]), defaultdict(set)
    rows = csv.DictReader((demo[0] / "oficina.csv").open(encoding="utf-8"))
    shown = [("oficina", row["id"], row["document"]) for row in rows if row["document_checked"] == "yes"]
    for line in (demo[0] / "formularis.ndjson").read_text("utf-8").splitlines():
        if line.endswith('"signed_in":true}'):
            form = json.loads(line)
            shown.append(("formularis", form["id"], form["document"]))
    for channel, identifier, document in shown:
        number = re.sub(r"[\s.-]", "", document).upper()
        assert dni.is_valid(number) or nie.is_valid(number), document
        owners[number].add(truth[channel, identifier])
    assert len(shown) > 500
    assert all(len(people) == 1 for people in owners.values())


def test_no_text_has_a_slot_left_open(parsed):
    for item in messages(parsed):
        assert not re.search(r"[{}]", item.subject + item.text), item.text
        assert "None" not in item.text


def test_merce_is_met_on_all_eight_channels_and_mostly_in_the_last_year(demo, parsed):
    truth = read_truth(demo[0])
    own = {key: [i for i in messages(parsed, key) if truth.get((key, i.external_id)) == 1] for key in CHANNELS}
    assert all(own.values())
    times = [item.at for items in own.values() for item in items]
    assert 40 <= len(times) <= 60
    assert sum(at.year == 2026 for at in times) > len(times) / 2
    strangers = [i for i in own["bustia"] if i.who.full_name == "M. Puig"]
    assert len(strangers) >= 2
    assert {i.value for item in strangers for i in item.who.identifiers}.isdisjoint({"merce.puig@exemple.cat"})


def test_the_script_names_only_known_topics_and_channels(demo):
    assert {line["by"] for line in script.lines()} == set(CHANNELS)


def test_all_happens_in_the_thirty_months_before_the_last_day(parsed):
    days = [item.at.date() for item in messages(parsed)]
    assert max(days) <= dt.date(2026, 11, 20)
    assert min(days) >= dt.date(2024, 5, 19)
    recent = sum(day >= dt.date(2025, 11, 20) for day in days)
    assert recent > len(days) * 0.45


def test_another_last_day_moves_everything(tmp_path, everybody):
    generate(60, 200, 1, tmp_path, until=dt.date(2027, 6, 1))
    lines = (tmp_path / "app.ndjson").read_text("utf-8").splitlines()
    assert all("2024-12" <= re.search(r'"at":"(\d{4}-\d\d)', line)[1] <= "2027-06" for line in lines)


def test_calls_and_visits_keep_office_days(parsed):
    assert {item.at.weekday() for item in messages(parsed, "trucades", "oficina")} == {0, 1, 2, 3, 4}
    assert {item.at.weekday() for item in messages(parsed, "telegram", "app")} == set(range(7))


def test_most_people_come_seldom_and_a_few_all_the_time(demo):
    times = Counter(read_truth(demo[0]).values())
    assert sum(count <= 5 for count in times.values()) > len(times) * 0.65
    assert 1 <= sum(count >= 100 for count in times.values()) < 40


def test_catalan_comes_first(parsed):
    said = messages(parsed, "formularis", "trucades", "oficina", "app", "xarxes")
    shares = {language: count / len(said) for language, count in Counter(item.language for item in said).items()}
    for language, share, slack in (("ca", 0.72, 0.05), ("es", 0.22, 0.05), ("en", 0.03, 0.02), ("oc", 0.02, 0.015)):
        assert shares[language] == pytest.approx(share, abs=slack), language
    assert 0.002 < 1 - sum(shares[known] for known in ("ca", "es", "en", "oc")) < 0.03


def test_the_mailbox_has_answers_threads_quotes_and_machines(parsed):
    mails = messages(parsed, "bustia")
    assert sum(mail.direction == "out" for mail in mails) > 300
    ids = {mail.external_id for mail in mails}
    threaded = [mail for mail in mails if mail.in_reply_to]
    assert len(threaded) > 300 and all(set(mail.in_reply_to) <= ids for mail in threaded)
    assert sum(mail.data["quoted"] for mail in mails) > 100
    kinds = Counter(mail.data["auto"]["kind"] for mail in mails if "auto" in mail.data)
    assert kinds["bounce"] > 3 and len(kinds) > 1


def test_dirt_arrives_in_the_exports(demo):
    calls = list(csv.DictReader((demo[0] / "trucades.csv").open(encoding="utf-8")))
    named = [row["name"] for row in calls if row["name"]]
    assert 0.04 < sum(name.isupper() for name in named) / len(named) < 0.1
    assert 0.02 < sum("," in name for name in named) / len(named) < 0.08
    assert 0.02 < sum(row["phone"][:1] != "+" for row in calls if row["direction"] == "entrant") / len(calls) < 0.1
    posts = [
        row["postcode"] for row in csv.DictReader((demo[0] / "oficina.csv").open(encoding="utf-8")) if row["postcode"]
    ]
    assert 0.01 < sum(len(code) == 4 for code in posts) / len(posts) < 0.08


def test_too_few_interactions_are_refused(tmp_path):
    with pytest.raises(ValueError, match="interactions: at least"):
        generate(100, 10, 1, tmp_path)


def test_progress_tells_every_interaction_once(tmp_path):
    told = []
    generate(500, 4500, 1, tmp_path, told.append)
    assert sum(told) == 4500
