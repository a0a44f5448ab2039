"""Between servers: visitors go to their own one with what they saw here, and people of this server
come back from elsewhere with what they saw there (FEP-3b86, and Mastodon's way before it).

Nothing is done by an address alone. What comes from elsewhere ends at a page of ours with its
buttons, and what goes elsewhere at a page of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from aiohttp import web

from activitypub.discovery import intents, parse_handle
from activitypub.discovery.webfinger import SUBSCRIBE
from activitypub.errors import DocumentError
from fedi_cotweet.services import finding, reading
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.people import author_view, profile_path
from fedi_cotweet.services.views import AuthorView, PostView
from fedi_cotweet.web import pages
from fedi_cotweet.web.opening import check_first_form
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.reading import person_named
from fedi_cotweet.web.sessions import FORM_LASTS, form_token
from fedi_cotweet.web.visits import Visit, as_id, go, see
from storage.engine import Tx
from storage.queries import actors, posts

WAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "follow": (intents.FOLLOW, SUBSCRIBE, intents.OBJECT),
    "reply": (intents.CREATE, intents.OBJECT, SUBSCRIBE),
    "boost": (intents.ANNOUNCE, intents.OBJECT, SUBSCRIBE),
    "like": (intents.LIKE, intents.OBJECT, SUBSCRIBE),
}
"""What a visitor may want, and which of their server's templates leads there, the best first."""
LONGEST_ADDRESS: Final = 2_000
LONGEST_SHARED: Final = 5_000


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a visitor wants to do, and with whom or what: one of ``person`` and ``post``."""

    what: str
    uri: str
    page: str
    person: AuthorView | None = None
    post: PostView | None = None


async def ask(visit: Visit) -> web.StreamResponse:
    """Ask a visitor where they are at home; somebody signed in is at home already."""
    wanted = await _wanted(visit, visit.request.query)
    if visit.viewer is not None:
        go(wanted.page)
    return _form(visit, wanted)


async def lead(visit: Visit) -> web.StreamResponse:
    """Find the way to their server. They see its name before they go (open redirects)."""
    fields = await visit.form()
    check_first_form(visit, fields.get("csrf", ""))
    wanted = await _wanted(visit, fields)
    given = fields.get("handle", "").strip()[:300]
    try:
        handle = parse_handle(given)
    except DocumentError:
        return _form(visit, wanted, given, problem="bad_handle", status=422)
    if handle.host == visit.env.addresses.host:
        return see(f"{PATHS.sign_in}?next={quote(wanted.page, safe='/')}")
    wait = visit.pages.leads.take(visit.caller_address(), visit.env.now())
    if wait:
        response = _form(visit, wanted, given, problem="too_often", status=429)
        response.headers["Retry-After"] = str(wait // 1_000 + 1)
        return response
    templates = await visit.site.ask_home(handle.acct)
    if templates is None:
        return _form(visit, wanted, given, problem="no_answer", status=422)
    address = _way(visit, wanted, templates)
    if address is None:
        return _form(visit, wanted, given, problem="no_way", status=422)
    text = pages.render("interact_lead.html", visit.instance, None, wanted=wanted, address=address)
    return visit.html(text, private=True)


async def arrive(visit: Visit) -> web.StreamResponse:
    """Somebody of this server comes from elsewhere with an address or a handle: its page here."""
    viewer = visit.need_viewer()
    given = visit.request.query.get("uri", "").replace("\0", "").strip()[:LONGEST_ADDRESS]
    meant = await finding.meant(
        visit.site, viewer.account_id, given.removeprefix("acct:"), resolve=True
    )

    def page(tx: Tx) -> str | None:
        if meant.post is not None:
            try:
                return reading.one_post(tx, visit.env, meant.post, viewer.account_id).page
            except ServiceError:
                return None
        person = None if meant.person_id is None else actors.actor(tx, meant.person_id)
        return None if person is None else profile_path(person)

    found = await visit.site.read(page)
    if found is not None:
        go(found)
    text = pages.render("nothing_there.html", visit.instance, viewer.view, given=given)
    return visit.html(text, status=404)


async def share(visit: Visit) -> web.StreamResponse:
    """Something to write about, from another page or from a telephone's menu: the form with it."""
    viewer, query = visit.need_viewer(), visit.request.query
    parts = [query.get(name, "").replace("\0", "").strip() for name in ("title", "text", "url")]
    kept = list(dict.fromkeys(part for part in parts if part))
    text = "\n\n".join(part for part in kept if not any(part in o for o in kept if o != part))
    fields = {"text": text[:LONGEST_SHARED]} if text else {}
    answered = query.get("reply_to", "").strip()[:LONGEST_ADDRESS]
    if answered:
        me = viewer.account_id
        meant = await finding.meant(visit.site, me, answered, resolve=True)

        def readable(tx: Tx) -> str:
            try:
                return reading.one_post(tx, visit.env, meant.post, me).id
            except ServiceError:
                return ""

        found = await visit.site.read(readable)
        if found:
            fields["reply"] = found
    go(f"{PATHS.write}?{urlencode(fields)}" if fields else PATHS.write)


async def _wanted(visit: Visit, fields: Mapping[str, str]) -> _Wanted:
    """What the fields name. Raises ``not_found`` for what is not there for whoever asks."""
    name, number, what = fields.get("person", ""), fields.get("post", ""), fields.get("what", "")
    if name:

        def find_person(tx: Tx) -> _Wanted:
            person = person_named(tx, visit, name)
            view = author_view(visit.env, person)
            return _Wanted("follow", person.uri, profile_path(person), person=view)

        return await visit.site.read(find_person)
    if what not in WAYS or what == "follow":
        raise not_found("page")
    post_id = as_id(number)

    def find_post(tx: Tx) -> _Wanted:
        view = reading.one_post(tx, visit.env, posts.post(tx, post_id), visit.account_id)
        return _Wanted(what, view.uri, view.page, post=view)

    return await visit.site.read(find_post)


def _way(visit: Visit, wanted: _Wanted, templates: Mapping[str, str]) -> str | None:
    """The address on the visitor's server, or None if that does not say one."""
    values = {"uri": wanted.uri, "object": wanted.uri, "inReplyTo": wanted.uri}
    for relation in WAYS[wanted.what]:
        template = templates.get(relation)
        if template is None or (relation == intents.CREATE and "{inReplyTo}" not in template):
            continue
        address = intents.fill(template, values, insecure=visit.site.settings.development)
        if address is not None:
            return address
    return None


def _form(
    visit: Visit, wanted: _Wanted, handle: str = "", *, problem: str = "", status: int = 200
) -> web.Response:
    cookies = visit.pages.cookies
    token = form_token(visit.request, cookies)
    text = pages.render(
        "interact.html",
        visit.instance,
        None,
        wanted=wanted,
        handle=handle,
        problem=problem,
        csrf=token,
    )
    response = visit.html(text, status=status, private=True)
    cookies.keep(response, cookies.form, token, FORM_LASTS)
    return response
