"""The addresses other servers use: inboxes, actors, collections, notes, stamps, discovery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from fedi_cotweet.documents import well_known
from fedi_cotweet.federation.handlers import Context
from fedi_cotweet.federation.hearing import Hearing
from fedi_cotweet.federation.routes.actors import (
    actor_page,
    empty,
    featured,
    featured_tags,
    followers,
    followers_there,
    following,
)
from fedi_cotweet.federation.routes.answering import CONTEXT, HEARING, constant
from fedi_cotweet.federation.routes.bearers import Handler, allowed, preflight
from fedi_cotweet.federation.routes.collected import own_collection
from fedi_cotweet.federation.routes.conversation import context as whole_thread
from fedi_cotweet.federation.routes.conversation import replies
from fedi_cotweet.federation.routes.discovery import nodeinfo, webfinger
from fedi_cotweet.federation.routes.emoji import emoji
from fedi_cotweet.federation.routes.fetching import guarded
from fedi_cotweet.federation.routes.inbox import inbox
from fedi_cotweet.federation.routes.messages import message, picture
from fedi_cotweet.federation.routes.objects import (
    activity,
    create,
    credit,
    may_fetch_draft_media,
    note,
    offer,
    quote_stamp,
    stamp,
    statistics,
)
from fedi_cotweet.federation.routes.reacted import counted, liked

READABLE: Final[Mapping[str, Handler]] = {
    "/users/{name}": guarded(actor_page),
    "/users/{name}/followers": guarded(followers),
    "/users/{name}/following": guarded(following),
    "/users/{name}/liked": guarded(liked),
    "/users/{name}/collections/featured": guarded(featured),
    "/users/{name}/collections/{id:\\d{1,19}}": guarded(own_collection),
    "/users/{name}/offers/{token}": offer,
    "/users/{name}/activities/{id}": guarded(activity),
    "/users/{name}/announces/{id}": guarded(activity),
    "/notes/{id:\\d{1,19}}": guarded(note),
    "/notes/{id:\\d{1,19}}/activity": guarded(create),
    "/notes/{id:\\d{1,19}}/replies": guarded(replies),
    "/notes/{id:\\d{1,19}}/context": guarded(whole_thread),
    "/notes/{id:\\d{1,19}}/{collection:likes|shares}": guarded(counted),
}
"""What people's own programs read at its id, also from pages of other origins."""


def setup(app: web.Application, context: Context) -> None:
    """Add the routes of federation to an application."""
    app[CONTEXT] = context
    hearing = app[HEARING] = Hearing(context.runtime, context.directory)

    async def stop_hearing(_: web.Application) -> None:
        await hearing.stop()

    app.on_shutdown.append(stop_hearing)
    env = context.env
    for item in well_known(env.addresses.base, password_grant=env.limits.password_grant):
        app.router.add_get(item.path, constant(item.body, item.media_type))
    app.router.add_get("/.well-known/webfinger", webfinger)
    app.router.add_get("/nodeinfo/{version:2\\.[01]}", nodeinfo)
    app.router.add_post("/inbox", inbox)
    app.router.add_get("/actor", actor_page)
    app.router.add_post("/actor/inbox", inbox)
    app.router.add_get("/actor/outbox", empty)
    app.router.add_get("/actor/followers", empty)
    app.router.add_get("/actor/following", empty)
    app.router.add_post("/users/{name}/inbox", inbox)
    for path, handler in READABLE.items():
        app.router.add_get(path, allowed(handler))
        app.router.add_route("OPTIONS", path, preflight)
    app.router.add_get("/users/{name}/followers_synchronization", guarded(followers_there))
    app.router.add_get("/users/{name}/collections/tags", guarded(featured_tags))
    app.router.add_get("/users/{name}/coauthor/{token}", stamp)
    app.router.add_get("/users/{name}/credits/{token}", credit)
    app.router.add_get("/users/{name}/quotes/{token}", quote_stamp)
    app.router.add_get("/users/{name}/messages/{token}", message)
    app.router.add_get("/users/{name}/messages/{token}/{number:\\d}{suffix:(\\.[a-z]+)?}", picture)
    app.router.add_get("/users/{name}/statistics", statistics)
    app.router.add_get("/emoji/{shortcode}", emoji)


__all__ = ["CONTEXT", "may_fetch_draft_media", "setup"]
