"""The commands that need neither a window nor the network: once, doctor, export, compare, db."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Sequence

from perfwatch_core import doctor
from perfwatch_core.bus import Bus
from perfwatch_core.collector import Shortfall
from perfwatch_core.collectors import CATALOGUE, build
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.command_line import parse, set_up_logging
from perfwatch_core.output import until_enough
from perfwatch_core.sample import Sample
from perfwatch_core.sampler import Sampler
from perfwatch_core.settings import Settings, declared
from perfwatch_core.units import text
from perfwatch_core.vitals import Vitals

# Long enough for a fair rate and one or two whole intervals of perf.
BETWEEN_READINGS = 1.0
_PERF_INTERVAL_MS = 450
# A perf that has not answered by then hangs, and the rest need not wait for it.
_PREPARE = 5.0


def main(argv: Sequence[str] | None = None) -> int:
    """`python -m perfwatch_core COMMAND`, the same commands for a machine without the window's packages."""
    return until_enough(lambda: _main(*parse(argv)))


def _main(wishes: argparse.Namespace, settings: Settings) -> int:
    if not wishes.command:
        print("perfwatch: name a command: once, doctor, export, compare or db; see '--help'", file=sys.stderr)
        return 2
    return run(wishes, settings)


def run(wishes: argparse.Namespace, settings: Settings) -> int:
    """Run the named command; its exit status: 0 done, 1 failed in the way that was printed."""
    set_up_logging(settings)
    if wishes.command == "once":
        return once(settings, as_json=wishes.json)
    if wishes.command == "doctor":
        return examine(settings)
    # the commands above need no database
    if wishes.command in ("export", "compare"):
        from perfwatch_core.history_commands import run_compare, run_export

        return (run_export if wishes.command == "export" else run_compare)(settings, CATALOGUE, wishes)
    from perfwatch_core.store.command import database

    return database(settings, wishes.action, getattr(wishes, "revision", ""))


def take_one(settings: Settings) -> tuple[Sample, dict[str, tuple[Shortfall, ...]]]:
    """One full sample, from two readings, so that it has rates; and what each type falls short of.

    They are a second apart, or as far as --interval says.
    """
    often = min(settings.perf_interval_ms, _PERF_INTERVAL_MS)
    vitals = Vitals()
    collectors = build(Machine(), vitals, dataclasses.replace(settings, perf_interval_ms=often))
    for collector in collectors:
        collector.enabled = settings.collects(collector.type)
        collector.prepare(_PREPARE)
    sampler = Sampler(collectors, Bus(), settings.interval, vitals)
    sampler.tick()
    asked = settings.sources.get("interval") == declared()["interval"].flag
    time.sleep(settings.interval if asked else BETWEEN_READINGS)
    sample = sampler.tick()
    shortfalls = {collector.type: collector.shortfalls() for collector in collectors}
    sampler.stop()
    return sample, shortfalls


def once(settings: Settings, as_json: bool) -> int:
    """Print one sample, as the stream's JSON or as a table of addresses and values."""
    sample, _ = take_one(settings)
    if as_json:
        message = {
            "type": "metrics",
            "timestamp": sample.moment.isoformat(),
            "data": sample.wire(CATALOGUE),
        }
        print(json.dumps(message, ensure_ascii=False))
        return 0
    rows = [(str(series), text(value, series.metric.unit)) for series, value in sample.values.items()]
    rows += [(str(series), f"{text(None, series.metric.unit)}  ({why})") for series, why in sample.missing.items()]
    rows += [
        (type_, f"{text(None, next(iter(CATALOGUE)).unit)}  ({fault.reason})") for type_, fault in sample.faults.items()
    ]
    order = {metric.key: place for place, metric in enumerate(CATALOGUE)}
    width = max(len(address) for address, _ in rows)
    for address, value in sorted(rows, key=lambda row: order.get(row[0].partition("[")[0], -1)):
        print(f"{address:<{width}}  {value}")
    return 0


def examine(settings: Settings) -> int:
    """Print the doctor's report; 0 even where something cannot be measured: that is an answer."""
    sample, shortfalls = take_one(settings)
    told = doctor.examine(sample, CATALOGUE, shortfalls)
    findings = [doctor.machine(), *told, doctor.urgency(), doctor.store(settings)]
    print(doctor.report(findings))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
