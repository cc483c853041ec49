"""In which languages the texts are, by script and by the commonest small words. A guess, made for counting."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from triage.learn.doctor.drift import divergence, noise_floor
from triage.learn.doctor.findings import SLICES, Chart, CheckResult, Finding, Material, RowNote, Severity, to_severity
from triage.learn.text import words

__all__ = ["NO_TEXT", "UNTOLD", "find_languages", "to_language"]

NO_TEXT, UNTOLD = "no text", "Latin script, not told"

# The commonest small words of each; a word that several share counts for all of them, so that the others decide.
_SMALL_WORDS = {
    "English": """the and of to in is for not it you that with on are this was my when have can be as please from
        cannot an at or we has do does am but hello hi thanks thank since after all no only last out need help dear
        regards""",
    "German": """der die das und ist nicht ich ein eine mit zu den von auf für fuer im es sie wir dem bei nach kann wird
        bitte mehr keine sich auch wenn aber hat nur wurde hallo danke seit""",
    "French": """le la les de des et est un une je ne pas pour que qui dans sur avec il vous nous ce cette au du mon ma
        plus bonjour merci impossible depuis""",
    "Spanish": """el la los las de un una no que en por para con se del al mi su lo como más mas pero está esta
        puedo hola gracias desde cuando""",
    "Portuguese": """os as de um uma não nao que em por para com se do da no na meu minha como mais mas está
        ao dos das pelo você olá obrigado quando foi""",
    "Italian": """il lo la gli le di un una non che in per con si del della al mio mia come più ma sono questo
        posso ciao grazie dal nel alla quando""",
    "Dutch": """de het een en is niet ik van in op te dat met voor zijn er aan om maar ook als bij naar kan wordt geen
        mijn deze dit hallo bedankt graag""",
}
_LANGUAGES_OF = {
    word: tuple(name for name, small in _SMALL_WORDS.items() if word in small.split())
    for small in _SMALL_WORDS.values()
    for word in small.split()
}
# Letters that one of these languages has and the others have not, or hardly.
_LETTERS = {
    "German": "ßäü",
    "Spanish": "ñ¿",
    "Portuguese": "ãõ",
    "French": "œê",
    "Italian": "ìò",
}
_BY_SCRIPT = {"HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean", "CJK": "Chinese"}
# Of a long text the beginning tells.
_MOST_CHARACTERS, _MOST_WORDS = 400, 80
# Two different hits, so that one name or loan word does not decide, and a tenth of the words, as in running text; texts
# whose small words were taken out are left untold.
_FEWEST_HITS, _LEAST_SHARE = 2, 0.1
_RARE = 20


def to_language(text: str) -> str:
    """Guess the language of a text: by script, and where that is Latin by small words and letters.

    Examples
    --------
    >>> to_language("Der Drucker ist nicht erreichbar"), to_language("The printer is not reachable")
    ('German', 'English')
    >>> to_language("无法连接网络"), to_language("Δεν λειτουργεί"), to_language("VPN 691"), to_language("")
    ('Chinese', 'Greek script', 'Latin script, not told', 'no text')
    """
    start = text[:_MOST_CHARACTERS]
    scripts = Counter(filter(None, map(_script, start))) if not start.isascii() else Counter({"LATIN": 1})
    if not any(map(str.isalnum, start)):
        return NO_TEXT
    if "HIRAGANA" in scripts or "KATAKANA" in scripts:
        return "Japanese"
    # A sign stands for a word, so that a few of them outweigh the letters of a product's name.
    weights = {script: n * (3 if script in ("CJK", "HANGUL") else 1) for script, n in scripts.items()}
    script = max(weights, key=lambda each: (weights[each], each)) if weights else "LATIN"
    if script != "LATIN":
        return _BY_SCRIPT.get(script, f"{script.capitalize()} script")
    return _by_small_words(start)


def _by_small_words(text: str) -> str:
    in_order = words(text)[:_MOST_WORDS]
    hits = Counter(language for word in set(in_order) for language in _LANGUAGES_OF.get(word, ()))
    folded = text.casefold()
    hits.update(language for language, letters in _LETTERS.items() if any(letter in folded for letter in letters))
    if not hits:
        return UNTOLD
    (best, most), *others = hits.most_common(2)
    enough = most >= max(_FEWEST_HITS, _LEAST_SHARE * len(set(in_order)))
    return best if enough and (not others or others[0][1] < most) else UNTOLD


@lru_cache(4096)
def _script(character: str) -> str | None:
    return unicodedata.name(character, "").split(" ")[0] or None if character.isalpha() else None


def find_languages(material: Material, most_rows: int) -> CheckResult:
    """Tell the mix of languages by slice, whether it moves, and which tickets are in a rare one."""
    if not any(material.texts):
        return CheckResult(notes=("There is no column of text: neither languages nor duplicates were looked at.",))
    told = np.array([to_language(text) for text in material.texts], dtype=object)
    names = [name for name, _ in Counter(told.tolist()).most_common() if name != NO_TEXT]
    counts = np.array(
        [[int(((told == name) & (material.slices == at)).sum()) for name in names] for at in range(len(SLICES))], float
    ).reshape(len(SLICES), len(names))
    sums = np.maximum(counts.sum(axis=1), 1.0)
    shares = {each: (counts[at] / sums[at]).tolist() for at, each in enumerate(SLICES)}
    findings = [*_mix(told, names, most_rows), *_moved(told, names, counts, material), *_rare(told, names, most_rows)]
    return CheckResult(tuple(findings), (Chart("Languages", tuple(names), shares),))


def _mix(told: np.ndarray[tuple[int], np.dtype[np.object_]], names: Sequence[str], most_rows: int) -> Iterator[Finding]:
    counts = pd.Series(told[told != NO_TEXT]).value_counts()
    languages = [name for name in names if name != UNTOLD]
    if not languages:
        return
    main = languages[0]
    others = np.flatnonzero((told != main) & (told != UNTOLD) & (told != NO_TEXT))
    listed = ", ".join(f"{name} {counts[name] / counts.sum():.1%}" for name in names[:8])
    yield Finding(
        kind="language-mix",
        severity=Severity.LOW,
        about="",
        message=f"texts are in: {listed}.",
        advice="Words of one language teach nothing about another: a language needs tickets of every label.",
        count=len(others),
        rows=tuple(RowNote(row, {"language": str(told[row])}) for row in others[::-1][:most_rows].tolist()),
        details=tuple({"language": name, "tickets": int(counts[name])} for name in names[:most_rows]),
    )


def _moved(
    told: np.ndarray[tuple[int], np.dtype[np.object_]],
    names: Sequence[str],
    counts: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    material: Material,
) -> Iterator[Finding]:
    if len(names) < 2 or not counts[0].sum() or not counts[2].sum():
        return
    found, floor = divergence(counts[0], counts[2]), noise_floor(counts[0], counts[2])
    if found <= max(floor, 0.01):
        return
    before, after = counts[0] / counts[0].sum(), counts[2] / counts[2].sum()
    grown = int(np.argmax(after - before))
    rows = np.flatnonzero((told == names[grown]) & (material.slices == 2))
    yield Finding(
        kind="language-drift",
        severity=to_severity(found, 0.03, 0.1),
        about="",
        message=f"the mix of languages moved by {found:.3f} bits, where chance stays below {floor:.3f}: {names[grown]} "
        f"went from {before[grown]:.1%} to {after[grown]:.1%}.",
        advice="Judge the languages apart, and train again as soon as the growing one has tickets of every label.",
        count=len(rows),
        rows=tuple(RowNote(row, {"language": names[grown]}) for row in rows[::-1][:5].tolist()),
    )


def _rare(
    told: np.ndarray[tuple[int], np.dtype[np.object_]], names: Sequence[str], most_rows: int
) -> Iterator[Finding]:
    counts = {name: int((told == name).sum()) for name in names if name != UNTOLD}
    rare = [name for name, n in counts.items() if n < _RARE]
    rows = np.flatnonzero(np.isin(told.astype(str), rare))
    # With one language in all there is nothing to be rare beside.
    if not len(rows) or len(counts) < 2:
        return
    yield Finding(
        kind="rare-languages",
        severity=Severity.LOW,
        about="",
        message=f"{len(rows):,} tickets are in languages with fewer than {_RARE} tickets: {', '.join(rare[:8])}.",
        advice="Nothing can be learnt of them: leave them to people, or translate them. Short texts are guessed worst.",
        count=len(rows),
        rows=tuple(RowNote(row, {"language": str(told[row])}) for row in rows[::-1][:most_rows].tolist()),
    )
