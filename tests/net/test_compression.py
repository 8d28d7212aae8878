"""One compression for all viewers: the same object is compressed once, and each client can read it."""

import zlib

import pytest
from websockets.frames import Frame, Opcode

from perfwatch_net.compression import SharedDeflate, SharedDeflateFactory


def agreed(factory: SharedDeflateFactory, *offer: tuple[str, str | None]) -> SharedDeflate:
    _, extension = factory.process_request_params(list(offer), [])
    assert isinstance(extension, SharedDeflate)
    return extension


def unpacked(frame: Frame) -> bytes:
    return zlib.decompressobj(wbits=-15).decompress(bytes(frame.data) + b"\x00\x00\xff\xff")


def test_the_second_viewer_gets_the_very_frame_of_the_first() -> None:
    factory = SharedDeflateFactory()
    one, two = agreed(factory), agreed(factory)
    message = b'{"type":"metrics"}' * 100
    first = one.encode(Frame(Opcode.TEXT, message))
    assert two.encode(Frame(Opcode.TEXT, message)) is first
    assert unpacked(first) == message
    assert len(first.data) < len(message) / 10
    assert first.rsv1


def test_another_message_is_compressed_anew() -> None:
    factory = SharedDeflateFactory()
    viewer = agreed(factory)
    first, second = b"a" * 3000, b"b" * 3000
    viewer.encode(Frame(Opcode.TEXT, first))
    assert unpacked(viewer.encode(Frame(Opcode.TEXT, second))) == second


def test_a_smaller_window_has_its_own_frame() -> None:
    factory = SharedDeflateFactory()
    wide, narrow = agreed(factory), agreed(factory, ("server_max_window_bits", "9"))
    message = b"0123456789" * 500
    assert wide.encode(Frame(Opcode.TEXT, message)) is not narrow.encode(Frame(Opcode.TEXT, message))
    assert narrow.local_max_window_bits == 9


def test_control_frames_pass_as_they_are() -> None:
    ping = Frame(Opcode.PING, b"x")
    assert agreed(SharedDeflateFactory()).encode(ping) is ping


@pytest.mark.parametrize("offer", [(), (("client_max_window_bits", None),)])
def test_the_answer_keeps_no_context(offer: tuple[tuple[str, str | None], ...]) -> None:
    answer, _ = SharedDeflateFactory().process_request_params(list(offer), [])
    assert ("server_no_context_takeover", None) in answer
    assert ("client_no_context_takeover", None) in answer
