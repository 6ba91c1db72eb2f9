"""The built-in vocabularies and the phrases: complete, and right where real data can tell."""

import csv
import os
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from tracte.config.demo import phrases, seasons

ROOM = files("tracte.config.demo")


def page(name: str):
    return yaml.safe_load(ROOM.joinpath(name).read_text("utf-8"))


@pytest.mark.parametrize("name", ["topics.yml", "life_events.yml"])
def test_every_concept_has_a_known_parent_and_four_labels(name):
    rows = page(name)
    codes = [row["code"] for row in rows]
    assert len(set(codes)) == len(codes)
    for row in rows:
        assert set(row["labels"]) == {"ca", "es", "oc", "en"} and all(row["labels"].values()), row["code"]
        assert row["parent"] is None or row["parent"] in codes


def test_some_forty_topics_in_ten_branches():
    rows = page("topics.yml")
    assert sum(row["parent"] is None for row in rows) == 10
    assert 38 <= len(seasons.codes()) <= 45


def test_territories_make_a_tree_with_codes_of_their_own():
    rows = page("territories.yml")
    by_code = {row["code"]: row for row in rows}
    assert len(by_code) == len(rows)
    above = {"municipality": "comarca", "comarca": "vegueria"}
    for row in rows:
        if row["parent"]:
            assert by_code[row["parent"]]["kind"] == above[row["kind"]], row["code"]
        if row["kind"] == "municipality":
            assert by_code[row["province"]]["kind"] == "province" and row["code"].startswith(row["province"][1:])


def test_municipalities_are_as_the_official_list_has_them():
    folder = Path(os.environ.get("TRACTE_REAL_DATA", Path(__file__).parents[6] / "shared" / "data"))
    source = folder / "territory_cat" / "municipis_cat_joined.csv"
    if not source.exists():
        pytest.skip(f"no official list of municipalities at {source}; set TRACTE_REAL_DATA")
    with source.open(encoding="utf-8") as stream:
        official = {row["ine5"]: row for row in csv.DictReader(stream)}
    names = {row["code"]: row["name"] for row in page("territories.yml")}
    for row in page("territories.yml"):
        if row["kind"] != "municipality" or row["name"] == "Riudeclar":
            continue
        known = official[row["code"]]
        name, _, article = known["name_idescat"].partition(", ")
        assert row["name"] == (f"{article}{'' if article.endswith(chr(39)) else ' '}{name}" if article else name)
        assert names[row["parent"]] == known["comarca"]
        assert names[row["province"]] == known["province"]
    assert "43999" not in official


@pytest.mark.parametrize("language", phrases.FULL)
def test_every_language_has_words_for_every_topic_and_knows_its_slots(language):
    voice = phrases.voice(language)
    assert all(voice.what)
    texts = [text for texts in voice.general.values() for text in texts]
    texts += [text for topic in voice.topics for texts in topic.values() for text in texts]
    for parts in texts:
        assert set(parts[1::2]) <= set(phrases._SLOTS), parts
    for topic in voice.topics:
        assert topic["subject"] and topic["ask"] and topic["more"]


def test_catalan_has_what_agents_write_for_every_topic():
    assert all(topic["note"] and topic["answer"] for topic in phrases.voice("ca").topics)
