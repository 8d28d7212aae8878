"""The private cluster runs wherever its directory lies, and leaves what lies above as it is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from perfwatch_core.store import cluster_socket
from perfwatch_core.store.cluster import ClusterProblem
from tests.core.store.clusters import Owner, copied, place, query, used

ROOT = os.geteuid() == 0


def modes(path: Path) -> list[tuple[str, int, int]]:
    """Mode and owner of a path's directory and all above it."""
    return [(str(one), one.stat().st_mode, one.stat().st_uid) for one in (path, *path.parents)]


@pytest.mark.parametrize("name", ["with a  space", "quo'te\"d $HOME", "ünï", "-D"])
def test_paths_with_unusual_characters(made: Path, tmp_path: Path, name: str) -> None:
    """In the directory's name."""
    with used(copied(made, tmp_path / name)) as (_, params):
        assert params["host"] == str(tmp_path / name / "postgresql/data")
        assert query(params, "SELECT value FROM kept") == 42


@pytest.mark.parametrize("name", ["long" * 30, "a,b", b"\xff".decode(errors="surrogateescape")])
def test_paths_that_libpq_cannot_take(made: Path, tmp_path: Path, name: str) -> None:
    """Clients get a short link in XDG_RUNTIME_DIR; the socket itself stays where it is."""
    data_dir = copied(made, tmp_path / name)
    for _ in range(2):
        with used(data_dir) as (_, params):
            assert Path(params["host"]).parent == Path(os.environ["XDG_RUNTIME_DIR"])
            assert Path(params["host"]).readlink() == data_dir / "postgresql/data"
            assert query(params, "SELECT value FROM kept") == 42


def test_a_long_path_without_xdg_runtime_dir(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory of the system's serves, and another process finds the same server."""
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    data_dir = copied(made, tmp_path / ("long" * 30))
    with used(data_dir) as (one, params), Owner(data_dir) as other:
        assert other.params == params
        assert other.server == one.pids()[0]
        assert query(params, "SELECT value FROM kept") == 42
        assert Path(params["host"]).lstat().st_uid == os.geteuid()
    Path(params["host"]).unlink()


def test_without_xdg_runtime_dir(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not needed."""
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    with used(data_dir) as (_, params):
        assert query(params, "SELECT value FROM kept") == 42


def test_a_runtime_directory_that_others_can_write_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can replace the link could stand in for the server."""
    loose = tmp_path / "loose"
    loose.mkdir()
    loose.chmod(0o777)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(loose))
    found = Path(cluster_socket.directory_for_clients(tmp_path / ("long" * 30)))
    found.unlink()
    assert found.parent != loose


def test_a_link_of_somebody_elses_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is the only place left: a sentence. The stranger's link is ours, and we claim to be another."""
    monkeypatch.setattr("os.geteuid", lambda: 4_000_000)
    monkeypatch.setattr(cluster_socket, "_short_directories", lambda: [tmp_path])
    deep = Path("/" + "long" * 30)
    made_just_now = Path(cluster_socket.directory_for_clients(deep))
    assert made_just_now.parent == tmp_path
    with pytest.raises(ClusterProblem, match="set XDG_RUNTIME_DIR"):
        cluster_socket.directory_for_clients(deep)


def test_directories_above_keep_their_modes(made: Path, tmp_path: Path) -> None:
    """Also one that the server's user cannot enter."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    data_dir = copied(made, closed / "data")
    before = modes(data_dir)
    with used(data_dir) as (one, params):
        assert query(params, "SELECT value FROM kept") == 42
        home = place(data_dir).home.stat()
        assert stat.S_IMODE(home.st_mode) == stat.S_IMODE(place(data_dir).data.stat().st_mode) == 0o700
        runner = Path(f"/proc/{one.pids()[0]}").stat().st_uid
        # PostgreSQL refuses root, so root's runs as a system user
        assert 0 < runner < 1000 if ROOT else runner == os.geteuid()
        assert runner == place(data_dir).data.stat().st_uid
    assert modes(data_dir) == before
