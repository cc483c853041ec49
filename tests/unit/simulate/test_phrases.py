from __future__ import annotations

import re

from triage.simulate.dice import Dice
from triage.simulate.phrases import load_phrases
from triage.simulate.wording import Report, write_report

BOOK = load_phrases()


def test_kinds_are_mistaken_for_other_kinds_only() -> None:
    for kind in BOOK.kinds.values():
        assert kind.like
        assert set(kind.like) <= set(BOOK.kinds) - {kind.name}


def test_every_kind_has_words_in_both_languages() -> None:
    for kind in BOOK.kinds.values():
        for language in ("en", "de"):
            assert all(len(kind.words[language][use]) >= 2 for use in ("things", "faults", "details", "fixes")), (
                kind.name
            )


def test_levels_have_three_weights() -> None:
    for kind in BOOK.kinds.values():
        assert len(kind.impact) == len(kind.urgency) == 3
        assert sum(kind.impact) == sum(kind.urgency) == 100, kind.name


def test_both_languages_have_the_same_common_uses() -> None:
    assert BOOK.common["en"].keys() == BOOK.common["de"].keys()


def test_every_slot_in_the_book_is_filled() -> None:
    dice = Dice(7)
    for kind in BOOK.kinds.values():
        for language in ("en", "de"):
            for _ in range(60):
                text = write_report(Report(kind, dice.pick(BOOK.sites), language, "Email", 1, 1), BOOK, dice)
                assert not re.search(r"[{}]", text.short + text.full), text


def test_group_of_a_kind_is_plain_but_for_the_region() -> None:
    assert all("{" not in kind.group.replace("{region}", "") for kind in BOOK.kinds.values())
