"""Writes METRICS.md, what every metric means, from the declarations: `python -m perfwatch_core.reference`."""

from __future__ import annotations

import sys

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.metric import Catalogue, Metric, Rule

_HEAD = """# Metrics

Generated from the declarations in `perfwatch_core/collectors` by `python -m perfwatch_core.reference > METRICS.md`.

A number has one address everywhere: `type.field`, or `type.field[instance]` where it is counted for each core,
interface, device and so on. *Place* is where it stands in the JSON object of its type, `*` being the instance and `#`
its index in a list; a second place is that of the sum. What is not known is `null`, never 0.
"""


def page(catalogue: Catalogue) -> str:
    """The whole document, one table for each type in the catalogue's order."""
    parts = [_HEAD]
    for type_ in catalogue.types:
        parts.append(f"\n## {type_}\n\n| address | unit | what it is | place |\n| --- | --- | --- | --- |\n")
        parts += [_row(metric) for metric in catalogue.of_type(type_)]
    return "".join(parts)


def _row(metric: Metric) -> str:
    address = f"{metric.key}[{metric.per}]" if metric.per else metric.key
    places = [metric.at, *([metric.total] if metric.total else [])]
    unit = metric.unit.symbol or metric.unit.name.lower().replace("_", " ")
    over = " Over the interval." if metric.rule in (Rule.PER_SECOND, Rule.CHANGE_RATIO) else ""
    cells = (f"`{address}`", unit, f"{metric.help.rstrip('.')}.{over}", ", ".join(f"`{place}`" for place in places))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


if __name__ == "__main__":
    sys.stdout.write(page(CATALOGUE))
