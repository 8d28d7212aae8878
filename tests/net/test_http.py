"""Plain HTTP: the page's files with their caching, the query, the scrape, and who may have it."""

from __future__ import annotations

import gzip

import pytest

from perfwatch_core.store.cluster import Cluster
from tests.core.store.waiting import until
from tests.net.conftest import running
from tests.net.rig import Rig


def test_the_page_is_cached_by_its_tag_and_packed_for_who_can_unpack(rig: Rig) -> None:
    page = rig.ask("/", token="")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in page.headers
    packed = rig.ask("/", token="", Accept_Encoding="br, gzip;q=0.8")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == page.body
    assert packed.headers["etag"] == page.headers["etag"]
    for tags in (page.headers["etag"], f'"other", {page.headers["etag"]}', f"W/{page.headers['etag']}"):
        again = rig.ask("/", token="", If_None_Match=tags)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == page.headers["etag"]
    assert rig.ask("/", token="", If_None_Match='"other"').status == 200


def test_head_has_the_headers_and_no_body(rig: Rig) -> None:
    whole, head = rig.ask("/", token=""), rig.ask("/", "HEAD", token="")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("metric_type=cpu&metric_type=memory", "twice"),
        ("&".join(f"x{number}=1" for number in range(30)), "too many fields"),
        ("metric_type=%ff%fe", "is no metric type"),
        ("metric_type=cpu&limit=1e9", "limit"),
        ("metric_type=cpu&limit=99999999999999999999999", "limit"),
        ("=&=", "twice"),
        ("metric_type", "is no metric type"),
    ],
)
def test_a_query_that_cannot_be_meant_is_refused_in_words(rig: Rig, query: str, words: str) -> None:
    answer = rig.ask(f"/api/history/metrics?{query}")
    assert (answer.status, words in answer.detail) == (400, True)


def test_the_scrape_is_for_bearers(rig: Rig) -> None:
    rig.publish({"cpu.usage_percent": 12.5})
    until(lambda: rig.engine.newest is not None)
    refused = rig.ask("/metrics", token="")
    assert (refused.status, "--metrics-open" in refused.detail) == (401, True)
    scrape = rig.ask("/metrics")
    assert (scrape.status, scrape.headers["content-type"]) == (
        200,
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
    )
    assert b"perfwatch_cpu_usage_percent 12.5\n" in scrape.body


def test_the_scrape_may_be_opened_for_all_and_nothing_else_is(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running(cluster, tmp_path_factory, metrics_open=True) as rig:
        rig.publish({"cpu.usage_percent": 12.5})
        until(lambda: rig.ask("/metrics", token="").status == 200)
        assert rig.ask("/api/config", token="").status == 401
        # who scrapes many machines with one token need not know which of them is open
        assert rig.ask("/metrics", token="x.y.z").status == 200
