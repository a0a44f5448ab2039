"""Changing and deleting what one wrote. With co-authors, everybody sees the change and agrees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from aiohttp import web

from fedi_cotweet.services import (
    authoring,
    changes,
    drafts,
    editing,
    posts,
    reading,
    source_texts,
    uploads,
)
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.describing import check_alt
from fedi_cotweet.services.editing import Described
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.post_views import media_view
from fedi_cotweet.services.spooling import Spool
from fedi_cotweet.services.views import MediaView, PostView
from fedi_cotweet.services.words import Words, present_words
from fedi_cotweet.web import pages, refusals, typed
from fedi_cotweet.web.forms import read_sent
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.sessions import Viewer, check_form
from fedi_cotweet.web.typed import Typed
from fedi_cotweet.web.visits import Visit, as_id, see
from fedi_cotweet.web.writing import ACCEPTED
from storage.engine import Tx
from storage.models import Actor, Media, Post
from storage.queries import post_media
from storage.queries import posts as stored


@dataclass(frozen=True, slots=True)
class Held:
    """A post or draft of somebody's own as it is now, and whom it names with them."""

    post: Post
    author: Actor
    view: PostView
    text: str
    media: tuple[Media, ...]
    named: tuple[Actor, ...]

    @property
    def typed(self) -> Typed:
        """The form that would make it again."""
        return Typed(
            text=self.text,
            summary=self.post.summary,
            language=self.post.language or "",
            visibility=self.post.visibility,
            sensitive=self.view.sensitive and not self.post.summary,
            media=_shown(self.media),
        )


async def form(visit: Visit) -> web.Response:
    """The form with what the post says now."""
    viewer = visit.need_viewer()
    held = await _held(visit, viewer)
    return _page(visit, viewer, held, held.typed)


async def send(visit: Visit) -> web.Response:
    """Change it, ask its co-authors, or show what it would be."""
    viewer, site = visit.need_viewer(), visit.site
    most = site.env.limits.media_per_post
    sent = await read_sent(visit.request, site.settings.data, uploads.most_bytes(site), most)
    check_form(visit.request, site.settings.base_url, sent.texts.get("csrf", ""), viewer.view.csrf)
    held = await _held(visit, viewer)
    filled = replace(typed.read(sent.texts, 0), visibility=held.post.visibility)
    media, described = list(held.media), list[Described]()
    try:
        if not held.named:
            media, described = await _media(visit, viewer, held, sent.texts, sent.files)
        filled = replace(filled, media=_shown(media, described))
        said = await _words(visit, viewer, held, filled, media)
        preview = typed.preview(site, held.author, held.named, said, ())
        preview = replace(preview, media=filled.media, poll=held.view.poll, quote=held.view.quote)
        wanted = sent.texts.get("step") == "send"
        if wanted and (not held.named or filled.seen == filled.stamp):
            return see(await _change(visit, viewer, held, said, described))
    except ServiceError as error:
        if error.status == 404:
            raise
        return _page(visit, viewer, held, filled, error=error)
    return _page(visit, viewer, held, replace(filled, seen=filled.stamp), preview=preview)


async def ask_deletion(visit: Visit) -> web.Response:
    """The question before a post is deleted."""
    viewer = visit.need_viewer()
    held = await _held(visit, viewer)
    if held.post.state != "published":
        raise not_found("post")
    text = pages.render("delete_post.html", visit.instance, viewer.view, post=held.view)
    return visit.html(text)


async def delete(visit: Visit) -> web.Response:
    """Delete it, for everybody."""
    viewer = visit.need_viewer()
    await visit.own_form(viewer)
    me, post_id = viewer.account_id, as_id(visit.request.match_info["id"])
    await visit.site.write(lambda tx: posts.delete_post(tx, visit.env, me, post_id))
    return see(viewer.view.viewer.url)


async def _held(visit: Visit, viewer: Viewer) -> Held:
    me, post_id = viewer.account_id, as_id(visit.request.match_info["id"])

    def find(tx: Tx) -> Held:
        post = stored.post(tx, post_id)
        if post is None or post.author_id != me or post.state not in ("draft", "published"):
            raise not_found("post")
        return Held(
            post=post,
            author=find_actor(tx, me),
            view=reading.one_post(tx, visit.env, post, me),
            text=source_texts.of(tx, visit.env, post),
            media=tuple(post_media.media_of(tx, post_ids=[post.id])),
            named=tuple(drafts.named_on(tx, post)),
        )

    return await visit.site.read(find)


def _unused(account_id: int, number: int) -> Callable[[Tx], Media]:
    """An upload that is in no post yet."""
    return lambda tx: uploads.unused(tx, account_id, number)


async def _media(
    visit: Visit, viewer: Viewer, held: Held, texts: Mapping[str, str], files: Mapping[str, Spool]
) -> tuple[list[Media], list[Described]]:
    """What it will have: of its own what is not dropped, what was uploaded for this change before,
    and what comes now. Others' uploads are not there."""
    me, own = viewer.account_id, {item.id: item for item in held.media}
    found, described = list[Media](), list[Described]()
    for number in typed.kept_media(texts):
        alt = check_alt(texts[f"media-{number}"].strip())
        described.append(Described(number, alt=alt))
        found.append(own[number] if number in own else await visit.site.read(_unused(me, number)))
    for name, spool in files.items():
        alt = texts.get(f"alt-{name.removeprefix('file-')}", "").strip()
        found.append(await uploads.keep(visit.site, me, spool, alt=alt))
    return found, described


def _shown(media: Sequence[Media], described: Sequence[Described] = ()) -> tuple[MediaView, ...]:
    """The files as they will be, known by their numbers."""
    said = {entry.media_id: entry.alt for entry in described}
    views = []
    for item in media:
        alt = said.get(item.id)
        alt = item.alt if alt is None else alt
        views.append(replace(media_view(item), id=str(item.id), alt=alt))
    return tuple(views)


async def _words(
    visit: Visit, viewer: Viewer, held: Held, filled: Typed, media: Sequence[Media]
) -> Words:
    """The whole new version; a text that was left as it was stays to the letter."""
    now = await visit.site.read(lambda tx: present_words(tx, held.post, held.named))
    same = filled.text.strip() == held.text.strip()
    return replace(
        now,
        body=now.body if same else await authoring.compose_text(visit.site, filled.text),
        summary=filled.summary,
        sensitive=filled.sensitive,
        language=authoring.check_language(filled.language or None),
        media_ids=tuple(item.id for item in media),
    )


async def _change(
    visit: Visit, viewer: Viewer, held: Held, said: Words, described: Sequence[Described]
) -> str:
    """Do it; the page to go on to."""
    me, env, post_id = viewer.account_id, visit.env, held.post.id

    def write(tx: Tx) -> None:
        if held.post.state == "draft":
            drafts.edit_draft(tx, env, me, post_id, said)
        elif held.named:
            changes.offer_change(tx, env, me, post_id, said)
        else:
            editing.edit_post(tx, env, me, post_id, said, described)

    await visit.site.write(write)
    return f"{PATHS.together(str(post_id))}?done=edit" if held.named else held.view.page


def _page(
    visit: Visit,
    viewer: Viewer,
    held: Held,
    filled: Typed,
    *,
    preview: PostView | None = None,
    error: ServiceError | None = None,
) -> web.Response:
    limits = visit.env.limits
    text = pages.render(
        "edit.html",
        visit.instance,
        viewer.view,
        held=held.view,
        alone=not held.named,
        filled=filled,
        preview=preview,
        error=refusals.said(error),
        limits=limits,
        free=max(limits.media_per_post - len(filled.media), 0) if not held.view.poll else 0,
        accept=ACCEPTED,
    )
    return visit.html(text, status=200 if error is None else error.status)
