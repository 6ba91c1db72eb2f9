"""What people said moves the thresholds that the live path and the batch pass go by."""

import uuid

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from tracte.core.clock import now
from tracte.core.models import User
from tracte.people import training
from tracte.people.linkage import calibration
from tracte.people.linkage.tests.population import GIVEN
from tracte.people.models import Calibration, LinkModel
from tracte.people.review import calibrating, judging
from tracte.people.tasks import calibrate
from tracte.people.tests.cast import appears, arrive, partition, persons
from tracte.people.tests.doubtful import a_model, raise_doubt
from tracte.people.tests.test_batch import silent, town

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("administration")]


@pytest.fixture
def jordi():
    return User.objects.create(email="jordi@exemple.cat")


def judged(kept, by, said, count, start=0):
    """So many doubts that the guard would let pass, each with the same word."""
    for n in range(start, start + count):
        given = GIVEN[n % len(GIVEN)]
        pair = arrive(appears(f"{given} Puig", phone=f"6002{n:05}"), appears(f"{given} Roca", phone=f"6002{n:05}"))
        assert len(set(persons(pair))) == 2
        judging.judge(raise_doubt(*pair, kept).id, said, by=by, at=now())


def test_nothing_moves_without_a_model_or_with_few_labels(jordi):
    assert calibrating.calibrate(at=now()) is None
    kept = a_model()
    judged(kept, jordi, "different", calibration.ENOUGH - 1)
    assert len(calibrating.labels(kept)) == calibration.ENOUGH - 1 and calibrating.calibrate(at=now()) is None
    assert LinkModel.in_use().link_at == calibration.LINK and LinkModel.in_use().ask_at == calibration.ASK


def test_mistakes_raise_the_threshold_and_the_live_path_follows_it(jordi):
    kept = a_model(prior=0.005)
    judged(kept, jordi, "different", 30)
    judged(kept, jordi, "same", 30, start=30)
    like = lambda n: (  # noqa: E731
        appears("Anna Roca Vila", phone=f"60100000{n}", birth="1970-01-01"),
        appears("Anna Roka Vila", phone=f"60100000{n}", birth="1970-01-01"),
    )
    assert partition(arrive(*like(1))) == [0, 0]
    moved = calibrating.calibrate(at=now(), by=jordi)
    assert moved.by == jordi and moved.labels == 60 and moved.link_at > calibration.LINK
    in_use = LinkModel.in_use()
    assert (in_use.link_at, in_use.ask_at) == (moved.link_at, moved.ask_at)
    Calibration.objects.create(model=kept, labels=60, link_at=99, ask_at=0, curve=[])
    assert partition(arrive(*like(2))) == [0, 1]


def test_a_new_model_begins_with_all_that_was_said(jordi):
    town()
    old = a_model()
    judged(old, jordi, "different", calibration.ENOUGH)
    assert not Calibration.objects.exists()
    new = training.train(at=now(), tell=silent)
    (moved,) = Calibration.objects.all()
    assert moved.model == new and moved.by is None and moved.labels == calibration.ENOUGH
    weights = {label.weight for label in calibrating.labels(new)}
    assert all(block[0] <= max(weights) for block in moved.curve)
    assert calibrating.newest(old.id) is None


def test_it_happens_by_itself_after_so_many_verdicts(jordi, administration):
    kept = a_model()
    judged(kept, jordi, "different", calibrating.EACH - 1)
    assert not ProcrastinateJob.objects.filter(task_name=calibrate.name).exists()
    judged(kept, jordi, "different", 1, start=90)
    (job,) = ProcrastinateJob.objects.filter(task_name=calibrate.name)
    assert uuid.UUID(job.args["administration"]) == administration
    judged(kept, jordi, "different", calibrating.EACH, start=100)
    calibrate(**job.args)
    assert Calibration.objects.get().labels == 2 * calibrating.EACH


def test_what_the_guard_holds_teaches_no_threshold(jordi):
    kept = a_model()
    pair = arrive(appears("Anna Roca", phone="601000001"), appears("Berta Roca", phone="601000001"))
    judging.judge(raise_doubt(*pair, kept).id, "different", by=jordi, at=now())
    assert calibrating.labels(kept) == []
