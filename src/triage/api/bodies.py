"""The body of a request, read under a bound. What is in it is not looked at."""

from __future__ import annotations

import zlib

from starlette.requests import Request

from triage.errors import BodyTooLarge, MalformedBody, UnsupportedMedia

__all__ = ["media_of", "read_body", "read_raw", "read_unzipped", "too_large"]

_GZIP_WINDOW = 16 + zlib.MAX_WBITS


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
    return await read_raw(request, max_bytes)


def media_of(request: Request) -> str:
    """Return the media type of a body in small letters, without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_unzipped(request: Request, max_bytes: int) -> bytes:
    """Return the bytes of a body of any type, sent as it is or as gzip; bounded before and after unpacking.

    Raises
    ------
    UnsupportedMedia
        It is compressed in another way.
    BodyTooLarge
        It is larger.
    MalformedBody
        It is no gzip.
    """
    encoding = _encoding(request)
    if encoding not in ("", "identity", "gzip"):
        raise UnsupportedMedia(f"content-encoding must be gzip, or none. Got {encoding!r}.")
    body = await read_raw(request, max_bytes)
    if encoding != "gzip":
        return body
    unpacker = zlib.decompressobj(_GZIP_WINDOW)
    try:
        unpacked = unpacker.decompress(body, max_bytes + 1)
    except zlib.error as err:
        raise MalformedBody(f"The body is not gzip: {err}.") from err
    if len(unpacked) > max_bytes:
        raise too_large(max_bytes)
    if not unpacker.eof:
        raise MalformedBody("The body is gzip that ends too early.")
    return unpacked


async def read_raw(request: Request, max_bytes: int) -> bytes:
    """Return the bytes of a body as they came, whatever they are.

    Raises
    ------
    BodyTooLarge
        It is larger.
    """
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
    encoding = _encoding(request)
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


def _encoding(request: Request) -> str:
    return request.headers.get("content-encoding", "identity").strip().lower()
