"""What is exported reads back equal to the store, in every format, and files appear whole or not at all."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from arro3.io import read_parquet
from hypothesis import HealthCheck, given, settings

from perfwatch_core.export import BadExport, Wish, export
from perfwatch_core.export_formats import replacing, safe, write_csv
from perfwatch_core.metric import Series
from perfwatch_core.sample import Sample, values_of
from perfwatch_core.spans import Span
from perfwatch_core.store.batch import Column, batches, moment, record
from perfwatch_core.store.link import Link
from perfwatch_core.store.packer import pack
from perfwatch_core.store.past import raw
from perfwatch_core.store.rows import Row
from perfwatch_core.store.writer import insert
from tests.core.history.test_packing import stored
from tests.core.store.samples import BEGIN, CATALOGUE, FSTYPE, USAGE, sample_lists

START = moment(round(BEGIN * 1e6))
SPAN = Span(START, START + timedelta(hours=4))


def exported(link: Link, machine_id: int, **wish: Any) -> bytes:
    """The bytes of an export of the span."""
    target = io.BytesIO()
    export(link, machine_id, CATALOGUE, Wish(SPAN, **wish), target)
    return target.getvalue()


@pytest.fixture
def expected(link: Link, machine_id: int) -> list[tuple[datetime, dict[str, Any]]]:
    """What is in the store: moments and values by address, half of them packed."""
    stored(link, machine_id, 1, 400)
    pack(link, machine_id, START + timedelta(hours=2, minutes=5))
    found = []
    for one in raw(link, machine_id, None, *SPAN):
        values: dict[Series, Any] = {}
        for type_, shape in one.by_type.items():
            values |= values_of(CATALOGUE.of_type(type_), shape)
        found.append((one.moment, {str(series): value for series, value in values.items()}))
    assert len(found) == 400
    return found


def test_json_lines_read_back_equal(
    link: Link, machine_id: int, expected: list[tuple[datetime, dict[str, Any]]]
) -> None:
    """So does JSON."""
    lines = [json.loads(line) for line in exported(link, machine_id, format="jsonl").splitlines()]
    assert lines == json.loads(exported(link, machine_id, format="json"))
    assert [line.pop("interval_seconds") for line in lines] == [30.0] * 400
    assert [(datetime.fromisoformat(line.pop("timestamp")), line) for line in lines] == expected


def test_csv_reads_back_equal(link: Link, machine_id: int, expected: list[tuple[datetime, dict[str, Any]]]) -> None:
    """By the standard's own reader."""
    text = exported(link, machine_id, format="csv").decode()
    assert text.count("\r\n") == 401
    for line, (time, values) in zip(csv.DictReader(io.StringIO(text, newline="")), expected, strict=True):
        assert datetime.fromisoformat(line.pop("timestamp")) == time
        line.pop("interval_seconds")
        words = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in values.items()}
        assert line == words


def test_parquet_reads_back_equal(link: Link, machine_id: int, expected: list[tuple[datetime, dict[str, Any]]]) -> None:
    """With types: time, numbers, flags, words."""
    table = read_parquet(io.BytesIO(exported(link, machine_id, format="parquet"))).read_all()
    columns = {name: table.column(name).to_pylist() for name in table.schema.names}
    assert columns.pop("timestamp") == [time for time, _ in expected]
    columns.pop("interval_seconds")
    assert columns == {name: [values[name] for _, values in expected] for name in expected[0][1]}


def _written(value: bool | float) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=sample_lists())
def test_whatever_was_stored_reads_back(link: Link, machine_id: int, taken: list[Sample]) -> None:
    """Names with commas, quotes and ends of lines, numbers of any size, gaps: as CSV and as Parquet, in order."""
    link.execute("TRUNCATE metrics_batch, history, history_recent, history_week")
    link.remembered.clear()
    for one in taken:
        columns = tuple(Column.of(series) for series in one.values)
        insert(link, machine_id, list(batches(1, [record(one, one.number, columns)])))
    ordered = [one for one in sorted(taken, key=lambda one: one.time) if one.values]
    if not ordered:
        return
    span = Span(START - timedelta(days=1), START + timedelta(days=1))
    target = io.BytesIO()
    export(link, machine_id, CATALOGUE, Wish(span), target)
    lines = list(csv.DictReader(io.StringIO(target.getvalue().decode(), newline="")))
    target = io.BytesIO()
    export(link, machine_id, CATALOGUE, Wish(span, format="parquet"), target)
    table = read_parquet(target).read_all()
    columns_read = {name: table.column(name).to_pylist() for name in table.schema.names}
    assert columns_read["timestamp"] == [moment(round(one.time * 1e6)) for one in ordered]
    for place, (line, one) in enumerate(zip(lines, ordered, strict=True)):
        known = {str(series): value for series, value in one.values.items()}
        assert {name: column[place] for name, column in columns_read.items() if name in known} == known
        for name, value in known.items():
            assert line[name] == (safe(value) if isinstance(value, str) else _written(value))
        empty = set(line) - set(known) - {"timestamp", "interval_seconds"}
        assert not any(line[name] for name in empty)


def test_bins_and_patterns_narrow_it_down(
    link: Link, machine_id: int, expected: list[tuple[datetime, dict[str, Any]]]
) -> None:
    """An hour's mean is that of its samples."""
    lines = exported(link, machine_id, format="jsonl", interval="1h", patterns=("cpu.usage*",)).splitlines()
    first = json.loads(lines[0])
    assert list(first) == ["timestamp", "cpu.usage_percent"]
    hour = [values["cpu.usage_percent"] for time, values in expected if time < START + timedelta(hours=1)]
    assert first["cpu.usage_percent"] == pytest.approx(sum(hour) / len(hour), rel=1e-12)
    header = exported(link, machine_id, types=("cpu",)).decode().splitlines()[0]
    assert header == "timestamp,interval_seconds,cpu.usage_percent,cpu.per_core[0],cpu.per_core[1]"


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"types": ("cpus",)}, "no metric type"),
        ({"patterns": ("x",)}, "nothing was stored"),
        ({"format": "xls"}, "no format"),
    ],
)
def test_a_bad_wish_is_refused_in_words(link: Link, machine_id: int, wish: dict[str, Any], words: str) -> None:
    """The sentence says what there is."""
    with pytest.raises(BadExport, match=words):
        exported(link, machine_id, **wish)


def test_no_name_and_no_word_is_a_formula() -> None:
    """Neither in the header nor in a cell; numbers below zero stay numbers."""
    target = io.BytesIO()
    series = [FSTYPE.of("=cmd|' /C calc'!A0"), USAGE.of()]
    write_csv(target, series, [Row(datetime(2026, 1, 1, tzinfo=UTC), None, ["=1+1", -2.5])])
    cells = list(csv.reader(io.StringIO(target.getvalue().decode(), newline="")))
    assert cells[1][2:] == ["'=1+1", "-2.5"]
    assert not any(cell.startswith(("=", "+", "@")) for row in cells for cell in row)
    assert safe("@SUM(A1)") == "'@SUM(A1)"


def test_a_file_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    """The old one stays until the new one is complete, and nothing else is left."""
    path = tmp_path / "out.csv"
    with replacing(path) as file:
        file.write(b"old")
        assert not path.exists()

    def broken() -> None:
        with replacing(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
