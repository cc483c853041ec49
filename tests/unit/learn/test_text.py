from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.learn.text import pieces, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t\n—!?", []),
        ("Re: VPN down", ["re", "vpn", "down"]),
        ("don't", ["don", "t"]),
        ("server_01", ["server_01"]),
        ("STRASSE straße", ["strasse", "strasse"]),
        ("\uff26ull\uff0d\uff57idth ｱ", ["full", "width", "ア"]),
        ("网络断开vpn重启", ["网", "络", "断", "开", "vpn", "重", "启"]),
        ("サーバー down", ["サ", "ー", "バ", "ー", "down"]),
        ("서버 오류", ["서버", "오류"]),
        ("ошибка ВХОДА", ["ошибка", "входа"]),
    ],
)
def test_text_is_cut_into_words_in_its_script(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_precomposed_and_combining_accents_are_the_same_word() -> None:
    assert words("Cafe\u0301") == words("Caf\u00e9")


def test_long_runs_are_cut() -> None:
    assert words("a" * 1000) == ["a" * 40]


@given(st.text(), st.text())
def test_lines_do_not_influence_each_other(first: str, second: str) -> None:
    assert words(f"{first}\n{second}") == words(first) + words(second)


@given(st.text(st.characters(codec="ascii")))
def test_case_does_not_matter(text: str) -> None:
    assert words(text.upper()) == words(text.lower()) == words(text)


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=40))
def test_pieces_are_three_to_five_characters_of_the_framed_word(word: str) -> None:
    found = pieces(word)
    assert all(3 <= len(piece) <= 5 and piece in f" {word} " for piece in found)
    framed = len(word) + 2
    assert len(found) in (0, sum(max(framed - length + 1, 0) for length in (3, 4, 5)))


def test_sign_of_an_unspaced_script_has_no_pieces() -> None:
    assert pieces("网") == pieces("ア") == []
