"""The custom emoji of this server by their ids."""

from __future__ import annotations

from aiohttp import web

from activitypub.documents.emoji import EmojiView, build_emoji
from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import note_context
from fedi_cotweet.federation.routes.answering import CONTEXT, json_answer, missing
from fedi_cotweet.services.emoji import own_url
from storage.queries import emoji as stored_emoji


async def emoji(request: web.Request) -> web.Response:
    """An emoji with its picture, as Mastodon serves its own."""
    context, shortcode = request.app[CONTEXT], request.match_info["shortcode"]
    held = await context.runtime.store.read(lambda tx: stored_emoji.emoji(tx, shortcode))
    if held is None or held.disabled:
        return missing()
    picture = own_url(context.env, held.token, held.media_type)
    view = EmojiView(held.shortcode, picture, held.digest, held.media_type)
    document = build_emoji(view, context.env.addresses.emoji(shortcode), with_digest=True)
    return json_answer(
        {"@context": note_context(False), **document, "updated": format_time(held.created_at)}
    )
