"""PerfWatch's priority on a busy machine, as far as its user may have one: a late tick tells nothing of its moment.

A sampler that is due needs a processor, and Python's interpreter from whichever of our threads holds it and was
sent off its processor meanwhile. So both are needed: real time for the sampler, which takes some milliseconds a
tick, and a raised priority for all threads. Beside 50 busy processes of one session on two processors a tick in a
hundred was late by a second without, by 170 ms with the first, by 120 ms with the second, by less than 1 ms with both.
Nearly all of the second is the sampler's wait for a processor. Who has no right to a priority is helped by a `session`
of its own: 0.2 ms late then, and one tick in a hundred by 4 to 73 ms, as other sessions are idle or busy too. A slice
of 0.1 ms besides (sched_setattr(2), Linux 6.12) made 8 to 23 ms of 29 to 55 in three pairs of runs, and without such a
session nothing better; it is not taken, for the session is enough for 100 ms.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import resource
import threading
from dataclasses import dataclass
from pathlib import Path

from perfwatch_core import session

NICE = -10
# The lowest of real time (sched(7)): above all ordinary threads, below whatever else is of real time.
_REAL_TIME = 1
# The socket of the user's systemd, below the user's runtime directory.
_MANAGER = "systemd/private"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a process of this user gets.

    The `nice` value of its threads, whether its sampler is of `real_time`, and whether it has a share of the processors
    by a `session` of its own.
    """

    nice: int
    real_time: bool
    session: bool

    @property
    def sentence(self) -> str:
        """For a person."""
        in_time = "samples come in time on a busy machine"
        if self.real_time and self.nice < 0:
            return f"{in_time}: nice {self.nice}, and real time for the sampler"
        if self.session:
            return f"{in_time}: PerfWatch has a session of its own, and each gets as much of it as the next"
        had = [f"nice {self.nice}"] if self.nice < 0 else []
        had += ["real time for the sampler"] if self.real_time else []
        share = "beside many busy programs of the same session samples come up to a second late"
        return f"{' and '.join(had) or 'that of every program'}: {share}"

    @property
    def raised(self) -> bool:
        """Whether it has all of it that a right gives."""
        return self.real_time and self.nice <= NICE

    @property
    def remedy(self) -> str:
        """The command that gives what lacks, empty where nothing does.

        That is a group of its own by the user's systemd (systemd.scope(5)), else rights from the next login on
        (limits.conf(5)).
        """
        if self.raised or self.session:
            return ""
        if (Path(os.environ.get("XDG_RUNTIME_DIR", "/nowhere")) / _MANAGER).exists():
            return "systemd-run --user --scope -p CPUWeight=200 perfwatch"
        try:
            user = pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            user = f":{os.getuid()}"
        lines = f"{user} - nice {NICE}\\n{user} - rtprio {_REAL_TIME}\\n"
        return f"printf '{lines}' | sudo tee /etc/security/limits.d/perfwatch.conf; then log in anew"


def standing() -> Standing:
    """Find out, by a thread that tries it for itself alone."""
    found: list[Standing] = []

    def find() -> None:
        raise_threads()
        raise_sampler()
        found.append(Standing(os.getpriority(os.PRIO_PROCESS, 0), _is_real_time(0), session.counts()))

    thread = threading.Thread(target=find, name="priority")
    thread.start()
    thread.join()
    return found[0]


def raise_threads() -> None:
    """Raise this thread and those it will start (setpriority(2)), where nobody chose a priority for this process."""
    if os.getpriority(os.PRIO_PROCESS, 0) != 0 or os.sched_getscheduler(0) != os.SCHED_OTHER:
        return
    # one who may not have all of it may have some
    for nice in (NICE, 20 - resource.getrlimit(resource.RLIMIT_NICE)[0]):
        if NICE <= nice < 0:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, 0, nice)
                return


def raise_sampler() -> None:
    """Make this thread one of real time, unless it was lowered; what it starts is not.

    The kernel leaves a twentieth of each processor to ordinary threads all the same (sched(7), sched_rt_runtime_us).
    """
    if os.getpriority(os.PRIO_PROCESS, 0) > 0:
        return
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(_REAL_TIME))


def as_usual() -> None:
    """Take this thread's raise back, for what it starts is no part of the program and has no hurry."""
    if os.getpriority(os.PRIO_PROCESS, 0) < 0:
        os.setpriority(os.PRIO_PROCESS, 0, 0)


def _is_real_time(thread: int) -> bool:
    return os.sched_getscheduler(thread) & ~os.SCHED_RESET_ON_FORK == os.SCHED_RR
