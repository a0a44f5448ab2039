"""The pictures of custom emoji: for everybody, exactly as they are stored."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.services.documents import SUFFIXES
from fedi_cotweet.services.file_stores import files_of
from fedi_cotweet.services.media import TOKEN
from fedi_cotweet.services.sending_files import send
from fedi_cotweet.services.site import Site
from fedi_cotweet.web.headers import file_headers, not_to_be_had
from fedi_cotweet.web.visits import Bring
from storage.queries import emoji


async def emoji_file(request: web.Request, site: Site, bring: Bring | None) -> web.StreamResponse:
    """One picture, under the name that tells its type."""
    token, dot, suffix = request.match_info["file"].partition(".")
    if not TOKEN.match(token):
        raise web.HTTPNotFound
    item = await site.read(lambda tx: emoji.picture_by_token(tx, token))
    if item is None or item.state != "stored" or item.path is None:
        raise web.HTTPNotFound
    if f"{dot}{suffix}" != SUFFIXES.get(item.media_type):
        raise web.HTTPNotFound
    status = await bring(item, item.path) if bring is not None else 200
    if status != 200:
        return not_to_be_had(status)
    headers = file_headers(item.media_type, everybody=True)
    return await send(request, files_of(site.settings), item.path, headers)
