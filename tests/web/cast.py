"""The people, posts and invites that the page tests share."""

from __future__ import annotations

from typing import Any

from fedi_cotweet.services.views import (
    AuthorView,
    InviteAuthorView,
    InviteView,
    MediaView,
    PostView,
    ProfileFieldView,
    ProfileView,
    TimelinePage,
)
from fedi_cotweet.web.rendering import InstanceView, SessionView

NOW = 1_795_168_800_000  # 2026-11-20T10:00:00Z
DIGEST = "zQmYWL2c66fRdoMe7zEgSmQhamR3tH8Gw4zqg79tZJ2t5sB"

INSTANCE = InstanceView("Reading Room", "https://a.example", "Slow posts.", "0.1.0")


def person(who: str, host: str, **changes: Any) -> AuthorView:
    nick = who.split()[0].lower()
    values: dict[str, Any] = {
        "uri": f"https://{host}/users/{nick}",
        "name": who,
        "handle": f"{nick}@{host}",
        "url": f"https://{host}/@{nick}",
        "local": host == "a.example",
    }
    return AuthorView(**{**values, **changes})


ALICE = person("Alice Marlowe", "a.example", url="/@alice", avatar="/media/alice.jpg")
BOB = person("Bob Okonkwo", "b.example")
CAROL = person("Carol Diaz", "c.example", role="translator")
DANA = person("Dana", "d.example", name="دانا الحسيني")
YUNA = person("Yuna", "e.example", name="김유나")

SESSION = SessionView(ALICE, "csrf-of-alice", open_invites=2)
EMPTY = TimelinePage((), None)


def picture(**changes: Any) -> MediaView:
    values: dict[str, Any] = {
        "url": "/media/one.jpg",
        "media_type": "image/jpeg",
        "alt": "A lake",
        "width": 1200,
        "height": 800,
    }
    return MediaView(**{**values, **changes})


def post(*authors: AuthorView, **changes: Any) -> PostView:
    values: dict[str, Any] = {
        "id": "42",
        "uri": "https://a.example/notes/42",
        "url": "https://a.example/@alice/42",
        "page": "/@alice/42",
        "authors": authors or (ALICE,),
        "content": "<p>A name is a promise.</p>",
        "text": "A name is a promise.",
        "summary": "",
        "sensitive": False,
        "language": "en",
        "visibility": "public",
        "published_at": NOW,
        "updated_at": None,
    }
    return PostView(**{**values, **changes})


def timeline(*posts: PostView, next_before: str | None = None) -> TimelinePage:
    return TimelinePage(posts, next_before)


GARDEN = "https://garden.example/alice"


def profile(page: TimelinePage = EMPTY, **changes: Any) -> ProfileView:
    values: dict[str, Any] = {
        "author": ALICE,
        "summary": "Reader.",
        "fields": (
            ProfileFieldView("Garden", "https://garden.example/alice", GARDEN, verified=True),
            ProfileFieldView("Pronouns", "she/her"),
        ),
        "header": None,
        "posts_count": 1,
        "followers_count": 2,
        "following_count": 3,
        "joined_at": NOW,
        "page": page,
        "uri": "https://a.example/users/alice",
    }
    return ProfileView(**{**values, **changes})


def invite(**changes: Any) -> InviteView:
    values: dict[str, Any] = {
        "id": "7",
        "offer": "https://b.example/users/bob/offers/1",
        "state": "offered",
        "sender": BOB,
        "sender_follows_you": True,
        "authors": (
            InviteAuthorView(BOB, "inviting"),
            InviteAuthorView(ALICE, "you"),
            InviteAuthorView(CAROL, "not yet confirmed"),
        ),
        "content": '<p>Read <a href="https://shop.example/real-target">this</a>.</p>',
        "text": "Read this.",
        "summary": "",
        "sensitive": False,
        "language": "en",
        "visibility": "public",
        "media": (picture(),),
        "mentions": ("@dana@d.example",),
        "in_reply_to": "https://c.example/notes/5",
        "already_published": False,
        "expires_at": NOW,
        "digest": DIGEST,
    }
    return InviteView(**{**values, **changes})
