"""What an app sent: fields in any of the encodings apps use, and who the app says it is."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import orjson
from aiohttp import BodyPartReader, web

from fedi_cotweet.services import applications
from fedi_cotweet.services.attempts import Quota, counted_address
from fedi_cotweet.services.oauth_errors import OAuthError
from fedi_cotweet.services.site import Site
from storage.engine import Tx
from storage.models import Application

MAX_BODY = 64 * 1024
MOST_FIELDS = 100


@dataclass(frozen=True, slots=True)
class Fields:
    """All that was sent by name, in order. What is in the body comes before the query."""

    values: dict[str, list[str]]

    def all(self, name: str) -> list[str]:
        """Every value: ``name`` and ``name[]`` are the same."""
        return self.values.get(name, []) + self.values.get(f"{name}[]", [])

    def first(self) -> dict[str, str]:
        """The first value of each name."""
        return {name: values[0] for name, values in self.values.items()}

    def get(self, name: str) -> str:
        """The first value, or ""."""
        return next(iter(self.all(name)), "")


async def read_fields(request: web.Request) -> Fields:
    """The fields of JSON, a form, multipart, and the query. Raises ``invalid_request``."""
    pairs: list[tuple[str, str]] = []
    if request.can_read_body:
        if request.content_type.startswith("multipart/"):
            pairs = await _multipart(request)
        else:
            body = await _body(request)
            pairs = _json(body) if request.content_type == "application/json" else _form(body)
    values: dict[str, list[str]] = {}
    for name, value in [*pairs, *request.query.items()][:MOST_FIELDS]:
        values.setdefault(name, []).append(value)
    return Fields(values)


async def _body(request: web.Request) -> bytes:
    body = bytearray()
    async for chunk in request.content.iter_chunked(16_384):
        body += chunk
        if len(body) > MAX_BODY:
            raise web.HTTPRequestEntityTooLarge(MAX_BODY, len(body))
    return bytes(body)


def _json(body: bytes) -> list[tuple[str, str]]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise OAuthError("invalid_request") from error
    if not isinstance(document, dict):
        raise OAuthError("invalid_request")
    return [(name, text) for name, value in document.items() for text in _texts(value)]


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for item in value if not isinstance(item, list) for text in _texts(item)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [str(value)] if isinstance(value, str | int) else []


def _form(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise OAuthError("invalid_request") from error


async def _multipart(request: web.Request) -> list[tuple[str, str]]:
    pairs, left = [], MAX_BODY
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name is None or not left:
                raise OAuthError("invalid_request")
            content = bytearray()
            while chunk := await part.read_chunk(8_192):
                content += chunk
                left -= len(chunk)
                if left < 0:
                    raise web.HTTPRequestEntityTooLarge(MAX_BODY, MAX_BODY - left)
            left -= min(left, 256)  # many empty parts are a body too
            pairs.append((part.name, content.decode()))
    except (ValueError, LookupError, AssertionError) as error:
        raise OAuthError("invalid_request") from error
    return pairs


@dataclass(frozen=True, slots=True)
class Client:
    """An app as it names itself in a request, with what it showed as its secret."""

    client_id: str
    secret: str


def read_client(request: web.Request, fields: Fields) -> Client:
    """Who asks: by ``Authorization: Basic``, or by ``client_id`` and ``client_secret``."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return Client(fields.get("client_id"), fields.get("client_secret"))
    try:
        text = base64.b64decode(given.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise OAuthError("invalid_client") from error
    client_id, _, secret = text.partition(":")
    return Client(unquote_plus(client_id), unquote_plus(secret))


def find_application(tx: Tx, client: Client) -> tuple[Application, bool]:
    """The app, and whether it showed its secret. A wrong one is refused, none is not.

    Raises ``invalid_client``.
    """
    found = applications.application_of(tx, client.client_id)
    if found is None:
        raise OAuthError("invalid_client")
    if not client.secret:
        return found, False
    if not applications.has_secret(found, client.secret):
        raise OAuthError("invalid_client")
    return found, True


def address_of(call: Call) -> str:
    """Whom to count who makes this request."""
    return counted_address(call.request, call.site.settings)


def bearer_token(request: web.Request) -> str:
    """The token that was shown, or ""."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True)
class Call:
    """One request of an app."""

    request: web.Request
    site: Site
    registrations: Quota
    app_tokens: Quota
    """How many of either one address may ask for."""
