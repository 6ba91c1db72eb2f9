"""A code is what people read aloud: forgiving of how it is typed, and not of what."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracte.channels import codes
from tracte.core import tenancy

calm = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)


@calm
@given(st.text(min_size=1, max_size=40))
def test_a_form_has_one_code_and_it_reads_as_itself(administration, token):
    code = codes.of(token)
    assert len(code) == 11 and code == codes.of(token) == codes.read(code) == codes.read(code.lower().replace("-", " "))


@calm
@given(st.text(min_size=1, max_size=40), st.integers(0, 8))
def test_two_digits_swapped_are_noticed(administration, token, place):
    digits = codes.of(token).replace("-", "")
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    values = {codes.number(one) % codes.CHECKS for one in digits[place : place + 2]}
    assert swapped == digits or place == 8 or len(values) == 1 or codes.read(swapped) == ""


@calm
@given(st.text(max_size=14))
def test_whatever_is_typed_is_a_code_or_nothing(administration, text):
    found = codes.read(text)
    assert found == "" or codes.read(found) == found


def test_another_administration_has_others(administration, other_administration):
    code = codes.of("x")
    with tenancy.acting_for(other_administration):
        assert codes.of("x") != code and codes.digest(code)
