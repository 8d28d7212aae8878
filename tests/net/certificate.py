"""A certificate for localhost that nobody else has, made anew for each test: X.509 (RFC 5280) on P-256 (FIPS 186-5)."""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path

_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_A = _P - 3
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Point = tuple[int, int] | None


def _plus(one: Point, two: Point) -> Point:
    if one is None or two is None:
        return one or two
    (x1, y1), (x2, y2) = one, two
    if x1 == x2 and (y1 + y2) % _P == 0:
        return None
    slope = (3 * x1 * x1 + _A) * pow(2 * y1, -1, _P) if one == two else (y2 - y1) * pow(x2 - x1, -1, _P)
    x = (slope * slope - x1 - x2) % _P
    return x, (slope * (x1 - x) - y1) % _P


def _times(factor: int, point: Point) -> tuple[int, int]:
    total: Point = None
    while factor:
        if factor & 1:
            total = _plus(total, point)
        point, factor = _plus(point, point), factor >> 1
    assert total is not None
    return total


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = len(body)
    length = bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + body


def _whole(value: int) -> bytes:
    return _der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


_P256 = bytes.fromhex("06082a8648ce3d030107")
_EC_KEY = bytes.fromhex("06072a8648ce3d0201")
_ECDSA_SHA256 = _der(0x30, bytes.fromhex("06082a8648ce3d040302"))
_COMMON_NAME = bytes.fromhex("0603550403")
_OTHER_NAMES = bytes.fromhex("0603551d11")


def _pem(label: str, body: bytes) -> str:
    return f"-----BEGIN {label}-----\n{base64.encodebytes(body).decode()}-----END {label}-----\n"


def write_certificate(directory: Path) -> tuple[Path, Path]:
    """The files of a certificate for localhost and 127.0.0.1 that signed itself, and of its key."""
    key = secrets.randbelow(_N - 1) + 1
    x, y = _times(key, _G)
    public = _der(3, b"\0\4" + x.to_bytes(32, "big") + y.to_bytes(32, "big"))
    name = _der(0x30, _der(0x31, _der(0x30, _COMMON_NAME, _der(12, b"localhost"))))
    also = _der(0x30, _der(0x82, b"localhost"), _der(0x87, bytes([127, 0, 0, 1])))
    body = _der(
        0x30,
        _der(0xA0, _whole(2)),
        _whole(secrets.randbits(64)),
        _ECDSA_SHA256,
        name,
        _der(0x30, _der(0x17, b"200101000000Z"), _der(0x17, b"490101000000Z")),
        name,
        _der(0x30, _der(0x30, _EC_KEY, _P256), public),
        _der(0xA3, _der(0x30, _der(0x30, _OTHER_NAMES, _der(4, also)))),
    )
    nonce = secrets.randbelow(_N - 1) + 1
    r = _times(nonce, _G)[0] % _N
    s = pow(nonce, -1, _N) * (int.from_bytes(hashlib.sha256(body).digest(), "big") + r * key) % _N
    certificate = _der(0x30, body, _ECDSA_SHA256, _der(3, b"\0" + _der(0x30, _whole(r), _whole(s))))
    private = _der(0x30, _whole(1), _der(4, key.to_bytes(32, "big")), _der(0xA0, _P256), _der(0xA1, public))
    paths = directory / "certificate.pem", directory / "key.pem"
    paths[0].write_text(_pem("CERTIFICATE", certificate))
    paths[1].write_text(_pem("EC PRIVATE KEY", private))
    return paths
