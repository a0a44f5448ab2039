"""What goes wrong, as clients of Mastodon's API expect to read it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from fedi_cotweet.mastodon_api.answers import answer, open_to_browsers
from fedi_cotweet.services.errors import ServiceError
from storage.errors import StorageError

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("fedi_cotweet.mastodon_api")

NOT_FOUND = "Record not found"


class ApiError(Exception):
    """An answer that is no success: ``text`` is what the client shows."""

    def __init__(
        self,
        status: int,
        text: str,
        *,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.details = details
        self.headers = headers or {}


def not_found() -> ApiError:
    """Nothing there, or nothing this person may see: the two look the same."""
    return ApiError(404, NOT_FOUND)


def invalid(member: str, why: str, code: str = "ERR_INVALID") -> ApiError:
    """A parameter that cannot be: 422 with details, as Mastodon's validations."""
    return ApiError(
        422,
        f"Validation failed: {member.replace('_', ' ').capitalize()} {why}",
        details={member: [{"error": code, "description": why}]},
    )


def refuse(
    status: int, text: str, *, details: Mapping[str, Any] | None = None, fix: str = ""
) -> web.Response:
    """An error as JSON. ``error_description`` says what to do, where there is something.

    422 always has ``details``: what is wrong with no parameter in particular is about ``base``.
    """
    document: dict[str, Any] = {"error": text}
    if fix:
        document["error_description"] = fix
    if details is None and status == 422:
        details = {"base": [{"error": "ERR_INVALID", "description": text}]}
    if details is not None:
        document["details"] = details
    response = answer(document, status=status)
    if status == 401:
        response.headers["WWW-Authenticate"] = (
            f'Bearer realm="fedi_cotweet", error_description="{text}"'
        )
    return response


def guarded(handler: Handler) -> Handler:
    """The handler with every error of its answered; a fault of ours is logged, not described."""

    async def handle(request: web.Request) -> web.StreamResponse:
        response = await _answered(handler, request)
        if not response.prepared:
            open_to_browsers(response)
        return response

    return handle


async def _answered(handler: Handler, request: web.Request) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        response = refuse(error.status, error.text, details=error.details)
        response.headers.update(error.headers)
        return response
    except ServiceError as error:
        if error.code in ("not_found", "hidden_by_you"):
            return refuse(404, NOT_FOUND)
        return refuse(error.status, error.safe, fix=error.fix)
    except msgspec.ValidationError as error:
        return refuse(422, f"Validation failed: {error}")
    except StorageError as error:
        if error.status >= 500:
            log.error("storage_failed", path=request.path, code=error.code, detail=error.detail)
        return refuse(error.status, error.safe)
    except web.HTTPRequestEntityTooLarge:
        return refuse(413, "The request is too large")
    except web.HTTPException as error:
        return refuse(error.status, HTTPStatus(error.status).phrase)
    except web.RequestPayloadError:
        return refuse(400, "The request's body cannot be read")
    except ConnectionError:  # the caller hung up
        raise
    except Exception:
        log.exception("mastodon_api_failed", method=request.method, path=request.path)
        return refuse(500, "The server failed. Its log says more.")
