"""The simulated company: its sites, its kinds of trouble and its words, read from `phrases.toml`. It draws nothing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

__all__ = ["Kind", "PhraseBook", "Site", "Words", "load_phrases"]

Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the company.

    Parameters
    ----------
    name, code, region : str
        As in the tickets, as in host names, and which field team looks after it.
    share : float
        Its part of all tickets, relative to the other sites.
    german : float
        Share of tickets written in German, in [0, 1].
    """

    name: str
    code: str
    region: str
    share: float
    german: float


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of trouble.

    Parameters
    ----------
    name : str
        Unique; what other kinds' `like` refer to.
    category, group, service : str
        What the desk files it under, who solves it (``{region}`` stands for the site's), what the requester picks.
    share : tuple of float
        Its part of all tickets at the start and at the end of the history, relative to the other kinds.
    impact, urgency : tuple of float
        Weights of 1 - High, 2 - Medium and 3 - Low.
    effort : float
        Time to resolve, relative to the usual of its priority.
    outage : bool
        Whether it comes in bursts, too.
    like : tuple of str
        The kinds that it is mistaken for.
    words : mapping of str to Words
        By language (en, de): ``things``, ``faults``, ``details``.
    """

    name: str
    category: str
    group: str
    service: str
    share: tuple[float, ...]
    impact: tuple[float, ...]
    urgency: tuple[float, ...]
    effort: float
    outage: bool
    like: tuple[str, ...]
    words: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class PhraseBook:
    """Everything that a history is made from; `common` holds the words of all kinds, by language and use."""

    sites: tuple[Site, ...]
    kinds: Mapping[str, Kind]
    common: Mapping[str, Words]


def load_phrases() -> PhraseBook:
    """Read the phrase book that comes with the package."""
    document = tomllib.loads(files("triage.simulate").joinpath("phrases.toml").read_text(encoding="utf-8"))
    kinds = [
        Kind(
            name=each["name"],
            category=each["category"],
            group=each["group"],
            service=each["service"],
            share=tuple(each["share"]),
            impact=tuple(each["impact"]),
            urgency=tuple(each["urgency"]),
            effort=each["effort"],
            outage=each.get("outage", False),
            like=tuple(each["like"]),
            words={language: _to_words(each[language]) for language in ("en", "de")},
        )
        for each in document["kinds"]
    ]
    return PhraseBook(
        sites=tuple(Site(**each) for each in document["sites"]),
        kinds={kind.name: kind for kind in kinds},
        common={language: _to_words(words) for language, words in document["common"].items()},
    )


def _to_words(table: Mapping[str, list[str]]) -> Words:
    return {use: tuple(phrases) for use, phrases in table.items()}
