"""Ids sort by birth, so that rows made together lie together."""

import datetime as dt
import uuid

from tests.threads import together
from tracte.core.ids import uuid7


def test_ids_made_one_after_another_are_already_sorted():
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(set(made))


def test_they_sort_the_same_as_text_and_as_bytes():
    made = [uuid7() for _ in range(100)]
    assert made == sorted(made, key=str) == sorted(made, key=lambda one: one.bytes)


def test_they_are_of_version_7_and_tell_the_millisecond_of_their_birth():
    before, made, after = dt.datetime.now(dt.UTC), uuid7(), dt.datetime.now(dt.UTC)
    assert type(made) is uuid.UUID and (made.version, made.variant) == (7, uuid.RFC_4122)
    assert int(before.timestamp() * 1000) <= made.int >> 80 <= int(after.timestamp() * 1000)


def test_threads_never_make_the_same_one():
    made = [one for ids in together(*[lambda: [uuid7() for _ in range(2_000)]] * 4) for one in ids]
    assert len(set(made)) == 8_000
