"""History over HTTP and the socket: the contract's names and shapes, every spelling, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.net.rig import Rig, keep, sample

# Today's noon and yesterday's: five minutes of samples each, twice as busy today.
NOON = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(hours=12)
DAY = timedelta(days=1)
SPAN = timedelta(minutes=5)
POINT_COUNT = 60


@pytest.fixture(scope="module", autouse=True)
def _stored(rig: Rig) -> None:
    def job(link: Any) -> None:
        machine = rig.engine.store.machine_id
        assert machine is not None
        for begin, usage in ((NOON - DAY, 20.0), (NOON, 40.0)):
            taken = [
                sample(
                    begin.timestamp() + 5 * number,
                    {
                        "cpu.usage_percent": usage + number % 5,
                        "cpu.per_core[0]": 1.0,
                        "network.bytes_recv_per_sec[eth0]": 1000 * usage,
                        "disk.usage_percent[/]": 50.0,
                    },
                )
                for number in range(POINT_COUNT)
            ]
            keep(link, machine, taken)

    rig.engine.store.run(job).result(30)


def asked(rig: Rig, path: str, **query: object) -> Any:
    answer = rig.ask(f"/api/history/{path}?{urlencode(query)}")
    assert answer.status == 200, answer.body
    return answer.json


def refused(rig: Rig, path: str, **query: object) -> str:
    answer = rig.ask(f"/api/history/{path}?{urlencode(query)}")
    assert answer.status == 400, answer.body
    return answer.detail


def spans(first: datetime, second: datetime, length: timedelta = SPAN) -> dict[str, str]:
    return {
        "start_time_1": first.isoformat(),
        "end_time_1": (first + length).isoformat(),
        "start_time_2": second.isoformat(),
        "end_time_2": (second + length).isoformat(),
    }


def test_types_are_those_with_history_in_their_order(rig: Rig) -> None:
    assert asked(rig, "metrics/types") == {"metric_types": ["cpu", "network", "disk"]}


def test_metrics_are_the_samples_where_they_are_few_enough(rig: Rig) -> None:
    found = asked(rig, "metrics", metric_type="cpu", start_time=NOON.isoformat(), end_time=(NOON + SPAN).isoformat())
    assert list(found) == ["metric_type", "start_time", "end_time", "interval", "count", "data_points"]
    assert (found["metric_type"], found["interval"], found["count"]) == ("cpu", "raw", POINT_COUNT)
    assert datetime.fromisoformat(found["start_time"]) == NOON
    first = found["data_points"][0]
    assert datetime.fromisoformat(first["timestamp"]) == NOON
    assert first["data"]["usage_percent"] == 40.0
    assert first["data"]["per_core"] == [1.0]
    # every declared field is there, null where it is not known
    assert first["data"]["iowait"] is None
    assert first["data"]["frequency_mhz"] == []


@pytest.mark.parametrize(("interval", "count"), [("raw", 60), ("5s", 60), ("1m", 5), ("5m", 1), ("1h", 1)])
def test_an_interval_is_means_of_its_bins(rig: Rig, interval: str, count: int) -> None:
    span = {"start_time": NOON.isoformat(), "end_time": (NOON + SPAN).isoformat()}
    found = asked(rig, "metrics", metric_type="cpu", interval=interval, **span)
    assert (found["interval"], found["count"], len(found["data_points"])) == (interval, count, count)
    values = [point["data"]["usage_percent"] for point in found["data_points"]]
    assert sum(values) / len(values) == pytest.approx(42.0)


def test_auto_keeps_to_the_limit_and_says_which_interval_it_took(rig: Rig) -> None:
    span = {"start_time": NOON.isoformat(), "end_time": (NOON + SPAN).isoformat()}
    found = asked(rig, "metrics", metric_type="cpu", limit=10, **span)
    assert found["interval"] == "30s"
    assert found["count"] == 10
    assert asked(rig, "metrics", metric_type="cpu", interval="raw", limit=10, **span)["count"] == 10


def test_narrow_bins_over_a_long_span_come_in_pieces(rig: Rig) -> None:
    start = (NOON - 5 * DAY).isoformat()
    found = asked(rig, "metrics", metric_type="cpu", start_time=start, interval="5s", limit=100)
    assert found["count"] == 100
    assert found["data_points"][-1]["data"]["usage_percent"] >= 40


@pytest.mark.parametrize("start", ["-3d", NOON.isoformat(), NOON.isoformat().replace("+00:00", "Z"), "yesterday"])
def test_times_are_taken_as_people_and_programs_write_them(rig: Rig, start: str) -> None:
    # a plus that nobody escaped arrives as a space
    answer = rig.ask(f"/api/history/metrics?metric_type=network&start_time={start}&interval=5m")
    assert answer.status == 200, answer.body
    assert answer.json["data_points"][-1]["data"]["interfaces"]["eth0"]["bytes_recv_per_sec"] == 40_000


def test_a_span_without_samples_is_empty_and_no_error(rig: Rig) -> None:
    found = asked(rig, "metrics", metric_type="cpu", start_time="2001-01-01T00:00Z", end_time="2001-01-02T00:00Z")
    assert (found["count"], found["data_points"]) == (0, [])


def test_compare_by_four_times(rig: Rig) -> None:
    found = asked(rig, "compare", metric_type="cpu", interval="1m", **spans(NOON, NOON - DAY))
    assert list(found) == [
        "metric_type", "period", "compare_to", "interval", "current", "comparison", "summary",
    ]  # fmt: skip
    assert (found["period"], found["compare_to"], found["interval"]) == ("custom", "custom", "1m")
    for part, usage in (("current", 42.0), ("comparison", 22.0)):
        assert list(found[part]) == ["start_time", "end_time", "data_points"]
        values = [point["data"]["usage_percent"] for point in found[part]["data_points"]]
        assert len(values) == 5
        assert sum(values) / 5 == pytest.approx(usage)
    summary = found["summary"]
    assert summary["series"] == "cpu.usage_percent"
    assert (summary["current_avg"], summary["comparison_avg"]) == (pytest.approx(42.0), pytest.approx(22.0))
    assert summary["change_percent"] == pytest.approx(100 * 20 / 22)


@pytest.mark.parametrize("period", ["hour", "day", "week"])
@pytest.mark.parametrize(("compare_to", "days"), [("yesterday", 1), ("last_week", 7)])
def test_compare_by_words(rig: Rig, period: str, compare_to: str, days: int) -> None:
    found = asked(rig, "compare", metric_type="cpu", period=period, compare_to=compare_to)
    assert (found["period"], found["compare_to"]) == (period, compare_to)
    moments = {
        (part, end): datetime.fromisoformat(found[part][f"{end}_time"])
        for part in ("current", "comparison")
        for end in ("start", "end")
    }
    length = {"hour": timedelta(hours=1), "day": DAY, "week": 7 * DAY}[period]
    assert moments["current", "end"] - moments["current", "start"] == length
    assert moments["comparison", "end"] - moments["comparison", "start"] == length
    assert moments["current", "end"] - moments["comparison", "end"] == days * DAY
    assert abs(moments["current", "end"] - datetime.now(UTC)) < timedelta(minutes=1)


def test_compare_sums_up_another_series_on_wish(rig: Rig) -> None:
    found = asked(
        rig, "compare", metric_type="network", series="network.bytes_recv_per_sec[eth0]", **spans(NOON, NOON - DAY)
    )
    assert found["summary"]["current_avg"] == pytest.approx(40_000)
    assert found["summary"]["change_percent"] == pytest.approx(100)


def test_compare_with_nothing_has_no_averages(rig: Rig) -> None:
    found = asked(rig, "compare", metric_type="cpu", **spans(NOON, NOON - 300 * DAY))
    assert found["comparison"]["data_points"] == []
    assert (found["summary"]["comparison_avg"], found["summary"]["change_percent"]) == (None, None)


def test_changes_are_ranked_and_what_stayed_is_not_among_them(rig: Rig) -> None:
    found = asked(rig, "changes", **spans(NOON, NOON - DAY))
    names = [change["series"] for change in found["changes"]]
    assert set(names) == {"cpu.usage_percent", "network.bytes_recv_per_sec[eth0]"}
    assert (found["count"], found["interval"]) == (2, "raw")
    assert found["compared"] == 4
    usage = found["changes"][names.index("cpu.usage_percent")]
    assert usage["effect"] == 1
    assert usage["current_avg"] > usage["comparison_avg"]
    assert [
        one["series"] for one in asked(rig, "changes", metric_type="cpu", **spans(NOON, NOON - DAY))["changes"]
    ] == ["cpu.usage_percent"]
    assert asked(rig, "changes", **spans(NOON, NOON - 300 * DAY))["appeared"]
    assert asked(rig, "changes", **spans(NOON, NOON - DAY, timedelta(hours=8)))["interval"] == "5m"


@pytest.mark.parametrize("path", ["compare", "changes"])
def test_unequal_spans_are_refused_in_one_sentence(rig: Rig, path: str) -> None:
    wish = spans(NOON, NOON - DAY) | {"end_time_1": (NOON + 2 * SPAN).isoformat(), "metric_type": "cpu"}
    said = refused(rig, path, **wish)
    assert "equal length" in said
    assert "0:10:00" in said


@pytest.mark.parametrize(
    ("path", "query", "words"),
    [
        ("metrics", {}, "metric_type"),
        ("metrics", {"metric_type": "gpu"}, "there are cpu, memory"),
        ("metrics", {"metric_type": "cpu", "interval": "2m"}, "interval cannot be '2m'; there are 1h, 1m"),
        ("metrics", {"metric_type": "cpu", "limit": "0"}, "limit"),
        ("metrics", {"metric_type": "cpu", "limit": "many"}, "limit"),
        ("metrics", {"metric_type": "cpu", "start_time": "soon"}, "'soon' is no time"),
        ("metrics", {"metric_type": "cpu", "start_time": "now", "end_time": "-1h"}, "earlier moment first"),
        ("metrics", {"metric_type": "cpu", "start": "-1h"}, "start"),
        ("metrics", {"metric_type": "cpu", "start_time": "0001-01-01T00:00+23:00"}, "is no time"),
        ("compare", {"metric_type": "cpu"}, "period=hour|day|week"),
        ("compare", {"metric_type": "cpu", "period": "year"}, "period cannot be 'year'; there are day, hour, week"),
        ("compare", {"metric_type": "cpu", "start_time_1": "-1h"}, "start_time_2"),
        ("compare", {"metric_type": "cpu", "period": "day", "start_time_1": "-1h"}, "not both"),
        ("compare", {"metric_type": "cpu", "period": "day", "series": "cpu.speed"}, "cpu.speed"),
        ("changes", {}, "period=hour|day|week"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_words(rig: Rig, path: str, query: dict[str, str], words: str) -> None:
    assert words in refused(rig, path, **query)


def test_the_socket_answers_the_same(rig: Rig) -> None:
    wish = {"metric_type": "cpu", "start_time": NOON.isoformat(), "end_time": (NOON + SPAN).isoformat()}
    assert rig.rpc("history.metrics", wish)["result"] == asked(rig, "metrics", **wish)
    assert rig.rpc("history.types")["result"] == asked(rig, "metrics/types")
    both = spans(NOON, NOON - DAY)
    compared = rig.rpc("history.compare", {"metric_type": "cpu", **both})["result"]
    assert compared == asked(rig, "compare", metric_type="cpu", **both)
    assert rig.rpc("history.changes", both)["result"] == asked(rig, "changes", **both)
    assert rig.rpc("history.metrics", {"metric_type": "gpu"})["error"]["code"] == -32602


@pytest.mark.parametrize("path", ["metrics", "metrics/types", "compare", "changes"])
def test_history_is_for_whoever_is_logged_in(rig: Rig, path: str) -> None:
    assert rig.ask(f"/api/history/{path}", token="").status == 401
