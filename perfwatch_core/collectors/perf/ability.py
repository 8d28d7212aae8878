"""What perf can count on this machine, asked once by short runs of `perf stat`; reasons and remedies in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.perf import reasons
from perfwatch_core.collectors.perf.lines import Row, State, row_of
from perfwatch_core.collectors.perf.names import EVENTS, HARDWARE
from perfwatch_core.collectors.perf.reasons import Shortfall
from perfwatch_core.collectors.perf.run import Answer, Runner

_FORMATS = (("-j",), ("-x", ";"))


@dataclass(frozen=True)
class Ability:
    """What a probe found.

    `events` are those worth asking for; `states` says of each of the other events why it is not, in the
    contract's words, and `whys` in a person's. `shortfalls` are the things a person could mend, worst first.
    `format` are the arguments that choose JSON or `;`-separated fields, `lines` how many lines one
    interval has.
    """

    binary: str = ""
    version: str = ""
    format: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    lines: int = 0
    states: Mapping[str, State] = field(default_factory=dict)
    whys: Mapping[str, str] = field(default_factory=dict)
    shortfalls: tuple[Shortfall, ...] = ()

    @property
    def available(self) -> bool:
        """Whether anything can be counted."""
        return bool(self.events)


def probe(machine: Machine, runner: Runner, cpus: str = "all") -> Ability:
    """Asks perf what it can count on `cpus`; takes some 50 ms, blocks, and raises nothing."""
    binary = runner.find()
    if binary is None:
        return _unable(reasons.no_binary(machine))
    version = runner.run(binary, ("--version",))
    if version.status != 0:
        return _unable(reasons.unusable(machine, binary, version), binary)
    offline = reasons.not_online(machine, cpus)
    if offline:
        return _unable(offline, binary)
    return _ask(machine, runner, binary, version.out.decode(errors="replace").strip(), cpus)


def target(cpus: str) -> tuple[str, ...]:
    """The arguments of `perf stat` that choose processors: `all` or a list like 0-3,6."""
    return ("-a",) if cpus == "all" else ("-C", cpus)


def _ask(machine: Machine, runner: Runner, binary: str, version: str, cpus: str) -> Ability:
    def stat(form: Sequence[str], events: Sequence[str]) -> Answer:
        return runner.run(
            binary,
            ("stat", *target(cpus), *form, "-e", ",".join(events), "--", "true"),
        )

    form = next((form for form in _FORMATS if stat(form, EVENTS[:1]).status == 0), None)
    if form is None:
        return _unable(reasons.refused(machine, stat(_FORMATS[-1], EVENTS[:1])), binary, version)
    together = stat(form, EVENTS)
    answers = (
        {"": together}
        if together.status == 0
        # one event that this perf does not know fails the whole command: ask for each by itself
        else {event: stat(form, (event,)) for event in EVENTS}
    )
    rows = [
        row
        for answer in answers.values()
        if answer.status == 0
        for row in map(_row, answer.err.splitlines())
        if row and row.event in EVENTS
    ]
    denied = [event for event, answer in answers.items() if answer.status and answer.denied]
    return _from_rows(machine, rows, denied, Ability(binary, version, form))


def _from_rows(machine: Machine, rows: Sequence[Row], denied: Sequence[str], bare: Ability) -> Ability:
    # what one kind of core of a hybrid processor counts is worth asking for: it keeps its state, without a total
    counted = {row.event for row in rows if row.state is not State.NOT_SUPPORTED}
    states = {
        event: State.NO_PERMISSION if event in denied else State.NOT_SUPPORTED
        for event in EVENTS
        if event not in counted
    }
    whys = {event: reasons.NOT_ALLOWED if event in denied else reasons.NOT_ON_PROCESSOR for event in states}
    shortfalls: tuple[Shortfall, ...] = ()
    if not counted.intersection(HARDWARE) and not denied:
        shortfalls = (reasons.no_pmu(machine),)
        whys.update(dict.fromkeys(HARDWARE, shortfalls[0].reason))
    return replace(
        bare,
        events=tuple(event for event in EVENTS if event in counted),
        lines=sum(row.event in counted for row in rows),
        states=states,
        whys=whys,
        shortfalls=shortfalls,
    )


def _row(line: bytes) -> Row | None:
    return row_of(line)[1]


def _unable(shortfall: Shortfall, binary: str = "", version: str = "") -> Ability:
    return Ability(
        binary,
        version,
        states=dict.fromkeys(EVENTS, State.NO_PERMISSION) if shortfall.denied else {},
        whys=dict.fromkeys(EVENTS, shortfall.reason),
        shortfalls=(shortfall,),
    )
