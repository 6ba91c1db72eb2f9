"""What messages seem to be about: learnt from labelled history, measured on its last part, decided by people."""

from __future__ import annotations

import io
import uuid
from random import Random

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.inbox.actions.labelling import label
from tracte.inbox.checking import Refused
from tracte.inbox.models import Conversation, TopicLabel, TopicModel
from tracte.inbox.suggesting import classifier, measuring, topics, training
from tracte.inbox.suggesting.measuring import Example
from tracte.inbox.suggesting.topics import Suggestion
from tracte.inbox.tests import cast, history


@pytest.fixture
def known(administration, tmp_path):
    return history.topics(tmp_path)


def examples(many, noise=0.0, seed=3):
    rng = Random(seed)
    found = []
    for _ in range(many):
        topic = rng.choice(list(history.SAID))
        written = rng.choice(list(history.SAID)) if rng.random() < noise else topic
        found.append(Example(history.text(written, rng), topic))
    return found


def test_it_is_read_back_as_it_was_learnt():
    learnt, _told = measuring.measured(examples(200))
    again = classifier.unpacked(learnt.packed())
    texts = [one.text for one in examples(20, seed=9)]
    assert again.classes == learnt.classes and np.allclose(again.shares(texts), learnt.shares(texts), atol=0.01)
    assert np.allclose(learnt.shares(texts).sum(axis=1), 1)


def test_the_same_history_teaches_the_same():
    one, other = (measuring.measured(examples(120))[0].packed() for _ in range(2))
    assert one == other


def test_it_holds_no_word_that_anybody_wrote():
    learnt, _told = measuring.measured([Example(f"{one.text} Wilhelmina", one.topic) for one in examples(60)])
    with np.load(io.BytesIO(learnt.packed())) as arrays:
        kept = {name: arrays[name] for name in arrays.files}
    assert {name for name, one in kept.items() if one.dtype.kind not in "fiu"} == {"classes"}
    assert set(kept["classes"]) == set(history.SAID)


def test_what_would_have_to_run_to_be_read_is_refused():
    packed = io.BytesIO()
    np.savez(packed, schema=np.array(1), classes=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="pickle"):
        classifier.unpacked(packed.getvalue())
    learnt = measuring.measured(examples(60))[0]
    short = classifier.Learnt(learnt.classes, learnt.rarity, learnt.weights[:, :5], learnt.bias, 1.0)
    with pytest.raises(ValueError, match="do not fit"):
        classifier.unpacked(short.packed())


def test_it_is_as_sure_as_it_is_right():
    """A third of the examples says another topic than its words do: nobody can be right more often."""
    _learnt, told = measuring.measured(examples(1500, noise=0.66), held=400)
    assert 0.55 < told["accuracy"] < 0.75 and told["calibration_error"] < 0.1
    assert told["accuracy"] > told["baseline"]


def test_what_it_is_asked_it_has_not_seen():
    """Held-back examples whose words mean the opposite of the past are all wrong."""
    past = examples(200)
    other = {"habitatge": "transport", "transport": "habitatge"}
    _learnt, told = measuring.measured([*past, *(Example(t, other[o]) for t, o in examples(50, seed=8))], held=50)
    assert told["accuracy"] == 0 and told["held"] == 50
    assert sum(right for _, _, _, right in told["topics"].values()) == 0
    assert sum(times for _, _, times in told["confused"]) == 50


def test_too_little_is_refused_and_says_how_much_is_missing(known):
    history.write(60)
    with pytest.raises(training.TooFew, match="60 of 2 topics with at least 8 each, where 200"):
        training.train(at=now())
    assert not TopicModel.objects.exists() and topics.suggest(["lloguer"]) == [[]]
    assert training.history(now()).missing == 140


def test_it_learns_from_history_and_suggests(known):
    history.write(240)
    model = training.train(at=now())
    assert (model.records, model.classes, model.measured["held"]) == (240, 2, 48)
    assert model.accuracy > 0.9 > model.baseline > 0.5
    [found, unsure] = topics.suggest(["La parada de l'autobús i el retard del tren", "asdf"])
    assert found[0].topic == known["transport"].id and found[0].probability > 0.7
    assert all(topics.AT_LEAST <= one.probability <= 1 for one in [*found, *unsure])
    assert len(found) <= topics.MOST and found == sorted(found, key=lambda one: -one.probability)


def conversation(text="El lloguer del pis i la fiança del propietari", **more) -> Conversation:
    return cast.write("bustia", cast.message(cast.merce(), text, **more))[-1]


def test_a_conversation_is_suggested_until_somebody_says_it(known, agent):
    history.write(240)
    training.train(at=now())
    one = conversation()
    [first, *_] = topics.of_conversation(one)
    assert first.topic == known["habitatge"].id and one.topic_id is None, "nothing is decided alone"
    said = label(one, by=agent, at=now(), topic=known["habitatge"], suggested=first)
    one.refresh_from_db()
    assert one.topic == known["habitatge"] and topics.of_conversation(one) == []
    assert (said.suggested_id, said.probability, said.by) == (first.topic, first.probability, agent)


def test_a_no_is_kept_and_decides_nothing(known, agent):
    one = conversation()
    label(one, by=agent, at=now(), topic=None, suggested=Suggestion(known["transport"].id, 0.4))
    one.refresh_from_db()
    assert one.topic_id is None and TopicLabel.objects.get().topic_id is None
    with pytest.raises(Refused):
        label(one, by=agent, at=now(), topic=None)


def test_what_agents_said_teaches_more_than_what_the_form_said(known, agent):
    """The last label holds; the form's topic of the same message is not learnt as well."""
    one = conversation(topic="transport")
    assert [e.topic for e in training.history(now()).examples] == [] and training.history(now()).found == 1
    for topic in ("transport", "habitatge"):
        label(one, by=agent, at=now(), topic=known[topic])
    monkey = training.OF_EACH
    training.OF_EACH = 1
    try:
        [example] = training.history(now()).examples
    finally:
        training.OF_EACH = monkey
    assert example.topic == str(known["habitatge"].id) and "fiança" in example.text


def test_it_is_learnt_again_when_enough_was_said(known, agent, monkeypatch):
    from tracte.inbox.tasks import learn_topics

    monkeypatch.setattr(training, "NEW", 2)
    history.write(210)
    one = conversation()
    label(one, by=agent, at=now(), topic=known["habitatge"])
    assert not training.is_due()
    label(one, by=agent, at=now(), topic=known["transport"])
    assert training.is_due()
    training.train(at=now())
    assert not training.is_due() and callable(learn_topics)


def test_a_half_suggestion_is_no_label(known, agent):
    one = conversation()
    whole = {"conversation": one, "by": agent, "at": now()}
    for half in ({"topic": known["transport"], "probability": 0.5}, {}, {"suggested": known["transport"]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TopicLabel.objects.create(**whole, **half)


def test_the_models_of_others_are_theirs(known, other_administration):
    history.write(210)
    training.train(at=now())
    with tenancy.acting_for(other_administration):
        assert topics.in_use() is None and topics.suggest(["lloguer"]) == [[]]
    assert uuid.UUID(str(topics.in_use().id))
