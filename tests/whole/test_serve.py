"""`perfwatch --serve` and `perfwatch db` with a private PostgreSQL: it collects, stores, and leaves nothing behind."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.whole.program import Running, gone, run

# What it stops with must be gone soon after; how soon it stops is for `make bench`.
GONE_SECONDS = 10.0


@pytest.mark.parametrize("with_", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_serving_collects_and_stops(tmp_path: Path, data: Path, with_: signal.Signals) -> None:
    words = ("--serve", "--interval", "0.5", "--port", "0", "--data-dir", str(data))
    with Running(tmp_path / "said", *words) as serving:
        assert serving.says("collecting"), serving.said
        assert f", kept in {data}; " in serving.said
        assert serving.stop(with_) == 0, serving.said
    assert serving.said.endswith("stopped\n")
    assert gone(data, GONE_SECONDS)


def test_a_second_process_follows_the_first_and_takes_over(tmp_path: Path, data: Path) -> None:
    words = ("--serve", "--interval", "0.5", "--port", "0", "--data-dir", str(data))
    with Running(tmp_path / "first", *words) as first:
        assert first.says("collecting"), first.said
        with Running(tmp_path / "second", *words) as second:
            assert second.says("following"), second.said
            first.stop()
            assert second.says("collecting", 10), second.said
            second.stop()
    assert gone(data, GONE_SECONDS)


def test_db_goes_up_and_down_and_says_where_it_stands(fresh: Path) -> None:
    words = ("--data-dir", str(fresh))
    before = run("db", "status", *words)
    assert before.returncode == 0, before.stderr
    assert before.stdout == f"the first start makes a private database in {fresh}\n"
    assert not (fresh / "postgresql").exists()
    up = run("db", "upgrade", *words)
    assert up.returncode == 0, up.stderr
    assert "newest" in run("db", "status", *words).stdout
    down = run("db", "downgrade", "base", *words)
    assert down.returncode == 0, down.stderr
    assert "db upgrade" in run("db", "status", *words).stdout
    assert gone(fresh, GONE_SECONDS)


def test_a_database_that_does_not_answer_is_one_sentence() -> None:
    answer = run("db", "status", "--database-url", "postgresql://nobody:secret@127.0.0.1:1/none")
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "127.0.0.1" in answer.stderr
    assert "secret" not in answer.stderr
