"""An installation that holds nonsense: no model is learnt from it, or one that joins nobody; what is in use stays."""

import random

import pytest

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.people import actions, batch, training
from tracte.people.linkage.tests.test_nonsense import noise
from tracte.people.models import LinkModel, Membership
from tracte.people.tests.cast import appears, arrive, partition
from tracte.people.tests.doubtful import a_model
from tracte.people.tests.test_batch import right_pairs, silent, town

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("administration")]
MANY = 300
draw = random.Random(5)


def word(n):
    """Letters, since a name has no digits."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{n * 7919 % 10**6:06}")


# Each record is somebody else, by its key; nothing that it says is of any use.
NONSENSE = {
    "nobody anything": lambda n: appears(),
    "one name": lambda n: appears("Maria Puig Serra"),
    "one given name": lambda n: appears("Maria"),
    "one letter": lambda n: appears("a b c", address="x"),
    "noise": lambda n: appears(noise(), postcode=noise(5), phone=noise(9), email=noise()),
    "everybody different": lambda n: appears(
        f"N{word(n)} C{word(n)} S{word(n)}", phone=f"6{n:08}", birth=f"{1800 + n}-01-01"
    ),
    "one birth date": lambda n: appears("", birth="1970-01-01"),
}


def comes(nonsense, many):
    made = [nonsense(n) for n in range(many)]
    for n, one in enumerate(made):
        one.key = f"nonsense {n}"
    return arrive(*made)


@pytest.mark.parametrize("many", [1, 2, MANY])
@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_teaches_nothing_and_the_model_in_use_stays(nonsense, many):
    before = a_model()
    records = comes(nonsense, many)
    with pytest.raises(training.NotTrained, match="no model was learnt, the one in use stays: ") as refused:
        training.train(at=now(), tell=silent)
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 250
    assert LinkModel.in_use() == before
    assert partition(records) == list(range(many))


def test_everybody_the_same_teaches_nothing():
    before = a_model()
    for n in range(MANY):
        arrive(appears("Maria Puig Serra", birth="1970-01-01", postcode="08001", key=f"{n}"))
    with pytest.raises(training.NotTrained, match="all alike"):
        training.train(at=now(), tell=silent)
    assert LinkModel.in_use() == before


@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_among_people_joins_nobody(nonsense):
    records, truth = town()
    useless = comes(nonsense, MANY)
    try:
        training.train(at=now(), tell=silent)
    except training.NotTrained as refused:  # half of the records say the same and nothing else: that is fair, too
        assert "\n" not in str(refused)
        assert any(why in str(refused) for why in ("given: agreeing on it would speak against", "are they all alike"))
        return
    batch.resolve(tenancy.required(), at=now(), tell=silent)
    assert Membership.objects.live().filter(record_id__in=useless).values("person_id").distinct().count() == MANY
    together = Membership.objects.live().filter(person_id__in=useless).exclude(record_id__in=useless)
    assert not together.exists()
    right, wrong, real = right_pairs(records, truth)
    assert wrong == 0 and right >= 0.9 * real
    assert not actions.drift()
