"""What an answer says that is none: problem documents (RFC 9457)."""

from __future__ import annotations

from pydantic import BaseModel

__all__ = ["ProblemDocument", "ProblemPart"]


class ProblemPart(BaseModel):
    """One thing wrong with a request."""

    where: str
    message: str
    rows: list[int]
    got: str


class ProblemDocument(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    problems: list[ProblemPart]
