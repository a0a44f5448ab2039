"""The co-authors of a draft: one more, one instead of another, one less (C11, C15)."""

from __future__ import annotations

from dataclasses import replace

from activitypub.coauthorship.roles import AUTHOR
from fedi_cotweet.domain.consent import ConsentState
from fedi_cotweet.domain.limits import OFFER_SHORTEST
from fedi_cotweet.services import companions, documents, polls
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.drafts import core_with, drop_from_draft, named_on, own_draft, renew
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.inviting import check_invitees, check_roles, check_version
from fedi_cotweet.services.mistaken import not_named
from fedi_cotweet.services.offers import agreed_to_longer, current_offers, make_offers, take_back
from fedi_cotweet.services.refusals import check_not_refused
from fedi_cotweet.services.words import present_words
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import consents, post_authors


def add(
    tx: Tx,
    env: Env,
    author_id: int,
    post_id: int,
    person: Actor,
    *,
    replaces: Actor | None = None,
    again: bool = False,
    by_message: bool = False,
    role: str = AUTHOR,
) -> None:
    """Invite one more to a draft, at the end or in the place of another; all get new Offers.

    ``replaces`` may be somebody who was invited and has said no. ``again``: see
    ``refusals.check_not_refused``. ``by_message``: whose server is unaware is asked by message.
    ``role``: what they did. Raises ``bad_role`` (422) too.
    """
    check_roles([role])
    post, author = own_draft(tx, author_id, post_id), find_actor(tx, author_id)
    before, beside = named_on(tx, post), companions.people(tx, post.id)
    words = replace(present_words(tx, post, before), poll=polls.words_of(tx, post.id))
    if person.can_co_author is not None:
        named = _with(tx, post, before, person, replaces)
    else:
        named = [actor for actor in before if replaces is None or actor.id != replaces.id]
        beside.append(person)
    others = [actor for actor in beside if replaces is None or actor.id != replaces.id]
    check_version(env, author, [*named, *others], words, OFFER_SHORTEST)
    check_invitees(tx, env, author, [person], by_message=by_message)
    if person.can_co_author is None:
        _name_beside(tx, post, person, role)
    roles = documents.roles_of(tx, post) | {person.uri: role}
    note = documents.offered_note(core_with(tx, env, post, words, named), author, named, roles)
    check_not_refused(tx, post, note, [person], again=again, new=[person])
    if replaces is not None:
        settle(tx, env, post, replaces)
    if person.can_co_author is not None:
        post_authors.set_author(
            tx,
            post.id,
            person.uri,
            position=len(before) + 1,
            actor_id=person.id,
            state="invited",
            role=role,
        )
    renew(tx, env, own_draft(tx, author_id, post_id), words, named)


def _name_beside(tx: Tx, post: Post, person: Actor, role: str) -> None:
    rows = [*post_authors.authors_of(tx, [post.id])[post.id], *companions.rows(tx, post.id)]
    post_authors.set_author(
        tx,
        post.id,
        person.uri,
        position=max((row.position for row in rows), default=0) + 1,
        actor_id=person.id,
        via="message",
        state="invited",
        role=role,
    )


def _with(
    tx: Tx, post: Post, named: list[Actor], person: Actor, replaces: Actor | None
) -> list[Actor]:
    if replaces is None:
        return [*named, person]
    if any(actor.id == replaces.id for actor in named):
        return [person if actor.id == replaces.id else actor for actor in named]
    offer = current_offers(tx, post).get(replaces.id)
    if offer is None:
        raise not_named(tx, post, replaces)
    # They are not named any more: their place is behind those who stood before them.
    before = [str(uri) for uri in offer.authors]
    if replaces.uri not in before:
        return [*named, person]  # they were asked by message, and are named after all others
    first = set(before[: before.index(replaces.uri)])
    place = sum(actor.uri in first for actor in named)
    return [*named[:place], person, *named[place:]]


def settle(tx: Tx, env: Env, post: Post, person: Actor) -> None:
    """The author goes on without somebody: invited no more, and not waited for if they said no."""
    offer = current_offers(tx, post).get(person.id)
    if offer is None:
        raise not_named(tx, post, person)
    take_back(tx, env, offer, find_actor(tx, post.author_id).uri)
    consents.change_offer(tx, offer.id, settled_at=env.now())
    if post_authors.post_author(tx, post.id, person.uri) is not None:
        drop_from_draft(tx, env, post.id, person.id)


def offer_final_list(tx: Tx, env: Env, post: Post) -> None:
    """Whoever has not answered yet gets an Offer with the author list as it is now.

    (FEP-af48, Reject.) Consent that was given stays good for the shorter list.
    """
    post = own_draft(tx, post.author_id, post.id)
    author, named = find_actor(tx, post.author_id), named_on(tx, post)
    present = [author.uri, *(actor.uri for actor in named)]
    offers = current_offers(tx, post)
    outdated = [
        offers[actor.id]
        for actor in named
        if actor.id in offers
        and offers[actor.id].state == ConsentState.OFFERED.value
        and offers[actor.id].answered_at is None
        and offers[actor.id].authors != present
    ]
    if not outdated:
        return
    lasts = max(offer.expires_at - offer.published_at for offer in outdated)
    only = [offer.target_id for offer in outdated]
    make_offers(tx, env, post, lasts, only, agreed=agreed_to_longer(offers))
    for offer in outdated:
        take_back(tx, env, offer, author.uri, why="shorter list")
