"""Files that come with documents of other servers: a row for each, its octets fetched later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from activitypub.coauthorship.offers import OfferedMedia
from activitypub.documents.note import AttachmentView
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import later
from storage.engine import Tx
from storage.queries import post_media


def keep_of_post(tx: Tx, env: Env, post_id: int, media: Sequence[AttachmentView]) -> None:
    """The files of a post as its document has them now; what is the same is not fetched again."""
    held = {
        (item.remote_url, item.digest): item for item in post_media.media_of(tx, post_ids=[post_id])
    }
    kept: set[int] = set()
    for position, item in enumerate(media[: env.limits.media_per_post * 2]):
        same = held.get((item.url, item.digest))
        if same is not None:
            kept.add(same.id)
            post_media.change_media(tx, same.id, position=position, **_described(item))
            continue
        _begin(tx, env, item, post_id=post_id, position=position)
    post_media.remove_media(tx, [item.id for item in held.values() if item.id not in kept])


def keep_of_offer(tx: Tx, env: Env, offer_id: int, media: Sequence[OfferedMedia]) -> None:
    """The files of a version that somebody here is asked to agree to."""
    for position, item in enumerate(media):
        _begin(tx, env, item, offer_id=offer_id, position=position)


def _begin(tx: Tx, env: Env, item: AttachmentView | OfferedMedia, **owner: int) -> None:
    media_id = env.new_id()
    # What is offered says nothing of its size: whoever fetches it sees.
    size = (item.width, item.height) if isinstance(item, AttachmentView) else (None, None)
    post_media.add_media(
        tx,
        id=media_id,
        token=env.token(),
        remote_url=item.url,
        state="pending",
        media_type=item.media_type or "application/octet-stream",
        digest=item.digest,
        width=size[0],
        height=size[1],
        created_at=env.now(),
        **owner,
        **_described(item),
    )
    later(tx, env, "fetch_media", str(media_id), media_id=media_id)


def _described(item: AttachmentView | OfferedMedia) -> dict[str, Any]:
    """What a document may say anew of a file that stays the same."""
    x, y = item.focal or (None, None)
    return {"alt": item.name, "blurhash": item.blurhash, "focal_x": x, "focal_y": y}
