"""What the authors of a co-tweet see of it before others do: invitations and drafts. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import orjson

from activitypub.coauthorship.notice import remove_notice
from activitypub.coauthorship.roles import AUTHOR
from activitypub.documents.note import NoteView, parse_note
from activitypub.documents.polls import covered_options
from activitypub.html import sanitise, to_text
from activitypub.vocab.reading import parse_time
from activitypub.vocab.terms import Doc
from fedi_cotweet.services import distances, emoji, hiding, invite_mutes, polls, timelines
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.change_views import open_change
from fedi_cotweet.services.comparing import differences
from fedi_cotweet.services.distances import Why
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.invitations import cannot_accept, held_back, own_invitation
from fedi_cotweet.services.offers import current_offers
from fedi_cotweet.services.people import author_view, handles_at
from fedi_cotweet.services.post_views import emojis_of, media_views, post_view, post_views
from fedi_cotweet.services.quote_views import quotes_in
from fedi_cotweet.services.views import (
    AuthorView,
    DraftAuthorView,
    DraftView,
    InviteAuthorView,
    InviteView,
    PollOptionView,
    PollView,
    QuoteView,
)
from storage.engine import Tx
from storage.models import Actor, Offer, PostAuthor
from storage.queries import actors, consents, follows, post_authors, post_media, posts
from storage.queries import polls as stored_polls

SHOWN_INVITES = ("offered", "accepted")
_UNCONFIRMED = "not yet confirmed"


def invitations(tx: Tx, env: Env, account_id: int) -> list[InviteView]:
    """A person's invitations that wait for an answer or for publication, newest first."""
    found = consents.offers_to(tx, account_id, SHOWN_INVITES, 100)
    senders = actors.actors(tx, [offer.sender_id for offer in found])
    unheard = {
        sender.id for sender in senders.values() if invite_mutes.muted(tx, account_id, sender)
    }
    # Of somebody blocked meanwhile nothing is heard either, and they are not told.
    apart = distances.distances(tx, env.now(), account_id, senders)
    unheard |= {one for one in senders if apart.of_actor(one) not in (None, Why.MUTED)}
    held = held_back(tx, env, account_id, found)
    return [
        replace(invitation(tx, env, account_id, offer.id), held_back=offer.id in held)
        for offer in found
        # What was agreed to stays in sight: it can be left.
        if offer.state != "offered" or offer.sender_id not in unheard
    ]


def invitation(tx: Tx, env: Env, account_id: int, offer_id: int) -> InviteView:
    """One invitation in full, made from the stored copy that the digest was computed from (C5)."""
    offer = own_invitation(tx, account_id, offer_id)
    sender = actors.actor(tx, offer.sender_id)
    if sender is None:
        raise not_found("invitation")
    document = orjson.loads(offer.document)["object"]
    note = parse_note(document)
    before = _before(tx, offer)
    people = actors.actors_by_uri(tx, [str(uri) for uri in offer.authors])
    me = actors.actor(tx, account_id)
    shown = _shown_now(tx, env, offer)
    content = sanitise(remove_notice(note.content, [str(uri) for uri in offer.authors]))
    return InviteView(
        id=str(offer.id),
        offer=offer.uri,
        state=offer.state,
        sender=author_view(env, sender),
        sender_follows_you=follows.follows(tx, sender.id, account_id),
        authors=tuple(
            InviteAuthorView(
                author=_invited_author(env, str(uri), people, str(offer.roles.get(uri, AUTHOR))),
                standing=_standing(str(uri), sender, me, shown),
            )
            for uri in offer.authors
        ),
        content=content,
        text=to_text(content),
        summary=to_text(note.summary),
        sensitive=note.sensitive,
        language=note.language,
        visibility=note.visibility,
        media=media_views(env, post_media.media_of(tx, offer_ids=[offer.id]), co_authored=True),
        mentions=handles_at(
            tx,
            (
                tag.href
                for tag in note.tags
                if tag.kind == "Mention" and tag.href not in offer.authors
            ),
        ),
        in_reply_to=note.in_reply_to,
        already_published=offer.change,
        already_author=me is not None and me.uri in shown,
        expires_at=offer.expires_at,
        digest=offer.digest,
        poll=_poll(document, note, env.now()),
        refusal=cannot_accept(tx, offer) if offer.state == "offered" else None,
        beyond_followers=me is not None and me.manually_approves,
        differences=()
        if before is None
        else differences(
            tx,
            orjson.loads(before.document)["object"],
            [str(uri) for uri in before.authors],
            document,
            [str(uri) for uri in offer.authors],
        ),
        agreed_before=before is not None and before.stamp_uri is not None,
        publish_at=parse_time(orjson.loads(offer.document).get("startTime")),
        emojis=emoji.views_in(
            tx,
            document.get("tag"),
            content,
            note.summary,
            *(name for name, _ in note.options),
            covered=True,
        ),
        quote=None if note.quote is None else _quote(tx, env, account_id, note.quote),
    )


def _quote(tx: Tx, env: Env, account_id: int, uri: str) -> QuoteView:
    """What would be quoted, as far as it is known here. Nobody was asked yet: it is a draft."""
    quoted = posts.post_by_uri(tx, uri)
    if quoted is None or quoted.state != "published" or quoted.visibility not in EVERYBODYS:
        return QuoteView("pending", uri, uri)
    if hiding.hidden(tx, env.now(), account_id, [quoted]):
        return QuoteView("hidden", uri, "")
    [view] = post_views(tx, env, [quoted], quoted=True)
    return QuoteView("pending", uri, quoted.url, view)


def _poll(document: Doc, note: NoteView, now: int) -> PollView | None:
    """The question that would be asked, from what the digest covers and nothing else."""
    names, multiple = covered_options(document)
    if note.kind != "Question" or not names:
        return None
    ends_at = parse_time(document.get("endTime"))
    return PollView(
        options=tuple(PollOptionView(name, 0) for name in names),
        multiple=multiple,
        voters=0,
        ends_at=ends_at,
        over=ends_at is not None and ends_at <= now,
    )


def _before(tx: Tx, offer: Offer) -> Offer | None:
    """The newest Offer for the same object before this one to which they agreed, or else which they
    got."""
    found = [
        other
        for other in consents.offers_for_object(tx, offer.object_uri, "received")
        if other.target_id == offer.target_id
        and other.sender_id == offer.sender_id
        and other.id < offer.id
    ]
    agreed = [other for other in found if other.stamp_uri is not None]
    return next(reversed(agreed or found), None)


def _shown_now(tx: Tx, env: Env, offer: Offer) -> frozenset[str]:
    """The co-authors that the published version of what is offered shows here."""
    post = posts.post_by_uri(tx, offer.object_uri) if offer.change else None
    if post is None or post.state != "published":
        return frozenset()
    rows = post_authors.authors_of(tx, [post.id])[post.id]
    return frozenset(row.actor_uri for row in rows if timelines.shown(row, env.now()))


def _standing(uri: str, sender: Actor, me: Actor | None, shown: Collection[str]) -> str:
    if uri == sender.uri:
        return "inviting"
    if me is not None and uri == me.uri:
        return "you"
    return f"an author now; this version {_UNCONFIRMED}" if uri in shown else _UNCONFIRMED


def _invited_author(env: Env, uri: str, people: Mapping[str, Actor], role: str) -> AuthorView:
    actor = people.get(uri)
    if actor is not None:
        return author_view(env, actor, role)
    return AuthorView(uri=uri, name=uri, handle=uri, url=uri, local=False, role=role)


def drafts(tx: Tx, env: Env, account_id: int) -> list[DraftView]:
    """A person's co-tweets that are not published."""
    return [draft(tx, env, account_id, post.id) for post in posts.drafts_of(tx, account_id)]


def draft(tx: Tx, env: Env, account_id: int, post_id: int) -> DraftView:
    """A co-tweet of one's own and how far everybody's consent is."""
    post = posts.post(tx, post_id)
    if post is None or post.author_id != account_id or post.state == "deleted":
        raise not_found("co-tweet")
    offers = current_offers(tx, post)
    people = actors.actors(tx, [post.author_id, *offers])
    rows = post_authors.authors_of(tx, [post_id])[post_id]
    named = [*rows, *post_authors.companions_of(tx, [post_id])[post_id]]
    pictures = post_media.media_of(tx, post_ids=[post_id])
    ordered = sorted(offers.values(), key=lambda offer: _position(offer, named))
    poll = stored_polls.poll(tx, post_id)
    quote = quotes_in(tx, env, [post], account_id, lambda o: post_views(tx, env, o, quoted=True))
    shown = post_view(env, post, rows, people, pictures, env.now(), quote=quote.get(post_id))
    shown = replace(shown, emojis=emojis_of(tx, [post], {post_id: named})[post_id])
    return DraftView(
        post=shown if poll is None else replace(shown, poll=polls.view(poll, env.now())),
        state=post.state,
        co_authors=tuple(
            DraftAuthorView(
                author=author_view(env, people[offer.target_id], _role(offer, named)),
                state=offer.state,
                expires_at=offer.expires_at if offer.state == "offered" else None,
                reason=offer.reason,
                channel=offer.channel,
            )
            for offer in ordered
            if offer.target_id in people
        ),
        mode=post.mode,
        publish_at=post.scheduled_at,
        change=open_change(tx, env, post),
    )


def _role(offer: Offer, rows: Sequence[PostAuthor]) -> str:
    return next((row.role for row in rows if row.actor_id == offer.target_id), AUTHOR)


def _position(offer: Offer, rows: Sequence[PostAuthor]) -> int:
    return next((row.position for row in rows if row.actor_id == offer.target_id), 1_000)
