"""Who of those who listen hears of what happened: whoever would find it in the same place.

A stream never brings what its timeline would not show: the same rows of home timelines and lists
are asked, and the same rules (``hiding``), at the moment of telling.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from fedi_cotweet.domain.ids import time_of
from fedi_cotweet.services import audiences, distances, hiding
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.hiding import Looking
from fedi_cotweet.services.streams import LATE
from storage.engine import Tx
from storage.models import Post, StreamEvent
from storage.queries import actors, post_authors, post_media, posts
from storage.queries import streams as stored

Channel = tuple[str, int | str]
"""The name of a stream, and of which account, list or hashtag it is (``""``: of nobody)."""
Viewer = int | None
"""An account here; None: an app that acts for nobody."""
Listening = Mapping[Channel, Collection[Viewer]]
"""Who listens to what."""
Event = Literal[
    "update",
    "status.update",
    "delete",
    "notification",
    "filters_changed",
    "notifications_merged",
    "conversation",
    "announcement",
    "announcement.reaction",
    "announcement.delete",
]

PUBLIC: Final = ("public", "public:local", "public:remote")
_TO_ONE: Final[Mapping[str, tuple[Event, Collection[str]]]] = {
    "notified": ("notification", ("user", "user:notification")),
    "filters_changed": ("filters_changed", ("user",)),
    "notifications_merged": ("notifications_merged", ("user", "user:notification")),
    "conversed": ("conversation", ("direct",)),
}
"""What alone concerns one account: what it is told as, and on which streams."""
_TO_EVERYBODY: Final[Mapping[str, Event]] = {
    "announced": "announcement",
    "announcement_answered": "announcement.reaction",
    "announcement_removed": "announcement.delete",
}
"""What concerns everybody who has an account here."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to tell on some channels, to some of those who listen there.

    ``post`` is None for a notification, whose id is ``subject``. Of a conversation too ``subject``
    is the id, and ``post`` what came to it; of an announcement too, and ``name`` is the emoji with
    which it was answered. Otherwise it is the number of the post or boost for
    clients.
    """

    event: Event
    subject: int
    post: Post | None
    boosted_by: int | None
    to: Mapping[Channel, Collection[Viewer]]
    name: str = ""

    @property
    def viewers(self) -> set[Viewer]:
        """All of them."""
        return {viewer for viewers in self.to.values() for viewer in viewers}


def told(tx: Tx, env: Env, event: StreamEvent, listening: Listening) -> Iterator[Told]:
    """What to tell of an event."""
    if event.account_id is not None:
        yield from _to_one(tx, event, event.account_id, listening)
        return
    if event.kind in _TO_EVERYBODY:
        to = {channel: viewers for channel, viewers in listening.items() if channel[0] == "user"}
        if to:
            what = _TO_EVERYBODY[event.kind]
            yield Told(what, event.subject or 0, None, None, to, event.name or "")
        return
    post = posts.post(tx, event.post_id or 0)
    if post is None:
        return
    if event.kind in ("deleted", "unboosted"):
        yield from _gone(tx, env, event, post, listening)
    elif post.state == "published":
        yield from _there(tx, env, event, post, listening)


def _to_one(tx: Tx, event: StreamEvent, account_id: int, listening: Listening) -> Iterator[Told]:
    what, channels = _TO_ONE[event.kind]
    to: dict[Channel, Collection[Viewer]] = {
        (name, account_id): (account_id,) for name in channels if (name, account_id) in listening
    }
    if to:
        post = posts.post(tx, event.post_id) if event.post_id is not None else None
        yield Told(what, event.subject or 0, post, None, to)


def _there(
    tx: Tx, env: Env, event: StreamEvent, post: Post, listening: Listening
) -> Iterator[Told]:
    edit = event.kind == "edited"
    for (place, booster), readers in _entries(tx, event, post, listening).items():
        # To what arrives late time has passed; a change is news whenever the post was.
        if not edit and time_of(place) < env.now() - LATE:
            continue
        seeing = see(tx, env.now(), readers, post, hiding.HOME, booster)
        to = _home_channels(tx, post, booster, seeing, listening)
        if to and edit:
            yield Told("status.update", post.sort_id, post, None, to)
        elif to:
            yield Told("update", place, post, booster, to)
    if edit or (event.kind == "posted" and time_of(post.sort_id) >= env.now() - LATE):
        to = _public(tx, env, post, stored.tags_of(tx, post.id), listening)
        if to:
            yield Told("status.update" if edit else "update", post.sort_id, post, None, to)


def _entries(
    tx: Tx, event: StreamEvent, post: Post, listening: Listening
) -> dict[tuple[int, int | None], set[Viewer]]:
    """Home timelines that an event is about: (place, boosted by) → whose."""
    wanted = {int(key) for name, key in listening if name == "user"}
    for channel, viewers in listening.items():
        if channel[0] == "list":
            wanted |= {viewer for viewer in viewers if viewer is not None}
    if event.readers is not None:
        wanted &= set(event.readers)
    found: dict[tuple[int, int | None], set[Viewer]] = {}
    for account_id, place, booster in stored.entries(tx, post.id, wanted):
        if event.kind == "boosted" and (booster is None or place != event.subject):
            continue
        if event.kind in ("posted", "brought") and booster is not None:
            continue
        found.setdefault((place, booster), set()).add(account_id)
    return found


def _gone(tx: Tx, env: Env, event: StreamEvent, post: Post, listening: Listening) -> Iterator[Told]:
    held = {reader for reader in event.readers or () if _listens_at_home(reader, listening)}
    seeing = see(tx, env.now(), held, post, hiding.HOME) if held else set()
    to = _home_channels(tx, post, None, seeing, listening)
    if event.kind == "deleted":
        names = {
            str(tag.get("name") or "").removeprefix("#").lower()
            for tag in post.tags
            if tag.get("type") == "Hashtag"
        }
        to |= _public(tx, env, post, names, listening)
    if to:
        yield Told("delete", event.subject or 0, post, None, to)


def _listens_at_home(account_id: int, listening: Listening) -> bool:
    return ("user", account_id) in listening or any(
        account_id in viewers for (name, _), viewers in listening.items() if name == "list"
    )


def _home_channels(
    tx: Tx, post: Post, booster: int | None, readers: Collection[Viewer], listening: Listening
) -> dict[Channel, Collection[Viewer]]:
    """The streams of these readers on which what is in their home timelines stands."""
    at_home = {reader for reader in readers if reader is not None and ("user", reader) in listening}
    if at_home:
        at_home -= stored.left_to_lists(tx, post.id, at_home)
    to: dict[Channel, Collection[Viewer]] = {("user", reader): (reader,) for reader in at_home}
    lists = {
        int(key)
        for (name, key), viewers in listening.items()
        if name == "list" and any(viewer in readers for viewer in viewers)
    }
    for list_id, owner in stored.lists_with(tx, lists, post.id, booster).items():
        if owner in readers:
            to["list", list_id] = (owner,)
    return to


def _public(
    tx: Tx, env: Env, post: Post, tags: Iterable[str], listening: Listening
) -> dict[Channel, Collection[Viewer]]:
    """Public streams on which a post stands."""
    if post.visibility not in ("public", "local"):
        return {}
    side = "local" if post.local else "remote"
    channels: list[Channel] = [("public", ""), (f"public:{side}", "")]
    if any((f"{name}:media", "") in listening for name in PUBLIC) and post_media.media_of(
        tx, post_ids=[post.id]
    ):
        channels += [("public:media", ""), (f"public:{side}:media", "")]
    if post.visibility == "public":
        channels += [("hashtag", tag) for tag in tags]
        channels += [("hashtag:local", tag) for tag in tags if post.local]
    asked = {viewer for channel in channels for viewer in listening.get(channel, ())}
    seeing = see(tx, env.now(), asked, post, hiding.PUBLIC)
    to = {
        channel: [viewer for viewer in listening[channel] if viewer in seeing]
        for channel in channels
        if channel in listening
    }
    return {channel: viewers for channel, viewers in to.items() if viewers}


def see(
    tx: Tx,
    now: int,
    viewers: Collection[Viewer],
    post: Post,
    looking: Looking,
    booster: int | None = None,
) -> set[Viewer]:
    """Who of some viewers is shown a post, by the rules of ``hiding``.

    With few statements for any number of viewers: those between whom and the post nothing at all
    can stand are all shown it if one of them is.
    """

    def sees(viewer: Viewer) -> bool:
        by = None if booster is None else {post.id: booster}
        return not hiding.hidden(tx, now, viewer, [post], looking=looking, boosted_by=by)

    found: set[Viewer] = {None} if None in viewers and sees(None) else set()
    people = {viewer for viewer in viewers if viewer is not None}
    if people and post.visibility not in audiences.EVERYBODYS:
        people = stored.readers_of(tx, post.id, people)
    if not people:
        return found
    around = _around(tx, post, booster)
    apart = stored.peculiar(tx, people, around) | (people & around)
    if looking.public:
        # Who is limited is shown in public to whoever follows them.
        known = distances.distances(tx, now, None, [post.author_id])
        apart = people if known.limited(post.author_id) else apart
    alike = people - apart
    if alike and sees(min(alike)):
        found |= alike
    return found | {viewer for viewer in apart if sees(viewer)}


def _around(tx: Tx, post: Post, booster: int | None) -> set[int]:
    """Everybody whom ``hiding`` may look at for a post."""
    rows = post_authors.authors_of(tx, [post.id])[post.id]
    strangers = {row.actor_uri for row in rows if row.actor_id is None}
    met = actors.actors_by_uri(tx, strangers).values() if strangers else ()
    people = {post.author_id, *(row.actor_id for row in rows if row.actor_id is not None)}
    return people | {actor.id for actor in met} | ({booster} if booster is not None else set())
