"""What links say of themselves, of one and of hundreds."""

from __future__ import annotations

from itertools import pairwise

from perfwatch_core.collectors import network
from tests.core.collectors.conftest import Stage
from tests.core.collectors.test_changes import interfaces
from tests.machines.files import lay_out


def test_a_link_whose_state_is_not_told_is_neither_up_nor_down(stage: Stage) -> None:
    files = interfaces(eth0=1, eth1=1, tun0=1)
    for name, state in (("eth0", ""), ("eth1", "hovering\n"), ("tun0", "unknown\n")):
        files[f"sys/class/net/{name}/operstate"] = state
    files.pop("sys/class/net/tun0/flags", None)
    sample = stage.show(files)
    for name in ("eth0", "eth1", "tun0"):
        assert "does not tell the state" in sample.missing[network.UP.of(name)]
        assert "does not tell the state" in sample.missing[network.SPEED.of(name)]


def test_thousands_of_links_are_looked_at_in_turns(stage: Stage) -> None:
    names = [f"veth{number}" for number in range(450)]
    files = interfaces(**dict.fromkeys(names, 1))
    for name in names:
        files[f"sys/class/net/{name}/operstate"] = "down\n"
    stage.show(files)
    lay_out({f"sys/class/net/{name}/operstate": "up\n" for name in names}, stage.root)
    ups = []
    for _ in range(4):
        sample = stage.sample()
        ups.append(sum(sample.values[network.UP.of(name)] is True for name in names))
    # the first look, at all of them, was the beginning of a turn too
    assert ups[-1] == 450
    assert all(after - before <= 200 for before, after in pairwise([0, *ups]))
