"""Finding real data."""

from __future__ import annotations

from pathlib import Path

from benchmarks.data_folder import find_data_folder


def test_named_folder_wins(tmp_path: Path) -> None:
    named, beside = tmp_path / "named", tmp_path / "beside"
    named.mkdir()
    beside.mkdir()
    assert find_data_folder({"BENCH_DATA_DIR": str(named)}, beside) == (named, "named by BENCH_DATA_DIR")


def test_folder_beside_the_checkout_is_taken_when_none_is_named(tmp_path: Path) -> None:
    assert find_data_folder({"BENCH_DATA_DIR": ""}, tmp_path) == (tmp_path, "beside the checkout")


def test_named_folder_that_is_not_there_is_not_replaced(tmp_path: Path) -> None:
    folder, reason = find_data_folder({"BENCH_DATA_DIR": str(tmp_path / "gone")}, tmp_path)
    assert folder is None
    assert "BENCH_DATA_DIR names" in reason


def test_reason_names_where_it_looked(tmp_path: Path) -> None:
    folder, reason = find_data_folder({}, tmp_path / "gone")
    assert folder is None
    assert str(tmp_path / "gone") in reason
