"""Who may fetch: blocked servers nothing, and in secure mode nobody without a signature.

The instance actor is for everybody, or two servers in secure mode could never check each other's
first request.
"""

from __future__ import annotations

from aiohttp import web

from activitypub.verdicts import Refused
from fedi_cotweet.federation.incoming import check_request, refused_before_looking
from fedi_cotweet.federation.key_fetches import NotNow
from fedi_cotweet.federation.routes.answering import (
    CONTEXT,
    HEARING,
    Route,
    caller_of,
    not_now,
    number,
    problem,
    signed_request,
    wants_page,
)
from fedi_cotweet.federation.routes.bearers import reader
from storage.queries import posts


def guarded(route: Route) -> Route:
    """A route for GETs that shut-out servers, and in secure mode strangers, may not use."""

    async def answer(request: web.Request) -> web.StreamResponse:
        refused = await _refused(request)
        if refused is not None:
            return refused
        response = await route(request)
        if request.app[CONTEXT].runtime.settings.secure_mode:
            # No cache may give to strangers what was given to somebody.
            response.headers["Cache-Control"] = "private, no-store"
            response.headers["Vary"] = f"{response.headers.get('Vary', 'Accept')}, Signature"
        return response

    return answer


async def _refused(request: web.Request) -> web.Response | None:
    context = request.app[CONTEXT]
    signed = not {"Signature", "Signature-Input"}.isdisjoint(request.headers)
    if signed:
        knocking = signed_request(request, b"")
        barred = refused_before_looking(context.runtime, knocking)
        if barred is not None:
            return problem(403, barred.code, barred.reason)
        request.app[HEARING].listen(knocking, caller_of(request))
    if not context.runtime.settings.secure_mode or wants_page(request):
        return None
    if await _is_co_tweet(request) or await reader(request) is not None:
        return None
    if not signed:
        return problem(401, "no_signature", "This server answers signed requests only.")
    checked = await check_request(
        context.runtime, context.directory, signed_request(request, b""), caller_of(request)
    )
    if isinstance(checked, NotNow):
        return not_now(checked)
    if isinstance(checked, Refused):
        return problem(401, checked.code, checked.reason)
    if checked.suspended_at is not None:
        return problem(403, "suspended", "This server gives nothing to whoever asks.")
    return None


async def _is_co_tweet(request: web.Request) -> bool:
    """FEP-af48, Publication: strangers look whether a co-tweet is really out."""
    post_id = number(request.match_info.get("id", ""))
    if post_id is None or not request.path.startswith("/notes/"):
        return False
    store = request.app[CONTEXT].runtime.store
    post = await store.read(lambda tx: posts.post(tx, post_id))
    return post is not None and post.co_authored and post.state != "draft"
