"""Co-tweets of the acting account: the primary author's side, and leaving as a co-author."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from activitypub.coauthorship.roles import AUTHOR
from fedi_cotweet.api import naming
from fedi_cotweet.api.calls import Call, answer, nothing
from fedi_cotweet.api.posts import MOST_TEXT, Change, NewPoll, media_ids, poll_words
from fedi_cotweet.services import author_views, changes, drafts, leaving, lookups, publishing
from fedi_cotweet.services import authoring as texts
from fedi_cotweet.services.author_list import own_cotweet
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.views import DraftView
from fedi_cotweet.services.words import Words, marked_apart
from storage.engine import Tx
from storage.queries import post_media


@dataclass(frozen=True, slots=True)
class Credited:
    """A co-author; ``role``: what they did (one of ``ROLES``)."""

    handle: str
    role: str = AUTHOR


@dataclass(frozen=True, slots=True)
class NewCoTweet:
    """``with``: who, in the order of credit; ``mode``: what to do when somebody declines;
    ``by_message``: ask those by direct message whose servers know nothing of co-authors.

    ``role`` is the account's own.
    """

    text: str = field(metadata=MOST_TEXT)
    co_authors: tuple[Credited, ...] = field(metadata={"name": "with", "most": 20})
    summary: str = ""
    language: str | None = None
    visibility: str = "public"
    in_reply_to: str | None = None
    media: tuple[str, ...] = ()
    sensitive: bool = False
    expires_in_seconds: int | None = None
    mode: str = "wait_all"
    by_message: bool = False
    publish_at: int | None = None
    role: str = AUTHOR
    poll: NewPoll | None = None
    quote: str | None = None
    quote_policy: str | None = None


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Without ``co_author`` (a handle) every invite is taken back."""

    co_author: str | None = None


@dataclass(frozen=True, slots=True)
class Departure:
    """What to leave, if the path does not say it: an object's ``uri``, an ``invite``."""

    uri: str | None = None
    invite: str | None = None


async def create_cotweet(call: Call) -> web.Response:
    """Make a draft and invite its co-authors."""
    account_id = await call.account_id()
    wanted = await call.members(NewCoTweet)
    people = await asyncio.gather(
        *(texts.find_person(call.site, entry.handle) for entry in wanted.co_authors)
    )
    words = Words(
        body=await texts.compose_text(call.site, wanted.text),
        summary=wanted.summary.strip(),
        language=texts.check_language(wanted.language),
        visibility=wanted.visibility,
        in_reply_to=await texts.reply_target(call.site, wanted.in_reply_to, account_id),
        media_ids=media_ids(wanted.media),
        poll=poll_words(call.site, wanted.poll),
        quote=await texts.quote_target(call.site, wanted.quote, account_id),
        quote_policy=wanted.quote_policy,
        sensitive=wanted.sensitive,
    )
    seconds = wanted.expires_in_seconds
    env = call.site.env

    def write(tx: Tx) -> DraftView:
        post_id = drafts.create_draft(
            tx,
            env,
            account_id,
            words,
            people,
            expires_in=None if seconds is None else seconds * 1_000,
            mode=wanted.mode,
            by_message=wanted.by_message,
            publish_at=wanted.publish_at,
            roles={
                account_id: wanted.role,
                **{
                    person.id: entry.role
                    for person, entry in zip(people, wanted.co_authors, strict=True)
                },
            },
        )
        return author_views.draft(tx, env, account_id, post_id)

    return answer(await call.site.write(write), status=201)


async def list_cotweets(call: Call) -> web.Response:
    """The account's drafts and who has agreed."""
    account_id = await call.account_id()
    found = await call.site.read(lambda tx: author_views.drafts(tx, call.site.env, account_id))
    return answer({"cotweets": found})


async def show_cotweet(call: Call) -> web.Response:
    """One co-tweet of the account, draft or published. Ordinary posts are none."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id, "co-tweet")
    env = call.site.env

    def find(tx: Tx) -> DraftView:
        view = author_views.draft(tx, env, account_id, post_id)
        named = any(entry.state == "published" for entry in view.co_authors)
        if view.state != "draft" and not named and view.change is None:
            raise not_found("co-tweet")
        return view

    return answer(await call.site.read(find))


async def edit_cotweet(call: Call) -> web.Response:
    """Change a draft, or a published co-tweet: everybody is asked; what is published stands."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id, "co-tweet")
    wanted = await call.members(Change)
    env = call.site.env
    await call.site.read(lambda tx: own_cotweet(tx, account_id, post_id))
    body = await texts.compose_text(call.site, wanted.text)
    language = texts.check_language(wanted.language)

    def write(tx: Tx) -> DraftView:
        post = own_cotweet(tx, account_id, post_id)
        media = post_media.media_of(tx, post_ids=[post_id])
        words = Words(
            body=body,
            summary=post.summary if wanted.summary is None else wanted.summary.strip(),
            language=language or post.language,
            visibility=post.visibility,
            in_reply_to=post.in_reply_to_uri,
            media_ids=tuple(item.id for item in media),
            sensitive=marked_apart(post),
        )
        if post.state == "draft":
            drafts.edit_draft(tx, env, account_id, post_id, words)
        else:
            changes.offer_change(tx, env, account_id, post_id, words)
        return author_views.draft(tx, env, account_id, post_id)

    return answer(await call.site.write(write))


async def publish(call: Call) -> web.Response:
    """Publish with those who have agreed; the others are left out."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id, "draft")
    env = call.site.env

    def write(tx: Tx) -> DraftView:
        publishing.publish_anyway(tx, env, account_id, post_id)
        return author_views.draft(tx, env, account_id, post_id)

    return answer(await call.site.write(write))


async def withdraw(call: Call) -> web.Response:
    """Take invites back; the draft stays."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id, "draft")
    handle = (await call.members(Withdrawal)).co_author
    await call.site.read(lambda tx: drafts.own_draft(tx, account_id, post_id))
    person = None if handle is None else await texts.find_person(call.site, handle)
    env = call.site.env

    def write(tx: Tx) -> DraftView:
        publishing.withdraw(tx, env, account_id, post_id, None if person is None else person.id)
        return author_views.draft(tx, env, account_id, post_id)

    return answer(await call.site.write(write))


async def discard(call: Call) -> web.Response:
    """Throw a draft away."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id, "draft")
    env = call.site.env
    await call.site.write(lambda tx: drafts.discard_draft(tx, env, account_id, post_id))
    return nothing()


async def leave(call: Call) -> web.Response:
    """Take the account's name off a co-tweet of somebody else, published or only agreed to.

    The path holds an id or an address of the post or of the invite; ``uri`` or ``invite`` in the
    body count before it. The answer names the deleted stamp.
    """
    account_id = await call.account_id()
    wanted = await call.members(Departure)
    given = wanted.uri or wanted.invite or call.request.match_info["id"]
    # Nobody is asked where it is known here: its server may be down or hostile.
    found = await lookups.find(call.site, account_id, given)
    if found is None:
        raise not_found("co-authored post")
    env, uri = call.site.env, found.uri
    return answer(
        {"stamp": await call.site.write(lambda tx: leaving.leave(tx, env, account_id, uri))}
    )
