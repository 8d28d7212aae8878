"""Temperature sensors: hwmon chips, else thermal zones (Documentation/hwmon/sysfs-interface, thermal/sysfs-api)."""

from __future__ import annotations

from collections.abc import Iterator

from perfwatch_core.collectors.machine import Machine
from perfwatch_core.collectors.words import name as shown

_HWMON, _ZONES = "sys/class/hwmon", "sys/class/thermal"
# New sensors come with new hardware; looking through all directories each time would cost more than reading them.
_LOOK_AGAIN_SECONDS = 60.0
# Some chips are asked over a slow bus, and nothing heats up faster than this.
_READ_SECONDS = 2.0
_LEAST, _MOST = -60.0, 250.0


class Sensors:
    """Finds the sensors once in a while and reads them."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._paths: dict[str, str] = {}
        self._look_due = self._read_due = 0.0
        self._degrees: dict[str, float] = {}

    def read(self) -> dict[str, float]:
        """Name and °C of each sensor that answers with something a machine could have."""
        now = self._machine.clock()
        if now >= self._look_due:
            self._look_due = now + _LOOK_AGAIN_SECONDS
            self._paths = dict(self._chips()) or dict(self._thermal_zones())
        if now >= self._read_due:
            self._read_due = now + _READ_SECONDS
            found = {name: self._machine.number(path) for name, path in self._paths.items()}
            self._degrees = {
                name: milli / 1000
                for name, milli in found.items()
                # a sensor that is not connected shows nonsense such as -273
                if milli is not None and _LEAST < milli / 1000 < _MOST
            }
        return self._degrees

    def _chips(self) -> Iterator[tuple[str, str]]:
        """`coretemp Core 0` and the file it is read from; chips of one name are numbered."""
        seen: dict[str, int] = {}
        for chip in self._machine.names(_HWMON):
            folder = f"{_HWMON}/{chip}"
            chip_name = self._machine.glance(f"{folder}/name") or chip
            for entry in self._machine.names(folder):
                if not (entry.startswith("temp") and entry.endswith("_input")):
                    continue
                label = self._machine.glance(f"{folder}/{entry.removesuffix('_input')}_label") or ""
                name = shown(f"{chip_name} {label}".strip())
                seen[name] = seen.get(name, 0) + 1
                yield (name if seen[name] == 1 else f"{name} {seen[name]}"), f"{folder}/{entry}"

    def _thermal_zones(self) -> Iterator[tuple[str, str]]:
        for zone in self._machine.names(_ZONES):
            if zone.startswith("thermal_zone"):
                kind = self._machine.glance(f"{_ZONES}/{zone}/type") or zone
                yield shown(f"{kind} {zone.removeprefix('thermal_zone')}"), f"{_ZONES}/{zone}/temp"
