"""``Tag``: a hashtag."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from fedi_cotweet.domain.terms import fold_tag
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.queries import actors, followed_tags


def tags(tx: Tx, env: Env, viewer_id: int | None, names: Sequence[str]) -> list[dict[str, Any]]:
    """Hashtags by their folded names; to somebody whether they follow and show them."""
    account = actors.account_of(tx, viewer_id) if viewer_id is not None else None
    featured = {fold_tag(str(one)) for one in account.featured_tags} if account is not None else ()
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
            document |= {"following": name in followed, "featuring": name in featured}
        made.append(document)
    return made
