"""``Announcement``, ``Reaction``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fedi_cotweet.mastodon_api.entities import accounts
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.services import emoji
from fedi_cotweet.services.announcing import Shown
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.queries import announcements as kept
from storage.queries import emoji as stored


def announcements(tx: Tx, env: Env, found: Sequence[Shown]) -> list[Document]:
    """Of these; one query for the pictures of all their reactions."""
    names = {name for shown in found for name, _, _ in shown.reactions if name.isascii()}
    urls = {
        row.shortcode: emoji.own_url(env, row.token, row.media_type)
        for row in stored.emoji_named(tx, names)
    }
    return [_document(tx, env, shown, urls) for shown in found]


def _document(tx: Tx, env: Env, shown: Shown, urls: Mapping[str, str]) -> Document:
    held = shown.announcement
    tags = emoji.tags_for(tx, env, held.text, with_digest=False)
    return {
        "id": str(held.id),
        "content": shown.html,
        "starts_at": None if held.starts_at is None else moment(held.starts_at),
        "ends_at": None if held.ends_at is None else moment(held.ends_at),
        "all_day": held.all_day,
        "published_at": moment(held.published_at),
        "updated_at": moment(held.updated_at),
        "read": shown.read,
        "mentions": [
            {
                "id": str(actor.id),
                "username": actor.username,
                "url": actor.url,
                "acct": actor.username,
            }
            for actor in shown.mentioned
        ],
        "statuses": [],
        "tags": [{"name": name.lower(), "url": url} for name, url in shown.hashtags],
        "emojis": accounts.emojis(env, emoji.views_in(tx, tags, shown.html, covered=False)),
        "reactions": [
            {
                "name": name,
                "count": count,
                "me": me,
                **({"url": urls[name], "static_url": urls[name]} if name in urls else {}),
            }
            for name, count, me in shown.reactions
        ],
    }


def reaction(tx: Tx, env: Env, key: int, name: str) -> Document:
    """How many people answer an announcement with an emoji now, as streams tell it."""
    people = [row.people for row in kept.reactions(tx, [key]) if row.name == name]
    found: Document = {"name": name, "count": sum(people), "announcement_id": str(key)}
    for row in stored.emoji_named(tx, [name]) if name.isascii() else ():
        url = emoji.own_url(env, row.token, row.media_type)
        found |= {"url": url, "static_url": url}
    return found
