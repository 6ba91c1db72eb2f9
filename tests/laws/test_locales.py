"""Every language of the interface is there and activates; its plural rule does not crash."""

import datetime as dt

import pytest
from django.conf import settings
from django.utils import formats, translation

from tests.laws import house

LANGUAGES = [code for code, _ in settings.LANGUAGES]


def test_four_languages():
    assert LANGUAGES == ["ca", "es", "oc", "en"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_activates(code):
    catalog = house.HOUSE / "config" / "locale" / code / "LC_MESSAGES"
    assert (catalog / "django.po").exists() and (catalog / "django.mo").exists()
    with translation.override(code):
        assert translation.get_language() == code
        assert translation.gettext("This field is required.")
        for number in (0, 1, 2, 5, 11, 100):
            assert translation.ngettext("%d day", "%d days", number)
        assert formats.date_format(dt.date(2026, 4, 1), "DATE_FORMAT")
