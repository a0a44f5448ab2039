"""What whoever runs the server tells everybody who has an account on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from activitypub.activities.like import one_emoji
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import streams
from fedi_cotweet.services.composing import compose, handles_in
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.staff_log import OPERATOR, note
from fedi_cotweet.services.views import AnnouncementView, ReactionView
from storage.engine import Tx
from storage.models import Actor, Announcement
from storage.queries import actors, announcements, emoji

MOST_ANNOUNCEMENTS: Final = 100
MOST_CHARACTERS: Final = 5_000
MOST_REACTIONS: Final = 8
"""Kinds of emoji under one announcement, as Mastodon has it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An announcement. ``starts_at``, ``ends_at``: milliseconds since 1970; ``all_day``: days."""

    text: str
    starts_at: int | None = None
    ends_at: int | None = None
    all_day: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """An announcement as one account sees it. ``read``: they have dismissed it."""

    announcement: Announcement
    html: str
    mentioned: Sequence[Actor]
    hashtags: Sequence[tuple[str, str]]
    """Name and address."""
    reactions: Sequence[tuple[str, int, bool]]
    """Emoji, how many, whether they are one of them."""
    read: bool


def announce(tx: Tx, env: Env, wanted: Wanted, *, by: str = OPERATOR) -> AnnouncementView:
    """Tell everybody here. Raises ``bad_announcement`` (422), ``too_many_announcements`` (409)."""
    if len(announcements.announcements(tx)) >= MOST_ANNOUNCEMENTS:
        raise ServiceError(
            "too_many_announcements",
            409,
            say("There are {most} announcements.", most=MOST_ANNOUNCEMENTS),
            "Remove old ones first.",
        )
    key, now = env.new_id(), env.now()
    values = _checked(wanted)
    announcements.add_announcement(tx, id=key, published_at=now, updated_at=now, **values)
    streams.announced(tx, env, key)
    note(tx, env, by, "announce", wanted.text)
    return _view(tx, _held(tx, key))


def change(tx: Tx, env: Env, key: int, wanted: Wanted, *, by: str = OPERATOR) -> AnnouncementView:
    """Say it anew; whoever dismissed it is not shown it again. Raises ``bad_announcement``."""
    _held(tx, key)
    announcements.change_announcement(tx, key, updated_at=env.now(), **_checked(wanted))
    streams.announced(tx, env, key)
    note(tx, env, by, "change-announcement", wanted.text)
    return _view(tx, _held(tx, key))


def remove(tx: Tx, env: Env, key: int, *, by: str = OPERATOR) -> None:
    """Take one back. Raises ``not_found`` (404)."""
    held = _held(tx, key)
    announcements.remove_announcement(tx, held.id)
    streams.announcement_removed(tx, env, key)
    note(tx, env, by, "unannounce", held.text)


def all_of_them(tx: Tx) -> list[AnnouncementView]:
    """All, over or not, the oldest first."""
    return [_view(tx, held) for held in announcements.announcements(tx)]


def current(
    tx: Tx, env: Env, account_id: int, *, with_dismissed: bool, key: int | None = None
) -> list[Shown]:
    """Those that are not over, or of them the one with this id, for one account."""
    now, read = env.now(), announcements.dismissed(tx, account_id)
    found = [
        held
        for held in announcements.announcements(tx)
        if key in (None, held.id)
        and _running(held, now)
        and (with_dismissed or held.id not in read)
    ]
    counted = announcements.reactions(tx, [held.id for held in found])
    own = announcements.reactions_by(tx, account_id)
    shown = []
    for held in found:
        people = _people(tx, held.text)
        made = compose(held.text, people, env.addresses.base)
        shown.append(
            Shown(
                announcement=held,
                html=made.html,
                mentioned=[actor for actor in people.values() if actor.id in made.mentioned],
                hashtags=[
                    (tag.name.removeprefix("#"), tag.href)
                    for tag in made.tags
                    if tag.kind == "Hashtag" and tag.href is not None
                ],
                reactions=[
                    (row.name, row.people, (held.id, row.name) in own)
                    for row in counted
                    if row.announcement_id == held.id
                ],
                read=held.id in read,
            )
        )
    return shown


def dismiss(tx: Tx, env: Env, account_id: int, key: int) -> None:
    """Have read one; twice is once. Raises ``not_found`` (404)."""
    announcements.dismiss(tx, _current(tx, env, key).id, account_id)


def react(tx: Tx, env: Env, account_id: int, key: int, name: str) -> None:
    """Answer one with an emoji; twice is once.

    Raises ``not_found`` (404), ``bad_reaction`` (422), ``too_many_reactions`` (422).
    """
    held, code = _current(tx, env, key), name.strip(":")
    if not any(row.shortcode == code for row in emoji.emoji_named(tx, [code])):
        code = one_emoji(name)
        if not code or code.startswith(":"):
            raise ServiceError(
                "bad_reaction",
                422,
                say("“{name}” is no emoji that this server knows.", name=name[:60]),
                "Send one emoji, or the shortcode of one of /api/v1/custom_emojis.",
            )
    known = {row.name for row in announcements.reactions(tx, [held.id])}
    if code not in known and len(known) >= MOST_REACTIONS:
        raise ServiceError(
            "too_many_reactions",
            422,
            say("There are {most} kinds of reactions already.", most=MOST_REACTIONS),
            "Choose one of them.",
        )
    if announcements.react(tx, held.id, account_id, code, env.now()):
        streams.announcement_answered(tx, env, held.id, code)


def unreact(tx: Tx, env: Env, account_id: int, key: int, name: str) -> None:
    """Take a reaction back; it is no error if there was none. Raises ``not_found`` (404)."""
    held, code = _current(tx, env, key), name.strip(":")
    if announcements.unreact(tx, held.id, account_id, code):
        streams.announcement_answered(tx, env, held.id, code)


def _checked(wanted: Wanted) -> dict[str, object]:
    text = wanted.text.strip()
    if not text or len(text) > MOST_CHARACTERS:
        raise ServiceError(
            "bad_announcement",
            422,
            say(
                "An announcement has 1 to {most} characters; this one has {length}.",
                most=MOST_CHARACTERS,
                length=len(text),
            ),
        )
    starts_at, ends_at = wanted.starts_at, wanted.ends_at
    if starts_at is not None and ends_at is not None and ends_at < starts_at:
        raise ServiceError("bad_announcement", 422, "It would end before it begins.")
    return {
        "text": text,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "all_day": wanted.all_day,
    }


def _running(held: Announcement, now: int) -> bool:
    return held.ends_at is None or held.ends_at > now


def _held(tx: Tx, key: int) -> Announcement:
    held = announcements.announcement(tx, key)
    if held is None:
        raise not_found("announcement")
    return held


def _current(tx: Tx, env: Env, key: int) -> Announcement:
    held = _held(tx, key)
    if not _running(held, env.now()):
        raise not_found("announcement")
    return held


def _people(tx: Tx, text: str) -> dict[str, Actor]:
    """People of this server whom a text names."""
    found: dict[str, Actor] = {}
    for handle in handles_in(text):
        account = actors.present_account(tx, handle)
        actor = None if account is None else actors.actor(tx, account.id)
        if actor is not None:
            found[handle] = actor
    return found


def _view(tx: Tx, held: Announcement) -> AnnouncementView:
    return AnnouncementView(
        id=str(held.id),
        text=held.text,
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        all_day=held.all_day,
        published_at=held.published_at,
        updated_at=held.updated_at,
        reactions=_counted(announcements.reactions(tx, [held.id])),
    )


def _counted(rows: Iterable[announcements.Reactions]) -> tuple[ReactionView, ...]:
    return tuple(ReactionView(row.name, row.people) for row in rows)
