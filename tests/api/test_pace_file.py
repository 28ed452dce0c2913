from __future__ import annotations

import fcntl
import math
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_paygentic.api import Pacer, pace_file
from pulumi_paygentic.api.pace_file import FORMAT, PaceFile
from tests.api.support import FUZZ, Time

ROOT = Path(__file__).parents[2]
CLAIMS = """
import sys, time
from pathlib import Path
from pulumi_paygentic.api.pace_file import PaceFile
for _ in range(25):
    file = PaceFile(Path(sys.argv[1]), clock=lambda: 1000.0)
    print(file.claim(0.5, after=0, within=1e9))
"""
DIES_WITH_THE_LOCK = """
import fcntl, os, signal, sys
fcntl.flock(os.open(sys.argv[1], os.O_RDWR), fcntl.LOCK_EX)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "key"


def processes(place: Path, time: Time, rate: float, count: int) -> list[Pacer]:
    """The pacers of so many processes, of one clock that only sleep moves."""
    return [Pacer(rate, clock=time.clock, shared=PaceFile(place, clock=time.clock)) for _ in range(count)]


def start(pacer: Pacer, time: Time) -> float:
    """The moment at which a call begins that is asked for now, while time stands still for others."""
    slept: list[float] = []
    assert pacer.wait(slept.append)
    return time.now + sum(slept)


@FUZZ
@given(st.floats(0.1, 1000), st.lists(st.tuples(st.integers(0, 4), st.floats(0, 3)), max_size=30))
def test_no_two_calls_of_all_processes_are_closer_than_the_rate_allows(
    tmp_path_factory: pytest.TempPathFactory, rate: float, steps: list[tuple[int, float]]
) -> None:
    time = Time()
    pacers = processes(tmp_path_factory.mktemp("pace") / "key", time, rate, 5)
    began = []
    for process, pause in steps:
        time.now += pause
        began.append(start(pacers[process], time))
    assert all(later - earlier >= 1 / rate - 1e-6 for earlier, later in pairwise(sorted(began)))


@FUZZ
@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 20)), max_size=15))
def test_no_call_of_any_process_begins_while_one_was_asked_to_wait(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, float]]
) -> None:
    time = Time()
    pacers = processes(tmp_path_factory.mktemp("pace") / "key", time, 1, 3)
    for process, seconds in steps:
        held = time.now + seconds
        pacers[process].hold(seconds)
        assert pacers[(process + 1) % 3].wait(time.sleep)
        assert time.now >= held - 1e-6


def test_processes_that_run_at_once_claim_different_turns(place: Path) -> None:
    command = [sys.executable, "-c", CLAIMS, str(place)]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8") for _ in range(4)]
    turns = sorted(float(line) for process in running for line in process.communicate()[0].split())
    assert turns == [0.5 * number for number in range(100)]


def test_a_hold_of_one_process_reaches_those_of_others_who_sleep_already(place: Path) -> None:
    time = Time()
    first, second = processes(place, time, 1, 2)
    start(first, time)

    def limited_meanwhile(seconds: float) -> None:
        time.sleep(seconds)
        if len(time.slept) == 1:
            first.hold(30)

    assert second.wait(limited_meanwhile)
    assert time.slept == [1, 30]


def test_a_turn_that_comes_too_late_is_left_to_others(place: Path) -> None:
    time = Time()
    first, second, third = processes(place, time, 1, 3)
    start(first, time)
    assert not second.wait(time.sleep, until=time.now + 0.5)
    assert start(third, time) == time.now + 1


def test_without_a_rate_nothing_is_shared(place: Path) -> None:
    time = Time()
    pacer = Pacer(clock=time.clock, shared=PaceFile(place, clock=time.clock))
    pacer.hold(1)
    assert pacer.wait(time.sleep)
    assert not place.exists()


def test_a_killed_process_leaves_no_lock(place: Path) -> None:
    time = Time()
    first, second = processes(place, time, 1, 2)
    start(first, time)
    killed = subprocess.run([sys.executable, "-c", DIES_WITH_THE_LOCK, str(place)], check=False)
    assert killed.returncode < 0
    assert start(second, time) == time.now + 1


def test_a_process_that_was_stopped_with_the_lock_stops_no_other(place: Path) -> None:
    time = Time()
    shared = PaceFile(place, clock=time.clock, patience=0.02)
    assert shared.claim(1, after=0, within=math.inf) == 0
    file = os.open(place, os.O_RDWR)
    fcntl.flock(file, fcntl.LOCK_EX)
    pacer = Pacer(1, clock=time.clock, shared=shared)
    assert pacer.wait(time.sleep)
    assert pacer.wait(time.sleep)
    os.close(file)
    assert time.slept == [1]


@FUZZ
@given(st.binary(max_size=40) | st.builds(FORMAT.pack, st.floats(), st.floats()))
def test_no_content_of_the_file_stops_a_run_or_lets_calls_through(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    time = Time()
    place = tmp_path_factory.mktemp("pace") / "key"
    place.write_bytes(content)
    began = []
    for pacer in processes(place, time, 2, 2):
        assert pacer.wait(time.sleep)
        began.append(time.now)
    assert began[0] <= 1000 + 3600
    assert began[1] - began[0] >= 0.5 - 1e-6


@pytest.mark.parametrize("obstacle", ["a file for the folder", "a folder for the file", "a pipe", "a link", "no locks"])
def test_without_a_usable_file_each_process_has_a_pace_of_its_own(
    place: Path, obstacle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Time()
    if obstacle == "a file for the folder":
        place.parent.write_text("", encoding="utf-8")
    elif obstacle == "a folder for the file":
        place.mkdir(parents=True)
    elif obstacle == "no locks":
        monkeypatch.setattr(pace_file, "fcntl", None)
    else:
        place.parent.mkdir()
        if obstacle == "a pipe":
            os.mkfifo(place)
        else:
            place.symlink_to(place.parent / "elsewhere")
    first, second = processes(place, time, 1, 2)
    first.hold(2)
    assert [start(pacer, time) - time.now for pacer in (first, first, second, second)] == [2, 3, 0, 1]
    assert not (place.parent / "elsewhere").exists()


def test_a_disk_that_fills_up_stops_no_run(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    time = Time()
    [pacer] = processes(place, time, 1, 1)
    assert [start(pacer, time) - time.now for _ in range(3)] == [0, 1, 2]


def test_the_files_of_two_keys_differ_belong_to_their_owner_and_name_no_key(tmp_path: Path) -> None:
    for address, key in (("https://a", "sk_test_1"), ("https://a", "sk_test_2"), ("https://b", "sk_test_1")):
        shared = pace_file.pace_file(address, key, {"XDG_CACHE_HOME": str(tmp_path)})
        assert shared
        shared.claim(1, after=0, within=math.inf)
    folder = tmp_path / "pulumi-paygentic" / "pace"
    files = list(folder.iterdir())
    assert len(files) == 3
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert not any("sk_test" in file.name or b"sk_test" in file.read_bytes() for file in files)


def test_the_folder_is_the_users_cache_and_a_user_without_a_home_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    shared = pace_file.pace_file("https://a", "sk_test_1", {"HOME": "/home/ada"})
    assert shared
    monkeypatch.setattr(Path, "home", homeless)
    assert pace_file.pace_file("https://a", "sk_test_1", {}) is None
