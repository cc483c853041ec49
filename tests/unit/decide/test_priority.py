from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from triage.decide.priority import Matrix, PriorityRule, learn_matrix, urgency_rank
from triage.domain import Contradiction
from triage.measure.calibration import Calibration

RANKS = ["1 - High", "2 - Medium", "3 - Low"]
PRIORITIES = ["1 - Critical", "2 - High", "3 - Moderate", "4 - Low", "5 - Planning"]
ITIL = [[1, 2, 3], [2, 3, 4], [3, 4, 5]]


def rule_of(matrix: Matrix, scale: float = 1.0) -> PriorityRule:
    classes = tuple(sorted(set(matrix.values())))
    return PriorityRule("impact", "urgency", "priority", classes, matrix, Calibration(scale))


def of_one(labels: list[str], *probabilities: float) -> tuple[list[str], NDArray[np.float64]]:
    return labels, np.array([probabilities])


def test_pair_that_occurred_has_its_commonest_priority() -> None:
    history = [("1", "1", "P2"), ("1", "1", "P1"), ("1", "1", "P2"), ("2", "1", "P3")]
    assert learn_matrix(["1", "2"], ["1"], history) == {("1", "1"): "P2", ("2", "1"): "P3"}


def test_tie_goes_to_the_first_name_whatever_the_order_of_rows() -> None:
    history: list[tuple[str | None, str | None, str | None]] = [("1", "1", "P2"), ("1", "1", "P1")]
    assert learn_matrix(["1"], ["1"], history) == learn_matrix(["1"], ["1"], history[::-1]) == {("1", "1"): "P1"}


def test_pairs_that_never_occurred_follow_itils_table_by_rank() -> None:
    matrix = learn_matrix(RANKS, RANKS, [(None, None, priority) for priority in PRIORITIES])
    found = [[matrix[impact, urgency] for urgency in RANKS] for impact in RANKS]
    assert found == [[PRIORITIES[rank - 1] for rank in row] for row in ITIL]


def test_history_wins_over_itil() -> None:
    history = [("1 - High", "1 - High", "4 - Low"), *((None, None, priority) for priority in PRIORITIES)]
    matrix = learn_matrix(RANKS, RANKS, history)
    assert matrix["1 - High", "1 - High"] == "4 - Low"
    assert matrix["1 - High", "2 - Medium"] == "2 - High"


@pytest.mark.parametrize("labels", [["High", "Low"], ["4", "9"], ["10", "11"]])
def test_labels_without_a_rank_fall_back_to_the_commonest_priority(labels: list[str]) -> None:
    matrix = learn_matrix(labels, labels, [(None, None, "P3"), (None, None, "P3"), (None, None, "P1")])
    assert set(matrix.values()) == {"P3"}


def test_rank_that_no_priority_has_falls_back_to_the_commonest() -> None:
    matrix = learn_matrix(["3"], ["3"], [(None, None, "P2"), (None, None, "P2"), (None, None, "P1")])
    assert matrix == {("3", "3"): "P2"}


def test_rows_with_a_missing_part_say_nothing_of_their_pair() -> None:
    history = [("1", "1", "P1"), ("1", None, "P2"), (None, "1", "P2"), ("1", "1", None)]
    assert learn_matrix(["1"], ["1"], history) == {("1", "1"): "P1"}


def test_probability_of_a_priority_is_the_sum_over_its_pairs() -> None:
    rule = rule_of({("1", "1"): "a", ("1", "2"): "b", ("2", "1"): "b", ("2", "2"): "c"})
    found = rule.probabilities(of_one(["1", "2"], 0.75, 0.25), of_one(["1", "2"], 0.5, 0.5))
    assert rule.classes == ("a", "b", "c")
    assert found[0] == pytest.approx([0.375, 0.5, 0.125])


def test_pair_of_a_label_that_came_up_later_speaks_for_no_priority() -> None:
    rule = rule_of({("1", "1"): "a", ("2", "1"): "b"})
    found = rule.probabilities(of_one(["1", "2", "new"], 0.6, 0.2, 0.2), of_one(["1"], 1.0))
    assert found[0] == pytest.approx([0.7, 0.3])
    surely_new = rule.probabilities(of_one(["1", "2", "new"], 0.0, 0.0, 1.0), of_one(["1"], 1.0))
    assert surely_new[0] == pytest.approx([0.5, 0.5])


def test_impossible_priority_has_a_finite_margin() -> None:
    rule = rule_of({("1", "1"): "a", ("2", "1"): "b"})
    margins = rule.margins(of_one(["1", "2"], 1.0, 0.0), of_one(["1"], 1.0))
    assert np.isfinite(margins).all()
    assert rule.probabilities(of_one(["1", "2"], 1.0, 0.0), of_one(["1"], 1.0))[0, 1] < 1e-9


@given(st.integers(0, 10_000), st.integers(1, 6), st.floats(0.05, 20))
def test_derived_probabilities_sum_to_one_and_do_not_depend_on_the_batch(seed: int, n: int, scale: float) -> None:
    generator = np.random.default_rng(seed)
    impact = RANKS, generator.dirichlet(np.ones(3), n)
    urgency = RANKS, generator.dirichlet(np.ones(3), n)
    rule = rule_of(learn_matrix(RANKS, RANKS, [(None, None, priority) for priority in PRIORITIES]), scale)
    together = rule.probabilities(impact, urgency)
    assert together.sum(axis=1) == pytest.approx(np.ones(n), abs=1e-12)
    for row in range(n):
        alone = rule.probabilities((RANKS, impact[1][row : row + 1]), (RANKS, urgency[1][row : row + 1]))
        assert alone[0].tobytes() == together[row].tobytes()


SQUARE = {("1", "1"): "P1", ("1", "2"): "P2", ("2", "1"): "P2", ("2", "2"): "P3"}


def test_what_the_sender_left_out_is_named_with_what_is_assumed_for_it() -> None:
    rule, predicted = rule_of(SQUARE), {"impact": "1", "urgency": "2"}
    assert rule.remark({}, predicted) == "Not given, so predicted: impact '1' and urgency '2'."
    assert rule.remark({"impact": "2"}, predicted) == "Not given, so predicted: urgency '2'."
    assert rule.remark({"impact": "1", "urgency": "1", "priority": "P1"}, predicted) == ""


def test_given_priority_that_the_matrix_does_not_imply_is_a_contradiction() -> None:
    rule, predicted = rule_of(SQUARE), {"impact": "2", "urgency": "2"}
    given_all = rule.remark({"impact": "1", "urgency": "1", "priority": "P3"}, predicted)
    assert given_all == "Contradiction: priority 'P3' is given, but impact '1' and urgency '1' imply 'P1'."
    assert rule.remark({"priority": "P1"}, predicted).endswith("but impact '2' and urgency '2' imply 'P3'.")
    assert "Contradiction" not in rule.remark({"priority": "P3"}, predicted)


@pytest.mark.parametrize(("impact", "priority"), [("9", "P3"), ("1", "urgent")])
def test_what_the_matrix_does_not_hold_contradicts_nothing(impact: str, priority: str) -> None:
    given = {"impact": impact, "urgency": "1", "priority": priority}
    assert rule_of(SQUARE).remark(given, {"impact": "1", "urgency": "1"}) == ""


def costly(under_cost: float, *classes: str) -> PriorityRule:
    return PriorityRule("impact", "urgency", "priority", classes or ("P1", "P2", "P3"), {}, Calibration(), under_cost)


some_probabilities = st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3).map(
    lambda drawn: np.array([drawn]) / np.sum(drawn)
)


@given(some_probabilities)
def test_without_dearer_under_triage_the_likeliest_priority_is_taken(probabilities: NDArray[np.float64]) -> None:
    assert costly(1.0).choose(probabilities).tolist() == probabilities.argmax(axis=1).tolist()


@given(some_probabilities, st.floats(1.0, 20.0), st.floats(1.0, 20.0))
def test_dearer_under_triage_never_makes_a_choice_less_urgent(
    probabilities: NDArray[np.float64], first: float, second: float
) -> None:
    low, high = sorted((first, second))
    assert costly(high).choose(probabilities)[0] <= costly(low).choose(probabilities)[0]


@given(some_probabilities, st.sampled_from([0.2, 0.5, 2.0, 5.0]))
def test_choice_costs_least_to_be_expected(probabilities: NDArray[np.float64], under_cost: float) -> None:
    def expected(chosen: int) -> float:
        more_urgent, less_urgent = probabilities[0, :chosen].sum(), probabilities[0, chosen + 1 :].sum()
        return float(under_cost * more_urgent + less_urgent)

    chosen = int(costly(under_cost).choose(probabilities)[0])
    assert expected(chosen) == pytest.approx(min(expected(each) for each in range(3)))


@pytest.mark.parametrize(("graver", "expected"), [(0.24, 1), (0.26, 0)])
def test_near_the_border_the_graver_of_two_neighbours_is_taken(graver: float, expected: int) -> None:
    assert costly(3.0).choose(np.array([[graver, 1 - graver, 0.0]])).tolist() == [expected]


def test_priorities_without_a_rank_are_taken_by_likelihood() -> None:
    rule = costly(9.0, "Amber", "Red")
    assert rule.costs is None
    assert rule.choose(np.array([[0.4, 0.6]])).tolist() == [1]


@pytest.mark.parametrize(
    ("label", "rank"),
    [("P1", 1), ("3 - Moderate", 3), ("Blocker", 1), ("Major", 2), (" low ", 4), ("Trivial", 5), ("Amber", None)],
)
def test_rank_is_read_off_numbers_and_usual_names(label: str, rank: int | None) -> None:
    assert urgency_rank(label) == rank


def test_contradiction_names_what_it_follows_from_and_what_was_assumed() -> None:
    matrix = learn_matrix(["1", "2"], ["1", "2"], [(None, None, f"P{rank}") for rank in (1, 2, 3)])
    rule, predicted = rule_of(matrix), {"impact": "1", "urgency": "1"}
    assert rule.contradiction({"priority": "P3", "urgency": "2"}, predicted) == Contradiction(
        "priority", "P3", "P2", {"impact": "1", "urgency": "2"}, ("impact",)
    )
    assert rule.contradiction({"priority": "P2", "urgency": "2"}, predicted) is None
    assert rule.contradiction({"priority": "Other"}, predicted) is None
    assert rule.contradiction({}, predicted) is None
