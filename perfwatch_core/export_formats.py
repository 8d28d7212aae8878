"""The files history is written as: CSV, JSON, JSON Lines and Parquet, each row by row."""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from perfwatch_core.metric import Kind, Series, Value
from perfwatch_core.store.batch import microseconds
from perfwatch_core.store.rows import Row
from perfwatch_core.units import Unit

# A spreadsheet takes what begins so for a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TIME, _INTERVAL = "timestamp", "interval_seconds"
# Rows of one Parquet batch: some megabytes with all series.
_BATCH = 4096
# Values that a group of rows holds in memory until it is complete: some tens of megabytes.
_GROUP = 2_000_000


Writer = Callable[[BinaryIO, Sequence[Series], Iterable[Row]], None]


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` when all went well, and leaves no trace when not."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(beside, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_csv(target: BinaryIO, series: Sequence[Series], rows: Iterable[Row]) -> None:
    """RFC 4180 with a header of addresses; an unknown value is an empty field.

    Words that a spreadsheet would take for a formula get an apostrophe in front.
    """
    text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=False)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_TIME, _INTERVAL, *(safe(str(one)) for one in series)])
    for row in rows:
        interval = "" if row.interval is None else repr(row.interval)
        writer.writerow([row.moment.isoformat(), interval, *map(_cell, row.values)])
    text.flush()
    text.detach()


def safe(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _cell(value: Value | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe(value) if isinstance(value, str) else repr(value)


def write_json_lines(target: BinaryIO, series: Sequence[Series], rows: Iterable[Row]) -> None:
    """One object a line, by addresses; what is not known is left out."""
    names = [str(one) for one in series]
    target.writelines(msgspec.json.encode(_object(names, row)) + b"\n" for row in rows)


def write_json(target: BinaryIO, series: Sequence[Series], rows: Iterable[Row]) -> None:
    """A list of the objects of JSON Lines."""
    names = [str(one) for one in series]
    lead = b"[\n"
    for row in rows:
        target.write(lead + msgspec.json.encode(_object(names, row)))
        lead = b",\n"
    target.write(b"[]\n" if lead == b"[\n" else b"\n]\n")


def _object(names: Sequence[str], row: Row) -> Mapping[str, Any]:
    known = {name: value for name, value in zip(names, row.values, strict=True) if value is not None}
    head: dict[str, Any] = {_TIME: row.moment.isoformat()}
    if row.interval is not None:
        head[_INTERVAL] = row.interval
    return head | known


def write_parquet(target: BinaryIO, series: Sequence[Series], rows: Iterable[Row]) -> None:
    """Columns with their types: UTC time in µs, float64, boolean, text; null is what is not known.

    A mean of flags, where history was downsampled or binned, is true from one half on.
    """
    # loaded only when asked for: 12 MB of library
    from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema
    from arro3.io import write_parquet as write

    moment_type = DataType.timestamp("us", tz="UTC")
    kinds = [_KINDS[_kind(one)] for one in series]
    types = [getattr(DataType, name)() for name, _ in kinds]
    fields = [Field(_TIME, moment_type), Field(_INTERVAL, DataType.float64())]
    schema = Schema([*fields, *(Field(str(one), type_) for one, type_ in zip(series, types, strict=True))])

    def batches() -> Iterator[RecordBatch]:
        rest = iter(rows)
        while piece := list(islice(rest, _BATCH)):
            moments = Array([microseconds(row.moment) for row in piece], DataType.int64()).cast(moment_type)
            intervals = Array([row.interval for row in piece], DataType.float64())
            columns = zip(*(row.values for row in piece), strict=True)
            values = [
                Array([None if one is None else make(one) for one in column], type_)
                for column, (_, make), type_ in zip(columns, kinds, types, strict=True)
            ]
            yield RecordBatch.from_arrays([moments, intervals, *values], schema=schema)

    reader = RecordBatchReader.from_batches(schema, batches())
    group = max(_BATCH, _GROUP // len(schema.names))
    write(reader, target, max_row_group_size=group, compression="zstd(3)")


def _kind(series: Series) -> str:
    if series.metric.kind is Kind.TEXT:
        return "text"
    return "flag" if series.metric.unit is Unit.FLAG else "number"


_KINDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "text": ("string", str),
    "flag": ("bool", lambda value: value >= 0.5),
    "number": ("float64", float),
}


FORMATS: dict[str, Writer] = {
    "csv": write_csv,
    "json": write_json,
    "jsonl": write_json_lines,
    "parquet": write_parquet,
}
