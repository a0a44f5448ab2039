"""Pages to read: the front page, profiles, posts, the home timeline."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.domain.terms import fold_tag
from fedi_cotweet.services import (
    appearances,
    distances,
    listings,
    reading,
    threads,
    timelines,
    viewing,
)
from fedi_cotweet.services import history as histories
from fedi_cotweet.services.appearances import Dress
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.history_views import HistoryView
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.post_views import Stale
from fedi_cotweet.services.views import PostView, ProfileView, TimelinePage
from fedi_cotweet.web import dressing, pages
from fedi_cotweet.web.rendering import ConsentView
from fedi_cotweet.web.visits import Visit, as_id
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, post_authors, posts, relationships
from storage.queries.relationships import Relation


async def index(visit: Visit) -> web.Response:
    """What this server is, and what its people write."""
    window, stale = visit.window(), Stale()

    def find(tx: Tx) -> TimelinePage:
        return reading.public_page(tx, visit.env, visit.account_id, window=window, stale=stale)

    page = await visit.site.read(find)
    visit.pages.rechecks.ask(stale.post_ids)
    session = await visit.looking_at(*page.posts)
    return visit.html(pages.render_index(page, visit.instance, session=session))


async def home(visit: Visit) -> web.Response:
    """What the people write whom the viewer follows."""
    viewer = visit.need_viewer()
    window, stale = visit.window(), Stale()

    def find(tx: Tx) -> TimelinePage:
        return reading.home_page(tx, visit.env, viewer.account_id, window=window, stale=stale)

    page = await visit.site.read(find)
    visit.pages.rechecks.ask(stale.post_ids)
    session = await visit.looking_at(*page.posts) or viewer.view
    return visit.html(pages.render_home(page, session, visit.instance))


async def profile(visit: Visit) -> web.Response:
    """Somebody's page; for software, the way to their actor. Of whoever is limited strangers see a
    word of that first: any question in the address (``?anyway``, of a part, of older posts) says
    that they want to go on."""
    name, window, stale = visit.request.match_info["name"], visit.window(), Stale()
    asked = visit.request.query.get("show", "")
    part = asked if asked in reading.PARTS else reading.PARTS[0]

    def find(tx: Tx) -> tuple[Actor, ProfileView | None, Dress | None, Relation | None]:
        actor, me = person_named(tx, visit, name), visit.account_id
        if not visit.request.query and _out_of_sight(tx, visit, actor):
            return actor, None, None, None
        view = reading.profile(tx, visit.env, actor, me, window=window, stale=stale, part=part)
        dress = appearances.dress_of(tx, actor, [*view.pinned, *view.page.posts])
        if me is None or me == actor.id:
            return actor, view, dress, None
        between = relationships.between(tx, me, [actor.id], visit.env.now())
        return actor, view, dress, between[actor.id]

    actor, view, dress, relation = await visit.site.read(find)
    if actor.local and visit.wants_activity():
        raise web.HTTPFound(actor.uri, headers={"Vary": "Accept"})
    if view is None:
        author = author_view(visit.env, actor)
        text = pages.render("limited.html", visit.instance, visit.session, author=author)
        return visit.html(text)
    if not actor.local and visit.request.method == "GET":
        await visit.pages.rechecks.open_profile(actor.id, stranger=visit.account_id is None)
    visit.pages.rechecks.ask(stale.post_ids)
    indexable = actor.local and actor.indexable and actor.limited_at is None
    session = await visit.looking_at(*view.pinned, *view.page.posts)
    response = visit.html(
        pages.render_profile(
            view,
            visit.instance,
            session=session,
            indexable=indexable,
            relation=relation,
            part=part,
            dress=dressing.dressed(visit, dress, view.author),
        )
    )
    return _alternate(response, actor.uri) if actor.local else response


def _out_of_sight(tx: Tx, visit: Visit, actor: Actor) -> bool:
    """Whether somebody is limited and the viewer does not follow them."""
    me = visit.account_id
    apart = distances.distances(tx, visit.env.now(), me, [actor.id])
    return actor.id in distances.limited_to(tx, me, apart)


def person_named(tx: Tx, visit: Visit, name: str) -> Actor:
    """The actor of ``/@name`` or ``/@name@host``: known here already, nobody is asked."""
    username, _, host = name.partition("@")
    own = visit.env.addresses.host
    actor = None
    if host.lower() in ("", own):
        account = actors.account_by_name(tx, username)
        if account is not None and not account.service:
            actor = actors.actor(tx, account.id)
    else:
        actor = actors.actor_by_handle(tx, username, host.lower())
    if actor is None or actor.gone_at is not None or distances.unavailable(tx, actor):
        raise not_found("person")
    return actor


@dataclass(frozen=True, slots=True)
class _Found:
    view: PostView
    ancestors: tuple[PostView, ...]
    replies: tuple[PostView, ...]
    consents: tuple[ConsentView, ...]
    indexable: bool
    counts: bool
    dress: Dress | None


async def post(visit: Visit) -> web.Response:
    """One post in its thread; a draft for its author alone. For software, the way to the object."""
    name, post_id = visit.request.match_info["name"], as_id(visit.request.match_info["id"])
    stale = Stale()

    def find(tx: Tx) -> _Found:
        held = posts.post(tx, post_id)
        if held is not None and reading.was_everybodys(held):
            _author_of(tx, held)
            raise web.HTTPGone
        view = reading.one_post(tx, visit.env, held, visit.account_id, stale)
        assert held is not None, "one_post raises for none"
        author = _author_of(tx, held)
        ancestors, replies = threads.around(tx, visit.env, held, visit.account_id)
        now = visit.env.now()
        consents = tuple(
            ConsentView(row.actor_uri, row.stamp_uri, row.fetched_at)
            for row in post_authors.authors_of(tx, [held.id])[held.id]
            if timelines.shown(row, now) and row.stamp_uri and row.fetched_at
        )
        counts = viewing.counts(tx, visit.env, held, visit.account_id)
        # A search engine finds a post as a search here does: if all who stand on it wish so.
        named = actors.actors_by_uri(tx, [one.uri for one in view.authors]).values()
        people = [author, *named]
        indexable = all(one.indexable and one.limited_at is None for one in people)
        dress = appearances.dress_of(tx, author, [view]) if view.state == "published" else None
        if dress is not None and not dress.alone:
            dress = None  # of several people: it has nobody's look
        return _Found(view, ancestors, replies, consents, indexable, counts, dress)

    found = await visit.site.read(find)
    if found.view.page != f"/@{name}/{post_id}":
        # By a co-author's name, or one that has changed.
        raise web.HTTPFound(found.view.page)
    published = found.view.local and found.view.state == "published"
    if published and visit.wants_activity():
        raise web.HTTPFound(found.view.uri, headers={"Vary": "Accept"})
    if found.counts and visit.request.method == "GET":
        visit.site.views.note(int(found.view.id))
    if visit.request.method == "GET":
        await visit.pages.rechecks.open_thread(
            int(found.view.id), stranger=visit.account_id is None
        )
    visit.pages.rechecks.ask(stale.post_ids)
    session = await visit.looking_at(*found.ancestors, found.view, *found.replies)
    response = visit.html(
        pages.render_post(
            found.view,
            visit.instance,
            ancestors=found.ancestors,
            replies=found.replies,
            consents=found.consents,
            session=session,
            indexable=found.indexable,
            dress=dressing.dressed(visit, found.dress, found.view.authors[0]),
        ),
        private=found.view.state != "published" or found.view.visibility not in EVERYBODYS,
    )
    return _alternate(response, found.view.uri) if published else response


async def history(visit: Visit) -> web.Response:
    """All versions of one post."""
    name, post_id = visit.request.match_info["name"], as_id(visit.request.match_info["id"])

    def find(tx: Tx) -> HistoryView:
        held = posts.post(tx, post_id)
        view = histories.post_history(tx, visit.env, held, visit.account_id)
        assert held is not None, "post_history raises for none"
        _author_of(tx, held)
        return view

    found = await visit.site.read(find)
    if found.post.page != f"/@{name}/{post_id}":
        raise web.HTTPFound(f"{found.post.page}/history")
    return visit.html(pages.render_history(found, visit.instance, session=visit.session))


def _author_of(tx: Tx, post: Post) -> Actor:
    """Whoever wrote a post; nobody who is suspended."""
    author = actors.actor(tx, post.author_id)
    if author is None or author.suspended_at is not None:
        raise not_found("post")
    return author


async def tag(visit: Visit) -> web.Response:
    """Public posts with a hashtag."""
    window, stale = visit.window(), Stale()
    name = fold_tag(visit.request.match_info["tag"])
    if name is None:
        raise not_found("hashtag")
    page = await visit.site.read(
        lambda tx: listings.tag_page(
            tx, visit.env, visit.account_id, name, window=window, stale=stale
        )
    )
    visit.pages.rechecks.ask(stale.post_ids)
    session = await visit.looking_at(*page.posts)
    return visit.html(pages.render_tag(name, page, visit.instance, session=session))


def _alternate(response: web.Response, uri: str) -> web.Response:
    response.headers["Link"] = f'<{uri}>; rel="alternate"; type="application/activity+json"'
    return response
