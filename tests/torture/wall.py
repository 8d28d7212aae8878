"""A time of day that only some processes see: libfaketime, told by a file, leaves every other clock alone."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from tests.whole.program import ROOT

# Debian's package faketime; elsewhere it may lie beside other libraries.
_PLACES = (
    "/usr/lib/*/faketime/libfaketime.so.1",
    "/usr/lib*/faketime/libfaketime.so.1",
    "/usr/local/lib/faketime/*.so.1",
)
# libfaketime takes the moment of an absolute sleep on the monotonic clock, as time.sleep has it, for one of the wall.
_SLEEP = "import select, time\ntime.sleep = lambda seconds: select.select([], [], [], seconds) and None\n"


def library() -> Path | None:
    """Where libfaketime is, None where it is not installed."""
    return next((path for place in _PLACES for path in sorted(Path("/").glob(place[1:]))), None)


class Wall:
    """A clock that is `ahead` seconds of the true one, or stands; whoever has `environ` lives by it."""

    def __init__(self, place: Path, faketime: Path) -> None:
        place.mkdir()
        self._told = place / "told"
        (place / "sitecustomize.py").write_text(_SLEEP)
        # a server has another user
        place.chmod(0o755)
        self._ahead = 0.0
        self._stands: float | None = None
        self.set(0.0)
        self.preload: Mapping[str, str] = {
            "LD_PRELOAD": str(faketime),
            "FAKETIME_TIMESTAMP_FILE": str(self._told),
            "FAKETIME_FMT": "%s",
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
        self.environ: Mapping[str, str] = {**self.preload, "PYTHONPATH": f"{place}:{ROOT}"}

    def set(self, ahead: float) -> None:
        """Set it so many seconds ahead of the true one."""
        self._ahead, self._stands = ahead, None
        self._tell(f"{ahead:+.6f}")

    def slew(self, by: float) -> None:
        """Set it so many seconds further."""
        self.set(self._ahead + by)

    def reach(self, moment: float) -> None:
        """Set it to a moment (UTC seconds)."""
        self.set(moment - time.time())

    def stand(self) -> None:
        """Let it stand where it is, on a whole second."""
        self._stands = float(int(self.now))
        self._tell(f"{self._stands:.0f}")

    @property
    def now(self) -> float:
        """What it shows (UTC seconds)."""
        return time.time() + self._ahead if self._stands is None else self._stands

    def _tell(self, words: str) -> None:
        # whole at once: it is read at every look at the clock
        draft = self._told.with_suffix(".new")
        draft.write_text(words + "\n")
        draft.chmod(0o644)
        draft.replace(self._told)
