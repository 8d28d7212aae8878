"""`perfwatch` with its window, no screen and a real engine: it stores, and closes at once whatever is down."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from perfwatch_core.store.cluster_place import Place, process_in
from tests.core.store.waiting import until
from tests.whole.kept import database, lost, samples
from tests.whole.program import Running, gone

# Two seconds are promised and benched; others use this machine, and what takes longer than this hangs.
HANGS_SECONDS = 10.0
GONE_SECONDS = 15.0


def fresh_files() -> list[Path]:
    """The files in which samples wait for a commit: there as soon as this process collects."""
    return list(Path(os.environ["XDG_RUNTIME_DIR"]).rglob("*.fresh"))


def opened(said: Path, data: Path, **environ: str) -> Running:
    """The window, without a screen."""
    words = ("--interval", "0.5", "--log-level", "info", "--data-dir", str(data))
    return Running(said, *words, environ={"QT_QPA_PLATFORM": "offscreen", **environ})


@pytest.mark.parametrize("with_", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_it_stores_and_closes(tmp_path: Path, data: Path, with_: signal.Signals) -> None:
    with opened(tmp_path / "said", data) as window:
        assert window.says("the window is open", 60), window.said
        until(lambda: len(fresh_files()) > 0, 60)
        assert window.stop(with_, HANGS_SECONDS) == 0, window.said
    assert "Traceback" not in window.said
    with database(data) as params:
        kept = samples(params)
    assert len(kept) >= 2
    assert lost(kept) == []
    assert gone(data, GONE_SECONDS)


def test_it_closes_while_the_database_cannot_be_reached(tmp_path: Path, data: Path) -> None:
    with opened(tmp_path / "said", data, DATABASE_URL="postgresql://me@127.0.0.1:1/none") as window:
        assert window.says("the window is open", 60), window.said
        assert window.stop(seconds=HANGS_SECONDS) in (0, 1), window.said
    assert "Traceback" not in window.said
    assert gone(data, GONE_SECONDS)


def test_it_closes_after_the_database_was_killed(tmp_path: Path, data: Path) -> None:
    with opened(tmp_path / "said", data) as window:
        until(lambda: len(fresh_files()) > 0, 60)
        assert window.says("the window is open", 60), window.said
        place = Place(data / "postgresql")
        until(lambda: process_in(place.server, place.data) is not None, 30)
        server = process_in(place.server, place.data)
        assert server is not None
        os.kill(server, signal.SIGKILL)
        until(lambda: not Path(f"/proc/{server}").exists(), 10)
        assert window.stop(seconds=HANGS_SECONDS) in (0, 1), window.said
    assert "Traceback" not in window.said
    assert gone(data, GONE_SECONDS)
