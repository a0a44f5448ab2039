"""Writing posts: alone, or together with others, who see exactly this before they agree."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from aiohttp import web

from activitypub.coauthorship.roles import AUTHOR, ROLES
from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.domain.limits import IDEMPOTENT_FOR
from fedi_cotweet.services import (
    drafts,
    inviting,
    posting_defaults,
    posts,
    reading,
    uploads,
)
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.post_views import media_view
from fedi_cotweet.services.spooling import Spool
from fedi_cotweet.services.views import MediaView, PostView
from fedi_cotweet.services.words import Words, check_words
from fedi_cotweet.web import asking, pages, refusals, typed
from fedi_cotweet.web.asking import Named
from fedi_cotweet.web.forms import read_sent
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.sessions import Viewer, check_form, sent_from_here
from fedi_cotweet.web.typed import Typed
from fedi_cotweet.web.visits import Visit, see
from storage.engine import Tx
from storage.models import Actor, Media
from storage.queries import idempotency
from storage.queries import posts as stored

ACCEPTED: Final = "image/*,video/*,audio/*"
"""What browsers offer to choose; what is taken is decided by looking at it."""


async def form(visit: Visit) -> web.Response:
    """The form, empty or as an answer, a quote, or with co-authors that a link names."""
    viewer = visit.need_viewer()
    query = visit.request.query
    answered = await _shown(visit, viewer, query.get("reply", ""))
    quoted = await _shown(visit, viewer, query.get("quote", ""))
    account = await visit.site.read(lambda tx: posting_defaults.of(tx, viewer.account_id))
    greeting = "" if answered is None else _greeting(answered, viewer)
    start = Typed(
        text=greeting + query.get("text", "")[: visit.env.limits.post_characters],
        summary="" if answered is None else answered.summary,
        language=account.posting_language or "",
        visibility=answered.visibility if answered else account.posting_visibility or "public",
        sensitive=account.posting_sensitive,
        co_authors=query.get("with", "")[:1_000],
        reply="" if answered is None else answered.id,
        quote="" if quoted is None else quoted.id,
        key=secrets.token_urlsafe(16),
    )
    return _page(visit, viewer, start, answered=answered, quoted=quoted)


async def send(visit: Visit) -> web.Response:
    """Publish it, invite its co-authors, or show what it would be."""
    viewer, site = visit.need_viewer(), visit.site
    most = site.env.limits.media_per_post
    sent = await read_sent(visit.request, site.settings.data, uploads.most_bytes(site), most)
    base, token = site.settings.base_url, sent.texts.get("csrf", "")
    filled = typed.read(sent.texts, site.env.limits.poll_options)
    too_old: ServiceError | None = None
    try:
        check_form(visit.request, base, token, viewer.view.csrf)
    except ServiceError:
        # Whoever signed in anew in another tab gets back what they typed here.
        if not sent_from_here(visit.request, base):
            raise
        too_old = ServiceError(
            "forged_form",
            403,
            "This form was too old, so nothing was sent.",
            "Look at it, choose new files again if it had any, and send it once more.",
        )
    answered = await _shown(visit, viewer, filled.reply)
    quoted = await _shown(visit, viewer, filled.quote)
    if too_old is not None:
        uploaded = await visit.site.read(lambda tx: _uploaded(tx, viewer.account_id, sent.texts))
        again = replace(filled, seen="", media=uploaded)
        return _page(visit, viewer, again, answered=answered, quoted=quoted, error=too_old)
    media: list[Media] = []
    preview: PostView | None = None
    named: tuple[Named, ...] = ()
    try:
        media = await _media(visit, viewer, sent.texts, sent.files)
        filled = replace(filled, media=tuple(_upload(item) for item in media))
        people = await asking.co_authors(site, filled.handles)
        said = await typed.words(site, viewer.account_id, filled, media)
        author = await site.read(lambda tx: _check(tx, visit, viewer, said, people))
        did = asking.roles_of(site.env, filled.roles, author.id, people)
        views = [author_view(site.env, person, did.get(person.id, AUTHOR)) for person in people]
        named = tuple(
            Named(view.handle, view, person.can_co_author is None)
            for view, person in zip(views, people, strict=True)
        )
        preview = typed.preview(site, author, people, said, media, did)
        wanted = sent.texts.get("step") == "send"
        if wanted and (not people or filled.seen == filled.stamp):
            return see(await _make(visit, viewer, filled, said, people))
    except ServiceError as error:
        # Whatever is wrong, what was typed is not lost.
        filled = replace(filled, media=tuple(_upload(item) for item in media))
        checked = await asking.looked_up(visit, viewer.account_id, filled.handles)
        return _page(
            visit, viewer, filled, answered=answered, quoted=quoted, checked=checked, error=error
        )
    filled = replace(filled, seen=filled.stamp)
    return _page(
        visit,
        viewer,
        filled,
        answered=answered,
        quoted=quoted,
        preview=preview,
        named=named,
        unsent=sent.texts.get("step") == "send",
    )


async def _make(
    visit: Visit, viewer: Viewer, filled: Typed, said: Words, people: Sequence[Actor]
) -> str:
    """Make the post or draft, once however often the form is sent; the page to go on to."""
    me, env = viewer.account_id, visit.env

    def write(tx: Tx) -> int:
        held = idempotency.made(tx, me, filled.key, env.now() - IDEMPOTENT_FOR)
        if held is not None:
            return held
        if people:
            made = drafts.create_draft(
                tx,
                env,
                me,
                said,
                people,
                expires_in=asking.WAITS.get(filled.waits) if said.poll is None else None,
                mode="publish_without_decliners" if filled.goes_on else None,
                publish_at=asking.moment(filled.publish_at),
                roles=asking.roles_of(env, filled.roles, me, people),
                by_message=True,
            )
        else:
            made = posts.create_post(tx, env, me, said, to_oneself=True)
        idempotency.remember(tx, me, filled.key, made, env.now())
        return made

    made = await visit.site.write(write)
    return f"{PATHS.drafts}?done=invited#p{made}" if people else f"{viewer.view.viewer.url}/{made}"


def _check(tx: Tx, visit: Visit, viewer: Viewer, said: Words, people: Sequence[Actor]) -> Actor:
    """The author, who may say this, and ask these people. Raises ``ServiceError``."""
    env, author = visit.env, find_actor(tx, viewer.account_id)
    check_words(tx, env, author.id, said)
    if people:
        lasts = env.limits.invite_expiry_ms
        inviting.check_inviting(tx, env, author, people, said, lasts, by_message=True)
    return author


async def _media(
    visit: Visit, viewer: Viewer, texts: Mapping[str, str], files: Mapping[str, Spool]
) -> list[Media]:
    """What was uploaded for this post before and is kept, described anew, and what comes now."""
    me, kept = viewer.account_id, typed.kept_media(texts)

    def describe(tx: Tx) -> list[Media]:
        return [
            uploads.describe(tx, me, number, alt=texts[f"media-{number}"].strip())
            for number in kept
        ]

    found = await visit.site.write(describe) if kept else []
    for name, spool in files.items():
        alt = texts.get(f"alt-{name.removeprefix('file-')}", "").strip()
        found.append(await uploads.keep(visit.site, me, spool, alt=alt))
    return found


def _uploaded(tx: Tx, me: int, texts: Mapping[str, str]) -> tuple[MediaView, ...]:
    """What was uploaded for this post before, with what was typed of it; nothing is written."""
    found = []
    for number in typed.kept_media(texts):
        with suppress(ServiceError):
            held = _upload(uploads.unused(tx, me, number))
            found.append(replace(held, alt=texts[f"media-{number}"].strip()))
    return tuple(found)


def _upload(item: Media) -> MediaView:
    return replace(media_view(item), id=str(item.id))


async def _shown(visit: Visit, viewer: Viewer, given: str) -> PostView | None:
    """A post that the form is about, if this person may read it."""
    number = read_id(given)
    if number is None:
        return None

    def find(tx: Tx) -> PostView | None:
        try:
            return reading.one_post(tx, visit.env, stored.post(tx, number), viewer.account_id)
        except ServiceError:
            return None

    return await visit.site.read(find)


def _greeting(answered: PostView, viewer: Viewer) -> str:
    """Whom an answer names to begin with: the authors of what it answers."""
    others = [author for author in answered.authors if author.uri != viewer.view.viewer.uri]
    names = (
        author.handle.partition("@")[0] if author.local else author.handle for author in others
    )
    return "".join(f"@{name} " for name in names)


def _page(
    visit: Visit,
    viewer: Viewer,
    filled: Typed,
    *,
    answered: PostView | None = None,
    quoted: PostView | None = None,
    preview: PostView | None = None,
    named: Sequence[Named] = (),
    checked: Sequence[Named] = (),
    unsent: bool = False,
    error: ServiceError | None = None,
) -> web.Response:
    limits = visit.env.limits
    text = pages.render(
        "write.html",
        visit.instance,
        viewer.view,
        filled=filled,
        answered=answered,
        quoted=quoted,
        preview=preview,
        named=named,
        checked=checked,
        unsent=unsent,
        error=refusals.said(error),
        limits=limits,
        lasts=tuple(typed.LASTS),
        waits=tuple(asking.WAITS),
        roles=ROLES,
        free=max(limits.media_per_post - len(filled.media), 0),
        accept=ACCEPTED,
    )
    return visit.html(text, status=200 if error is None else error.status)
