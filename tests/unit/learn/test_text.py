from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.learn.text import _WORD, LETTER, NO_LETTER, SIGN, SIGN_MARK, fold, letters, words


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


def test_folding_twice_is_folding_once_for_ascii() -> None:
    assert fold(fold("VPN Down")) == fold("VPN Down") == "vpn down"


def test_letters_say_of_every_code_point_what_words_do_with_it() -> None:
    found = letters()
    everything = "".join(map(chr, range(len(found))))
    of_words = np.zeros(len(found), bool)
    for word in re.finditer(_WORD, everything):
        of_words[word.start() : word.end()] = True
    assert ((found != NO_LETTER) == of_words).all()
    assert not _WORD.search("".join(map(chr, range(len(found), 0x110000))))


@pytest.mark.parametrize(
    ("character", "kind"), [(" ", NO_LETTER), ("-", NO_LETTER), ("a", LETTER), ("_", LETTER), ("\u0301", LETTER),
    ("网", SIGN), ("ア", SIGN), ("ก", SIGN), ("\u0e31", SIGN_MARK)],
)  # fmt: skip
def test_kinds_of_letters(character: str, kind: int) -> None:
    assert letters()[ord(character)] == kind
