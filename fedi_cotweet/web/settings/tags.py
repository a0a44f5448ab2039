"""Hashtags that somebody follows, and those that their profile shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aiohttp import web

from fedi_cotweet.domain.terms import fold_tag
from fedi_cotweet.domain.windows import Window
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import followed_tags, own_profile
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.settings.framing import framed, saved
from fedi_cotweet.web.visits import Visit
from storage.engine import Tx
from storage.queries import followed_tags as stored

SECTION = "tags"
Act = Callable[[Tx, Visit, int, str], None]


async def show(visit: Visit) -> web.Response:
    """Both."""
    return await _page(visit, visit.need_viewer())


async def act(visit: Visit) -> web.Response:
    """Follow or show one more, or one less."""
    viewer, what = visit.need_viewer(), visit.request.match_info["what"]
    tag = (await visit.own_form(viewer)).get("tag", "").strip().removeprefix("#")
    do, done = ACTS[what]
    try:
        if fold_tag(tag) is None:
            raise ServiceError("bad_tag", 422, say("“{tag}” is no hashtag.", tag=tag[:100]))
        await visit.site.write(lambda tx: do(tx, visit, viewer.account_id, tag))
    except ServiceError as error:
        return await _page(visit, viewer, error, {what: tag})
    return saved(SECTION, done)


def _follow(tx: Tx, visit: Visit, me: int, tag: str) -> None:
    followed_tags.follow(tx, visit.env, me, tag)


def _unfollow(tx: Tx, visit: Visit, me: int, tag: str) -> None:
    followed_tags.unfollow(tx, visit.env, me, tag)


def _feature(tx: Tx, visit: Visit, me: int, tag: str) -> None:
    wanted = own_profile.Wanted(featured_tags=[*_others(tx, me, tag), tag])
    own_profile.change(tx, visit.env, me, wanted)


def _unfeature(tx: Tx, visit: Visit, me: int, tag: str) -> None:
    own_profile.change(tx, visit.env, me, own_profile.Wanted(featured_tags=_others(tx, me, tag)))


def _others(tx: Tx, me: int, tag: str) -> list[str]:
    shown = own_profile.show(tx, me).featured_tags
    return [one for one in shown if fold_tag(one) != fold_tag(tag)]


ACTS: Final[dict[str, tuple[Act, str]]] = {
    "follow": (_follow, "tag_followed"),
    "unfollow": (_unfollow, "tag_unfollowed"),
    "feature": (_feature, "tag_shown"),
    "unfeature": (_unfeature, "tag_hidden"),
}


async def _page(
    visit: Visit,
    viewer: Viewer,
    error: ServiceError | None = None,
    typed: dict[str, str] | None = None,
) -> web.Response:
    me = viewer.account_id

    def read(tx: Tx) -> tuple[list[str], tuple[str, ...]]:
        held = stored.page(tx, me, Window(followed_tags.MOST))
        return sorted(tag for _, tag in held), own_profile.show(tx, me).featured_tags

    followed, featured = await visit.site.read(read)
    return framed(
        visit,
        viewer,
        SECTION,
        error,
        followed=followed,
        featured=featured,
        typed=typed or {},
        most_featured=own_profile.MOST_TAGS,
    )
