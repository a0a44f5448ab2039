"""``StatusEdit``: a version of a post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fedi_cotweet.mastodon_api.entities import accounts, attachments
from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.history_views import HistoryView, VersionMediaView
from fedi_cotweet.services.post_views import media_views
from storage.engine import Tx
from storage.models import Media, Post
from storage.queries import post_media

Document = dict[str, Any]


def versions(tx: Tx, env: Env, post: Post, found: HistoryView) -> list[Document]:
    """The versions of a post, the first first."""
    author = accounts.in_order(tx, env, [post.author_id])[0]
    files = {item.token: item for item in post_media.media_of(tx, post_ids=[post.id])}
    return [
        {
            "content": version.content,
            "spoiler_text": version.summary,
            "sensitive": version.sensitive,
            "created_at": moment(version.published_at),
            "account": author,
            "media_attachments": [_media(env, item, files) for item in version.media],
            "emojis": accounts.emojis(env, version.emojis),
            **(
                {"poll": {"options": [{"title": name} for name in version.options]}}
                if version.options
                else {}
            ),
        }
        for version in reversed(found.versions)
    ]


def _media(env: Env, item: VersionMediaView, files: Mapping[str, Media]) -> Document:
    """A file as it was described then; of one that is kept no longer only that."""
    token = (item.url or "").rpartition("/")[2].partition(".")[0]
    held = files.get(token)
    if held is None:
        return {**attachments.GONE, "description": item.alt or None}
    [view] = media_views(env, [held], co_authored=False)
    return {
        **attachments.media(env, view, {str(held.id): held}),
        "description": item.alt or None,
    }
