"""Searching people, hashtags and posts, and following hashtags."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.mastodon_api.answers import answer, page
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import accounts, statuses, tags
from fedi_cotweet.mastodon_api.errors import ApiError, invalid
from fedi_cotweet.services import finding, followed_tags, hiding
from fedi_cotweet.services.finding import Meant
from storage.engine import Tx
from storage.queries import followed_tags as stored

KINDS: Final = ("accounts", "hashtags", "statuses")
MOST: Final = 40
FURTHEST: Final = 400
"""How far down a list of what was found can be read."""


class Search(msgspec.Struct):
    """What to look for, and in what; ``resolve``: ask elsewhere for what is not known here."""

    q: str = ""
    type: str | None = None
    resolve: bool = False
    following: bool = False
    account_id: str | None = None
    limit: int | str = 20
    offset: int | str = 0


async def search(call: Call) -> web.Response:
    """``Search``: what fits, of every kind or of one."""
    found = await _search(call)
    return answer(found)


async def search_version_1(call: Call) -> web.Response:
    """The same with the bare names of hashtags."""
    found = await _search(call)
    return answer({**found, "hashtags": [one["name"] for one in found["hashtags"]]})


async def people(call: Call) -> web.Response:
    """People alone."""
    wanted, env, me = call.query(Search), call.env, call.account_id
    count, offset = _window(wanted, 40, 80)
    meant = await finding.meant(call.site, me, wanted.q, resolve=wanted.resolve)

    def read(tx: Tx) -> list[Any]:
        ids = _people(tx, call, wanted, meant, count + offset)
        return accounts.in_order(tx, env, ids[offset : offset + count])

    return answer(await call.site.read(read))


async def show_tag(call: Call) -> web.Response:
    """A hashtag."""
    tag = followed_tags.tag_named(call.request.match_info["id"])
    viewer_id, env = call.viewer_id, call.env
    return answer(await call.site.read(lambda tx: tags.tags(tx, env, viewer_id, [tag])[0]))


async def follow_tag(call: Call) -> web.Response:
    """Have posts with a hashtag in the home timeline."""
    me, env, name = call.account_id, call.env, call.request.match_info["id"]

    def write(tx: Tx) -> Any:
        return tags.tags(tx, env, me, [followed_tags.follow(tx, env, me, name)])[0]

    return answer(await call.site.write(write))


async def unfollow_tag(call: Call) -> web.Response:
    """Have them there no more."""
    me, env, name = call.account_id, call.env, call.request.match_info["id"]

    def write(tx: Tx) -> Any:
        return tags.tags(tx, env, me, [followed_tags.unfollow(tx, env, me, name)])[0]

    return answer(await call.site.write(write))


async def show_followed_tags(call: Call) -> web.Response:
    """The hashtags that one follows."""
    me, env, window = call.account_id, call.env, call.window(100, 200)

    def read(tx: Tx) -> tuple[list[Any], list[int]]:
        found = sorted(stored.page(tx, me, window), reverse=True)
        return tags.tags(tx, env, me, [tag for _, tag in found]), [place for place, _ in found]

    made, places = await call.site.read(read)
    return page(call.request, env.addresses.base, made, places)


async def _search(call: Call) -> dict[str, list[Any]]:
    wanted, env, viewer_id = call.query(Search), call.env, call.viewer_id
    text = wanted.q.strip()
    if not text:
        raise ApiError(400, "The parameter q is missing")
    if viewer_id is None and (wanted.resolve or wanted.offset):
        raise ApiError(401, "Search queries that resolve or page need an authenticated user")
    if wanted.type is not None and wanted.type not in KINDS:
        raise invalid("type", f"is one of: {', '.join(KINDS)}")
    kinds = KINDS if wanted.type is None else (wanted.type,)
    count, offset = _window(wanted, 20, MOST)
    meant = await finding.meant(call.site, viewer_id, text, resolve=wanted.resolve)
    exact = meant.person_id is not None or meant.post is not None

    def read(tx: Tx) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {kind: [] for kind in KINDS}
        if "accounts" in kinds and meant.post is None:
            ids = _people(tx, call, wanted, meant, count + offset)[offset : offset + count]
            found["accounts"] = accounts.in_order(tx, env, ids)
        if "hashtags" in kinds and not exact:
            names = finding.tags(tx, text, count + offset)[offset : offset + count]
            found["hashtags"] = tags.tags(tx, env, viewer_id, names)
        if "statuses" in kinds and meant.person_id is None:
            author_id = read_id(wanted.account_id or "")
            shown = (
                hiding.visible(tx, env.now(), viewer_id, [meant.post])
                if meant.post is not None
                else finding.statuses(
                    tx, env, viewer_id, text, author_id=author_id, most=count + offset
                )
            )[offset : offset + count]
            found["statuses"] = statuses.statuses(tx, env, statuses.plain(shown), viewer_id)
        return found

    return await call.site.read(read)


def _people(tx: Tx, call: Call, wanted: Search, meant: Meant, most: int) -> list[int]:
    env, viewer_id = call.env, call.viewer_id
    first = [] if meant.person_id is None else [meant.person_id]
    # Whoever types a whole address means its owner; of a handle there can be longer ones.
    if "://" in wanted.q:
        return finding.near(tx, env, viewer_id, first)
    others = finding.people(tx, env, viewer_id, wanted.q, following=wanted.following, most=most)
    if "@" in wanted.q.strip().removeprefix("@"):
        others = []
    return list(dict.fromkeys([*finding.near(tx, env, viewer_id, first), *others]))


def _window(wanted: Search, default: int, most: int) -> tuple[int, int]:
    """How many, from which on. Numbers that are none count as left out, as in other pages."""
    limit, offset = read_id(str(wanted.limit)) or default, read_id(str(wanted.offset)) or 0
    return min(limit, most), min(offset, FURTHEST)
