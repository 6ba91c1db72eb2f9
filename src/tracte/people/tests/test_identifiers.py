import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tracte.people import identifiers


@pytest.mark.parametrize(
    ("kind", "writings", "expected"),
    [
        ("national_id", ["12345678Z", "12.345.678-z", " 12345678 Z", "12345678/Z"], "12345678Z"),
        ("national_id", ["123456S", "00123456S", "00.123.456-S"], "00123456S"),
        ("national_id", ["X1234567L", "x-1234567-l", "X 1234567 L"], "X1234567L"),
        ("phone", ["600000417", "600 000 417", "+34 600-000-417", "0034600000417", "(600) 000417"], "+34600000417"),
        ("phone", ["+33 6 12 34 56 78"], "+33612345678"),
        ("email", ["Merce.Puig@Exemple.cat", "<merce.puig@exemple.cat>", "mailto:MERCE.PUIG@EXEMPLE.CAT"], None),
        ("email", ["bustia@ajuntament-çà.cat", "BUSTIA@ajuntament-ÇÀ.cat"], "bustia@xn--ajuntament--i7a4g.cat"),
    ],
)
def test_all_writings_of_a_value_are_one(kind, writings, expected):
    expected = expected or "merce.puig@exemple.cat"
    assert {identifiers.normalise(kind, one) for one in writings} == {expected}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("national_id", "12345678A"),  # the letter is another
        ("national_id", "12345678"),
        ("national_id", "Z1234567L"),
        ("phone", "112"),
        ("phone", "12345"),
        ("phone", "no en té"),
        ("email", "merce.puig"),
        ("email", "merce@puig"),
        ("email", "a b@exemple.cat"),
        ("email", "merce@exemple..cat"),
        ("email", "a" * 250 + "@exemple.cat"),
        ("passport", "AAA123456"),
    ],
)
def test_what_is_no_identifier_is_none(kind, value):
    assert identifiers.normalise(kind, value) is None


def test_different_local_parts_are_different_people():
    """Only some servers ignore dots and tags: joining them would join strangers on the others."""
    writings = ["merce.puig@exemple.cat", "mercepuig@exemple.cat", "merce.puig+avis@exemple.cat"]
    assert len({identifiers.normalise("email", one) for one in writings}) == 3


def test_what_an_agent_types_is_taken_for_what_it_may_be():
    assert identifiers.guess("12345678z") == [("national_id", "12345678Z")]
    assert identifiers.guess("600 000 417") == [("phone", "+34600000417")]
    assert identifiers.guess("Mercè Puig") == []


def test_an_endless_value_is_refused_and_not_remembered():
    before = identifiers._normalised.cache_info().currsize
    assert identifiers.normalise("phone", "6" * 10_000_000) is None
    assert identifiers._normalised.cache_info().currsize == before


@given(kind=st.sampled_from([*identifiers.KINDS, "passport", ""]), value=st.text(max_size=40))
@example(kind="national_id", value="²" * 8 + "Z")
@example(kind="national_id", value="١٢٣٤٥٦٧٨Z")
@example(kind="phone", value="+34\x00600000417")
@example(kind="email", value="a@\ud800.cat")
@settings(max_examples=400, deadline=None)
def test_any_text_is_normalised_or_none_and_the_form_is_stable(kind, value):
    found = identifiers.normalise(kind, value)
    assert found is None or (found and identifiers.normalise(kind, found) == found)


@given(number=st.integers(0, 99_999_999), dots=st.booleans())
def test_every_dni_survives_how_it_is_written(number, dots):
    letter = "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23]
    plain = f"{number:08d}{letter}"
    written = f"{number:,}".replace(",", ".") + "-" + letter.lower() if dots else f"{number}{letter}"
    assert identifiers.normalise("national_id", written) == plain
    wrong = "TRWAGMYFPDXBNJZSQVHLCKE"[(number + 1) % 23]
    assert identifiers.normalise("national_id", f"{number:08d}{wrong}") is None


def test_a_screen_shows_only_the_end_of_a_document():
    assert identifiers.mask("national_id", "12345678Z") == "•••••678Z"
    assert identifiers.mask("phone", "+34600000417") == "600 00 04 17"


@given(
    before=st.sampled_from(["", "+34", "+34 ", "0034", "0034 ", "34", "+", "00"]),
    national=st.from_regex(r"[5-9][0-9]{8}", fullmatch=True) | st.from_regex(r"[0-9]{3,10}", fullmatch=True),
)
@example(before="", national="902123456")
@example(before="+34", national="510123456")
@settings(max_examples=600, deadline=None)
def test_the_short_way_says_of_every_spanish_number_what_the_library_says(before, national):
    try:
        number = phonenumbers.parse(before + national, "ES")
    except phonenumbers.NumberParseException:
        number = phonenumbers.PhoneNumber()
    valid = phonenumbers.is_valid_number(number)
    said = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if valid else None
    assert identifiers.normalise("phone", before + national) == said
