"""What a chart costs: one picture for what came since the last, and none that nobody sees."""

from __future__ import annotations

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from perfwatch_gui.charts.chart import TimeChart
from perfwatch_gui.theme import Theme
from tests.gui.charts.pictures import BEGIN, CPU, add, history, shown


def test_nothing_is_done_for_nobody(qtbot: QtBot) -> None:
    past = history()
    chart = TimeChart(Theme("dark"), CPU)
    qtbot.addWidget(chart)
    for _ in range(5):
        chart.draw(past, BEGIN + 300)
        QApplication.processEvents()
    assert past.looks == 0
    shown(qtbot, chart)
    QApplication.processEvents()
    assert past.looks == len(CPU), "once each, when it came into sight"
    chart.hide()
    for _ in range(5):
        chart.draw(past, BEGIN + 300)
        QApplication.processEvents()
    assert past.looks == len(CPU)


def test_a_burst_of_samples_is_one_picture(qtbot: QtBot) -> None:
    chart, past = TimeChart(Theme("dark"), CPU), history()
    shown(qtbot, chart)
    for _ in range(7):
        chart.draw(past, BEGIN + 300)
    QApplication.processEvents()
    assert past.looks == len(CPU)
    # what repaints without a sample does not look again
    chart.repaint()
    assert past.looks == len(CPU)


class Ground(QWidget):
    """What a card is to its chart; counts how often it paints itself."""

    paints = 0

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Count."""
        self.paints += 1


def test_a_sample_repaints_the_chart_and_not_what_it_lies_on(qtbot: QtBot) -> None:
    ground, past = Ground(), history()
    chart = TimeChart(Theme("dark"), CPU)
    QVBoxLayout(ground).addWidget(chart)
    shown(qtbot, ground)
    chart.draw(past, BEGIN + 300)
    QApplication.processEvents()
    before = ground.paints
    for second in range(301, 306):
        add(past, second)
        chart.draw(past, BEGIN + second)
        QApplication.processEvents()
    assert past.looks == 6 * len(CPU)
    assert ground.paints == before
