"""What is asked often reaches an index under row-level security, where only leakproof operators may."""

import pytest
from django.db import connection

from tracte.channels import actions
from tracte.channels.actions import submitting
from tracte.channels.models import Attachment, Dispatch, FollowUp, InteractionKey, Knock
from tracte.core.clock import now
from tracte.core.ids import uuid7

ASKED = {
    "what answers a form": lambda: Dispatch.objects.answering(["a", "b"]),
    "what is overdue": lambda: Dispatch.objects.overdue(now()),
    "what is in doubt": lambda: Dispatch.objects.in_doubt(now()),
    "what was sent to a person": lambda: Dispatch.objects.of_records([uuid7()]),
    "the copies of an answer": lambda: Dispatch.objects.filter(copy_of=uuid7()),
    "the files of a message": lambda: Attachment.objects.of(uuid7()),
    "the files that nobody sent": lambda: Attachment.objects.forgotten(now()),
    "a code": lambda: FollowUp.objects.filter(digest=b"x" * 16),
    "who knocked": lambda: Knock.objects.filter(what="form", digest=b"x" * 16, at__gt=now()),
    "what was added to a form": lambda: InteractionKey.objects.filter(
        account=uuid7(), external_id__gte="a/", external_id__lt="a0"
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_it_reaches_an_index(administration, name):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    plan = ASKED[name]().explain()
    assert "Index" in plan and "Index Cond" in plan and "Seq Scan" not in plan, plan


def test_a_code_is_found_with_two_queries_however_many_there_are(administration, django_assert_max_num_queries):
    account = actions.open_account(key="formularis", kind="webform", name="Formularis")
    code = [submitting.submit(account, f"{n:032x}", {"text": "Bon dia"}, at=now()).code for n in range(5)][2]
    with django_assert_max_num_queries(2):
        assert submitting.find(code).external_id == f"{2:032x}"
