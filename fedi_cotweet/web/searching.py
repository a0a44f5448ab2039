"""Finding people, hashtags and posts by words, handles and addresses."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.services import finding, listings, reading
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.finding import Meant
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.post_views import Stale
from fedi_cotweet.services.views import AuthorView, PostView, TimelinePage
from fedi_cotweet.web import pages, refusals
from fedi_cotweet.web.visits import Visit
from storage.engine import Tx
from storage.queries import actors

MOST_PEOPLE = 10
MOST_TAGS = 10


@dataclass(frozen=True, slots=True)
class Found:
    """``post``: what an address names; ``page`` is None where there is no word to look for;
    ``why``: what became of asking for a handle or an address that names nothing."""

    people: tuple[AuthorView, ...] = ()
    tags: tuple[str, ...] = ()
    post: PostView | None = None
    page: TimelinePage | None = None
    error: str = ""
    why: str = ""

    @property
    def nothing(self) -> bool:
        """Whether nothing of any kind was found."""
        posts = self.page is not None and (self.page.posts or self.page.next_before)
        return not (self.people or self.tags or self.post or posts)


async def search(visit: Visit) -> web.Response:
    """A form and what was found. For whoever is signed in, other servers are asked for what a
    handle or an address names; a stranger cannot make this server ask."""
    window, stale = visit.window(), Stale()
    words = visit.request.query.get("q", "").replace("\0", "").strip()[: listings.LONGEST_SEARCH]
    found = None
    if words:
        me = visit.account_id
        meant = await finding.meant(visit.site, me, words, resolve=me is not None)

        def find(tx: Tx) -> Found:
            if meant.post is not None:
                return Found(post=_post(tx, visit, meant, stale))
            ids = [] if meant.person_id is None else [meant.person_id]
            first = window.before is None
            if first:
                ids += finding.people(tx, visit.env, me, words, following=False, most=MOST_PEOPLE)
            known = actors.actors(tx, finding.near(tx, visit.env, me, list(dict.fromkeys(ids))))
            people = [author_view(visit.env, known[one]) for one in ids if one in known]
            try:
                page = listings.search_page(tx, visit.env, me, words, window=window, stale=stale)
                error = ""
            except ServiceError as refused:
                page, error = None, refusals.said(refused)
            return Found(
                people=tuple(dict.fromkeys(people)),
                tags=tuple(finding.tags(tx, words, MOST_TAGS)) if first else (),
                page=page,
                error="" if people else error,
                why="" if meant.refused is None else refusals.said(meant.refused),
            )

        found = await visit.site.read(find)
    visit.pages.rechecks.ask(stale.post_ids)
    shown = () if found is None or found.page is None else found.page.posts
    exact = () if found is None or found.post is None else (found.post,)
    session = await visit.looking_at(*shown, *exact)
    text = pages.render("search.html", visit.instance, session, words=words, found=found)
    return visit.html(text, status=422 if found is not None and found.error else 200)


def _post(tx: Tx, visit: Visit, meant: Meant, stale: Stale) -> PostView | None:
    try:
        return reading.one_post(tx, visit.env, meant.post, visit.account_id, stale)
    except ServiceError:
        return None
