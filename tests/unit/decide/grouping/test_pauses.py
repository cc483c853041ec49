"""How long it is worth waiting, by how long alerts lasted before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from triage.decide.grouping import Alert, PauseRules
from triage.decide.grouping.pauses import Lifetimes
from triage.domain import Pause, PauseState
from triage.errors import UsageError

RULES = PauseRules(most_miss_risk=0.99)
HOUR_S = 3600.0


def alert(number: int, at_s: float, entity: str = "web-1", template: str = "slow", source: str = "m") -> Alert:
    return Alert((source, f"{entity} {template} {number}"), at_s, at_s, entity, (), template, "warning")


def known(lasted: Iterable[float | None], **more: str) -> Lifetimes:
    """One alert an hour, each over after so long; None is not over."""
    lifetimes = Lifetimes()
    for number, each in enumerate(lasted):
        at_s = number * HOUR_S
        lifetimes.begin(alert(number, at_s, **more), None if each is None else at_s + each)
    return lifetimes


def chosen(lifetimes: Lifetimes, rules: PauseRules = RULES, at_s: float = 1e6, **more: str) -> Pause | None:
    return lifetimes.choose(alert(-1, at_s, **more), rules)


def pause_s(pause: Pause | None, at_s: float = 1e6) -> float:
    assert pause is not None
    return pause.until.timestamp() - at_s


def test_pause_is_the_shortest_that_spares_the_share_of_transient_alerts() -> None:
    # Ten are transient, two are not: nine of ten are over within 90 s.
    lasted = [*(10.0 * each for each in range(1, 11)), 7200.0, 7200.0]
    assert pause_s(chosen(known(lasted))) == 90.0
    assert pause_s(chosen(known(lasted), replace(RULES, share=1.0))) == 100.0
    assert pause_s(chosen(known(lasted), replace(RULES, share=0.5))) == 50.0


def test_miss_risk_is_the_upper_bound_on_the_share_that_outlasted_the_longest_pause() -> None:
    pause = chosen(known([60.0] * 18 + [900.0] * 2))
    assert pause is not None
    assert (pause.alerts, pause.outlasted, pause.level) == (20, 2, "fingerprint")
    exact = binomtest(2, 20).proportion_ci(0.9, "exact").high
    assert pause.miss_risk == pytest.approx(exact, abs=1e-4)
    assert pause.miss_risk >= exact
    assert pause.reason == (
        "18 of 20 earlier alerts of this fingerprint were over within 10 min, 90% of such ones within 1 min; "
        "at most 28% go on for longer (95% confidence)."
    )


def test_nothing_waits_where_the_miss_risk_is_above_what_is_tolerated() -> None:
    lifetimes = known([60.0] * 18 + [900.0] * 2)
    assert chosen(lifetimes, PauseRules(most_miss_risk=0.29)) is not None
    assert chosen(lifetimes, PauseRules(most_miss_risk=0.28)) is None


def test_nothing_waits_before_enough_alerts_have_come_to_an_end_or_where_none_is_transient() -> None:
    assert chosen(known([60.0] * 11 + [None] * 5)) is None
    assert chosen(known([60.0] * 12)) is not None
    assert chosen(known([7200.0] * 30)) is None


def test_alert_that_goes_on_has_outlasted_every_pause_that_it_is_older_than() -> None:
    pause = chosen(known([60.0] * 12 + [None] * 4))
    assert pause is not None
    assert (pause.alerts, pause.outlasted) == (16, 4)


def test_alerts_of_just_now_say_nothing_whether_they_are_over_or_not() -> None:
    lifetimes = known([60.0] * 12)
    for number in range(5):
        lifetimes.begin(alert(100 + number, 1e6 - 50), 1e6 - 40 if number % 2 else None)
    pause = chosen(lifetimes)
    assert pause is not None
    assert (pause.alerts, pause.outlasted) == (12, 0)


def test_what_was_over_when_it_came_in_says_nothing() -> None:
    assert chosen(known([0.0] * 40)) is None


def test_what_is_opened_again_counts_until_it_is_over_for_good() -> None:
    lifetimes = known([60.0] * 12)
    key = alert(3, 0.0).key
    lifetimes.end(key, None)
    assert chosen(lifetimes) is None
    lifetimes.end(key, 3 * HOUR_S + 5000)
    pause = chosen(lifetimes)
    assert pause is not None
    assert pause.outlasted == 1


def test_evidence_is_of_the_narrowest_kind_that_has_enough_of_one_sender() -> None:
    lifetimes = known([60.0] * 12, entity="web-2")
    near = chosen(lifetimes)
    far = chosen(lifetimes, template="disk is full")
    assert near is not None
    assert far is not None
    assert (near.level, far.level) == ("template", "source")
    assert chosen(lifetimes, source="another") is None


def test_it_is_suggested_unless_it_is_to_act() -> None:
    lifetimes = known([60.0] * 12)
    states = [pause.state for acts in (False, True) if (pause := chosen(lifetimes, replace(RULES, acts=acts)))]
    assert states == [PauseState.SUGGESTED, PauseState.PAUSED]


def test_memory_is_bounded_by_the_last_alerts() -> None:
    lifetimes = known([60.0] * 12)
    for number in range(20_000):
        lifetimes.begin(alert(number, 1e5, entity=f"host-{number}", template=f"{number}", source="flood"))
    assert chosen(lifetimes) is None


@pytest.mark.parametrize(
    "wrong", [{"share": 0.0}, {"share": 1.1}, {"most_miss_risk": 0.0}, {"longest_s": 0.5}, {"longest_s": 1e6}]
)
def test_rules_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="Got"):
        PauseRules(**wrong)  # type: ignore[arg-type]  # what a file may hold


# Exact in binary, also when added to a moment: a limit is met or it is not.
eighths = st.integers(8, 32_000).map(lambda count: count / 8)
lifetimes_of = st.lists(st.one_of(st.none(), eighths), min_size=12, max_size=60)


@given(lifetimes_of, st.floats(0.05, 1.0), eighths.filter(lambda each: 10.0 <= each <= 2000.0))
def test_pause_keeps_its_bounds(lasted: Sequence[float | None], share: float, longest_s: float) -> None:
    pause = chosen(known(lasted), replace(RULES, share=share, longest_s=longest_s))
    if pause is None:
        return
    waits_s = pause_s(pause)
    ended = [each for each in lasted if each is not None]
    transient = [each for each in ended if each <= longest_s]
    assert 0.0 < waits_s <= longest_s + 1e-3
    assert sum(each <= waits_s + 1e-3 for each in transient) >= share * len(transient) - 1e-6
    assert pause.miss_risk is not None
    assert pause.outlasted / pause.alerts <= pause.miss_risk <= RULES.most_miss_risk


@given(lifetimes_of, st.randoms())
def test_order_in_which_ends_became_known_does_not_matter(lasted: Sequence[float | None], dice: object) -> None:
    ends = [(number, each) for number, each in enumerate(lasted) if each is not None]
    dice.shuffle(ends)  # type: ignore[attr-defined]  # random.Random, as hypothesis draws it
    lifetimes = known([None] * len(lasted))
    for number, each in ends:
        lifetimes.end(alert(number, 0.0).key, number * HOUR_S + each)
    assert chosen(lifetimes) == chosen(known(lasted))


@given(lifetimes_of)
def test_one_more_that_outlasts_never_lowers_the_risk(lasted: Sequence[float | None]) -> None:
    before, after = chosen(known(lasted)), chosen(known([*lasted, 5000.0]))
    if before is not None and after is not None:
        assert before.miss_risk is not None
        assert after.miss_risk is not None
        assert after.until == before.until
        assert after.miss_risk >= before.miss_risk
