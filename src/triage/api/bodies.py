"""The body of a request, read under a bound. What is in it is not looked at."""

from __future__ import annotations

from starlette.requests import Request

from triage.errors import BodyTooLarge, UnsupportedMedia

__all__ = ["read_body", "too_large"]


async def read_body(request: Request, max_bytes: int) -> bytes:
    """Return the bytes of a JSON body.

    Parameters
    ----------
    request : Request
    max_bytes : int
        No more is held in memory, whatever the headers say.

    Raises
    ------
    UnsupportedMedia
        It is not JSON in UTF-8, or compressed.
    BodyTooLarge
        It is larger.
    """
    _check_media(request)
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        raise too_large(max_bytes)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise too_large(max_bytes)
    return bytes(body)


def _check_media(request: Request) -> None:
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise UnsupportedMedia(
            f"A compressed body is not read here; send it as it is. Got content-encoding {encoding!r}."
        )
    media, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    media = media.strip()
    if media != "application/json" and not (media.startswith("application/") and media.endswith("+json")):
        raise UnsupportedMedia(f"content-type must be application/json. Got {media!r}.")
    name, _, charset = parameters.partition("=")
    if name.strip() == "charset" and charset.strip(' "') not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMedia(f"JSON must be in UTF-8. Got charset {charset.strip()!r}.")


def too_large(max_bytes: int) -> BodyTooLarge:
    """Return the error of a body that is larger than it may be."""
    return BodyTooLarge(f"A body must have at most {max_bytes:,} bytes. Send a list in parts, or label a file instead.")
