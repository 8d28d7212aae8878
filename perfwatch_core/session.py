"""A session of its own, for the kernel shares processors among sessions first (sched(7), autogroup).

In the session that it was started in, PerfWatch has one share among all that runs there, and a late tick tells nothing
of its moment. No right is needed to leave it, but the signals of its terminal, and those that a supervisor sends to a
group of processes, come no further: so the process that was started stays, and hands them on to one that leaves.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

_ROOT = Path("/")
_HANDED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
_STOPPING = (signal.SIGTSTP, signal.SIGCONT)
# what prctl(2) calls PR_SET_PDEATHSIG
_PARENT_DEATH_SIGNAL = 1


def counts(root: Path = _ROOT) -> bool:
    """Whether a session has a share of the processors of its own; not in a control group that has one (sched(7))."""
    try:
        if (root / "proc/sys/kernel/sched_autogroup_enabled").read_text().strip() != "1":
            return False
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return False
    # cgroups(7): number, controllers and path; the second version has no controllers here
    for controllers, path in (line.split(":", 2)[1:] for line in lines):
        if "cpu" in controllers.split(","):
            return path == "/"
        if not controllers and _weighed(root / "sys/fs/cgroup", path):
            return False
    return True


def own() -> None:
    """Return in a child that is the first of a session, while this process waits outside for its end and then ends so.

    Where this one is the first already, or a session counts for nothing, it returns in this one. Call it before any
    thread is started.
    """
    if os.getsid(0) == os.getpid() or not counts():
        return
    sys.stdout.flush()
    stays = os.getpid()
    # none is lost before it is known to whom it goes
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (*_HANDED_ON, *_STOPPING))
    try:
        child = os.fork()
    except OSError:
        child = -1
    if child > 0:
        _stay(child, before)
    if child == 0:
        # only here: the process outside has no use for it
        import ctypes

        os.setsid()
        # also where that one is killed, or was already
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != stays:
            os._exit(1)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _stay(child: int, mask: Iterable[int]) -> NoReturn:
    """Hand on what the terminal or the shell tells, stop and go on together, and end as the child did."""

    def hand_on(number: int, _frame: object) -> None:
        os.kill(child, number)

    def stop(_number: int, _frame: object) -> None:
        # the child is in no group of a terminal, where SIGTSTP stops nothing
        os.kill(child, signal.SIGSTOP)
        os.kill(os.getpid(), signal.SIGSTOP)

    handlers: dict[int, Callable[[int, object], None]] = dict.fromkeys((*_HANDED_ON, signal.SIGCONT), hand_on)
    # one that is ignored, as by nohup(1), the child ignores itself, unless it wishes otherwise; but not this one
    if signal.getsignal(signal.SIGTSTP) is not signal.SIG_IGN:
        handlers[signal.SIGTSTP] = stop
    for number, handler in handlers.items():
        signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    # its number may be another's from now on
    for number in handlers:
        signal.signal(number, signal.SIG_IGN)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status < 0:
        if -status in handlers:
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(abs(status))


def _weighed(mounted: Path, path: str) -> bool:
    """Whether a control group shares processors, this or one above; the root has no weight, a container's has."""
    groups = [mounted / path.strip("/"), *(mounted / path.strip("/")).parents]
    return any((group / "cpu.weight").exists() for group in groups if group.is_relative_to(mounted))
