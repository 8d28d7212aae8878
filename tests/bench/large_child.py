"""A window of the large machine in a process of its own for `tests.bench.large`: what a frame of it costs, as JSON."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from perfwatch_core.collectors import network
from perfwatch_core.sample import Sample
from perfwatch_gui.cards.card import CardWidget
from perfwatch_gui.tables.view import TableView
from tests.bench.large_machine import at, samples
from tests.bench.periods import period
from tests.bench.window_child import costs_of, filled, frames_of, p95
from tests.gui.engine import FakeEngine

_POINTS = 300
_ROUNDS = int(period(100, 5))


def _moments() -> Iterator[Sample]:
    """Sample after sample, a second apart, as if the first had been taken a while ago."""
    few, begin = samples(4), time.time() - 1000
    number = 0
    while True:
        yield at(few[number % len(few)], number + 1, begin + number)
        number += 1


def main() -> None:
    """Time new samples and hovering over all cards, then new samples over the table of all interfaces."""
    application = QApplication(["perfwatch", "-style", "fusion"])
    engine, moments = FakeEngine(), _moments()
    newest = [next(moments) for _ in range(_POINTS)]
    window = filled(application, engine, newest, lambda: newest[-1].time)
    page = window.pages["dashboard"]
    chart = page.cards[0].charts[0]
    card = next(one for one in page.cards if one.card.key == network.TYPE)
    frames = frames_of(window)

    def sample_comes(_number: int) -> None:
        newest[:] = [next(moments)]
        engine.bus.publish(newest[0])

    def hover(number: int) -> None:
        QTest.mouseMove(chart, QPoint(60 + 7 * number % (chart.width() - 70), 30 + number % 40))

    costs = {}
    for name, step in (("sample", sample_comes), ("hover", hover)):
        costs[name] = p95(costs_of(step, frames, application.processEvents, _ROUNDS))
    page.fill(card)
    _by_traffic(card)
    application.processEvents()
    costs["table"] = p95(costs_of(sample_comes, frames, application.processEvents, _ROUNDS))
    window.close()
    print(json.dumps(costs))


def _by_traffic(card: CardWidget) -> None:
    """Sorted by what changes at each sample."""
    card.findChildren(TableView)[0].sortByColumn(1, Qt.SortOrder.DescendingOrder)


if __name__ == "__main__":
    main()
