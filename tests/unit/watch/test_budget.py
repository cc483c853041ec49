from __future__ import annotations

import pytest

from triage.errors import UsageError
from triage.watch.budget import Budget

DAY_NS = 86_400_000_000_000


@pytest.mark.parametrize(
    ("text", "alerts", "period_ns"),
    [
        ("1/day", 1, DAY_NS),
        ("3/30d", 3, 30 * DAY_NS),
        (" 2 / 12h ", 2, DAY_NS // 2),
        ("5/week", 5, 7 * DAY_NS),
        ("2/1000steps", 2, 1000 * 10**9),
    ],
)
def test_budget_is_a_number_of_alerts_a_period(text: str, alerts: int, period_ns: int) -> None:
    assert Budget.parse(text) == Budget(alerts, period_ns)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("1/day", "1/day"), ("3/30d", "3/30d"), ("2/12h", "2/12h"), ("1/90min", "1/90min"), ("5/week", "5/7d")],
)
def test_budget_is_shown_as_it_is_written(text: str, shown: str) -> None:
    assert str(Budget.parse(text)) == shown
    assert Budget.parse(shown) == Budget.parse(text)


def test_period_that_no_unit_fits_is_shown_in_seconds() -> None:
    assert str(Budget.parse("2/1000steps")) == "2 in 1000 s"


def test_steps_last_as_long_as_the_points_say() -> None:
    assert Budget.parse("1/30steps", step_ns=60) == Budget(1, 1800)


@pytest.mark.parametrize("text", ["", "1", "0/day", "1/0d", "x/day", "1/fortnight", "-1/day", "1/9999999d", "9999/day"])
def test_text_that_is_no_budget_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        Budget.parse(text)


def test_an_entity_begins_with_one_period_and_saves_up_five() -> None:
    budget = Budget.parse("2/day")
    assert budget.spacing_ns == DAY_NS // 2
    at_first = (budget.most_debt_ns - budget.first_debt_ns) // budget.spacing_ns + 1
    at_most = budget.most_debt_ns // budget.spacing_ns + 1
    assert (at_first, at_most) == (2, 10)
