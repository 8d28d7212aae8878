"""What the writer tells other threads than the store's, while that is at work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from perfwatch_core.store.fresh import Cut
from perfwatch_core.store.writer import Journal, Writer
from tests.core.store.residents import Clock
from tests.core.store.samples import numbered


def test_how_many_wait_can_be_asked_while_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a status line in another thread, while the store's cuts, spools and drops batches."""
    writer = Writer(Journal(tmp_path, "m"), Clock())
    one, two, three = numbered(3)

    def looked_at(batches: int, meanwhile: Callable[[], object]) -> property:
        """A count during which the store's thread is at work once."""
        work = [meanwhile]

        def count(_: object) -> int:
            if work:
                work.pop()()
            return batches

        return property(count)

    writer.add(one)
    writer.cut()
    writer.add(two)
    with monkeypatch.context() as patch:
        patch.setattr(Cut, "samples", looked_at(1, writer.cut))
        assert writer.queued == 2
        writer.add(three)
        patch.setattr(Cut, "samples", looked_at(1, writer.shelve))
        assert writer.queued >= 3
    assert writer.queued == 3
    writer.close()
