"""What a reader does with a post from any page on which it stands: like, boost, bookmark,
pin, and hear no more of its thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from fedi_cotweet.services import bookmarks, notices, pinning, reactions, reading
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.web.opening import local_path
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.visits import Visit, as_id, see
from storage.engine import Tx
from storage.queries import posts

Do = Callable[[Tx, Env, int, int], None]

ACTS: Final[Mapping[str, Do]] = {
    "like": reactions.like,
    "unlike": reactions.unlike,
    "boost": reactions.boost,
    "unboost": reactions.unboost,
    "keep": bookmarks.keep,
    "unkeep": bookmarks.drop,
    "pin": pinning.pin,
    "unpin": pinning.unpin,
    "quiet": notices.mute_post,
    "unquiet": notices.unmute_post,
}


async def act(visit: Visit) -> web.Response:
    """Do it, and show the page again on which it was done, at the post."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    do = ACTS.get(visit.request.match_info["what"])
    if do is None:
        raise not_found("page")
    post_id = as_id(visit.request.match_info["id"])

    def write(tx: Tx) -> bool:
        do(tx, visit.env, viewer.account_id, post_id)
        return reading.there_is(tx, visit.env, posts.post(tx, post_id), viewer.account_id)

    if not await visit.site.write(write):
        raise not_found("post")
    back = local_path(fields.get("back", "")) or PATHS.home
    page = back if "#" not in back else PATHS.home
    return see(f"{page}#p{post_id}")
