"""The parser: intervals from bytes in any pieces, in bounded memory, whatever comes."""

import itertools
import random
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.collectors.perf.lines import State
from perfwatch_core.collectors.perf.names import EVENTS
from perfwatch_core.collectors.perf.output import LONGEST_LINE, MOST_ROWS, Interval, Parser
from perfwatch_core.collectors.perf.window import window_of

from .conftest import RUNS
from .damage import CAPTURED_LINES, EVERYTHING, INTERVALS, damaged

TASK = [*EVENTS, "task-clock"]


def line(time: float, event: str, value: str = "7") -> bytes:
    return f"{time:.9f};{value};;{event};1000;100.00;;\n".encode()


def parsed(parser: Parser, *pieces: bytes) -> list[Interval]:
    done = [interval for piece in pieces for interval in parser.feed(piece)]
    return done + parser.close()


@pytest.mark.parametrize("path", INTERVALS, ids=lambda path: path.name)
def test_every_captured_run_has_intervals_of_one_size(path: Path) -> None:
    intervals = parsed(Parser(TASK), path.read_bytes())
    assert intervals
    assert len({len(interval.rows) for interval in intervals}) == 1
    assert all(interval.seconds and interval.seconds > 0 for interval in intervals)


def test_a_stalled_perf_prints_a_long_interval_with_its_true_length() -> None:
    intervals = parsed(Parser(TASK), (RUNS / "captured/stall_sigstop_interval.txt").read_bytes())
    assert intervals[2].seconds == pytest.approx(1.243621998 - 0.200911847)
    assert intervals[2].rows[0].value == 249


def test_not_counted_in_a_tiny_interval() -> None:
    intervals = parsed(Parser(TASK), (RUNS / "captured/not_counted_tiny_interval.txt").read_bytes())
    states = [interval.rows[0].state for interval in intervals]
    assert states == [State.OK, *[State.NOT_COUNTED] * 3, State.OK]


@given(run=st.sampled_from(INTERVALS), cuts=st.lists(st.integers(0, 20000), max_size=30))
def test_the_pieces_do_not_matter(run: Path, cuts: list[int]) -> None:
    whole = run.read_bytes()
    edges = [0, *sorted(cut % (len(whole) + 1) for cut in cuts), len(whole)]
    pieces = [whole[start:end] for start, end in itertools.pairwise(edges)]
    assert parsed(Parser(TASK), *pieces) == parsed(Parser(TASK), whole)


pieces_of_lines = st.sampled_from(
    [
        *(line for path in EVERYTHING for line in path.read_bytes().splitlines(keepends=True)),
        b"\n",
        b"{",
        b"1.0;",
        b"\xff",
    ]
)


@given(
    pieces=st.lists(st.one_of(pieces_of_lines, st.binary(max_size=30)), max_size=40),
    cuts=st.lists(st.integers(0, 4000), max_size=10),
)
def test_whatever_comes_in_whatever_pieces_is_read_the_same_and_never_raises(
    pieces: list[bytes], cuts: list[int]
) -> None:
    whole = b"".join(pieces)
    edges = [0, *sorted(cut % (len(whole) + 1) for cut in cuts), len(whole)]
    cut_up = [whole[start:end] for start, end in itertools.pairwise(edges)]
    intervals = parsed(Parser(TASK), *cut_up)
    assert intervals == parsed(Parser(TASK), whole)
    for interval in intervals:
        assert interval.seconds is None or interval.seconds > 0
        for row in interval.rows:
            assert (row.value is not None) == (row.state in (State.OK, State.SCALED))
        window_of([interval])


@given(times=st.lists(st.integers(0, 10**12), max_size=20))
def test_lengths_are_true_however_the_clock_jumps(times: list[int]) -> None:
    moments = [time / 1e9 for time, _ in itertools.groupby(times)]
    intervals = parsed(Parser(), *(line(moment, "cycles") for moment in moments))
    assert len(intervals) == len(moments)
    for before, moment, interval in zip([0.0, *moments], moments, intervals, strict=False):
        assert interval.seconds == (moment - before if moment > before else None)


def test_an_interval_is_out_as_soon_as_it_has_all_its_lines() -> None:
    parser = Parser(lines=2)
    assert parser.feed(line(1, "cycles")) == []
    assert [interval.time for interval in parser.feed(line(1, "branches"))] == [1.0]


def test_without_knowing_better_the_next_time_ends_an_interval_and_the_size_is_learned() -> None:
    parser = Parser()
    assert parser.feed(line(1, "cycles") + line(1, "branches")) == []
    assert [interval.time for interval in parser.feed(line(2, "cycles"))] == [1.0]
    assert [interval.time for interval in parser.feed(line(2, "branches"))] == [2.0]


def test_missing_lines_wait_for_the_next_time_and_are_missing() -> None:
    parser = Parser(lines=2)
    assert parser.feed(line(1, "cycles")) == []
    (interval,) = parser.feed(line(2, "cycles"))
    assert [row.event for row in interval.rows] == ["cycles"]


def test_lines_after_an_early_end_make_no_second_interval() -> None:
    parser = Parser(lines=1)
    (first,) = parser.feed(line(1, "cycles") + line(1, "branches"))
    assert [row.event for row in first.rows] == ["cycles"]
    (second,) = parser.feed(line(2, "cycles") + line(2, "branches"))
    assert [row.event for row in second.rows] == ["cycles", "branches"]
    assert second.seconds == 1.0


def test_a_clock_that_goes_back_gives_an_interval_of_unknown_length() -> None:
    intervals = parsed(Parser(), line(5, "cycles") + line(2, "cycles") + line(3, "cycles"))
    assert [interval.seconds for interval in intervals] == [5.0, None, 1.0]


def test_text_of_others_between_the_lines_changes_nothing() -> None:
    noise = b"perf: warning; something, else\n\xff\xfe\x00\n{broken\n"
    clean = line(1, "cycles") + line(2, "cycles")
    assert parsed(Parser(), noise + clean[:30] + clean[30:] + noise) == parsed(Parser(), clean)


def test_events_nobody_asked_for_are_left_out() -> None:
    assert parsed(Parser(), line(1, "sched:sched_switch") + line(1, "nonsense")) == []


def test_a_last_line_without_its_end_is_not_trusted() -> None:
    assert parsed(Parser(), line(1, "cycles") + b"2.0;123") == parsed(Parser(), line(1, "cycles"))


def test_an_endless_line_takes_no_memory_and_the_next_line_counts() -> None:
    parser = Parser(lines=1)
    tracemalloc.start()
    for _ in range(2000):
        assert parser.feed(b"x" * 10_000) == []
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * LONGEST_LINE
    assert parser.feed(b"tail\n" + line(1, "cycles"))[0].time == 1.0


def test_an_endless_interval_takes_bounded_memory() -> None:
    parser = Parser()
    for _ in range(MOST_ROWS // 1024 + 1):
        parser.feed(line(1, "cycles") * 1024)
    (interval,) = parser.close()
    assert len(interval.rows) == MOST_ROWS


def test_damaged_lines_never_raise_and_unknown_is_never_a_number(fuzz_lines: int) -> None:
    chance = random.Random(20261124)
    lines = damaged(chance, CAPTURED_LINES)
    unknown = [line for line in CAPTURED_LINES if b"<not" in line]
    parser = Parser(TASK)
    fed = rows = 0
    while fed < fuzz_lines:
        chunk = b"".join(itertools.islice(lines, 500))
        rows += sum(len(interval.rows) for interval in parser.feed(chunk))
        fed += 500
    assert rows > fuzz_lines // 10
    # damage elsewhere in a line that says <not …> leaves it unknown
    for line_ in unknown * 20:
        text = bytearray(line_)
        mark = line_.index(b"<not")
        for _ in range(3):
            at = chance.randrange(len(text))
            if not mark <= at < mark + 15:
                text[at] = chance.randrange(256)
        fresh = Parser(TASK)
        for interval in parsed(fresh, bytes(text).replace(b"\n", b" ") + b"\n"):
            assert all(row.value is None for row in interval.rows)
