"""The machine and PerfWatch itself: liveness without secrets, settings that can be changed, facts."""

from __future__ import annotations

import time

import pytest

from perfwatch_core import bus
from tests.net.rig import INTERVAL, Rig


@pytest.mark.parametrize("clock", [0.0, -10 * INTERVAL, 10 * INTERVAL])
def test_liveness_needs_no_login_and_no_clock(rig: Rig, monkeypatch: pytest.MonkeyPatch, clock: float) -> None:
    """A clock that is set makes no sample older or younger than it is."""
    rig.publish({"cpu.usage_percent": 1.0}, time=time.time() + clock)
    health = rig.ask("/health", token="").json
    assert (health["status"], health["role"]) == ("ok", "collecting")
    assert 0 <= health["last_sample_seconds"] < 30
    monkeypatch.setattr(bus, "monotonic", lambda: time.monotonic() + 10 * INTERVAL)
    assert rig.ask("/health", token="").json["status"] == "stale"


def test_the_state_of_the_store_needs_no_login_and_tells_no_secret(rig: Rig) -> None:
    store = rig.ask("/api/db-status", token="").json
    assert set(store) == {"ok", "kind", "queued"}
    assert (store["ok"], store["kind"]) == (True, "external")
    assert store["queued"] >= 0


def test_the_configuration_tells_facts_and_what_can_be_set(rig: Rig) -> None:
    config = rig.ask("/api/config").json
    assert {"system", "role", "database", "notices", "data_dir", "settings"} == set(config)
    assert config["settings"]["interval"]["value"] == INTERVAL
    assert "from 0.5 to 60" in config["settings"]["interval"]["accepts"]
    for secret in ("jwt_secret", "admin_password", "database_url", "host", "insecure"):
        assert secret not in config["settings"]
    assert config["system"] == rig.rpc("system.info")["result"]
    assert config["system"]["cpus"] >= 1
    assert "correct horse" not in str(config)


def test_a_setting_is_changed_at_once_and_remembered(rig: Rig) -> None:
    changed = rig.rpc("config.update", {"settings": {"perf_interval_ms": 2500, "perf_per_core": True}})["result"]
    assert changed["settings"]["perf_interval_ms"]["value"] == 2500
    assert changed["settings"]["perf_per_core"]["value"] is True
    assert rig.engine.settings.perf_interval_ms == 2500
    assert rig.engine.store.get_config().result(10)["perf_interval_ms"] == 2500


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"interval": 0}, "from 0.5 to 60"),
        ({"interval": "soon"}, "from 0.5 to 60"),
        ({"nothing": 1}, "there is no setting 'nothing'"),
        ({"host": "0.0.0.0"}, "host"),
        ({"admin_password": "x"}, "admin_password"),
        ({"interval": None}, "settings"),
        ({"interval": 1, "perf_cpus": "9-1"}, "a list like 0-3,6"),
    ],
)
def test_what_cannot_be_set_is_refused_in_words_and_nothing_of_it_is_done(
    rig: Rig, settings: dict[str, object], words: str
) -> None:
    error = rig.rpc("config.update", {"settings": settings})["error"]
    assert (error["code"], words in error["message"]) == (-32602, True), error
    assert rig.engine.settings.interval == INTERVAL


def test_only_who_is_logged_in_reads_or_changes_settings(rig: Rig) -> None:
    assert rig.ask("/api/config", token="").status == 401
    for method in ("config.get", "system.info", "layout.get", "metrics.subscribe"):
        assert rig.rpc(method, token="")["error"]["code"] == -32001
    assert rig.rpc("config.update", {"settings": {}}, token="")["error"]["code"] == -32001
