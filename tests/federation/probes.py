"""How a draft might be asked for at every route of the application.

A new route needs a line here: ``test_every_route_is_probed`` fails without. A line fills the
route's parameters with the names of a draft (``Names``); where there is room for none, it says so
with ``plain``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from fedi_cotweet.federation.routes import READABLE
from tests.federation.app_probes import app_probes
from tests.federation.drafts import API, Names
from tests.federation.probe import Ask, Probe


def plain(*paths: str) -> Probe:
    """A route in which there is no room for a draft's name."""
    return lambda _: paths


def _form(path: str) -> Probe:
    """A form that was sent by another page."""
    return lambda n: [Ask(path, form={"csrf": "wrong", "code": n.post})]


def _form_about(path: str) -> Probe:
    """The same about something that is called like a draft."""
    return lambda n: [Ask(path.replace("{id}", n.post), form={"csrf": "wrong"})]


def plain_ask(path: str, document: Any) -> Probe:
    """The same for a request with a body."""
    return lambda _: [Ask(path, document)]


def naming_the_draft(path: str, member: str) -> Probe:
    """A request about something that is called like a draft."""
    return lambda n: [Ask(path, {member: n.note}), Ask(path, {member: n.post})]


def paged(path: str) -> Probe:
    """A collection of everybody concerned and of a bystander."""
    people = ("alice", "bob", "carol")
    pages = ("", "?page=1", "?page=1&before=9999999999999999999")
    return lambda _: [path.replace("NAME", name) + page for name in people for page in pages]


KINDS = ("Like", "Announce", "Undo", "Delete", "Update", "Create", "Flag")


def received(inbox: str, kinds: Sequence[str] = KINDS) -> Probe:
    """Activities about the drafts, from somebody whom they do not concern."""

    def ask(n: Names) -> list[Ask]:
        things: list[Any] = [n.note, n.remote_note, n.remote_offer]
        asks = [
            Ask(inbox, activity={"type": kind, "object": thing})
            for thing in things
            for kind in kinds
        ]
        reply = {"type": "Note", "inReplyTo": n.note, "content": "<p>Hm?</p>", "to": ["PUBLIC"]}
        return [*asks, Ask(inbox, activity={"type": "Create", "object": reply})]

    return ask


def posted_to_outboxes(n: Names) -> list[Ask]:
    """What programs of people might do to drafts."""
    kinds = ("Like", "Announce", "Undo", "Delete", "Update", "Accept", "Reject", "Offer", "Add")
    return [
        Ask(f"/users/{name}/outbox", {"type": kind, "object": thing, "target": n.note})
        for name in ("alice", "mallory")
        for kind in kinds
        for thing in (n.note, n.remote_note, n.remote_offer)
    ]


def done_to_posts(what: str) -> Probe:
    """Something that people do to posts over the API."""
    return lambda n: [
        Ask(f"{API}/control/posts/{guess}/{what}", {}) for guess in (n.post, n.invite)
    ]


def together(page: str) -> Probe:
    """What authors have among themselves."""
    return lambda n: [f"/together/{guess}{page}" for guess in (n.post, n.invite)]


def done_together(*names: str) -> Probe:
    """What authors do there."""
    fields = {"text": "x", "handle": "@alice", "proposal": "1"}
    return lambda n: [
        Ask(f"/together/{guess}/{name}", form=fields)
        for guess in (n.post, n.invite)
        for name in names
    ]


def _canonical(path: str) -> str:
    """A path as its route is known: without what its parameters look like."""
    return re.sub(r"\{(\w+):(?:[^{}]|\{[^{}]*\})*\}", r"{\1}", path)


PROBES: dict[tuple[str, str], Probe] = {
    ("GET", "/.well-known/host-meta"): plain("/.well-known/host-meta"),
    ("GET", "/.well-known/host-meta.json"): plain("/.well-known/host-meta.json"),
    ("GET", "/.well-known/nodeinfo"): plain("/.well-known/nodeinfo"),
    ("GET", "/.well-known/oauth-authorization-server"): plain(
        "/.well-known/oauth-authorization-server"
    ),
    ("GET", "/.well-known/webfinger"): lambda n: [
        f"/.well-known/webfinger?resource={quote(wanted)}"
        for wanted in (n.note, n.remote_note, "acct:alice@HOST", "acct:bob@HOST")
    ],
    ("GET", "/nodeinfo/{version}"): plain("/nodeinfo/2.0", "/nodeinfo/2.1"),
    ("GET", "/api/v1/openapi.json"): plain("/api/v1/openapi.json"),
    ("POST", "/inbox"): received("/inbox"),
    ("POST", "/actor/inbox"): received("/actor/inbox", ["Like"]),
    ("POST", "/users/{name}/inbox"): received("/users/alice/inbox", ["Like"]),
    ("GET", "/actor"): plain("/actor"),
    ("GET", "/actor/outbox"): paged("/actor/outbox"),
    ("GET", "/actor/followers"): paged("/actor/followers"),
    ("GET", "/actor/following"): paged("/actor/following"),
    ("GET", "/users/{name}"): plain("/users/alice", "/users/bob"),
    ("GET", "/users/{name}/inbox"): paged("/users/NAME/inbox"),
    ("GET", "/users/{name}/outbox"): paged("/users/NAME/outbox"),
    ("POST", "/users/{name}/outbox"): posted_to_outboxes,
    ("POST", "/uploadMedia"): plain_ask("/uploadMedia", {}),
    ("POST", "/proxyUrl"): lambda n: [
        Ask("/proxyUrl", form={"id": wanted}) for wanted in (n.note, n.remote_note, n.remote_offer)
    ],
    **{
        ("OPTIONS", path): plain()
        for path in (
            *("/users/{name}/inbox", "/users/{name}/outbox", "/uploadMedia", "/proxyUrl"),
            *(_canonical(path) for path in READABLE),
        )
    },
    ("GET", "/users/{name}/followers"): paged("/users/NAME/followers"),
    ("GET", "/users/{name}/followers_synchronization"): plain(
        "/users/alice/followers_synchronization", "/users/bob/followers_synchronization"
    ),
    ("GET", "/users/{name}/following"): paged("/users/NAME/following"),
    ("GET", "/users/{name}/liked"): paged("/users/NAME/liked"),
    ("GET", "/users/{name}/collections/featured"): paged("/users/NAME/collections/featured"),
    ("GET", "/users/{name}/collections/{id}"): lambda n: [
        f"/users/{name}/collections/{guess}{page}"
        for name in ("alice", "mallory")
        for guess in (n.post, n.invite)
        for page in ("", "?page=1")
    ],
    ("GET", "/users/{name}/collections/tags"): paged("/users/NAME/collections/tags"),
    # Who knows a stamp's id may read it (FEP-af48, Stamp), but nothing else gives the id away.
    ("GET", "/users/{name}/coauthor/{token}"): lambda n: [
        f"/users/{name}/coauthor/{guess}"
        for name in ("alice", "bob")
        for guess in (n.offer, n.post, n.invite, n.digests)
    ],
    ("GET", "/users/{name}/credits/{token}"): lambda n: [
        f"/users/alice/credits/{guess}" for guess in (n.offer, n.post)
    ],
    ("GET", "/users/{name}/quotes/{token}"): lambda n: [
        f"/users/alice/quotes/{guess}" for guess in (n.offer, n.post)
    ],
    ("GET", "/users/{name}/offers/{token}"): lambda n: [
        f"/users/{name}/offers/{token}" for name in ("alice", "bob") for token in (n.offer, n.post)
    ],
    # Who was asked by message knows the message's id, and nobody else. Who knows it may have the
    # pictures too, without a signature: unaware servers have none.
    ("GET", "/users/{name}/messages/{token}"): lambda n: [
        f"/users/{name}/messages/{guess}"
        for name in ("alice", "bob")
        for guess in (n.offer, n.post, n.invite, n.message)
    ],
    ("GET", "/users/{name}/messages/{token}/{number}{suffix}"): lambda n: [
        f"/users/{name}/messages/{guess}/0.png"
        for name in ("alice", "bob")
        for guess in (n.offer, n.post, n.invite)
    ],
    ("GET", "/users/{name}/activities/{id}"): lambda n: [
        f"/users/{name}/activities/{guess}"
        for name in ("alice", "bob")
        for guess in (n.post, n.invite, n.offer)
    ],
    ("GET", "/users/{name}/announces/{id}"): lambda n: [
        f"/users/{name}/announces/{guess}" for name in ("alice", "bob") for guess in (n.post,)
    ],
    ("GET", "/notes/{id}"): lambda n: [
        f"/notes/{n.post}",
        f"/notes/{n.post}?x",
        f"/notes/0{n.post}",
        "/notes/9999999999999999999",
    ],
    ("GET", "/notes/{id}/activity"): lambda n: [f"/notes/{n.post}/activity"],
    ("GET", "/notes/{id}/{collection}"): lambda n: [
        f"/notes/{n.post}/{name}" for name in ("likes", "shares", "activities")
    ],
    ("GET", "/notes/{id}/replies"): lambda n: [
        f"/notes/{n.post}/replies{page}" for page in ("", "?page=1", "?page=1&after=1")
    ],
    ("GET", "/notes/{id}/context"): lambda n: [
        f"/notes/{n.post}/context{page}" for page in ("", "?page=1", "?page=1&after=1")
    ],
    ("POST", f"{API}/control/accounts"): lambda n: [
        Ask(
            f"{API}/control/accounts",
            {"username": f"u{n.post[-6:]}", "password": "long enough for all"},
        )
    ],
    ("GET", f"{API}/control/accounts"): plain(f"{API}/control/accounts"),
    ("POST", f"{API}/control/tokens"): lambda n: [
        Ask(f"{API}/control/tokens", {"username": n.post})
    ],
    ("GET", f"{API}/control/tokens"): plain(f"{API}/control/tokens"),
    ("DELETE", f"{API}/control/tokens/{{id}}"): lambda n: [f"{API}/control/tokens/{n.post}"],
    ("POST", f"{API}/control/accounts/password"): lambda n: [
        Ask(f"{API}/control/accounts/password", {"username": n.post})
    ],
    ("GET", f"{API}/control/sign-ups"): lambda n: [Ask(f"{API}/control/sign-ups")],
    ("POST", f"{API}/control/sign-ups/approve"): lambda n: [
        Ask(f"{API}/control/sign-ups/approve", {"username": n.post})
    ],
    ("POST", f"{API}/control/sign-ups/reject"): lambda n: [
        Ask(f"{API}/control/sign-ups/reject", {"username": n.post})
    ],
    ("POST", f"{API}/control/accounts/role"): lambda n: [
        Ask(f"{API}/control/accounts/role", {"username": n.post, "role": "moderator"})
    ],
    ("POST", f"{API}/control/accounts/two-factor-off"): lambda n: [
        Ask(f"{API}/control/accounts/two-factor-off", {"username": n.post})
    ],
    **{
        ("GET", f"/settings{path}"): plain(f"/settings{path}")
        for path in (
            "",
            "/profile",
            "/appearance",
            "/posting",
            "/privacy",
            "/notifications",
            "/following",
            "/followers",
            "/blocks",
            "/mutes",
            "/servers",
            "/transfer",
            "/filters",
            "/filters/new",
            "/lists",
            "/tags",
            "/moving",
            "/delete",
            "/archive",
            "/archive/file",
            "/sign-up-links",
        )
    },
    ("GET", "/settings/transfer/{kind}.csv"): plain(
        *(f"/settings/transfer/{kind}.csv" for kind in ("following", "lists", "bookmarks"))
    ),
    ("GET", "/settings/filters/{id}"): lambda n: [f"/settings/filters/{n.post}"],
    ("GET", "/settings/lists/{id}"): lambda n: [f"/settings/lists/{n.post}"],
    **{
        ("POST", f"/settings/{path}"): _form_about(f"/settings/{path}")
        for path in (
            "filters/{id}",
            "filters/{id}/delete",
            "lists/{id}",
            "lists/{id}/add",
            "lists/{id}/remove",
            "lists/{id}/delete",
        )
    },
    ("POST", "/settings/tags/{what}"): _form("/settings/tags/follow"),
    ("POST", "/settings/notifications/{what}"): _form("/settings/notifications/accept"),
    ("POST", "/settings/requests/{what}"): _form("/settings/requests/accept"),
    **{
        ("POST", f"/settings{path}"): _form(f"/settings{path}")
        for path in (
            "/profile",
            "/language",
            "/notifications",
            "/appearance",
            "/posting",
            "/privacy",
            "/privacy/mute",
            "/privacy/unmute",
            "/following",
            "/following/remove",
            "/followers/remove",
            "/blocks",
            "/blocks/remove",
            "/mutes",
            "/mutes/remove",
            "/servers",
            "/servers/remove",
            "/transfer",
            "/archive",
            "/moving/alias",
            "/moving/unalias",
            "/moving/move",
            "/moving/stay",
            "/delete",
            "/filters/co-tweets",
            "/filters/new",
            "/lists",
            "/sign-up-links",
            "/sign-up-links/end",
        )
    },
    ("GET", "/settings/security"): plain("/settings/security"),
    ("GET", "/settings/security/two-factor"): plain("/settings/security/two-factor"),
    **{
        ("POST", f"/settings/security{path}"): _form(f"/settings/security{path}")
        for path in (
            "/password",
            "/sessions",
            "/apps",
            "/two-factor",
            "/two-factor/begin",
            "/two-factor/codes",
            "/two-factor/off",
        )
    },
    ("GET", "/auth/second_step"): lambda n: [f"/auth/second_step?next=/notes/{n.post}"],
    ("POST", "/auth/second_step"): _form("/auth/second_step"),
    ("POST", f"{API}/control/sign-in-links"): lambda n: [
        Ask(f"{API}/control/sign-in-links", {"username": n.post})
    ],
    ("POST", f"{API}/control/follow"): lambda n: [
        Ask(f"{API}/control/follow", {"handle": handle}) for handle in (n.note, "dave")
    ],
    ("POST", f"{API}/control/unfollow"): lambda n: [
        Ask(f"{API}/control/unfollow", {"handle": n.note})
    ],
    ("GET", f"{API}/control/timeline"): plain(f"{API}/control/timeline"),
    ("GET", f"{API}/control/notifications"): plain(f"{API}/control/notifications"),
    ("GET", f"{API}/control/invite-policy"): plain(f"{API}/control/invite-policy"),
    ("POST", f"{API}/control/invite-policy"): lambda n: [
        Ask(f"{API}/control/invite-policy", {"policy": "anyone"})
    ],
    # For the operator as moderator: whoever holds the operator's token, not an account.
    ("GET", f"{API}/control/consent-log"): plain(f"{API}/control/consent-log?uri=nothing"),
    ("GET", f"{API}/control/degrade"): plain(f"{API}/control/degrade"),
    # Ends all co-tweets, says only how many, and is for the operator: it would end what is tried.
    ("POST", f"{API}/control/degrade"): plain(),
    ("GET", f"{API}/control/refused-invites"): plain(f"{API}/control/refused-invites"),
    ("POST", f"{API}/control/searchable"): plain_ask(
        f"{API}/control/searchable", {"searchable": "yes"}
    ),
    ("GET", f"{API}/control/profile"): plain(f"{API}/control/profile"),
    ("PUT", f"{API}/control/profile"): lambda n: [Ask(f"{API}/control/profile", {"about": n.post})],
    ("POST", f"{API}/control/profile/pictures"): lambda n: [
        Ask(f"{API}/control/profile/pictures", {"file": n.upload, "kind": "avatar"})
    ],
    ("DELETE", API + "/control/profile/pictures/{kind}"): lambda n: [
        f"{API}/control/profile/pictures/{guess}" for guess in ("avatar", n.post)
    ],
    ("GET", f"{API}/control/aliases"): plain(f"{API}/control/aliases"),
    **{
        ("POST", f"{API}/control/{path}"): naming_the_draft(f"{API}/control/{path}", "handle")
        for path in ("aliases", "aliases/remove", "move")
    },
    ("POST", f"{API}/control/move/cancel"): plain_ask(f"{API}/control/move/cancel", {}),
    ("GET", API + "/control/people/{kind}"): lambda n: [
        f"{API}/control/people/{kind}" for kind in ("following", n.post)
    ],
    ("POST", f"{API}/control/imports"): plain_ask(
        f"{API}/control/imports", {"kind": "mutes", "csv": "nobody@127.0.0.1:1"}
    ),
    ("GET", f"{API}/control/imports"): plain(f"{API}/control/imports"),
    ("GET", f"{API}/control/tags/{{tag}}"): lambda n: [f"{API}/control/tags/{n.tag}"],
    ("GET", f"{API}/control/direct"): plain(f"{API}/control/direct"),
    ("GET", f"{API}/control/search"): lambda n: [
        f"{API}/control/search?q={word}" for word in (n.tag, n.post, "worth+reading")
    ],
    ("POST", f"{API}/control/lists"): plain_ask(f"{API}/control/lists", {"title": "Friends"}),
    ("GET", f"{API}/control/lists"): plain(f"{API}/control/lists"),
    ("GET", f"{API}/control/lists/{{id}}"): lambda n: [f"{API}/control/lists/{n.post}"],
    ("PUT", f"{API}/control/lists/{{id}}"): lambda n: [
        Ask(f"{API}/control/lists/{n.post}", {"title": "Mine"})
    ],
    ("DELETE", f"{API}/control/lists/{{id}}"): lambda n: [f"{API}/control/lists/{n.post}"],
    ("POST", f"{API}/control/lists/{{id}}/add"): lambda n: [
        Ask(f"{API}/control/lists/{n.post}/add", {"handle": "alice"})
    ],
    ("POST", f"{API}/control/lists/{{id}}/remove"): lambda n: [
        Ask(f"{API}/control/lists/{n.post}/remove", {"handle": "alice"})
    ],
    ("GET", f"{API}/control/lists/{{id}}/timeline"): lambda n: [
        f"{API}/control/lists/{n.post}/timeline"
    ],
    **{
        ("POST", f"{API}/control/{path}"): plain_ask(f"{API}/control/{path}", document)
        for path, document in (
            ("block", {"handle": "bob"}),
            ("unblock", {"handle": "bob"}),
            ("mute", {"handle": "bob"}),
            ("unmute", {"handle": "bob"}),
            ("block-host", {"host": "b.example"}),
            ("unblock-host", {"host": "b.example"}),
            ("co-tweets", {"co_tweets": "all"}),
            ("follow-requests", {"handle": "bob", "accept": False}),
            ("lock", {"locked": False}),
        )
    },
    **{
        ("GET", f"{API}/control/{path}"): plain(f"{API}/control/{path}")
        for path in ("blocks", "mutes", "co-tweets", "follow-requests", "domains", "storage")
    },
    # What the operator does, as far as it names nobody of ours.
    **{
        ("POST", f"{API}/control/{path}"): naming_the_draft(f"{API}/control/{path}", member)
        for path, member in (
            ("domains", "host"),
            ("domains/remove", "host"),
            ("actors/suspend", "handle"),
            ("actors/unsuspend", "handle"),
            ("actors/limit", "handle"),
            ("actors/unlimit", "handle"),
            ("actors/warnings", "handle"),
            ("actors/notes", "handle"),
            ("accounts/delete", "username"),
            ("rotate-keys", "username"),
        )
    },
    **{
        ("GET", f"{API}/control/actors/{what}"): plain(
            *(f"{API}/control/actors/{what}?handle={name}" for name in ("alice", "bob"))
        )
        for what in ("warnings", "notes")
    },
    ("DELETE", API + "/control/actors/notes/{id}"): lambda n: [
        f"{API}/control/actors/notes/{n.post}"
    ],
    ("POST", f"{API}/control/emoji"): lambda n: [
        Ask(f"{API}/control/emoji", {"file": n.upload, "shortcode": n.post})
    ],
    ("GET", f"{API}/control/emoji"): plain(f"{API}/control/emoji"),
    ("GET", f"{API}/control/announcements"): plain(f"{API}/control/announcements"),
    ("POST", f"{API}/control/announcements"): plain_ask(
        f"{API}/control/announcements", {"text": "Tea for @alice."}
    ),
    ("PUT", API + "/control/announcements/{id}"): lambda n: [
        Ask(f"{API}/control/announcements/{n.post}", {"text": "Hm."})
    ],
    ("DELETE", API + "/control/announcements/{id}"): lambda n: [
        f"{API}/control/announcements/{n.post}"
    ],
    ("GET", f"{API}/control/rules"): plain(f"{API}/control/rules"),
    ("POST", f"{API}/control/rules"): plain_ask(f"{API}/control/rules", {"text": "Be kind."}),
    ("PUT", API + "/control/rules/{id}"): lambda n: [
        Ask(f"{API}/control/rules/{n.post}", {"text": "Hm."})
    ],
    ("DELETE", API + "/control/rules/{id}"): lambda n: [f"{API}/control/rules/{n.post}"],
    ("GET", f"{API}/control/texts"): plain(f"{API}/control/texts"),
    ("PUT", API + "/control/texts/{kind}"): lambda n: [
        Ask(f"{API}/control/texts/{n.post}", {"text": "Hm."})
    ],
    ("DELETE", API + "/control/texts/{kind}"): lambda n: [f"{API}/control/texts/{n.post}"],
    ("GET", f"{API}/control/sign-up-links"): plain(f"{API}/control/sign-up-links"),
    ("POST", f"{API}/control/sign-up-links"): lambda n: [
        Ask(f"{API}/control/sign-up-links", {"for_whom": "x"})
    ],
    ("DELETE", API + "/control/sign-up-links/{id}"): lambda n: [
        f"{API}/control/sign-up-links/{n.post}"
    ],
    ("GET", f"{API}/control/relays"): plain(f"{API}/control/relays"),
    ("POST", f"{API}/control/relays"): lambda n: [
        Ask(f"{API}/control/relays", {"address": address})
        for address in (n.note, f"{n.note}/inbox")
    ],
    ("DELETE", API + "/control/relays/{id}"): lambda n: [f"{API}/control/relays/{n.post}"],
    ("DELETE", API + "/control/emoji/{shortcode}"): lambda n: [
        f"{API}/control/emoji/{guess}" for guess in (n.post, n.tag)
    ],
    ("POST", f"{API}/control/media"): lambda n: [Ask(f"{API}/control/media", {"file": n.upload})],
    ("POST", f"{API}/control/posts"): lambda n: (
        [
            Ask(f"{API}/control/posts", {"text": "Hm?", "in_reply_to": wanted})
            for wanted in (n.note, n.post, n.remote_note, n.invite)
        ]
        + [
            Ask(f"{API}/control/posts", {"text": "Hm!", "quote": wanted})
            for wanted in (n.note, n.post, n.remote_note, n.invite)
        ]
        + [Ask(f"{API}/control/posts", {"text": "Look!", "media": [n.upload]})]
    ),
    ("GET", f"{API}/control/posts"): lambda n: [
        f"{API}/control/posts?url={quote(wanted)}"
        for wanted in (n.note, n.post, n.remote_note, n.remote_offer, n.invite)
    ],
    ("GET", f"{API}/control/posts/{{id}}"): lambda n: [
        f"{API}/control/posts/{guess}" for guess in (n.post, n.invite, n.upload)
    ],
    ("GET", f"{API}/control/posts/{{id}}/history"): lambda n: [
        f"{API}/control/posts/{guess}/history" for guess in (n.post, n.invite)
    ],
    ("GET", f"{API}/control/posts/{{id}}/thread"): lambda n: [
        f"{API}/control/posts/{guess}/thread" for guess in (n.post, n.invite)
    ],
    ("PUT", f"{API}/control/posts/{{id}}"): lambda n: [
        Ask(f"{API}/control/posts/{n.post}", {"text": "Mine"})
    ],
    ("DELETE", f"{API}/control/posts/{{id}}"): lambda n: [f"{API}/control/posts/{n.post}"],
    **{
        ("POST", f"{API}/control/posts/{{id}}/{what}"): done_to_posts(what)
        for what in ("like", "unlike", "boost", "unboost", "pin", "unpin", "mute", "unmute")
    },
    ("POST", f"{API}/control/posts/{{id}}/votes"): lambda n: [
        Ask(f"{API}/control/posts/{guess}/votes", {"choices": [0]}) for guess in (n.post, n.invite)
    ],
    ("POST", f"{API}/control/posts/{{id}}/quote-policy"): lambda n: [
        Ask(f"{API}/control/posts/{guess}/quote-policy", {"policy": "nobody"})
        for guess in (n.post, n.invite)
    ],
    ("POST", f"{API}/control/posts/{{id}}/unquote"): lambda n: [
        Ask(f"{API}/control/posts/{guess}/unquote", {}) for guess in (n.post, n.invite)
    ],
    ("POST", f"{API}/control/quote-policy"): plain_ask(
        f"{API}/control/quote-policy", {"policy": "public"}
    ),
    ("GET", f"{API}/control/quotes"): plain(f"{API}/control/quotes"),
    **{
        ("POST", f"{API}/control/quotes/{{id}}/{what}"): (
            lambda n, what=what: [  # type: ignore[misc]
                Ask(f"{API}/control/quotes/{guess}/{what}", {}) for guess in (n.post, n.invite)
            ]
        )
        for what in ("accept", "decline")
    },
    ("POST", f"{API}/control/posts/{{id}}/credits"): lambda n: [
        Ask(f"{API}/control/posts/{n.post}/credits", {"picture": 0, "name": "Me"})
    ],
    ("POST", f"{API}/control/posts/{{id}}/credits/take-back"): lambda n: [
        Ask(f"{API}/control/posts/{n.post}/credits/take-back", {"picture": 0})
    ],
    ("GET", f"{API}/cotweets/credits"): plain(f"{API}/cotweets/credits"),
    ("POST", f"{API}/cotweets/credits/{{id}}/accept"): lambda n: [
        Ask(f"{API}/cotweets/credits/{n.invite}/accept", {"digest": n.digests})
    ],
    ("POST", f"{API}/cotweets/credits/{{id}}/decline"): lambda n: [
        Ask(f"{API}/cotweets/credits/{n.invite}/decline", {})
    ],
    ("POST", f"{API}/control/reports"): lambda n: [
        Ask(f"{API}/control/reports", {"post": guess, "comment": "Hm."})
        for guess in (n.post, n.note, n.remote_note, n.invite)
    ],
    ("GET", f"{API}/control/reports"): plain(
        f"{API}/control/reports", f"{API}/control/reports?state=resolved"
    ),
    ("GET", f"{API}/control/reports/{{id}}"): lambda n: [
        f"{API}/control/reports/{guess}" for guess in (n.post, n.invite)
    ],
    ("POST", f"{API}/control/reports/{{id}}/resolve"): lambda n: [
        Ask(f"{API}/control/reports/{guess}/resolve", {}) for guess in (n.post, n.invite)
    ],
    ("GET", f"{API}/cotweets/{{id}}/statistics"): lambda n: [
        f"{API}/cotweets/{guess}/statistics" for guess in (n.post, n.invite)
    ],
    ("GET", "/users/{name}/statistics"): lambda n: [
        f"/users/{name}/statistics?object={quote(wanted, safe='')}"
        for name in ("alice", "bob")
        for wanted in (n.note, n.remote_note)
    ],
    ("GET", f"{API}/cotweets/invites"): plain(f"{API}/cotweets/invites"),
    ("GET", f"{API}/cotweets/invites/{{id}}"): lambda n: [
        f"{API}/cotweets/invites/{guess}" for guess in (n.invite, n.post)
    ],
    ("POST", f"{API}/cotweets/invites/{{id}}/accept"): lambda n: [
        Ask(f"{API}/cotweets/invites/{n.invite}/accept", {"digest": n.digests})
    ],
    ("POST", f"{API}/cotweets/invites/{{id}}/decline"): lambda n: [
        Ask(f"{API}/cotweets/invites/{n.invite}/decline", {})
    ],
    ("GET", f"{API}/cotweets/invite-mutes"): plain(f"{API}/cotweets/invite-mutes"),
    ("POST", f"{API}/cotweets/invite-mutes"): lambda n: [
        Ask(f"{API}/cotweets/invite-mutes", {"who": n.note})
    ],
    ("POST", f"{API}/cotweets/invite-mutes/remove"): lambda n: [
        Ask(f"{API}/cotweets/invite-mutes/remove", {"who": n.remote_note})
    ],
    ("GET", f"{API}/cotweets/trusted"): plain(f"{API}/cotweets/trusted"),
    ("POST", f"{API}/cotweets/trusted"): lambda n: [
        Ask(f"{API}/cotweets/trusted", {"who": n.note})
    ],
    ("POST", f"{API}/cotweets/trusted/remove"): lambda n: [
        Ask(f"{API}/cotweets/trusted/remove", {"who": n.remote_note})
    ],
    ("GET", f"{API}/cotweets/proposals/{{id}}"): lambda n: [
        f"{API}/cotweets/proposals/{guess}" for guess in (n.proposal, n.post, n.invite)
    ],
    **{
        ("POST", f"{API}/cotweets/proposals/{{id}}/{what}"): (
            lambda n, what=what: [Ask(f"{API}/cotweets/proposals/{n.proposal}/{what}", {})]  # type: ignore[misc]
        )
        for what in ("take", "decline", "withdraw")
    },
    **{
        ("GET", f"{API}/cotweets/{{id}}/{what}"): (
            lambda n, what=what: [  # type: ignore[misc]
                f"{API}/cotweets/{guess}/{what}" for guess in (n.post, n.invite)
            ]
        )
        for what in ("comments", "proposals", "log")
    },
    **{
        ("POST", f"{API}/cotweets/{{id}}/{what}"): (
            lambda n, what=what, body=body: [  # type: ignore[misc]
                Ask(f"{API}/cotweets/{guess}/{what}", body) for guess in (n.post, n.invite)
            ]
        )
        for what, body in (
            ("comments", {"text": "Hm?"}),
            ("proposals", {"text": "Mine"}),
            ("ask-deletion", {}),
        )
    },
    ("GET", f"{API}/cotweets/export"): lambda n: [
        f"{API}/cotweets/export",
        f"{API}/cotweets/export?uri={quote(n.remote_note)}",
    ],
    ("DELETE", f"{API}/cotweets/{{id}}/comments/{{comment}}"): lambda n: [
        f"{API}/cotweets/{n.post}/comments/{n.invite}"
    ],
    ("POST", f"{API}/cotweets"): lambda n: [
        Ask(f"{API}/cotweets", {"text": "Us", "with": ["dave"], "in_reply_to": n.note}),
        Ask(f"{API}/cotweets", {"text": "Us", "with": ["dave"], "media": [n.upload]}),
    ],
    ("GET", f"{API}/cotweets"): plain(f"{API}/cotweets"),
    ("GET", f"{API}/cotweets/{{id}}"): lambda n: [
        f"{API}/cotweets/{guess}" for guess in (n.post, n.invite)
    ],
    ("PUT", f"{API}/cotweets/{{id}}"): lambda n: [Ask(f"{API}/cotweets/{n.post}", {"text": "x"})],
    ("DELETE", f"{API}/cotweets/{{id}}"): lambda n: [f"{API}/cotweets/{n.post}"],
    ("POST", f"{API}/cotweets/{{id}}/publish"): lambda n: [
        Ask(f"{API}/cotweets/{n.post}/publish", {})
    ],
    ("POST", f"{API}/cotweets/{{id}}/withdraw"): lambda n: [
        Ask(f"{API}/cotweets/{n.post}/withdraw", {})
    ],
    ("POST", f"{API}/cotweets/{{id}}/leave"): lambda n: [
        Ask(f"{API}/cotweets/{n.post}/leave", {}),
        Ask(f"{API}/cotweets/{n.invite}/leave", {}),
        Ask(f"{API}/cotweets/0/leave", {"uri": n.remote_note}),
        Ask(f"{API}/cotweets/0/leave", {"invite": n.invite}),
    ],
    ("POST", f"{API}/cotweets/{{id}}/hide"): lambda n: [Ask(f"{API}/cotweets/{n.post}/hide", {})],
    ("POST", f"{API}/cotweets/{{id}}/unhide"): lambda n: [
        Ask(f"{API}/cotweets/{n.post}/unhide", {})
    ],
    ("GET", f"{API}/cotweets/{{id}}/changes"): lambda n: [
        f"{API}/cotweets/{guess}/changes" for guess in (n.post, n.invite)
    ],
    ("POST", f"{API}/cotweets/{{id}}/changes/cancel"): lambda n: [
        Ask(f"{API}/cotweets/{n.post}/changes/cancel", {})
    ],
    ("POST", f"{API}/cotweets/{{id}}/changes/publish"): lambda n: [
        Ask(f"{API}/cotweets/{n.post}/changes/publish", {})
    ],
    ("POST", f"{API}/cotweets/{{id}}/authors"): lambda n: [
        Ask(f"{API}/cotweets/{n.post}/authors", {"handle": "dave"})
    ],
    ("DELETE", f"{API}/cotweets/{{id}}/authors/{{handle}}"): lambda n: [
        f"{API}/cotweets/{n.post}/authors/bob"
    ],
    ("GET", "/"): plain("/"),
    ("GET", "/home"): plain("/home"),
    ("GET", "/@{name}.{format}"): plain(
        *(f"/@{name}.{form}" for name in ("alice", "bob") for form in ("rss", "atom", "json"))
    ),
    ("GET", "/tags/{tag}.{format}"): lambda n: [
        f"/tags/{n.tag}.{form}" for form in ("rss", "atom", "json")
    ],
    ("GET", "/tags/{tag}"): lambda n: [f"/tags/{n.tag}"],
    ("GET", "/search"): lambda n: [
        f"/search?q={word}" for word in (n.tag, n.post, "worth+reading")
    ],
    ("GET", "/interact"): lambda n: [
        f"/interact?{query}" for query in (f"post={n.post}&what=like", f"person={n.post}")
    ],
    ("POST", "/interact"): lambda n: [
        Ask("/interact", form={"csrf": "wrong", "post": n.post, "what": "reply", "handle": "x@y"})
    ],
    ("GET", "/authorize_interaction"): lambda n: [
        f"/authorize_interaction?uri={quote(wanted)}"
        for wanted in (n.note, n.remote_note, n.remote_offer)
    ],
    ("GET", "/share"): lambda n: [
        f"/share?text=x&reply_to={quote(wanted)}" for wanted in (n.note, n.remote_note)
    ],
    **{
        ("GET", path): plain(path)
        for path in ("/robots.txt", "/sitemap.xml", "/manifest.webmanifest", "/opensearch.xml")
    },
    ("GET", "/api/oembed"): lambda n: [
        f"/api/oembed?url={quote(url, safe='')}"
        for url in (n.note, n.note.replace("/notes/", "/@alice/"), n.remote_note)
    ],
    ("GET", "/@{name}"): plain("/@alice", "/@bob", "/@alice@REMOTE", "/@bob@REMOTEBOB"),
    ("GET", "/@{name}/{id}/history"): lambda n: [
        f"/@{name}/{guess}/history"
        for name in ("alice", "bob", "nobody")
        for guess in (n.post, n.invite)
    ],
    ("GET", "/@{name}/{id}"): lambda n: [
        f"/@{name}/{guess}"
        for name in ("alice", "bob", "alice@REMOTE")
        for guess in (n.post, n.invite)
    ],
    ("GET", "/invites"): plain("/invites"),
    ("POST", "/posts/{id}/{what}"): lambda n: [
        Ask(f"/posts/{guess}/{what}", form={"back": "/home"})
        for guess in (n.post, n.invite)
        for what in ("like", "boost", "keep", "unlike")
    ],
    ("GET", "/posts/{id}/edit"): lambda n: [f"/posts/{g}/edit" for g in (n.post, n.invite)],
    ("GET", "/posts/{id}/delete"): lambda n: [f"/posts/{g}/delete" for g in (n.post, n.invite)],
    ("POST", "/posts/{id}/edit"): lambda n: [
        Ask(f"/posts/{guess}/edit", form={"text": "x"}) for guess in (n.post, n.invite)
    ],
    ("POST", "/posts/{id}/delete"): lambda n: [
        Ask(f"/posts/{guess}/delete", form={}) for guess in (n.post, n.invite)
    ],
    ("POST", "/@{name}/{what}"): lambda n: [
        Ask(f"/@{name}/{what}", form={"back": "/home"})
        for name in ("alice", n.post)
        for what in ("choose", "unmute", "unfollow")
    ],
    **{
        ("GET", f"/together/{{id}}{page}"): together(page)
        for page in ("", "/leave", "/statistics", "/propose")
    },
    ("POST", "/together/{id}/propose"): done_together("propose"),
    ("POST", "/together/{id}/authors/add"): done_together("authors/add"),
    ("POST", "/together/{id}/authors/remove"): done_together("authors/remove"),
    ("POST", "/together/{id}/{what}"): done_together("say", "leave", "publish", "take", "hide"),
    ("GET", "/write"): lambda n: [
        f"/write?reply={guess}&quote={guess}&with=@alice" for guess in (n.post, n.invite)
    ],
    ("GET", "/write/people"): plain("/write/people?with=@alice+@bob"),
    ("POST", "/write"): lambda n: [Ask("/write", form={"reply": n.post, "quote": n.invite})],
    ("GET", "/drafts"): plain("/drafts"),
    ("GET", "/report"): lambda n: [
        *(f"/report?post={guess}" for guess in (n.post, n.invite)),
        "/report?person=alice",
    ],
    ("POST", "/report"): lambda n: [
        Ask("/report", form={"post": guess, "category": "spam"}) for guess in (n.post, n.invite)
    ],
    **{
        ("GET", path): plain(path)
        for path in (
            "/admin",
            "/admin/log",
            "/admin/storage",
            "/admin/reports",
            "/admin/people",
            "/admin/servers",
            "/admin/relays",
            "/admin/emoji",
            "/admin/telling",
        )
    },
    ("GET", "/admin/people/{handle}"): plain(
        "/admin/people/@alice@a.example", "/admin/people/@bob"
    ),
    ("GET", "/disputes/strikes"): plain("/disputes/strikes"),
    ("GET", "/disputes/strikes/{id}"): lambda n: [
        f"/disputes/strikes/{guess}" for guess in (n.post, n.invite)
    ],
    ("GET", "/admin/reports/{id}"): lambda n: [f"/admin/reports/{n.post}"],
    **{
        ("POST", path): _form(path.replace("{id}", "1").replace("{what}", what))
        for path, what in (
            ("/admin/reports/{id}/resolve", ""),
            ("/admin/reports/{id}/{what}", "suspend"),
            ("/admin/people/sign-in-link", ""),
            ("/admin/people/role", ""),
            ("/admin/people/{what}", "suspend"),
            ("/admin/people/note", ""),
            ("/admin/people/note/remove", ""),
            ("/admin/sign-ups/{what}", "approve"),
            ("/admin/servers", ""),
            ("/admin/servers/remove", ""),
            ("/admin/try", ""),
            ("/admin/relays", ""),
            ("/admin/relays/remove", ""),
            ("/admin/emoji", ""),
            ("/admin/emoji/remove", ""),
            ("/admin/telling/{what}", "announce"),
        )
    },
    ("GET", "/bookmarks"): plain("/bookmarks"),
    ("GET", "/direct"): plain("/direct"),
    ("GET", "/lists"): plain("/lists"),
    ("GET", "/lists/{id}"): lambda n: [f"/lists/{guess}" for guess in ("1", n.post, n.invite)],
    ("GET", "/likes"): plain("/likes"),
    ("GET", "/notifications"): plain("/notifications"),
    ("POST", "/drafts/{id}/withdraw"): lambda n: [Ask(f"/drafts/{n.post}/withdraw", form={})],
    ("POST", "/drafts/{id}/discard"): lambda n: [Ask(f"/drafts/{n.post}/discard", form={})],
    ("POST", "/polls/{id}/votes"): lambda n: [
        Ask(f"/polls/{guess}/votes", form={"choice": "0"}) for guess in (n.post, n.invite)
    ],
    ("POST", "/invites/{id}/accept"): lambda n: [
        Ask(f"/invites/{n.invite}/accept", form={"digest": n.digests})
    ],
    ("POST", "/invites/{id}/decline"): lambda n: [Ask(f"/invites/{n.invite}/decline", form={})],
    ("POST", "/api/v1/apps"): lambda n: [
        Ask("/api/v1/apps", {"client_name": n.post, "redirect_uris": n.note})
    ],
    ("GET", "/api/v1/apps/verify_credentials"): plain("/api/v1/apps/verify_credentials"),
    ("POST", "/oauth/token"): lambda n: [
        Ask("/oauth/token", {"grant_type": "client_credentials", "client_id": n.post})
    ],
    ("POST", "/oauth/revoke"): lambda n: [Ask("/oauth/revoke", {"token": n.post})],
    ("GET", "/oauth/userinfo"): plain("/oauth/userinfo"),
    ("POST", "/oauth/userinfo"): plain("/oauth/userinfo"),
    **{
        ("OPTIONS", path): plain(path)
        for path in (
            "/api/v1/apps",
            "/api/v1/apps/verify_credentials",
            "/oauth/token",
            "/oauth/revoke",
            "/oauth/userinfo",
        )
    },
    ("GET", "/oauth/authorize"): lambda n: [
        f"/oauth/authorize?response_type=code&client_id={n.post}&redirect_uri={quote(n.note)}"
    ],
    ("GET", "/oauth/authorize/"): lambda n: [f"/oauth/authorize/?client_id={n.post}"],
    ("POST", "/oauth/authorize"): lambda n: [
        Ask("/oauth/authorize", form={"client_id": n.post, "decision": "yes"})
    ],
    ("GET", "/auth/sign_up"): plain("/auth/sign_up"),
    ("POST", "/auth/sign_up"): lambda n: [Ask("/auth/sign_up", form={"username": n.post})],
    ("GET", "/sign-up"): lambda n: [f"/sign-up?link={n.offer}", "/sign-up"],
    ("GET", "/welcome"): plain("/welcome"),
    ("GET", "/auth/sign_in"): lambda n: [f"/auth/sign_in?next=/notes/{n.post}", "/auth/sign_in"],
    ("POST", "/auth/sign_in"): lambda n: [Ask("/auth/sign_in", form={"username": n.post})],
    ("POST", "/auth/sign_out"): lambda n: [Ask("/auth/sign_out", form={"csrf": "wrong"})],
    ("GET", "/auth/link/{token}"): lambda n: [f"/auth/link/{n.offer}"],
    ("POST", "/auth/link/{token}"): lambda n: [Ask(f"/auth/link/{n.offer}", form={})],
    ("GET", "/media/{file}"): lambda n: [
        f"/media/{file}"
        for file in (n.picture, n.copied_picture, n.picture[:-4], f"{n.picture[:-4]}.json")
    ],
    ("GET", "/emoji/{shortcode}"): lambda n: [f"/emoji/{guess}" for guess in (n.post, n.tag)],
    ("GET", "/emoji/files/{file}"): lambda n: [
        f"/emoji/files/{file}" for file in (n.picture, n.copied_picture)
    ],
    ("GET", "/static/{digest}/{name}"): lambda n: [f"/static/{n.offer}/{n.picture}"],
    ("GET", "/styles/{name}/{digest}.css"): lambda n: [f"/styles/alice/{n.post}.css"],
    ("GET", "/favicon.ico"): plain("/favicon.ico"),
}
PROBES.update(app_probes())
