"""Compression of the stream that is done once for each sample, however many viewers it has."""

from __future__ import annotations

from collections.abc import Sequence

from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import Frame
from websockets.typing import ExtensionParameter

# 4 KiB: larger windows cost each message memory and gain little on 3 kB of JSON.
_WINDOW_BITS = 12
# Some milliseconds of the event loop; longer ones, such as history, go as they are.
_LONGEST = 256 * 1024


class _Newest:
    """The message that was compressed last, for each window size."""

    def __init__(self) -> None:
        self.frames: dict[int, tuple[object, Frame]] = {}


class SharedDeflate(PerMessageDeflate):
    """permessage-deflate (RFC 7692) without context takeover, where equal bytes compress equally for everyone.

    So the newest message is kept compressed, and each connection of the same window size gets that.
    """

    def __init__(self, remote_bits: int, local_bits: int, newest: _Newest) -> None:
        super().__init__(True, True, remote_bits, local_bits, {"memLevel": 5})
        self._newest = newest

    def encode(self, frame: Frame) -> Frame:
        """The frame compressed; the very same payload object is compressed only the first time."""
        kept = self._newest.frames.get(self.local_max_window_bits)
        if kept is not None and kept[0] is frame.data:
            return kept[1]
        payload = frame.data
        if len(payload) > _LONGEST:
            return frame
        packed = super().encode(frame)
        if packed is not frame:
            self._newest.frames[self.local_max_window_bits] = (payload, packed)
        return packed


class SharedDeflateFactory(ServerPerMessageDeflateFactory):
    """Negotiates `SharedDeflate` with each client that offers the extension."""

    def __init__(self) -> None:
        super().__init__(
            server_no_context_takeover=True,
            client_no_context_takeover=True,
            server_max_window_bits=_WINDOW_BITS,
            client_max_window_bits=_WINDOW_BITS,
        )
        self._shared = _Newest()

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        """What is answered to the client's offer, and the extension for its connection."""
        answer, agreed = super().process_request_params(params, accepted_extensions)
        shared = SharedDeflate(agreed.remote_max_window_bits, agreed.local_max_window_bits, self._shared)
        return answer, shared
