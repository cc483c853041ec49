"""Headers that every response carries. No policy about who may call."""

from __future__ import annotations

__all__ = ["SAFETY_HEADERS"]

SAFETY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    # The documentation page starts itself by an inline script and draws inline pictures; nothing comes from elsewhere.
    "content-security-policy": "default-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
}
