"""The server as a whole and on a thread of its own: the first password, changes from elsewhere, on and off."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from perfwatch_core.engine import Engine
from perfwatch_core.settings import Settings
from perfwatch_core.store import accounts as rows
from perfwatch_core.store.cluster import Cluster
from perfwatch_net import service
from perfwatch_net.accounts import NotReady
from perfwatch_net.auth import PasswordRefused, SecretUnusable, new_password
from perfwatch_net.background import Background, NotServing
from perfwatch_net.service import Service
from tests.core.conftest import fresh_database
from tests.core.store.tables import with_tables
from tests.core.store.waiting import until
from tests.net.rig import PASSWORD, USER, Rig, call, doorway, end_of, started, stopped, with_quick_passwords


def test_the_first_password_is_said_once_and_must_be_changed(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_quick_passwords(monkeypatch)
    with fresh_database(cluster) as params:
        with_tables(params).close()
        for again in (False, True):
            rig = started(tmp_path / str(again), params, admin_password="")
            try:
                said = [line for line in rig.said if "password" in line]
                assert len(said) == (0 if again else 1)
                if not again:
                    first = re.fullmatch(r"first login: user 'admin', password '(.+)', to be changed at once", said[0])
                    assert first is not None
                    granted = rig.login(password=first[1]).json
                    assert granted["must_change_password"] is True
                    wish = {"old_password": first[1], "new_password": PASSWORD}
                    assert "result" in rig.rpc("auth.password", wish, token=granted["access_token"])
                assert rig.login().json["must_change_password"] is False
            finally:
                stopped(rig)


def test_a_password_that_another_process_sets_ends_the_sessions_here(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, cluster: Cluster, tmp_path: Path
) -> None:
    monkeypatch.setattr(service, "_LOOK_AGAIN_SECONDS", 0.05)
    with_quick_passwords(monkeypatch)
    with fresh_database(cluster) as params:
        with_tables(params).close()
        other = started(tmp_path, params)
        try:
            other.token = other.login().json["access_token"]
            with other.socket(f"/api/ws/metrics?token={other.token}") as socket:
                until(lambda: other.background.viewers == 1)
                job = new_password("set on the command line")
                other.engine.store.run(lambda link: rows.set_password(link, USER, job)).result(10)
                assert end_of(socket)[0] == 4001
        finally:
            stopped(other)
    assert rig.ask("/api/auth/me").status == 200


def test_the_owner_sets_a_password_and_signs_everyone_out(rig: Rig) -> None:
    for first in (True, False):
        with rig.socket() as socket:
            assert "result" in call(socket, "auth.token", {"token": rig.token})
            if first:
                rig.background.set_password("the owner's own").result(30)
            else:
                rig.background.sign_everyone_out().result(30)
            assert end_of(socket)[0] == 4001
        rig.token = rig.login(password="the owner's own").json["access_token"]
    with pytest.raises(PasswordRefused, match="too short"):
        rig.background.set_password("short").result(30)
    rig.background.set_password(PASSWORD).result(30)
    rig.token = rig.login().json["access_token"]


def test_it_is_switched_on_and_off_again_on_the_same_engine(rig: Rig) -> None:
    second = Background(rig.engine, rig.said.append)
    states = [second.alive]
    url = second.start().result(30)
    assert url != f"http://{rig.host}/"
    states.append(second.alive)
    assert second.stop(10)
    states.append(second.alive)
    assert (states, second.viewers, second.connections) == ([False, True, False], 0, 0)
    assert second.stop()
    with pytest.raises(NotServing, match="switch it on"):
        second.sign_everyone_out().result(1)


def test_one_that_was_never_started_can_be_stopped(tmp_path: Path) -> None:
    assert Background(Engine(Settings(data_dir=tmp_path), lambda *_: ()), print).stop()


def test_without_a_database_nobody_can_be_let_in_and_it_is_said(tmp_path: Path) -> None:
    with doorway(tmp_path) as rig:
        answer = rig.login()
        assert (answer.status, "database" in answer.detail) == (503, True)
        with pytest.raises(NotReady):
            rig.background.set_password("a long enough one").result(30)
        assert rig.ask("/health", token="").json["status"] == "starting"
        assert rig.ask("/metrics", token="").status == 401


def test_where_no_secret_can_be_kept_one_serves_this_run_and_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said: list[str] = []
    Service(Engine(Settings(data_dir=tmp_path / "file" / "data"), lambda *_: ()), said.append).accounts.close()
    assert len(said) == 1
    assert said[0].startswith("the next start ends all logins")


def test_a_secret_that_others_read_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "jwt-secret").write_bytes(b"x" * 32)
    (tmp_path / "jwt-secret").chmod(0o644)
    background = Background(Engine(Settings(data_dir=tmp_path), lambda *_: ()), print)
    with pytest.raises(SecretUnusable, match="chmod 600"):
        background.start().result(30)
    assert background.stop()


@pytest.mark.expects_log("the server ended by itself")
def test_a_first_password_that_is_not_accepted_ends_the_server_in_the_open(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_quick_passwords(monkeypatch)
    with fresh_database(cluster) as params:
        with_tables(params).close()
        with pytest.raises((ConnectionError, AssertionError)):
            started(tmp_path, params, admin_password="short")
