"""A file system in user space that says it is there and then answers nothing: `deaf.py POINT takes|leaves`.

It speaks just enough of the protocol (linux/fuse.h) for mount(2). With `takes` it takes each request, after which the
kernel lets nobody give up; with `leaves` requests lie unread. It ends, and the mount with it, when its input does.
"""

from __future__ import annotations

import ctypes
import os
import select
import struct
import sys

_INIT = 26
_HEAD = struct.Struct("=IIQ")  # length, kind, number of the request
# struct fuse_init_out: version, readahead, flags, limits, granularity of times; the rest is nothing.
_UP = struct.pack("=IIIIHHIIHH", 7, 31, 0, 0, 12, 10, 4096, 1, 0, 0) + bytes(28)


def main(point: str, takes: bool) -> None:
    """Mount, say "up", be deaf."""
    kernel = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    options = f"fd={kernel},rootmode=40000,user_id=0,group_id=0".encode()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(b"deaf", os.fsencode(point), b"fuse.deaf", 0, options):
        raise SystemExit(os.strerror(ctypes.get_errno()))
    length, kind, number = _HEAD.unpack_from(os.read(kernel, 1 << 17))
    assert kind == _INIT, (length, kind)
    os.write(kernel, struct.pack("=IiQ", 16 + len(_UP), 0, number) + _UP)
    print("up", flush=True)
    while 0 not in (ready := select.select([0, kernel] if takes else [0], [], [])[0]):
        assert ready
        os.read(kernel, 1 << 17)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] == "takes")
