from collections import Counter
from pathlib import Path

from tracte.channels.connectors.tabular.parse import load_mapping, read_table
from tracte.channels.connectors.tests.real_data import real
from tracte.channels.message import Message

FIXTURES = Path(__file__).parents[1] / "fixtures"


def test_two_months_of_barcelona_come_in_whole_with_their_dirt_flagged():
    messages = list(read_table(real("iris_bcn/iris_bcn_closed_2021-01_02.csv"), "iris_bcn"))
    assert len(messages) == 38_937 and all(isinstance(message, Message) for message in messages)
    assert len({message.external_id for message in messages}) == 38_353
    assert Counter(flag for message in messages for flag in message.flags) == {
        "coordinates_missing": 3_296,
        "number_suspect": 917,
        "district_suspect": 16,
        "dealing_days_out_of_range": 1,
    }
    assert all(message.who is None and message.at and message.territory == "08019" for message in messages)
    first = messages[0]
    assert first.topic == "Health and public health > Pest surveillance and control service > Pigeons in public spaces"
    assert first.at.isoformat() == "2020-10-05T00:00:00+02:00" and first.data["closed_on"] == "2021-01-01"
    assert first.data["channel_detail"] == "Internal Claim" and first.data["dealing_days"] == 88
    assert {message.data["channel_detail"] for message in messages} >= {"Web", "Phone", "E-Mail"}


def test_boston_by_days_first_is_boston():
    mapping = load_mapping(FIXTURES / "day_first.yml")
    by_day = list(read_table(real("boston_311/boston311-dmy-100.csv"), mapping))
    assert len(by_day) == 100 and all(isinstance(message, Message) for message in by_day)
    assert by_day[0].at.isoformat() == "2022-01-21T13:47:00-05:00"
    assert by_day[0].text == "Employee & General Comments: General Comments For a Program or Policy (BTDT)"
    assert Counter(message.data["status"] for message in by_day) == {"obert": 15, "tancat": 85}


def test_boston_with_repeated_rows_repeats_its_ids():
    mapping = load_mapping(FIXTURES / "day_first.yml")
    paths = [real(f"boston_311/boston311-100-{name}.csv") for name in ("20dupes-random", "deduped")]
    repeated, deduplicated = ([item.external_id for item in read_table(path, mapping)] for path in paths)
    assert len(repeated) == 100 and set(repeated) == set(deduplicated) and len(deduplicated) == 80


def test_a_table_with_bare_carriage_returns():
    from tracte.channels.connectors.tabular.load import parse_mapping

    mapping = parse_mapping("id: '#'\nsubject: Referrer\n")
    found = list(read_table(real("directgov_referrers/311011.csv"), mapping))
    assert len(found) > 39_000
    assert found[0].subject == "http://www.google.co.uk"
