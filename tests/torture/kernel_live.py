"""The live kernel under one running `perfwatch --serve`: interfaces, mounts and processors come and go."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

from perfwatch_core.collectors.words import name as shown
from tests.bench.processes import cost
from tests.torture.clock_run import PASSWORD, address
from tests.torture.full import Trial
from tests.torture.outcome import Outcome, Wish
from tests.torture.own_network import ip, ip_batch, sent_by
from tests.torture.serving import INTERVAL, Serving
from tests.torture.viewer import token
from tests.torture.watching import Seen, Watching, bad_numbers

# Fifteen bytes at most, no slash, colon or white space; the rest is free (net/core/dev.c, dev_valid_name).
NAMES = (
    "emoji🖥️", '"quote', "a'b", "<b>", "<script>", "&amp;", "=cmd|x", "__proto__", "constructor", "%s%n", "#0",
    "\x1b[31m", "bell\x07", b"\xff\xfe", "$(id)", "`id`", "-rf", "*", "back\\slash", "{{x}}", "\u202eexe", "x" * 15,
)  # fmt: skip
_STEADY = "steady"
_MANY, _UNPLUGGED = 2000, 3
_DATAGRAM = bytes(1000)
# What nobody sends here: more would be a spike.
_IDLE_BYTES = 1e6
# On a busy machine a sample may be late; it may not be missing.
_LATE = 2.0


class Live:
    """The program, who watches it, and a count of what was wrong."""

    def __init__(self, serving: Serving, watching: Watching, calm: bool) -> None:
        self.serving = serving
        self.seen = watching.seen
        self.trial = Trial(serving, calm)
        self._first = 0

    def begin(self) -> list[str]:
        """What is wrong from now on."""
        self._first = max(0, len(self.seen) - 1)
        self.trial.wrong = []
        return self.trial.wrong

    def comes(self, holds: Any, otherwise: str, seconds: float = 20.0) -> None:
        """The data of some later sample must hold."""
        self.trial.expect(lambda: bool(holds(self.seen[-1].data)), seconds, otherwise)

    def passes(self, count: int) -> None:
        """So many samples more."""
        last = len(self.seen)
        self.trial.expect(lambda: len(self.seen) >= last + count, 30, "no samples come")

    def so_far(self) -> list[Seen]:
        """The samples since `begin`; what is wrong with their numbers and their pace is noted."""
        seen = self.seen[self._first :]
        self.trial.wrong += bad_numbers(seen)
        late = max((after.at - before.at for before, after in pairwise(seen)), default=0.0)
        self.trial.in_time(late, INTERVAL + _LATE, "no sample came meanwhile")
        return seen


@contextmanager
def living(wish: Wish, place: Path, *words: str, environ: Mapping[str, str] | None = None) -> Iterator[Live]:
    """One that runs, has been watched for a few samples, and is ended."""
    environ = {"ADMIN_PASSWORD": PASSWORD, **(environ or {})}
    with Serving(place, place / "data", *words, environ=environ) as serving:
        serving.begin()
        url = address(serving)
        with Watching(url, token(url, PASSWORD)) as watching:
            live = Live(serving, watching, calm=not wish.short)
            assert serving.comes_to(lambda: len(watching.seen) > 3), serving.said
            yield live


def interfaces(subject: str, wish: Wish, live: Live) -> Outcome:
    """Some with names made to do harm come and go beside one that sends; its bytes are all counted."""
    wrong = live.begin()
    _pair(_STEADY, "steady1")
    ip("address", "add", "10.77.78.1/30", "dev", _STEADY)
    # the other end lies in the same network and answers nobody
    ip("neighbour", "add", "10.77.78.2", "lladdr", "02:00:00:00:00:01", "dev", _STEADY)
    refused: set[str] = set()
    rounds = wish.rounds(8, 1)
    for number in range(rounds):
        made = {shown(raw if isinstance(raw, bytes) else raw.encode()): raw for raw in NAMES}
        for place, (name, raw) in enumerate(list(made.items())):
            if not _pair(raw, f"p{place}"):
                refused.add(name)
                del made[name]
        _send(100)
        live.comes(lambda data, made=made: made.keys() <= data["network"]["interfaces"].keys(), "names are missing")
        live.passes(1)
        for place in range(len(NAMES)):
            ip("link", "del", f"p{place}")
        live.comes(lambda data: data["network"]["interfaces"].keys() == {_STEADY, "steady1"}, f"round {number}: stay")
    wrong += _spikes(live.so_far())
    sent = sent_by(_STEADY)
    live.comes(lambda data: data["network"]["interfaces"][_STEADY]["bytes_sent_total"] == sent, "bytes are not counted")
    note = f"{len(NAMES) - len(refused)} names at a time, {sent:,} bytes of the one that stayed all counted"
    note += f"; ip(8) refused {', '.join(sorted(refused))}" if refused else ""
    return Outcome(subject, "interfaces with hostile names come and go", rounds, not wrong, few(wrong), note)


def many(subject: str, live: Live) -> Outcome:
    """Hundreds at once, as on a host of containers."""
    wrong = live.begin()
    ip_batch(f"link add m{number} type veth peer name n{number}" for number in range(_MANY // 2))
    live.comes(lambda data: len(data["network"]["interfaces"]) >= _MANY, "not all are there", 60)
    live.passes(2)
    pid, samples = live.serving.process.pid, len(live.seen)
    began = cost({pid}, with_memory=False).cpu
    live.passes(10)
    spent = (cost({pid}, with_memory=False).cpu - began) / max(1, len(live.seen) - samples)
    newest = live.seen[-1].data
    wrong += _spikes(live.so_far())
    ip_batch(f"link del m{number}" for number in range(_MANY // 2))
    live.comes(lambda data: len(data["network"]["interfaces"]) < 9, "they stay", 120)
    read = newest["self"]["collect_ms"]["network"]
    note = f"{spent * 1000:.0f} ms of processor a sample, with one browser; they were read within {read:.0f} ms"
    return Outcome(subject, f"{_MANY:,} interfaces come and go", 1, not wrong, few(wrong), note)


def processor(subject: str, live: Live) -> Outcome:
    """The last processor is unplugged and plugged in again."""
    what = "a processor is unplugged and comes back"
    last = sorted(Path("/sys/devices/system/cpu").glob("cpu[0-9]*/online"), key=lambda path: int(path.parent.name[3:]))
    number = int(last[-1].parent.name[3:]) if last else 0
    if not last or not _switched(last[-1], "0"):
        return Outcome.not_tried(subject, what, "this kernel does not let a processor be unplugged")
    wrong = live.begin()
    try:
        for turn in range(_UNPLUGGED):
            if turn:
                _switched(last[-1], "0")
            live.comes(lambda data: _core(data, number) is None, "it still counts")
            live.passes(2)
            _switched(last[-1], "1")
            live.comes(lambda data: _core(data, number) is not None, "it does not come back")
    finally:
        _switched(last[-1], "1")
    gaps = sum(one.data["cpu"]["usage_percent"] is None for one in live.so_far())
    note = f"{gaps} samples without a share for all of them"
    return Outcome(subject, what, _UNPLUGGED, not wrong, few(wrong), note)


def _core(data: dict[str, Any], number: int) -> float | None:
    cores = data["cpu"]["per_core"]
    return cores[number] if number < len(cores) else None


def _switched(file: Path, state: str) -> bool:
    with suppress(OSError):
        file.write_text(state)
    return file.read_text().strip() == state


def _pair(name: str | bytes, peer: str) -> bool:
    made = ip("link", "add", "name", name, "type", "veth", "peer", "name", peer)
    return made and ip("link", "set", "dev", name, "up") and ip("link", "set", "dev", peer, "up")


def _send(datagrams: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for _ in range(datagrams):
            out.sendto(_DATAGRAM, ("10.77.78.2", 9))


def _spikes(seen: list[Seen]) -> Iterator[str]:
    for one in seen:
        for name, told in one.data["network"]["interfaces"].items():
            rate = told["bytes_sent_per_sec"] or 0
            if name != _STEADY and rate > _IDLE_BYTES:
                yield f"{name} sent {rate:,.0f} bytes a second"


def few(wrong: list[str]) -> str:
    """The first of what was wrong, in words."""
    return "; ".join(dict.fromkeys(wrong[:5])) or "nothing"


def end(subject: str, live: Live) -> Outcome:
    """It is told to end while mounts hang."""
    began = time.monotonic()
    wrong = []
    try:
        status = live.serving.stop()
    except subprocess.TimeoutExpired:
        wrong.append("it does not end")
    else:
        wrong += [f"it ended with status {status}"] if status else []
    note = f"ended {time.monotonic() - began:.1f} s after SIGTERM"
    return Outcome(subject, "it is told to end while they hang", 1, not wrong, few(wrong), note)
