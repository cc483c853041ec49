"""How a simulated person writes: thing and fault, greeting, hurry, typos. How a ticket is filed is not its part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from triage.simulate.dice import Dice
from triage.simulate.phrases import Kind, PhraseBook, Site, Words

__all__ = ["Report", "Text", "fill", "mistype", "write_report"]

# How often each way of writing occurs; the shares are guesses at what service desks see.
_VAGUE = 0.08
_MIXED_UP = 0.04
_COMMON_FAULT = 0.18
_DISTRACTED = 0.04
_MISTYPED = 0.25
_WITHOUT_UMLAUTS = 0.25
_DETAILED = {"Self-service": 0.62, "Email": 0.9, "Phone": 0.4, "Chat": 0.45}
_GREETING = {"Self-service": 0.15, "Email": 0.6, "Phone": 0.0, "Chat": 0.3}
# How often a person says how many are affected and how much it hurries, by what is true (high, medium, low).
_SCOPE = (("site", 0.72), ("team", 0.14), ("own", 0.42))
_HURRY = (("urgent", 0.62), ("urgent", 0.04), ("calm", 0.5))
_PATTERNS = (
    ("{thing} {fault}", 56),
    ("{thing} {fault} {since}", 15),
    ("{thing}: {fault}", 9),
    ("{fault} - {thing}", 7),
    ("{site}: {thing} {fault}", 7),
    ("{thing}", 6),
)
_ASCII = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Report:
    """What a person wants to say: the trouble, from where, in which language and through which channel.

    Parameters
    ----------
    kind : Kind
        What is wrong.
    site : Site
        Where the person works.
    language : str
        ``en`` or ``de``.
    contact_type : str
        Self-service, Email, Phone or Chat.
    impact, urgency : int
        1 is high, 3 is low; shown in the words some of the time.
    """

    kind: Kind
    site: Site
    language: str
    contact_type: str
    impact: int
    urgency: int


@dataclass(frozen=True, slots=True)
class Text:
    """What a person wrote.

    Parameters
    ----------
    short, full : str
        The subject and the description, one line each; the description may be empty.
    named : Kind or None
        The trouble that the subject seems to be about, rightly or not; None when it is vague.
    """

    short: str
    full: str
    named: Kind | None


def write_report(report: Report, book: PhraseBook, dice: Dice) -> Text:
    """Write the subject and the description of a ticket.

    Parameters
    ----------
    report : Report
        What to say.
    book : PhraseBook
        The words.
    dice : Dice
        Where chance comes from.

    Returns
    -------
    Text
    """
    common = book.common[report.language]
    is_vague, is_mixed_up = dice.chance(_VAGUE), dice.chance(_MIXED_UP)
    named = book.kinds[dice.pick(report.kind.like)] if is_mixed_up else report.kind
    short = dice.pick(common["vague"]) if is_vague else _write_subject(report, named, book, dice)
    full = " ".join(_write_sentences(report, book, dice, is_vague))
    texts = [fill(text, report.site, common, dice) for text in (short, full)]
    if report.language == "de" and dice.chance(_WITHOUT_UMLAUTS):
        texts = [text.translate(_ASCII) for text in texts]
    if report.contact_type == "Chat" and dice.chance(0.6):
        texts = [text.lower() for text in texts]
    else:
        texts = [text[:1].upper() + text[1:] for text in texts]
    if dice.chance(_MISTYPED):
        at = dice.below(2)
        texts[at] = mistype(texts[at], dice)
    return Text(texts[0], texts[1], named=None if is_vague else named)


def _write_subject(report: Report, named: Kind, book: PhraseBook, dice: Dice) -> str:
    things = named.words[report.language]["things"]
    # Who names the wrong thing at least says what is wrong with it.
    words = book.common if named is report.kind and dice.chance(_COMMON_FAULT) else report.kind.words
    faults = words[report.language]["faults"]
    pattern = dice.pick_weighted([each for each, _ in _PATTERNS], [weight for _, weight in _PATTERNS])
    return pattern.replace("{thing}", dice.pick(things)).replace("{fault}", dice.pick(faults))


def _write_sentences(report: Report, book: PhraseBook, dice: Dice, is_vague: bool) -> list[str]:
    common = book.common[report.language]
    scope, how_often = _SCOPE[report.impact - 1]
    says_scope = dice.chance(how_often)
    hurry, how_often = _HURRY[report.urgency - 1]
    says_hurry = dice.chance(how_often)
    sentences: list[str] = []
    if dice.chance(_DETAILED[report.contact_type]):
        if dice.chance(_GREETING[report.contact_type]):
            sentences.append(dice.pick(common["greetings"]))
        if is_vague and dice.chance(0.7):
            sentences.append(dice.pick(common["vague_details"]))
        elif dice.chance(0.85):
            sentences.append(dice.pick(report.kind.words[report.language]["details"]))
        if dice.chance(0.25):
            sentences.append(dice.pick(common["tried"]))
        if dice.chance(_DISTRACTED):
            other = book.kinds[dice.pick(sorted(book.kinds))]
            sentences.append(dice.pick(other.words[report.language]["details"]))
    if says_scope:
        sentences.append(dice.pick(common[scope]))
    if says_hurry:
        sentences.append(dice.pick(common[hurry]))
    return [sentence for sentence in sentences if sentence]


def fill(text: str, site: Site, common: Words, dice: Dice) -> str:
    """Put something into every ``{slot}`` of a phrase."""
    slots: dict[str, Callable[[], str]] = {
        "{since}": lambda: dice.pick(common["since"]),
        "{site}": lambda: site.name,
        "{host}": lambda: f"NB-{site.code}{1000 + dice.below(4000)}",
        "{server}": lambda: f"srv-{dice.pick(('app', 'file', 'sql', 'web'))}{dice.below(24) + 1:02d}",
        "{printer}": lambda: f"PRT-{site.code}-{dice.below(5) + 1}{dice.below(4) + 1:02d}",
        "{version}": lambda: f"{dice.below(14) + 3}.{dice.below(10)}.{dice.below(400)}",
        "{code}": lambda: _write_code(dice),
        "{floor}": lambda: str(dice.below(5) + 1),
        "{room}": lambda: str(100 * (dice.below(5) + 1) + dice.below(40)),
        "{share}": lambda: dice.pick(("S:", "P:\\projects", "finance", "sales", "HR", "quality")),
        "{box}": lambda: dice.pick(("info@", "orders@", "sales", "hr-desk", "quality@")),
        "{order}": lambda: f"45{dice.below(10**6):06d}",
    }
    for slot, draw in slots.items():
        if slot in text:
            text = text.replace(slot, draw())
    return text


def _write_code(dice: Dice) -> str:
    number = dice.below(9000) + 1000
    return dice.pick((f"0x8007{number:04X}", f"E-{number}", f"ERR_{number}", str(number % 900 + 100)))


def mistype(text: str, dice: Dice) -> str:
    """Swap, drop or double one letter of a word that is long enough to stay readable."""
    words = text.split(" ")
    long_words = [at for at, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    if not long_words:
        return text
    at = dice.pick(long_words)
    word = words[at]
    letter = 1 + dice.below(len(word) - 2)
    before, here, after = word[:letter], word[letter], word[letter + 1 :]
    words[at] = dice.pick((before + after[0] + here + after[1:], before + after, before + here + here + after))
    return " ".join(words)
