from __future__ import annotations

import pytest

from triage.simulate.dice import Dice
from triage.simulate.phrases import load_phrases
from triage.simulate.wording import Report, Text, write_report

BOOK = load_phrases()


def write(
    count: int, kind: str = "printer", language: str = "en", contact: str = "Email", urgency: int = 2
) -> list[Text]:
    report = Report(BOOK.kinds[kind], BOOK.sites[0], language, contact, impact=2, urgency=urgency)
    dice = Dice(7)
    return [write_report(report, BOOK, dice) for _ in range(count)]


def test_clear_subjects_name_the_thing_unless_mistyped() -> None:
    clear = [text for text in write(300) if text.named is BOOK.kinds["printer"]]
    named = sum(any(word in text.short.lower() for word in ("print", "queue")) for text in clear)
    assert named / len(clear) > 0.85
    assert 0.8 < len(clear) / 300 < 0.95


@pytest.mark.parametrize(("level", "phrase"), [(1, "urgent"), (3, "rush")])
def test_hurry_shows_in_the_words(level: int, phrase: str) -> None:
    def count(urgency: int) -> int:
        return sum(phrase in f"{text.short} {text.full}".lower() for text in write(300, urgency=urgency))

    assert count(level) > 5 * count(2)


def test_phone_tickets_are_terse_and_mails_are_not() -> None:
    lengths = {contact: sum(len(text.full) for text in write(200, contact=contact)) for contact in ("Phone", "Email")}
    assert lengths["Email"] > 1.5 * lengths["Phone"]


def test_chat_is_often_in_small_letters() -> None:
    small = [text.short == text.short.lower() for text in write(200, contact="Chat")]
    assert 0.4 < sum(small) / len(small) < 0.8


def test_german_is_written_with_and_without_umlauts() -> None:
    written = " ".join(f"{text.short} {text.full}" for text in write(300, kind="mail client", language="de"))
    assert "empfängt" in written
    assert "empfaengt" in written
