"""Names and posts of whom the operator shuts out, and of who deletes an account (C39)."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.services.distances import Distances
from tests.federation.cast import Cast, CoTweet
from tests.federation.here import ApiRefusalError
from tests.federation.test_invitations import published, stamp_status

CONTROL = "/api/v1/control"
COTWEETS = "/api/v1/cotweets"


async def call(cast: Cast, path: str, **members: Any) -> Any:
    answer = await cast.here.api("POST", f"{CONTROL}/{path}", members)
    await cast.here.settle()
    return answer


async def block(cast: Cast, host: str, severity: str = "suspend", **members: Any) -> Any:
    return await call(cast, "domains", host=host, severity=severity, **members)


async def shown_together(cast: Cast) -> CoTweet:
    """A post by alice with bob, that dave follows both of."""
    await cast.follow(cast.alice, cast.bob)
    post = cast.cotweet()
    post.consent(cast.bob)
    post.publish()
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors
    return post


async def ours_with_bob(cast: Cast) -> dict[str, Any]:
    """A post of our alice's with bob of b, published; as the API shows it."""
    made = await cast.here.api(
        "POST", COTWEETS, {"text": "Together", "with": [cast.bob.handle]}, account="alice"
    )
    await cast.here.settle()
    [offer] = cast.b.received_of("Offer")
    ours = CoTweet(cast.local("alice"), [cast.bob], offer["object"])
    stamp = cast.b.serve(ours.stamp(cast.bob))
    accept = cast.bob.activity("Accept", offer["id"], to=[cast.here.actor("alice")], result=stamp)
    await cast.deliver(cast.bob, accept)
    path = f"{CONTROL}/posts/{made['post']['id']}"
    view: dict[str, Any] = await cast.here.api("GET", path, account="alice")
    assert [author["uri"] for author in view["authors"]] == ours.authors
    return view


async def test_nothing_is_taken_from_a_blocked_server_not_even_its_key(cast: Cast) -> None:
    await block(cast, cast.m.host)
    reply = await cast.mallory.send(cast.here.inbox, cast.mallory.activity("Wave", PUBLIC))
    assert (reply.status, reply.error) == (401, "suspended")
    assert cast.m.asked == []
    # Nor if somebody else passes it on, or says where it is.
    note: dict[str, Any] = {
        "id": cast.mallory.mint("notes"),
        "type": "Note",
        "attributedTo": cast.mallory.id,
        "to": [PUBLIC],
        "content": "Spam",
    }
    cast.m.serve(note)
    passed_on = cast.mallory.proven(cast.mallory.activity("Create", note))
    reply = await cast.bob.send(cast.here.inbox, passed_on)
    assert (reply.status, reply.error) == (401, "suspended")
    await cast.follow(cast.bob)
    await cast.deliver(cast.bob, cast.bob.activity("Announce", note["id"]))
    assert await cast.here.post(note["id"]) is None
    assert cast.m.asked == []
    with pytest.raises(ApiRefusalError, match="no_such_actor"):
        await call(cast, "follow", handle=cast.mallory.handle)
    assert cast.m.asked == []


async def test_nothing_is_sent_to_a_blocked_server_either(cast: Cast) -> None:
    await cast.deliver(cast.bob, cast.bob.activity("Follow", cast.here.actor("alice")))
    before = len(cast.b.received)
    await block(cast, cast.b.host)
    await cast.here.api("POST", f"{CONTROL}/posts", {"text": "Hello"}, account="alice")
    await cast.here.settle()
    assert len(cast.b.received) == before


async def test_posts_of_a_blocked_server_are_hidden_and_come_back(cast: Cast) -> None:
    post = await shown_together(cast)
    await block(cast, cast.a.host, reason="spam")
    assert await cast.timeline() == []
    with pytest.raises(ApiRefusalError, match="not_found"):
        await cast.shown(post.id)
    listed = await cast.here.api("GET", f"{CONTROL}/domains")
    assert [(entry["host"], entry["reason"]) for entry in listed["domains"]] == [
        (cast.a.host, "spam")
    ]
    await call(cast, "domains/remove", host=cast.a.host)
    assert await cast.shown(post.id) == post.authors


async def test_a_co_author_from_a_blocked_server_loses_their_name_and_the_post_stays(
    cast: Cast,
) -> None:
    post = await shown_together(cast)
    await block(cast, cast.b.host)
    assert await cast.shown(post.id) == [cast.alice.id]
    # Nor are they named on what comes later.
    later = cast.cotweet()
    later.consent(cast.bob)
    later.publish()
    await cast.deliver(cast.alice, later.create())
    assert await cast.shown(later.id) == [cast.alice.id]
    await call(cast, "domains/remove", host=cast.b.host)
    assert await cast.shown(post.id) == post.authors
    assert await cast.shown(later.id) == later.authors


@pytest.mark.parametrize("what", ["domain", "actor", "deleted"])
async def test_our_post_goes_on_without_a_co_author_who_is_out(cast: Cast, what: str) -> None:
    erin = cast.c.person("erin")
    await cast.deliver(erin, erin.activity("Follow", cast.here.actor("alice")))
    view = await ours_with_bob(cast)
    if what == "domain":
        await block(cast, cast.b.host)
    elif what == "actor":
        await call(cast, "actors/suspend", handle=cast.bob.handle)
    else:
        await cast.deliver(cast.bob, cast.bob.activity("Delete", cast.bob.id))
    path = f"{CONTROL}/posts/{view['id']}"
    after = await cast.here.api("GET", path, account="alice")
    assert [author["uri"] for author in after["authors"]] == [cast.here.actor("alice")]
    [update] = cast.c.received_of("Update")
    assert "coAuthors" not in update["object"]
    assert cast.bob.id not in str(update)


async def test_a_dry_run_counts_and_does_nothing(cast: Cast) -> None:
    post = await shown_together(cast)
    said = await block(cast, cast.b.host, dry_run=True)
    assert (said["applied"], said["affected"]) == (
        False,
        {
            "people": 1,
            "posts": 0,
            "co_authorships": 1,
            "own_posts": 0,
            "follows": 1,
            "deliveries": 0,
        },
    )
    assert await cast.shown(post.id) == post.authors
    assert (await cast.here.api("GET", f"{CONTROL}/domains"))["domains"] == []
    for host, severity, code in (
        (cast.here.host, "suspend", "own_host"),
        ("127.0.0.1:1", "kill", "bad_severity"),
    ):
        with pytest.raises(ApiRefusalError, match=code):
            await block(cast, host, severity)


async def test_a_limited_server_makes_no_noise_and_its_invites_are_held_back(cast: Cast) -> None:
    await block(cast, cast.a.host, "limit")
    mention: dict[str, Any] = {
        "id": cast.alice.mint("notes"),
        "type": "Note",
        "attributedTo": cast.alice.id,
        "to": [PUBLIC],
        "cc": [cast.here.actor("bob")],
        "tag": [{"type": "Mention", "href": cast.here.actor("bob"), "name": "@bob"}],
        "content": "Look!",
    }
    await cast.deliver(cast.alice, cast.alice.activity("Create", mention))
    post = cast.cotweet(cast.local("bob"))
    await cast.deliver(cast.alice, post.offer(cast.local("bob")))
    assert await cast.told("bob") == []
    invite = await cast.invite()
    assert invite is not None
    assert invite["held_back"]
    assert await cast.here.post(mention["id"]) is not None
    await cast.follow(cast.alice)
    again = {**mention, "id": cast.alice.mint("notes"), "cc": [cast.here.actor("dave")]}
    again["tag"] = [{"type": "Mention", "href": cast.here.actor("dave"), "name": "@dave"}]
    await cast.deliver(cast.alice, cast.alice.activity("Create", again))
    assert "mention" in await cast.told("dave")


def test_a_limit_holds_on_every_port_of_a_name_and_below_it() -> None:
    apart = Distances({}, {"loud.example": "limit", "worse.loud.example": "suspend"}, ())
    for host in ("loud.example", "loud.example:8443", "a.b.loud.example:81"):
        assert apart.severity(host) == "limit", host
    assert apart.severity("a.worse.loud.example") == "suspend"
    for host in ("notloud.example", "loud.example.net", "example"):
        assert apart.severity(host) is None, host


async def test_a_suspended_account_here_leaves_what_it_co_wrote_and_its_posts_go(
    cast: Cast,
) -> None:
    post = await published(cast)
    own = await cast.here.api("POST", f"{CONTROL}/posts", {"text": "Mine"}, account="bob")
    await cast.here.settle()
    await call(cast, "actors/suspend", handle="bob")
    assert await stamp_status(cast, post) == 410
    assert [d["object"]["id"] for d in cast.a.received_of("Delete")] == list(post.stamps.values())
    undone = [a["object"]["type"] for a in cast.c.received_of("Undo")]
    assert undone == ["Announce"]
    gone = [d["object"] for d in cast.c.received_of("Delete")]
    assert own["uri"] in [thing["id"] for thing in gone if isinstance(thing, dict)]
    assert await cast.shown(post.id) == [cast.alice.id]
    accept = "application/activity+json"
    assert (await cast.here.get("/users/bob", Accept=accept))[0] == 404
    assert (await cast.here.get("/@bob"))[0] == 404
    with pytest.raises(ApiRefusalError, match="no_such_account"):
        await cast.here.api("GET", f"{CONTROL}/timeline", account="bob")
    await call(cast, "actors/unsuspend", handle="bob")
    assert (await cast.here.get("/users/bob", Accept=accept))[0] == 200
    assert await stamp_status(cast, post) == 410


async def test_a_deleted_account_here_is_said_goodbye_to_everywhere(cast: Cast) -> None:
    post = await published(cast)
    own = await cast.here.api("POST", f"{CONTROL}/posts", {"text": "Mine"}, account="bob")
    await cast.here.settle()
    await call(cast, "accounts/delete", username="bob")
    bob = cast.here.actor("bob")
    for origin in (cast.a, cast.c):  # b and m were never met
        last = origin.received_of("Delete")[-1]
        assert (last["actor"], last["object"]) == (bob, bob)
    accept = "application/activity+json"
    assert (await cast.here.get("/users/bob", Accept=accept))[0] == 410
    assert (await cast.here.get(own["uri"], Accept=accept))[0] == 410
    assert await stamp_status(cast, post) == 410
    assert await cast.shown(post.id) == [cast.alice.id]
    listed = await cast.here.api("GET", f"{CONTROL}/accounts")
    assert "bob" not in [account["username"] for account in listed["accounts"]]
    with pytest.raises(ApiRefusalError, match="name_taken"):
        await call(cast, "accounts", username="bob", password="long enough for this")
    with pytest.raises(ApiRefusalError, match="no_such_account"):
        await call(cast, "accounts/delete", username="bob")


async def test_the_posts_of_an_actor_who_deletes_itself_go(cast: Cast) -> None:
    post = await shown_together(cast)
    await cast.deliver(cast.alice, cast.alice.activity("Delete", cast.alice.id))
    assert await cast.shown(post.id) is None
    assert await cast.timeline() == []
    stored = await cast.here.post(post.id)
    assert stored is not None
    assert (stored.state, stored.content) == ("deleted", "")
    again = await cast.deliver(cast.bob, post.create())
    assert again.status == 401
    cast.here.clock.advance(DAY)
    assert await cast.shown(post.id) is None
