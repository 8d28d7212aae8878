"""The kernel misbehaving: its files, its counters, what comes and goes, what hangs, names made to do harm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.torture import kernel_files, kernel_names, kernel_start
from tests.torture.kernel_live import Live, end, interfaces, living, many, processor
from tests.torture.kernel_mounts import back, deaf, hung, loops, no_fuse
from tests.torture.outcome import Outcome, Wish
from tests.torture.own_network import no_own_network, own_network

SUBJECT = "The kernel misbehaving"


def tried(wish: Wish, place: Path) -> Iterator[Outcome]:
    """Composed machines first, which are the same everywhere; then this one."""
    yield from kernel_files.rows(SUBJECT, wish)
    yield from kernel_start.rows(SUBJECT, wish, place)
    yield from kernel_names.rows(SUBJECT, wish, place)
    if reason := no_own_network():
        yield Outcome.not_tried(SUBJECT, "interfaces, mounts and processors that come and go", reason)
        return
    with own_network(), living(wish, place) as live:
        yield interfaces(SUBJECT, wish, live)
        yield loops(SUBJECT, wish, live, place)
        if not wish.short:
            yield many(SUBJECT, live)
            yield processor(SUBJECT, live)
        yield from _hanging(wish, live, place)


def _hanging(wish: Wish, live: Live, place: Path) -> Iterator[Outcome]:
    """Mounts that take requests and never answer them, and one that leaves them unread."""
    if reason := no_fuse(place / "trial"):
        yield Outcome.not_tried(SUBJECT, "mounts whose daemon never answers", reason)
        return
    points = [place / "hung" / name for name in ("takes 1", "takes 2", "leaves")]
    with ExitStack() as stack:
        daemons = [stack.enter_context(deaf(point, point.name.split()[0])) for point in points]
        yield hung(SUBJECT, wish, live, points)
        if not wish.short:
            yield back(SUBJECT, live, points[0], daemons[0])
        yield end(SUBJECT, live)
