from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from triage.bootstrap.reading import (
    as_in_training,
    complete_targets,
    over_settings,
    part_names,
    read_as_in_training,
    to_label_by,
)
from triage.datasets import ReadOptions, read_table
from triage.errors import DataError
from triage.settings import ColumnRoles, Settings
from triage.training import Card

CARD: Card = {
    "columns": {"text": ["summary"], "fields": ["site"], "opened_at": True, "refused": []},
    "reading": {"order": "newest-first", "time": "created", "id": "key", "tz": "Europe/Berlin", "encoding": "cp1252"},
    "targets": ["team"],
}


def test_an_option_wins_over_the_settings_and_the_settings_over_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, columns=ColumnRoles(text=("body",), time="created"))
    options = over_settings(settings, ReadOptions(text=("summary",)))
    assert (options.text, options.time, options.fields) == (("summary",), "created", ())


@pytest.mark.parametrize("asked", [("priority",), ("impact", "urgency")])
def test_the_three_of_priority_come_together_where_the_file_has_them(asked: tuple[str, ...]) -> None:
    completed = complete_targets(ReadOptions(targets=asked), ["Impact", "impact", "urgency", "priority", "text"])
    assert set(completed.targets) == {"impact", "urgency", "priority"}


def test_a_file_without_impact_keeps_priority_as_a_target_of_its_own() -> None:
    assert complete_targets(ReadOptions(targets=("priority",)), ["urgency", "priority"]).targets == ("priority",)


def test_a_file_is_judged_as_its_models_training_file_was_read() -> None:
    options = as_in_training(CARD)
    assert options == ReadOptions(
        ("team",), ("summary",), ("site",), "created", "key", "newest-first", "Europe/Berlin", "cp1252", only_named=True
    )


def test_a_card_that_does_not_say_how_is_refused() -> None:
    with pytest.raises(DataError, match="Train it again"):
        as_in_training({"targets": ["team"]})


def test_to_label_only_what_the_file_has_is_taken_from_training(tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    pd.DataFrame({"summary": ["printer jam"], "created": ["2026-01-01T00:00:00Z"]}).to_csv(file, index=False)
    options = to_label_by(CARD, ReadOptions(tz="UTC"), read_table(file, ReadOptions()))
    assert (options.time, options.id, options.tz) == ("created", None, "UTC")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_the_encoding_of_training_is_used_where_a_file_is_not_utf_8(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "new.csv"
    file.write_bytes("summary,team\nDrücker klemmt,A\n".encode(encoding))
    assert read_as_in_training(file, as_in_training(CARD)).labels("summary").tolist() == ["Drücker klemmt"]


def test_the_encoding_of_training_may_be_one_that_must_be_named(tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_bytes("summary,team\nprinter jam,A\n".encode("utf-16-le"))
    table = read_as_in_training(file, ReadOptions(encoding="utf-16-le"))
    assert table.labels("summary").tolist() == ["printer jam"]


def test_a_column_whose_name_has_a_comma_can_be_named() -> None:
    asked = ReadOptions(targets=("team, site",), text=("body, long",), fields=("a,b", "a"))
    parted = part_names(asked, ["team, site", "body", "long", "a", "b"])
    assert (parted.targets, parted.text, parted.fields) == (("team, site",), ("body", "long"), ("a", "b"))
