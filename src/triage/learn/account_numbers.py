"""Finds card, IBAN and phone numbers in a text by shape and check. Leaves versions, dates, addresses and ids alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import TypeAlias

__all__ = ["cut_cards", "cut_ibans", "cut_phones"]

# Grouped as cards are printed (4-4-4-4, 4-6-5, 4-6-4) or in one run.
_CARD = re.compile(
    r"(?<![\w.+-])(?:\d{4}([ .-])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ .-])\d{6}\2\d{4,5}|\d{13,19})(?![\w-])(?!\.\d)"
)
# Issuer prefix and length: Visa, Mastercard, American Express, Diners, Discover, JCB, Maestro, UnionPay (ISO 7812).
_BRAND = re.compile(
    r"""4\d{12}(?:\d{3}){0,2} | (?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12} | 3[47]\d{13} |
    3(?:0[0-5]|[68]\d)\d{11} | 6(?:011|5\d{2}|4[4-9]\d)\d{12,15} | 35(?:2[89]|[3-8]\d)\d{12} |
    (?:5018|5020|5038|5893|6304|6759|676[1-3])\d{8,15} | 62\d{14,17}""",
    re.VERBOSE,
)

_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}", re.IGNORECASE | re.ASCII)
# Characters by country, from the IBAN registry (ISO 13616).
_IBAN_LENGTHS = {
    length: frozenset(countries.split())
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FO GL NL",
        19: "MK SI",
        20: "AT BA EE KZ LT LU XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU",
        31: "MT SC",
        32: "LC",
    }.items()
}

_SPACE = r"[ ./()-]"
# Not inside a word, decimal, path, time or range, which would make it an id, a version or an address.
_START, _END = r"(?<![\w.,:/+-])", r"(?![\w-]|[.,:/]\d)"
_PHONES = (
    # +49 (0)170 1234567, 0049-170-1234567
    rf"{_START}(?:\+|00)[1-9]\d{{0,2}}{_SPACE}{{0,3}}(?:\d{_SPACE}{{0,2}}){{5,12}}\d{_END}",
    # 030 1234567, (030) 123-4567, 0170/1234567, 020 7946 0958
    rf"{_START}\(?0[1-9]\d{{0,4}}[ )/-]{{1,3}}\d{{3,8}}(?:[ -]\d{{2,6}}){{0,4}}{_END}",
    # 01 23 45 67 89
    rf"{_START}0[1-9](?:[ .-]\d{{2}}){{4}}{_END}",
    # 01701234567
    rf"{_START}0[1-9]\d{{8,10}}{_END}",
    # 212-555-0123, (212) 555-0123, 1-212-555-0123
    rf"{_START}(?:1[ .-])?(?:\([2-9]\d\d\)[ -]?[2-9]\d\d[ .-]|[2-9]\d\d([.-])[2-9]\d\d\1)\d{{4}}{_END}",
    # 138-1234-5678
    rf"{_START}1[3-9]\d([ -])\d{{4}}\2\d{{4}}{_END}",
)
_PHONE = re.compile("|".join(_PHONES), re.ASCII)
# Behind a word that announces it, any run of digits is one.
_ANNOUNCED = re.compile(
    r"""(?: (?<![^\W_]) (?:tel(?:e(?:phone|fon)(?:nummer)?)?|phone|fon|mobil(?:e|nummer)?|cell(?:phone)?|
        handy(?:nummer)?|fax|whatsapp|rufnummer|durchwahl|r[üu]ckruf|call(?:[ ]me)?(?:[ ]back)?[ ](?:on|at|under)|
        erreichbar[ ]unter)
        (?:[ ](?:number|nummer|no|nr))? | 电话 | 手机 | 電話 | 携帯 )
        [ ]{0,2} [.:#=-]{0,2} [ ]{0,2} ( [+]?[(]?\d (?:[ ./()-]{0,2}\d){5,14} ) (?![\w-]|[.,:/]\d)""",
    re.VERBOSE | re.IGNORECASE,
)
# One of these is in whatever the pattern above matches.
_ANNOUNCERS = (
    *("tel", "phone", "fon", "mobil", "cell", "handy", "fax", "whatsapp", "rufnummer", "durchwahl", "ckruf", "call"),
    *("erreichbar", "电话", "手机", "電話", "携帯"),
)
# Every card and phone number lies in such a stretch, and finding those is a tenth of the cost.
_STRETCH = re.compile(r"[+(\d][\d ./()-]{6,}\d", re.ASCII)
_FEWEST_DIGITS, _FEWEST_ANNOUNCED, _MOST_DIGITS = 8, 6, 15  # The longest is E.164's.
_DATE_OR_ADDRESS = re.compile(
    r"(?:\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}|(?:19|20)\d{2}[./-]?\d{2}[./-]?\d{2})\b|(?:\d{1,3}\.){3}\d{1,3}\b"
)


def cut_cards(text: str, stand_in: str) -> str:
    """Return the text with its payment card numbers replaced: right length, issuer and Luhn check digit.

    Examples
    --------
    >>> cut_cards("card 4111 1111 1111 1111, not 4111 1111 1111 1112", "xxcard")
    'card xxcard, not 4111 1111 1111 1112'
    """
    return _cut_stretches(text, _CARD, lambda match: match.end() if _is_card(_digits(match[0])) else None, stand_in)


def cut_ibans(text: str, stand_in: str) -> str:
    """Return the text with its bank account numbers replaced: a country's length, and 1 modulo 97.

    Examples
    --------
    >>> cut_ibans("to DE89 3704 0044 0532 0130 00 today", "xxiban")
    'to xxiban today'
    """
    return _cut(text, _IBAN, _end_of_iban, stand_in)


def cut_phones(text: str, stand_in: str) -> str:
    """Return the text with its phone numbers replaced, international and local.

    Notes
    -----
    A plain run of digits is one only with a leading 0 and 10 to 12 digits, or behind a word such as "phone": ids and
    sizes look the same otherwise.

    Examples
    --------
    >>> cut_phones("+49 170 1234567, tel. 4711-99, at 10.2.3.4 on 2026-03-01", "xxphone")
    'xxphone, tel. xxphone, at 10.2.3.4 on 2026-03-01'
    """
    lowered = text.lower()
    if any(word in lowered for word in _ANNOUNCERS):
        text = _ANNOUNCED.sub(lambda match: _without_announced(match, stand_in), text)
    return _cut_stretches(text, _PHONE, _end_of_phone, stand_in)


_Check: TypeAlias = Callable[[re.Match[str]], int | None]


def _cut_stretches(text: str, pattern: re.Pattern[str], end_of: _Check, stand_in: str) -> str:
    kept: list[str] = []
    done = 0
    for stretch in _STRETCH.finditer(text):
        kept += _pieces(text, (done, stretch.start(), stretch.end()), pattern, end_of, stand_in)
        done = stretch.end()
    return "".join((*kept, text[done:])) if kept else text


def _cut(text: str, pattern: re.Pattern[str], end_of: _Check, stand_in: str) -> str:
    return "".join(_pieces(text, (0, 0, len(text)), pattern, end_of, stand_in))


def _pieces(
    text: str, span: tuple[int, int, int], pattern: re.Pattern[str], end_of: _Check, stand_in: str
) -> Iterator[str]:
    """Yield the text from ``span[0]`` to ``span[2]``, replacing from ``span[1]`` on what passes the check.

    What fails it is searched again from its second character.
    """
    done, at, end = span
    # The two characters behind decide whether a number ends there.
    while match := pattern.search(text, at, end + 2):
        stop = end_of(match)
        if stop is None or stop > end:
            at = match.start() + 1
            continue
        yield text[done : match.start()]
        yield stand_in
        done = at = stop
    yield text[done:end]


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdecimal())


def _is_card(digits: str) -> bool:
    if not _BRAND.fullmatch(digits) or len(set(digits)) == 1:
        return False
    # Luhn: every second digit from the right is doubled, and the digits of the results add up to a multiple of 10.
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[::-2]))) % 10 == 0


def _end_of_iban(match: re.Match[str]) -> int | None:
    found = match[0].upper()
    length = next((length for length, countries in _IBAN_LENGTHS.items() if found[:2] in countries), None)
    counts = list(accumulate(int(char.isalnum()) for char in found))
    if length is None or counts[-1] < length:
        return None
    size = counts.index(length) + 1
    compact = "".join(char for char in found[:size] if char.isalnum())
    goes_on = match.end() > match.start() + size and found[size].isalnum()
    as_number = int("".join(str(int(char, 36)) for char in compact[4:] + compact[:4]))
    return None if goes_on or as_number % 97 != 1 else match.start() + size


def _end_of_phone(match: re.Match[str]) -> int | None:
    return match.end() if _is_phone(match[0], _FEWEST_DIGITS) else None


def _without_announced(match: re.Match[str], stand_in: str) -> str:
    if not _is_phone(match[1], _FEWEST_ANNOUNCED):
        return match[0]
    return match[0][: match.start(1) - match.start()] + stand_in


def _is_phone(text: str, fewest: int) -> bool:
    digits = _digits(text)
    return fewest <= len(digits) <= _MOST_DIGITS and len(set(digits)) > 2 and not _DATE_OR_ADDRESS.match(text)
