"""Earlier versions of posts, ours and others': kept when an edit changes what one says.

The present version is the post itself. What is not an edit keeps nothing: votes, counts, other
addressees, a co-author who leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from activitypub.quotes.forms import without_inline
from fedi_cotweet.services import companions
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Media, Post
from storage.queries import actors, polls, post_authors, post_media, posts
from storage.queries import versions as stored

MOST_KEPT: Final = 100
"""Of the versions of a post of another server: the first half and the last."""
MOST_CHARACTERS: Final = 500_000
"""Of all of them together: their number alone would let a stranger fill the disk."""


@dataclass(frozen=True, slots=True)
class Version:
    """A published post as it stands, for ``keep`` to compare with what it becomes.

    ``content`` is without the paragraph that names who agreed by message: a name that was taken off
    must not stand in an earlier version. ``authors`` are those known to have agreed to it.
    """

    post: Post
    content: str
    media: tuple[Media, ...]
    options: tuple[str, ...]
    multiple: bool
    authors: tuple[str, ...]

    def says(self) -> tuple[object, ...]:
        """All that makes a version another one."""
        post = self.post
        text = without_inline(self.content)
        said = (post.name, post.summary, text, post.sensitive, post.language)
        files = tuple((item.remote_url or item.token, item.digest, item.alt) for item in self.media)
        return (*said, files, self.options, self.multiple)


def present(tx: Tx, post: Post) -> Version:
    """The version of a post that is stored now."""
    poll = polls.poll(tx, post.id) if post.kind == "Question" else None
    author = actors.actor(tx, post.author_id)
    agreed = [row.actor_uri for row in post_authors.authors_of(tx, [post.id])[post.id] if
              row.state == "verified"]  # fmt: skip
    return Version(
        post=post,
        content=content_of(tx, post),
        media=tuple(post_media.media_of(tx, post_ids=[post.id])),
        options=() if poll is None else tuple(str(option["name"]) for option in poll.options),
        multiple=poll is not None and poll.multiple,
        authors=(author.uri if author is not None else "", *agreed),
    )


def content_of(tx: Tx, post: Post) -> str:
    """The text of a post without the paragraph that names who agreed by message."""
    named = post_authors.companions_of(tx, [post.id])[post.id]
    return companions.text_without(post.content) if named else post.content


def keep(tx: Tx, env: Env, before: Version) -> bool:
    """Keep the version before, if the post as it is stored by now says anything else."""
    post = posts.post(tx, before.post.id)
    if post is None or present(tx, post).says() == before.says():
        return False
    kept = stored.sizes(tx, post.id)
    number = kept[-1][0] + 1 if kept else 1
    values = _values(before)
    size = sum(len(str(value)) for value in values.values())
    stored.add_version(tx, post_id=post.id, number=number, size=size, **values)
    if not post.local:
        stored.drop(tx, post.id, too_many([*kept, (number, size)]))
    made_at = values["made_at"]
    # A document may keep the date that it had: then the edit is of when it came.
    said = post.updated_at if (post.updated_at or 0) > made_at else max(env.now(), made_at)
    posts.change_post(tx, post.id, edited_at=said)
    return True


def forget(tx: Tx, post_id: int) -> None:
    """The post is deleted: so is all that it ever said."""
    stored.drop_all(tx, post_id)


def too_many(kept: Sequence[tuple[int, int]]) -> list[int]:
    """Which of (number, size), oldest first, are over the bounds: always from the middle."""
    rest, gone = list(kept), []
    while len(rest) > 1 and (
        len(rest) > MOST_KEPT or sum(size for _, size in rest) > MOST_CHARACTERS
    ):
        gone.append(rest.pop((len(rest) - 1) // 2)[0])
    return gone


def first_edit(published_at: int, updated_at: int | None) -> int | None:
    """When a post was last edited that came with these dates."""
    return updated_at if updated_at is not None and updated_at > published_at else None


def _values(version: Version) -> dict[str, Any]:
    post = version.post
    return {
        "made_at": post.edited_at or post.published_at or post.fetched_at,
        "visibility": post.visibility,
        "content": version.content,
        "summary": post.summary,
        "name": post.name,
        "sensitive": post.sensitive,
        "language": post.language,
        "media": [
            {"id": str(item.id), "media_type": item.media_type, "alt": item.alt}
            for item in version.media
        ],
        "options": list(version.options),
        "emoji": [tag for tag in post.tags if isinstance(tag, dict) and tag.get("type") == "Emoji"],
        "digest": post.digest if len(version.authors) > 1 else None,
        "authors": list(version.authors),
    }
