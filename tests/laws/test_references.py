"""Every foreign key is kept by the database: by a constraint, or by the set-based check of `core.references`."""

import uuid

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from tracte.channels.actions import open_account
from tracte.core import tenancy
from tracte.people.models import Membership, NameToken, Person, SourceRecord

pytestmark = pytest.mark.django_db
CHECKED = """
SELECT t.tgrelid::regclass::text, t.tgtype & 4 = 4, encode(t.tgargs, 'escape') FROM pg_trigger t
WHERE t.tgfoid = 'core_references'::regproc
"""


def test_what_has_no_constraint_is_checked_at_each_insert_and_update():
    unconstrained = {
        (model._meta.db_table, field.column, field.related_model._meta.db_table)
        for model in apps.get_models()
        if model.__module__.startswith("tracte.")
        for field in model._meta.concrete_fields
        if field.many_to_one and not field.db_constraint and field.name != "administration"
    }
    with connection.cursor() as cursor:
        cursor.execute(CHECKED)
        found = {True: set(), False: set()}
        for table, is_insert, arguments in cursor.fetchall():
            words = arguments.split("\\000")[:-1]
            found[is_insert] |= {(table, *pair) for pair in zip(words[::2], words[1::2], strict=True)}
    assert found == {True: unconstrained, False: unconstrained}
    assert {target for _, _, target in unconstrained} == set(tenancy.KEPT)


def test_nothing_refers_to_nobody_nor_to_another_administration(administration, other_administration):
    with tenancy.acting_for(other_administration):
        theirs = SourceRecord.objects.create(source=uuid.uuid4(), key=b"theirs")
    with tenancy.acting_for(administration):
        ours = SourceRecord.objects.create(source=uuid.uuid4(), key=b"ours")
        Person.objects.create(id=ours.id)
        for record, person in ((theirs.id, ours.id), (ours.id, theirs.id), (uuid.uuid4(), ours.id)):
            with pytest.raises(IntegrityError, match="and there is none"), transaction.atomic():
                Membership.objects.create(record_id=record, person_id=person)
        membership = Membership.objects.create(record_id=ours.id, person_id=ours.id)
        assert membership.person_id == ours.id
        with pytest.raises(IntegrityError, match="and there is none"), transaction.atomic():
            NameToken.objects.bulk_create(NameToken(token=t, record_id=r.id) for t, r in (("a", ours), ("b", theirs)))


@pytest.mark.parametrize("table", tenancy.KEPT)
def test_what_is_referred_to_cannot_be_deleted(table, administration):
    with tenancy.acting_for(administration), connection.cursor() as cursor:
        open_account(key="one", kind="email", name="One")
        cursor.execute("SELECT has_table_privilege(%s, 'DELETE'), has_table_privilege(%s, 'TRUNCATE')", [table, table])
        assert cursor.fetchone() == (False, False)
