"""A snapshot is whole or not there, never changes, and is made of what is new alone."""

from __future__ import annotations

import resource
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracte.lake import building, opening, snapshots
from tracte.lake.snapshots import LakeProblem
from tracte.lake.tests.making import AT, SCHEMA, batches, content, fill, make, names, told

FIRST = {"visits": {"2026-10": [1, 2], "2026-11": [3]}, "doors": {"": [7]}}
months = st.dictionaries(
    st.sampled_from(["2026-09", "2026-10", "2026-11"]), st.lists(st.integers(0, 9), min_size=1).map(sorted), min_size=1
)
contents = st.fixed_dictionaries(
    {"doors": st.builds(lambda n: {"": n}, st.lists(st.integers(0, 9), min_size=1).map(sorted))},
    optional={"visits": months, "calls": months},
)


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "lake" / "govern"


def inode(folder: Path, place: str) -> int:
    return (folder / "current" / place).stat().st_ino


def test_what_was_written_is_what_a_reader_finds(folder):
    made = make(folder, FIRST)
    assert told(folder) == FIRST
    part = made.tables["visits"].parts["2026-10"]
    file = folder / "current" / "visits/month=2026-10/part-0.parquet"
    assert (part.rows, part.bytes, part.sha256) == (2, file.stat().st_size, snapshots.digest(file))
    assert snapshots.read(folder / "current") == made


@settings(max_examples=25, deadline=None)
@given(st.lists(contents, min_size=1, max_size=6))
def test_after_any_series_of_builds_the_lake_is_what_one_build_would_have_made(series):
    home = Path(tempfile.mkdtemp())
    try:
        for number, each in enumerate(series):
            make(home / "lake", each, at=AT + timedelta(days=number))
            assert told(home / "lake") == each
            assert len(names(home / "lake")) <= building.KEPT
        make(home / "fresh", series[-1])
        assert told(home / "fresh") == told(home / "lake")
    finally:
        building._remove(home)


def test_only_what_changed_is_written_and_the_rest_is_the_same_file(folder):
    make(folder, FIRST)
    before = inode(folder, "visits/month=2026-10/part-0.parquet"), inode(folder, "visits/month=2026-11/part-0.parquet")
    make(folder, {**FIRST, "visits": {"2026-10": [1, 2], "2026-11": [3, 4]}})
    after = inode(folder, "visits/month=2026-10/part-0.parquet"), inode(folder, "visits/month=2026-11/part-0.parquet")
    assert before[0] == after[0] and before[1] != after[1]


def test_with_nothing_new_the_snapshot_stays(folder):
    assert make(folder, FIRST) == make(folder, FIRST, at=AT + timedelta(days=1))
    assert len(names(folder)) == 1


def test_another_recipe_uses_no_old_file(folder):
    make(folder, FIRST)
    before = inode(folder, "doors/part-0.parquet")
    make(folder, FIRST, recipe="other")
    assert inode(folder, "doors/part-0.parquet") != before


def test_a_file_that_somebody_changed_is_written_again(folder):
    made = make(folder, FIRST)
    file = folder / "current" / "visits/month=2026-10/part-0.parquet"
    file.chmod(0o600)
    file.write_bytes(file.read_bytes()[::-1])
    again = make(folder, FIRST)
    assert again.snapshot > made.snapshot and told(folder) == FIRST


def test_a_manifest_that_nobody_can_read_is_told_and_the_next_build_starts_anew(folder):
    make(folder, FIRST)
    manifest = folder / "current" / "manifest.json"
    manifest.chmod(0o600)
    manifest.write_text("{}")
    with pytest.raises(LakeProblem, match="is no snapshot of a lake"), opening.opened(folder):
        pass
    make(folder, FIRST, at=AT + timedelta(days=1))
    assert told(folder) == FIRST


def test_a_clock_that_was_set_back_makes_no_older_snapshot(folder):
    first = make(folder, FIRST)
    second = make(folder, {"doors": {"": [8]}}, at=AT - timedelta(days=1))
    assert second.snapshot > first.snapshot and told(folder) == {"doors": {"": [8]}}


def test_everything_is_its_owners_and_nobody_writes_in_a_snapshot(folder):
    make(folder, FIRST)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    inside = [*(folder / "current").resolve().rglob("*"), (folder / "current").resolve()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in inside if path.is_file()} == {0o400}
    assert {stat.S_IMODE(path.stat().st_mode) for path in inside if path.is_dir()} == {0o500}


def test_a_reader_finishes_with_the_snapshot_that_it_opened(folder):
    make(folder, FIRST)
    with opening.opened(folder) as lake:
        for number in range(building.KEPT + 2):
            make(folder, {"doors": {"": [number]}}, at=AT + timedelta(days=number + 1))
        assert lake.snapshot in names(folder) and content(lake) == FIRST
    make(folder, FIRST, at=AT + timedelta(days=30))
    assert len(names(folder)) == building.KEPT and lake.snapshot not in names(folder)


def test_readers_find_one_whole_snapshot_while_others_are_made(folder):
    make(folder, {"doors": {"": [0, 0]}, "visits": {"2026-10": [0], "2026-11": [0]}})
    seen: list[set[int]] = []
    ended = threading.Event()

    def read():
        while not ended.is_set():
            seen.append({n for months in told(folder).values() for numbers in months.values() for n in numbers})

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for n in range(1, 16):
        make(folder, {"doors": {"": [n, n]}, "visits": {"2026-10": [n], "2026-11": [n]}}, at=AT + timedelta(days=n))
    ended.set()
    for reader in readers:
        reader.join()
    assert {len(numbers) for numbers in seen} == {1} and len(names(folder)) <= building.KEPT + len(readers)


def test_a_second_build_waits_and_starts_from_what_the_first_made(folder):
    lines, order = [], []
    begun, let = threading.Event(), threading.Event()

    def first():
        with building.begin(folder, at=AT, tell=lines.append) as build:
            begun.set()
            let.wait(timeout=30)
            fill(build, FIRST)
            order.append("first")
            build.publish(as_of="")

    def told_to_wait(line):
        lines.append(line)
        let.set()

    thread = threading.Thread(target=first)
    thread.start()
    begun.wait(timeout=30)
    with building.begin(folder, at=AT, tell=told_to_wait) as build:
        order.append("second")
        assert build.former is not None
        fill(build, FIRST)
        assert not build.has_news
    thread.join()
    assert order == ["first", "second"]
    assert [str(folder) in line and "waiting" in line for line in lines] == [True]


KILLED = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
from tracte.lake import building
from tracte.lake.tests.making import AT, make
folder, point = Path(sys.argv[1]), sys.argv[2]
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
if point == "written":
    building.snapshots.digest = die
elif point == "sealed":
    building.Path.rename = die
elif point == "renamed":
    building.Path.symlink_to = die
elif point == "linked":
    building.Path.replace = die
else:
    building._prune = die
make(folder, {"doors": {"": [9]}, "visits": {"2026-11": [9]}}, at=AT + timedelta(days=1))
"""


@pytest.mark.parametrize("point", ["written", "sealed", "renamed", "linked", "swapped"])
def test_killed_anywhere_one_whole_snapshot_is_current_and_the_next_build_tidies_up(folder, point):
    make(folder, FIRST)
    done = subprocess.run([sys.executable, "-c", KILLED, folder, point], check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL
    after = {"doors": {"": [9]}, "visits": {"2026-11": [9]}}
    assert told(folder) == (after if point == "swapped" else FIRST)
    third = {"doors": {"": [5]}}
    make(folder, third, at=AT + timedelta(days=2))
    assert told(folder) == third
    assert all(name[0].isdigit() for name in names(folder)) and len(names(folder)) == 2 + (point == "swapped")


def test_without_room_one_line_says_so_and_the_former_snapshot_stays(folder):
    make(folder, FIRST)
    before = names(folder)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.raises(LakeProblem, match=r"cannot write the lake in .*build again") as caught:
            make(folder, {"visits": {"2026-11": list(range(40))}}, at=AT + timedelta(days=1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert "\n" not in str(caught.value) and str(folder) in str(caught.value)
    assert names(folder) == before and told(folder) == FIRST


def test_a_folder_that_cannot_be_is_told_in_one_line(folder):
    folder.parent.mkdir()
    folder.touch()
    with pytest.raises(LakeProblem, match="cannot write the lake in") as caught:
        make(folder, FIRST)
    assert "\n" not in str(caught.value)


def test_whatever_stops_a_build_leaves_the_former_one_and_no_draft(folder):
    make(folder, FIRST)
    before = names(folder)
    with pytest.raises(ZeroDivisionError), building.begin(folder, at=AT + timedelta(days=1), tell=print) as build:
        build.start("visits", recipe="", schema=SCHEMA)
        build.write("visits", "2026-11", batches([1, 1 // 0]), source="", schema=SCHEMA)
    assert names(folder) == before and told(folder) == FIRST


def test_where_there_is_no_lake_one_line_says_how_to_make_it(folder):
    with pytest.raises(LakeProblem, match=r"there is no lake in .*: run tracte lake build"), opening.opened(folder):
        pass
    make(folder, FIRST)
    building._remove((folder / "current").resolve())
    with pytest.raises(LakeProblem, match="is current and is gone"), opening.opened(folder):
        pass
    make(folder, FIRST)
    assert told(folder) == FIRST
    shutil.rmtree(folder / "current", ignore_errors=True)
