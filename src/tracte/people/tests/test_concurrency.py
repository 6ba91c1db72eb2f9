"""Several at once, over real connections: nobody twice, nobody lost, and the log still tells the memberships."""

import uuid

import pytest

from tests.threads import together
from tracte.core import tenancy
from tracte.people import actions
from tracte.people.models import Person
from tracte.people.tests.cast import appears, arrive, persons

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_arrivals_at_once_of_somebody_new_make_one_person(administration):
    def comes(number: int) -> list[uuid.UUID]:
        with tenancy.acting_for(administration):
            return arrive(appears("Mercè Puig", phone="600 000 417", key=f"account {number % 2}"))

    records = [record for (record,) in together(*(lambda n=n: comes(n) for n in range(8)))]
    with tenancy.acting_for(administration):
        assert len(set(records)) == 2 and len(set(persons(records))) == 1
        assert Person.objects.count() == 1 and not actions.drift()


def test_two_arrivals_that_pull_one_person_two_ways_keep_to_the_log(administration):
    """A telephone leads one of them, an e-mail the other, to the same person: each would join it to somebody else."""
    for turn in range(12):
        anna = f"anna{turn}@exemple.cat"
        with tenancy.acting_for(administration):
            arrive(appears("Anna", phone=f"6000010{turn:02}"), appears("Anna", phone=f"6000020{turn:02}"))
            arrive(appears("Anna", phone=f"6000030{turn:02}", email=anna))

        def comes(one, two, email=""):
            with tenancy.acting_for(administration):
                arrive(appears("Anna", phone=one, email=email), appears("Anna", phone=two, email=email, key="k" + one))
                return arrive(appears("Anna", phone=two, key="k" + one))

        together(
            lambda t=turn: comes(f"6000010{t:02}", f"6000030{t:02}"),
            lambda t=turn, e=anna: comes(f"6000020{t:02}", f"6000020{t:02}", e),
        )
        with tenancy.acting_for(administration):
            assert not actions.drift()
