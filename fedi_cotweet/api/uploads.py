"""Pictures that come in for later posts (``multipart/form-data``: ``file``, ``alt``, ``focus``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import BodyPartReader, web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services import uploads
from fedi_cotweet.services.decoding import check_size
from fedi_cotweet.services.describing import MOST_ALT
from fedi_cotweet.services.documents import SUFFIXES
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.spooling import Spool

MOST_PARTS = 8
MOST_REST = 65_536
"""Octets of a form beside its file."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What the form held: a file, and texts of one line by their names."""

    file: Spool
    texts: Mapping[str, str]


async def upload(call: Call) -> web.Response:
    """Keep a picture of the acting account; its id can stand in ``media`` of a post."""
    account_id = await call.account_id()
    site = call.site
    form = await read_form(call, uploads.most_bytes(site), "alt", "focus")
    held = await uploads.keep(
        site,
        account_id,
        form.file,
        alt=form.texts.get("alt", ""),
        focus=form.texts.get("focus", ""),
    )
    document = {
        "id": str(held.id),
        "url": site.env.addresses.media(held.token, SUFFIXES[held.media_type]),
        "media_type": held.media_type,
        "width": held.width,
        "height": held.height,
        "size": held.size,
        "digest": held.digest,
        "alt": held.alt,
        "blurhash": held.blurhash,
        "focal": None if held.focal_x is None else [held.focal_x, held.focal_y],
    }
    return answer(document, status=201)


async def read_form(call: Call, max_bytes: int, *names: str) -> Upload:
    """A form of a ``file`` and texts of these names. Raises ``bad_form``, ``file_too_large``."""
    request = call.request
    if request.content_length is not None and request.content_length > max_bytes + MOST_REST:
        check_size(request.content_length, max_bytes)  # before it is read
    if request.content_type != "multipart/form-data":
        raise _bad_form("it is not multipart/form-data", names)
    file: Spool | None = None
    texts: dict[str, str] = {}
    try:
        reader = await request.multipart()
        for _ in range(MOST_PARTS):
            part = await reader.next()
            if part is None:
                break
            if not isinstance(part, BodyPartReader):
                raise _bad_form("it has forms in forms", names)
            if part.name == "file":
                file = await _file(part, max_bytes, call.site.settings.data)
            elif part.name in names:
                texts[part.name] = (await _part(part, MOST_ALT * 4)).decode().strip()
            else:
                raise _bad_form(f"its parts are {_parts(names)}", names)
    except (ValueError, AssertionError) as error:  # how aiohttp's reader reports bad framing
        raise _bad_form("it cannot be read", names) from error
    if file is None:
        raise _bad_form("there is no “file” in it", names)
    return Upload(file, texts)


async def _file(part: BodyPartReader, max_bytes: int, folder: Path) -> Spool:
    spool = await Spool.begin(folder)
    while chunk := await part.read_chunk(65_536):
        await spool.add(chunk)
        check_size(spool.size, max_bytes)
    await spool.finish()
    return spool


async def _part(part: BodyPartReader, max_bytes: int) -> bytes:
    content = bytearray()
    while chunk := await part.read_chunk(65_536):
        content += chunk
        check_size(len(content), max_bytes)
    return bytes(content)


def _parts(names: Sequence[str]) -> str:
    *first, last = ("file", *names)
    return ", ".join(f"“{name}”" for name in first) + f" and “{last}”"


def _bad_form(why: str, names: Sequence[str]) -> ServiceError:
    return ServiceError(
        "bad_form",
        400,
        f"The form cannot be used: {why}.",
        f"Send multipart/form-data with {_parts(names)}.",
    )
