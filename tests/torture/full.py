"""No room: a full disk, a directory that cannot be written, no file descriptors, no memory for a query."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.torture.killing import Ledger
from tests.torture.outcome import Outcome, Wish
from tests.torture.rights import lacks, no_mount
from tests.torture.serving import INTERVAL, Serving
from tests.torture.side import side_by_side

SUBJECT = "No room"
# Enough for a new cluster and little more.
_DISK = "size=128m"
_PIECE = bytes(1 << 16)
# A commit comes within 25 s; after a failure it is tried again within 30 s.
_NOTICED, _MENDED = 60.0, 90.0
_FEW_BYTES = 1 << 20
# Troubles side by side, each with a disk and a database of its own.
_AT_ONCE = 4
_CLOSED = "a data directory that cannot be written, then can"


class Trial:
    """One trouble, from its beginning to some time after its end, with what was wrong meanwhile.

    Where it is not `calm`, others may keep the machine busy: what comes late is then told, and not wrong.
    """

    def __init__(self, serving: Serving, calm: bool = True) -> None:
        self._serving = serving
        self._calm = calm
        self.wrong: list[str] = []

    def expect(self, holds: Callable[[], bool], seconds: float, otherwise: str) -> None:
        """Note what was wrong where something does not come to hold in time."""
        if not self._serving.comes_to(holds, seconds):
            self.wrong.append(f"{otherwise}: {self._serving.said[-400:]}")

    def in_time(self, seconds: float, most: float, otherwise: str) -> None:
        """Note what came later than it may."""
        if self._calm and seconds > most:
            self.wrong.append(f"{otherwise}: {seconds:.1f} s")

    def goes_on(self) -> None:
        """Samples must keep coming."""
        since = self._serving.last_sample()
        self.expect(lambda: self._serving.last_sample() > since + 3 * INTERVAL, 20, "no samples meanwhile")

    def says(self, *words: str) -> None:
        """One of the words must come up in what it tells."""
        self.expect(lambda: any(word in self._serving.said for word in words), _NOTICED, f"it never said {words}")

    def mends_itself(self) -> None:
        """All that waited must come to the database, without anybody's help."""
        self.expect(self._nothing_waits, _MENDED, "it did not recover")

    def _nothing_waits(self) -> bool:
        state = self._serving.ask("/api/db-status")
        return state.get("ok") is True and int(state.get("queued", 1 << 30)) <= 60


def tried(wish: Wish, place: Path) -> Iterator[Outcome]:
    """Each trouble on a database of its own; afterwards no sample is missing and none is there twice."""
    troubles: tuple[tuple[str, Callable[[Path, Serving, Trial], None]], ...] = (
        ("the data disk is full", _full_disk),
        ("no file descriptor is left", _no_descriptors),
        ("the database has no memory for a query", _no_memory),
    )
    if reason := no_mount() or lacks("prlimit"):
        for name in (*(name for name, _ in troubles), _CLOSED):
            yield Outcome.not_tried(SUBJECT, name, reason)
        return
    jobs = [
        partial(_outcome, name, trouble, place / f"{number}-{turn}")
        for number, (name, trouble) in enumerate(troubles)
        for turn in range(wish.rounds(2, 1))
    ]
    yield from side_by_side(place, [*jobs, partial(_read_only, place / "closed")], _AT_ONCE)


def _outcome(name: str, trouble: Callable[[Path, Serving, Trial], None], place: Path) -> Outcome:
    with _disk(place) as disk, Serving(place, disk / "data") as serving:
        serving.begin()
        trial = Trial(serving)
        trouble(disk, serving, trial)
        shown = serving.last_sample()
        serving.stop()
        if not serving.left_alone():
            trial.wrong.append("processes were left behind")
        ledger = Ledger()
        ledger.close_round(disk / "data", shown)
    wrong = trial.wrong + ledger.wrong
    return Outcome(
        SUBJECT,
        name,
        1,
        not wrong and ledger.missing <= INTERVAL,
        "; ".join(wrong) or "nothing",
        f"{max(0.0, ledger.missing):.1f} s missing",
    )


def _full_disk(disk: Path, _serving: Serving, trial: Trial) -> None:
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(_PIECE)
        except OSError:
            # full, as wanted
            pass
    trial.says("room", "space", "full")
    trial.goes_on()
    filler.unlink()
    trial.mends_itself()


def _no_descriptors(_disk: Path, serving: Serving, trial: Trial) -> None:
    pid = serving.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    # those that are open stay so, no other can be opened: not for answering a browser either
    used = {int(fd.name) for fd in Path(f"/proc/{pid}/fd").iterdir()}
    free = next(fd for fd in range(len(used) + 1) if fd not in used)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (free, before[1]))
    said = len(serving.said)
    serving.comes_to(lambda: len(serving.said) > said, 30)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    trial.goes_on()
    trial.mends_itself()


def _no_memory(_disk: Path, serving: Serving, trial: Trial) -> None:
    backends = serving.pids_of("postgres")[1:]
    for pid in backends:
        _limit_memory(pid, f"{_FEW_BYTES}:")
    trial.goes_on()
    # long enough for a commit to be tried
    serving.comes_to(lambda: serving.ask("/api/db-status").get("ok") is not True, 30)
    trial.goes_on()
    for pid in backends:
        _limit_memory(pid, "unlimited:")
    trial.mends_itself()


def _limit_memory(pid: int, limit: str) -> None:
    """Address space in bytes (prlimit(1)), as the user whose process it is; one that has ended needs no limit."""
    try:
        owner = Path(f"/proc/{pid}").stat()
    except FileNotFoundError:
        return
    subprocess.run(["prlimit", "--pid", str(pid), f"--as={limit}"], user=owner.st_uid, group=owner.st_gid, check=False)


def _read_only(place: Path) -> Outcome:
    with _disk(place) as disk:
        _mount("-o", "remount,ro", str(disk))
        with Serving(place, disk / "data") as serving:
            trial = Trial(serving)
            trial.says("cannot", "read-only", "Read-only")
            trial.expect(lambda: "the page is at" in serving.said, 20, "it does not serve")
            trial.goes_on()
            _mount("-o", "remount,rw", str(disk))
            trial.mends_itself()
            serving.stop()
            if not serving.left_alone():
                trial.wrong.append("processes were left behind")
    return Outcome(SUBJECT, _CLOSED, 1, not trial.wrong, "; ".join(trial.wrong) or "nothing")


@contextmanager
def _disk(place: Path) -> Iterator[Path]:
    """A small file system of its own (tmpfs(5)), gone afterwards."""
    disk = place / "disk"
    disk.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", _DISK, "tmpfs", str(disk))
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def _mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)
