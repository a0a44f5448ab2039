"""What follows from verdicts on stamps: who is shown, and when a local co-author's post is out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import orjson

from activitypub.coauthorship.authors import AuthorList, read_author_list
from activitypub.coauthorship.publication import check_published
from activitypub.coauthorship.roles import AUTHOR, confirmed_roles, read_roles
from activitypub.coauthorship.stamps import Stamp, parse_stamp
from activitypub.coauthorship.verification import CoAuthorState, CoAuthorVerdict
from activitypub.vocab.reading import host_of
from activitypub.vocab.terms import Doc
from fedi_cotweet.domain.consent import ConsentState, Move, Moved
from fedi_cotweet.domain.limits import DAY, HOUR
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import (
    companions,
    distances,
    documents,
    rechecks,
    standing,
    streams,
    timelines,
)
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import emit, later, record, tell
from fedi_cotweet.services.invitations import drop_stamp
from fedi_cotweet.services.offers import apply_move
from fedi_cotweet.services.people import handles_at
from storage.engine import Tx
from storage.models import Actor, Offer, Post, PostAuthor
from storage.queries import actors, consents, interactions, post_authors, posts


@dataclass(frozen=True, slots=True)
class ToVerify:
    """What a check of a post's authors starts from; all plain data, read in one transaction."""

    post: Post
    primary: str
    document: dict[str, object]
    previous: dict[str, CoAuthorVerdict]
    deleted_stamps: frozenset[tuple[str, str]]
    gone: frozenset[str]


def to_verify(tx: Tx, post_id: int) -> ToVerify | None:
    """The post with what is known of its authors, or None when there is nothing to check."""
    post = posts.post(tx, post_id)
    if post is None or post.state != "published":
        return None
    author = actors.actor(tx, post.author_id)
    if author is None:
        return None
    rows = post_authors.authors_of(tx, [post_id])[post_id]
    if not rows:
        return None
    document = documents.full_note(tx, post) if post.local else orjson.loads(post.document)
    listed = [str(uri) for uri in _strings(document.get("coAuthorAuthorization"))]
    deleted = consents.deleted_stamp_owners(tx, listed)
    people = actors.actors_by_uri(tx, [row.actor_uri for row in rows])
    return ToVerify(
        post=post,
        primary=author.uri,
        document=document,
        previous={row.actor_uri: _verdict(row, post) for row in rows if row.state == "verified"},
        deleted_stamps=frozenset(deleted),
        gone=frozenset(_out(tx, rows, people)),
    )


def _out(tx: Tx, rows: Sequence[PostAuthor], people: Mapping[str, Actor]) -> set[str]:
    """Who of the named is gone, or whom the operator shut out, by person or by server (C39)."""
    out = {uri for uri, actor in people.items() if actor.gone_at or actor.suspended_at}
    own = {uri for uri, actor in people.items() if actor.local}
    hosts = {
        row.actor_uri: host_of(row.actor_uri) or "" for row in rows if row.actor_uri not in own
    }
    shut = distances.suspended_hosts(tx, set(hosts.values()))
    return out | {uri for uri, host in hosts.items() if host in shut}


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _verdict(row: PostAuthor, post: Post) -> CoAuthorVerdict:
    stamp = orjson.loads(row.stamp_document) if row.stamp_document else {}
    authors = tuple(_strings(stamp.get("consentedAuthors")))
    return CoAuthorVerdict(
        actor=row.actor_uri,
        state=CoAuthorState(row.state),
        object_id=post.uri,
        stamp_uri=row.stamp_uri,
        digest=stamp.get("consentDigest"),
        consented_authors=authors,
        fetched_at=row.fetched_at,
        consented_roles=read_roles(stamp.get("consentedRoles"), len(authors)) or (),
    )


def apply_verdicts(
    tx: Tx,
    env: Env,
    post_id: int,
    checked: Post,
    verdicts: Sequence[CoAuthorVerdict],
    stamp_texts: dict[str, str],
) -> None:
    """Store verdicts, bring home timelines in line, and set off what they allow or demand.

    ``checked`` is the version that was judged: if another has come meanwhile nothing is stored, and
    that one is judged. ``stamp_texts`` are the fetched stamps by id.
    """
    post = posts.post(tx, post_id)
    if post is None or post.state != "published":
        return
    if post.document != checked.document:
        later(tx, env, "verify_post", str(post_id), post_id=post_id)
        return
    now = env.now()
    rows = {row.actor_uri: row for row in post_authors.authors_of(tx, [post_id])[post_id]}
    # Deletions that were heard of while the stamps were being fetched.
    uris = [verdict.stamp_uri for verdict in verdicts if verdict.stamp_uri is not None]
    deleted = frozenset(consents.deleted_stamp_owners(tx, uris))
    judged = [
        replace(found, state=CoAuthorState.REVOKED, reason="deleted")
        if (found.stamp_uri, found.actor) in deleted
        else found
        for found in verdicts
    ]
    # Of our own posts we know what was agreed to.
    roles = {} if post.local else _confirmed_roles(orjson.loads(post.document), judged)
    changed = False
    for verdict in judged:
        row = rows.get(verdict.actor)
        if row is None:
            continue
        state = verdict.state.value
        if row.state == "revoked" and post.local:
            continue
        actor = actors.actor_by_uri(tx, verdict.actor)
        post_authors.set_author(
            tx,
            post_id,
            verdict.actor,
            position=row.position,
            actor_id=actor.id if actor is not None else None,
            role=row.role if post.local else roles.get(verdict.actor, AUTHOR),
            state=state,
            stamp_uri=verdict.stamp_uri,
            stamp_document=stamp_texts.get(verdict.stamp_uri or "", row.stamp_document),
            digest=post.digest,
            fetched_at=verdict.fetched_at,
            next_check_at=rechecks.next_check(post, verdict, now),
        )
        if row.state != state:
            changed = True
            record(
                tx,
                env,
                object_uri=post.uri,
                actor_uri=verdict.actor,
                move=f"verdict:{state}",
                digest=post.digest,
                reason=verdict.reason,
            )
        if actor is not None and actor.local:
            _local_co_author(tx, env, post, actor.id, verdict)
    if not post.local:
        primary = actors.actor(tx, post.author_id)
        role = AUTHOR if primary is None else roles.get(primary.uri, AUTHOR)
        posts.change_post(tx, post_id, author_role=role)
    streams.brought(tx, env, post_id, timelines.refresh(tx, post_id, now))
    if changed and post.state == "published":
        streams.edited(tx, env, post_id)
    _reclassify_boosts(tx, post_id, now)


def _confirmed_roles(document: Doc, verdicts: Sequence[CoAuthorVerdict]) -> dict[str, str]:
    authors = read_author_list(document)
    if not isinstance(authors, AuthorList):
        return {}
    verified = [verdict for verdict in verdicts if verdict.state is CoAuthorState.VERIFIED]
    return confirmed_roles(document, authors.everyone, verified)


def _reclassify_boosts(tx: Tx, post_id: int, now: int) -> None:
    """A co-author's Announce that came before their stamp was verified is delivery after all."""
    post = posts.post(tx, post_id)
    if post is None:
        return
    rows = post_authors.authors_of(tx, [post_id])[post_id]
    co_authors = set(timelines.shown_author_ids(post, rows, now)[1:])
    for boost in interactions.boosts_of(tx, post_id):
        delivery = boost.actor_id in co_authors
        if boost.delivery != delivery:
            interactions.set_boost_delivery(tx, boost.id, delivery)


def _local_co_author(
    tx: Tx, env: Env, post: Post, account_id: int, verdict: CoAuthorVerdict
) -> None:
    if verdict.state is CoAuthorState.VERIFIED:
        named = standing.named(tx, env, post, account_id, verdict.stamp_uri)
        if named and not post.local:
            _guard_for_weeks(tx, env, post.id)
    elif any(
        offer.state in (ConsentState.ACCEPTED.value, ConsentState.PUBLISHED.value)
        for offer in standing.received_by(tx, account_id, post.uri)
    ):
        # It may be an old version, or a forged one: look at the newest before acting.
        later(tx, env, "guard_post", f"{post.id}", post_id=post.id)


def not_what_was_agreed(tx: Tx, env: Env, post_id: int, document: dict[str, object]) -> list[str]:
    """The newest version, fetched just now, against every live stamp issued here for it.

    Returns the stamps that do not match: each is deleted, its Announce undone and its owner told
    (FEP-af48, Publication). The caller computed nothing: digests are compared here.
    """
    post = posts.post(tx, post_id)
    if post is None:
        return []
    live = [
        (stamp, issued)
        for stamp in consents.live_stamps(tx, post.uri)
        if isinstance(issued := parse_stamp(orjson.loads(stamp.document)), Stamp)
    ]
    satisfied = {
        stamp.account_id for stamp, issued in live if check_published(document, issued) is None
    }
    offers = {
        stamp.id: offer
        for stamp, _ in live
        if (offer := consents.offer_by_uri(tx, stamp.offer_uri, "received")) is not None
    }
    named = {o.target_id for o in offers.values() if o.state == ConsentState.PUBLISHED.value}
    dropped = []
    for stamp, issued in live:
        me, offer = actors.actor(tx, stamp.account_id), offers.get(stamp.id)
        if me is None or offer is None or stamp.account_id in satisfied:
            continue  # satisfied: the other stamps are for an older version, or for one to come
        pending = offer.change and offer.state == ConsentState.ACCEPTED.value
        if offer.state not in _AGREED or (pending and me.id not in named):
            continue
        refused = check_published(document, issued)
        if refused is None:
            continue
        dropped.append(stamp.uri)
        if isinstance(apply_move(tx, env, offer, Move.LEAVE, me.uri, why=refused.code), Moved):
            drop_stamp(tx, env, offer, "mismatch")
        emit(
            tx,
            env,
            "stamp.deleted",
            stamp_id=stamp.id,
            post_id=None if pending else post.id,
            account_id=me.id,
        )
        if pending:
            continue  # nobody but its primary author knew of it
        row = post_authors.post_author(tx, post.id, me.uri)
        if not post.local or row is None or row.stamp_uri == stamp.uri:
            # Of a post of ours that lists it no more, they are being asked again.
            mark_revoked(tx, env, post, me.uri)
        tell(
            tx,
            env,
            me.id,
            "cotweet.mismatch",
            stamp.uri,
            actor_id=post.author_id,
            post_id=post.id,
            text=_what_changed(tx, offer, document),
        )
    return dropped


def _what_changed(tx: Tx, offer: Offer, document: dict[str, object]) -> str:
    agreed = orjson.loads(offer.document)["object"]
    gone = companions.only_unnamed(agreed, document, [str(uri) for uri in offer.authors])
    if not gone:
        return say(
            "A post you agreed to was changed without your consent. Your name was taken off."
        )
    return say(
        "A post you agreed to does not name {people} any more. Without that the text is another"
        " one: your name is not shown until you agree to it.",
        people=", ".join(handles_at(tx, gone)),
    )


def mark_revoked(tx: Tx, env: Env, post: Post, actor_uri: str) -> None:
    """Stop showing somebody as an author of a post, at once."""
    row = post_authors.post_author(tx, post.id, actor_uri)
    if row is None:
        return
    post_authors.set_author(
        tx, post.id, actor_uri, position=row.position, state="revoked", next_check_at=None
    )
    if not post.local:
        # Theirs may have been the stamp that confirmed it.
        posts.change_post(tx, post.id, author_role=AUTHOR)
    timelines.refresh(tx, post.id, env.now())
    if post.state == "published":
        streams.edited(tx, env, post.id)
    _reclassify_boosts(tx, post.id, env.now())


_AGREED = (ConsentState.ACCEPTED.value, ConsentState.PUBLISHED.value)


def guard(tx: Tx, env: Env, object_uri: str, told_by: int | None = None) -> None:
    """Something may have become of a post: if people here agreed to it, look at the newest version.

    ``told_by``: an actor who says so, to be believed about their own posts.
    """
    post = posts.post_by_uri(tx, object_uri)
    if post is None or told_by not in (None, post.author_id):
        return
    if consents.live_stamps(tx, object_uri):
        guard_later(tx, env, post.id, 0)


def _guard_for_weeks(tx: Tx, env: Env, post_id: int) -> None:
    """Look at a post now and then, for an ``Update`` or ``Delete`` that never came here.

    It may have been lost, or its server may hope that nobody here hears of it.
    """
    for days in (1, 7, 28):
        later(tx, env, "guard_post", f"{post_id} {days}", delay=days * DAY, post_id=post_id)


def guard_later(tx: Tx, env: Env, post_id: int, delay: int) -> None:
    """Look at the newest version of a post in a while."""
    later(tx, env, "guard_post", str(post_id), delay=delay, post_id=post_id)


def recheck(tx: Tx, env: Env, post_id: int) -> None:
    """Fetch a post's stamps anew, and not again before that is done."""
    named = post_authors.companions_of(tx, [post_id])[post_id]
    for row in (*post_authors.authors_of(tx, [post_id])[post_id], *named):
        if row.next_check_at is not None:
            post_authors.set_author(
                tx,
                post_id,
                row.actor_uri,
                position=row.position,
                via=row.via,
                state=row.state,
                next_check_at=env.now() + HOUR,
            )
    if named:
        later(tx, env, "verify_consent_notes", str(post_id), post_id=post_id)
    later(tx, env, "verify_post", str(post_id), post_id=post_id)
