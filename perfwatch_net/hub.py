"""Who watches the stream: a sample is encoded once, if anyone does; who does not read is dropped."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import deque
from functools import cached_property

import msgspec
from websockets.frames import CloseCode, Opcode
from websockets.protocol import State

from perfwatch_core.bus import Bus, Inbox
from perfwatch_core.metric import Catalogue
from perfwatch_core.sample import Sample
from perfwatch_net.compression import SharedFrame, packing
from perfwatch_net.connection import Connection
from perfwatch_net.wire import metrics_message, metrics_notification

TOO_SLOW = "you did not read what was sent; connect again when you can"
# Between the bus and the loop only the newest samples matter.
_WAITING = 4
# What history cannot tell yet: a batch of samples is committed after 25 s.
RECENT_SECONDS = 40.0
_MOST_RECENT = 90


class Hub:
    """The viewers of two streams: plain messages, and JSON-RPC notifications. Lives on the event loop."""

    def __init__(self, bus: Bus[Sample], catalogue: Catalogue, unread_bytes: int) -> None:
        self._bus = bus
        self._catalogue = catalogue
        self._unread_bytes = unread_bytes
        self._plain: set[Connection] = set()
        self._rpc: set[Connection] = set()
        self._newest: _Told | None = None
        self._kept: deque[tuple[float, bytes]] = deque(maxlen=_MOST_RECENT)
        self._goodbyes: set[asyncio.Future[None]] = set()
        self.slow = 0  # viewers dropped since the start

    def __len__(self) -> int:
        return len(self._plain) + len(self._rpc)

    async def run(self) -> None:
        """Pass on samples until cancelled."""
        loop = asyncio.get_running_loop()
        something = asyncio.Event()

        def ring() -> None:
            loop.call_soon_threadsafe(something.set)

        inbox: Inbox[Sample] = Inbox(_WAITING, ring)
        self._bus.join(inbox)
        try:
            while True:
                await something.wait()
                something.clear()
                for sample in inbox.take():
                    self.publish(sample)
        finally:
            self._bus.leave(inbox)

    def publish(self, sample: Sample) -> None:
        """Write a sample to all viewers; costs each one system call and waits for none."""
        self._newest = _Told(sample, self._catalogue)
        # what the clock has not reached any more, after it was set back, goes as in every chart
        while self._kept and self._kept[-1][0] >= sample.time:
            self._kept.pop()
        self._kept.append((sample.time, _of_the_whole(sample)))
        while self._kept[0][0] < sample.time - RECENT_SECONDS:
            self._kept.popleft()
        for viewers, rpc in ((self._plain, False), (self._rpc, True)):
            if viewers:
                self._send(viewers, self._newest.message(rpc))

    def recent(self) -> list[msgspec.Raw]:
        """Messages with what was known of the machine as a whole in the last `RECENT_SECONDS`, the oldest first."""
        return [msgspec.Raw(message) for _, message in self._kept]

    def watch(self, viewer: Connection, rpc: bool) -> None:
        """From now on send this viewer each sample; the newest at once."""
        (self._rpc if rpc else self._plain).add(viewer)
        if self._newest is not None:
            self._newest.message(rpc).write(viewer)

    def leave(self, viewer: Connection) -> None:
        """Send it nothing more; leaving twice is fine."""
        self._plain.discard(viewer)
        self._rpc.discard(viewer)

    def _send(self, viewers: set[Connection], message: _Message) -> None:
        for viewer in list(viewers):
            if viewer.transport.get_write_buffer_size() <= self._unread_bytes:
                message.write(viewer)
            elif not viewer.answering:
                # who is being sent a long answer only misses a sample
                self._drop(viewer)

    def _drop(self, viewer: Connection) -> None:
        """Say goodbye; the reason stands behind what was not read, and after a time-out the connection is cut."""
        self.slow += 1
        self.leave(viewer)
        goodbye = asyncio.ensure_future(viewer.close(CloseCode.TRY_AGAIN_LATER, TOO_SLOW))
        # the loop itself holds tasks weakly
        self._goodbyes.add(goodbye)
        goodbye.add_done_callback(self._goodbyes.discard)


def _of_the_whole(sample: Sample) -> bytes:
    """The message of what has no instance, which is all that charts draw: little, on any machine."""
    values = {series: value for series, value in sample.values.items() if not series.instance}
    whole = dataclasses.replace(sample, values=values)
    return metrics_message(sample.moment.isoformat(), whole.by_type())


class _Told:
    """A sample as messages, which are made when the first viewer wants one."""

    def __init__(self, sample: Sample, catalogue: Catalogue) -> None:
        self._sample = sample
        self._catalogue = catalogue
        self._messages: dict[bool, _Message] = {}

    @cached_property
    def _data(self) -> msgspec.Raw:
        return msgspec.Raw(msgspec.json.encode(self._sample.wire(self._catalogue)))

    def message(self, rpc: bool) -> _Message:
        """For one of the two streams; the same one each time."""
        if rpc not in self._messages:
            make = metrics_notification if rpc else metrics_message
            self._messages[rpc] = _Message(make(self._sample.moment.isoformat(), self._data))
        return self._messages[rpc]


class _Message:
    """A message as the bytes that go to a socket, made once for each way it is compressed.

    The library's own broadcast makes them anew for each connection, which takes as long as sending them.
    """

    def __init__(self, text: bytes) -> None:
        self._frame = SharedFrame(Opcode.TEXT, text)
        self._packed: dict[int, bytes] = {}

    def write(self, viewer: Connection) -> None:
        """Write it to an open socket; nothing we send is in fragments that it could come between."""
        if viewer.protocol.state is not State.OPEN:
            return
        extensions = viewer.protocol.extensions
        key = packing(extensions)
        data = self._packed.get(key)
        if data is None:
            data = self._packed[key] = self._frame.serialize(mask=False, extensions=extensions)
        viewer.transport.write(data)
