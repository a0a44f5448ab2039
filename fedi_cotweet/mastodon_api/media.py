"""Pictures, films and sounds for posts that are yet to be written."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import attachments
from fedi_cotweet.mastodon_api.errors import ApiError, invalid
from fedi_cotweet.mastodon_api.parameters import Uploaded, shaped
from fedi_cotweet.services import uploads
from fedi_cotweet.services.errors import ServiceError
from storage.models import Media

_WRONG: Final = {
    "not_a_picture": ("file", "content type is invalid, File is invalid"),
    "picture_too_large": ("file", "has more pixels than can be taken"),
    "hides_a_file": ("file", "is another file as well: a page, a script, an archive or a PDF"),
    "file_too_demanding": ("file", "takes more memory or time to read than one file may"),
    "no_films_here": ("file", "content type is invalid: this server takes no films and no sounds"),
    "not_a_film": ("file", "content type is invalid, File is invalid"),
    "film_too_large": ("file", "has more pixels, frames or hours than can be taken"),
    "film_not_playable": ("file", "has a codec that not every browser plays: use H.264 and AAC"),
    "file_too_large": ("file", "is too large"),
    "bad_alt": ("description", "is too long (maximum is 1500 characters)"),
    "bad_focus": ("focus", "is invalid"),
}
"""What is wrong with an upload, as clients of Mastodon read it."""


class About(msgspec.Struct):
    """``description``: for those who do not see it. ``focus``: ``x,y``, from -1 to 1."""

    description: str | None = None
    focus: str | None = None


async def upload(call: Call) -> web.Response:
    """Keep a file. It is ready when this answers, so nobody has to ask again."""
    return await _upload(call, later_on=False)


async def upload_for_later(call: Call) -> web.Response:
    """Keep a file. Films and sounds are not ready when this answers: it says 202."""
    return await _upload(call, later_on=True)


async def _upload(call: Call, *, later_on: bool) -> web.Response:
    me, most = call.account_id, uploads.most_bytes(call.site)
    members = await call.members(most_file=most)
    file = members.pop("file", None)
    if not isinstance(file, Uploaded) or not file.spool.size:
        raise invalid("file", "can't be blank", "ERR_BLANK")
    picture = members.pop("thumbnail", None)
    wanted = shaped(About, members)
    try:
        held = await uploads.keep(
            call.site,
            me,
            file.spool,
            alt=(wanted.description or "").strip(),
            focus=wanted.focus or "",
            later_on=later_on,
        )
    except ServiceError as error:
        raise _worded(error) from error
    if isinstance(picture, Uploaded):
        try:
            held = await _illustrate(call, held.id, picture)
        except ApiError:
            file.spool.file.close()
            await call.site.write(lambda tx: uploads.discard(tx, me, held.id))
            raise
    status = 202 if held.state == uploads.PROCESSING else 200
    return answer(attachments.upload(call.env, held), status=status)


async def _illustrate(call: Call, media_id: int, picture: Uploaded) -> Media:
    try:
        return await uploads.illustrate(call.site, call.account_id, media_id, picture.spool)
    except ServiceError as error:
        wrong = _WRONG.get(error.code)
        if wrong is None:
            raise
        raise invalid("thumbnail", wrong[1]) from error
    finally:
        picture.spool.file.close()  # not when its time has come: refusals outlive their request


async def show(call: Call) -> web.Response:
    """An upload that is in no post yet. 206: it is not ready."""
    me, number = call.account_id, call.path_id()
    held = await call.site.read(lambda tx: uploads.unused(tx, me, number))
    if held.state == "failed":
        raise ApiError(422, "Error processing thumbnail for uploaded media")
    status = 206 if held.state == uploads.PROCESSING else 200
    return answer(attachments.upload(call.env, held), status=status)


async def describe(call: Call) -> web.Response:
    """Say anew what an upload shows. ``thumbnail``: the picture of a film or sound."""
    me, number = call.account_id, call.path_id()
    members = await call.members(most_file=uploads.most_bytes(call.site))
    picture = members.pop("thumbnail", None)
    wanted = shaped(About, members)
    if isinstance(picture, Uploaded):
        await _illustrate(call, number, picture)
    alt = None if wanted.description is None else wanted.description.strip()
    try:
        held = await call.site.write(
            lambda tx: uploads.describe(tx, me, number, alt=alt, focus=wanted.focus)
        )
    except ServiceError as error:
        raise _worded(error) from error
    return answer(attachments.upload(call.env, held))


async def discard(call: Call) -> web.Response:
    """Throw an upload away."""
    me, number = call.account_id, call.path_id()
    if not await call.site.write(lambda tx: uploads.discard(tx, me, number)):
        raise ApiError(422, "Media attachment is currently used by a status")
    return answer({})


def _worded(error: ServiceError) -> ApiError | ServiceError:
    wrong = _WRONG.get(error.code)
    return error if wrong is None else invalid(*wrong)
