"""Which column tells incidents apart."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from tests.tables import csv

from triage.datasets import ReadOptions, Table
from triage.datasets.numbering import find_id
from triage.datasets.profiles import profile_all

ReadTable = Callable[..., Table]


def _id(table: Table) -> str | None:
    return find_id(ReadOptions(), profile_all(table))


@pytest.mark.parametrize(
    "name", ["工单编号", "チケット番号", "접수번호", "N°", "Номер", "Meldingsnummer", "Numer zgłoszenia"]
)
def test_column_with_a_word_of_identifiers_is_one_in_many_languages(table_of: ReadTable, name: str) -> None:
    rows = [(f"host{at * 7 % 60}", f"{at * 7 % 60}-A") for at in range(60)]
    assert _id(table_of(csv(f"host,{name}", rows))) == name


@pytest.mark.parametrize("prefix", ["", "INC000", "GD2024-", "№ "])
@pytest.mark.parametrize("step", [1, -3])
def test_numbers_that_run_on_are_an_identifier_under_any_name(table_of: ReadTable, prefix: str, step: int) -> None:
    rows = [(f"host{at * 7 % 60}", f"{prefix}{1000 + at * step}") for at in range(60)]
    assert _id(table_of(csv("gép,azonosító", rows))) == "azonosító"


def test_uuids_are_an_identifier_under_any_name(table_of: ReadTable) -> None:
    rows = [("AB"[at % 2], str(uuid.UUID(int=at * 7919))) for at in range(30)]
    assert _id(table_of(csv("gép,azonosító", rows))) == "azonosító"


def test_different_values_that_do_not_run_on_are_no_identifier(table_of: ReadTable) -> None:
    rows = [(f"host{at * 7 % 60}", f"10.0.0.{at}", f"{at * 1.5 + 0.25}") for at in range(60)]
    assert _id(table_of(csv("gép,cím,méret", rows))) is None
