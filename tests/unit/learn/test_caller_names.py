from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.learn.caller_names import cut_names


@pytest.mark.parametrize("name", ["Anna Schmidt", "Schmidt, Anna", "SCHMIDT ANNA (IT)", "anna.schmidt@example.org"])
def test_each_part_of_a_name_is_cut_in_any_order_and_case(name: str) -> None:
    text = "Anna called; SCHMIDT, anna and Schmidt's laptop"
    assert cut_names(text, [name], "X") == "X called; X, X and X's laptop"


def test_only_whole_words_are_cut() -> None:
    assert cut_names("annabel and banana", ["Anna"], "X") == "annabel and banana"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("will it print", "Will Smith"),
        ("service desk is closed", "Service Desk"),
        ("the user of line 12", "user 12"),
        ("error 2403", "Caller 2403"),
        ("li is short", "Bo Li"),
        ("example org is down", "anna@example.org"),
        ("the team is here", "Is the team that answers the phone here"),
    ],
)
def test_everyday_words_numbers_and_very_short_parts_are_kept(text: str, name: str) -> None:
    assert cut_names(text, [name], "X") == text


def test_everyday_word_is_cut_beside_another_part_of_the_name() -> None:
    assert cut_names("Will Smith, or Smith, Will; will smith? will", ["Will Smith"], "X") == "X X, or X, X; X X? will"
    assert cut_names("Mark May rang, may mark ring? mark it", ["Mark May"], "X") == "X X rang, X X ring? mark it"


def test_accounts_are_cut() -> None:
    assert cut_names("login of u12345 fails", ["ACME\\u12345"], "X") == "login of X fails"


def test_name_in_a_script_without_spaces_is_cut_out_of_its_sentence() -> None:
    assert cut_names("王小明无法登录", ["王小明"], "X") == "X无法登录"


@pytest.mark.parametrize(
    ("text", "name", "cut"),
    [
        ("प्रिया शर्मा का लैपटॉप", "प्रिया शर्मा", "X X का लैपटॉप"),
        ("מֹשֶׁה לא יכול", "מֹשֶׁה", "X לא יכול"),
        ("مُحَمَّد لا يستطيع", "مُحَمَّد", "X لا يستطيع"),
        ("โทรหาสมชายด้วย", "สมชาย", "โทรหาXด้วย"),
        ("โทรหาวิชัยด้วย", "วิชัย", "โทรหาXด้วย"),
        ("ジョンさん", "ジョン・スミス", "Xさん"),
    ],
)
def test_marks_on_letters_part_no_name(text: str, name: str, cut: str) -> None:
    assert cut_names(text, [name], "X") == cut


def test_turkish_dotted_and_dotless_letters_are_the_same_in_small_and_in_capitals() -> None:
    name = "\u0130BRAH\u0130M I\u015f\u0131k"
    assert cut_names("\u0130brahim ve I\u015eIK", [name], "X") == "X ve X"
    assert cut_names("ibrahim ve \u0131\u015f\u0131k", [name], "X") == "X ve X"


def test_short_syllables_of_a_script_without_spaces_stay_in_their_words() -> None:
    assert cut_names("ดีมาก", ["ใจ ดี"], "X") == "ดีมาก"


def test_composed_and_decomposed_accents_are_the_same_name() -> None:
    assert cut_names("Frau M\u00fcller", ["Mu\u0308ller"], "X") == "Frau X"


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_text_and_name_will_do(text: str, names: list[str]) -> None:
    assert isinstance(cut_names(text, names, "X"), str)
    assert cut_names(text, [], "X") == text
