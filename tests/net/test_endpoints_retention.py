"""The retention policy over HTTP and the socket: told, changed, applied."""

from __future__ import annotations

from typing import Any

import pytest

from tests.net.rig import Rig


@pytest.fixture(autouse=True)
def _as_before(rig: Rig) -> Any:
    yield
    before = {
        "retention_days": 30,
        "archive_enabled": True,
        "downsample_after_days": 30,
        "downsample_interval": "1m",
        "size_limit_bytes": None,
    }
    assert "result" in rig.rpc("retention.update", before)


def test_the_policy_is_told_with_what_is_stored(rig: Rig) -> None:
    found = rig.ask("/api/retention").json
    assert found["retention_days"] == found["downsample_after_days"] == 30
    assert (found["archive_enabled"], found["downsample_interval"]) == (True, "1m")
    assert found["size_bytes"] > 0
    assert {"oldest", "newest", "size_limit_bytes", "last_archive_run"} <= set(found)
    assert rig.rpc("retention.get")["result"] == found


def test_what_is_changed_stays_and_the_rest_is_as_it_was(rig: Rig) -> None:
    changed = rig.rpc("retention.update", {"retention_days": 90, "size_limit_bytes": 10**9})["result"]
    assert (changed["retention_days"], changed["size_limit_bytes"]) == (90, 10**9)
    assert changed["downsample_after_days"] == 30
    assert rig.ask("/api/retention").json == changed
    assert rig.rpc("retention.update", {"size_limit_bytes": None})["result"]["size_limit_bytes"] is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"retention_days": 0}, "1 to 3650"),
        ({"retention_days": 3651}, "1 to 3650"),
        ({"downsample_interval": "2m"}, "1m, 5m, 1h"),
        ({"retention_days": "ten"}, "retention_days"),
        ({"size_limit_bytes": 2**70}, "size_limit_bytes"),
        ({"forever": True}, "forever"),
    ],
)
def test_no_policy_is_refused_in_words(rig: Rig, change: dict[str, Any], words: str) -> None:
    error = rig.rpc("retention.update", change)["error"]
    assert error["code"] == -32602
    assert words in error["message"]


def test_cleaning_up_says_what_went_or_that_it_is_switched_off(rig: Rig) -> None:
    done = rig.rpc("retention.cleanup")["result"]
    assert (done["downsampled_days"], done["dropped_days"]) == (0, 0)
    assert done["size_bytes"] > 0
    assert rig.ask("/api/retention").json["last_archive_run"] is not None
    rig.rpc("retention.update", {"archive_enabled": False})
    assert "archive_enabled" in rig.rpc("retention.cleanup")["error"]["message"]


def test_only_who_is_logged_in_sees_or_changes_it(rig: Rig) -> None:
    assert rig.ask("/api/retention", token="").status == 401
    for method in ("retention.get", "retention.update", "retention.cleanup"):
        assert rig.rpc(method, token="")["error"]["code"] == -32001
