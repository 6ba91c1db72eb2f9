"""Keys seal what they alone open, make equal values meet unread, and are made once however many ask at once."""

from __future__ import annotations

import base64
import hashlib
import json
import multiprocessing
import secrets
import stat
import uuid
from pathlib import Path

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from tests.threads import together
from tracte.core import keys
from tracte.core.keys import KeyMissing, Keyring, Pseudonyms, keyring, pseudonyms

SOME = base64.b64encode(bytes(32))
GOVERN, VIC = uuid.UUID(int=1), uuid.UUID(int=2)
words = st.text(max_size=40)


def ring_of(administration: uuid.UUID, home: Path) -> Keyring:
    with override_settings(TRACTE_HOME=home):
        return keyring(administration)


def names_of(administration: uuid.UUID, home: Path) -> Pseudonyms:
    with override_settings(TRACTE_HOME=home):
        return pseudonyms(administration)


def file_of(administration: uuid.UUID, home: Path) -> Path:
    return home / "keys" / f"{administration}.json"


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def govern(home) -> Keyring:
    return ring_of(GOVERN, home)


@pytest.fixture(scope="module")
def vic(home) -> Keyring:
    return ring_of(VIC, home)


@pytest.fixture(autouse=True)
def restarted():
    """As in a new process: nothing is remembered."""
    yield
    keys._load.cache_clear()


def refused(ring: Keyring, sealed: bytes) -> str:
    with pytest.raises(KeyMissing) as caught:
        ring.open(sealed)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@given(plain=st.binary(max_size=300))
def test_what_is_sealed_opens_again_and_never_looks_the_same(govern, plain):
    sealed = govern.seal(plain)
    assert govern.open(sealed) == govern.open(memoryview(sealed)) == plain
    assert sealed != govern.seal(plain) and len(sealed) == len(plain) + 30
    assert len(plain) < 6 or plain not in sealed


@given(plain=st.binary(max_size=40), place=st.integers(min_value=0), change=st.integers(1, 255))
def test_one_changed_byte_and_it_does_not_open(govern, plain, place, change):
    sealed = bytearray(govern.seal(plain))
    sealed[place % len(sealed)] ^= change
    refused(govern, bytes(sealed))


@given(plain=st.binary(min_size=1, max_size=40), data=st.data())
def test_what_was_cut_does_not_open(govern, plain, data):
    sealed = govern.seal(plain)
    refused(govern, sealed[: data.draw(st.integers(0, len(sealed) - 1))])


def test_the_keys_of_another_administration_do_not_open_it(govern, vic):
    assert "belongs elsewhere" in refused(vic, govern.seal(b"Puig"))


def test_without_its_file_a_value_stays_closed_and_one_line_says_what_to_restore(tmp_path):
    sealed = ring_of(GOVERN, tmp_path).seal(b"Puig")
    keys._load.cache_clear()
    file_of(GOVERN, tmp_path).unlink()
    assert "keys directory" in refused(ring_of(GOVERN, tmp_path), sealed)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"keys": {}}',
        b'{"current": 1, "keys": {"1": {"data": "curta", "match": "curta"}}}',
        b'{"current": 1, "keys": {"u": {}}}',
        b'{"current": 1, "keys": [1]}',
        b'{"current": 2, "keys": {"1": {"data": "%s", "match": "%s"}}}' % (SOME, SOME),
        b'{"current": "1", "keys": {"1": {"data": "%s", "match": "%s"}}}' % (SOME, SOME),
        b'{"current": 1, "keys": {"1": {"data": "%s"}}}' % SOME,
    ],
)
def test_a_damaged_file_is_named_in_one_line(tmp_path, content):
    file_of(GOVERN, tmp_path).parent.mkdir()
    file_of(GOVERN, tmp_path).write_bytes(content)
    with pytest.raises(KeyMissing, match="is not a keyring: restore it") as caught:
        ring_of(GOVERN, tmp_path)
    assert str(file_of(GOVERN, tmp_path)) in str(caught.value) and "\n" not in str(caught.value)


def test_the_file_is_for_its_owner_alone_and_no_draft_stays(tmp_path):
    ring_of(GOVERN, tmp_path)
    assert [path.name for path in (tmp_path / "keys").iterdir()] == [f"{GOVERN}.json"]
    assert stat.S_IMODE(file_of(GOVERN, tmp_path).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_whoever_comes_second_takes_the_keys_that_are_there(tmp_path):
    first = ring_of(GOVERN, tmp_path).fingerprint("phone", "600000417")
    keys._create(file_of(GOVERN, tmp_path))  # another process had seen no file either
    keys._load.cache_clear()
    assert ring_of(GOVERN, tmp_path).fingerprint("phone", "600000417") == first
    assert len(list((tmp_path / "keys").iterdir())) == 1


def test_eight_threads_that_make_the_keys_at_once_agree(tmp_path):
    with override_settings(TRACTE_HOME=tmp_path):
        found = together(*[lambda: keyring(GOVERN).fingerprint("phone", "600000417")] * 8)
    assert len(set(found)) == 1 and len(list((tmp_path / "keys").iterdir())) == 1


def _fingerprint(folder: Path, start, found) -> None:
    start.wait(timeout=60)
    found.put(keys._load(folder, GOVERN).fingerprint("phone", "600000417"))


def test_three_processes_that_make_the_keys_at_once_agree(tmp_path):
    context = multiprocessing.get_context("spawn")
    start, found = context.Barrier(3), context.Queue()
    processes = [context.Process(target=_fingerprint, args=(tmp_path / "keys", start, found)) for _ in range(3)]
    for process in processes:
        process.start()
    told = {found.get(timeout=60) for _ in processes}
    for process in processes:
        process.join(timeout=60)
    assert len(told) == 1 and [process.exitcode for process in processes] == [0] * 3


@given(one=st.tuples(st.sampled_from(["phone", "email", "national_id"]), words), other=words)
def test_equal_values_meet_and_others_do_not(govern, one, other):
    domain, value = one
    assert govern.fingerprint(domain, value) == govern.fingerprint(domain, value)
    assert len(govern.fingerprint(domain, value)) == 16
    assert (govern.fingerprint(domain, value) == govern.fingerprint(domain, other)) == (value == other)
    assert govern.fingerprint(domain, value) != govern.fingerprint("address", value)


def test_domain_and_value_do_not_run_into_each_other(govern):
    assert govern.fingerprint("a", "bc") != govern.fingerprint("ab", "c")


def test_a_fingerprint_is_of_one_administration_and_cannot_be_made_without_its_key(govern, vic):
    mine = govern.fingerprint("national_id", "12345678Z")
    assert mine != vic.fingerprint("national_id", "12345678Z")
    assert mine != hashlib.sha256(b"national_id\x0012345678Z").digest()[:16]


def test_after_a_restart_the_keys_are_the_same(tmp_path):
    before = ring_of(GOVERN, tmp_path)
    sealed, mark = before.seal(b"Puig"), before.fingerprint("phone", "600000417")
    keys._load.cache_clear()
    after = ring_of(GOVERN, tmp_path)
    assert after is not before
    assert (after.open(sealed), after.fingerprint("phone", "600000417")) == (b"Puig", mark)


def test_after_a_rotation_the_new_key_seals_and_the_old_one_still_opens(tmp_path):
    old = ring_of(GOVERN, tmp_path)
    sealed = old.seal(b"Puig")
    content = json.loads(file_of(GOVERN, tmp_path).read_text())
    fresh = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in ("data", "match")}
    file_of(GOVERN, tmp_path).write_text(json.dumps({"current": 2, "keys": content["keys"] | {"2": fresh}}))
    keys._load.cache_clear()
    rotated = ring_of(GOVERN, tmp_path)
    assert rotated.open(sealed) == b"Puig"
    newer = rotated.seal(b"Puig")
    assert (sealed[:2], newer[:2]) == (b"\0\1", b"\0\2") and rotated.open(newer) == b"Puig"
    assert "no key 2" in refused(old, newer)


@given(ids=st.lists(st.uuids(), min_size=2, max_size=20, unique=True))
def test_pseudonyms_are_kept_apart_by_id_by_domain_and_by_administration(home, ids):
    mine, column = names_of(GOVERN, home), b"".join(one.bytes for one in ids)
    named = mine.of("record", column)
    each = [named[at : at + 16] for at in range(0, len(named), 16)]
    assert each == [mine.of("record", one.bytes) for one in ids] and len(set(each)) == len(ids)
    others = mine.of("person", column), names_of(VIC, home).of("record", column)
    assert not set(each) & {other[at : at + 16] for other in (*others, column) for at in range(0, len(column), 16)}


def test_an_old_keyring_gets_a_key_for_its_facts_and_is_not_touched(tmp_path):
    ring_of(GOVERN, tmp_path)
    before = file_of(GOVERN, tmp_path).read_bytes()
    names = names_of(GOVERN, tmp_path)
    own = file_of(GOVERN, tmp_path).with_suffix(".lake")
    assert file_of(GOVERN, tmp_path).read_bytes() == before
    assert stat.S_IMODE(own.stat().st_mode) == 0o600 and own.read_text() not in before.decode()
    assert sorted((tmp_path / "keys").iterdir()) == sorted([own, file_of(GOVERN, tmp_path)])
    again = names_of(GOVERN, tmp_path)
    assert (again.mark, again.of("record", bytes(16))) == (names.mark, names.of("record", bytes(16)))


def test_another_key_has_another_mark_and_gives_other_names(tmp_path):
    names = names_of(GOVERN, tmp_path)
    file_of(GOVERN, tmp_path).with_suffix(".lake").unlink()
    others = names_of(GOVERN, tmp_path)
    assert names.mark != others.mark and names.of("record", bytes(16)) != others.of("record", bytes(16))


def test_eight_threads_that_name_at_once_agree(tmp_path):
    with override_settings(TRACTE_HOME=tmp_path):
        assert len(set(together(*[lambda: pseudonyms(GOVERN).of("record", bytes(16))] * 8))) == 1


@pytest.mark.parametrize("content", [b"", b"curta", base64.b64encode(bytes(31)), b"\xff\xfe", b"****"])
def test_a_damaged_key_of_the_facts_is_named_in_one_line(tmp_path, content):
    own = file_of(GOVERN, tmp_path).with_suffix(".lake")
    own.parent.mkdir()
    own.write_bytes(content)
    with pytest.raises(KeyMissing, match="is not a key: restore it") as caught:
        names_of(GOVERN, tmp_path)
    assert str(own) in str(caught.value) and "\n" not in str(caught.value)
