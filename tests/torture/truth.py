"""Numbers under load: what was burnt, written, read and sent agrees with what the loads themselves report."""

from __future__ import annotations

import os
import resource
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from perfwatch_core.bus import Bus
from perfwatch_core.collector import Collector
from perfwatch_core.collectors.cpu import CpuCollector
from perfwatch_core.collectors.disk import DiskCollector
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.network import NetworkCollector
from perfwatch_core.sample import Sample
from perfwatch_core.sampler import Sampler
from perfwatch_core.vitals import Vitals
from tests.torture.outcome import Outcome, Wish
from tests.torture.rights import NETWORK, lacks

SUBJECT = "Truth under load"
# A check shares its machine with others, beside whom the kernel's ticks count one process too much or too little.
TOLERANCE, _SHORT_TOLERANCE = 0.02, 0.25
_ATTEMPTS = 3
_TICK = 0.5
_MIB = 1 << 20
# One tick of proc_stat(5) in seconds.
_JIFFY = 1 / os.sysconf("SC_CLK_TCK")
# What one datagram is on the wire: payload, and the headers of UDP, IP and Ethernet (RFC 768, RFC 791, IEEE 802.3).
_PAYLOAD, _HEADERS = 1400, 8 + 20 + 14
# named by chance: one that was killed leaves its own behind
_NAME = secrets.token_hex(3)
_INTERFACE, _PEER, _SPACE = (f"pw{_NAME}{end}" for end in ("a", "b", "space"))
# asking for the time burns that of the kernel, which is counted elsewhere: seldom
_BURN = "import time\nend = time.process_time() + {seconds}\nwhile time.process_time() < end: sum(range(10000))"


def tried(wish: Wish, place: Path) -> Iterator[Outcome]:
    """Processor time, disk and network, each summed up over samples and held against the load's own figure."""
    scale = wish.rounds(4, 1)
    burnt = partial(verdict, wish, "processor seconds of niced processes", "their getrusage(2)")
    yield burnt(lambda: _processor(2.0 * scale))
    names = ("bytes written to a disk", "bytes read from a disk")
    if reason := _no_disk(place):
        yield from (Outcome.not_tried(SUBJECT, name, reason) for name in names)
    else:
        for name, measure in zip(names, (_written, _read), strict=True):
            yield verdict(wish, name, "dd with O_DIRECT", partial(measure, place / "file", 192 * scale))
        (place / "file").unlink()
    wire = "bytes sent over a network interface"
    if reason := lacks(NETWORK, "ip"):
        yield Outcome.not_tried(SUBJECT, wire, reason)
        return
    try:
        yield verdict(wish, wire, "datagrams sent, with headers", lambda: _sent(20_000 * scale))
    except subprocess.CalledProcessError as error:
        # a container may refuse it whatever rights one has
        yield Outcome.not_tried(SUBJECT, wire, f"no network of its own can be laid here: {error.stderr.strip()}")


class Measured(NamedTuple):
    """What PerfWatch counted over some samples, what the load says of itself, and what the kernel says, if apart."""

    counted: float
    reported: float
    samples: int
    kernel: float | None = None

    @property
    def off(self) -> float:
        """By what share of the load's own figure it is too much."""
        return self.counted / self.reported - 1

    @property
    def as_the_kernel(self) -> bool:
        """Whether it is what the kernel's counters went by, read apart from PerfWatch."""
        return self.kernel is not None and abs(self.counted - self.kernel) <= TOLERANCE * self.kernel + _JIFFY


def verdict(wish: Wish, what: str, against: str, measure: Callable[[], Measured]) -> Outcome:
    """Again where it is off: the kernel counts what others do meanwhile, but what counts wrongly is always off."""
    tolerance = _SHORT_TOLERANCE if wish.short else TOLERANCE
    tries: list[Measured] = []
    while len(tries) < _ATTEMPTS and not (tries and abs(tries[-1].off) <= tolerance):
        tries.append(measure())
    last = tries[-1]
    note = f"{last.counted:,.1f} against {last.reported:,.1f} of {against}: {last.off:+.2%} over {last.samples} samples"
    if len(tries) > 1:
        note += "; tried again after " + ", ".join(f"{one.off:+.2%}" for one in tries[:-1])
    holds = abs(last.off) <= tolerance
    judged = holds or not wish.short
    if not judged and last.kernel is not None:
        # ticks see who runs when they come: beside others the kernel may miss most of what a process used, or add to
        # it. What PerfWatch makes of the kernel's counters is judged all the same.
        note += f"; beside others the kernel itself counted {last.kernel:,.1f}"
        judged = not all(one.as_the_kernel for one in tries)
    elif not judged:
        # others add to what is counted; only what takes away from it is ours
        judged = min(one.off for one in tries) <= tolerance
    return Outcome(SUBJECT, what, len(tries), holds, note=note, judged=judged)


def _no_disk(place: Path) -> str:
    """Why nothing written here is counted for a disk, '' if it is: containers and RAM have none of their own."""
    number = place.stat().st_dev
    device = f"{os.major(number)}:{os.minor(number)}"
    if not Path(f"/sys/dev/block/{device}").exists():
        return f"the file system of {place.parent} lies on no disk that the kernel counts"
    try:
        os.close(os.open(place / "file", os.O_CREAT | os.O_WRONLY | os.O_DIRECT))
    except OSError as error:
        return f"the file system of {place.parent} knows no O_DIRECT: {error.strerror}"
    return ""


def _during(collectors: Sequence[Collector], work: Callable[[], None]) -> list[Sample]:
    """The samples from before until after the work, each with a rate over its true interval."""
    done = threading.Event()
    sampler = Sampler(collectors, Bus(), _TICK, Vitals())
    sampler.tick()

    def run() -> None:
        try:
            work()
        finally:
            done.set()

    thread = threading.Thread(target=run)
    thread.start()
    samples = []
    while not done.wait(_TICK):
        samples.append(sampler.tick())
    thread.join()
    samples.append(sampler.tick())
    sampler.stop()
    return samples


def _total(samples: Sequence[Sample], address: str) -> float:
    """The integral of a rate: value times true interval, summed."""
    found = 0.0
    for sample in samples:
        value = next((value for series, value in sample.values.items() if str(series) == address), 0)
        found += float(value) * (sample.interval or 0.0)
    return found


def _niced() -> float:
    """Seconds of niced processes since the boot, as the kernel counts them (proc_stat(5), the second of `cpu`)."""
    return int(Path("/proc/stat").read_text().split()[2]) * _JIFFY


def _processor(seconds: float) -> Measured:
    """Niced time, for nothing else here is niced: percent of all processors against seconds of the burners."""
    count = os.cpu_count() or 1

    def burn() -> None:
        command = ["nice", "-n", "1", sys.executable, "-c", _BURN.format(seconds=seconds)]
        for process in [subprocess.Popen(command) for _ in range(count)]:
            process.wait()

    before, niced = resource.getrusage(resource.RUSAGE_CHILDREN), _niced()
    samples = _during([CpuCollector(Machine())], burn)
    niced, after = _niced() - niced, resource.getrusage(resource.RUSAGE_CHILDREN)
    counted = _total(samples, "cpu.nice") / 100 * count
    return Measured(counted, after.ru_utime - before.ru_utime, len(samples), niced)


def _written(path: Path, mebibytes: int) -> Measured:
    samples = _during([DiskCollector(Machine())], lambda: _dd("if=/dev/zero", f"of={path}", "oflag=direct", mebibytes))
    return Measured(_total(samples, "disk.write_bytes_per_sec"), mebibytes * _MIB, len(samples))


def _read(path: Path, mebibytes: int) -> Measured:
    samples = _during([DiskCollector(Machine())], lambda: _dd(f"if={path}", "of=/dev/null", "iflag=direct", mebibytes))
    return Measured(_total(samples, "disk.read_bytes_per_sec"), mebibytes * _MIB, len(samples))


def _dd(source: str, target: str, flag: str, mebibytes: int) -> None:
    subprocess.run(["dd", source, target, flag, "bs=1M", f"count={mebibytes}", "status=none"], check=True)


def _sent(datagrams: int) -> Measured:
    with _pair():
        samples = _during([NetworkCollector(Machine())], lambda: _send(datagrams))
    counted = _total(samples, f"network.bytes_sent_per_sec[{_INTERFACE}]")
    return Measured(counted, datagrams * (_PAYLOAD + _HEADERS), len(samples))


def _send(datagrams: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        # not connected, for nobody listens there and the answers to that would be errors here
        for _ in range(datagrams):
            out.sendto(bytes(_PAYLOAD), ("10.77.77.2", 9))


@contextmanager
def _pair() -> Iterator[None]:
    """A wire of our own whose other end lies in a network namespace of our own (ip-netns(8), veth(4))."""
    _ip("netns", "add", _SPACE)
    try:
        _ip("link", "add", _INTERFACE, "type", "veth", "peer", "name", _PEER, "netns", _SPACE)
        _ip("address", "add", "10.77.77.1/30", "dev", _INTERFACE)
        _ip("link", "set", _INTERFACE, "up")
        _ip("-n", _SPACE, "address", "add", "10.77.77.2/30", "dev", _PEER)
        _ip("-n", _SPACE, "link", "set", _PEER, "up")
        yield
    finally:
        _ip("netns", "del", _SPACE)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, stderr=subprocess.PIPE, text=True)
