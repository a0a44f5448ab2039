"""Every visibility × everybody who may look × every route: who reads what, and who nothing.

A post of each visibility (``narrow``), from here and from elsewhere, is asked for at every route
there is (``probes``) by each of ``VIEWERS``. Whom it is not for must see nothing of it; who may
read it finds it where people look. A route that is not in ``probes`` fails
``test_every_route_is_probed``. All of it: ``make privacy``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest

from storage.engine import Tx
from storage.queries import interactions, posts
from tests.federation.cast import Cast
from tests.federation.drafts import API, Case, Drafts
from tests.federation.narrow import befriend, ours, theirs
from tests.federation.probe import Ask
from tests.federation.test_drafts_are_invisible import probe_all
from tests.federation.viewers import Elsewhere, Make, SignedIn, Stranger, sign_in, traces

WHOLE = bool(os.environ.get("COTWEET_PRIVACY"))
"""All of it takes minutes: ``make privacy``."""


async def _logged_out(cast: Cast) -> Stranger:
    return Stranger(cast)


class Ended(SignedIn):
    """Signed in before they were suspended."""


async def _suspended(cast: Cast) -> Stranger:
    dave = await sign_in(cast, "dave")
    viewer = Ended(cast, dave.name, dave.cookie, dave.csrf, dave.app_token)
    await cast.here.api("POST", f"{API}/control/actors/suspend", {"handle": "dave"})
    await cast.here.settle()
    return viewer


def _server_of(name: str) -> Make:
    async def make(cast: Cast) -> Stranger:
        return Elsewhere(cast, getattr(cast, name))

    return make


VIEWERS: Mapping[str, Make] = {
    "its author": lambda cast: sign_in(cast, "alice"),
    "mentioned": lambda cast: sign_in(cast, "bob"),
    "a follower": lambda cast: sign_in(cast, "dave"),
    "a stranger": lambda cast: sign_in(cast, "carol"),
    "blocked": lambda cast: sign_in(cast, "mallory"),
    "logged out": _logged_out,
    "suspended": _suspended,
    "the server of one mentioned": _server_of("bob"),
    "a follower's server": _server_of("carol"),
    "a stranger's server": _server_of("mallory"),
}
EVERYBODY = frozenset(VIEWERS)
AUTHOR, MENTIONED, FOLLOWER = "its author", "mentioned", "a follower"

OURS: Mapping[str, frozenset[str]] = {
    "public": EVERYBODY - {"blocked"},
    "unlisted": EVERYBODY - {"blocked"},
    "local": frozenset({AUTHOR, MENTIONED, FOLLOWER, "a stranger"}),
    "followers": frozenset(
        {AUTHOR, MENTIONED, FOLLOWER, "the server of one mentioned", "a follower's server"}
    ),
    "direct": frozenset({AUTHOR, MENTIONED, "the server of one mentioned"}),
}
"""Who may read a post of alice's here. It mentions bob here and, if it may leave, bob there."""

THEIRS: Mapping[str, frozenset[str]] = {
    "public": EVERYBODY,
    "unlisted": EVERYBODY,
    "followers": frozenset({MENTIONED, FOLLOWER}),
    "direct": frozenset({MENTIONED}),
}
"""The same for one of alice's elsewhere, who has no account here and blocks nobody."""

CELLS = [
    *(("ours", visibility, who) for visibility in OURS for who in VIEWERS),
    *(("theirs", visibility, who) for visibility in THEIRS for who in VIEWERS),
]
ALWAYS = {
    ("ours", "direct", "a follower"),
    ("ours", "followers", "a follower's server"),
    ("ours", "public", "blocked"),
}
MAKING = {"ours": ours, "theirs": theirs}
ALLOWED = {"ours": OURS, "theirs": THEIRS}

ASKED_BY_NOBODY = ("/notes/", "/users/", "/@{name}.{format}", "/tags/{tag}.{format}", "/api/oembed")
"""Routes of documents and feeds: they know no session, so whoever is blocked is a passer-by there,
who may read what is for everybody."""
REPORTED = ("/api/v1/control/reports", "/api/v1/reports")
"""Whoever is blocked can still report what they know of; the answer repeats its address."""


async def standing(cast: Cast, case: Case) -> list[Any]:
    """What somebody could have changed of it."""

    def look(tx: Tx) -> list[Any]:
        found: list[Any] = []
        for number in (int(case.names.post), int(case.names.invite)):
            post = posts.post(tx, number)
            if post is not None:
                found.append((post.state, post.document, interactions.counts(tx, [number])))
        return found

    return await cast.here.read(look)


@pytest.mark.parametrize(
    ("whose", "visibility", "who"),
    [
        cell
        for cell in CELLS
        if (WHOLE or cell in ALWAYS) and cell[2] not in ALLOWED[cell[0]][cell[1]]
    ],
)
async def test_whom_a_post_is_not_for_reads_nothing_of_it_on_any_route(
    cast: Cast, whose: str, visibility: str, who: str
) -> None:
    await befriend(cast)
    case = await MAKING[whose](cast, visibility)
    before = await standing(cast, case)
    assert len(before) == 1
    viewer = await VIEWERS[who](cast)
    passing: tuple[str, ...] = REPORTED if who == "blocked" else ()
    if visibility in ("public", "unlisted"):
        passing += ASKED_BY_NOBODY
    await probe_all(cast, viewer, Drafts((case,)), (case,), passing=passing)
    assert await standing(cast, case) == before
    assert not [word for word in case.words if word in str(cast.m.received)]
    if whose == "theirs":
        assert not [word for word in case.words if word in str(cast.b.received)]


@pytest.mark.parametrize(
    ("whose", "visibility", "who"),
    [
        cell
        for cell in CELLS
        if (WHOLE or cell[1] in ("followers", "local")) and cell[2] in ALLOWED[cell[0]][cell[1]]
    ],
)
async def test_whom_a_post_is_for_reads_it_where_people_look(
    cast: Cast, whose: str, visibility: str, who: str
) -> None:
    await befriend(cast)
    case = await MAKING[whose](cast, visibility)
    viewer = await VIEWERS[who](cast)
    for ask, accept in looked_for(cast, viewer, case, whose):
        seen = await viewer.ask("GET", ask, accept)
        found = traces(case.words, ask, seen)
        assert found, f"{viewer} does not find it at {ask.path}: {seen.status} {seen.text[-600:]}"


def looked_for(cast: Cast, viewer: Stranger, case: Case, whose: str) -> list[tuple[Ask, str]]:
    """Where somebody would look for it."""
    html, document = "text/html", "application/activity+json"
    if isinstance(viewer, Elsewhere) and whose == "ours":
        return [(Ask(case.names.note.removeprefix(cast.here.base)), document)]
    mine = whose == "ours"
    number = case.names.post if mine else case.names.invite
    page = f"/@alice/{number}" if mine else f"/@alice@{cast.a.host}/{number}"
    asks = [(Ask(page), html)]
    if isinstance(viewer, SignedIn) and not isinstance(viewer, Ended):
        asks.append((Ask(f"{API}/control/posts/{number}"), "*/*"))
        if viewer.name in ("alice", "dave") and (mine or viewer.name == "dave"):
            asks += [(Ask("/home"), html), (Ask(f"{API}/timelines/home"), "*/*")]
        if viewer.name == "bob":
            asks.append((Ask(f"{API}/notifications"), "*/*"))
    return asks
