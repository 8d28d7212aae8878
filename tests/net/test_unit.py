"""The systemd units: shut off as far as systemd can judge, and gone again when they are taken away."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from perfwatch_net import unit

# As `systemd-analyze security` sums up: 0 is shut, 10 wide open.
MOST_EXPOSED = 3.0
WORDS = ["/opt/perfwatch/perfwatch"]


def exposure(text: str, folder: Path) -> float:
    """What systemd says of a unit, without running it."""
    path = folder / unit.NAME
    path.write_text(text)
    words = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(path)]
    answer = subprocess.run(words, capture_output=True, text=True, check=True)
    found = re.search(r"Overall exposure level for perfwatch.service: ([\d.]+)", answer.stdout)
    assert found is not None, answer.stdout
    return float(found[1])


@pytest.mark.parametrize("kind", ["user", "system"])
def test_it_is_shut_off(kind: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    text = unit.user_unit(WORDS, data) if kind == "user" else unit.system_unit(WORDS, data, "nobody")
    assert exposure(text, tmp_path) < MOST_EXPOSED


def test_only_the_system_unit_has_a_capability() -> None:
    assert "AmbientCapabilities=CAP_PERFMON" in unit.system_unit(WORDS, Path("/data"), "nobody")
    assert "CAP_PERFMON" not in unit.user_unit(WORDS, Path("/data"))


def test_both_have_a_share_of_the_processors_and_only_the_systems_a_priority() -> None:
    """A user's manager that is asked for one below 0 starts nothing (systemd.exec(5), Nice=)."""
    user, system = unit.user_unit(WORDS, Path("/data")), unit.system_unit(WORDS, Path("/data"), "nobody")
    assert "\nCPUWeight=200\n" in user
    assert "\nCPUWeight=200\n" in system
    assert "\nNice=-10\n" in system
    assert "Nice=" not in user


def test_odd_places_are_quoted() -> None:
    text = unit.user_unit(["/opt/my programs/perf%watch"], Path("/srv/my $data"))
    assert 'ExecStart="/opt/my programs/perf%%watch" --data-dir "/srv/my $$data" --serve\n' in text
    assert 'ReadWritePaths="/srv/my $$data" %t\n' in text


def test_it_is_written_and_leaves_no_trace(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert unit.install(WORDS, data, system=False) == 0
    path = unit.directory() / unit.NAME
    assert f"wrote {path}" in capsys.readouterr().out
    assert data.is_dir()
    # as `systemctl --user enable` does
    wants = path.parent / "default.target.wants"
    wants.mkdir()
    (wants / unit.NAME).symlink_to(path)
    assert unit.uninstall(data) == 0
    assert not path.parent.exists()
    assert not data.exists()
    capsys.readouterr()
    assert unit.uninstall(data) == 0
    assert "there is no " in capsys.readouterr().out


def test_the_data_stay_when_the_unit_goes(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/kept").touch()
    unit.install(WORDS, tmp_path / "data", system=False)
    unit.uninstall(tmp_path / "data")
    assert (tmp_path / "data/kept").exists()


def test_what_cannot_be_written_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert unit.install(WORDS, tmp_path / "file/data", system=False) == 1
    assert "cannot be written" in capsys.readouterr().err
