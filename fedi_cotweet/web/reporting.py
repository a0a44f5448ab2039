"""Somebody tells those who look after the server of a post or a person."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.services import house, reading, reports
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.views import AuthorView, PostView, RuleView
from fedi_cotweet.web import pages, refusals
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.reading import person_named
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.visits import Visit, see
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, posts


@dataclass(frozen=True, slots=True)
class About:
    """What a report is about: a person, and a post if it is about one."""

    person: Actor
    author: AuthorView
    post: Post | None = None
    view: PostView | None = None

    @property
    def away(self) -> tuple[str, ...]:
        """Servers of the authors that could be told."""
        people = self.view.authors if self.view is not None else (self.author,)
        hosts = (one.handle.rpartition("@")[2] for one in people if not one.local)
        return tuple(dict.fromkeys(hosts))


async def form(visit: Visit) -> web.Response:
    """The form, for ``?post=`` (an id) or ``?person=`` (a handle)."""
    viewer = visit.need_viewer()
    if "done" in visit.request.query:
        return visit.html(pages.render("reported.html", visit.instance, viewer.view))
    return await _page(visit, viewer, await _about(visit, viewer, dict(visit.request.query)))


async def send(visit: Visit) -> web.Response:
    """Report it."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    about = await _about(visit, viewer, dict(fields))
    env, me = visit.env, viewer.account_id
    broken = [int(name[5:]) for name in fields if name.startswith("rule-") and name[5:].isdigit()]

    def write(tx: Tx) -> None:
        reports.report_person(
            tx,
            env,
            me,
            about.person,
            [] if about.post is None else [about.post],
            comment=fields.get("comment", "").strip(),
            category=fields.get("category", "other"),
            forward="forward" in fields,
            rules=house.rules_named(tx, broken),
        )

    try:
        await visit.site.write(write)
    except ServiceError as error:
        if error.status == 404:
            raise
        return await _page(visit, viewer, about, error, dict(fields))
    return see(f"{PATHS.report}?done=1")


async def _about(visit: Visit, viewer: Viewer, given: dict[str, str]) -> About:
    env, me = visit.env, viewer.account_id

    def find(tx: Tx) -> About:
        if given.get("post"):
            number = read_id(given["post"])
            post = None if number is None else posts.post(tx, number)
            view = reading.one_post(tx, env, post, me)
            person = None if post is None else actors.actor(tx, post.author_id)
            if person is None:
                raise not_found("post")
            return About(person, author_view(env, person), post, view)
        person = person_named(tx, visit, given.get("person", "").strip().removeprefix("@"))
        return About(person, author_view(env, person))

    return await visit.site.read(find)


async def _page(
    visit: Visit,
    viewer: Viewer,
    about: About,
    error: ServiceError | None = None,
    typed: dict[str, str] | None = None,
) -> web.Response:
    def find(tx: Tx) -> list[RuleView]:
        return house.rules(tx)

    text = pages.render(
        "report.html",
        visit.instance,
        viewer.view,
        about=about,
        rules=await visit.site.read(find),
        categories=reports.CATEGORIES,
        typed=typed or {},
        error=refusals.said(error),
    )
    return visit.html(text, status=200 if error is None else error.status)
