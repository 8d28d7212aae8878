"""The stream to many: encoded and compressed once, to everyone at once, and never held up by one who does not read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

import pytest
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Close, Frame, Opcode
from websockets.sync.client import ClientConnection

from perfwatch_core.bus import Bus
from perfwatch_core.sample import Sample
from perfwatch_core.store.cluster import Cluster
from perfwatch_net.compression import LONGEST
from perfwatch_net.hub import TOO_SLOW, Hub
from perfwatch_net.limits import Limits
from tests.core.store.waiting import until
from tests.net.conftest import running
from tests.net.rig import Rig, call, sample
from tests.net.viewer import Viewer

UNREAD = 20_000


@pytest.fixture(scope="module")
def rig(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """With little patience for who does not read, but time to be told."""
    with running(cluster, tmp_path_factory, Limits(unread_bytes=UNREAD, close_seconds=10)) as one:
        yield one


@pytest.fixture(autouse=True)
def _alone(rig: Rig) -> None:
    """Nobody watches who came for another test."""
    until(lambda: rig.background.viewers == 0)


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[Sample]:
    """The samples that were made into what goes over the wire, one entry each time."""
    found: list[Sample] = []
    wire = Sample.wire

    def counted(sample: Sample, metrics: Any) -> dict[str, dict[str, Any]]:
        found.append(sample)
        return wire(sample, metrics)

    monkeypatch.setattr(Sample, "wire", counted)
    return found


def watching(rig: Rig, stack: ExitStack, rpc: bool = False) -> ClientConnection:
    """A viewer that has read what there was."""
    before = rig.background.viewers
    socket = stack.enter_context(rig.socket("/api/ws" if rpc else f"/api/ws/metrics?token={rig.token}"))
    if rpc:
        call(socket, "auth.token", {"token": rig.token})
        assert call(socket, "metrics.subscribe")["result"] == {"subscribed": True}
    until(lambda: rig.background.viewers == before + 1)
    return socket


def subscribe(rig: Rig, viewer: Viewer) -> None:
    wishes: Any = ("auth.token", {"token": rig.token}), ("metrics.subscribe", {})
    for number, (method, params) in enumerate(wishes):
        viewer.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))


def usage_in(message: Any) -> float:
    found: float = json.loads(message)["data"]["cpu"]["usage_percent"]
    return found


def told(viewer: ClientConnection, usage: float) -> dict[str, Any]:
    """The message about one sample, whatever came before."""
    while True:
        message = json.loads(viewer.recv(timeout=30))
        if message.get("params", message)["data"]["cpu"]["usage_percent"] == usage:
            found: dict[str, Any] = message
            return found


def told_of(viewer: ClientConnection, usage: float) -> list[float | None]:
    """The cores in the message about one sample."""
    found: list[float | None] = told(viewer, usage)["data"]["cpu"]["per_core"]
    return found


def test_each_kind_of_viewer_has_its_own_shape_and_the_same_data(rig: Rig) -> None:
    with ExitStack() as stack:
        plain, rpc = watching(rig, stack), watching(rig, stack, rpc=True)
        sample = rig.publish({"cpu.usage_percent": 7.5})
        message, notification = told(plain, 7.5), told(rpc, 7.5)
        assert list(message) == ["type", "timestamp", "data"]
        assert (message["type"], message["timestamp"]) == ("metrics", sample.moment.isoformat())
        assert (notification["jsonrpc"], notification["method"]) == ("2.0", "metrics")
        assert notification["params"] == {"timestamp": message["timestamp"], "data": message["data"]}
        assert set(message["data"]) >= {"cpu", "memory", "network", "disk", "pressure", "self"}
        # whoever comes later sees the newest at once
        assert told(watching(rig, stack), 7.5)["data"] == message["data"]


def test_a_sample_is_encoded_and_compressed_once_for_all(
    rig: Rig, encoded: list[Sample], monkeypatch: pytest.MonkeyPatch
) -> None:
    compressed: list[bytes] = []
    encode = PerMessageDeflate.encode

    def packed(extension: PerMessageDeflate, frame: Frame) -> Frame:
        if frame.opcode is Opcode.TEXT and b"metrics" in bytes(frame.data)[:60]:
            compressed.append(bytes(frame.data))
        return encode(extension, frame)

    with ExitStack() as stack:
        viewers = [watching(rig, stack, rpc=number % 2 == 1) for number in range(8)]
        # what they were given on their arrival is not what is counted
        rig.publish({"cpu.usage_percent": 1.0})
        for viewer in viewers:
            told(viewer, 1.0)
        encoded.clear()
        monkeypatch.setattr(PerMessageDeflate, "encode", packed)
        for value in (2.0, 3.0, 4.0):
            rig.publish({"cpu.usage_percent": value})
            for viewer in viewers:
                told(viewer, value)
    assert len(encoded) == 3
    # a message and a notification for each; the clients' own frames are no metrics
    assert len(compressed) == 6


def test_for_nobody_nothing_is_encoded_and_who_comes_has_it_all(rig: Rig, encoded: list[Sample]) -> None:
    hub = Hub(Bus(), rig.engine.catalogue, UNREAD)
    for number in range(1, 6):
        hub.publish(sample(number, {"cpu.usage_percent": number, "cpu.per_core[0]": 5}))
    assert encoded == []
    told = [json.loads(bytes(one))["data"] for one in hub.recent()]
    # what there may be thousands of is the stream's and history's
    assert told == [{"cpu": {"usage_percent": number}} for number in range(1, 6)]
    with ExitStack() as stack:
        rig.publish({"cpu.usage_percent": 6.5, "cpu.per_core[0]": 5})
        assert told_of(watching(rig, stack), 6.5) == [5]


def test_a_sample_of_a_large_machine_goes_over_the_wire_compressed(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[tuple[int, int]] = []
    encode = PerMessageDeflate.encode

    def packed(extension: PerMessageDeflate, frame: Frame) -> Frame:
        answer = encode(extension, frame)
        sizes.append((len(frame.data), len(answer.data)))
        return answer

    monkeypatch.setattr(PerMessageDeflate, "encode", packed)
    values = {f"network.bytes_recv_per_sec[veth{number}]": number for number in range(2000)}
    with ExitStack() as stack:
        viewer = watching(rig, stack)
        rig.publish({"cpu.usage_percent": 8.25, **values})
        told(viewer, 8.25)
    whole, sent = max(sizes)
    assert whole > LONGEST
    assert sent < whole / 5


def large(number: int) -> Mapping[str, float]:
    """About 40 kB of JSON."""
    return {"cpu.usage_percent": number} | {f"network.bytes_recv_per_sec[interface {i}]": 1.0 * i for i in range(100)}


@pytest.mark.parametrize("rpc", [False, True], ids=["stream", "rpc"])
def test_who_does_not_read_is_told_and_dropped_and_nobody_else_notices(rig: Rig, rpc: bool) -> None:
    service = rig.background.service
    assert service is not None
    dropped = service.hub.slow
    path = "/api/ws" if rpc else "/api/ws/metrics"
    with ExitStack() as stack, Viewer(rig.port, path, "" if rpc else rig.token) as stalled:
        if rpc:
            subscribe(rig, stalled)
        until(lambda: rig.background.viewers == 1)
        reader = watching(rig, stack)
        sent = 0
        while service.hub.slow == dropped:
            sent += 1
            assert sent < 200, "the buffer has no bound"
            rig.publish(large(sent))
            # the one who reads misses none
            assert usage_in(reader.recv(timeout=30)) >= sent - 1
        until(lambda: rig.background.viewers == 1)
        received = 0
        while (frame := stalled.read()).opcode is not Opcode.CLOSE:
            received += 1
        close = Close.parse(bytes(frame.data))
        assert (close.code, close.reason) == (1013, TOO_SLOW)
        assert received < sent + 5
        rig.publish(large(999))
        told(reader, 999)


def test_who_is_being_sent_a_long_answer_is_not_taken_for_one_who_does_not_read(rig: Rig) -> None:
    service = rig.background.service
    assert service is not None
    dropped = service.hub.slow
    with Viewer(rig.port, "/api/ws") as viewer:
        subscribe(rig, viewer)
        until(lambda: rig.background.viewers == 1)
        for number in range(10, 40):
            viewer.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": "layout.get"}))
        until(
            lambda: any(one.answering and one.transport.get_write_buffer_size() > UNREAD for one in service.house.crowd)
        )
        for number in range(50):
            rig.publish({"cpu.usage_percent": float(number)})
        answers = set()
        while 39 not in answers:
            frame = viewer.read()
            assert frame.opcode is Opcode.TEXT
            answers.add(json.loads(bytes(frame.data)).get("id"))
        assert answers >= set(range(10, 40))
        assert service.hub.slow == dropped


def test_the_count_of_viewers_is_part_of_what_perfwatch_says_of_itself(rig: Rig) -> None:
    with ExitStack() as stack:
        watching(rig, stack)
        watching(rig, stack, rpc=True)
        assert rig.engine.vitals.clients() == 2
    until(lambda: rig.engine.vitals.clients() == 0)


def test_what_the_clock_has_not_reached_any_more_is_not_told_to_who_comes(rig: Rig) -> None:
    """Set back by half a minute, or by a year: a browser gets each moment once, and none that lies ahead."""
    hub = Hub(Bus(), rig.engine.catalogue, UNREAD)
    for number, time in enumerate((1000.0, 1020.0, 1040.0, 1010.0, 900.0), 1):
        hub.publish(Sample(number, time, 5.0, {}))
        told = [json.loads(bytes(one))["timestamp"] for one in hub.recent()]
        assert told == sorted(set(told))
        assert told[-1] == Sample(number, time, 5.0, {}).moment.isoformat()
