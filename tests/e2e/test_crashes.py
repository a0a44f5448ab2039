"""``kill -9`` at any moment of a co-tweet's life, and servers that are away for a while.

Three real server processes: alice's, bob's, and one with their readers. Each run makes one co-tweet
and kills alice's or bob's server at a random moment of it; restarted on the same data, everything
goes on by itself, and in the end the post is published once to everyone. ``make crashes`` makes
many runs and takes every server away once; the plain run kills once.
"""

from __future__ import annotations

import http.client
import os
import random
import sqlite3
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import pytest

from tests.servers import RealServer, eventually, start_server

RUNS = int(os.environ.get("COTWEET_CRASHES", "1"))
WHOLE = "COTWEET_CRASHES" in os.environ
whole = pytest.mark.skipif(not WHOLE, reason="takes many seconds: make crashes")
SETTINGS = {"COTWEET_DELIVERY_RETRY_SECONDS": "1", "COTWEET_OPEN_INVITES_PER_PAIR": "100"}
SETTLES_WITHIN = 75.0
AWAY = (urllib.error.URLError, http.client.HTTPException, OSError)
"""What a caller sees of a server that is killed while it is asked."""

pytestmark = pytest.mark.timeout(240)


@dataclass
class Three:
    """Alice's server, bob's, and that of dave (follows bob), frank (alice) and erin (both)."""

    a: RealServer
    b: RealServer
    d: RealServer
    takes: tuple[float, float] = (1.0, 1.0)
    """Seconds from the invitation until bob has it, and from his answer to the last reader."""


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Three]:
    folder = tmp_path_factory.mktemp("crashes")
    cast = {"a": ["alice"], "b": ["bob"], "d": ["dave", "erin", "frank"]}
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(start_server(folder / name, people, settings=SETTINGS))
            for name, people in cast.items()
        }
        three = Three(servers["a"], servers["b"], servers["d"])
        policy = {"policy": "anyone"}
        three.b.call("POST", "/api/v1/control/invite-policy", policy, account="bob")
        for reader, follows in {"dave": "b", "frank": "a", "erin": "ab"}.items():
            for home in follows:
                handle = three.a.handle("alice") if home == "a" else three.b.handle("bob")
                wanted = {"handle": handle}
                three.d.call("POST", "/api/v1/control/follow", wanted, account=reader)
        eventually(lambda: count(three.d, "follows WHERE state = 'accepted'") == 4, what="follows")
        cotweet, began = CoTweet(three, "Nothing goes wrong."), time.monotonic()
        cotweet.invite()
        invite, invited = cotweet.find_invite(), time.monotonic()
        cotweet.accept(invite)
        cotweet.arrive()
        three.takes = (invited - began, time.monotonic() - invited)
        yield three


def count(server: RealServer, what: str, *values: Any) -> int:
    """How many rows there are, in the file itself."""
    with closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)) as database:
        found = database.execute(f"SELECT count(*) FROM {what}", values).fetchone()
    return int(found[0])


def column(server: RealServer, query: str, *values: Any) -> list[Any]:
    """The first column of a query's rows."""
    with closing(sqlite3.connect(f"file:{server.database}?mode=ro", uri=True)) as database:
        return [row[0] for row in database.execute(query, values)]


def insist(ask: Callable[[], Any], what: str) -> Any:
    """What a person does whose request was cut off: the same again."""

    def once() -> Any:
        try:
            return [ask()]
        except AWAY as error:
            if isinstance(error, urllib.error.HTTPError) and error.code < 500:
                raise
            return None

    return eventually(once, seconds=SETTLES_WITHIN, what=what)[0]


@dataclass
class CoTweet:
    """One co-tweet of alice's with bob, known by its text."""

    three: Three
    text: str

    def live(self, *strikes: Callable[[], None]) -> None:
        """From the invitation to the last reader; ``strikes`` come at the first and second step."""
        for strike in strikes[:1]:
            strike()
        self.invite()
        invite = self.find_invite()
        for strike in strikes[1:]:
            strike()
        self.accept(invite)
        self.arrive()
        self.check(invite["digest"])

    def invite(self) -> None:
        """Alice writes it, once, however often she is cut off."""
        bob = self.three.b.handle("bob")

        def ask() -> None:
            found = self.three.a.call("GET", "/api/v1/cotweets", account="alice")["cotweets"]
            if not any(draft["post"]["text"] == self.text for draft in found):
                wanted = {"text": self.text, "with": [bob]}
                self.three.a.call("POST", "/api/v1/cotweets", wanted, account="alice")

        insist(ask, "the invitation")

    def find_invite(self) -> Any:
        """What bob is shown, as soon as he is."""

        def find() -> Any:
            found = self.three.b.call("GET", "/api/v1/cotweets/invites", account="bob")
            return [invite for invite in found["invites"] if invite["text"] == self.text]

        found = eventually(
            lambda: insist(find, "bob's invites"), seconds=SETTLES_WITHIN, what="the invite"
        )
        assert len(found) == 1
        return found[0]

    def accept(self, invite: Any) -> None:
        """Bob accepts what he was shown; asked twice, he gives the same consent."""
        path = f"/api/v1/cotweets/invites/{invite['id']}/accept"
        wanted = {"digest": invite["digest"]}
        for _ in range(2):
            insist(lambda: self.three.b.call("POST", path, wanted, account="bob"), "bob's answer")

    def arrive(self) -> None:
        """Everybody has it, and no server has anything left to do."""
        eventually(self._everywhere, seconds=SETTLES_WITHIN, what=f"“{self.text}” everywhere")
        eventually(self._idle, seconds=SETTLES_WITHIN, what="nothing left to do")

    def _everywhere(self) -> bool:
        its = "JOIN posts p ON p.id = x.post_id WHERE p.content LIKE ?"
        shown = [
            (
                count(server, f"home x {its}", self._like),
                count(server, f"post_authors x {its} AND x.state = 'verified'", self._like),
            )
            for server in (self.three.a, self.three.b, self.three.d)
        ]
        boosted = count(self.three.b, f"boosts x {its}", self._like)
        return shown == [(1, 1), (1, 1), (3, 1)] and boosted == 1

    def _idle(self) -> bool:
        now = time.time() * 1000
        return not any(
            count(server, "outbox")
            or count(server, "deliveries WHERE state = 'pending'")
            or count(server, "jobs WHERE run_at <= ?", now)
            for server in (self.three.a, self.three.b, self.three.d)
        )

    @property
    def _like(self) -> str:
        return f"%{self.text}%"

    def check(self, digest: str) -> None:
        """Nothing was lost and nothing doubled."""
        a, b, d = self.three.a, self.three.b, self.three.d
        held = "SELECT uri FROM posts WHERE content LIKE ?"
        (uri,) = column(a, held, self._like)
        assert [column(server, held, self._like) for server in (b, d)] == [[uri], [uri]]
        assert column(a, "SELECT state FROM offers WHERE object_uri = ?", uri) == ["published"]
        assert column(b, "SELECT state FROM offers WHERE object_uri = ?", uri) == ["published"]
        live = "SELECT digest FROM stamps WHERE object_uri = ? AND deleted_at IS NULL"
        assert column(b, live, uri) == [digest]
        assert count(b, "stamps WHERE object_uri = ?", uri) == 1
        boosts = "boosts WHERE post_id IN (SELECT id FROM posts WHERE uri = ?)"
        assert [count(server, boosts, uri) for server in (a, b, d)] == [0, 1, 0]
        made = "SELECT kind FROM activities WHERE kind IN ('Offer', 'Create', 'Accept')"
        assert column(a, f"{made} AND body LIKE ? ORDER BY id", f"%{uri}%") == ["Offer", "Create"]
        assert column(b, f"{made} AND body LIKE ? ORDER BY id", f"%{uri}%") == ["Accept", "Create"]
        for server in (a, b, d):
            assert count(server, "deliveries WHERE state != 'done'") == 0
            assert "Traceback" not in server.log, server.log[-4000:]


def nothing() -> None:
    """No strike."""


def kill_later(server: RealServer, moment: float) -> threading.Thread:
    """Kill a server after ``moment`` seconds and start it again."""

    def act() -> None:
        time.sleep(moment)
        server.kill()
        server.start()

    return threading.Thread(target=act)


@pytest.mark.parametrize("run", range(RUNS))
def test_a_co_tweet_survives_kill_9_at_any_moment(three: Three, run: int) -> None:
    dice = random.Random(run)
    step = dice.choice((0, 1, 1))
    moment = dice.uniform(0, three.takes[step])
    killer = kill_later((three.a, three.b)[run % 2], moment)
    cotweet = CoTweet(three, f"Run {run} is struck {moment:.3f} s into step {step}.")
    try:
        cotweet.live(*[killer.start if step == number else nothing for number in (0, 1)])
    finally:
        if killer.ident is not None:
            killer.join()


@whole
def test_an_invite_waits_for_a_server_that_is_down(three: Three) -> None:
    three.b.kill()
    cotweet = CoTweet(three, "Bob's server sleeps.")
    cotweet.invite()
    time.sleep(1.5)
    three.b.start()
    cotweet.live()


@whole
def test_an_acceptance_waits_for_a_server_that_is_down(three: Three) -> None:
    cotweet = CoTweet(three, "Alice's server sleeps.")
    cotweet.invite()
    invite = cotweet.find_invite()
    three.a.kill()
    cotweet.accept(invite)
    time.sleep(1.5)
    three.a.start()
    cotweet.arrive()
    cotweet.check(invite["digest"])


@whole
def test_readers_get_posts_once_when_their_server_is_back(three: Three) -> None:
    three.d.kill()
    missed = [CoTweet(three, f"Post {number} comes while nobody reads.") for number in range(3)]
    invites = []
    for cotweet in missed:
        cotweet.invite()
        invites.append(cotweet.find_invite())
        cotweet.accept(invites[-1])
    published = "offers WHERE state = 'published' AND document LIKE '%while nobody reads%'"
    eventually(lambda: count(three.b, published) == len(missed), seconds=SETTLES_WITHIN)
    time.sleep(1.5)
    three.d.start()
    for cotweet, invite in zip(missed, invites, strict=True):
        cotweet.arrive()
        cotweet.check(invite["digest"])
