"""The text that a reader of HTML sees. Nothing is fetched and nothing is run."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape

__all__ = ["looks_like_html", "to_plain_text"]

_BLOCKS = frozenset(
    {
        "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4",
        "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "title", "tr", "ul",
    }
)  # fmt: skip
_CELLS = frozenset({"td", "th"})
# What stands in them is no HTML until they end.
_RAW = frozenset({"script", "style"})
_UNSEEN = frozenset({"head", "script", "style", "template", "title"})
# Mail programs put what is replied to into one of these.
_QUOTES = frozenset({"gmail_quote", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote", "gmail_signature"})
_QUOTE_IDS = frozenset({"appendonsend", "divRplyFwdMsg", "mail-editor-reference-message-container", "Signature"})
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
# A tag that ends something, or a line: "List<P>" opens nothing.
_TAG = re.compile(
    r"<!doctype\s+html|</(?:html|body|div|p|table|span|font|b|i|a|blockquote|ul|ol)\s*>|<br\s*/?>|<html\b",
    re.IGNORECASE,
)
# In one pass, whatever the text is: Python 3.11's own parser takes two minutes for 100 KB of "<a <a <a".
_TOKEN = re.compile(
    r"(?P<comment><!--)|<(?P<slash>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9:-]*+)(?P<attributes>[^<>]*+)>|(?P<declaration><[!?][^<>]*>)"
    r"|[^<]+|<"
)
_ATTRIBUTE = re.compile(
    r"(?<![\w-])(?P<name>[a-zA-Z][\w-]*+)\s*+=\s*+(?:\"(?P<quoted>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"']+))"
)
_SPACES = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n\s*\n\s*")


def looks_like_html(text: str) -> bool:
    """Tell whether a text is HTML rather than a text that holds an angle bracket.

    Examples
    --------
    >>> looks_like_html("<p>VPN down</p>"), looks_like_html("a < b, <user@example.org>")
    (True, False)
    """
    return _TAG.search(text) is not None


def to_plain_text(html: str, *, with_quotes: bool = True) -> str:
    r"""Return what a reader sees, a line a block.

    Parameters
    ----------
    html : str
        Whole or in parts; tags that nobody closes are no error.
    with_quotes : bool, default=True
        Whether what a mail program marked as quoted, or as its signature, is kept.

    Examples
    --------
    >>> to_plain_text("<style>p {}</style><p>VPN&nbsp;down<br>since <b>9</b></p>")
    'VPN down\nsince 9'
    """
    reader = _Reader(with_quotes=with_quotes)
    reader.read(html)
    text = _SPACES.sub(" ", "".join(reader.parts).replace("\xa0", " "))
    lines = "\n".join(line.strip() for line in text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", lines).strip()


class _Reader:
    def __init__(self, *, with_quotes: bool) -> None:
        self.parts: list[str] = []
        self._with_quotes = with_quotes
        # The open elements since the outermost one whose content is not wanted, and how often each is among them.
        self._hidden: list[str] = []
        self._count: Counter[str] = Counter()

    def read(self, html: str) -> None:
        lowered, at = html.lower(), 0
        # A few letters are two in lower case; then ends of scripts are found as they are written.
        lowered = lowered if len(lowered) == len(html) else html
        while token := _TOKEN.match(html, at):
            at = token.end()
            tag = (token["tag"] or "").lower()
            if token["comment"]:
                at = _after(html, "-->", at)
            elif tag and token["slash"]:
                self._end(tag)
            elif tag:
                self._start(tag, token["attributes"])
                if tag in _RAW:
                    at = _before(lowered, f"</{tag}", at)
            elif not token["declaration"]:
                self._text(unescape(token.group()))

    def _start(self, tag: str, attributes: str) -> None:
        self._separate(tag)
        if tag in _VOID:
            return
        if self._hidden or tag in _UNSEEN or (not self._with_quotes and _is_quote(tag, attributes)):
            self._hidden.append(tag)
            self._count[tag] += 1

    def _end(self, tag: str) -> None:
        if self._count[tag]:
            # Elements that were left open within it end with it.
            ended = ""
            while ended != tag:
                ended = self._hidden.pop()
                self._count[ended] -= 1
        if tag != "br":
            self._separate(tag)

    def _separate(self, tag: str) -> None:
        if self._hidden:
            return
        if tag == "br" or (tag in _BLOCKS and self.parts and not self.parts[-1].endswith("\n")):
            self.parts.append("\n")
        elif tag in _CELLS:
            self.parts.append(" ")

    def _text(self, data: str) -> None:
        if not self._hidden:
            text = _SPACES.sub(" ", data.replace("\n", " "))
            # Blanks between two blocks are nothing.
            if text.strip() or (self.parts and not self.parts[-1].endswith("\n")):
                self.parts.append(text)


def _after(html: str, mark: str, start: int) -> int:
    """Return where a mark ends; the end of all where there is none."""
    found = html.find(mark, start)
    return len(html) if found < 0 else found + len(mark)


def _before(html: str, mark: str, start: int) -> int:
    found = html.find(mark, start)
    return len(html) if found < 0 else found


def _is_quote(tag: str, text: str) -> bool:
    attributes = {
        each["name"].lower(): each["quoted"] or each["single"] or each["bare"] or ""
        for each in _ATTRIBUTE.finditer(text)
    }
    is_cited = tag == "blockquote" and attributes.get("type") == "cite"
    return is_cited or bool(set(attributes.get("class", "").split()) & _QUOTES) or attributes.get("id") in _QUOTE_IDS
