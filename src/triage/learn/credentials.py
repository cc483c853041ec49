"""Finds passwords, tokens and keys in a text, by what announces them, by their prefix or by their looks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from triage.learn.sign_kernel import SHORTEST_OF_LETTERS, SHORTEST_WORD

__all__ = ["ALL_SIGNS", "ANNOUNCING", "cut_announced", "cut_key_blocks", "cut_tokens", "cut_url_logins"]

_KEY_BLOCK = re.compile(r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}(?:KEY|CERTIFICATE|MESSAGE|PGP)[A-Z0-9 ]{0,40}-{4,5}")
_END_OF_BLOCK = re.compile(r"-{4,5} ?END [A-Z0-9 ]{0,80}-{4,5}")

_URL_LOGIN = re.compile(r"(://)[^\s/@:]*+:[^\s/]*@|(?<=:thin:)()[^\s/@]++/[^\s@]++@")

_QUOTE = r"""["'`]?"""
_GIVEN = rf"{_QUOTE}[ \t]{{0,4}}(?::=|=>|[:=])[ \t]{{0,8}}"
# What follows "password:" in a title and is none: the next words of a sentence, and what happens to passwords.
_NO_SECRETS = (
    "a an and as at das der die do does for how i if im in is ist it its my no not of on or please the this to und "
    "was we when with you account blocked can cannot cant change changed changing could does doesnt expire expired "
    "expires expiry failed failing forgot forgotten has have help incorrect invalid issue keeps lock locked lockout "
    "login lost missing must need needed needs never problem rejected required reset resetting setup still unknown "
    "unlock will wrong abgelaufen bitte falsch funktioniert geht gesperrt kann kein keine läuft muss nicht ungültig "
    "vergessen wird zurücksetzen ändern"
)
_NEXT_WORD = rf"(?!(?:{'|'.join(_NO_SECRETS.split())})(?:[,;:.!?]?\s|[.!?]?\Z))"
_VALUE = _NEXT_WORD + r"""("[^"\n]{1,200}"|'[^'\n]{1,200}'|\S+)"""
# A letter and a digit or sign: what a password has and the next word of a sentence lacks.
_MIXED = r"(?=\S{0,64}[^\W_])(?=\S{0,64}(?:\d|[!#$%&*+@^~]))(\S{4,})"
_SENTENCE = r"(?:is|was|has|been|changed|set|reset|now|to|as|ist|war|wurde|lautet|jetzt|auf|[-\u2013])"
# Of the stand-in for a secret nothing is announced.
_OF_PASSWORDS = (
    r"passwor[dt]s?|passwd|passphrase|passcode|parole|mot de passe|contrase[ñn]a|kennw(?:ort|[öo]rter)|пароль|"
    r"(?<!xx)secret|p(?:wd|swd)|(?<![^\W_])(?:pw|psk|senha)|(?<!by)pass(?=[ ]?=)|(?<=[_.-])pass"
)
_OF_TOKENS = (
    r"token|(?:api|access|secret|private|account|auth|licen[cs]e)[ _-]?key(?:[ _-]?id)?|credentials?|"
    r"(?:jsession|phpsess|session_?)id|authorization|cookie|(?<![^\W_])sig(?:nature)?"
)


@dataclass(frozen=True, slots=True)
class _Announcer:
    """Words to look for first, which is cheap, and what must then match from there on; its last group is the secret."""

    words: tuple[str, ...]
    pattern: re.Pattern[str]
    parts: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        # Where none of these is, none of the words is: those within which there is none of the others.
        whole = [each for each in self.words if not any(other != each and other in each for other in self.words)]
        object.__setattr__(self, "parts", tuple(dict.fromkeys(whole)))


_PASSWORD_WORDS = (
    *("passwor", "passwd", "passphrase", "passcode", "parole", "mot de passe", "contrase", "kennw", "пароль", "secret"),
    *("pw", "pswd", "psk", "senha", "pass"),
)
_TOKEN_WORDS = (
    *("token", "api", "access", "secret", "private", "account", "auth", "licen", "credential", "jsession", "phpsess"),
    *("session", "cookie", "sig"),
)
_ANNOUNCERS = (
    _Announcer(
        _PASSWORD_WORDS,
        re.compile(
            rf"(?:{_OF_PASSWORDS})(?:[ ](?:for|of|von|f[üu]r)(?:[ ][\w.@-]{{1,40}}){{1,3}}?)?"
            rf"(?:(?:[ ]?\([^()\n]{{0,20}}\))?{_GIVEN}{_VALUE}|>([^<\s]+)|"
            # On the line below, or in a sentence, where only what looks like a password counts.
            rf":?[ \t]{{0,4}}\r?\n[ \t]{{0,8}}{_MIXED}|[ ](?:{_SENTENCE}[ ]){{0,4}}:?[ ]?{_MIXED})|"
            rf"(?:(?<=--)|(?<=\s-))(?:{_OF_PASSWORDS})[ ]{_VALUE}",
            re.IGNORECASE,
        ),
    ),
    _Announcer(
        _TOKEN_WORDS,
        re.compile(
            rf"(?:{_OF_TOKENS})(?:{_GIVEN}|(?:(?<=--token)|(?<=--api-key))[ ])(?:[a-z]{{4,9}}[ ])?"
            r"""["']?(?=[^\s"'\d]{0,64}\d)([^\s"']{8,})""",
            re.IGNORECASE,
        ),
    ),
    _Announcer(
        ("bearer", "basic", "negotiate", "digest"),
        re.compile(
            r"(?<![^\W_])(?:bearer|basic|negotiate|digest)[ \t]{1,4}(?=[\w.~+/-]{0,64}[\d=])([\w.~+/-]{8,}={0,2})",
            re.IGNORECASE,
        ),
    ),
    _Announcer(
        ("pin", "puk", "tan", "otp", "cvv", "cvc"),
        re.compile(
            r"(?<![^\W_])(?:pin|puk|tan|otp|cvv|cvc)(?:[ -]?(?:code|number|nummer))?[ ]{0,2}(?:[:=]|is|ist)?[ ]{0,2}"
            r"(\d{3,8})(?!\w|\.\d)",
            re.IGNORECASE,
        ),
    ),
    # No spaces part words here, so a value ends where the script changes.
    _Announcer(
        ("密码", "密碼", "口令", "パスワード", "暗証番号"),
        re.compile(rf"[^!-~\s]{{2,5}}{_QUOTE}[ ]{{0,2}}(?:[:=]|是|は|为)?[ ]{{0,4}}([!-~]{{3,}})"),
    ),
)
# The words of each announcer, and what says that there may be some of any.
ALL_SIGNS = -1
ANNOUNCING = tuple(announcer.parts for announcer in _ANNOUNCERS)

_ISSUED = re.compile(
    r"""(?<![^\W_])(?:
    eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)? |                          # JSON web token
    (?:AKIA|ASIA|AGPA|AROA|AIDA|ANPA)(?=[A-Z]{0,16}\d)[A-Z0-9]{16}(?!\w) |  # Amazon
    gh[pousr]_\w{20,} | github_pat_\w{20,} | glpat-[\w-]{16,} |     # GitHub, GitLab
    xox[a-z]-[\w-]{8,} | xapp-[\w-]{8,} |                           # Slack
    (?:sk|pk|rk|whsec)_(?:(?:live|test)_)?(?=[a-z]{0,32}\d)\w{8,} | # Stripe
    AIza[\w-]{30,} | ya29\.[\w-]{16,} | GOCSPX-[\w-]{16,} |         # Google
    sk-[\w-]{20,} | hf_[a-z0-9]{20,} | npm_[a-z0-9]{20,} | pypi-[\w-]{20,} | dop_v1_\w{20,} |
    SG\.[\w-]{16,}\.[\w-]{16,} |
    (?:[A-Z0-9]{5}-){4}[A-Z0-9]{5}(?!\w)                            # product keys
    )""",
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)
# No token is shorter or goes on behind a space; most words are, and need no closer look.
_LONG_WORD = re.compile(rf"\S{{{SHORTEST_WORD},}}")
_RUN = re.compile(r"(?<![A-Za-z0-9_+/-])[A-Za-z0-9_+/-]{20,}+={0,2}")
_HEX = re.compile(r"(?=[0-9]*+[a-f])(?=[a-f]*+[0-9])[0-9a-f]{32,}={0,2}", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SWITCH = re.compile(r"(?<=[a-z])[A-Z0-9]|(?<=[A-Z])[a-z0-9]|(?<=[0-9])[A-Za-z]")
_DIGITS = re.compile(r"\d+")
# Neighbours of different kind (small, capital, digit) as a share of the length, from which on a run is chance, by the
# number of places where digits stand. Random base64 has .65, random hex .47; names of classes and files in bug reports
# have up to .5 without digits, and less with them.
_SWITCHES_BY_DIGIT_GROUPS = {0: 0.55, 1: 0.45, 2: 0.4, 3: 0.3}
# Shorter runs are no keys but words of a program; what an issuer gives out is longer still, or holds a digit or a sign.
_SHORTEST_RUN = SHORTEST_OF_LETTERS


def cut_key_blocks(text: str, stand_in: str) -> str:
    """Return the text without its PEM and PGP blocks; one without an end goes to the end of the text."""
    kept: list[str] = []
    done = 0
    while begin := _KEY_BLOCK.search(text, done):
        end = _END_OF_BLOCK.search(text, begin.end())
        kept += (text[done : begin.start()], stand_in)
        done = len(text) if end is None else end.end()
    return "".join((*kept, text[done:]))


def cut_url_logins(text: str, stand_in: str) -> str:
    """Return the text with the user and password of its addresses replaced.

    Examples
    --------
    >>> cut_url_logins("see ftp://anna:hunter2@host/x", "xxsecret")
    'see ftp://xxsecret/host/x'
    """
    # A slash in the place of the @: what is left must not look like a mail address.
    return _URL_LOGIN.sub(rf"\1{stand_in}/", text)


def cut_announced(text: str, stand_in: str, signs: int = ALL_SIGNS) -> str:
    """Return the text with what follows words such as "password:", "token=" or "Bearer" replaced.

    Parameters
    ----------
    text : str
    stand_in : str
    signs : int, default=ALL_SIGNS
        Which of `ANNOUNCING` have words in the text: the first is 1, the second 2, the third 4. More may be set.

    Examples
    --------
    >>> cut_announced("Passwort: Sommer, api_key=k3yk3yk3y; the password is expired", "xxsecret")
    'Passwort: xxsecret api_key=xxsecret the password is expired'
    """
    lowered = _lower(text) if signs else ""
    for number, announcer in enumerate(_ANNOUNCERS):
        # A list: asking a generator takes as long again as looking.
        if signs >> number & 1 and [part for part in announcer.parts if part in lowered]:
            starts = [start for word in announcer.words for start in _occurrences(lowered, word)]
            cut = _cut_from(text, announcer.pattern, sorted(starts), stand_in)
            if cut != text:
                text, lowered, signs = cut, _lower(cut), ALL_SIGNS
    return text


def _lower(text: str) -> str:
    lowered = text.lower()
    # A few capitals become two characters, and the places must stay the same.
    return lowered if len(lowered) == len(text) else "".join(char.lower()[:1] for char in text)


def _occurrences(lowered: str, word: str) -> Iterator[int]:
    at = lowered.find(word)
    while at >= 0:
        yield at
        at = lowered.find(word, at + len(word))


def _cut_from(text: str, pattern: re.Pattern[str], starts: Iterable[int], stand_in: str) -> str:
    kept: list[str] = []
    done = 0
    for start in starts:
        match = pattern.match(text, start) if start >= done else None
        if match is not None and match.lastindex is not None:
            kept += (text[done : match.start(match.lastindex)], stand_in)
            done = match.end(match.lastindex)
    return "".join((*kept, text[done:])) if kept else text


def cut_tokens(text: str, stand_in: str) -> str:
    """Return the text with tokens of known issuers and long runs of chance characters replaced.

    Notes
    -----
    Chance is judged by how often small letters, capitals and digits alternate. Identifiers of the UUID form are kept.

    Examples
    --------
    >>> cut_tokens("ghp_16C7e42F292c6912E7710c838347Ae178B4a in org/apache/hadoop/TestDFSClientRetries2", "xxsecret")
    'xxsecret in org/apache/hadoop/TestDFSClientRetries2'
    """
    return _LONG_WORD.sub(lambda word: _without_tokens(word[0], stand_in), text)


def _without_tokens(word: str, stand_in: str) -> str:
    if len(word) < _SHORTEST_RUN and word.isalpha():
        return word
    return _RUN.sub(lambda match: _without_chance(match[0], stand_in), _ISSUED.sub(stand_in, word))


def _without_chance(run: str, stand_in: str) -> str:
    if _is_chance(run):
        return stand_in
    if "/" not in run:
        return run
    return "/".join(stand_in if _is_chance(piece) else piece for piece in run.split("/"))


def _is_chance(run: str) -> bool:
    if _HEX.fullmatch(run):
        return True
    run = _UUID.sub("", run)
    if len(run) < _SHORTEST_RUN:
        return False
    switches = sum(1 for _ in _SWITCH.finditer(run)) / len(run)
    n_digit_groups = min(len(_DIGITS.findall(run)), max(_SWITCHES_BY_DIGIT_GROUPS))
    return switches >= _SWITCHES_BY_DIGIT_GROUPS[n_digit_groups]
