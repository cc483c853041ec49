from __future__ import annotations

from itertools import combinations

from triage.learn.crosses import choose_pairs, cross


def test_pair_is_missing_where_either_value_is() -> None:
    crossed = cross({"a": ["1", None, "2"], "b": ["x", "y", None]}, [("a", "b")])
    assert crossed["a + b"] == ["1 + x", None, None]


def test_field_with_nearly_one_value_is_not_crossed() -> None:
    fields = {"a": ["1"] * 999 + ["2"], "b": ["x", "y"] * 500, "c": ["u", "v"] * 500}
    assert choose_pairs(fields) == (("b", "c"),)


def test_of_too_many_pairs_those_that_come_up_again_are_kept() -> None:
    names = [f"field {number:02d}" for number in range(14)]
    fields = {name: [f"{row % (number + 2)}" for row in range(400)] for number, name in enumerate(names)}
    fields["number"] = [str(row) for row in range(400)]
    pairs = choose_pairs(fields)
    assert len(pairs) == 80
    assert all("number" not in pair for pair in pairs)
    assert set(pairs) <= set(combinations(fields, 2))


def test_without_rows_nothing_is_crossed() -> None:
    assert choose_pairs({"a": [], "b": []}) == ()


def test_pair_whose_name_is_taken_by_a_field_or_another_pair_is_left_out() -> None:
    fields = dict.fromkeys(["a", "b", "a + b", "c", "b + c"], ["1", "2"] * 5)
    pairs = choose_pairs(fields)
    assert ("a", "b") not in pairs
    assert [pair for pair in pairs if " + ".join(pair) == "a + b + c"] == [("a", "b + c")]
    assert len(cross(fields, pairs)) == len(fields) + len(pairs)
