"""What columns look like, whatever they are called."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.tables import csv

from triage.datasets import Table
from triage.datasets.profiles import profile_all

ReadTable = Callable[..., Table]


def test_shape_tells_texts_categories_and_times_apart(table_of: ReadTable) -> None:
    rows = [
        (f"the printer number {at} is broken", "AB"[at % 2], f"2024-01-{at + 1:02d}", f"name-{at}") for at in range(20)
    ]
    seen = profile_all(table_of(csv("a,b,c,d", rows)))
    assert [each.is_text for each in seen.values()] == [True, False, False, False]
    assert [each.is_category for each in seen.values()] == [False, True, False, False]
    assert [each.is_times for each in seen.values()] == [False, False, True, False]
    assert (seen["b"].n_given, seen["b"].n_distinct) == (20, 2)


def test_text_without_spaces_is_text(table_of: ReadTable) -> None:
    rows = [(f"办公室的打印机不能打印了{at}", "网络") for at in range(5)]
    seen = profile_all(table_of(csv("a,b", rows)))
    assert seen["a"].is_text
    assert not seen["b"].is_text


def test_long_label_that_comes_back_is_no_text(table_of: ReadTable) -> None:
    rows = [
        ("please install or update some software" if at % 2 else "please reset the password now",) for at in range(40)
    ]
    seen = profile_all(table_of(csv("a", rows)))
    assert not seen["a"].is_text
    assert seen["a"].is_category


@pytest.mark.parametrize(("n_values", "is_category"), [(50, True), (60, False)])
def test_category_has_few_values_for_its_rows(table_of: ReadTable, n_values: int, is_category: bool) -> None:
    rows = [(f"v{at % n_values}", at) for at in range(100)]
    assert profile_all(table_of(csv("a,b", rows)))["a"].is_category is is_category


def test_missing_cells_do_not_count(table_of: ReadTable) -> None:
    seen = profile_all(table_of("a,b\n?,1\nnull,2\n,3\nx,4\n"))
    assert (seen["a"].n_given, seen["a"].n_distinct) == (1, 1)
    assert seen["a"].given.tolist() == [False, False, False, True]
