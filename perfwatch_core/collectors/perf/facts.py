"""What a tick of perf becomes in a sample: values with their states, or the reason there is none."""

from __future__ import annotations

from collections.abc import Iterator

from perfwatch_core.collector import Fact, Missing
from perfwatch_core.collectors.perf import metrics as declared
from perfwatch_core.collectors.perf.ability import Ability
from perfwatch_core.collectors.perf.counts import UNSEEN, Count
from perfwatch_core.collectors.perf.lines import State
from perfwatch_core.collectors.perf.names import EVENTS
from perfwatch_core.collectors.perf.ratios import RATIOS
from perfwatch_core.collectors.perf.reasons import NOT_ALLOWED, NOT_COUNTED
from perfwatch_core.collectors.perf.window import Window

NOTHING = "nothing happened in this interval"
NOT_EVERYWHERE = "not every kind of core counts it"


def lasting(ability: Ability) -> tuple[Fact, ...]:
    """What stays the same while the ability does: the events that cannot be counted, and what needs them."""
    return tuple(_lasting(ability))


def _lasting(ability: Ability) -> Iterator[Fact]:
    for event in EVENTS:
        if event in ability.states:
            yield declared.STATE, event, ability.states[event].value
        if event not in ability.events and event in ability.whys:
            yield declared.EVENT_METRICS[event], "", Missing(ability.whys[event])
    for ratio in RATIOS:
        for event in (ratio.over, ratio.under):
            if event not in ability.events:
                yield declared.RATIO_METRICS[ratio.field], "", Missing(_why_not(ability, event))
                break


def unknown(ability: Ability | None, why: str) -> Iterator[Fact]:
    """Every value that would have been counted is missing for this reason."""
    for event in EVENTS if ability is None else ability.events:
        yield declared.EVENT_METRICS[event], "", Missing(why)
        yield declared.STATE, event, State.NOT_COUNTED.value
    for ratio in RATIOS:
        if ability is None or _possible(ability, ratio.over, ratio.under):
            yield declared.RATIO_METRICS[ratio.field], "", Missing(why)


def counted(ability: Ability, window: Window) -> Iterator[Fact]:
    """The values of one window."""
    for event in ability.events:
        count = window.rates.get(event, UNSEEN)
        yield declared.STATE, event, count.state.value
        if count.percent is not None:
            yield declared.RUNNING, event, count.percent
        metric = declared.EVENT_METRICS[event]
        yield metric, "", Missing(_why(count)) if count.value is None else count.value
    for ratio in RATIOS:
        value = window.ratios.get(ratio.field)
        if value is not None:
            yield declared.RATIO_METRICS[ratio.field], "", value
        elif _possible(ability, ratio.over, ratio.under):
            lacking = Missing(_lacking(window, ratio.over, ratio.under))
            yield declared.RATIO_METRICS[ratio.field], "", lacking
    for cpu, value in window.core_ipc.items():
        yield declared.CORE_IPC, cpu, value


def _possible(ability: Ability, over: str, under: str) -> bool:
    return over in ability.events and under in ability.events


def _why_not(ability: Ability, event: str) -> str:
    """Why what needs this event is not there: what all counters lack, else the event and what it lacks."""
    if ability.shortfalls and ability.whys.get(event) == ability.shortfalls[0].reason:
        return ability.shortfalls[0].reason
    return f"needs {event}: {ability.whys.get(event, NOT_COUNTED)}"


def _needs(event: str) -> str:
    return f"needs {event}, which is not known"


def _lacking(window: Window, *events: str) -> str:
    for event in events:
        if window.rates.get(event, UNSEEN).value is None:
            return _needs(event)
    return NOTHING


def _why(count: Count) -> str:
    """The reason in words for an event without a count."""
    if count.state is State.NOT_SUPPORTED:
        return NOT_EVERYWHERE
    return NOT_ALLOWED if count.state is State.NO_PERMISSION else NOT_COUNTED
