"""Files of posts: for everybody once their post is published, before that for those it concerns.

Those of posts for few readers are for whoever knows their unguessable address: other servers fetch
pictures without saying for whom.

Those of profiles are for everybody.
"""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.domain.consent import CONSENTING, OPEN
from fedi_cotweet.services.audiences import everybodys, may_see
from fedi_cotweet.services.documents import SUFFIXES
from fedi_cotweet.services.file_stores import files_of
from fedi_cotweet.services.media import PREVIEW, TOKEN
from fedi_cotweet.services.sending_files import send
from fedi_cotweet.web.headers import file_headers, not_to_be_had
from fedi_cotweet.web.visits import Visit
from storage.engine import Tx
from storage.models import Media, Post
from storage.queries import consents, post_media, posts

_INVOLVED = {state.value for state in OPEN | CONSENTING}


@dataclass(frozen=True, slots=True)
class _Found:
    media: Media
    everybody: bool = False
    viewer: bool = False
    draft: bool = False


async def media(visit: Visit) -> web.StreamResponse:
    """One file, exactly as it is stored, with ranges; what may not be seen is not there."""
    token, dot, suffix = visit.request.match_info["file"].partition(".")
    if not TOKEN.match(token):
        raise web.HTTPNotFound

    def find(tx: Tx) -> _Found | None:
        item = post_media.media_by_token(tx, token)
        return None if item is None else _standing(tx, item, visit.account_id)

    found = await visit.site.read(find)
    if found is None or found.media.state != "stored":
        raise web.HTTPNotFound
    item = found.media
    allowed = found.everybody or found.viewer
    if not allowed and found.draft:
        may_fetch = visit.pages.may_fetch
        allowed = may_fetch is not None and await may_fetch(visit.request, item)
    media_type, stored = item.media_type, item.path
    if f"{dot}{suffix}" == PREVIEW:
        media_type, stored = "image/jpeg", item.preview
    elif f"{dot}{suffix}" != SUFFIXES.get(media_type):
        raise web.HTTPNotFound
    if not allowed or stored is None:
        raise web.HTTPNotFound
    if item.remote_url is not None:
        status = await visit.pages.bring(item, stored) if visit.pages.bring is not None else 200
        if status != 200:
            return not_to_be_had(status)
    headers = file_headers(media_type, everybody=found.everybody)
    return await send(visit.request, files_of(visit.site.settings), stored, headers)


def _standing(tx: Tx, item: Media, viewer_id: int | None) -> _Found:
    if item.profile:
        return _Found(item, everybody=True)
    if item.post_id is not None:
        post = posts.post(tx, item.post_id)
        return _Found(item) if post is None else _of_post(tx, item, post, viewer_id)
    if item.offer_id is not None:
        offer = consents.offer(tx, item.offer_id)
        invited = offer is not None and viewer_id == offer.target_id
        return _Found(item, viewer=invited, draft=True)
    return _Found(item, viewer=viewer_id is not None and viewer_id == item.account_id)


def _of_post(tx: Tx, item: Media, post: Post, viewer_id: int | None) -> _Found:
    if everybodys(post):
        return _Found(item, everybody=True)
    if post.state == "published" and post.local and post.visibility != "local":
        # For few readers, whose servers ask without a signature: who knows its address was sent it.
        return _Found(item, viewer=True)
    if viewer_id is None:
        return _Found(item, draft=post.state == "draft")
    if post.state == "published":
        return _Found(item, viewer=may_see(tx, post, viewer_id))
    invited = any(
        offer.target_id == viewer_id and offer.state in _INVOLVED
        for offer in consents.offers_for_object(tx, post.uri, "received")
    )
    draft = post.state == "draft"
    return _Found(item, viewer=may_see(tx, post, viewer_id) or (draft and invited), draft=draft)
