"""One line of perf's output: what it counts, its state, and that what is unknown is never 0."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_core.collectors.perf.lines import Row, State, row_of
from perfwatch_core.collectors.perf.names import EVENTS

OK, SCALED = State.OK, State.SCALED
NOT_COUNTED, NOT_SUPPORTED = State.NOT_COUNTED, State.NOT_SUPPORTED


def counter(value: str, event: str, runtime: int = 5, percent: str = "100.00", rest: str = "", place: str = "") -> str:
    """A line of `perf stat -j` about the interval that ended after 1.5 s."""
    return (
        f'{{"interval" : 1.5, {place}"counter-value" : {value}, "unit" : "", "event" : "{event}", '
        f'"event-runtime" : {runtime}, "pcnt-running" : {percent}{rest}}}'
    )


JSON_LINES = {
    "a metric in quotes": (
        counter('"4066679471.000000"', "instructions", rest=', "metric-value" : "1.628330", "metric-unit" : "insn"'),
        Row("", "", "instructions", OK, 4066679471.0, 100.0),
    ),
    "a metric with its threshold": (
        counter(
            '"9237201.000000"',
            "branch-misses",
            rest=', "metric-value" : "1.009559", "metric-unit" : "of all branches", "metric-threshold" : "good"',
        ),
        Row("", "", "branch-misses", OK, 9237201.0, 100.0),
    ),
    "a metric that is nan": (
        counter('"12.000000"', "cycles", rest=', "metric-value" : "nan", "metric-unit" : "(null)"'),
        Row("", "", "cycles", OK, 12.0, 100.0),
    ),
    "new keys, cgroup and variance": (
        counter(
            "12", "cycles", percent="33.00", rest=', "cgroup" : "a/b", "variance" : 8.88', place='"counters" : 1, '
        ),
        Row("", "", "cycles", SCALED, 12.0, 33.0),
    ),
    "one CPU": (
        counter('"12.000000"', "cycles", place='"cpu" : "3", '),
        Row("3", "", "cycles", OK, 12.0, 100.0),
    ),
    "one core": (
        counter('"<not supported>"', "cycles:u", runtime=0, place='"core" : "S0-D0-C1", "aggregate-number" : 1, '),
        Row("S0-D0-C1", "", "cycles", NOT_SUPPORTED, None, None),
    ),
    "one die": (
        counter('"12.000000"', "cycles", place='"die" : "S0-D0", "aggregate-number" : 4, '),
        Row("S0-D0", "", "cycles", OK, 12.0, 100.0),
    ),
    "one kind of core": (
        counter('"12.000000"', "cpu_atom/cycles/", percent="54.00"),
        Row("", "cpu_atom", "cycles", SCALED, 12.0, 54.0),
    ),
    "not counted, 0 %": (
        counter('"<not counted>"', "cycles", runtime=0, percent="0.00"),
        Row("", "", "cycles", NOT_COUNTED, None, 0.0),
    ),
    "not counted, 100 %": (
        counter('"<not counted>"', "cycles", runtime=0),
        Row("", "", "cycles", NOT_COUNTED, None, 0.0),
    ),
    "more than can be": (
        counter('"18446744073709551615.000000"', "cycles", percent="104.00"),
        Row("", "", "cycles", OK, 18446744073709551615.0, 100.0),
    ),
}


@pytest.mark.parametrize(("line", "row"), JSON_LINES.values(), ids=JSON_LINES)
def test_every_shape_of_json(line: str, row: Row) -> None:
    assert row_of(line.encode()) == (1.5, row)


def test_json_in_a_locale_with_a_decimal_comma() -> None:
    line = (
        '{"interval" : 1,25, "counter-value" : "201,09", "unit" : "msec", "event" : "cpu-clock", '
        '"event-runtime" : 201090000, "pcnt-running" : 99,00, "metric-value" : 2,01, "metric-unit" : "CPUs"}'
    )
    assert row_of(line.encode()) == (1.25, Row("", "", "cpu-clock", SCALED, 201.09, 99.0))


FIELDS = {
    # without -I there is no time
    "225851.20,msec,cpu-clock,225850700108,100.00,224.431,CPUs utilized": (
        0.0,
        Row("", "", "cpu-clock", OK, 225851.2, 100.0),
    ),
    "6766433,,cpu_core/cycles/,16067551558,100.00,0.000,GHz": (
        0.0,
        Row("", "cpu_core", "cycles", OK, 6766433.0, 100.0),
    ),
    # an old perf prints milliseconds without saying so
    "0.524149,,task-clock,524149,100.00,0.046,CPUs utilized": (0.0, Row("", "", "task-clock", OK, 0.524149, 100.0)),
    "     1.0;256500230;;cpu_atom/cycles/;8695757391;54.00;0.008;GHz": (
        1.0,
        Row("", "cpu_atom", "cycles", SCALED, 256500230.0, 54.0),
    ),
    # decimal commas, which the separator `;` leaves legible
    "1,25;201,09;msec;cpu-clock;201090000;100,00;2,01;CPUs": (1.25, Row("", "", "cpu-clock", OK, 201.09, 100.0)),
    "1.0,CPU0,<not counted>,,armv8_pmuv3_0/cycles/,1,100.00,,": (
        1.0,
        Row("0", "armv8_pmuv3_0", "cycles", NOT_COUNTED, None, 0.0),
    ),
    "1.0,<not counted>,,cycles,0,0.00,,": (1.0, Row("", "", "cycles", NOT_COUNTED, None, 0.0)),
    "1.0,S0-D0-C0,2,77,,branches,99,100.00,,": (1.0, Row("S0-D0-C0", "", "branches", OK, 77.0, 100.0)),
    # with a cgroup and a variance
    "1.0;5;;cycles;system.slice;8.88%;900;50.00;;": (1.0, Row("", "", "cycles", SCALED, 5.0, 50.0)),
    # the separator inside an event's terms
    "1.0,5,,cpu/cycles,umask=0x0/,900,50.00,,": (1.0, Row("", "cpu", "cycles", SCALED, 5.0, 50.0)),
    # an event that did not happen is known to be 0
    "1.0,0,,page-faults,1000,100.00,,": (1.0, Row("", "", "page-faults", OK, 0.0, 100.0)),
    # a counter that ran for no time has counted nothing, whatever number stands there
    "1.0,0,,cycles,0,100.00,,": (1.0, Row("", "", "cycles", NOT_COUNTED, None, 0.0)),
}


@pytest.mark.parametrize(("line", "parsed"), FIELDS.items())
def test_every_shape_of_separated_fields(line: str, parsed: tuple[float, Row]) -> None:
    assert row_of(line.encode()) == parsed


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{}",
        '{"metric-value" : ""}{"metric-value" : ""}',
        '{"interval" : 1.0, "metric-value" : "22.036686", "metric-unit" : "%  tma_backend_bound"}',
        '{"event-runtime" : 16061513607, "pcnt-running" : 100.00, "metricgroup" : "TopdownL1 (cpu_core)"}',
        '{"interval" : "soon", "counter-value" : "5", "event" : "cycles"}',
        '{"interval" : 1.0, "counter-value" : "5", "event" : 7}',
        '{"interval" : 1.0, "counter-value" : "406667',
        # with commas for everything nothing can be told from anything
        "0,100,201,09,msec,task-clock,201086065,100,00,2,011,CPUs utilized",
        "0,100248085,166,,context-switches,201087397,100,00,825,511,/sec",
        "perf: Interrupted",
        "# started on Tue Nov 24 08:09:04 2026",
        "Error:",
        ",,,,,",
        "[" * 4000,
    ],
)
def test_what_is_no_counter_is_no_row(line: str) -> None:
    assert row_of(line.encode())[1] is None


@pytest.mark.parametrize("value", ["nan", "inf", "-5", "1_000", "", "<not counted>", "9" * 400, "0x10"])
def test_what_is_not_a_count_is_not_counted(value: str) -> None:
    said = {"interval": 1.0, "counter-value": value, "event": "cycles", "event-runtime": 9, "pcnt-running": 100.0}
    assert row_of(json.dumps(said).encode()) == (1.0, Row("", "", "cycles", NOT_COUNTED, None, 0.0))


texts = st.text(st.characters(codec="ascii", exclude_characters='"\\\n'), max_size=20)


@given(
    time=st.floats(0, 1e9, allow_nan=False).map(lambda seconds: f"{seconds:.9f}"),
    place=st.one_of(st.just(""), st.integers(0, 999).map(lambda cpu: f'"cpu" : "{cpu}", ')),
    value=st.floats(0, 1e18).map(lambda count: f"{count:.6f}"),
    event=st.one_of(st.sampled_from(EVENTS), texts),
    runtime=st.integers(0, 10**15),
    percent=st.floats(0, 120).map(lambda share: f"{share:.2f}"),
    unit=texts,
)
def test_the_usual_line_reads_the_same_as_any_other_json(
    time: str, place: str, value: str, event: str, runtime: int, percent: str, unit: str
) -> None:
    line = (
        f'{{"interval" : {time}, {place}"counter-value" : "{value}", "unit" : "", "event" : "{event}", '
        f'"event-runtime" : {runtime}, "pcnt-running" : {percent}, "metric-value" : 0.5, "metric-unit" : "{unit}"}}'
    )
    other = re.sub(r' : (?=["\d])', ":", line)
    assert row_of(line.encode()) == row_of(other.encode())


@given(
    marker=st.sampled_from(["<not counted>", "<not supported>", "<not permitted>", "nan", "-nan", "inf", ""]),
    runtime=st.sampled_from(["0", "1", "1000000"]),
    percent=st.sampled_from(["0.00", "100.00", "37.00"]),
    event=st.sampled_from(EVENTS),
    json_line=st.booleans(),
)
def test_unknown_is_never_a_number(marker: str, runtime: str, percent: str, event: str, json_line: bool) -> None:
    line = (
        f'{{"interval" : 1.0, "counter-value" : "{marker}", "event" : "{event}", "event-runtime" : {runtime}, '
        f'"pcnt-running" : {percent}}}'
        if json_line
        else f"1.0;{marker};;{event};{runtime};{percent};;"
    )
    row = row_of(line.encode())[1]
    assert row is None or row.value is None


@given(st.binary(max_size=300))
def test_no_bytes_raise(line: bytes) -> None:
    time, row = row_of(line)
    assert time >= 0.0
    assert row is None or row.value is None or row.value >= 0.0
