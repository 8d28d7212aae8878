"""What holds for every test: a home of its own, and a failure for each thread, log or process left behind."""

from __future__ import annotations

import logging
import os
import re
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from perfwatch_core.settings import declared

# Before Qt is imported by any test: no test needs a real screen unless it starts one.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A busy machine is slow, not wrong: no example is judged by the clock.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("here")

# How long what was told to end may take to do so, in seconds.
_THREAD_GRACE = 2.0
_PROCESS_GRACE = 10.0
_MARK = "PERFWATCH_TEST_SESSION"


@pytest.fixture(scope="session", autouse=True)
def _own_runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where samples wait for a commit, for what is made once for many tests: two runs of the tests share none."""
    runtime = tmp_path_factory.mktemp("run")
    runtime.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        yield


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new home and new XDG directories, and none of the settings of who runs the tests."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("data", "config", "cache", "state"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(home / name))
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    for setting in declared().values():
        for name in setting.names:
            monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """Fails when a thread that the test started is alive after it."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + _THREAD_GRACE
    for thread in set(threading.enumerate()) - before:
        thread.join(max(0.0, deadline - time.monotonic()))
    left = [thread.name for thread in set(threading.enumerate()) - before]
    assert not left, f"threads left running: {', '.join(left)}"


class _Listener(logging.Handler):
    """Keeps what is logged at WARNING or above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def _no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails for a warning that no `expects_log` names, and for an `expects_log` that nothing fulfilled."""
    expected: list[str] = [pattern for mark in request.node.iter_markers("expects_log") for pattern in mark.args]
    listener = _Listener()
    logging.getLogger().addHandler(listener)
    yield
    logging.getLogger().removeHandler(listener)
    unexpected = [line for line in listener.heard if not any(re.search(one, line) for one in expected)]
    assert not unexpected, "logged without being expected:\n" + "\n".join(unexpected)
    silent = [one for one in expected if not any(re.search(one, line) for line in listener.heard)]
    assert not silent, f"never logged: {silent}"


@pytest.fixture(scope="session", autouse=True)
def _no_process_left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fails when, after all tests, a process runs that one of them started, however detached it is."""
    mark = f"{_MARK}={uuid.uuid4()}"
    os.environ[_MARK] = mark.partition("=")[2]
    basetemp = str(tmp_path_factory.getbasetemp())
    yield
    deadline = time.monotonic() + _PROCESS_GRACE
    while (left := _started_here(mark, basetemp)) and time.monotonic() < deadline:
        threading.Event().wait(0.1)
    assert not left, "processes left running:\n" + "\n".join(left)


def _started_here(mark: str, basetemp: str) -> list[str]:
    """The processes with this session's mark in their environment, or at home in its directory (proc(5))."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) == os.getpid():
            continue
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            marked = mark.encode() in (process / "environ").read_bytes().split(b"\0")
            at_home = str((process / "cwd").readlink()).startswith(basetemp)
        except OSError:
            # it ended meanwhile, or belongs to someone else
            continue
        if marked or at_home:
            found.append(f"{process.name} {command or '(zombie)'}")
    return found
