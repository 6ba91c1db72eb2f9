from dataclasses import replace

import pytest

from tracte.privacy.declarations import THIRD_PARTY, declared, problems, report, unsorted
from tracte.privacy.models import Read


def test_every_field_of_every_model_is_sorted():
    assert unsorted() == []


def test_no_declaration_is_left_of_a_model_that_went():
    assert set(THIRD_PARTY) <= {model._meta.label for model in declared()}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"open": Read.privacy.open.replace(" what", "")}, "privacy.Read.what: not sorted"),
        ({"personal": "user what"}, "privacy.Read.what: sorted twice"),
        ({"personal": "user shoe_size"}, "privacy.Read.shoe_size: unknown"),
        ({"purpose": "curiosity"}, "privacy.Read.privacy: unknown purpose 'curiosity'"),
        ({"retention": "a while"}, "privacy.Read.privacy: 'a while' is no retention, such as P5Y or installation"),
        ({"retention": "P"}, "privacy.Read.privacy: 'P' is no retention, such as P5Y or installation"),
    ],
)
def test_what_is_wrong_is_named(change, says):
    assert list(problems(Read, replace(Read.privacy, **change))) == [says]


def test_a_model_without_a_declaration_names_all_its_fields():
    fields = ["id", "administration", "at", "user", "unit", "role", "purpose", "subject", "what"]
    assert list(problems(Read, None)) == [f"privacy.Read.{field}: not sorted" for field in fields]


def test_the_register_has_a_row_for_each_field():
    rows = {(row.model, row.field): row for row in report()}
    assert rows["privacy.Read", "user"].sort == "personal"
    assert rows["privacy.Read", "subject"].sort == "pseudonymous"
    assert rows["sessions.Session", "session_data"].retention == "P1D"
    assert len(rows) == len(report())
