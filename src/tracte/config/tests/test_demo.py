"""The demo from its exports to the persons of the database: the whole way in, judged by its own truth."""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from tracte.channels.models import Account, Interaction, InteractionKey
from tracte.config.demo import Summary, generate, loading
from tracte.config.demo.cast import MERCE_MOBILE
from tracte.config.demo.people import CHANNELS
from tracte.config.evaluation import evaluate
from tracte.config.seeding import furnish
from tracte.core import tenancy
from tracte.people.models import SourceRecord
from tracte.people.search import find
from tracte.vocabularies.models import Concept

PEOPLE, INTERACTIONS = 260, 1000
FILES = ["app.ndjson", "bustia.mbox", "channels.yml", "formularis.ndjson", "oficina.csv", "sms.parquet"]
FILES += ["telegram.ndjson", "trucades.csv", "truth.csv", "xarxes.csv"]


@pytest.fixture(scope="module")
def exports(tmp_path_factory) -> tuple[Path, Summary]:
    folder = tmp_path_factory.mktemp("exports")
    return folder, generate(PEOPLE, INTERACTIONS, 5, folder)


@pytest.fixture
def folder(exports, tmp_path) -> Path:
    """A copy to load from: rejects are written beside their file."""
    return Path(shutil.copytree(exports[0], tmp_path / "exports"))


@pytest.fixture
def loaded(administration, folder):
    furnish(administration)
    return loading.load(administration, folder, progress=False)


def truth(folder: Path) -> list[tuple[str, str]]:
    with (folder / "truth.csv").open(encoding="utf-8") as file:
        return [(line["channel"], line["external_id"]) for line in csv.DictReader(file)]


def test_a_seed_makes_the_same_bytes_anywhere(exports, tmp_path):
    generate(PEOPLE, INTERACTIONS, 5, tmp_path / "again")
    generate(PEOPLE, INTERACTIONS, 6, tmp_path / "other")
    assert sorted(path.name for path in exports[0].iterdir()) == FILES
    for name in FILES:
        mine = (exports[0] / name).read_bytes()
        assert (tmp_path / "again" / name).read_bytes() == mine, name
        assert (tmp_path / "other" / name).read_bytes() != mine or name == "channels.yml", name


def test_the_summary_is_one_line_with_all_figures(exports):
    folder, summary = exports
    asked = r"260 people, 1,000 interactions over 8 channels \((\d+) of them in truth.csv; (\d+) broken rows besides\)"
    shown, broken, seconds = re.fullmatch(rf"{asked}, in (\d+\.\d) s: {re.escape(str(folder))}", str(summary)).groups()
    assert int(shown) == len(truth(folder))
    assert int(broken) == sum(summary.broken.values())
    assert float(seconds) == round(summary.seconds, 1)


def test_everything_comes_in_by_the_ordinary_way_and_once(administration, exports, folder, loaded):
    _, summary = exports
    assert (loaded.new, loaded.duplicate, loaded.rejected) == (INTERACTIONS, 0, sum(summary.broken.values()))
    again = loading.load(administration, folder, progress=False)
    assert (again.new, again.duplicate, again.rejected) == (0, INTERACTIONS, loaded.rejected)
    assert Interaction.objects.count() == INTERACTIONS


def test_there_are_eight_accounts_and_each_brought_its_own(exports, loaded):
    keys = dict(Account.objects.values_list("id", "key"))
    assert sorted(keys.values()) == sorted(CHANNELS)
    assert len({*Account.objects.values_list("icon", flat=True)}) == 8
    brought = Counter(keys[account] for account in Interaction.objects.values_list("account_id", flat=True))
    assert brought == exports[1].rows
    answered = {*Interaction.objects.filter(direction="out").values_list("account__key", flat=True)}
    assert {"bustia", "telegram"} <= answered, "an account knows which addresses are its own"


def test_whoever_is_in_truth_once_is_an_interaction_with_a_record(exports, loaded):
    keys = dict(Account.objects.values_list("id", "key"))
    rows = InteractionKey.objects.values_list("account_id", "external_id", "interaction")
    stored = {(keys[account], external): interaction for account, external, interaction in rows}
    told = truth(exports[0])
    assert len(set(told)) == len(told) > INTERACTIONS * 0.9
    with_record = set(Interaction.objects.exclude(record_id=None).values_list("id", flat=True))
    assert all(stored[one] in with_record for one in told)


def test_records_of_one_person_meet_and_hardly_anybody_is_confused(administration, exports, loaded):
    found = evaluate(administration, exports[0] / "truth.csv")
    assert found["precision"] > 0.99 and found["recall"] > 0.4, found


def test_merce_has_two_surnames_and_one_person_over_her_channels(administration, exports, loaded):
    reached = {other.person for other in find(MERCE_MOBILE).hits}
    (hit,) = [
        hit for hit in find("merce puig ferrer").hits if hit.person in reached
    ]  # the family's landline has others
    assert hit.name == "Mercè Puig Ferrer"
    records = [record.id for record in hit.records]
    doors = {*Interaction.objects.filter(record_id__in=records).values_list("account__key", flat=True)}
    assert len(doors) >= 5, doors


def test_two_surnames_are_the_rule(loaded):
    named = list(SourceRecord.objects.exclude(surname="").values_list("surname2", flat=True))
    assert sum(map(bool, named)) / len(named) > 0.4


def test_topics_of_the_exports_are_those_of_the_vocabulary(loaded):
    topics = set(Concept.objects.of("topics").exclude(parent=None).values_list("id", flat=True))
    assert 38 <= len(topics) <= 45
    met = set(Interaction.objects.exclude(topic=None).values_list("topic_id", flat=True))
    assert len(met & topics) > 30 and met <= topics


def test_catalan_comes_first(loaded):
    said = Counter(Interaction.objects.exclude(language="").values_list("language", flat=True))
    assert said["ca"] > said.total() / 2 and said.most_common(2)[1][0] == "es"


def test_a_folder_without_a_demo_is_explained(administration, tmp_path):
    with pytest.raises(ValueError, match=r"no channels.yml; make a demo with: tracte demo generate") as caught:
        loading.load(administration, tmp_path)
    assert "\n" not in str(caught.value)


def test_another_administration_sees_nothing_of_it(other_administration, loaded):
    with tenancy.acting_for(other_administration):
        assert not Interaction.objects.exists() and not Account.objects.exists()
