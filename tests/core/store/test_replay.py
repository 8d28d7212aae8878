"""What waited for the database is sent in pieces that a narrow line carries in time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from perfwatch_core.store import writer as writer_module
from perfwatch_core.store.batch import Batch
from perfwatch_core.store.link import Halt, Link
from perfwatch_core.store.writer import Journal, Writer, insert
from tests.core.store.residents import Clock
from tests.core.store.samples import numbered
from tests.core.store.test_writer import stored


def test_what_waits_is_replayed_in_light_statements(
    ready: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a narrow line each has to be answered in time; one batch that is heavier goes alone."""
    statements: list[int] = []
    writer = Writer(Journal(tmp_path, "m"), Clock())
    for one in numbered(30):
        writer.add(one)
        writer.cut()
    writer.shelve()

    def counted(link: Link, machine_id: int, batches: Sequence[Batch]) -> None:
        statements.append(len(batches))
        insert(link, machine_id, batches)

    monkeypatch.setattr(writer_module, "insert", counted)
    monkeypatch.setattr(writer_module, "REPLAY_BYTES", 1)
    with Link.open(ready, Halt()) as link:
        assert writer.commit(link, 1)
        assert statements == [1] * 30
        assert stored(link) == list(range(1, 31))
    writer.close()
