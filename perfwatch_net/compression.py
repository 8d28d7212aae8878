"""Compression of messages such that equal ones compress equally for every viewer, so that once is enough."""

from __future__ import annotations

from collections.abc import Sequence

from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.frames import Frame
from websockets.typing import ExtensionParameter

# 4 KiB: larger windows cost each message memory and gain little on 3 kB of JSON.
_WINDOW_BITS = 12
# Some milliseconds of the event loop; longer answers, such as history, go as they are.
LONGEST = 256 * 1024


class SharedFrame(Frame):
    """A message to all viewers, compressed once for all of them however long it is.

    The sample of a large machine has a megabyte: over a slow line it would not arrive before the next one.
    """


class Deflate(PerMessageDeflate):
    """permessage-deflate (RFC 7692) without context takeover: a message does not depend on those before it."""

    def __init__(self, remote_bits: int, local_bits: int) -> None:
        super().__init__(True, True, remote_bits, local_bits, {"memLevel": 5})

    def encode(self, frame: Frame) -> Frame:
        """The frame compressed, unless it is a control frame or an answer too long to compress between two samples."""
        long = len(frame.data) > LONGEST and not isinstance(frame, SharedFrame)
        return frame if long else super().encode(frame)


class DeflateFactory(ServerPerMessageDeflateFactory):
    """Negotiates `Deflate` with each client that offers the extension."""

    def __init__(self) -> None:
        super().__init__(
            server_no_context_takeover=True,
            client_no_context_takeover=True,
            server_max_window_bits=_WINDOW_BITS,
            client_max_window_bits=_WINDOW_BITS,
        )

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        """What is answered to the client's offer, and the extension for its connection."""
        answer, agreed = super().process_request_params(params, accepted_extensions)
        return answer, Deflate(agreed.remote_max_window_bits, agreed.local_max_window_bits)


def packing(extensions: Sequence[Extension]) -> int:
    """What tells connections apart that get other bytes for the same message: the window's bits, 0 for none."""
    return next((one.local_max_window_bits for one in extensions if isinstance(one, Deflate)), 0)
