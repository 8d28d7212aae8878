"""The first start: it says where the data are and what cannot be measured, asks nothing, and says it once."""

from __future__ import annotations

from pathlib import Path

import pytest

from perfwatch_core import doctor
from perfwatch_core.doctor import Finding, Verdict
from perfwatch_core.settings import Settings
from tests.whole.program import Running

# A machine without perf: what mends that has to be said.
BARE = {"PATH": "/nowhere", "SAMPLING_INTERVAL_SECONDS": "0.5", "BACKGROUND_COLLECTION_ENABLED": "off"}


def test_headless_it_says_where_data_live_and_what_lacks(tmp_path: Path) -> None:
    data = tmp_path / "data"
    words = ("--serve", "--port", "0", "--data-dir", str(data))
    with Running(tmp_path / "said", *words, environ=BARE) as first:
        assert first.says("'perfwatch doctor' says more")
        assert f"is kept in {data}, which only you can read" in first.said
        assert "Not measured here: perf_events: " in first.said
        assert "apt install" in first.said
        assert first.stop() == 0
    with Running(tmp_path / "again", *words, environ=BARE) as again:
        assert again.says("the page is at")
        assert "first start" not in again.said
        assert again.stop() == 0


def test_the_window_says_it_too(tmp_path: Path) -> None:
    environ = {"QT_QPA_PLATFORM": "offscreen", **BARE}
    with Running(tmp_path / "said", "--data-dir", str(tmp_path / "data"), environ=environ) as window:
        assert window.says("says so on its card")
        assert "is kept in" in window.said


def test_a_database_of_ones_own_is_named_instead(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url="postgresql://me@host/perfwatch")
    assert "in the database that you named" in doctor.first_words(settings)


@pytest.mark.parametrize("made", [True, False])
def test_an_empty_directory_is_a_first_start(made: bool, tmp_path: Path) -> None:
    place = tmp_path / "data"
    if made:
        place.mkdir()
    assert doctor.first_words(Settings(data_dir=place))
    place.mkdir(exist_ok=True)
    (place / "secret").touch()
    assert doctor.first_words(Settings(data_dir=place)) == ""


def test_only_what_is_not_measured_at_all_is_said() -> None:
    findings = [
        Finding("cpu", Verdict.GOOD, "12 values"),
        Finding("cpu", Verdict.PARTLY, "no sensor"),
        Finding("x", Verdict.NOT, "no x"),
    ]
    assert doctor.lacking(findings) == ["Not measured here: x: no x"]
