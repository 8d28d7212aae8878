"""Counting who is there: everyone once, nobody twice, and caps that hold."""

from __future__ import annotations

import resource

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfwatch_net.crowd import Crowd, within_open_files
from perfwatch_net.limits import Limits

LIMITS = Limits(connections=5, from_one_address=3, strangers=2)


def test_each_cap_is_named_to_whom_it_meets() -> None:
    crowd: Crowd[int] = Crowd(LIMITS)
    assert crowd.arrive(1, "a") == crowd.arrive(2, "a") == ""
    assert "without a login" in crowd.arrive(3, "a")
    crowd.trust(1)
    assert crowd.arrive(3, "a") == ""
    crowd.trust(2)
    assert "from your address" in crowd.arrive(4, "a")
    assert crowd.arrive(4, "b") == ""
    crowd.trust(3)
    crowd.trust(4)
    assert crowd.arrive(5, "b") == ""
    assert crowd.arrive(6, "c") == "too many are connected; try again later"
    assert (len(crowd), crowd.strangers) == (5, 1)


def test_who_leaves_makes_room_and_may_leave_twice() -> None:
    crowd: Crowd[int] = Crowd(LIMITS)
    for who in (1, 2):
        assert crowd.arrive(who, "a") == ""
    assert crowd.arrive(3, "a") != ""
    crowd.leave(3)
    crowd.leave(2)
    crowd.leave(2)
    assert crowd.arrive(3, "a") == ""
    crowd.trust(3)
    crowd.distrust(3)
    assert crowd.strangers == 2


steps = st.lists(
    st.tuples(st.sampled_from(["arrive", "leave", "trust", "distrust"]), st.integers(0, 8), st.sampled_from("ab"))
)


@given(steps)
def test_no_cap_is_ever_passed_and_nothing_is_forgotten(taken: list[tuple[str, int, str]]) -> None:
    crowd: Crowd[int] = Crowd(LIMITS)
    inside: dict[int, str] = {}
    strangers: set[int] = set()
    for step, who, address in taken:
        if step == "arrive" and who not in inside:
            if crowd.arrive(who, address) == "":
                inside[who] = address
                strangers.add(who)
        elif step == "leave":
            crowd.leave(who)
            inside.pop(who, None)
            strangers.discard(who)
        elif step == "trust":
            crowd.trust(who)
            strangers.discard(who)
        elif step == "distrust":
            crowd.distrust(who)
            strangers |= {who} & set(inside)
        assert set(crowd) == set(inside)
        assert (len(crowd), crowd.strangers) == (len(inside), len(strangers))
        assert len(inside) <= LIMITS.connections
        assert max([*map(list(inside.values()).count, "ab")]) <= LIMITS.from_one_address


def test_there_are_never_more_connections_than_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """The soft limit is raised as far as the hard one allows; what is missing then is missing for viewers."""
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _what, limits: asked.append(limits))
    for soft, hard, wanted, connections in (
        (1024, 4096, [(2256, 4096)], 2000),
        (1024, 1024, [(1024, 1024)], 768),
        (64, 64, [(64, 64)], 16),
        (5000, 5000, [], 2000),
        (1024, resource.RLIM_INFINITY, [(2256, resource.RLIM_INFINITY)], 2000),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, [], 2000),
    ):
        asked.clear()
        monkeypatch.setattr(resource, "getrlimit", lambda _what, found=(soft, hard): found)
        assert within_open_files(Limits()).connections == connections
        assert asked == wanted
