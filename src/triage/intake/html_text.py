"""The text that a reader of HTML sees. Nothing is fetched and nothing is run."""

from __future__ import annotations

import re
from html.parser import HTMLParser

__all__ = ["looks_like_html", "to_plain_text"]

_BLOCKS = frozenset(
    {
        "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4",
        "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "title", "tr", "ul",
    }
)  # fmt: skip
_CELLS = frozenset({"td", "th"})
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
    reader.feed(html)
    reader.close()
    text = _SPACES.sub(" ", "".join(reader.parts).replace("\xa0", " "))
    lines = "\n".join(line.strip() for line in text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", lines).strip()


class _Reader(HTMLParser):
    def __init__(self, *, with_quotes: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._with_quotes = with_quotes
        # The open elements since the outermost one whose content is not wanted.
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._separate(tag)
        if tag in _VOID:
            return
        if self._hidden or tag in _UNSEEN or (not self._with_quotes and _is_quote(tag, dict(attrs))):
            self._hidden.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            # Elements that were left open within it end with it.
            while self._hidden and self._hidden.pop() != tag:
                pass
        if tag != "br":
            self._separate(tag)

    def _separate(self, tag: str) -> None:
        if self._hidden:
            return
        if tag == "br" or (tag in _BLOCKS and self.parts and not self.parts[-1].endswith("\n")):
            self.parts.append("\n")
        elif tag in _CELLS:
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            text = _SPACES.sub(" ", data.replace("\n", " "))
            # Blanks between two blocks are nothing.
            if text.strip() or (self.parts and not self.parts[-1].endswith("\n")):
                self.parts.append(text)


def _is_quote(tag: str, attributes: dict[str, str | None]) -> bool:
    classes = set((attributes.get("class") or "").split())
    is_cited = tag == "blockquote" and attributes.get("type") == "cite"
    return is_cited or bool(classes & _QUOTES) or attributes.get("id") in _QUOTE_IDS
