"""Lists of people whom a reader follows: their posts alone, out of the home timeline."""

from __future__ import annotations

from collections.abc import Sequence

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.views import ListView
from storage.engine import Tx
from storage.models import Actor, ReaderList
from storage.queries import actors, follows, lists

LONGEST_TITLE = 100
MOST_LISTS = 50
MOST_MEMBERS = 500
REPLIES_POLICIES = ("followed", "list", "none")
"""Replies to whomever, to people on the list (and the reader), to nobody else than the reader."""


def create(
    tx: Tx,
    env: Env,
    account_id: int,
    title: str,
    *,
    replies_policy: str = "list",
    exclusive: bool = False,
) -> int:
    """Make an empty list; its id. Raises ``bad_title`` and ``bad_replies_policy`` (422)."""
    name = check_title(title)
    _check_policy(replies_policy)
    if len(lists.lists_of(tx, account_id)) >= MOST_LISTS:
        raise ServiceError(
            "too_many_lists",
            422,
            say("You have {most} lists.", most=MOST_LISTS),
            "Delete one of them first.",
        )
    list_id = env.new_id()
    lists.add_list(
        tx,
        id=list_id,
        account_id=account_id,
        title=name,
        replies_policy=replies_policy,
        exclusive=exclusive,
        created_at=env.now(),
    )
    return list_id


def rename(tx: Tx, account_id: int, list_id: int, title: str) -> None:
    """Give a list another title."""
    own_list(tx, account_id, list_id)
    lists.change_list(tx, list_id, title=check_title(title))


def choose(
    tx: Tx,
    account_id: int,
    list_id: int,
    *,
    replies_policy: str | None = None,
    exclusive: bool | None = None,
) -> None:
    """Decide which replies a list shows, and whether home leaves its people to it; None: as it
    is. Raises ``bad_replies_policy`` (422)."""
    own_list(tx, account_id, list_id)
    if replies_policy is not None:
        _check_policy(replies_policy)
        lists.change_list(tx, list_id, replies_policy=replies_policy)
    if exclusive is not None:
        lists.change_list(tx, list_id, exclusive=exclusive)


def delete(tx: Tx, account_id: int, list_id: int) -> None:
    """Delete a list; nobody is unfollowed."""
    own_list(tx, account_id, list_id)
    lists.remove_list(tx, list_id)


def add(tx: Tx, account_id: int, list_id: int, person: Actor) -> None:
    """Put somebody on a list. Only whom one follows: else nothing of theirs would come."""
    own_list(tx, account_id, list_id)
    if not follows.follows(tx, account_id, person.id):
        raise ServiceError(
            "not_followed",
            422,
            say("You do not follow {who}.", who=f"@{person.username}@{person.host}"),
            "Follow them first; a list shows what comes into your timeline.",
        )
    if lists.count_members(tx, list_id) >= MOST_MEMBERS:
        raise ServiceError(
            "list_full", 422, say("A list has at most {most} people.", most=MOST_MEMBERS)
        )
    lists.add_member(tx, list_id, person.id)


def remove(tx: Tx, account_id: int, list_id: int, person: Actor) -> None:
    """Take somebody off a list; it is no error if they are not on it."""
    own_list(tx, account_id, list_id)
    lists.remove_member(tx, list_id, person.id)


def show(tx: Tx, env: Env, account_id: int, list_id: int) -> ListView:
    """One list with its people."""
    return _views(tx, env, [own_list(tx, account_id, list_id)])[0]


def show_all(tx: Tx, env: Env, account_id: int) -> list[ListView]:
    """All lists of a reader."""
    return _views(tx, env, lists.lists_of(tx, account_id))


def own_list(tx: Tx, account_id: int, list_id: int) -> ReaderList:
    """A list of this reader, or 404: somebody else's lists are not there."""
    found = lists.reader_list(tx, list_id)
    if found is None or found.account_id != account_id:
        raise not_found("list")
    return found


def _views(tx: Tx, env: Env, found: Sequence[ReaderList]) -> list[ListView]:
    on = lists.members(tx, [one.id for one in found])
    people = actors.actors(tx, {actor_id for of in on.values() for actor_id in of})
    return [
        ListView(
            id=str(one.id),
            title=one.title,
            members=tuple(
                author_view(env, people[actor_id]) for actor_id in on[one.id] if actor_id in people
            ),
            replies_policy=one.replies_policy,
            exclusive=one.exclusive,
        )
        for one in found
    ]


def _check_policy(given: str) -> None:
    if given not in REPLIES_POLICIES:
        raise ServiceError(
            "bad_replies_policy",
            422,
            say("There is no replies policy “{given}”.", given=given[:60]),
            say("Choose one of: {choices}.", choices=", ".join(REPLIES_POLICIES)),
        )


def check_title(given: str) -> str:
    """A usable title. Raises ``bad_title`` (422)."""
    title = " ".join(given.split())
    if not title or len(title) > LONGEST_TITLE:
        raise ServiceError(
            "bad_title", 422, say("A list's title has 1 to {most} characters.", most=LONGEST_TITLE)
        )
    return title
