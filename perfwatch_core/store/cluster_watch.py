"""The watchdog: a process that waits until nobody uses the server and then stops it, also after kill -9 of everyone."""

from __future__ import annotations

import os
import shutil

from perfwatch_core.store.cluster_account import ENVIRONMENT, ourselves
from perfwatch_core.store.cluster_place import Place
from perfwatch_core.store.cluster_problem import ClusterProblem
from perfwatch_core.store.cluster_server import detach

# Tenths of a second that a server may take to stop: its last checkpoint writes 8 MB at most. Then it is told to stop
# at once and to kill what hangs (SIGQUIT); the next start recovers, and nothing that was committed is lost.
_PATIENCE = 600

# flock(1) waits for the lock in 0.2 MB; this runs when it has got it, and holds it, so that who comes meanwhile waits.
# The server is signalled only while its number, start time and directory are its own (proc_pid_stat(5)), and again
# until its lock is free, since a server that has just begun may not heed the first (SIGINT: end the sessions, stop).
# Root in a container may not see another user's directory (CAP_SYS_PTRACE): there its name stands for that.
# Where somebody removed the directory there is nothing to wait for, and nothing that would slow down this loop.
# The watchdog's own lock goes first: who finds the users' lock free must not see a watchdog that is about to end.
_STOP = """
tell() {
    read -r pid start <server.lock && read -r line <"/proc/$pid/stat" || return
    set -- "$1" ${line##*) }
    [ "${21}" = "$start" ] || return
    if readlink "/proc/$pid/cwd" >/dev/null; then
        [ "/proc/$pid/cwd" -ef data ] || return
    else
        read -r name <"/proc/$pid/comm" && [ "$name" = postgres ] || return
    fi
    kill "-$1" "$pid"
}
tell INT
left=$1
until flock -x -w 0.1 server.lock true || [ ! -e server.lock ]; do
    left=$((left - 1))
    if [ $left -gt 0 ]; then tell INT; else tell QUIT; fi
done
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
        command = ["flock", "-x", "-F", place.users.name, "/bin/sh", "-c", _STOP, "sh", str(_PATIENCE)]
        detach(command, lock, place.home, ourselves())
    finally:
        os.close(lock)
