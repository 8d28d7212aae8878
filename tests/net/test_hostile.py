"""Hostile names through the whole server: stream, history, scrape; each arrives as it was, and does nothing."""

from __future__ import annotations

import json
import time

import pytest

from perfwatch_core.store.batch import plain_text
from tests.core.store.waiting import until
from tests.net.hostile import NAMES
from tests.net.rig import Rig, call, keep, sample
from tests.net.scraped import scraped

BEGIN = time.time() - 600


@pytest.fixture(scope="module", autouse=True)
def _stored(rig: Rig) -> None:
    machine = rig.engine.store.machine_id
    assert machine is not None
    values = {f"network.bytes_recv_per_sec[{name}]": 1.0 * number for number, name in enumerate(NAMES)}
    values |= {f"disk.usage_percent[{name}]": 1.0 * number for number, name in enumerate(NAMES)}
    taken = [sample(BEGIN + 5 * number, values) for number in range(12)]
    rig.engine.store.run(lambda link: keep(link, machine, taken)).result(30)
    rig.publish(values)
    until(lambda: rig.engine.newest is not None)


def test_the_stream_carries_them_as_they_are(rig: Rig) -> None:
    with rig.socket(f"/api/ws/metrics?token={rig.token}") as socket:
        data = json.loads(socket.recv(timeout=30))["data"]
        assert set(data["network"]["interfaces"]) == set(NAMES)
        assert set(data["disk"]["partitions"]) == set(NAMES)


def test_history_gives_them_back(rig: Rig) -> None:
    """But for NUL, which JSON in PostgreSQL cannot say."""
    found = rig.ask("/api/history/metrics?metric_type=network&start_time=-1h&interval=raw").json
    names = {plain_text(name) for name in NAMES}
    assert [set(point["data"]["interfaces"]) for point in found["data_points"]] == [names] * 12
    binned = rig.ask("/api/history/metrics?metric_type=network&start_time=-1h&interval=1m").json
    assert set(binned["data_points"][0]["data"]["interfaces"]) == names


def test_each_can_be_asked_for_by_its_address(rig: Rig) -> None:
    with rig.socket() as socket:
        call(socket, "auth.token", {"token": rig.token})
        for number, name in enumerate(NAMES):
            address = f"disk.usage_percent[{plain_text(name)}]"
            told = call(socket, "history.figures", {"series": [address], "start_time": "-1h"})["result"]
            assert told["series"][address]["mean"] == number


def test_the_scrape_has_them_as_labels(rig: Rig) -> None:
    found = scraped(rig.ask("/metrics").body.decode())
    labels = {one.labels["interface"] for one in found["perfwatch_network_interface_recv_bytes_per_second"].samples}
    assert labels == set(NAMES)
