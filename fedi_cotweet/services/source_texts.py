"""What the author of a post typed, made out of what became of it: for changing it."""

from __future__ import annotations

import html
import re
from typing import Final

import orjson

from activitypub.documents.note import parse_note
from activitypub.html import to_text
from activitypub.quotes.forms import without_inline
from fedi_cotweet.services import companions
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Post
from storage.queries import actors, quotes

_MENTION: Final = re.compile(r'<a href="([^"]*)" class="u-url mention">@<span>([^<]*)</span></a>')
"""As ``composing.compose`` writes it."""


def of(tx: Tx, env: Env, post: Post) -> str:
    """Plain text from which ``compose`` makes the same post again.

    A mention of somebody elsewhere has their host, which posts do not show: without it, it would
    come to name somebody here of that name, or nobody.
    """
    content = post.content
    if companions.people(tx, post.id):
        content = companions.text_without(content)
    if quotes.quote(tx, post.id) is not None:
        content = without_inline(content)
    document = orjson.loads(post.document) if post.document else {}
    tags = parse_note(document).tags if document.get("id") else ()
    named = [tag.href for tag in tags if tag.kind == "Mention" and tag.href is not None]
    hosts = {
        actor.url: actor.host
        for actor in actors.actors_by_uri(tx, named).values()
        if not actor.local
    }

    def whole(match: re.Match[str]) -> str:
        host = hosts.get(html.unescape(match[1]))
        return f"@{match[2]}" if host is None else f"@{match[2]}@{host}"

    return to_text(_MENTION.sub(whole, content))
