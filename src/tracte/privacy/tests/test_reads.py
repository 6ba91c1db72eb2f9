import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, transaction

from tracte.core import actions as core
from tracte.core.models import Role
from tracte.privacy.actions import UnknownPurpose, install_purposes, log_read
from tracte.privacy.models import Purpose, Read

AT = dt.datetime(2026, 3, 2, 10, 30, tzinfo=dt.UTC)
MERCE = uuid.UUID(int=7)


@pytest.fixture
def jordi(administration):
    install_purposes()
    unit = core.add_unit(code="oac", name="Oficina d'atenció", since=AT.date())
    return core.hire(email="jordi@example.cat", full_name="Jordi Pi", unit=unit, roles=["supervisor", "agent"])


def test_a_read_is_one_insert_with_who_whence_and_what_for(jordi, django_assert_num_queries):
    other = core.add_unit(code="padro", name="Padró", since=AT.date())
    Role.objects.create(user=jordi, unit=other, name="agent")
    with django_assert_num_queries(1):
        log_read(subject=MERCE, by=jordi, purpose="attend", at=AT)
    read = Read.objects.get()
    assert (read.subject, read.user, read.purpose, read.at, read.what) == (MERCE, jordi, "attend", AT, "person")
    assert (read.unit.code, read.role) == ("oac", "agent supervisor")


def test_somebody_without_a_role_is_written_down_too(jordi):
    jordi.roles.all().delete()
    log_read(subject=MERCE, by=jordi, purpose="correct", at=AT, what="identifier")
    read = Read.objects.get()
    assert (read.unit, read.role, read.what) == (None, "", "identifier")


@pytest.mark.parametrize("purpose", ["curiosity", ""])
def test_nobody_reads_without_a_purpose(jordi, purpose):
    with pytest.raises(UnknownPurpose, match=f"unknown purpose {purpose!r}"), transaction.atomic():
        log_read(subject=MERCE, by=jordi, purpose=purpose, at=AT)
    assert not Read.objects.exists()


def test_what_was_read_stays_read(jordi):
    log_read(subject=MERCE, by=jordi, purpose="attend", at=AT)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Read.objects.update(purpose="audit")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Read.objects.all().delete()
    assert Read.objects.get().purpose == "attend"


def test_a_purpose_that_was_used_cannot_go(jordi):
    log_read(subject=MERCE, by=jordi, purpose="attend", at=AT)
    with pytest.raises(DatabaseError, match="read_purpose_known"), transaction.atomic():
        Purpose.objects.filter(key="attend").delete()
