"""What readers see of quotes. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fedi_cotweet.services import hiding
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.views import PostView, QuoteView
from storage.engine import Tx
from storage.models import Post
from storage.queries import posts, quotes

Render = Callable[[Sequence[Post]], tuple[PostView, ...]]


def quotes_in(
    tx: Tx, env: Env, found: Sequence[Post], viewer_id: int | None, render: Render | None
) -> dict[int, QuoteView]:
    """What these posts quote, by post; ``render`` makes views of the quoted ones, None for none.

    A quoted post is shown with its author's consent, to whoever may see it by itself.
    """
    rows = quotes.quotes_of(tx, [post.id for post in found])
    if not rows:
        return {}
    known = posts.posts_by_uri(tx, [row.quoted_uri for row in rows.values()])
    shown = (
        []
        if render is None
        else [
            post
            for post in known.values()
            if post.state == "published" and post.visibility in EVERYBODYS
        ]
    )
    kept = hiding.hidden(tx, env.now(), viewer_id, shown)
    seen = [post for post in shown if post.id not in kept]
    views = {view.uri: view for view in render(seen)} if render is not None and seen else {}
    made = {}
    for post_id, row in rows.items():
        post, state = known.get(row.quoted_uri), row.state
        if post is not None and post.state == "deleted":
            state = "deleted"
        elif post is not None and (post.id in kept or post not in shown) and render is not None:
            state = "hidden"
        elif state == "accepted" and post is None:
            state = "pending"
        url = post.url if post is not None and post.state == "published" else row.quoted_uri
        made[post_id] = QuoteView(
            state=state,
            uri=row.quoted_uri,
            # Whoever keeps somebody away is not led to them.
            url="" if state == "hidden" else url,
            post=views.get(row.quoted_uri) if state == "accepted" else None,
        )
    return made
