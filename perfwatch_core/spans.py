"""Moments and spans as people write them: `-2h`, `yesterday`, `now`, ISO 8601 with or without a zone, `A..B`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import NamedTuple

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_RELATIVE = re.compile(r"(?:now)?\s*([+-])\s*(\d{1,6}(?:\.\d+)?)\s*([smhdw])")
_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
_ACCEPTED = "give ISO 8601 (2026-01-31T12:00), -2h (s, m, h, d or w), now, today or yesterday"


class BadTime(ValueError):
    """What was written is no moment; the words say what would be."""


class Span(NamedTuple):
    """From a moment to a later one, the end not included."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it truly lasts, whatever clocks were changed meanwhile."""
        return self.end - self.start

    def moved(self, by: timedelta) -> Span:
        """A span of equal length earlier or later."""
        return Span(self.start + by, self.end + by)


def moment_of(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The moment in UTC that `text` names, seen at `now` (aware).

    Without a zone of its own it is in `zone`, by default that of this machine; days begin at local midnight,
    also when clocks were changed. BadTime says what is accepted.
    """
    try:
        # in UTC, for the difference of two moments in one zone is one of wall clocks (datetime's documentation)
        return _named(text.strip().lower(), now, zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadTime(f"{text!r} is no time; {_ACCEPTED}") from None


def _named(words: str, now: datetime, zone: tzinfo | None) -> datetime:
    if words == "now":
        return now
    if words in _DAYS:
        return _local(datetime.combine(now.astimezone(zone).date() + timedelta(days=_DAYS[words]), time()), zone)
    if match := _RELATIVE.fullmatch(words):
        sign, number, unit = match.groups()
        seconds = float(number) * _UNITS[unit]
        return now + timedelta(seconds=-seconds if sign == "-" else seconds)
    # fromisoformat wants the letters of RFC 3339 in upper case
    found = datetime.fromisoformat(words.upper())
    return found if found.tzinfo else _local(found, zone)


def span_of(start: str, end: str, now: datetime, zone: tzinfo | None = None) -> Span:
    """The span between two moments; BadTime where it does not end after it begins."""
    span = Span(moment_of(start, now, zone), moment_of(end, now, zone))
    if span.end <= span.start:
        raise BadTime(f"{end!r} is not after {start!r}; give the earlier moment first")
    return span


def span_between(text: str, now: datetime, zone: tzinfo | None = None) -> Span:
    """The span written `FROM..TO`."""
    start, dots, end = text.partition("..")
    if not dots:
        raise BadTime(f"{text!r} is no span; give FROM..TO, such as -2h..-1h")
    return span_of(start, end, now, zone)


def local(moment: datetime) -> str:
    """A moment as people of this machine's zone read it, which `moment_of` takes back to the second."""
    return moment.astimezone().isoformat(timespec="seconds")


def _local(naive: datetime, zone: tzinfo | None) -> datetime:
    return naive.astimezone() if zone is None else naive.replace(tzinfo=zone)
