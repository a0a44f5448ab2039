"""``Tag``: a hashtag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.queries import followed_tags


def tags(tx: Tx, env: Env, viewer_id: int | None, names: Sequence[str]) -> list[dict[str, Any]]:
    """Hashtags by their folded names; to somebody whether they follow them."""
    followed = followed_tags.among(tx, viewer_id, names) if viewer_id is not None else set()
    made: list[dict[str, Any]] = []
    for name in names:
        document: dict[str, Any] = {
            "id": name,
            "name": name,
            "url": f"{env.addresses.base}/tags/{quote(name)}",
            "history": [],
        }
        if viewer_id is not None:
            document |= {"following": name in followed, "featuring": False}
        made.append(document)
    return made
