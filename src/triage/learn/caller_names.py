"""Finds the names of an incident's callers in its text: whole words, letter case aside. Knows no names by itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from triage.learn.text import MARKS, SIGN_MARKS, UNSPACED

__all__ = ["cut_names"]

_WORD = re.compile(rf"(?:[^\W_]|[{MARKS}{SIGN_MARKS}])+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
# Scripts that part no words by spaces; of those, the ones whose signs are words or syllables.
_IS_UNSPACED = re.compile(f"[{UNSPACED}]")
_IS_SYLLABIC = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
# Two letters of Thai are a part of many words.
_FEWEST_LETTERS, _FEWEST_SYLLABLES, _FEWEST_UNSPACED = 3, 2, 4
# A cell of more words than that is a sentence, not a name.
_MOST_PARTS = 6
# What shared accounts, places and particles are called: never a person's name by themselves.
_GENERAL_WORDS = """
    abteilung account admin administrator agent alert all and anwender any api app application are auf aus auto backup
    batch bei benutzer blank block board bot branch business but call caller can center centre client close cloud
    company contact customer das data database default del dem den department der des desk device die dienst dipl doctor
    dos drive drucker east een ein eine email employee external fields file for frau from fur für get got group guest
    had hands has hat head help helpdesk her herr herrn het him his hotline how ich ihr incident info ing internal issue
    ist its konto kunde laptop las leitung les link los mag mail manager mit mobile monitor monitoring mrs nach network
    netz new nicht none not now null oder off office one online operations operator our out own password phd phone
    portal printer pro production prof remote reporter requester root sales security server service she sie skype
    support system team technical telefon test that the their them they this ticket two und une unknown uns use user van
    vendor vertrieb verwaltung vom von vor was way web were what when who windows wir with work you your zentrale zum
    zur
"""
# Names that are everyday words of tickets too: alone they are kept, as they mean a thing more often than a person.
_EVERYDAY_WORDS = """
    april august best bild bill black book bridge brown bush case cross day early field fine flood frank free frei frost
    glass gold gray green grey gross hall hand hard hook june jung key king klein kurz land lang large law little
    lock long low mai main mark may miss more nord north old page park point post power price prime rest rich rule
    schnell schwarz sharp ship short simple small sommer south stark stone summer tree turn wall weiss west white
    will winter word young zimmer
"""
_GENERAL, _EVERYDAY = frozenset(_GENERAL_WORDS.split()), frozenset(_EVERYDAY_WORDS.split())


def cut_names(text: str, names: Sequence[str], stand_in: str) -> str:
    """Return the text with the names replaced, whole and each of their parts.

    Parameters
    ----------
    text : str
    names : sequence of str
        "First Last", "Last, First", a mail address or an account of a person. What stands in brackets is no name.
    stand_in : str

    Notes
    -----
    A part needs three characters and a letter; in Chinese and Japanese two, and in Thai, Lao, Burmese and Khmer four,
    wherever they stand. Parts that are everyday words too, as "Will", are replaced only beside another part; those of
    shared accounts, as "Service Desk", never.

    Examples
    --------
    >>> cut_names("ANNA Schmidt asks will it print for annabel", ["Schmidt, Anna", "Will"], "xxname")
    'xxname xxname asks will it print for annabel'
    """
    folded = _fold(text)
    for name in names:
        parts = _parts(name)
        unspaced = [part for part in parts if _IS_UNSPACED.search(part)]
        for part in unspaced:
            fewest = _FEWEST_SYLLABLES if _IS_SYLLABIC.search(part) else _FEWEST_UNSPACED
            text = text.replace(part, stand_in) if len(part) >= fewest else text
        spoken = [part for part in parts if part not in unspaced and part in folded]
        if spoken:
            text = _cut_parts(text, spoken, stand_in)
    return text


def _parts(name: str) -> list[str]:
    plain = _fold(unicodedata.normalize("NFKC", _BRACKETS.sub(" ", name)))
    # Of an address the person, of a domain account the account.
    person = plain.split("@")[0].rsplit("\\")[-1]
    parts = _WORD.findall(person)
    return parts if len(parts) <= _MOST_PARTS else []


def _fold(text: str) -> str:
    # Turkish has two letters i, with and without a dot, each with its own capital; elsewhere I is the capital of i.
    return text.casefold().replace("i\u0307", "i").replace("\u0131", "i")


def _cut_parts(text: str, parts: Iterable[str], stand_in: str) -> str:
    wanted = {part for part in parts if not part.isdecimal() and len(part) >= _FEWEST_LETTERS} - _GENERAL
    rare = wanted - _EVERYDAY
    words = list(_WORD.finditer(text))
    spoken = [_fold(word[0]) for word in words]
    cut = [
        word in rare or (word in wanted and _beside(text, words, spoken, at, wanted)) for at, word in enumerate(spoken)
    ]
    kept: list[str] = []
    done = 0
    for word, is_cut in zip(words, cut, strict=True):
        if is_cut:
            kept += (text[done : word.start()], stand_in)
            done = word.end()
    return "".join((*kept, text[done:]))


def _beside(text: str, words: Sequence[re.Match[str]], spoken: Sequence[str], at: int, wanted: set[str]) -> bool:
    """Return whether another part of the name stands next to this one on the same line."""
    for other in (at - 1, at + 1):
        if 0 <= other < len(words) and spoken[other] in wanted and spoken[other] != spoken[at]:
            first, second = sorted((at, other))
            between = text[words[first].end() : words[second].start()]
            if between.strip(" .,-_'") == "" and len(between) <= 3:
                return True
    return False
