"""Reading answers of servers that may send anything, without end, or compressed a thousandfold."""

from __future__ import annotations

import asyncio
import re
import ssl
import zlib
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

import aiohttp

from activitypub.shell.guard import AddressRefusedError

TRANSPORT_ERRORS: Final = (aiohttp.ClientError, OSError, TimeoutError, ValueError, EOFError)
"""All that aiohttp raises for what a remote server or the network does."""

_CHUNK: Final = 65_536
_DECODERS: Final[Mapping[str, int]] = {
    "gzip": zlib.MAX_WBITS | 16,
    "x-gzip": zlib.MAX_WBITS | 16,
    "deflate": zlib.MAX_WBITS,
}
_WHITE_SPACE = re.compile(r"[\x00-\x20\x7f-\x9f]+")


class BodyError(ValueError):
    """The body of an answer is not taken: ``too_large``, ``bad_encoding`` or ``truncated``.

    ``partial`` is how much of it was read.
    """

    def __init__(self, code: str, partial: bytes = b"") -> None:
        super().__init__(code)
        self.code = code
        self.partial = partial


async def read_body(
    response: aiohttp.ClientResponse, max_bytes: int, until: bytes | None = None
) -> bytes:
    """The body, decompressed, of a response whose session does not decompress.

    ``until``: what comes after this, in lower case, is not read.

    Memory stays near ``max_bytes`` whatever is sent: decompression stops there too. Raises
    ``BodyError``, also for encodings nobody asked for (brotli, zstd, one inside the other).
    """
    encodings = ",".join(response.headers.getall("Content-Encoding", ())).strip().lower()
    if encodings in ("", "identity"):
        return await _read_plain(response.content, max_bytes, until)
    if encodings not in _DECODERS:
        raise BodyError("bad_encoding")
    return await _read_compressed(response.content, max_bytes, _DECODERS[encodings], until)


async def _read_plain(content: aiohttp.StreamReader, max_bytes: int, until: bytes | None) -> bytes:
    body = bytearray()
    while chunk := await content.read(_CHUNK):
        body += chunk
        if len(body) > max_bytes:
            raise BodyError("too_large", bytes(body))
        if _is_enough(body, len(chunk), until):
            break
    return bytes(body)


def _is_enough(body: bytearray, new: int, until: bytes | None) -> bool:
    return until is not None and until in body[-new - len(until) :].lower()


async def _read_compressed(
    content: aiohttp.StreamReader, max_bytes: int, window: int, until: bytes | None
) -> bytes:
    body = bytearray()
    decoder = zlib.decompressobj(window)
    received = 0
    while chunk := await content.read(_CHUNK):
        received += len(chunk)
        try:
            # One octet more than allowed shows that there is more; the rest is never inflated.
            more = decoder.decompress(chunk, max_bytes + 1 - len(body))
        except zlib.error:
            raise BodyError("bad_encoding") from None
        body += more
        # Empty deflate blocks go on for ever and inflate to nothing, so what comes in counts too.
        if len(body) > max_bytes or received > max_bytes + 1024:
            raise BodyError("too_large", bytes(body))
        if decoder.unused_data:
            raise BodyError("bad_encoding")
        if _is_enough(body, len(more), until):
            return bytes(body)
    if received and not decoder.eof:
        raise BodyError("truncated")
    return bytes(body)


def content_type(response: aiohttp.ClientResponse) -> str:
    """The ``Content-Type`` as sent, with its parameters; empty if absent or sent twice."""
    values = response.headers.getall("Content-Type", ())
    return values[0].strip()[:255] if len(values) == 1 else ""


def essence(response: aiohttp.ClientResponse) -> str:
    """The media type in lower case, without parameters."""
    return content_type(response).partition(";")[0].strip().lower()


def is_json_type(content_type: str) -> bool:
    """Whether a ``Content-Type`` is JSON of some kind: what else parses as JSON is an upload."""
    essence = content_type.partition(";")[0].strip().lower()
    return essence == "application/json" or (
        essence.startswith("application/") and essence.endswith("+json")
    )


def retry_after(value: str | None, now: int, max_seconds: int) -> int | None:
    """Milliseconds to wait by a ``Retry-After`` header, in seconds or as a date (RFC 9110 10.2.3).

    Between 0 and ``max_seconds``; None without the header or for what is neither.
    """
    value = "" if value is None else value.strip()[:64]
    if value.isascii() and value.isdigit():
        # Ten digits are enough for every wait, and few enough to convert.
        seconds = int(value) if len(value) <= 10 else max_seconds
        return min(seconds, max_seconds) * 1000
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        wait = int(moment.timestamp() * 1000) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(wait, 0), max_seconds * 1000)


def error_text(body: bytes) -> str:
    """A line of at most 300 characters for the log from an error body of any encoding."""
    return _WHITE_SPACE.sub(" ", body.decode("utf-8", "replace")).strip()[:300]


def error_code(error: BaseException) -> str:
    """The stable code of one of ``TRANSPORT_ERRORS``.

    ``address_refused``, ``dns_failed``, ``tls_failed``, ``connection_failed``, ``timeout``,
    ``bad_url``, the codes of ``BodyError``, and ``bad_response`` for what is not HTTP.
    """
    match error:
        case BodyError():
            return error.code
        case TimeoutError() | asyncio.TimeoutError():
            return "timeout"
        case aiohttp.ClientConnectorDNSError():
            return "dns_failed"
        case aiohttp.ClientSSLError() | ssl.SSLError() | aiohttp.ServerFingerprintMismatch():
            return "tls_failed"
        case aiohttp.ClientConnectorError(os_error=AddressRefusedError()):
            return "address_refused"
        case aiohttp.InvalidURL():
            return "bad_url"
        case aiohttp.ClientPayloadError():
            return "truncated"
        case OSError() | aiohttp.ClientConnectionError():
            return "connection_failed"
        case _:
            return "bad_response"
