"""A session of its own: where the kernel shares processors by session, and whoever speaks to a process is heard."""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from perfwatch_core import session
from tests.core.store.waiting import until
from tests.whole.program import ROOT

# As a shell that controls jobs does it (tcsetpgrp(3)): the program is a group of its own in front of the terminal.
SHELL = """
import fcntl, os, signal, subprocess, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
program = subprocess.Popen([sys.executable, "-c", sys.argv[1]], process_group=0)
os.tcsetpgrp(0, program.pid)
print("started", program.pid, flush=True)
print("ended", program.wait(), flush=True)
"""
PROGRAM = """
import os, signal
from perfwatch_core import session
session.counts = lambda: True
session.own()
signal.signal(signal.SIGTERM, lambda *_: os._exit(7))
signal.signal(signal.SIGHUP, lambda *_: print("hung up", flush=True))
print("runs", os.getpid(), os.getsid(0), flush=True)
while True:
    try:
        signal.pause()
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


@dataclass(slots=True)
class Terminal:
    """One with a shell in it that runs the program: what is typed, what is seen, and the processes of it."""

    keys: int
    outside: int = 0
    inside: int = 0
    seen: str = ""

    def type(self, letter: str) -> None:
        """Press a key with Ctrl."""
        os.write(self.keys, bytes([ord(letter) - ord("@")]))

    def says(self, words: str) -> list[int]:
        """Wait at most 30 s for a line that ends with the words, or them and numbers; the numbers."""
        deadline = time.monotonic() + 30
        while (found := re.search(rf"{words}((?: -?\d+)*)\r?\n", self.seen)) is None:
            assert time.monotonic() < deadline, self.seen
            if select.select([self.keys], [], [], 0.1)[0]:
                self.seen += os.read(self.keys, 4096).decode()
        self.seen = self.seen[found.end() :]
        return [int(number) for number in found[1].split()]


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """With the program in it, which has a session of its own."""
    keys, screen = os.openpty()
    shell = subprocess.Popen(
        [sys.executable, "-c", SHELL, PROGRAM],
        cwd=ROOT,
        stdin=screen,
        stdout=screen,
        stderr=screen,
        start_new_session=True,
    )
    os.close(screen)
    found = Terminal(keys)
    try:
        (found.outside,) = found.says("started")
        found.inside, its_session = found.says("runs")
        assert found.inside == its_session != found.outside
        yield found
    finally:
        shell.kill()
        shell.wait()
        os.close(keys)
        # nobody is left to fetch their status, and a terminal without a shell hangs up on what it had in front
        for pid in filter(None, (found.inside, found.outside)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            until(partial(ended, pid))


def ended(pid: int) -> bool:
    """Whether it runs no more."""
    return state(pid) == ""


def state(pid: int) -> str:
    """The letter of proc_pid_stat(5); empty where there is no such process or only what its parent did not fetch."""
    try:
        letter = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return ""
    return letter.replace("Z", "")


def test_its_share_of_the_processors_is_another(terminal: Terminal) -> None:
    """The group by which the kernel shares them (proc(5), /proc/PID/autogroup), where it knows of such."""
    paths = [Path(f"/proc/{pid}/autogroup") for pid in (terminal.outside, terminal.inside)]
    groups = {path.read_text() for path in paths if path.exists()}
    assert len(groups) == (2 if Path("/proc/self/autogroup").exists() else 0)


def test_keys_of_the_terminal_reach_it(terminal: Terminal) -> None:
    terminal.type("C")
    assert terminal.says("interrupted") == []
    terminal.type("Z")
    until(lambda: state(terminal.inside) == "T" == state(terminal.outside))
    os.killpg(terminal.outside, signal.SIGCONT)
    until(lambda: state(terminal.inside) == "S" == state(terminal.outside))
    terminal.type("C")
    assert terminal.says("interrupted") == []


def test_signals_reach_it_and_its_status_comes_back(terminal: Terminal) -> None:
    os.kill(terminal.outside, signal.SIGHUP)
    assert terminal.says("hung up") == []
    os.killpg(terminal.outside, signal.SIGTERM)
    assert terminal.says("ended") == [7]
    assert state(terminal.inside) == ""


def test_what_a_shell_has_ignored_reaches_one_that_listens_all_the_same(tmp_path: Path) -> None:
    """Behind `&` in a script SIGINT is ignored (sh(1)), and a handler of the program still counts."""
    program = PROGRAM.replace("signal.SIGTERM", "signal.SIGINT")
    with (tmp_path / "said").open("w") as said:
        ignored = (
            "import os, signal, sys\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nos.execv(sys.argv[1], sys.argv[1:])"
        )
        words = [sys.executable, "-c", ignored, sys.executable, "-c", program]
        outside = subprocess.Popen(words, cwd=ROOT, stdout=said)
        try:
            until(lambda: "runs" in (tmp_path / "said").read_text())
            outside.send_signal(signal.SIGINT)
            assert outside.wait(30) == 7
        finally:
            outside.kill()
            outside.wait()


def test_it_ends_by_the_signal_that_ended_the_other(terminal: Terminal) -> None:
    os.kill(terminal.inside, signal.SIGKILL)
    assert terminal.says("ended") == [-signal.SIGKILL]


@pytest.mark.parametrize("stopped", [False, True])
def test_killed_outside_it_ends_inside(terminal: Terminal, stopped: bool) -> None:
    """Also where Ctrl+Z stopped both: nobody else would ever end it."""
    if stopped:
        terminal.type("Z")
        until(lambda: state(terminal.inside) == "T" == state(terminal.outside))
    os.kill(terminal.outside, signal.SIGKILL)
    assert terminal.says("ended") == [-signal.SIGKILL]
    until(lambda: state(terminal.inside) == "")


def test_the_first_of_a_session_stays_what_it_is() -> None:
    program = (
        "import os\nfrom perfwatch_core import session\npid = os.getpid()\nsession.own()\nprint(pid == os.getpid())"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, start_new_session=True, check=True
    )
    assert said.stdout == "True\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"enabled": "1", "cgroup": "0::/"}, True),
        ({"enabled": "0", "cgroup": "0::/"}, False),
        ({"cgroup": "0::/"}, False),
        ({"enabled": "1", "cgroup": "1:cpu,cpuacct:/\n0::/user.slice"}, True),
        ({"enabled": "1", "cgroup": "1:cpu,cpuacct:/docker/1\n0::/"}, False),
        ({"enabled": "1", "cgroup": "0::/user.slice/a.scope"}, True),
        ({"enabled": "1", "cgroup": "0::/user.slice/a.scope", "weight": "user.slice"}, False),
        ({"enabled": "1", "cgroup": "0::/user.slice/a.scope", "weight": "user.slice/a.scope"}, False),
        # a container sees its own as the root
        ({"enabled": "1", "cgroup": "0::/", "weight": "."}, False),
    ],
)
def test_a_session_counts_where_no_control_group_does(tmp_path: Path, files: dict[str, str], expected: bool) -> None:
    for name in ("proc/sys/kernel", "proc/self", "sys/fs/cgroup/user.slice/a.scope"):
        (tmp_path / name).mkdir(parents=True)
    if "enabled" in files:
        (tmp_path / "proc/sys/kernel/sched_autogroup_enabled").write_text(files["enabled"] + "\n")
    (tmp_path / "proc/self/cgroup").write_text(files["cgroup"] + "\n")
    if "weight" in files:
        (tmp_path / "sys/fs/cgroup" / files["weight"] / "cpu.weight").write_text("100\n")
    assert session.counts(tmp_path) is expected
