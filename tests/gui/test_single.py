"""One window for each user: who comes second rings, and a first one that was killed leaves the place free."""

from __future__ import annotations

import os
import signal
import stat
import threading
from pathlib import Path

import pytest

from perfwatch_gui.desktop import single
from perfwatch_gui.desktop.single import NoAnswer, claim, place_of, ring
from tests.whole.program import Running, run

OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}


@pytest.fixture(name="place")
def _place(tmp_path: Path) -> Path:
    return place_of(tmp_path / "data", {"XDG_RUNTIME_DIR": str(tmp_path), "DISPLAY": ":1"})


def test_the_second_finds_the_place_taken_and_rings(place: Path) -> None:
    first = claim(place)
    assert first is not None
    assert claim(place) is None
    heard: list[str | None] = []

    def answer() -> None:
        first.bell.setblocking(True)
        heard.append(first.answer())

    listening = threading.Thread(target=answer)
    listening.start()
    ring(place, "a token")
    listening.join()
    assert heard == ["a token"]
    first.release()


def test_nobody_rang_is_no_answer(place: Path) -> None:
    first = claim(place)
    assert first is not None
    assert first.answer() is None
    first.release()


def test_what_is_released_can_be_claimed_again(place: Path) -> None:
    for _ in range(2):
        one = claim(place)
        assert one is not None
        one.release()
    assert not place.exists()


def test_a_first_window_that_hangs_is_said_in_words(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(single, "_PATIENCE", 0.2)
    first = claim(place)
    assert first is not None
    with pytest.raises(NoAnswer, match="is open already and does not answer; end it"):
        ring(place)
    first.release()


def test_the_place_is_of_a_directory_and_a_display_and_its_user_alone(place: Path, tmp_path: Path) -> None:
    runtime = {"XDG_RUNTIME_DIR": str(tmp_path)}
    places = {
        place,
        place_of(tmp_path / "other", {**runtime, "DISPLAY": ":1"}),
        place_of(tmp_path / "data", {**runtime, "DISPLAY": ":2"}),
        place_of(tmp_path / "data", {**runtime, "DISPLAY": ":1", "WAYLAND_DISPLAY": "wayland-0"}),
    }
    assert len(places) == 4
    one = claim(place)
    assert one is not None
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    one.release()


def test_without_a_runtime_directory_there_is_a_place_of_ours(tmp_path: Path) -> None:
    place = place_of(tmp_path, {"DISPLAY": ":1"})
    assert str(os.getuid()) in place.parent.name
    assert len(str(place)) < 100


def test_a_second_start_ends_well_and_a_killed_first_leaves_the_place(tmp_path: Path) -> None:
    words = ("--data-dir", str(tmp_path / "data"))
    quiet = {**OFFSCREEN, "BACKGROUND_COLLECTION_ENABLED": "off"}
    with Running(tmp_path / "first", *words, environ=quiet) as first:
        place = place_of(tmp_path / "data", {**os.environ, "DISPLAY": "", "WAYLAND_DISPLAY": "", **OFFSCREEN})
        assert first.appears(place)
        second = run(*words, environ=quiet)
        assert (second.returncode, second.stdout) == (
            0,
            "perfwatch: the window was open already; it came to the front\n",
        )
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
        assert place.exists()
    with Running(tmp_path / "third", *words, environ=quiet) as third:
        # what the first left behind is there already: that the place is taken shows in what the third says
        assert third.says("first start"), third.said
        assert run(*words, environ=quiet).returncode == 0
        assert third.stop() == 0
    assert not place.exists()
