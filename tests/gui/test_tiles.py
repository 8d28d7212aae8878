"""Pieces of history at several zooms: what stands in for what, where gaps are, what is asked and what given up."""

from __future__ import annotations

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from perfwatch_core.history import History
from perfwatch_core.metric import Catalogue, Metric
from perfwatch_core.sample import Sample
from perfwatch_core.store.query import Points
from perfwatch_core.units import Unit
from perfwatch_gui.past.source import Past
from perfwatch_gui.past.tiles import BINS, WIDTHS, Tiles, stretch_of, width_for
from tests.gui.archive import DAY, FakeArchive

ONE, OTHER = (Metric("bench", name, Unit.PERCENT, name).of() for name in ("one", "other"))


def points(width: int, first: int, last: int, count: int = 5, without: range = range(0)) -> Points:
    """Bins from `first` to `last` whose mean is their number."""
    bins = [place for place in range(first, last) if place not in without]
    means = [float(place) for place in bins]
    return Points(width, [place * float(width) for place in bins], [count] * len(bins), means, means, means)


def filled(width: int, *indexes: int, without: range = range(0)) -> Tiles:
    """Tiles that have all there is."""
    tiles = Tiles(1)
    for index in indexes:
        found = {ONE: points(width, index * BINS, (index + 1) * BINS, without=without)}
        tiles.put(width, index, index + 1, stretch_of([ONE], found, width), 1e12)
    return tiles


def test_a_view_goes_over_tiles_without_a_seam() -> None:
    view = filled(10, 0, 1).view(10, 0, 2 * BINS * 10)
    assert view.mean[0].tolist() == [float(place) for place in range(2 * BINS)]
    assert np.diff(view.times).tolist() == [10.0] * (2 * BINS - 1)


def test_where_a_zoom_lacks_the_nearest_stands_in() -> None:
    tiles = filled(10, 0)
    coarse = {ONE: points(60, 0, BINS)}
    tiles.put(60, 0, 1, stretch_of([ONE], coarse, 60), 1e12)
    view = tiles.view(10, 0, BINS * 10 + 600)
    assert np.isfinite(view.mean).all()
    assert np.diff(view.times)[:-10].max() == 10.0
    assert np.diff(view.times)[-5:].tolist() == [60.0] * 5


def test_gaps_are_gaps_between_full_bins() -> None:
    view = filled(10, 0, without=range(100, 110)).view(10, 0, BINS * 10)
    gap = np.flatnonzero(np.isnan(view.mean[0]))
    assert gap.size == 1
    assert 100 * 10 < view.times[gap[0]] < 110 * 10


def test_bins_narrower_than_the_interval_are_joined() -> None:
    sparse = Points(1, [place * 5.0 for place in range(50)], [1] * 50, *([[1.0] * 50] * 3))
    tiles = Tiles(1)
    tiles.put(1, 0, 1, stretch_of([ONE], {ONE: sparse}, 1), 1e12)
    assert np.isfinite(tiles.view(1, 0, BINS).mean).all()


def test_a_series_without_a_value_is_unknown_beside_one_that_has_it() -> None:
    found = {ONE: points(10, 0, 20), OTHER: points(10, 0, 20, without=range(5, 8))}
    stretch = stretch_of([ONE, OTHER], found, 10)
    assert np.isfinite(stretch.mean[0]).all()
    assert np.flatnonzero(np.isnan(stretch.mean[1])).tolist() == [5, 6, 7]


def test_a_tile_lacks_what_was_stored_after_it_was_asked_for() -> None:
    tiles = Tiles(1)
    tiles.put(10, 0, 1, stretch_of([ONE], {ONE: points(10, 0, 50)}, 10), 500.0)
    assert tiles.missing(10, 0, 400, 1e9) == []
    assert tiles.missing(10, 0, 700, 1e9) == [0]
    assert tiles.missing(10, 0, 3000, 1e9) == [0, 1]


def test_the_longest_unused_tiles_are_given_up() -> None:
    size = filled(10, 0).nbytes
    tiles = Tiles(1, most_bytes=3 * size)
    for index in range(6):
        found = {ONE: points(10, index * BINS, (index + 1) * BINS)}
        tiles.put(10, index, index + 1, stretch_of([ONE], found, 10), 1e12)
        tiles.view(10, 0, 10)
    assert len(tiles) == 3
    assert tiles.nbytes == 3 * size
    assert tiles.missing(10, 0, BINS * 10, 1e9) == []
    assert tiles.missing(10, BINS * 10, BINS * 20, 1e9) == [1]


def test_every_width_is_chosen_for_some_span() -> None:
    chosen = {width_for(span, 560) for span in (2.0**power for power in np.arange(4, 25, 0.2))}
    assert chosen == set(WIDTHS)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_store_answers_in_the_bins_that_are_asked_for(qtbot: QtBot, width: int) -> None:
    now = 1_795_000_000.0
    archive = FakeArchive([ONE], now - 400 * DAY, now, interval=width)
    past = Past(archive, [ONE], None, lambda: now)
    past.look([(now - 600 * width, now)], 850, ahead=False)
    qtbot.waitUntil(lambda: not past.loading)
    assert set(archive.widths) == {width}
    view = past.window(ONE, now - 600 * width, now, 850)
    assert 598 <= view.times.size <= 602
    assert np.isfinite(view.last).all()


@pytest.mark.parametrize(("away", "joined"), [(5.0, True), (30.0, False)])
def test_time_between_the_stored_and_the_rings_that_nobody_speaks_for_is_a_gap(
    qtbot: QtBot, away: float, joined: bool
) -> None:
    """PerfWatch was closed, or another one collects and has not committed it yet: no line leads over it."""
    closed = 1_795_000_000.0
    rings = History(Catalogue([ONE.metric]), [str(ONE)])
    for number in range(10):
        rings.add(Sample(number, closed + away + 5 * number, 5.0, {ONE: 50.0}))
    now = closed + away + 50
    past = Past(FakeArchive([ONE], closed - 600, closed), [ONE], rings, lambda: now)
    past.look([(now - 300, now)], 300)
    qtbot.waitUntil(lambda: not past.loading)
    window = past.window(ONE, now - 300, now, 300)
    seam = (window.times > closed - 1) & (window.times < closed + away - 1)
    assert window.times[0] < closed < window.times[-1]
    assert bool(np.isnan(window.last[seam]).any()) is not joined
