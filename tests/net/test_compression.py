"""Compression without memory of what was sent before: what is equal for one viewer is equal for all."""

import zlib

import pytest
from websockets.extensions import Extension
from websockets.frames import Frame, Opcode

from perfwatch_net.compression import LONGEST, Deflate, DeflateFactory, SharedFrame, packing


def agreed(*offer: tuple[str, str | None]) -> Deflate:
    _, extension = DeflateFactory().process_request_params(list(offer), [])
    assert isinstance(extension, Deflate)
    return extension


def unpacked(frame: Frame) -> bytes:
    return zlib.decompressobj(wbits=-15).decompress(bytes(frame.data) + b"\x00\x00\xff\xff")


def test_a_message_is_the_same_bytes_for_everyone_whatever_came_before() -> None:
    one, two = agreed(), agreed()
    message = b'{"type":"metrics"}' * 100
    one.encode(Frame(Opcode.TEXT, b"something else" * 100))
    first = one.encode(Frame(Opcode.TEXT, message))
    assert two.encode(Frame(Opcode.TEXT, message)) == first
    assert unpacked(first) == message
    assert len(first.data) < len(message) / 10
    assert first.rsv1


def test_viewers_are_told_apart_by_their_window_only() -> None:
    wide: list[Extension] = [agreed()]
    narrow: list[Extension] = [agreed(("server_max_window_bits", "9"))]
    assert (packing(wide), packing(narrow), packing([])) == (12, 9, 0)
    assert packing([agreed(("client_max_window_bits", None))]) == packing(wide)


@pytest.mark.parametrize("frame", [Frame(Opcode.PING, b"x"), Frame(Opcode.TEXT, b"a" * (LONGEST + 1))])
def test_control_frames_and_very_long_ones_pass_as_they_are(frame: Frame) -> None:
    assert agreed().encode(frame) is frame


def test_what_goes_to_all_viewers_is_compressed_however_long_it_is() -> None:
    message = b'{"bytes_sent_total":0}' * LONGEST
    packed = agreed().encode(SharedFrame(Opcode.TEXT, message))
    assert unpacked(packed) == message
    assert len(packed.data) < LONGEST


@pytest.mark.parametrize("offer", [(), (("client_max_window_bits", None),)])
def test_the_answer_keeps_no_context(offer: tuple[tuple[str, str | None], ...]) -> None:
    answer, _ = DeflateFactory().process_request_params(list(offer), [])
    assert ("server_no_context_takeover", None) in answer
    assert ("client_no_context_takeover", None) in answer
