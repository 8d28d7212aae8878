"""What perf can count on this machine, asked once by short runs of `perf stat`; reasons and remedies in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from perfwatch_core.collector import Shortfall
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.perf import reasons
from perfwatch_core.collectors.perf.lines import Row, State, row_of
from perfwatch_core.collectors.perf.names import EVENTS, HARDWARE
from perfwatch_core.collectors.perf.run import Answer, Runner

_FORMATS = (("-j",), ("-x", ";"))


@dataclass(frozen=True)
class Ability:
    """What a probe found.

    `events` are those worth asking for; `states` says of each of the other events why it is not, in the
    contract's words, and `whys` in a person's. `shortfalls` are the things a person could mend, worst first.
    `format` are the arguments that choose JSON or `;`-separated fields, `lines` how many lines one
    interval has, 0 where perf left some out.
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
    failed = {event: answer for event, answer in answers.items() if answer.status}
    return _from_rows(machine, rows, failed, Ability(binary, version, form))


def _from_rows(machine: Machine, rows: Sequence[Row], failed: Mapping[str, Answer], bare: Ability) -> Ability:
    said = {row.event for row in rows}
    # what one kind of core of a hybrid processor counts is worth asking for: it keeps its state, without a total;
    # and so is what perf had no line for, as some versions do with what they had no time to count
    worth = {row.event for row in rows if row.state is not State.NOT_SUPPORTED} | {*EVENTS} - said - {*failed}
    states: dict[str, State] = {}
    whys: dict[str, str] = {}
    for event in EVENTS:
        if event not in worth:
            answer = failed.get(event)
            denied = answer is not None and answer.denied
            states[event] = State.NO_PERMISSION if denied else State.NOT_SUPPORTED
            whys[event] = _why(answer)
    refusals = [answer for answer in failed.values() if answer.denied]
    shortfalls: tuple[Shortfall, ...] = ()
    if refusals:
        shortfalls = (reasons.refused(machine, refusals[0]),)
    elif not worth.intersection(HARDWARE):
        shortfalls = (reasons.no_pmu(machine),)
        whys.update(dict.fromkeys(HARDWARE, shortfalls[0].reason))
    return replace(
        bare,
        events=tuple(event for event in EVENTS if event in worth),
        lines=sum(row.event in worth for row in rows) if worth <= said else 0,
        states=states,
        whys=whys,
        shortfalls=shortfalls,
    )


def _why(answer: Answer | None) -> str:
    """Why one event cannot be counted; no answer of its own means that perf said `<not supported>`."""
    if answer is None or b"not supported" in answer.err:
        return reasons.NOT_ON_PROCESSOR
    return reasons.NOT_ALLOWED if answer.denied else reasons.NOT_KNOWN


def _row(line: bytes) -> Row | None:
    return row_of(line)[1]


def _unable(shortfall: Shortfall, binary: str = "", version: str = "") -> Ability:
    return Ability(
        binary,
        version,
        states=dict.fromkeys(EVENTS, State.NO_PERMISSION if shortfall.denied else State.NOT_COUNTED),
        whys=dict.fromkeys(EVENTS, shortfall.reason),
        shortfalls=(shortfall,),
    )
