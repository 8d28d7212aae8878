"""The private PostgreSQL: made when it is missing, shared by the user's PerfWatch processes, stopped by the last."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path

from perfwatch_core.store.cluster_account import Account, ourselves, server_account
from perfwatch_core.store.cluster_config import configure
from perfwatch_core.store.cluster_place import Place, process_in
from perfwatch_core.store.cluster_problem import STOPPING, ClusterProblem, of_log, of_system
from perfwatch_core.store.cluster_programs import Programs, find_programs, reachable
from perfwatch_core.store.cluster_server import Waiting, make, start
from perfwatch_core.store.cluster_socket import Answer, ask, directory_for_clients, parameters_at
from perfwatch_core.store.cluster_watch import ensure_watched

__all__ = ["Cluster", "ClusterProblem"]

# A server listens within 20 ms of its start, before it recovers, and stops within seconds: longer is a fault.
_ABSENT_SECONDS = 30.0
_PAUSE = 0.01
# A server that recovers for long writes a line for each time that it is asked.
_LONGEST_PAUSE = 0.25
# A stopped process answers nothing; short, so that waiting for it can be ended.
_ANSWER_SECONDS = 0.2
# The last one out sees the server go, which takes 10 ms, but holds nobody up for its final checkpoint.
_LEAVE_SECONDS = 0.5


class Cluster:
    """The private cluster under `data_dir`; any number of processes, and objects in one process, may use it."""

    def __init__(self, data_dir: Path) -> None:
        self._place = Place(data_dir.absolute() / "postgresql")
        self._users: int | None = None
        self._mutex = threading.Lock()

    def acquire(self, halt: Waiting | None = None) -> dict[str, str]:
        """Use the server, made and started if need be; libpq's parameters once it answers. Again after it died.

        A server that recovers is waited for as long as it lives, or until `halt` is set. ClusterProblem says
        what is in the way, and the caller may try again.
        """
        halt = halt or threading.Event()
        try:
            self._place.prepare()
            self._join(halt)
            host = directory_for_clients(self._place.data)
            self._bring_up(host, halt)
            # a watchdog may have ended meanwhile
            ensure_watched(self._place)
        except OSError as error:
            raise of_system(error, self._place.home, ourselves().name) from error
        return parameters_at(host)

    def release(self) -> None:
        """Use it no more; the last one out stops the server, which the watchdog sees to."""
        with self._mutex:
            users, self._users = self._users, None
        if users is None:
            return
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            last = True
        except OSError:
            last = False
        os.close(users)
        deadline = time.monotonic() + _LEAVE_SECONDS
        pause = threading.Event()
        while last and self._lives() and time.monotonic() < deadline:
            pause.wait(_PAUSE)

    def pids(self) -> tuple[int, ...]:
        """The server's first process and the watchdog, those of them that live."""
        if self._users is None:
            return ()
        place = self._place
        found = (process_in(place.server, place.data), process_in(place.watch, place.home))
        return tuple(pid for pid in found if pid is not None)

    def _lives(self) -> bool:
        try:
            return self._place.held(self._place.server)
        except OSError:
            # the directory is gone, and who is to say
            return False

    def _join(self, halt: Waiting) -> None:
        """Hold the users' lock; wait while the watchdog, which found nobody there, stops the server."""
        deadline = time.monotonic() + _ABSENT_SECONDS
        while self._users is None:
            users = self._place.lock(self._place.users, fcntl.LOCK_SH)
            with self._mutex:
                self._users = users
            if users is None:
                _pause(halt)
                if time.monotonic() > deadline:
                    raise ClusterProblem(f"the private database in {self._place.home} is still stopping; wait for it")

    def _bring_up(self, host: str, halt: Waiting) -> None:
        """Start the server unless it lives, and wait until it answers."""
        began = seen = time.monotonic()
        started = False
        while True:
            lock = self._place.lock(self._place.server)
            if lock is not None:
                if started:
                    os.close(lock)
                    raise of_log(self._place.log.read_text(errors="replace"), self._place.home)
                self._start(lock, halt)
                started = True
                seen = time.monotonic()
            answer = ask(host, _ANSWER_SECONDS)
            if answer is Answer.READY:
                return
            if answer is not Answer.ABSENT:
                seen = time.monotonic()
            if time.monotonic() - seen > _ABSENT_SECONDS:
                raise ClusterProblem(
                    f"the private database in {self._place.home} runs but does not listen; read {self._place.log}"
                )
            _pause(halt, min(_LONGEST_PAUSE, _PAUSE + (time.monotonic() - began) / 20))

    def _start(self, lock: int, halt: Waiting) -> None:
        """Make the cluster if it is missing and start its server, which inherits `lock`; closes ours."""
        place = self._place
        try:
            ensure_watched(place)
            place.clear_leftovers()
            account = server_account(place.data)
            programs = self._fitting(reachable(find_programs(), account))
            if not place.data.exists():
                make(place, programs, account, lock, halt)
            self._configure(account)
            start(place, programs, account, lock)
        finally:
            os.close(lock)

    def _configure(self, account: Account) -> None:
        configure(self._place.data, account, (account.name, ourselves().name))

    def _fitting(self, programs: Programs) -> Programs:
        """These programs, if the cluster is theirs or there is none; one of another version is left as it is."""
        data = self._place.data
        if not data.exists():
            return programs
        try:
            version = (data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise ClusterProblem(f"{data} is no PostgreSQL cluster; move it away with: mv {data} {data}.old") from None
        if version == programs.major:
            return programs
        raise ClusterProblem(
            f"{data} was made by PostgreSQL {version} and this PerfWatch brings {programs.major}; it was left as it is:"
            f" upgrade it with pg_upgrade, or begin anew with: mv {data} {data}-{version}"
        )


def _pause(halt: Waiting, seconds: float = _PAUSE) -> None:
    if halt.wait(seconds):
        raise ClusterProblem(STOPPING)
