"""Finding people, hashtags and posts by what somebody types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from activitypub.discovery import parse_handle
from activitypub.errors import DocumentError
from fedi_cotweet.domain.terms import fold_tag, query_terms
from fedi_cotweet.domain.windows import Window, filled
from fedi_cotweet.services import distances, hiding, lookups
from fedi_cotweet.services.authoring import find_person
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.listings import LONGEST_SEARCH
from fedi_cotweet.services.site import Site
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, finding, posts, search


@dataclass(frozen=True, slots=True)
class Meant:
    """What an address or a handle names; ``refused``: why its server named nothing, if asked."""

    person_id: int | None = None
    post: Post | None = None
    refused: ServiceError | None = None


async def meant(site: Site, viewer_id: int | None, given: str, *, resolve: bool) -> Meant:
    """Whom or what an address or a handle means; with ``resolve`` its server is asked."""
    text = given.strip()
    address = text.startswith(("https://", "http://"))
    if not address and not _is_handle(text):
        return Meant()
    known = await site.read(lambda tx: _known(tx, site.env, text))
    if known.person_id is not None or known.post is not None or not resolve:
        return known
    if address:
        try:
            found = await lookups.find(site, viewer_id, text)
        except ServiceError:
            found = None
        if found is not None and found.post is not None and found.post.state == "published":
            return Meant(post=found.post)
    try:
        return Meant(person_id=(await find_person(site, text)).id)
    except ServiceError as refused:
        return Meant(refused=refused)


def people(
    tx: Tx,
    env: Env,
    viewer_id: int | None,
    words: str,
    *,
    following: bool,
    most: int,
    limited: bool = False,
) -> list[int]:
    """Ids of people who are called so: first whom the reader follows.

    Without those who keep the reader away, or were shut out; and, unless those who are ``limited``
    are asked for too, without these where the reader does not follow them.
    """
    text = words.strip().removeprefix("@").partition("@")[0].lower()
    if not text:
        return []
    found: list[Actor] = []
    if viewer_id is not None:
        found += finding.followed_called(tx, viewer_id, words.strip().removeprefix("@"), most)
    if not following:
        found += finding.people_called(tx, text, most)
    ids = list(dict.fromkeys(one.id for one in found if one.kind != "Application"))
    found_near = near(tx, env, viewer_id, ids)
    if not limited:
        hidden = _out_of_sight(tx, env, viewer_id, found_near)
        found_near = [one for one in found_near if one not in hidden]
    return found_near[:most]


def _out_of_sight(tx: Tx, env: Env, viewer_id: int | None, ids: Sequence[int]) -> set[int]:
    apart = distances.distances(tx, env.now(), viewer_id, ids)
    return distances.limited_to(tx, viewer_id, apart)


def listed(tx: Tx, most: int) -> list[str]:
    """User names of people of this server whom search engines may list."""
    return finding.listed(tx, most)


def near(tx: Tx, env: Env, viewer_id: int | None, ids: Sequence[int]) -> list[int]:
    """Those of some people who are not kept from a reader. Whom one keeps away oneself is found."""
    apart = distances.distances(tx, env.now(), viewer_id, ids)
    away = (distances.Why.UNAVAILABLE, distances.Why.BLOCKED)
    return [actor_id for actor_id in ids if apart.of_actor(actor_id) not in away]


def tags(tx: Tx, words: str, most: int) -> list[str]:
    """Hashtags that begin so, as far as there are posts with them; first the shortest."""
    tag = fold_tag(words)
    return [] if tag is None else finding.tags_called(tx, tag, most)


def statuses(
    tx: Tx, env: Env, viewer_id: int | None, words: str, *, author_id: int | None, most: int
) -> list[Post]:
    """Public posts with all these words by people who let themselves be found, and one's own.

    Of a hashtag alone: those that have it.
    """
    terms = query_terms(words[:LONGEST_SEARCH])
    tag = fold_tag(words) if words.strip().startswith("#") else None

    def keep(found: Sequence[Post]) -> list[Post]:
        fit = [
            post
            for post in found
            if (author_id is None or post.author_id == author_id)
            and (tag is None or tag in _tags_of(post))
        ]
        return hiding.visible(tx, env.now(), viewer_id, fit, looking=hiding.SEARCH)

    return filled(
        lambda window: search.find(tx, terms, viewer_id, window),
        keep,
        lambda post: post.id,
        Window(most),
    )


def _tags_of(post: Post) -> set[str | None]:
    return {fold_tag(str(one.get("name"))) for one in post.tags if one.get("type") == "Hashtag"}


def _known(tx: Tx, env: Env, text: str) -> Meant:
    if text.startswith(("https://", "http://")):
        post = posts.post_by_uri(tx, text)
        if post is not None and post.state == "published":
            return Meant(post=post)
        actor = actors.actor_by_uri(tx, text)
        return Meant(person_id=None if actor is None or actor.gone_at else actor.id)
    name, _, host = text.removeprefix("@").partition("@")
    actor = actors.actor_by_handle(tx, name, (host or env.addresses.host).lower())
    return Meant(person_id=None if actor is None or actor.gone_at else actor.id)


def _is_handle(text: str) -> bool:
    if "@" not in text or any(character.isspace() for character in text):
        return False
    try:
        parse_handle(text.removeprefix("@"))
    except DocumentError:
        return "@" not in text[1:]
    return True
