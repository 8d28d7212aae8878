"""The commands that answer and end: what they print, and with which status."""

from __future__ import annotations

import json
import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from perfwatch_core.collectors import CATALOGUE
from tests.whole.program import run

# As shared/contract.md of the project names them; the order is that of the wire.
CONTRACT = {
    "cpu": "usage_percent per_core user system idle nice iowait irq softirq steal frequency_mhz temperature_celsius "
    "load_avg context_switches_per_sec interrupts_per_sec",
    "memory": "usage_percent total_bytes available_bytes used_bytes free_bytes cached_bytes buffers_bytes shared_bytes "
    "swap_total_bytes swap_used_bytes swap_free_bytes swap_percent hugepages_total hugepages_free hugepages_reserved",
    "network": "bytes_sent_per_sec bytes_recv_per_sec packets_sent_per_sec packets_recv_per_sec errors_in errors_out "
    "drops_in drops_out interfaces connections",
    "disk": "read_bytes_per_sec write_bytes_per_sec read_iops write_iops devices partitions",
    "perf_events": "available reason cpu_cores interval_ms events derived",
    "memory_bandwidth": "pgpgin_per_sec pgpgout_per_sec pswpin_per_sec pswpout_per_sec page_io_bytes_per_sec "
    "swap_io_bytes_per_sec pgfault_per_sec pgmajfault_per_sec",
    "pressure": "cpu_some_percent memory_some_percent memory_full_percent io_some_percent io_full_percent",
    "self": "cpu_percent rss_bytes collect_ms late_ms dropped queued clients",
}


@pytest.fixture(name="sample", scope="module")
def _sample(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    answer = run("once", "--json", environ={"HOME": str(tmp_path_factory.mktemp("once"))})
    assert (answer.returncode, answer.stderr) == (0, "")
    message: dict[str, Any] = json.loads(answer.stdout)
    return message


def test_the_sample_is_a_message_of_the_stream(sample: dict[str, Any]) -> None:
    moment = datetime.fromisoformat(sample["timestamp"])
    assert sample["type"] == "metrics"
    assert moment.utcoffset() == timedelta(0)
    assert list(sample["data"]) == list(CONTRACT)


@pytest.mark.parametrize("type_", CONTRACT)
def test_the_sample_has_every_field_of_the_contract(sample: dict[str, Any], type_: str) -> None:
    shape = sample["data"][type_]
    if "_unavailable" in shape:
        assert shape["_unavailable"]
    else:
        assert "_error" not in shape
        assert set(CONTRACT[type_].split()) <= set(shape)


@pytest.mark.parametrize("type_", CONTRACT)
def test_whatever_the_contract_names_is_declared(type_: str) -> None:
    places = {part for metric in CATALOGUE.of_type(type_) for part in (metric.at, metric.total or "")}
    heads = {place.partition(".")[0] for place in places}
    assert set(CONTRACT[type_].split()) <= heads


def test_the_sample_has_rates_already(sample: dict[str, Any]) -> None:
    assert 0 <= sample["data"]["cpu"]["usage_percent"] <= 100
    assert sample["data"]["memory"]["total_bytes"] > 0
    assert sample["data"]["cpu"]["context_switches_per_sec"] > 0


def test_the_sample_tells_what_it_cost(sample: dict[str, Any]) -> None:
    assert {"cpu", "memory", "disk"} <= set(sample["data"]["self"]["collect_ms"])


def test_the_interval_is_what_lies_between_the_two_readings() -> None:
    began = time.monotonic()
    assert run("once", "--interval", "4", environ={"PERF_EVENTS_ENABLED": "off"}).returncode == 0
    assert time.monotonic() - began > 4


def test_the_doctor_looks_at_the_database_that_is_named(tmp_path: Path) -> None:
    for words, said in (
        (("--data-dir", str(tmp_path / "here")), f"the first start makes a private database in {tmp_path / 'here'}"),
        (("--database-url", "postgresql://127.0.0.1:1/x"), "127.0.0.1:1, database x cannot be reached"),
    ):
        answer = run("doctor", *words, environ={"PERF_EVENTS_ENABLED": "off"})
        assert answer.returncode == 0
        assert said in answer.stdout


def test_once_prints_addresses_and_values() -> None:
    answer = run("once")
    assert (answer.returncode, answer.stderr) == (0, "")
    addresses = [line.split("  ")[0] for line in answer.stdout.splitlines()]
    assert "cpu.usage_percent" in addresses
    assert all(str(CATALOGUE.series(one)) == one for one in addresses if "." in one)


def test_the_version_is_one_line() -> None:
    answer = run("--version")
    assert answer.returncode == 0
    assert answer.stdout.startswith("perfwatch ")
    assert answer.stdout.count("\n") == 1


def test_the_doctor_names_every_type_the_machine_and_the_store() -> None:
    answer = run("doctor")
    assert (answer.returncode, answer.stderr) == (0, "")
    verdicts = [line.split()[:2] for line in answer.stdout.splitlines() if not line.startswith(" ")]
    assert {verdict for verdict, _ in verdicts} <= {"ok", "partly", "no"}
    assert [subject for _, subject in verdicts if subject in ("machine", "store")] == ["machine", "store"]
    assert {*CONTRACT, "machine", "priority", "store"} == {subject for _, subject in verdicts}
    assert not (Path(os.environ["XDG_DATA_HOME"]) / "perfwatch").exists()


@pytest.mark.parametrize(
    ("words", "environ", "named"),
    [
        (("once", "--interval", "never"), {}, "--interval: 'never' is not accepted; it takes"),
        (("--serve",), {"SAMPLING_INTERVAL_SECONDS": "0"}, "SAMPLING_INTERVAL_SECONDS: '0' is not accepted"),
        (("--serve",), {"PERFWATCH_PORT": "http"}, "PERFWATCH_PORT: 'http' is not accepted"),
        (("doctor",), {"DATABASE_URL": "mysql://me:secret@here/x"}, "DATABASE_URL"),
        (("--serve", "once"), {}, "--serve runs until it is stopped, and once is a command of its own"),
        (("--nonsense",), {}, "--nonsense"),
        (("nonsense",), {}, "nonsense"),
    ],
)
def test_a_bad_wish_is_one_sentence_and_status_2(words: tuple[str, ...], environ: dict[str, str], named: str) -> None:
    answer = run(*words, environ=environ)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert named in answer.stderr
    assert answer.stderr.startswith("perfwatch")
    assert answer.stderr.count("\n") == 1
    assert "secret" not in answer.stderr


def test_without_a_display_it_names_serve() -> None:
    answer = run()
    assert answer.returncode == 2
    assert (
        answer.stderr
        == "perfwatch: there is no display, so no window can open; 'perfwatch --serve' runs without one.\n"
    )


def test_a_display_that_does_not_answer_is_none() -> None:
    answer = run(environ={"DISPLAY": ":987"})
    assert answer.returncode == 2
    assert "':987' does not answer" in answer.stderr
    assert "--serve" in answer.stderr
