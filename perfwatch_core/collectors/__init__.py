"""Reads the machine: one collector for each metric type, listed here and nowhere else."""

from __future__ import annotations

from perfwatch_core.collector import Collector
from perfwatch_core.collectors.cpu import CpuCollector
from perfwatch_core.collectors.disk import DiskCollector
from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.memory import MemoryCollector
from perfwatch_core.collectors.memory_bandwidth import MemoryBandwidthCollector
from perfwatch_core.collectors.network import NetworkCollector
from perfwatch_core.collectors.own_cost import OwnCostCollector
from perfwatch_core.collectors.perf_events import PerfEventsCollector, wish_of
from perfwatch_core.collectors.pressure import PressureCollector
from perfwatch_core.metric import Catalogue
from perfwatch_core.settings import Settings
from perfwatch_core.vitals import Vitals

_KINDS: tuple[type[Collector], ...] = (
    CpuCollector,
    MemoryCollector,
    NetworkCollector,
    DiskCollector,
    PerfEventsCollector,
    MemoryBandwidthCollector,
    PressureCollector,
    OwnCostCollector,
)
CATALOGUE = Catalogue(metric for kind in _KINDS for metric in kind.metrics)


def build(machine: Machine, vitals: Vitals, settings: Settings) -> list[Collector]:
    """One of each, in the order of the contract; `self` comes last, so that it knows what the others cost."""
    return [
        CpuCollector(machine),
        MemoryCollector(machine),
        NetworkCollector(machine),
        DiskCollector(machine),
        PerfEventsCollector(machine, wish_of(settings)),
        MemoryBandwidthCollector(machine),
        PressureCollector(machine),
        OwnCostCollector(vitals),
    ]
