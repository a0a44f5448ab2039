"""Views as the API sends them: alice of a invites bob of b and carol of c."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Any

from fedi_cotweet.services.views import (
    AuthorView,
    DraftAuthorView,
    DraftView,
    InviteAuthorView,
    InviteView,
    MediaView,
    PostView,
)

HOUR = 3_600_000
NOW = time.time_ns() // 1_000_000

ALICE = AuthorView(
    "https://a.example/users/alice", "Alice A.", "alice@a.example", "https://a.example/@alice", True
)
BOB = AuthorView(
    "https://b.example/users/bob", "Bob", "bob@b.example", "https://b.example/@bob", False
)
CAROL = AuthorView(
    "https://c.example/users/carol", "Carol", "carol@c.example", "https://c.example/@carol", False
)

PICTURE = MediaView(
    "https://b.example/media/cat.png", "image/png", "A cat on a [red] sofa", 640, 480
)

POST = PostView(
    id="42",
    uri="https://a.example/notes/42",
    url="https://a.example/@alice/42",
    page="/@alice/42",
    authors=(ALICE, BOB),
    content="<p>We wrote this together.</p>",
    text="We wrote this together.",
    summary="",
    sensitive=False,
    language="en",
    visibility="public",
    published_at=NOW - 3 * HOUR,
    updated_at=None,
    media=(PICTURE,),
    likes=1,
    replies=2,
)

INVITE = InviteView(
    id="7",
    offer="https://a.example/users/alice/offers/x",
    state="offered",
    sender=ALICE,
    sender_follows_you=True,
    authors=(
        InviteAuthorView(ALICE, "inviting"),
        InviteAuthorView(BOB, "you"),
        InviteAuthorView(CAROL, "not yet confirmed"),
    ),
    content='<p>Read <a href="https://elsewhere.example/x">our paper</a>, @dave</p>',
    text="Read our paper, @dave",
    summary="Science",
    sensitive=True,
    language="en",
    visibility="unlisted",
    media=(PICTURE,),
    mentions=("dave@d.example",),
    in_reply_to="https://d.example/notes/1",
    already_published=False,
    expires_at=NOW + 50 * HOUR,
    digest="uEiBdigest",
)

DRAFT = DraftView(
    post=POST,
    state="waiting",
    co_authors=(
        DraftAuthorView(BOB, "accepted", None),
        DraftAuthorView(CAROL, "offered", NOW + 50 * HOUR),
    ),
)


def wire(view: Any) -> dict[str, Any]:
    """A view as JSON carries it."""
    document: dict[str, Any] = json.loads(json.dumps(asdict(view)))
    return document
