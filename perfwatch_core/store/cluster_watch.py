"""The watchdog: a process that waits until nobody uses the server and then stops it, also after kill -9 of everyone."""

from __future__ import annotations

import os
import shutil

from perfwatch_core.store.cluster_account import ENVIRONMENT, ourselves
from perfwatch_core.store.cluster_place import Place
from perfwatch_core.store.cluster_problem import ClusterProblem
from perfwatch_core.store.cluster_server import detach

# flock(1) waits for the lock in 0.2 MB; this runs when it has got it, and holds it, so that who comes meanwhile waits.
# The server is signalled only while its number, start time and directory are its own (proc_pid_stat(5)), and again
# until its lock is free, since a server that has just begun may not heed the first (SIGINT: end the sessions, stop).
# The watchdog's own lock goes first: who finds the users' lock free must not see a watchdog that is about to end.
_STOP = """
stop() {
    read -r pid start <server.lock && read -r line <"/proc/$pid/stat" || return
    set -- ${line##*) }
    [ "${20}" = "$start" ] && [ "/proc/$pid/cwd" -ef data ] && kill -INT "$pid"
}
stop
until flock -x -w 0.1 server.lock true; do stop; done
exec 9>&-
"""


def ensure_watched(place: Place) -> None:
    """Start the watchdog unless it lives."""
    lock = place.lock(place.watch)
    if lock is None:
        return
    try:
        if shutil.which("flock", path=ENVIRONMENT["PATH"]) is None:
            raise ClusterProblem("the program flock is missing; install it with: apt install util-linux")
        command = ["flock", "-x", "-F", place.users.name, "/bin/sh", "-c", _STOP]
        detach(command, lock, place.home, ourselves())
    finally:
        os.close(lock)
