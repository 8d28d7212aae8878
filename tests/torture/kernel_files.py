"""Kernel files that lack, are cut, damaged or of a kernel to come, beside the same machine without the harm."""

from __future__ import annotations

import math
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

from perfwatch_core.collectors import CATALOGUE, cpu, space
from perfwatch_core.metric import Kind, Rule, Series, Value
from perfwatch_core.sample import Sample
from perfwatch_core.store.batch import Column, batches, record
from perfwatch_net.openmetrics import exposition
from perfwatch_net.wire import metrics_message
from tests.core.collectors.conftest import Stage
from tests.machines.capture import captured
from tests.machines.files import Files, kept, lay_out
from tests.torture.moving import Counter, at_step, cut, damaged, grown, starting_again, steady, wrapping
from tests.torture.outcome import Outcome, Wish

Harm = Callable[[str, random.Random], str | None]
# The files are written hundreds of times: not to a disk.
_MEMORY = "/dev/shm"
_PATIENCE = 20.0
_STEPS, _TURNS_AT = 8, 4


class Twins:
    """One machine twice, at the same moments: `harmed`, and as it is. What differs is what the harm did."""

    def __init__(self, captured_: Files, place: Path) -> None:
        self.files = captured_
        self._step = 0
        self.stages = [Stage(place / name) for name in ("harmed", "sound")]
        for stage in self.stages:
            lay_out(captured_, stage.root)

    def next(self, path: str) -> str:
        """What a file will say at the next moment."""
        return {**self.files, **at_step(self.files, self._step + 1)}[path]

    def show(self, harmed: Files, counter: Counter = steady, gone: str = "") -> tuple[Sample, Sample]:
        """The next moment of both; `harmed` lie in the place of the one's own files, `gone` does not."""
        self._step += 1
        found = []
        for stage, more, counts in zip(self.stages, (harmed, {}), (counter, steady), strict=True):
            lay_out({**at_step(self.files, self._step, counts), **more}, stage.root)
            if gone and stage is self.stages[0]:
                (stage.root / gone).unlink()
            stage.machine.close()
            found.append(stage.sample())
        return found[0], found[1]

    def restore(self, path: str) -> None:
        """As it was."""
        lay_out({path: self.files[path]}, self.stages[0].root)

    def close(self) -> None:
        """Let go of all files."""
        for stage in self.stages:
            stage.close()


def _wrong(harmed: Sample, sound: Sample) -> Iterator[str]:
    """What no harm may do: another value, one that nothing can have, nothing without a reason, no way out."""
    for series, value in harmed.values.items():
        if isinstance(value, str):
            # words are what is said
            continue
        if series in sound.values and value != sound.values[series] and not _fewer(series, value, sound):
            yield f"{series} is {value}, not {sound.values[series]}"
        elif not (math.isfinite(value) and (value >= 0 or _may_be_cold(series))):
            yield f"{series} is {value}"
    for series in sound.values.keys() - harmed.values.keys():
        if not series.instance and not harmed.why(series):
            yield f"{series} is not known and nobody says why"
    yield from _stuck(harmed)


def _unlike(harmed: Sample, sound: Sample) -> Iterator[str]:
    """What is still not as without the harm."""
    for series in harmed.values.keys() | sound.values.keys():
        values = [sample.values.get(series) for sample in (harmed, sound)]
        if values[0] != values[1]:
            yield f"{series} remains {values[0]} instead of {values[1]}"


def _may_be_cold(series: Series) -> bool:
    return series.metric is cpu.TEMPERATURE


def _fewer(series: Series, value: Value, sound: Sample) -> bool:
    """A sum of what a list has is less where lines of the list are gone."""
    summed = bool(series.metric.total) or series.metric.field.startswith(("tcp_", "udp_"))
    return summed and not series.instance and float(value) < float(sound.values[series])


def _stuck(sample: Sample) -> Iterator[str]:
    """Where it does not get out to: browsers, Prometheus, PostgreSQL."""
    try:
        metrics_message(sample.moment.isoformat(), sample.wire(CATALOGUE))
        exposition(sample, CATALOGUE).encode()
        columns = tuple(Column.of(series) for series in sample.values)
        for batch in batches(1, [record(sample, sample.number, columns)]):
            if b"\\u0000" in batch.body:
                yield "PostgreSQL would not take it"
    except Exception as error:
        yield f"it cannot be told: {error!r}"


def rows(subject: str, wish: Wish) -> Iterator[Outcome]:
    """Rows about kernel files, of this machine and of a laptop that has more of everything."""
    # no file system hangs here, only the machine may be busy
    patient = patch.multiple(space, WAIT_SECONDS=_PATIENCE, WAIT_FOR_ALL_SECONDS=_PATIENCE)
    with tempfile.TemporaryDirectory(dir=_MEMORY, prefix="perfwatch-torture-") as place, patient:
        yield from _rows(subject, wish, Path(place))


def _rows(subject: str, wish: Wish, place: Path) -> Iterator[Outcome]:
    machines = (captured(), kept("laptop")[0])
    chance = random.Random(wish.seed)
    harms: tuple[tuple[str, Harm, int], ...] = (
        ("a file of the kernel is missing, then back", lambda _text, _chance: None, 0),
        ("it is empty", lambda _text, _chance: "", 0),
        ("it ends at a random byte", cut, wish.rounds(500, 30)),
        ("it has NUL and bytes that are no UTF-8", damaged, wish.rounds(500, 30)),
        ("it has lines and fields of a kernel to come", grown, wish.rounds(200, 20)),
    )
    for number, (name, harm, rounds) in enumerate(harms):
        yield _harmed((subject, name), harm, (rounds, wish.short), machines, place / f"harm{number}", chance)
    turns: tuple[tuple[str, Counter], ...] = (
        ("all counters wrap at 32 bits", wrapping(32, _TURNS_AT)),
        ("all counters wrap at 64 bits", wrapping(64, _TURNS_AT)),
        ("all counters begin anew", starting_again(_TURNS_AT)),
    )
    for number, (name, counter) in enumerate(turns):
        yield _turned(subject, name, counter, machines, place / f"turn{number}")


def _harmed(
    named: tuple[str, str],
    harm: Harm,
    often: tuple[int, bool],
    machines: tuple[Files, ...],
    place: Path,
    chance: random.Random,
) -> Outcome:
    """Each file once where there is no number of rounds, else any each time; `often` is that, and if to be short."""
    rounds, short = often
    wrong: list[str] = []
    times = known = all_ = 0
    for number, machine in enumerate(machines):
        twins = Twins(machine, place / str(number))
        twins.show({})
        twins.show({})
        paths = [path for path in machine if path.startswith("proc/") or not (rounds or short)]
        for path in chance.choices(paths, k=rounds // len(machines)) if rounds else paths:
            text = harm(twins.next(path), chance)
            harmed, sound = twins.show({} if text is None else {path: text}, gone=path if text is None else "")
            known, all_ = known + len(harmed.values), all_ + len(sound.values)
            wrong += (f"{path}: {one}" for one in _wrong(harmed, sound))
            twins.restore(path)
            wrong += (f"{path} restored: {one}" for one in _wrong(*twins.show({})))
            twins.show({})
            wrong += (f"{path}: {one}" for one in _unlike(*twins.show({})))
            times += 1
        twins.close()
    note = f"{known / all_:.1%} of all values were known meanwhile, each as without the harm"
    return Outcome(*named, times, not wrong, _few(wrong), note)


def _turned(subject: str, name: str, counter: Counter, machines: tuple[Files, ...], place: Path) -> Outcome:
    """Every rate is as if nothing had been, but in the sample of the turn, where it is a gap."""
    wrong: list[str] = []
    gaps: set[Series] = set()
    for number, machine in enumerate(machines):
        twins = Twins(machine, place / str(number))
        for step in range(1, _STEPS + 1):
            harmed, sound = twins.show({}, counter)
            rates = {series for series in sound.values if _is_rate(series)}
            absent = {series for series in rates if series not in harmed.values}
            wrong += (
                f"{series} is {harmed.values[series]}, not {sound.values[series]}, at step {step}"
                for series in rates - absent
                if harmed.values[series] != sound.values[series]
            )
            wrong += (f"{series} is a gap at step {step}" for series in absent if step != _TURNS_AT)
            wrong += _stuck(harmed)
            gaps |= absent
        twins.close()
    note = f"{len(gaps)} rates, each a gap in that one sample and right in all others"
    return Outcome(subject, name, len(gaps), not wrong, _few(wrong), note)


def _is_rate(series: Series) -> bool:
    return series.metric.rule in (Rule.PER_SECOND, Rule.CHANGE_RATIO) and series.metric.kind is not Kind.COUNTER


def _few(wrong: list[str]) -> str:
    return "; ".join([*wrong[:5], *([f"and {len(wrong) - 5} more"] if len(wrong) > 5 else [])]) or "nothing"
