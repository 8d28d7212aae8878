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
# A check shares its machine with others, beside whom ticks (proc_stat(5), 4 ms) count one process too much or little.
TOLERANCE, _SHORT_TOLERANCE = 0.02, 0.25
_ATTEMPTS = 3
_TICK = 0.5
_MIB = 1 << 20
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
    burnt = partial(_outcome, wish, "processor seconds of niced processes", "their getrusage(2)")
    yield burnt(lambda: _processor(2.0 * scale))
    names = ("bytes written to a disk", "bytes read from a disk")
    if reason := _no_disk(place):
        yield from (Outcome.not_tried(SUBJECT, name, reason) for name in names)
    else:
        for name, measure in zip(names, (_written, _read), strict=True):
            yield _outcome(wish, name, "dd with O_DIRECT", partial(measure, place / "file", 192 * scale))
        (place / "file").unlink()
    wire = "bytes sent over a network interface"
    if reason := lacks(NETWORK, "ip"):
        yield Outcome.not_tried(SUBJECT, wire, reason)
        return
    try:
        yield _outcome(wish, wire, "datagrams sent, with headers", lambda: _sent(20_000 * scale))
    except subprocess.CalledProcessError as error:
        # a container may refuse it whatever rights one has
        yield Outcome.not_tried(SUBJECT, wire, f"no network of its own can be laid here: {error.stderr.strip()}")


def _outcome(wish: Wish, what: str, against: str, measure: Callable[[], tuple[float, float, int]]) -> Outcome:
    """Again where it is off: the kernel counts what others do meanwhile, but what counts wrongly is always off."""
    tolerance = _SHORT_TOLERANCE if wish.short else TOLERANCE
    offs: list[float] = []
    while len(offs) < _ATTEMPTS and not (offs and abs(offs[-1]) <= tolerance):
        counted, reported, samples = measure()
        offs.append(counted / reported - 1)
    note = f"{counted:,.1f} against {reported:,.1f} of {against}: {offs[-1]:+.2%} over {samples} samples"
    if len(offs) > 1:
        note += "; tried again after " + ", ".join(f"{off:+.2%}" for off in offs[:-1])
    if wish.short and min(offs) > tolerance:
        # others add to what is counted; only what takes away from it is ours
        return Outcome.not_tried(SUBJECT, what, f"others were at work all the time: {note}")
    return Outcome(SUBJECT, what, len(offs), abs(offs[-1]) <= tolerance, note=note)


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


def _processor(seconds: float) -> tuple[float, float, int]:
    """Niced time, for nothing else here is niced: percent of all processors against seconds of the burners."""
    count = os.cpu_count() or 1

    def burn() -> None:
        command = ["nice", "-n", "1", sys.executable, "-c", _BURN.format(seconds=seconds)]
        for process in [subprocess.Popen(command) for _ in range(count)]:
            process.wait()

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    samples = _during([CpuCollector(Machine())], burn)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return _total(samples, "cpu.nice") / 100 * count, after.ru_utime - before.ru_utime, len(samples)


def _written(path: Path, mebibytes: int) -> tuple[float, float, int]:
    samples = _during([DiskCollector(Machine())], lambda: _dd("if=/dev/zero", f"of={path}", "oflag=direct", mebibytes))
    return _total(samples, "disk.write_bytes_per_sec"), mebibytes * _MIB, len(samples)


def _read(path: Path, mebibytes: int) -> tuple[float, float, int]:
    samples = _during([DiskCollector(Machine())], lambda: _dd(f"if={path}", "of=/dev/null", "iflag=direct", mebibytes))
    return _total(samples, "disk.read_bytes_per_sec"), mebibytes * _MIB, len(samples)


def _dd(source: str, target: str, flag: str, mebibytes: int) -> None:
    subprocess.run(["dd", source, target, flag, "bs=1M", f"count={mebibytes}", "status=none"], check=True)


def _sent(datagrams: int) -> tuple[float, float, int]:
    with _pair():
        samples = _during([NetworkCollector(Machine())], lambda: _send(datagrams))
    return (
        _total(samples, f"network.bytes_sent_per_sec[{_INTERFACE}]"),
        datagrams * (_PAYLOAD + _HEADERS),
        len(samples),
    )


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
