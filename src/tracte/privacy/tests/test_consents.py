import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from tracte.privacy import actions
from tracte.privacy.models import ConsentStatement

AT = dt.datetime(2026, 3, 2, 10, 30, tzinfo=dt.UTC)
MERCE = uuid.UUID(int=7)


@pytest.fixture(autouse=True)
def purposes(administration):
    actions.install_purposes()


def test_a_yes_says_how_and_to_which_text_and_a_no_needs_neither_text_nor_reason(agent):
    told = {"subject": MERCE, "purpose": "attend", "at": AT}
    yes = actions.give(**told, how="formulari d’avisos", text_version="2026-02")
    no = actions.withdraw(**told, how="telèfon", by=agent)
    assert (yes.kind, yes.how, yes.text_version, yes.by) == ("given", "formulari d’avisos", "2026-02", None)
    assert (no.kind, no.text_version, no.by) == ("withdrawn", "", agent)
    with pytest.raises(IntegrityError, match="consent_to_a_text"), transaction.atomic():
        actions.give(**told, how="telèfon", text_version="")
    with pytest.raises(IntegrityError, match="consent_says_how"), transaction.atomic():
        actions.withdraw(**told, how="")


def test_nobody_consents_to_a_purpose_that_there_is_not():
    with pytest.raises(actions.UnknownPurpose, match="'curiosity'"), transaction.atomic():
        actions.give(subject=MERCE, purpose="curiosity", how="web", text_version="1", at=AT)


def test_what_was_said_stays_said():
    actions.withdraw(subject=MERCE, purpose="attend", how="web", at=AT)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ConsentStatement.objects.update(kind="given", text_version="1")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ConsentStatement.objects.all().delete()
