"""Queries of the history run one after another on a connection of their own, and fail in one sentence."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from perfwatch_core.store import jobs as module
from perfwatch_core.store.jobs import Jobs
from perfwatch_core.store.link import Link
from perfwatch_core.store.state import StoreProblem
from tests.core.store.residents import Town
from tests.core.store.waiting import until

SECONDS = 10.0


@pytest.fixture
def jobs(town: Town) -> Iterator[Jobs]:
    """For a database that comes and goes."""
    pool = Jobs(lambda: town.away or town.params)
    yield pool
    assert pool.close(SECONDS)


def seven(link: Link) -> int:
    """The server's word."""
    row = link.execute("SELECT 7").fetchone()
    assert row
    return int(row[0])


def backend(link: Link) -> int:
    """Who serves it."""
    return link.info.backend_pid


def test_results_come_in_order_from_one_connection(jobs: Jobs) -> None:
    """However many there are."""
    served = [jobs.run(backend) for _ in range(20)]
    assert len({one.result(SECONDS) for one in served}) == 1
    assert jobs.run(seven).result(SECONDS) == 7


def test_without_a_database_it_says_why_and_works_again(jobs: Jobs, town: Town) -> None:
    """A connection that broke meanwhile is made anew at the next job."""
    before = jobs.run(backend).result(SECONDS)
    town.go("it is on holiday")
    with pytest.raises(StoreProblem, match=r"was shut down|cannot be reached"):
        jobs.run(seven).result(SECONDS)
    with pytest.raises(StoreProblem, match="it is on holiday"):
        jobs.run(seven).result(SECONDS)
    town.come()
    assert jobs.run(backend).result(SECONDS) != before


def test_a_job_that_fails_is_its_askers_problem(jobs: Jobs) -> None:
    """Whatever it raises; the next one runs."""
    with pytest.raises(ZeroDivisionError):
        jobs.run(lambda link: 1 // len(link.info.error_message)).result(SECONDS)
    with pytest.raises(StoreProblem, match="refused: column"):
        jobs.run(lambda link: link.execute("SELECT nothing")).result(SECONDS)
    assert jobs.run(seven).result(SECONDS) == 7


def test_stopping_ends_what_runs_and_refuses_what_waits(town: Town) -> None:
    """At once, and afterwards nothing begins."""
    pool = Jobs(lambda: town.params)
    begun = threading.Event()

    def sleep(link: Link) -> None:
        begun.set()
        link.execute("SELECT pg_sleep(60)")

    running, waiting = pool.run(sleep), pool.run(seven)
    assert begun.wait(SECONDS)
    assert pool.close(SECONDS)
    for one in (running, waiting, pool.run(seven)):
        with pytest.raises(StoreProblem, match="PerfWatch is stopping"):
            one.result(SECONDS)


def test_thread_and_connection_go_when_nobody_asks(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server process costs some megabytes; the next job brings them back."""
    monkeypatch.setattr(module, "IDLE_SECONDS", 0.05)
    pool = Jobs(lambda: {**town.params, "application_name": "perfwatch reader"})
    assert pool.run(seven).result(SECONDS) == 7
    until(lambda: town.sessions("perfwatch reader") == 0)
    until(lambda: "store-reader" not in {thread.name for thread in threading.enumerate()})
    assert pool.run(seven).result(SECONDS) == 7
    assert pool.close(SECONDS)
