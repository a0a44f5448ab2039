"""Before everybody agreed, nobody but the authors sees anything of a co-tweet, on any route.

Drafts of every kind lie on our server (``drafts``). Every route (``probes``) is asked for them by
everybody whom they do not concern (``viewers``); a route that is not in ``probes`` fails it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from activitypub.vocab.terms import ACTIVITY_JSON
from fedi_cotweet.domain.limits import DAY, MINUTE
from storage.queries import actors
from tests.federation.cast import Cast
from tests.federation.drafts import API, Case, Drafts, make_draft, make_drafts, nothing, standing
from tests.federation.here import Here
from tests.federation.probe import Ask
from tests.federation.probes import PROBES
from tests.federation.viewers import VIEWERS, Stranger, filled, sign_in, traces

WHOLE = bool(os.environ.get("COTWEET_PRIVACY"))
"""All viewers ask for all drafts: ``make privacy``. Else two of them for a few."""
WORDS = ("zebrafish", "walrus", "whispered", "descriptive")


def test_every_route_is_probed(here: Here) -> None:
    routes = {
        (route.method, route.resource.canonical)
        for route in here.web.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert routes - PROBES.keys() == set(), "say in probes.py how a draft might be asked for there"
    assert PROBES.keys() - routes == set(), "gone: take it out of probes.py"


@pytest.mark.parametrize("group", VIEWERS if WHOLE else ["people"])
async def test_no_route_says_anything_of_a_draft(cast: Cast, group: str) -> None:
    drafts = await make_drafts(cast)
    before = await standing(cast, drafts)
    for position, make in enumerate(VIEWERS[group] if WHOLE else VIEWERS[group][:2]):
        # The first of each group asks for all drafts, the others for one.
        cases = drafts.cases[: None if WHOLE else 2] if position == 0 else drafts.cases[:1]
        hidden = await probe_all(cast, await make(cast), drafts, cases)
        unseen = [case for case in cases if not case.published]
        assert len(hidden) == 2 * len(unseen), "pages and objects of all drafts were asked for"
    assert await standing(cast, drafts) == before
    for origin in (cast.m, cast.c):
        said = str(origin.received)
        assert not [word for word in drafts.words if word in said]


async def probe_all(
    cast: Cast,
    viewer: Stranger,
    drafts: Drafts,
    cases: Sequence[Case],
    passing: tuple[str, ...] = (),
) -> set[str]:
    """Ask every route for the drafts; the addresses of drafts that were found to be 404.

    ``passing``: how routes begin that are left out.
    """
    never = nothing(cast)
    secrets, hidden = drafts.secrets(never), set()
    unseen = [case for case in drafts.cases if not case.published]
    addresses = {case.names.note for case in unseen}
    addresses |= {f"{cast.here.base}/@alice/{case.names.post}" for case in unseen}
    for (method, route), probe in PROBES.items():
        for case in () if route.startswith(passing) else cases:
            for given, other in zip(probe(case.names), probe(never), strict=True):
                if not viewer.may_try(given) or (given == other and case is not cases[0]):
                    continue
                ask, bogus = filled(cast, given), filled(cast, other)
                for verb, accept in forms(method, route):
                    seen = await viewer.ask(verb, ask, accept)
                    where = f"{viewer}: {verb} {route}: {ask} {accept}"
                    assert seen.status < 500, where
                    assert traces(secrets, ask, seen) == [], f"{where}\n{seen.text}"
                    # What is there must look like what never was.
                    if ask != bogus and not case.published:
                        again = await viewer.ask(verb, bogus, accept)
                        assert seen.status == again.status, where
                    if method == "GET" and cast.here.base + ask.path in addresses:
                        assert seen.status == 404, where
                        hidden.add(cast.here.base + ask.path)
        if method != "GET":
            await cast.here.settle()
    return hidden


def forms(method: str, route: str) -> list[tuple[str, str]]:
    """How a route is asked: in all ways where the answer depends on what is accepted."""
    if method != "GET" or not route.startswith(("/@", "/notes/")):
        return [(method, "*/*")]
    heads = [] if route.startswith("/notes/") else [("HEAD", "*/*")]
    return [("GET", "*/*"), ("GET", "text/html"), ("GET", ACTIVITY_JSON), *heads]


async def test_whoever_is_invited_fetches_the_note_and_its_picture(cast: Cast) -> None:
    names = (await make_draft(cast)).names
    note = await cast.bob.get(names.note)
    assert note.status == 200
    assert "zebrafish" in note.json["content"]
    assert "published" not in note.json
    assert "coAuthorAuthorization" not in note.json
    assert note.headers["Cache-Control"] == "private, no-store"
    picture = await cast.bob.get(f"{cast.here.base}/media/{names.picture}")
    assert (picture.status, picture.body[:4]) == (200, b"\x89PNG")
    assert "no-store" in picture.headers["Cache-Control"]
    offer = await cast.bob.get(f"{cast.here.base}/users/alice/offers/{names.offer}")
    assert offer.status == 200
    assert (await cast.bob.get(f"{names.note}/activity")).status == 404


async def test_its_author_sees_her_draft(cast: Cast) -> None:
    names = (await make_draft(cast)).names
    view = await cast.here.api("GET", f"{API}/cotweets/{names.post}", account="alice")
    assert "zebrafish" in view["post"]["content"]
    alice = await sign_in(cast, "alice")
    page = await alice.ask("GET", Ask(f"/@alice/{names.post}"), "text/html")
    assert page.status == 200
    assert "zebrafish" in page.text
    assert (await alice.ask("GET", Ask(f"/media/{names.picture}"), "*/*")).status == 200


async def test_what_an_author_sees_would_be_found(cast: Cast) -> None:
    draft = await make_draft(cast)
    secrets = Drafts((draft,)).secrets(nothing(cast))
    alice = await sign_in(cast, "alice")
    page = Ask(f"/@alice/{draft.names.post}")
    found = traces(secrets, page, await alice.ask("GET", page, "text/html"))
    assert {"zebrafish", "zebrafishwarning", "zebrafishpicture"} <= set(found)
    assert draft.names.picture.removesuffix(".png") in found


async def test_a_stamp_says_nothing_of_the_words_it_stands_for(cast: Cast) -> None:
    draft = await make_draft(cast)
    ask = Ask(f"/users/bob/coauthor/{draft.names.stamp}")
    seen = await Stranger(cast).ask("GET", ask, ACTIVITY_JSON)
    assert seen.status == 200, "whoever knows its unguessable id may read it (FEP-af48, Stamp)"
    told = {draft.names.remote_note, draft.names.digests}
    assert set(traces(Drafts((draft,)).secrets(nothing(cast)), ask, seen)) == told


async def test_whoever_is_invited_here_sees_the_invitation(cast: Cast) -> None:
    names = (await make_draft(cast)).names
    bob = await sign_in(cast, "bob")
    page = await bob.ask("GET", Ask("/invites"), "text/html")
    assert page.status == 200
    assert "walrus" in page.text
    assert (await bob.ask("GET", Ask(f"/media/{names.copied_picture}"), "*/*")).status == 200
    assert (await bob.ask("GET", Ask(f"/media/{names.picture}"), "*/*")).status == 404


@pytest.mark.parametrize("over", ["declined", "expired", "withdrawn", "edited", "discarded"])
async def test_who_is_no_longer_invited_is_a_stranger_again(cast: Cast, over: str) -> None:
    names = (await make_draft(cast)).names
    [offer] = cast.b.received_of("Offer")
    path = f"{API}/cotweets/{names.post}"
    match over:
        case "declined":
            await cast.deliver(cast.bob, cast.bob.activity("Reject", offer["id"]))
        case "expired":
            await cast.here.pass_time(7 * DAY + MINUTE)
        case "withdrawn":
            await cast.here.api("POST", f"{path}/withdraw", {}, account="alice")
        case "edited":
            # Somebody else's invitation counts for them alone; the old one of bob for nobody.
            await cast.here.api(
                "POST", f"{path}/withdraw", {"co_author": cast.bob.handle}, account="alice"
            )
            await cast.here.settle()
        case _:
            await cast.here.api("DELETE", path, account="alice")
    for url in (names.note, f"{cast.here.base}/media/{names.picture}"):
        reply = await cast.bob.get(url)
        assert reply.status == 404, url
        assert not [word for word in WORDS if word.encode() in reply.body]


async def test_what_was_discarded_leaves_no_tombstone(cast: Cast) -> None:
    """A 410 would say that there was something."""
    names = (await make_draft(cast)).names
    await cast.here.api("DELETE", f"{API}/cotweets/{names.post}", account="alice")
    await cast.here.settle()
    for reply in (await cast.mallory.get(names.note), await cast.bob.get(names.note)):
        assert reply.status == 404


async def test_a_draft_reaches_only_whom_it_is_offered_to(cast: Cast) -> None:
    await cast.here.settle()  # what the accounts were made with is told before anybody follows
    for person in (cast.mallory, cast.carol):
        await cast.deliver(person, person.activity("Follow", cast.here.actor("alice")))
        await cast.deliver(person, person.activity("Follow", cast.here.actor("bob")))
    names = (await make_draft(cast)).names
    assert names.post
    for origin in (cast.m, cast.c):
        assert {activity["type"] for activity in origin.received} == {"Accept"}
    known = await cast.here.read(lambda tx: actors.actor_by_uri(tx, cast.bob.id))
    assert known is not None
    [offer] = cast.b.received
    assert offer["type"] == "Offer"
