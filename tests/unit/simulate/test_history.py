from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.errors import UsageError
from triage.simulate import SAMPLE_START, simulate_tickets

COLUMNS = [
    *("number", "opened_at", "short_description", "description", "contact_type", "location", "service"),
    *("impact", "urgency", "priority", "category", "assignment_group", "resolved_at", "outcome", "fix"),
]
# By impact (rows) and urgency (columns), from 1 - High to 3 - Low: ITIL's matrix, written out.
MATRIX = (
    ("1 - Critical", "2 - High", "3 - Moderate"),
    ("2 - High", "3 - Moderate", "4 - Low"),
    ("3 - Moderate", "4 - Low", "5 - Planning"),
)
LEVELS = ("1 - High", "2 - Medium", "3 - Low")


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return simulate_tickets(3000, seed=7, start=SAMPLE_START)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 60), st.integers(0, 2**64), st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001  # zone follows
def test_any_history_is_consistent(n: int, seed: int, start: datetime) -> None:
    frame = simulate_tickets(n, seed, start.replace(tzinfo=UTC))
    assert frame.columns.to_list() == COLUMNS
    assert len(frame) == n
    assert frame["number"].is_unique
    assert frame.drop(columns=["description", "service"]).notna().all(axis=None)
    opened, resolved = pd.to_datetime(frame["opened_at"]), pd.to_datetime(frame["resolved_at"])
    assert opened.is_monotonic_increasing
    assert (resolved > opened).all()
    expected = [
        MATRIX[LEVELS.index(i)][LEVELS.index(u)] for i, u in zip(frame["impact"], frame["urgency"], strict=True)
    ]
    assert frame["priority"].to_list() == expected
    assert not frame.fillna("").map(lambda text: "\n" in text or "{" in text or text != text.strip()).any(axis=None)


def test_same_seed_gives_the_same_history_and_another_seed_another() -> None:
    first, again, other = (simulate_tickets(40, seed, SAMPLE_START) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first["short_description"].equals(other["short_description"])


def test_start_in_another_zone_is_the_same_moment() -> None:
    elsewhere = SAMPLE_START.astimezone(timezone(timedelta(hours=5)))
    pd.testing.assert_frame_equal(simulate_tickets(40, 7, elsewhere), simulate_tickets(40, 7, SAMPLE_START))


def test_no_category_is_rare_and_none_rules(sample: pd.DataFrame) -> None:
    shares = sample["category"].value_counts(normalize=True)
    assert 8 <= len(shares) <= 10
    assert 0.025 < shares.min() < shares.max() < 0.26
    assert 10 <= sample["assignment_group"].nunique() <= 14


def test_impact_and_urgency_have_a_default_but_not_only_that(sample: pd.DataFrame) -> None:
    for column in ("impact", "urgency"):
        shares = sample[column].value_counts(normalize=True)
        assert shares.index[0] == "2 - Medium"
        assert 0.58 < shares.iloc[0] < 0.70
        assert shares.min() > 0.05


def test_words_tell_of_impact_and_urgency(sample: pd.DataFrame) -> None:
    text = (sample["short_description"] + " " + sample["description"].fillna("")).str.lower()
    high = LEVELS[0]
    assert (sample.loc[text.str.contains("whole site"), "impact"] == high).mean() > 0.9
    assert (sample.loc[text.str.contains("urgent!|dringend"), "urgency"] == high).mean() > 0.6
    assert (sample.loc[sample["service"] == "Executive support", "urgency"] == high).mean() > 0.5


def test_one_ticket_in_five_is_german(sample: pd.DataFrame) -> None:
    text = sample["short_description"] + " " + sample["description"].fillna("")
    words = re.compile(
        r"\b(nicht|ist|bitte|der|die|mein|seit|kein|keine|alle|fehler|nur|kommt|geht)\b|[äöüß]", re.IGNORECASE
    )
    share = text.map(lambda each: bool(words.search(each))).mean()
    assert 0.15 < share < 0.25


def test_load_follows_the_week_and_outages_come_in_bursts(sample: pd.DataFrame) -> None:
    opened = pd.to_datetime(sample["opened_at"])
    assert (opened.dt.day_of_week >= 5).mean() < 0.05
    assert opened.dt.hour.between(6, 17).mean() > 0.85
    fullest = sample.groupby([opened.dt.floor("2h"), sample["category"]]).size().max()
    assert fullest >= 10


def test_mix_drifts(sample: pd.DataFrame) -> None:
    third = len(sample) // 3
    remote = sample["category"] == "Remote access"
    assert remote.iloc[-third:].mean() > remote.iloc[:third].mean()


def test_same_words_are_filed_in_more_than_one_way(sample: pd.DataFrame) -> None:
    filed = pd.DataFrame({"subject": sample["short_description"].str.lower(), "category": sample["category"]})
    assert filed.drop_duplicates()["subject"].duplicated().sum() > 10


@pytest.mark.parametrize(
    ("n", "seed", "start", "named"),
    [
        (0, 7, SAMPLE_START, "number of tickets"),
        (1, -1, SAMPLE_START, "seed"),
        (1, 7, datetime(2026, 4, 6), "time zone"),  # noqa: DTZ001  # the point
    ],
)
def test_arguments_out_of_range_are_refused(n: int, seed: int, start: datetime, named: str) -> None:
    with pytest.raises(UsageError, match=named):
        simulate_tickets(n, seed, start)


def test_endings_differ_and_are_told_in_words(sample: pd.DataFrame) -> None:
    shares = sample["outcome"].value_counts(normalize=True)
    assert shares.index[0] == "Solved"
    assert 0.75 < shares.iloc[0] < 0.92
    assert set(shares.index) == {"Solved", "Workaround", "No fault found", "Cancelled", "Duplicate"}
    assert sample["fix"].nunique() > 100
    assert 0.04 < sample["fix"].str.contains(r"\b(?:getauscht|gesetzt|neu|entsperrt|behoben|ist)\b|[äöüß]").mean() < 0.2
