"""Whom a post is not for sees nothing of it, on any route.

Posts for followers and direct ones, from here and from elsewhere (``narrow.hidden_case``), are
asked for at every route there is (``probes``) by a logged-out reader, somebody here who is a
stranger to their authors, somebody whom one of them blocks, and a server that signs its requests.
A route that is not in ``probes`` fails ``test_every_route_is_probed``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from storage.engine import Tx
from storage.queries import interactions, posts
from tests.federation.cast import Cast
from tests.federation.drafts import Case, Drafts, nothing
from tests.federation.narrow import befriend, hidden_case
from tests.federation.probe import Ask
from tests.federation.test_drafts_are_invisible import probe_all
from tests.federation.viewers import Elsewhere, Make, Stranger, sign_in, traces


async def _server(cast: Cast) -> Stranger:
    return Elsewhere(cast, cast.mallory)


async def _logged_out(cast: Cast) -> Stranger:
    return Stranger(cast)


VIEWERS: dict[str, Make] = {
    "logged out": _logged_out,
    "a stranger": lambda cast: sign_in(cast, "carol"),
    "blocked": lambda cast: sign_in(cast, "mallory"),
    "a stranger's server": _server,
}


async def standing(cast: Cast, cases: Sequence[Case]) -> list[Any]:
    """What somebody could have changed of them."""

    def look(tx: Tx) -> list[Any]:
        found: list[Any] = []
        for case in cases:
            for number in (int(case.names.post), int(case.names.invite)):
                post = posts.post(tx, number)
                assert post is not None
                found.append((post.state, post.document, interactions.counts(tx, [number])))
        return found

    return await cast.here.read(look)


@pytest.mark.parametrize(
    ("who", "visibility"),
    [
        *((who, "followers") for who in VIEWERS),
        # Who is blocked follows nobody: of a direct post they are as far as any stranger.
        *((who, "direct") for who in VIEWERS if who != "blocked"),
    ],
)
async def test_no_route_says_anything_of_a_post_that_is_not_for_the_reader(
    cast: Cast, who: str, visibility: str
) -> None:
    await befriend(cast)
    cases = Drafts((await hidden_case(cast, visibility),))
    before = await standing(cast, cases.cases)
    viewer = await VIEWERS[who](cast)
    hidden = await probe_all(cast, viewer, cases, cases.cases)
    assert len(hidden) == 2, "its page and its object were asked for"
    assert await standing(cast, cases.cases) == before
    said = str([*cast.m.received, *cast.b.received])
    here = [word for case in cases.cases for word in case.words if word.startswith("caracal")]
    assert not [word for word in cases.words if word in str(cast.m.received)]
    assert not [word for word in here if word in said]


async def test_what_its_readers_see_would_be_found(cast: Cast) -> None:
    await befriend(cast)
    case = await hidden_case(cast, "followers")
    secrets = Drafts((case,)).secrets(nothing(cast))
    for name, author, number in (
        ("dave", "alice", case.names.post),
        ("bob", f"alice@{cast.a.host}", case.names.invite),
    ):
        ask = Ask(f"/@{author}/{number}")
        seen = await (await sign_in(cast, name)).ask("GET", ask, "text/html")
        assert [word for word in traces(secrets, ask, seen) if word in case.words]
