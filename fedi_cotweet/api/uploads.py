"""Pictures that come in for later posts (``multipart/form-data``: ``file`` and ``alt``)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services.documents import SUFFIXES
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.media import check_size, store_upload
from storage.engine import Tx
from storage.queries import post_media

MOST_ALT = 1_500
MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class Upload:
    """What the form held: a file, and a text of one line."""

    octets: bytes
    text: str


async def upload(call: Call) -> web.Response:
    """Keep a picture of the acting account; its id can stand in ``media`` of a post."""
    account_id = await call.account_id()
    site = call.site
    form = await read_form(call.request, site.settings.media_max_bytes, "alt")
    if len(form.text) > MOST_ALT or "\0" in form.text:
        raise ServiceError(
            "bad_alt", 422, f"The description has more than {MOST_ALT} characters.", "Shorten it."
        )
    token, media_id = site.env.token(), site.env.new_id()
    async with call.decoding:
        stored = await asyncio.to_thread(
            store_upload, site.settings.data, token, form.octets, site.settings.media_max_bytes
        )

    def write(tx: Tx) -> None:
        post_media.add_media(
            tx,
            id=media_id,
            token=token,
            account_id=account_id,
            state="stored",
            media_type=stored.media_type,
            digest=stored.digest,
            size=stored.size,
            width=stored.width,
            height=stored.height,
            alt=form.text,
            path=stored.path,
            created_at=site.env.now(),
        )

    await site.write(write)
    document = {
        "id": str(media_id),
        "url": site.env.addresses.media(token, SUFFIXES[stored.media_type]),
        "media_type": stored.media_type,
        "width": stored.width,
        "height": stored.height,
        "size": stored.size,
        "digest": stored.digest,
        "alt": form.text,
    }
    return answer(document, status=201)


async def read_form(request: web.Request, max_bytes: int, name: str) -> Upload:
    """A form of a ``file`` and a text called ``name``. Raises ``bad_form``, ``file_too_large``."""
    if request.content_type != "multipart/form-data":
        raise _bad_form("it is not multipart/form-data", name)
    octets: bytes | None = None
    text = ""
    try:
        reader = await request.multipart()
        for _ in range(MOST_PARTS):
            part = await reader.next()
            if part is None:
                break
            if not isinstance(part, BodyPartReader):
                raise _bad_form("it has forms in forms", name)
            if part.name == "file":
                octets = await _part(part, max_bytes)
            elif part.name == name:
                text = (await _part(part, MOST_ALT * 4)).decode().strip()
            else:
                raise _bad_form(f"its parts are “file” and “{name}”", name)
    except (ValueError, AssertionError) as error:  # how aiohttp's reader reports bad framing
        raise _bad_form("it cannot be read", name) from error
    if octets is None:
        raise _bad_form("there is no “file” in it", name)
    return Upload(octets, text)


async def _part(part: BodyPartReader, max_bytes: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk(65_536):
        content += chunk
        check_size(len(content), max_bytes)
    return bytes(content)


def _bad_form(why: str, name: str) -> ServiceError:
    return ServiceError(
        "bad_form",
        400,
        f"The form cannot be used: {why}.",
        f"Send multipart/form-data with “file” and “{name}”.",
    )
