"""What the authors of a co-tweet have among themselves: who stands where, their talk, proposals,
the consent log; and what each of them can do about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from aiohttp import web

from activitypub.coauthorship.roles import ROLES
from fedi_cotweet.services import (
    author_views,
    circles,
    consent_log,
    discussion,
    proposal_views,
    reading,
    statistics,
)
from fedi_cotweet.services.circles import Circle
from fedi_cotweet.services.consent_log import ConsentLogView, LogEntryView
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.talk_views import CommentView, ProposalView
from fedi_cotweet.services.views import DraftView, InviteView, PostView
from fedi_cotweet.web import pages, refusals
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.visits import Visit, as_id
from storage.engine import Tx
from storage.queries import posts, profiles

LONGEST_COMMENT = discussion.LONGEST


@dataclass(frozen=True, slots=True)
class Room:
    """All of it for one of the authors.

    ``around``: None for whoever is no author any more, who keeps the log of what they did.
    ``own``: how far everybody is, for the primary author; ``invite``: for others, what they were
    asked; ``post``: what is published, as far as they may read it.
    """

    number: str
    around: Circle | None
    log: ConsentLogView
    own: DraftView | None = None
    invite: InviteView | None = None
    post: PostView | None = None
    comments: tuple[CommentView, ...] = ()
    proposals: tuple[ProposalView, ...] = ()
    hidden: bool = False
    """Whether it stands on their profile no more, by their own wish."""


async def show(visit: Visit) -> web.Response:
    """The page."""
    return await page(visit, visit.need_viewer())


async def numbers(visit: Visit) -> web.Response:
    """What became of a published post: the servers of its other authors are asked for theirs."""
    viewer, post_id = visit.need_viewer(), as_id(visit.request.match_info["id"])
    me, site = viewer.account_id, visit.site
    await site.read(lambda tx: statistics.own_post(tx, site.env, me, post_id))
    asked = await site.ask_statistics(me, post_id)

    def find(tx: Tx) -> PostView:
        return reading.one_post(tx, site.env, posts.post(tx, post_id), me)

    found = await site.read(lambda tx: statistics.summed(tx, site.env, me, post_id, asked))
    post = await site.read(find)
    text = pages.render("statistics.html", visit.instance, viewer.view, found=found, post=post)
    return visit.html(text)


async def leaving(visit: Visit) -> web.Response:
    """The question before somebody takes their name off."""
    viewer = visit.need_viewer()
    found = await visit.site.read(lambda tx: room(tx, visit, viewer))
    text = pages.render("leave.html", visit.instance, viewer.view, room=found)
    return visit.html(text)


async def page(visit: Visit, viewer: Viewer, error: ServiceError | None = None) -> web.Response:
    """The page, with why the last thing was not done."""
    found = await visit.site.read(lambda tx: room(tx, visit, viewer))
    me = viewer.view.viewer.uri
    text = pages.render(
        "together.html",
        visit.instance,
        viewer.view,
        room=found,
        primary=found.around is not None and found.around.primary == me,
        roles=ROLES,
        done=visit.request.query.get("done", "") if error is None else "",
        error=refusals.said(error),
        longest=LONGEST_COMMENT,
    )
    return visit.html(text, status=200 if error is None else error.status)


def room(tx: Tx, visit: Visit, viewer: Viewer) -> Room:
    """What one of the authors sees, by the id of the post here or of their invite (else 404)."""
    me, env, number = viewer.account_id, visit.env, as_id(visit.request.match_info["id"])
    log = _told_once(consent_log.for_author(tx, me, number))
    try:
        around = circles.own_circle(tx, env, me, number)
    except ServiceError:
        return Room(str(number), None, log)
    own = invite = post = None
    if around.offer is None and around.post is not None:
        own = author_views.draft(tx, env, me, around.post.id)
    elif around.offer is not None:
        invite = author_views.invitation(tx, env, me, around.offer.id)
    if around.published:
        try:
            post = reading.one_post(tx, env, around.post, me)
        except ServiceError:  # kept away, by them or from them
            post = None
    return Room(
        number=str(number),
        around=around,
        log=log,
        own=own,
        invite=invite,
        post=post,
        comments=tuple(discussion.thread(tx, env, me, number)),
        proposals=tuple(proposal_views.proposals(tx, env, me, number)),
        hidden=around.post is not None and profiles.is_hidden(tx, me, around.post.id),
    )


def _told_once(log: ConsentLogView) -> ConsentLogView:
    """Where both who ask and who are asked live here, each side has written down the same move."""
    first = dict[tuple[str | None, ...], LogEntryView]()
    for entry in log.log:
        move = ":" not in entry.move and entry.offer
        first.setdefault((entry.move, entry.actor, entry.offer) if move else (entry.id,), entry)
    return replace(log, log=tuple(first.values()))
