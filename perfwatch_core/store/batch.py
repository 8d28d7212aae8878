"""Up to thirty seconds of samples as one column-wise JSON text, which is how they are stored.

A commit costs a disk about 30 kB whatever it carries (two WAL pages and the file system's own journal), and
JSONB rows of single samples repeat every name. So the samples between two commits travel as one `Batch`:

    {"at": [0, 5000012, …], "interval": [null, 5000, …], "data": {type: {field: leaf, …}}}

`at` is microseconds since the batch began, `interval` milliseconds. A leaf that never changed is its bare
value; otherwise it is a list with one entry for each sample, null where the value was not known; a list that
never changed is a list of one. The view `metrics_snapshot` undoes this in SQL, `store/columns.py` in Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from perfwatch_core.metric import Series, Value
from perfwatch_core.sample import Sample
from perfwatch_core.units import Unit

# A batch never spans more than this, so a reader finds all that touches a moment by looking this far back.
SPAN_SECONDS = 300
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST = 2**63 - 1

Place = tuple[str | int, ...]


class Column(NamedTuple):
    """Where one series stands in the JSON object: its type and keys, an int for the index in a list.

    `flag` marks numbers that mean yes or no.
    """

    place: Place
    flag: bool

    @classmethod
    def of(cls, series: Series) -> Column:
        """The column of a series."""
        *path, last = map(plain_text, (*series.above, series.last))
        listed = bool(series.instance) and series.metric.at.endswith("#")
        return cls((*path, int(last[1:]) if listed else last), series.metric.unit is Unit.FLAG)


class Record(NamedTuple):
    """One sample as the journal keeps it: UTC µs, true interval in seconds, a value for each column."""

    number: int
    at: int
    interval: float | None
    columns: tuple[Column, ...]
    values: tuple[Value | None, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Consecutive samples ready to be stored.

    (`source`, `first`) names it for ever, so storing it twice is harmless: `source` is the random number of
    the journal it came from, `first` the number of its first sample there. `started` and `ended` are UTC
    microseconds since 1970 of its first and last sample, `body` the JSON text.
    """

    source: int
    first: int
    count: int
    started: int
    ended: int
    body: bytes

    @property
    def since(self) -> datetime:
        """The moment of the first sample, exact to the microsecond."""
        return moment(self.started)

    @property
    def until(self) -> datetime:
        """The moment of the last sample, exact to the microsecond."""
        return moment(self.ended)


def moment(microseconds: int) -> datetime:
    """UTC microseconds since 1970 as an aware datetime, without the rounding of a float."""
    return _EPOCH + timedelta(microseconds=microseconds)


def microseconds(time: float | datetime) -> int:
    """UTC seconds since 1970, or an aware datetime, as whole microseconds."""
    if isinstance(time, datetime):
        return (time - _EPOCH) // timedelta(microseconds=1)
    return round(time * 1_000_000)


def record(sample: Sample, number: int, columns: tuple[Column, ...]) -> Record:
    """The sample under its number in the journal; `columns` are those of `sample.values`, in order."""
    return Record(number, microseconds(sample.time), sample.interval, columns, tuple(sample.values.values()))


def batches(source: int, records: Sequence[Record]) -> Iterator[Batch]:
    """Fold records, oldest first, into as few batches as may be.

    A new one begins where the wall clock went back or stood still, and where `SPAN_SECONDS` would be
    exceeded: inside a batch time always rises.
    """
    begin = 0
    for index in range(1, len(records) + 1):
        if index < len(records):
            last, now = records[index - 1], records[index]
            if last.at < now.at <= records[begin].at + SPAN_SECONDS * 1_000_000 and now.number == last.number + 1:
                continue
        yield _fold(source, records[begin:index])
        begin = index


def _fold(source: int, records: Sequence[Record]) -> Batch:
    first, last = records[0], records[-1]
    body = {
        "at": [one.at - first.at for one in records],
        "interval": [None if one.interval is None else round(one.interval * 1000) for one in records],
        "data": _tree(_columns(records)),
    }
    return Batch(source, first.number, len(records), first.at, last.at, clean_json(body))


def _columns(records: Sequence[Record]) -> dict[Column, Sequence[Value | None]]:
    """The values of each column over all records, None where a record has none."""
    layout = records[0].columns
    if all(one.columns is layout or one.columns == layout for one in records):
        return dict(zip(layout, zip(*(one.values for one in records), strict=True), strict=True))
    found: dict[Column, list[Value | None]] = {}
    for index, one in enumerate(records):
        for column, value in zip(one.columns, one.values, strict=True):
            found.setdefault(column, [None] * len(records))[index] = value
    return dict(found)


def _tree(columns: Mapping[Column, Sequence[Value | None]]) -> dict[str, Any]:
    """The nested objects with their leaves; what is addressed by an index becomes a list for each sample."""
    root: dict[str, Any] = {}
    lists: dict[Place, dict[int, Sequence[Any]]] = {}
    for (place, flag), column in columns.items():
        values: Sequence[Any] = [None if value is None else bool(value) for value in column] if flag else column
        if isinstance(place[-1], int):
            lists.setdefault(place[:-1], {})[place[-1]] = values
        else:
            _put(root, place, values[0] if _constant(values) else values)
    for place, by_index in lists.items():
        rows = list(_rows(by_index))
        _put(root, place, rows[:1] if _constant(rows) else rows)
    return root


def _put(root: dict[Any, Any], place: Place, leaf: Any) -> None:
    node = root
    for part in place[:-1]:
        node = node.setdefault(part, {})
    node[place[-1]] = leaf


def _constant(values: Sequence[Any]) -> bool:
    # 1 == True and 0 == 0.0 in Python, but a column holds one kind of value only
    return values.count(values[0]) == len(values)


def _rows(by_index: Mapping[int, Sequence[Any]]) -> Iterator[list[Any] | None]:
    """{0: [a, b], 2: [c, None]} as [a, None, c], [b]; None where a whole row is unknown."""
    nothing = [None] * len(next(iter(by_index.values())))
    for column in zip(*(by_index.get(index, nothing) for index in range(max(by_index) + 1)), strict=True):
        row = list(column)
        # a list is as long as that sample's own: its last element is known
        while row and row[-1] is None:
            row.pop()
        yield row or None


def clean_json(body: dict[str, Any]) -> bytes:
    """JSON that PostgreSQL takes: msgspec writes NaN and infinity as null, the rest is mended here."""
    try:
        text = msgspec.json.encode(body)
    except (OverflowError, UnicodeEncodeError):
        text = msgspec.json.encode(_mended(body))
    # rare: JSONB has no NUL, and only a full look tells an escaped NUL from a backslash before "u0000"
    return msgspec.json.encode(_mended(body)) if b"\\u0000" in text else text


def _mended(node: Any) -> Any:
    """The same tree without NUL, lone surrogates, or whole numbers over 64 bits."""
    if isinstance(node, dict):
        return {_mended(key): _mended(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_mended(value) for value in node]
    if isinstance(node, str):
        return plain_text(node)
    if isinstance(node, int) and not -_LARGEST <= node <= _LARGEST:
        return float(node) if abs(node) < 1e300 else None
    return node


def plain_text(text: str) -> str:
    """The text with a replacement for each NUL and each half of a surrogate pair: PostgreSQL has neither."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
