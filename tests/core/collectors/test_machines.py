"""Whole machines as files give the samples that are kept as golden; PERFWATCH_UPDATE_GOLDEN=1 writes them anew."""

from __future__ import annotations

import json
import os

import pytest

from perfwatch_core.collectors import CATALOGUE
from perfwatch_core.metric import Metric
from perfwatch_core.sample import values_of
from tests.core.collectors.conftest import Stage
from tests.machines.files import HERE, Files, kept
from tests.machines.server import compose

GOLDEN = HERE.parent / "golden"


def both_moments(name: str) -> tuple[Files, Files]:
    """The files of one machine, 5 s apart."""
    return (compose.moment(late=False), compose.moment(late=True)) if name == "server" else kept(name)


def metrics() -> list[Metric]:
    """Those of a machine as files: perf and PerfWatch itself are no files."""
    return [metric for metric in CATALOGUE if metric.type not in ("perf_events", "self")]


@pytest.mark.parametrize("name", ["vm", "laptop", "server"])
def test_a_machine_gives_its_golden_sample(stage: Stage, name: str) -> None:
    first, second = both_moments(name)
    stage.show(first)
    sample = stage.show(second)
    text = json.dumps(sample.wire(metrics()), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    golden = GOLDEN / f"{name}.json"
    if os.environ.get("PERFWATCH_UPDATE_GOLDEN"):
        golden.write_text(text)
    assert json.loads(text) == json.loads(golden.read_text())


@pytest.mark.parametrize("name", ["vm", "laptop", "server"])
def test_what_goes_out_comes_in_again(stage: Stage, name: str) -> None:
    first, second = both_moments(name)
    stage.show(first)
    sample = stage.show(second)
    back = {}
    for type_, shape in sample.wire(metrics()).items():
        back.update(values_of(CATALOGUE.of_type(type_), shape))
    assert back == sample.values


@pytest.mark.parametrize("name", ["vm", "laptop", "server"])
def test_every_null_has_its_reason(stage: Stage, name: str) -> None:
    first, second = both_moments(name)
    for sample in (stage.show(first), stage.show(second)):
        for type_, shape in sample.wire(metrics()).items():
            nulls = [place for place in CATALOGUE.of_type(type_) if not place.per and shape.get(place.field, 0) is None]
            assert [str(null.of()) for null in nulls if not sample.why(null.of())] == []
