"""What a post says and said, for its readers. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from activitypub.documents.emoji import EmojiView as Known
from activitypub.html import to_text
from fedi_cotweet.services import emoji, reading, versions
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.history_views import HistoryView, VersionMediaView, VersionView
from fedi_cotweet.services.views import PostView
from storage.engine import Tx
from storage.models import EmojiPicture, Post, PostVersion
from storage.queries import post_media
from storage.queries import versions as stored


def post_history(tx: Tx, env: Env, post: Post | None, viewer_id: int | None) -> HistoryView:
    """All versions of a post that are kept. Whoever may not see it gets ``not_found``; so does the
    author of a draft, which has no history."""
    view = reading.one_post(tx, env, post, viewer_id)
    if post is None or post.state != "published":
        raise not_found("post")
    # What was for fewer people stays so, whoever may see what became of it.
    rows = stored.versions_of(tx, post.id)
    kept = [row for row in rows if _may_see(row, post, viewer_id)]
    last = rows[-1].number + 1 if rows else 1
    with_it = _with_it(tx, post, view, kept)
    shown = [_present(tx, post, view, last), *(_earlier(row, with_it) for row in reversed(kept))]
    first = shown[-1]
    return HistoryView(
        post=view,
        versions=tuple(shown),
        missing=last - len(shown),
        complete=first.number == 1 and first.published_at <= view.published_at,
    )


@dataclass(frozen=True, slots=True)
class _WithIt:
    """What earlier versions are shown with. ``files``: paths of those that the post has still."""

    view: PostView
    files: Mapping[str, str]
    emoji: Mapping[int, tuple[Known, ...]]
    pictures: Mapping[Known, EmojiPicture]


def _may_see(row: PostVersion, post: Post, viewer_id: int | None) -> bool:
    if row.visibility in EVERYBODYS or viewer_id == post.author_id:
        return True
    # Of a direct post it is not kept to whom each version was.
    return row.visibility == post.visibility != "direct"


def _with_it(tx: Tx, post: Post, view: PostView, kept: list[PostVersion]) -> _WithIt:
    paths = {item.url.rpartition("/")[2].partition(".")[0]: item.url for item in view.media}
    used = {row.number: emoji.known_in(row.emoji, covered=len(row.authors) > 1) for row in kept}
    return _WithIt(
        view=view,
        files={
            str(item.id): paths[item.token]
            for item in post_media.media_of(tx, post_ids=[post.id])
            if item.token in paths
        },
        emoji=used,
        pictures=emoji.pictures_of(tx, [one for some in used.values() for one in some]),
    )


def _present(tx: Tx, post: Post, view: PostView, number: int) -> VersionView:
    return VersionView(
        number=number,
        published_at=view.updated_at or view.published_at,
        name=post.name,
        summary=view.summary,
        content=view.content,
        text=view.text,
        sensitive=view.sensitive,
        language=view.language,
        media=tuple(VersionMediaView(item.url, item.media_type, item.alt) for item in view.media),
        options=versions.present(tx, post).options,
        authors=view.authors,
        others=0,
        digest=post.digest if len(view.authors) > 1 else None,
        emojis=view.emojis,
    )


def _earlier(row: PostVersion, with_it: _WithIt) -> VersionView:
    named = {author.uri: author for author in with_it.view.authors}
    return VersionView(
        number=row.number,
        published_at=row.made_at,
        name=row.name,
        summary=row.summary,
        content=row.content,
        text=to_text(row.content),
        sensitive=row.sensitive,
        language=row.language,
        media=tuple(
            VersionMediaView(with_it.files.get(item["id"]), item["media_type"], item["alt"])
            for item in row.media
        ),
        options=tuple(row.options),
        # A name that was taken off the post stands on no version of it either.
        authors=tuple(named[uri] for uri in row.authors if uri in named),
        others=sum(uri not in named for uri in row.authors),
        digest=row.digest,
        emojis=emoji.shown(with_it.emoji[row.number], with_it.pictures),
    )
