"""Processors: shares of time, clock, temperature, load (proc(5), proc_stat(5); Documentation/hwmon)."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from perfwatch_core.collector import Collector, Fact, Missing, reason
from perfwatch_core.collectors.clocks import Clocks
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.temperature import Sensors
from perfwatch_core.collectors.words import Unreadable, counts, decimal, lines
from perfwatch_core.metric import Metric, Rule
from perfwatch_core.units import Unit

TYPE = "cpu"


def _share(field: str, help_: str) -> Metric:
    return Metric(TYPE, field, Unit.PERCENT, help_, rule=Rule.CHANGE_RATIO, scale=100, most=100.0)


USAGE = _share("usage_percent", "Share of all processor time that was neither idle nor waiting for I/O.")
CORE = Metric(
    TYPE,
    "per_core",
    Unit.PERCENT,
    "Share of one processor's time that was neither idle nor waiting for I/O.",
    per="core",
    rule=Rule.CHANGE_RATIO,
    scale=100,
    at="per_core.#",
    most=100.0,
)
USER = _share("user", "Time in programs, guests of virtual machines included.")
NICE = _share("nice", "Time in programs of lowered priority.")
SYSTEM = _share("system", "Time in the kernel on behalf of programs.")
IDLE = _share("idle", "Time with nothing to do.")
IOWAIT = _share("iowait", "Idle time while a task of that processor waited for I/O; the kernel calls it a rough guess.")
IRQ = _share("irq", "Time in hardware interrupt handlers.")
SOFTIRQ = _share("softirq", "Time in deferred interrupt work, such as the network stack.")
STEAL = _share("steal", "Time that the hypervisor gave to other virtual machines.")
FREQUENCY = Metric(
    TYPE, "frequency_mhz", Unit.MEGAHERTZ, "Present clock of one processor.", per="core", at="frequency_mhz.#"
)
TEMPERATURE = Metric(TYPE, "temperature_celsius", Unit.CELSIUS, "What a temperature sensor shows.", per="sensor")
LOAD = Metric(
    TYPE, "load_avg", Unit.LOAD, "Tasks that run or wait for a processor or disk, averaged over a time.", per="period"
)
SWITCHES = Metric(
    TYPE,
    "context_switches_per_sec",
    Unit.PER_SECOND,
    "How often processors changed from one task to another.",
    rule=Rule.PER_SECOND,
)
INTERRUPTS = Metric(
    TYPE, "interrupts_per_sec", Unit.PER_SECOND, "How many interrupts were served.", rule=Rule.PER_SECOND
)

# In the order of the columns of /proc/stat; guest time stands behind them and is already part of user and nice.
_COLUMNS = (USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL)
_PERIODS = ("1m", "5m", "15m")
# More than any kernel is built for (NR_CPUS): a larger number is no processor, and a list would be as long.
_MOST_CORES = 1 << 16
_GARBLED = Missing("/proc/stat has a line for it that cannot be understood")
_UNTOLD = Missing("/proc/stat does not tell")


class CpuCollector(Collector):
    """What the processors did."""

    type = TYPE
    metrics = (
        USAGE, CORE, USER, SYSTEM, IDLE, NICE, IOWAIT, IRQ, SOFTIRQ, STEAL,
        FREQUENCY, TEMPERATURE, LOAD, SWITCHES, INTERRUPTS,
    )  # fmt: skip

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._sensors = Sensors(machine)
        self._clocks = Clocks(machine)
        self._before = [0] * len(_COLUMNS)

    def collect(self) -> Iterator[Fact]:
        """Clock ticks (a hundredth of a second each), counts since boot, MHz, °C."""
        cores = yield from self._times()
        yield from self._load()
        clocks = self._clocks.of(cores)
        for core, megahertz in clocks.items():
            yield FREQUENCY, core, megahertz
        if not clocks:
            yield FREQUENCY, "", Missing("the kernel does not tell the clock of these processors")
        degrees = self._sensors.read()
        for sensor, celsius in degrees.items():
            yield TEMPERATURE, sensor, celsius
        if not degrees:
            yield TEMPERATURE, "", Missing("this machine shows no temperature sensor")

    def _times(self) -> Generator[Fact, None, list[str]]:
        """The lines of `/proc/stat`; returns the names of the cores that are online."""
        whole, *rest = lines(self._machine.read("proc/stat")) or [b""]
        ticks = _ticks(whole)
        if not whole.startswith(b"cpu ") or ticks is None:
            raise Unreadable("/proc/stat does not begin with the times of all processors")
        yield from self._shares(ticks)
        cores = []
        counted: dict[bytes, int] = {}
        for line in rest:
            if line.startswith(b"cpu"):
                core = line[3:].partition(b" ")[0]
                if core.isdigit() and int(core) < _MOST_CORES:
                    cores.append(core.decode())
                    yield CORE, cores[-1], _GARBLED if (ticks := _ticks(line)) is None else _busy(ticks)
            elif line.startswith((b"intr ", b"ctxt ")):
                # a number for each interrupt follows their sum
                counted.update(zip([line[:4]], counts(line.split(None, 2)[1:2]) or [], strict=False))
                if len(counted) == 2:
                    break
        yield INTERRUPTS, "", counted.get(b"intr", _UNTOLD)
        yield SWITCHES, "", counted.get(b"ctxt", _UNTOLD)
        return cores

    def _load(self) -> Iterator[Fact]:
        try:
            words = self._machine.read("proc/loadavg").rpartition(b"\n")[0].split(None, 3)
        except OSError as error:
            yield LOAD, "", Missing(reason(error))
            return
        averages = [load for word in words[:3] if (load := decimal(word)) is not None]
        if len(averages) < len(_PERIODS):
            # which of them is which goes by their places
            yield LOAD, "", Missing("/proc/loadavg does not tell")
            return
        yield from ((LOAD, period, load) for period, load in zip(_PERIODS, averages, strict=True))

    def _shares(self, ticks: list[int]) -> Iterator[Fact]:
        """The whole machine's ticks, idle and iowait never less than before.

        The kernel guesses these two anew at each look, and now and then the guess is a little lower (proc_stat(5)):
        no time went backwards, so what was said before stands. After a reset all of them fall, and that shows.
        """
        if sum(ticks) >= sum(self._before):
            for column in (3, 4):
                ticks[column] = max(ticks[column], self._before[column])
        self._before = ticks
        total = sum(ticks)
        yield USAGE, "", _busy(ticks)
        for metric, number in zip(_COLUMNS, ticks, strict=True):
            yield metric, "", (number, total)


def _ticks(line: bytes) -> list[int] | None:
    """The eight columns, None where they are not there."""
    ticks = counts(line.split(None, 9)[1:9])
    return ticks if ticks and len(ticks) == len(_COLUMNS) else None


def _busy(ticks: list[int]) -> tuple[int, int]:
    total = sum(ticks)
    return total - ticks[3] - ticks[4], total
