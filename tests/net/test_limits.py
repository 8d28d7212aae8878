"""The limiter: a burst, then a steady rate, and bounded memory."""

from hypothesis import given
from hypothesis import strategies as st

from perfwatch_net.limits import Limiter


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_is_free_and_then_one_try_each_period() -> None:
    clock = Clock()
    limiter = Limiter(burst=3, seconds=10, clock=clock)
    for _ in range(3):
        assert limiter.wait("a") == 0
        limiter.take("a")
    assert limiter.wait("a") == 10
    clock.now += 10
    assert limiter.wait("a") == 0
    limiter.take("a")
    assert limiter.wait("a") == 10


def test_the_strictest_of_several_keys_counts() -> None:
    limiter = Limiter(burst=1, seconds=10, clock=Clock())
    limiter.take(("user", "admin"))
    assert limiter.wait(("user", "admin"), ("address", "::1")) == 10
    assert limiter.wait(("address", "::1")) == 0


def test_success_forgives() -> None:
    limiter = Limiter(burst=1, seconds=10, clock=Clock())
    limiter.take("a", "b")
    limiter.forgive("a")
    assert (limiter.wait("a"), limiter.wait("b")) == (0, 10)


@given(st.lists(st.integers(0, 1000), max_size=200))
def test_memory_is_bounded_and_the_newest_key_is_remembered(keys: list[int]) -> None:
    limiter = Limiter(burst=1, seconds=10, most=10, clock=Clock())
    for key in keys:
        limiter.take(key)
        assert limiter.wait(key) > 0
    assert len(limiter) <= 10


@given(st.lists(st.floats(0, 30), max_size=60))
def test_never_more_tries_than_burst_and_rate_allow(pauses: list[float]) -> None:
    clock = Clock()
    limiter = Limiter(burst=3, seconds=5, clock=clock)
    began, done = clock.now, 0
    for pause in pauses:
        clock.now += pause
        if limiter.wait("k") == 0:
            limiter.take("k")
            done += 1
        assert done <= 3 + (clock.now - began) / 5 + 1e-6
