"""Delimited text: what is read as it is, and what is refused with its rows."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.datasets.delimited import parse_delimited
from triage.datasets.encodings import decode
from triage.datasets.table import Table
from triage.errors import DataError

_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


def _parse(content: str | bytes) -> Table:
    return parse_delimited(Path("t.csv"), decode(content.encode() if isinstance(content, str) else content, None))


def _refused(content: str | bytes) -> DataError:
    with pytest.raises(DataError) as caught:
        _parse(content)
    return caught.value


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found_in_the_header(delimiter: str) -> None:
    table = _parse(f"id{delimiter}text\n1{delimiter}printer\n")
    assert table.columns == ("id", "text")


def test_delimiter_in_a_quoted_name_does_not_count() -> None:
    assert _parse('"a;b;c",d\n1,2\n').columns == ("a;b;c", "d")


def test_cells_are_text_as_they_stand() -> None:
    table = _parse('id,text\n007, "x" \n1.50,"say ""hi"",\nplease"\nNA,\n')
    assert table.frame["id"].tolist() == ["007", "1.50", "NA"]
    assert table.frame["text"].tolist() == [' "x" ', 'say "hi",\nplease', ""]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_any_line_ending_is_read(ending: str) -> None:
    assert _parse(ending.join(["a,b", "1,2", "3,4"])).frame["b"].tolist() == ["2", "4"]


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    table = _parse('\na,b\n1,"x\ny"\n\n2,z\n,\n\n')
    assert table.frame["a"].tolist() == ["1", "2", ""]
    assert table.rows.tolist() == [3, 5, 6]


def test_blank_line_is_no_row_of_a_single_column() -> None:
    assert _parse('text\na\n\n""\nb\n').frame["text"].tolist() == ["a", "", "b"]


def test_column_without_a_name_gets_one() -> None:
    table = _parse(",text\n0,a\n1,b\n")
    assert table.columns == ("unnamed_1", "text")
    assert table.header == ("", "text")


def test_mangled_header_of_the_event_log_is_repaired_and_remembered() -> None:
    table = _parse("number,ident_state,sys_mod_count,opened_at,sys_updated_at,category,category\n1,New,0,a,b,53,170\n")
    assert table.columns[-2:] == ("category", "subcategory")
    assert table.header[-2:] == ("category", "category")
    assert table.frame["subcategory"].tolist() == ["170"]


@pytest.mark.parametrize("content", ["", " \n\n", "\ufeff"])
def test_empty_file_is_refused(content: str) -> None:
    with pytest.raises(DataError, match="is empty"):
        _parse(content)


def test_header_alone_is_refused() -> None:
    assert "no whole row under it" in str(_refused("a,b\n"))
    assert "no whole row under it" in str(_refused("a,b\n1\n"))


def test_repeated_names_are_refused() -> None:
    [problem] = _refused("a,b,a\n1,2,3\n").problems
    assert (problem.where, problem.rows, problem.got) == ("header", (1,), "a")


def test_every_ragged_row_is_counted_and_five_are_named() -> None:
    rows = ["x,y", "x", '"x\nx",y', "x,y,z", "x", "x", "x", "x", "x"]
    table = _parse("\n".join(["a,b", *rows]))
    [problem] = table.problems
    assert table.rows.tolist() == [2, 4]
    assert problem.rows == (3, 5, 6, 7, 8)
    assert problem.count == 7


def test_quote_that_is_never_closed_is_named() -> None:
    [problem] = _refused('a,b\n1,x\n2,"y\n3,z\n').problems
    assert "never closed" in problem.message
    assert problem.rows == (3,)


def test_quote_inside_a_plain_cell_is_no_open_quote() -> None:
    assert _parse('a,b\n1,17" screen\n2,y\n').frame["b"].tolist() == ['17" screen', "y"]


def test_nul_and_undecodable_rows_are_named() -> None:
    problems = _parse(b"id,text\n1,a\0b\n2,fine\n3,sch\x81n\n").problems
    assert [(problem.where, problem.rows) for problem in problems] == [("text", (4,)), ("text", (2,))]


def test_everything_wrong_is_told_in_one_pass() -> None:
    told = str(_refused(b"id,text,text\n1,a\0b,x\n2,b\n3,sch\x81n,x\n"))
    for part in ("must differ", "not 3 cells", "not UTF-8", "NUL"):
        assert part in told


def test_neighbours_of_one_name_filled_from_the_left_are_one_field_of_many_values() -> None:
    table = _parse("id,Labels,Labels,Labels,note\n1,vpn,mail,,x\n2,vpn,,,y\n3,,,,z\n")
    assert table.columns == ("id", "Labels", "Labels_2", "Labels_3", "note")
    assert table.header == ("id", "Labels", "Labels", "Labels", "note")
    assert table.labels("Labels_2").tolist() == ["mail", None, None]


@pytest.mark.parametrize(
    "body", ["state,id,state\na,1,\nb,2,c\n", "id,state,state\n1,a,b\n2,c,d\n", "id,a,a\n1,,b\n2,c,\n"]
)
def test_columns_of_one_name_that_are_not_one_field_are_refused(body: str) -> None:
    assert "must differ" in str(_refused(body))


def test_a_number_behind_a_repeated_name_does_not_take_another_columns_name() -> None:
    assert _parse("id,tag,tag,tag_2\n1,a,b,c\n2,d,,e\n").columns == ("id", "tag", "tag_2_", "tag_2")


def test_header_that_cannot_be_decoded_is_told_once() -> None:
    problems = _refused(b"id,te\x81xt,team\n1,a,b\n").problems
    assert [problem.where for problem in problems] == ["header"]
    assert "try --encoding" in problems[0].message


def test_long_cell_is_read() -> None:
    assert len(_parse("id,text\n1," + "x" * 300_000 + "\n2,y\n").frame["text"][0]) == 300_000


def test_header_that_goes_on_for_megabytes_is_refused() -> None:
    with pytest.raises(DataError, match="check the quotes in its first row"):
        _parse('a,"b' + "x" * (1 << 20) + '",c\n1,2,3\n')


@given(st.lists(st.tuples(_CELLS, _CELLS), min_size=1, max_size=8))
def test_what_a_spreadsheet_wrote_is_read_back(rows: list[tuple[str, str]]) -> None:
    written = io.StringIO()
    pd.DataFrame(rows, columns=["a", "b"], dtype=object).to_csv(written, index=False, lineterminator="\r\n")
    frame = _parse(written.getvalue()).frame
    assert list(zip(frame["a"], frame["b"], strict=True)) == rows


@pytest.mark.parametrize(
    "content",
    ["0.1,0.1,3\n0.2,0.3,4\n", "printer is down,Net\nno mail,Desk\nno wifi,Net\nslow,Net\nold,Desk\nhot,Net\n"],
    ids=["numbers", "a label of its own column"],
)
def test_first_row_of_data_is_no_header(content: str) -> None:
    assert any("the first row looks like data" in problem.message for problem in _refused(content).problems)


def test_name_among_its_own_cells_is_one_where_other_columns_have_names() -> None:
    rows = "".join(f"{cell},{team}\n" for cell, team in [("Hardware", "a"), ("", "b")] * 4)
    assert _parse("Hardware,team\n" + rows).columns == ("Hardware", "team")
