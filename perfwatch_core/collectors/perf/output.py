"""Turns the bytes `perf stat -I` writes into intervals, whatever version, locale or processor wrote them."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import NamedTuple

from perfwatch_core.collectors.perf.lines import Row, row_of
from perfwatch_core.collectors.perf.names import EVENTS

# The longest line seen is under 400 bytes; a "line" beyond this is not perf's and must not fill memory.
LONGEST_LINE = 4096
# 17 events on three kinds of PMU for each of 1024 CPUs is 52,224.
MOST_ROWS = 65536
# Over how many intervals the parser remembers how many lines an interval has.
MEMORY = 16


class Interval(NamedTuple):
    """What perf counted between two of its timestamps.

    `time` is seconds since perf began, as printed; `seconds` the true length of the interval, None
    where it is not known because perf's clock did not advance.
    """

    time: float
    seconds: float | None
    rows: tuple[Row, ...]


class Parser:
    """Fed with bytes as they come, gives each interval as soon as it is complete.

    An interval is complete when a line with another time appears, or when it has as many lines as the
    fullest of those before it; `lines` is that number where it is known beforehand. Lines are told
    apart by what they say, never by position. Memory is bounded, and no input raises.
    """

    def __init__(self, wanted: Collection[str] = EVENTS, lines: int = 0) -> None:
        self._wanted = frozenset(wanted)
        self._sizes: deque[int] = deque([lines], maxlen=MEMORY)
        self._needed = lines
        self._rest = b""
        self._skipping = False
        self._time = 0.0
        self._rows: list[Row] = []
        self._before = 0.0
        self._ended: float | None = None

    def feed(self, data: bytes) -> list[Interval]:
        """The intervals that these bytes complete, oldest first."""
        *lines, rest = (self._rest + data).split(b"\n")
        if self._skipping and lines:
            del lines[0]
            self._skipping = False
        if self._skipping or len(rest) > LONGEST_LINE:
            self._skipping, rest = True, b""
        self._rest = rest
        done: list[Interval] = []
        for line in lines:
            if len(line) <= LONGEST_LINE:
                self._take(line, done)
        return done

    def close(self) -> list[Interval]:
        """What is left when perf has ended; a last line without its newline is not trusted."""
        done: list[Interval] = []
        if self._rows:
            self._end(done)
        self._rest = b""
        return done

    def _take(self, line: bytes, done: list[Interval]) -> None:
        time, row = row_of(line)
        if row is None or row.event not in self._wanted:
            return
        if self._rows and time != self._time:
            self._end(done)
        if not self._rows:
            if time == self._ended:
                # the interval had more lines than any before it and is already out: wait for them next time
                self._sizes[-1] += 1
                self._needed = max(self._sizes)
                return
            self._time = time
        if len(self._rows) < MOST_ROWS:
            self._rows.append(row)
        if len(self._rows) == self._needed:
            self._end(done)

    def _end(self, done: list[Interval]) -> None:
        seconds = self._time - self._before if self._time > self._before else None
        done.append(Interval(self._time, seconds, tuple(self._rows)))
        self._before = self._ended = self._time
        self._sizes.append(len(self._rows))
        self._needed = max(self._sizes)
        self._rows.clear()
