"""A second PerfWatch of the same user that follows the first while the clock of both is set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.torture.clock_run import PASSWORD, Run, address
from tests.torture.outcome import Outcome
from tests.torture.serving import Serving
from tests.torture.viewer import token
from tests.torture.watching import Watching

# A follower is given the newest sample; on a busy machine one may overtake another.
_SHARE = 0.75


@contextmanager
def following(leader: Run, environ: Mapping[str, str]) -> Iterator[tuple[Serving, Watching]]:
    """It runs beside what is within, watched by a browser of its own."""
    place = leader.serving.data.parent / "follower"
    place.mkdir()
    with Serving(place, leader.serving.data, environ={**leader.wall.environ, **environ}) as serving:
        assert serving.says("the page is at"), serving.said
        assert serving.comes_to(lambda: serving.ask("/health").get("role") == "following"), serving.said
        with Watching(address(serving), token(address(serving), PASSWORD)) as watching:
            assert serving.comes_to(lambda: len(watching.seen) > 1), serving.said
            yield serving, watching
        serving.stop()


def followed(subject: str, leader: Run, follower: tuple[Serving, Watching], where: str) -> Outcome:
    """Whether it showed what the first one sampled, in that order, and follows still."""
    serving, watching = follower
    shown, taken = [one.time for one in watching.seen], [one.time for one in leader.watching.seen]
    taken = taken[taken.index(shown[0]) :] if shown[0] in taken else taken
    wrong = [] if (role := serving.ask("/health").get("role")) == "following" else [f"it is {role} at the end"]
    if any(f"{role}:" in serving.said for role in ("collecting", "alone")):
        wrong.append(f"its role changed: {serving.said[-300:]}")
    common = [one for one in taken if one in set(shown)]
    if [one for one in shown if one in set(taken)] != common:
        wrong.append("it showed samples in another order")
    if len(common) < _SHARE * len(taken):
        wrong.append(f"it showed {len(common)} of {len(taken)} samples")
    note = f"{len(common)} of {len(taken)} samples shown"
    name = f"a second PerfWatch that follows through all of it; {where}"
    return Outcome(subject, name, 1, not wrong, "; ".join(wrong) or "nothing", note)
