"""What the authors of a co-tweet do from its page among themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.services import (
    author_list,
    authoring,
    changes,
    circles,
    discussion,
    drafts,
    leaving,
    profiles,
    proposals,
    publishing,
)
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.words import Words
from fedi_cotweet.web import pages, refusals, together
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.visits import Visit, as_id, see
from storage.engine import Tx
from storage.queries import posts

Fields = Mapping[str, str]
Do = Callable[[Tx, Env, int, int, Fields], object]


def _say(tx: Tx, env: Env, me: int, number: int, fields: Fields) -> object:
    return discussion.comment(tx, env, me, number, fields.get("text", ""))


def _unsay(tx: Tx, env: Env, me: int, number: int, fields: Fields) -> None:
    discussion.delete_comment(tx, env, me, _which(fields, "comment"))


def _take(tx: Tx, env: Env, me: int, number: int, fields: Fields) -> None:
    proposals.take(tx, env, me, _which(fields, "proposal"))


def _refuse(tx: Tx, env: Env, me: int, number: int, fields: Fields) -> None:
    proposals.decline(tx, env, me, _which(fields, "proposal"), fields.get("reason", "").strip())


def _retract(tx: Tx, env: Env, me: int, number: int, fields: Fields) -> None:
    proposals.withdraw(tx, env, me, _which(fields, "proposal"))


def _ask_deletion(tx: Tx, env: Env, me: int, number: int, fields: Fields) -> object:
    wish = fields.get("comment", "").strip()[: proposals.LONGEST_COMMENT]
    return proposals.ask_for_deletion(tx, env, me, number, wish)


def _leave(tx: Tx, env: Env, me: int, number: int, fields: Fields) -> object:
    around = circles.own_circle(tx, env, me, number)
    return leaving.leave(tx, env, me, around.object_uri)


def _withdraw(tx: Tx, env: Env, me: int, number: int, fields: Fields) -> object:
    return publishing.withdraw(tx, env, me, number)


def _publish(tx: Tx, env: Env, me: int, number: int, fields: Fields) -> object:
    return publishing.publish_anyway(tx, env, me, number)


def _discard(tx: Tx, env: Env, me: int, number: int, fields: Fields) -> None:
    drafts.discard_draft(tx, env, me, number)


def _cancel(tx: Tx, env: Env, me: int, number: int, fields: Fields) -> None:
    changes.cancel_change(tx, env, me, number)


def _publish_change(tx: Tx, env: Env, me: int, number: int, fields: Fields) -> object:
    return changes.publish_without(tx, env, me, number)


def _hide(tx: Tx, env: Env, me: int, number: int, fields: Fields) -> None:
    profiles.hide(tx, env, me, posts.post(tx, number))


def _unhide(tx: Tx, env: Env, me: int, number: int, fields: Fields) -> None:
    profiles.unhide(tx, env, me, posts.post(tx, number))


ACTS: Final[Mapping[str, Do]] = {
    "say": _say,
    "unsay": _unsay,
    "take": _take,
    "refuse": _refuse,
    "retract": _retract,
    "ask-deletion": _ask_deletion,
    "leave": _leave,
    "withdraw": _withdraw,
    "publish": _publish,
    "discard": _discard,
    "cancel": _cancel,
    "publish-change": _publish_change,
    "hide": _hide,
    "unhide": _unhide,
}
ELSEWHERE: Final[Mapping[str, str]] = {"discard": PATHS.drafts}
"""Where to go on after what leaves nothing on the page."""


async def act(visit: Visit) -> web.Response:
    """Do it, and show the page again with what was done, or why it was not."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    number, what = as_id(visit.request.match_info["id"]), visit.request.match_info["what"]
    do = ACTS.get(what)
    if do is None:
        raise not_found("page")
    me, env = viewer.account_id, visit.env
    try:
        await visit.site.write(lambda tx: do(tx, env, me, number, fields))
    except ServiceError as error:
        return await _refused(visit, viewer, error)
    return see(ELSEWHERE.get(what) or _done(visit, what))


async def add_author(visit: Visit) -> web.Response:
    """Invite one more, or somebody in the place of another: everybody is asked."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    number = as_id(visit.request.match_info["id"])
    me, env = viewer.account_id, visit.env
    await visit.site.read(lambda tx: author_list.own_cotweet(tx, me, number))
    try:
        person = await authoring.find_person(visit.site, fields.get("handle", "").strip())
        replaced = fields.get("replaces", "").strip()
        other = await authoring.find_person(visit.site, replaced) if replaced else None
        await visit.site.write(
            lambda tx: author_list.add(
                tx,
                env,
                me,
                number,
                person,
                replaces=other,
                by_message=True,
                role=fields.get("role") or "author",
            )
        )
    except ServiceError as error:
        return await together.page(visit, viewer, error)
    return see(_done(visit, "add"))


async def remove_author(visit: Visit) -> web.Response:
    """Take a co-author off, or stop waiting for one who said no."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    number = as_id(visit.request.match_info["id"])
    me, env = viewer.account_id, visit.env
    await visit.site.read(lambda tx: author_list.own_cotweet(tx, me, number))
    try:
        person = await authoring.find_person(visit.site, fields.get("handle", ""))
        await visit.site.write(lambda tx: author_list.remove(tx, env, me, number, person))
    except ServiceError as error:
        return await together.page(visit, viewer, error)
    return see(_done(visit, "remove"))


async def proposing(visit: Visit) -> web.Response:
    """The form for another text."""
    return await _propose_page(visit, visit.need_viewer())


async def propose(visit: Visit) -> web.Response:
    """Propose another text to the primary author."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    number, site = as_id(visit.request.match_info["id"]), visit.site
    me, env = viewer.account_id, visit.env
    comment = fields.get("comment", "").strip()[: proposals.LONGEST_COMMENT]
    try:
        await site.read(lambda tx: circles.own_circle(tx, env, me, number))
        words = Words(
            body=await authoring.compose_text(site, fields.get("text", "")),
            summary=fields.get("summary", "").strip(),
            language=authoring.check_language(fields.get("language", "").strip() or None),
        )
        await site.write(lambda tx: proposals.propose(tx, env, me, number, words, comment))
    except ServiceError as error:
        if error.status == 404:
            raise
        return await _propose_page(visit, viewer, fields, error)
    return see(_done(visit, "propose"))


async def _propose_page(
    visit: Visit, viewer: Viewer, fields: Fields | None = None, error: ServiceError | None = None
) -> web.Response:
    found = await visit.site.read(lambda tx: together.room(tx, visit, viewer))
    shown = found.post or found.invite or (None if found.own is None else found.own.post)
    if shown is None:
        raise not_found("co-tweet")
    start = {"text": shown.text, "summary": shown.summary, "language": shown.language or ""}
    text = pages.render(
        "propose.html",
        visit.instance,
        viewer.view,
        room=found,
        filled=start | dict(fields or {}),
        limits=visit.env.limits,
        longest=proposals.LONGEST_COMMENT,
        error=refusals.said(error),
    )
    return visit.html(text, status=200 if error is None else error.status)


async def _refused(visit: Visit, viewer: Viewer, error: ServiceError) -> web.Response:
    if error.status == 404 and error.code == "not_found":
        raise error
    return await together.page(visit, viewer, error)


def _done(visit: Visit, what: str) -> str:
    return f"{PATHS.together(visit.request.match_info['id'])}?done={what}"


def _which(fields: Fields, name: str) -> int:
    """The id of what a form is about."""
    number = read_id(fields.get(name, ""))
    if number is None:
        raise not_found(name)
    return number
