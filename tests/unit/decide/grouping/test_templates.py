"""What a monitor's sentence says whatever it speaks about."""

from __future__ import annotations

import pytest

from triage.decide.grouping.templates import fingerprint_of, masked


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Disk /dev/sda1 at 93.5%", "Disk /dev/sda2 at 7%"),
        ("timeout from 10.0.0.1:443", "timeout from 10.20.30.40:80"),
        ("job 5f3a9c failed at 2026-11-23T10:00:00Z", "job 77aa01 failed at 2026-11-24T11:30:00Z"),
    ],
)
def test_what_is_of_one_occurrence_is_masked(one: str, other: str) -> None:
    assert masked(one) == masked(other)


def test_words_and_the_entity_are_told_apart() -> None:
    assert masked("Replica db is dead", "db") == "replica <entity> is dead"
    assert masked("磁盘空间不足") == "磁盘空间不足"


def test_fingerprint_is_of_sentence_and_entity() -> None:
    prints = {fingerprint_of(*pair) for pair in (("a", "b"), ("b", "a"), ("a", "c"), ("a\0b", ""))}
    assert len(prints) == 4
