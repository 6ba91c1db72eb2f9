"""A token names what it was made for, survives mail hosts, and cannot be made up."""

import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracte.channels import tokens
from tracte.core import tenancy
from tracte.core.ids import uuid7

calm = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


@calm
@given(st.uuids())
def test_it_names_its_id_wherever_it_stands_and_however_it_is_folded(administration, id):
    token = tokens.sign(id)
    assert len(token) == tokens.LENGTH and token.isalnum() and token == tokens.sign(id)
    for text in (token, token.upper(), f"bustia+{token}@exemple.cat", f"<a@x> <{token}.tracte@exemple.cat>"):
        assert tokens.read(text) == id
    assert tokens.read(token.replace("0", "O").replace("1", "l")) == id


@calm
@given(st.uuids(), st.integers(0, tokens.LENGTH - 1), st.sampled_from(tokens.DIGITS))
def test_another_digit_names_nothing(administration, id, place, digit):
    token = tokens.sign(id)
    changed = token[:place] + digit + token[place + 1 :]
    assert tokens.read(changed) == (id if changed == token else None)


@calm
@given(st.text(max_size=200))
def test_no_other_text_names_anything(administration, text):
    assert tokens.read(text) is None


@pytest.mark.parametrize("text", ["", "u" * 36, "z" * 36, "0" * 35, "0" * 37])
def test_what_is_no_token(administration, text):
    assert tokens.read(text) is None


def test_the_first_true_one_counts(administration):
    one, other = uuid7(), uuid7()
    assert tokens.read(f"{'0' * 36} {tokens.sign(one)} {tokens.sign(other)}") == one


def test_another_administration_reads_nothing_in_it(administration, other_administration):
    token = tokens.sign(uuid.UUID(int=7))
    with tenancy.acting_for(other_administration):
        assert tokens.read(token) is None
