"""A raised priority: taken as far as it may be had, and never from one who chose another."""

from __future__ import annotations

import os
import resource
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from perfwatch_core import priority, session
from perfwatch_core.priority import NICE, Standing


def refuse(*_: object) -> None:
    """As the kernel does for want of CAP_SYS_NICE."""
    raise PermissionError


def in_a_thread(work: Callable[[], None]) -> None:
    """What it does to its priority ends with it."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch) -> None:
    """The priority that these threads have, whatever the tests were started with."""
    monkeypatch.setattr(os, "getpriority", lambda *_: 0)


@pytest.mark.usefixtures("usual")
def test_without_rights_it_is_as_it_was_and_says_what_gives_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "setpriority", refuse)
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(session, "counts", lambda: False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    found = priority.standing()
    assert found == Standing(0, real_time=False, session=False)
    assert found.sentence.startswith("that of every program: beside many busy programs")
    assert f"- nice {NICE}\\n" in found.remedy
    assert "- rtprio 1\\n" in found.remedy
    assert "/etc/security/limits.d/" in found.remedy


def test_one_who_has_all_is_told_nothing_to_mend() -> None:
    found = Standing(NICE, real_time=True, session=False)
    assert found.raised
    assert found.remedy == ""
    assert found.sentence == "samples come in time on a busy machine: nice -10, and real time for the sampler"
    assert Standing(-5, real_time=True, session=False).remedy != ""


def test_who_has_a_systemd_needs_no_right(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A group of processes of its own has a share of the processors, where sessions have none."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert "sudo" in Standing(0, real_time=False, session=False).remedy
    (tmp_path / "systemd").mkdir()
    (tmp_path / "systemd/private").touch()
    assert Standing(0, real_time=False, session=False).remedy.startswith("systemd-run --user --scope ")
    assert Standing(0, real_time=False, session=True).remedy == ""


@pytest.mark.usefixtures("usual")
def test_a_session_that_has_a_share_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary user needs no right then."""
    monkeypatch.setattr(os, "setpriority", refuse)
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(session, "counts", lambda: True)
    found = priority.standing()
    assert not found.raised
    assert found.remedy == ""
    assert found.sentence.startswith("samples come in time on a busy machine: PerfWatch has a session of its own")


@pytest.mark.usefixtures("usual")
def test_some_of_it_is_taken_where_all_is_not_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """RLIMIT_NICE of 25 allows 20 - 25 (getrlimit(2)); one of 0 allows nothing."""
    asked: list[int] = []

    def allow(_which: int, _who: int, nice: int) -> None:
        asked.append(nice)
        if nice < -5:
            raise PermissionError

    monkeypatch.setattr(os, "setpriority", allow)
    for soft, expected in ((25, [NICE, -5]), (0, [NICE]), (40, [NICE])):
        monkeypatch.setattr(resource, "getrlimit", lambda _, soft=soft: (soft, soft))
        asked.clear()
        priority.raise_threads()
        assert asked == expected


def test_a_priority_that_somebody_chose_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """`nice perfwatch` means it."""
    monkeypatch.setattr(os, "setpriority", refuse)
    before = os.getpriority(os.PRIO_PROCESS, 0)
    found: list[tuple[int, int]] = []

    def work() -> None:
        # no right is needed to be lowered; of the real one, for that above is refused
        os.nice(3)
        priority.raise_threads()
        priority.raise_sampler()
        priority.as_usual()
        found.append((os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0)))

    in_a_thread(work)
    assert found == [(before + 3, os.SCHED_OTHER)]


def test_what_is_no_part_of_the_program_goes_back_to_the_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    set_: list[int] = []
    monkeypatch.setattr(os, "getpriority", lambda *_: NICE)
    monkeypatch.setattr(os, "setpriority", lambda _which, _who, nice: set_.append(nice))
    priority.as_usual()
    assert set_ == [0]
