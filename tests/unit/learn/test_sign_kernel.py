from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.learn.sign_kernel import DIGITS, LONG_WORD, build_automaton, find_signs

WORDS = {"she": 1, "he": 2, "hers": 4, "pass": 8, "asp": 16, "@": 32}
AUTOMATON = build_automaton(WORDS)


def signs_of(*texts: str) -> list[int]:
    coded = [text.encode("latin-1") for text in texts]
    found = np.empty(len(texts), np.uint32)
    codes = np.frombuffer(b"".join(coded), np.uint8)
    find_signs(codes, np.cumsum([len(code) for code in coded]).astype(np.int64), AUTOMATON, found)
    signs: list[int] = found.tolist()
    return signs


def expected_of(text: str) -> int:
    signs = sum(sign for word, sign in WORDS.items() if word in text.lower())
    signs |= DIGITS if re.search(r"\d(?:\D{0,3}\d){5}", text) else 0
    long = [word for word in re.findall(r"\S{11,}", text) if len(word) >= 20 or not word.isalpha()]
    return signs | (LONG_WORD if long else 0)


@given(st.lists(st.text(st.sampled_from("SHErsPaA@1 2\n\x85\xa0\xe9"), max_size=40), max_size=4))
def test_signs_are_those_that_patterns_find(texts: list[str]) -> None:
    assert signs_of(*texts) == [expected_of(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("ushers", 1 | 2 | 4),
        ("Passp", 8),
        ("caSP", 16),
        ("1 2 3 4 5 6", DIGITS),
        ("1    2    3    4    5    6", 0),
        ("12345\u00a0   6", 0),
        ("documentation", 0),
        ("documentation2", LONG_WORD),
        ("konfigurationsmöglich", LONG_WORD),
    ],
)
def test_signs_of_a_text(text: str, expected: int) -> None:
    assert signs_of(text) == [expected]
    assert signs_of("hers", text, text)[1:] == [expected, expected]
