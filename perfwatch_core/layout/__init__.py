"""Which numbers stand where: pages and cards as plain data, for the window and the browser page alike.

Numbers are named by their addresses (`type.field`, `type.field[instance]`); nothing is computed here. Units, and
with them axes and texts, come from the catalogue, so a card never says how a number is written.
"""

from perfwatch_core.layout.counters import HARDWARE, HARDWARE_COUNTERS
from perfwatch_core.layout.network_disk import DISK, NETWORK
from perfwatch_core.layout.processor_memory import CPU, MEMORY, MEMORY_IO, PRESSURE, SWAP
from perfwatch_core.layout.shapes import Card, Chart, Column, Figure, Line, Page, Pick, Style, Table

DASHBOARD = Page(
    "dashboard",
    "Dashboard",
    (CPU, MEMORY, NETWORK, DISK, HARDWARE_COUNTERS, PRESSURE, MEMORY_IO, SWAP),
)

PAGES = (DASHBOARD, HARDWARE)

__all__ = ["PAGES", "Card", "Chart", "Column", "Figure", "Line", "Page", "Pick", "Style", "Table"]
