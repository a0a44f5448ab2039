"""One request for a page, and the answers that every page is made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import NoReturn
from urllib.parse import quote

from aiohttp import web

from activitypub.vocab.terms import is_activitypub_type
from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services.attempts import Quota, counted_address
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.rechecks import Rechecks
from fedi_cotweet.services.site import Site
from fedi_cotweet.services.views import PostView
from fedi_cotweet.web.headers import PAGE_HEADERS, PRIVATE_PAGE_HEADERS, spoken_headers
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.rendering import InstanceView, SessionView
from fedi_cotweet.web.sessions import Cookies, Viewer, check_form
from storage.models import EmojiPicture, Media
from storage.queries import timelines

MayFetch = Callable[[web.Request, Media], Awaitable[bool]]
"""Whether a request without session may have a picture of a draft or of an Offer: the inviting
server shows it to those who are invited (FEP-af48, Offer)."""

Bring = Callable[[Media | EmojiPicture, str], Awaitable[int]]
"""Have a copy of another server's file here, by its name among files: 200, or
what to say where it cannot be had."""

_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Pages:
    """What all pages of a site share."""

    site: Site
    instance: InstanceView
    cookies: Cookies
    rechecks: Rechecks
    may_fetch: MayFetch | None
    bring: Bring | None = None
    leads: Quota = field(default_factory=lambda: Quota(20, 15 * MINUTE))
    """How often a visitor may have their server asked where to go."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a page and who makes it."""

    request: web.Request
    pages: Pages
    viewer: Viewer | None

    @property
    def site(self) -> Site:
        return self.pages.site

    @property
    def env(self) -> Env:
        return self.pages.site.env

    @property
    def instance(self) -> InstanceView:
        return replace(self.pages.instance, path=self.request.rel_url.raw_path)

    @property
    def session(self) -> SessionView | None:
        return None if self.viewer is None else self.viewer.view

    @property
    def plain(self) -> bool:
        """Whether whoever looks wants to see no colours and styles of people."""
        chosen = self.viewer is not None and self.viewer.view.look.plain
        return chosen or self.request.cookies.get(self.pages.cookies.styles) == "off"

    @property
    def account_id(self) -> int | None:
        return None if self.viewer is None else self.viewer.account_id

    async def looking_at(self, *posts: PostView) -> SessionView | None:
        """The session with what the viewer did with these posts, so that they can take it back."""
        if self.viewer is None:
            return None
        me, ids = self.viewer.account_id, {int(post.id) for post in posts}
        found = await self.site.read(lambda tx: timelines.marks(tx, me, ids))
        marks = {
            str(number): frozenset(name for name, of in found.items() if number in of)
            for number in ids
        }
        return replace(self.viewer.view, marks=marks, back=self.request.path_qs)

    def window(self) -> Window:
        """The page that ``?before=`` asks for. What is no id leads nowhere."""
        given = self.request.query.get("before")
        return Window(before=None if given is None else as_id(given))

    def caller_address(self) -> str:
        """Whom to count who makes this request."""
        return counted_address(self.request, self.site.settings)

    async def form(self) -> Mapping[str, str]:
        """The fields of a form of ours; one that is given twice counts once.

        Lines end as in what was typed, and not with the two octets that browsers send; U+0000,
        which not every database holds, is left out.
        """
        if self.request.content_type != "application/x-www-form-urlencoded":
            raise ServiceError("bad_form", 415, "This is not a form of this server")
        try:
            sent = await self.request.post()
        except (ValueError, LookupError) as error:  # also an unknown charset
            raise ServiceError("bad_form", 400, "This form cannot be read") from error
        return {
            name: value.replace("\r\n", "\n").replace("\0", "")
            for name, value in sent.items()
            if isinstance(value, str)
        }

    async def own_form(self, viewer: Viewer) -> Mapping[str, str]:
        """The fields of a form that the viewer sent from one of our pages."""
        fields = await self.form()
        base = self.site.settings.base_url
        check_form(self.request, base, fields.get("csrf", ""), viewer.view.csrf)
        return fields

    def html(self, text: str, *, status: int = 200, private: bool = False) -> web.Response:
        """A page. With a session or a token in it, it belongs to one person."""
        base = PRIVATE_PAGE_HEADERS if private or self.viewer else PAGE_HEADERS
        headers = {**base, **spoken_headers()}
        return web.Response(text=text, status=status, content_type="text/html", headers=headers)

    def need_viewer(self) -> Viewer:
        """Whoever is signed in; others are asked to do so first."""
        if self.viewer is None:
            wanted = self.request.path_qs if self.request.method in ("GET", "HEAD") else ""
            go(f"{PATHS.sign_in}?next={quote(wanted, safe='/')}" if wanted else PATHS.sign_in)
        return self.viewer

    def wants_activity(self) -> bool:
        """Whether this is software that asks for the ActivityPub document."""
        return prefers_activity(self.request.headers.get("Accept", ""))


def go(path: str) -> NoReturn:
    """See another page (303: with GET, whatever was sent here)."""
    raise web.HTTPSeeOther(path, headers={"Cache-Control": "no-store"})


def see(path: str) -> web.Response:
    """As ``go``, for an answer that still gets cookies."""
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})


def as_id(text: str) -> int:
    """An id in decimal digits; whatever is none is not there."""
    if text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= _LARGEST_ID:
        return int(text)
    raise not_found("page")


def prefers_activity(accept: str) -> bool:
    """Whether an ``Accept`` header asks for ActivityPub at least as much as for a page."""
    activity = html = 0.0
    for entry in accept.split(","):
        parts = [part.strip() for part in entry.split(";")]
        quality = 1.0
        for part in parts[1:]:
            if part.lower().startswith("q="):
                try:
                    quality = float(part[2:])
                except ValueError:
                    quality = 0.0
        kind = ";".join(part for part in parts if not part.lower().startswith("q="))
        if is_activitypub_type(kind):
            activity = max(activity, quality)
        elif parts[0].lower() in ("text/html", "application/xhtml+xml"):
            html = max(html, quality)
    return activity > 0 and activity >= html
