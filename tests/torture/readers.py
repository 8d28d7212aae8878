"""Some browsers in a process of their own, which tell of each sample that all of them have read."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.torture.viewer import token
from tests.whole.program import ROOT

COUNT = 3
_PASSWORD = "a long password"


class Readers:
    """The other end: how many samples every one of them has `read`; AssertionError where one was sent away."""

    def __init__(self, url: str) -> None:
        command = [sys.executable, "-m", "tests.torture.readers", url]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, bufsize=0)
        self.read = -1
        # until they are connected
        self.wait_for(0)

    def wait_for(self, samples: int) -> None:
        """Until every one has read so many."""
        assert self._process.stdout is not None
        while self.read < samples:
            told = os.read(self._process.stdout.fileno(), 4096)
            assert told, f"the readers ended after {self.read} samples"
            self.read += len(told)

    def join(self, seconds: float) -> None:
        """Wait until the server has said goodbye to all of them."""
        self._process.wait(seconds)
        assert self._process.stdout is not None
        self._process.stdout.close()


class _Progress:
    """Writes a byte to standard output for each sample that all have read."""

    def __init__(self) -> None:
        self._read = [0] * COUNT
        self._told = 0

    async def follow(self, reader: int, browser: ClientConnection) -> None:
        """Read until the server says goodbye."""
        try:
            async for _ in browser:
                self._read[reader] += 1
                if (least := min(self._read)) > self._told:
                    os.write(1, b"." * (least - self._told))
                    self._told = least
        except ConnectionClosed:
            # it went away without a word: what is missing then shows in the count
            return


async def _main(url: str) -> None:
    pass_ = token(url, _PASSWORD)
    address = f"{url.replace('http', 'ws')}/api/ws/metrics?token={pass_}"
    browsers = [await connect(address, proxy=None) for _ in range(COUNT)]
    os.write(1, b".")
    progress = _Progress()
    await asyncio.gather(*(progress.follow(number, one) for number, one in enumerate(browsers)))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
