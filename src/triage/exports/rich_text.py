"""Atlassian's documents, in which Jira's REST interface writes descriptions, as plain text. Keeps no marks."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["to_issue_text"]

# Blocks of a rich text that end a line.
_BLOCKS = frozenset({"paragraph", "heading", "listItem", "codeBlock", "blockquote", "tableRow", "rule", "panel"})
_DEEPEST = 64


def to_issue_text(document: object) -> str:
    """Return the text of a description: a string as it is, or a document of Atlassian's format without its marks.

    Examples
    --------
    >>> to_issue_text({"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "VPN"}]}]})
    'VPN'
    """
    if isinstance(document, str):
        return document
    parts: list[str] = []
    _collect(document, parts, 0)
    return "".join(parts).strip()


def _collect(node: object, parts: list[str], depth: int) -> None:
    if not isinstance(node, Mapping) or depth > _DEEPEST:
        return
    kind, attributes = node.get("type"), node.get("attrs")
    if kind == "text":
        parts.append(str(node.get("text", "")))
    elif kind == "hardBreak":
        parts.append("\n")
    elif isinstance(attributes, Mapping) and kind in ("mention", "emoji", "status", "inlineCard", "date"):
        said = (attributes.get(name) for name in ("text", "shortName", "url", "timestamp"))
        parts.append(str(next(filter(None, said), "")))
    content = node.get("content")
    for each in content if isinstance(content, list) else ():
        _collect(each, parts, depth + 1)
    if kind in _BLOCKS and parts and not parts[-1].endswith("\n"):
        parts.append("\n")
