"""The co-author's server: what bob is shown, what he agrees to, and what is made of it.

Here our server is bob's; alice, who invites him, lives elsewhere and may be an enemy.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web

from activitypub.coauthorship.projection import media_digest
from activitypub.vocab.reading import format_time
from fedi_cotweet.conformance.attacks.invitations import OFFERS
from fedi_cotweet.conformance.cotweets import CoTweet, Scene
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE
from storage.engine import Tx
from storage.queries import consents
from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.origins import Person
from tests.federation.pictures import png

INVITES = "/api/v1/cotweets/invites"


async def invited(cast: Cast, **core: Any) -> CoTweet:
    """Bob here has an invitation from alice elsewhere."""
    post = cast.cotweet(cast.local("bob"), **core)
    assert (await cast.deliver(cast.alice, post.offer(cast.local("bob")))).status == 202
    return post


async def accept(cast: Cast, digest: str | None = None, account: str = "bob") -> dict[str, Any]:
    """Bob agrees to what he is shown (or to ``digest``); the Accept that alice's server got."""
    invite = await cast.invite(account)
    assert invite is not None
    answer = {"digest": digest or invite["digest"]}
    await cast.here.api("POST", f"{INVITES}/{invite['id']}/accept", answer, account=account)
    await cast.here.settle()
    return cast.a.received_of("Accept")[-1]


async def agreed(cast: Cast, **core: Any) -> CoTweet:
    """Bob has agreed, and nothing is published."""
    post = await invited(cast, **core)
    post.stamps[cast.local("bob").id] = (await accept(cast))["result"]
    return post


async def published(cast: Cast, **core: Any) -> CoTweet:
    """A post by alice and bob, who announced it to erin, whose server knows no co-authors."""
    await with_follower(cast)
    post = await agreed(cast, **core)
    post.publish()
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors
    assert [a["object"] for a in cast.c.received_of("Announce")] == [post.id]
    # The look that follows an Announce anyway is over; what is seen later, an Update brought about.
    await cast.here.pass_time(2 * MINUTE)
    return post


async def with_follower(cast: Cast) -> Person:
    """Bob is followed by erin, whose server does not know co-authors."""
    erin = cast.c.person("erin")
    erin.serve(interactionPolicy=None, generator=None)
    await cast.deliver(erin, erin.activity("Follow", cast.local("bob").id))
    return erin


async def stamp_status(cast: Cast, post: CoTweet) -> int:
    """What the stamp's address answers."""
    status, _ = await cast.here.get(post.stamps[cast.local("bob").id])
    return status


async def stamps_here(cast: Cast, post: CoTweet) -> int:
    """How many live stamps there are for a post."""
    return len(await cast.here.read(lambda tx: consents.live_stamps(tx, post.id)))


async def test_an_invite_without_an_answer_is_declined_not_left(cast: Cast) -> None:
    await invited(cast)
    invite = await cast.invite("bob")
    assert invite is not None
    path = f"/api/v1/cotweets/{invite['id']}/leave"
    with pytest.raises(ApiRefusalError, match=f"fedi-cotweet decline {invite['id']}"):
        await cast.here.api("POST", path, {}, account="bob")


async def test_bob_agrees_and_the_post_is_his_too(cast: Cast) -> None:
    erin = await with_follower(cast)
    post = await invited(cast)
    answer = await accept(cast)
    assert answer["object"]["id"].startswith(f"{cast.a.base}/offers/")
    status, text = await cast.here.get(answer["result"], Accept="application/activity+json")
    stamp = json.loads(text)
    assert status == 200
    assert stamp["interactingObject"] == post.id
    assert stamp["consentDigest"] == post.digest
    assert await cast.shown(post.id) is None
    post.stamps[cast.local("bob").id] = answer["result"]
    post.publish()
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors
    assert await cast.timeline("bob") == [post.id]
    [announce] = cast.c.received_of("Announce")
    assert announce["object"] == post.id
    assert announce["actor"] == cast.local("bob").id
    assert erin.id  # whom it reached
    assert "cotweet.published" in await cast.told("bob")


async def test_a_draft_elsewhere_is_named_by_the_page_it_will_have_too(cast: Cast) -> None:
    page = f"{cast.a.base}/@alice/7"
    await invited(cast, url=page)
    invite = await cast.invite()
    assert invite is not None
    path = f"{INVITES}/{quote(page, safe='')}"
    assert (await cast.here.api("GET", path, account="bob"))["id"] == invite["id"]
    with pytest.raises(ApiRefusalError, match="404"):
        await cast.here.api("GET", path, account="carol")


async def test_whom_the_text_mentions_is_shown_by_their_own_name(cast: Cast) -> None:
    tags = [
        {"type": "Mention", "href": cast.local("dave").id, "name": "@nobody@else.example"},
        {
            "type": "Mention",
            "href": "https://far.example/users/x",
            "name": f"@dave@{cast.here.host}",
        },
    ]
    post = cast.cotweet(cast.local("bob"))
    tags += post.core.get("tag", [])
    await invited(cast, tag=tags)
    invite = await cast.invite()
    assert invite is not None
    assert invite["mentions"] == [f"@dave@{cast.here.host}", "https://far.example/users/x"]


async def test_an_invitation_against_the_rules_is_not_there(cast: Cast) -> None:
    there = {}

    def to_the_instance_actor(_: Scene, post: CoTweet) -> Mapping[str, Any]:
        actor = f"{cast.here.base}/actor"
        draft = post.draft() | {"coAuthors": [actor]}
        draft["attributedTo"] = [draft["attributedTo"][0], {"type": "Application", "id": actor}]
        return post.offer(actor, object=draft)

    builders = {what: attack.build for what, attack in OFFERS.items()}
    for what, build in (builders | {"to the instance actor": to_the_instance_actor}).items():
        post = cast.cotweet(cast.local("bob"))
        reply = await cast.deliver(cast.alice, build(cast, post))
        assert reply.status in (202, 400, 401), what
        held = await cast.here.contents()
        if held["offers"] or held["media"] or held["notifications"]:
            there[what] = held
    assert there == {}
    for account in ("bob", "carol"):
        assert await cast.invite(account) is None
    # The control.
    await cast.deliver(cast.alice, cast.cotweet(cast.local("bob")).offer(cast.local("bob")))
    assert await cast.invite() is not None


async def test_nobody_invites_in_somebody_elses_name(cast: Cast) -> None:
    post = cast.cotweet(cast.local("bob"))
    offer = post.offer(cast.local("bob"))
    assert (await cast.deliver(cast.mallory, offer)).status == 401
    neighbour = cast.a.person("mallory")
    assert (await cast.deliver(neighbour, offer)).status == 401
    assert (await cast.deliver(neighbour, neighbour.proven(offer))).status == 401
    # Alice's draft, offered by mallory as hers.
    mine = offer | {"actor": cast.mallory.id, "id": cast.mallory.mint("offers")}
    await cast.deliver(cast.mallory, mine)
    mine = offer | {"actor": neighbour.id, "id": neighbour.mint("offers")}
    await cast.deliver(neighbour, mine)
    assert await cast.invite() is None


@pytest.mark.parametrize(
    ("policy", "welcome"),
    [("nobody", ()), ("people_i_follow", ("alice",)), ("followers", ("carol",))],
)
async def test_who_is_not_welcome_is_not_heard_and_not_told(
    cast: Cast, policy: str, welcome: tuple[str, ...]
) -> None:
    await cast.follow(cast.alice, account="bob")
    await cast.deliver(cast.carol, cast.carol.activity("Follow", cast.local("bob").id))
    await cast.here.api("POST", "/api/v1/control/invite-policy", {"policy": policy}, account="bob")
    for person in (cast.alice, cast.carol, cast.mallory):
        person.origin.received.clear()
        post = cast.cotweet(cast.local("bob"), primary=person)
        reply = await cast.deliver(person, post.offer(cast.local("bob")))
        assert reply.status == 202
        invite = await cast.invite()
        heard = invite is not None and invite["sender"]["uri"] == person.id
        assert heard == (person.name in welcome)
        assert person.origin.received == []


async def test_an_invitation_never_changes(cast: Cast) -> None:
    post = cast.cotweet(cast.local("bob"))
    offer = post.offer(cast.local("bob"))
    await cast.deliver(cast.alice, offer)
    seen = await cast.invite()
    hostile = offer | {"object": offer["object"] | {"content": "<p>Hate.</p>"}}
    await cast.deliver(cast.alice, hostile)
    await cast.deliver(cast.alice, cast.alice.activity("Update", hostile))
    await cast.deliver(cast.alice, cast.alice.activity("Update", hostile["object"]))
    cast.a.serve({**hostile["object"]}, at=post.id)
    cast.a.serve(hostile)
    await cast.here.pass_time(HOUR)
    assert await cast.invite() == seen
    answer = await accept(cast)
    _, text = await cast.here.get(answer["result"])
    assert json.loads(text)["consentDigest"] == post.digest


async def test_agreeing_to_something_else_than_was_shown_is_refused(cast: Cast) -> None:
    post = await invited(cast)
    other = cast.cotweet(cast.local("bob"), id=post.id, content="<p>Hate.</p>")
    await cast.deliver(cast.alice, other.offer(cast.local("bob")))
    # The page that bob has open still shows the first one.
    with pytest.raises(ApiRefusalError) as refused:
        await accept(cast, digest=post.digest)
    assert (refused.value.status, refused.value.code) == (409, "content_changed")
    assert cast.a.received_of("Accept") == []
    assert await stamps_here(cast, post) == 0


async def test_a_newer_invitation_voids_the_older_one_in_whatever_order_they_come(
    cast: Cast,
) -> None:
    post = cast.cotweet(cast.local("bob"))
    first = post.offer(cast.local("bob"))
    cast.here.clock.advance(MINUTE)
    changed = cast.cotweet(cast.local("bob"), id=post.id, content="<p>Better.</p>")
    second = changed.offer(cast.local("bob"))
    for offer in (second, first):
        await cast.deliver(cast.alice, offer)
    found = await cast.here.api("GET", INVITES, account="bob")
    assert [invite["offer"] for invite in found["invites"]] == [second["id"]]


async def test_the_preview_is_made_from_what_the_digest_covers(cast: Cast) -> None:
    picture = png((0, 200, 0))
    url = f"{cast.a.base}/media/draft.png"
    cast.a.serve(picture, at=url, media_type="image/png")
    image = {"type": "Image", "url": url, "mediaType": "image/png", "name": "A green square"}
    post = await invited(
        cast,
        attachment=[image | {"digestMultibase": media_digest(picture)}],
        summary="Green",
        sensitive=True,
    )
    invite = await cast.invite()
    assert invite is not None
    assert invite["content"] == post.core["content"]
    assert invite["summary"] == "Green"
    assert invite["digest"] == post.digest
    assert invite["refusal"] is None
    [shown] = invite["media"]
    assert shown["alt"] == "A green square"
    assert not shown["url"].startswith(cast.a.base)
    assert cast.a.times_asked(url) == 1


@pytest.mark.parametrize("octets", [b"", png((200, 0, 0)), b"<svg/>"], ids=["none", "red", "svg"])
async def test_a_picture_that_is_not_what_was_promised_cannot_be_agreed_to(
    cast: Cast, octets: bytes
) -> None:
    url = f"{cast.a.base}/media/draft.png"
    cast.a.serve(octets, at=url, media_type="image/png")
    image = {"type": "Image", "url": url, "mediaType": "image/png", "name": "A green square"}
    await invited(cast, attachment=[image | {"digestMultibase": media_digest(png((0, 200, 0)))}])
    invite = await cast.invite()
    assert invite is not None
    assert invite["media"] == []
    assert invite["refusal"]
    with pytest.raises(ApiRefusalError) as refused:
        await accept(cast)
    assert (refused.value.status, refused.value.code) == (422, "cannot_accept")
    assert cast.a.received_of("Accept") == []


NOT_SHOWN: list[dict[str, Any]] = [
    {"content": '<p onclick="alert(1)">Hi.</p>'},
    {"content": "<p>Hi.<script>alert(1)</script></p>"},
    {"content": '<p><a href="javascript:alert(1)">Hi.</a></p>'},
    {"content": "<p>Hi."},
    {"content": "<marquee>Hi.</marquee>"},
    {"content": '<p style="display: none">Hi.</p>'},
    {"summary": "<b onmouseover=x>Hi</b>"},
    {"contentMap": {"en": "<p>Hi.</p>", "de": "<p>Tod.</p>"}},
    {"contentMap": {"de": "<p>Something else.</p>"}},
    {"name": "A title that no page here shows"},
    {"type": "Question", "oneOf": [{"type": "Note", "name": "Yes"}]},
    {"quoteUrl": "urn:x:1"},
    {"tag": [{"type": "Emoji", "name": ":hi:", "icon": {"url": "https://x.example/e.png"}}]},
    {"location": {"type": "Place", "name": "Home"}},
]
"""Members of drafts that no page here shows exactly as they are."""


async def test_what_cannot_be_shown_as_it_is_cannot_be_agreed_to(cast: Cast) -> None:
    for core in NOT_SHOWN:
        post = await invited(cast, **core)
        invite = await cast.invite()
        assert invite is not None, core
        assert invite["refusal"], core
        with pytest.raises(ApiRefusalError) as refused:
            await accept(cast)
        assert (refused.value.status, refused.value.code) == (422, "cannot_accept"), core
        assert await stamps_here(cast, post) == 0
        # Saying no is always possible.
        cast.a.received.clear()
        await cast.here.api("POST", f"{INVITES}/{invite['id']}/decline", {}, account="bob")
        await cast.here.settle()
        assert [activity["type"] for activity in cast.a.received] == ["Reject"]


async def test_only_bob_answers_for_bob(cast: Cast) -> None:
    post = await invited(cast)
    invite = await cast.invite()
    assert invite is not None
    for account in ("carol", "alice", "mallory"):
        for path in ("", "/accept", "/decline"):
            with pytest.raises(ApiRefusalError) as refused:
                await cast.here.api(
                    "POST" if path else "GET",
                    f"{INVITES}/{invite['id']}{path}",
                    {"digest": post.digest} if path == "/accept" else {} if path else None,
                    account=account,
                )
            assert refused.value.status == 404
    assert cast.a.received == []


async def test_a_stranger_does_not_withdraw_alices_invitation(cast: Cast) -> None:
    post = cast.cotweet(cast.local("bob"))
    offer = post.offer(cast.local("bob"))
    reference = {name: offer[name] for name in ("type", "id", "actor", "target")}
    neighbour = cast.a.person("mallory")
    # Before it comes, and after.
    for _ in range(2):
        for enemy in (cast.mallory, neighbour, cast.bob):
            await cast.deliver(enemy, enemy.activity("Undo", reference))
            await cast.deliver(enemy, enemy.activity("Undo", offer["id"]))
            await cast.deliver(enemy, enemy.activity("Delete", offer["id"]))
        forged = cast.mallory.proven(cast.alice.activity("Undo", reference))
        assert (await cast.deliver(cast.mallory, forged)).status == 401
        await cast.deliver(cast.alice, offer)
        assert await cast.invite() is not None


async def test_an_invitation_withdrawn_before_it_came_is_not_there(cast: Cast) -> None:
    post = cast.cotweet(cast.local("bob"))
    offer = post.offer(cast.local("bob"))
    reference = {name: offer[name] for name in ("type", "id", "actor", "target")}
    # A neighbour who knows the id says the same first.
    neighbour = cast.a.person("mallory")
    await cast.deliver(neighbour, neighbour.activity("Undo", reference))
    await cast.deliver(cast.alice, cast.alice.activity("Undo", reference))
    await cast.deliver(cast.alice, offer)
    assert await cast.invite() is None


@pytest.mark.parametrize("embedded", [True, False])
async def test_a_withdrawal_takes_the_consent_with_it(cast: Cast, embedded: bool) -> None:
    post = await agreed(cast)
    assert await stamp_status(cast, post) == 200
    answered = cast.a.received_of("Accept")[-1]["object"]
    undo = cast.alice.activity("Undo", answered if embedded else answered["id"])
    await cast.deliver(cast.alice, undo)
    assert await stamp_status(cast, post) == 410
    assert await cast.invite() is None
    # Published all the same, it is alice's alone.
    post.publish()
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == [cast.alice.id]


async def test_a_withdrawal_after_publication_changes_nothing(cast: Cast) -> None:
    post = await published(cast)
    answered = cast.a.received_of("Accept")[-1]["object"]
    await cast.deliver(cast.alice, cast.alice.activity("Undo", answered))
    assert await stamp_status(cast, post) == 200
    assert await cast.shown(post.id) == post.authors


async def test_an_invitation_runs_out(cast: Cast) -> None:
    await invited(cast)
    invite = await cast.invite()
    assert invite is not None
    cast.here.clock.advance(7 * DAY)
    with pytest.raises(ApiRefusalError) as refused:
        await accept(cast)
    assert (refused.value.status, refused.value.code) == (409, "invite_over")
    await cast.here.pass_time(MINUTE)
    assert await cast.invite() is None
    assert cast.a.received == []


async def test_consent_that_is_not_used_lapses_after_thirty_days(cast: Cast) -> None:
    post = await agreed(cast)
    await cast.here.pass_time(29 * DAY)
    assert await stamp_status(cast, post) == 200
    cast.a.received.clear()
    await cast.here.pass_time(DAY + MINUTE)
    assert await stamp_status(cast, post) == 410
    assert cast.a.received == []
    # Too late.
    post.core["published"] = format_time(cast.here.clock())
    post.publish()
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == [cast.alice.id]


async def mismatch_was_handled(cast: Cast, post: CoTweet) -> None:
    """Bob's stamp is gone, his Announce undone, he was told, and everybody else as well."""
    assert await stamp_status(cast, post) == 410
    assert cast.local("bob").id not in (await cast.shown(post.id) or [])
    assert "cotweet.mismatch" in await cast.told("bob")
    assert [d["object"]["id"] for d in cast.a.received_of("Delete")] == list(post.stamps.values())


async def test_other_content_than_agreed_from_the_start_is_answered_by_leaving(
    cast: Cast,
) -> None:
    await with_follower(cast)
    post = await agreed(cast)
    hostile = post.publish(content="<p>Hate.</p>")
    await cast.deliver(cast.alice, post.create(hostile))
    await mismatch_was_handled(cast, post)
    assert cast.c.received_of("Announce") == []


@pytest.mark.parametrize("told", ["with the new version", "by reference", "unreadably"])
async def test_other_content_in_an_update_is_answered_by_leaving(cast: Cast, told: str) -> None:
    post = await published(cast)
    cast.here.clock.advance(HOUR)
    hostile = post.publish(content="<p>Hate.</p>", updated=format_time(cast.here.clock()))
    update: Mapping[str, Any] | bytes = post.update(hostile)
    if told == "by reference":
        update = cast.alice.activity("Update", post.id)
    if told == "unreadably":
        text = json.dumps(update)
        update = text.replace('"coAuthors":', '"coAuthors": [], "coAuthors":').encode()
    await cast.deliver(cast.alice, update)
    await mismatch_was_handled(cast, post)
    [undo] = cast.c.received_of("Undo")
    assert undo["object"]["type"] == "Announce"
    assert undo["object"]["object"] == post.id


async def test_other_content_for_strangers_only_is_found_soon_after_the_announce(
    cast: Cast,
) -> None:
    """Whoever looks does not say who they are: alice's server cannot lie to bob's alone."""
    await with_follower(cast)
    post = await agreed(cast)
    post.publish()
    await cast.deliver(cast.alice, post.create())
    honest = json.dumps(post.note()).encode()
    hostile = json.dumps(post.note(content="<p>Hate.</p>")).encode()
    asked: list[web.Request] = []

    async def two_faced(request: web.Request) -> web.Response:
        asked.append(request)
        known = "Signature" in request.headers or "fedi" in request.headers.get("User-Agent", "")
        return web.Response(
            body=honest if known else hostile, headers={"Content-Type": "application/activity+json"}
        )

    cast.a.routes[post.id.removeprefix(cast.a.base)] = two_faced
    await cast.here.pass_time(2 * MINUTE)
    assert asked
    await mismatch_was_handled(cast, post)


async def test_a_stamp_moved_to_another_author_list_is_answered_by_leaving(cast: Cast) -> None:
    post = await published(cast)
    cast.here.clock.advance(HOUR)
    longer = cast.cotweet(cast.local("bob"), cast.carol, id=post.id)
    longer.stamps = dict(post.stamps)
    longer.consent(cast.carol)
    note = longer.publish(updated=format_time(cast.here.clock()))
    await cast.deliver(cast.alice, longer.update(note))
    await mismatch_was_handled(cast, post)


async def test_nothing_is_decided_on_what_was_pushed_alone(cast: Cast) -> None:
    """A version that the post's own address does not confirm costs nobody their name."""
    post = await published(cast)
    cast.here.clock.advance(HOUR)
    pushed = post.note(content="<p>Hate.</p>", updated=format_time(cast.here.clock()))
    cast.a.fail(post.id, 503)
    await cast.deliver(cast.alice, post.update(pushed))
    assert await stamp_status(cast, post) == 200
    assert await cast.shown(post.id) == [cast.alice.id]


async def test_an_older_version_at_the_address_decides_nothing(cast: Cast) -> None:
    post = await published(cast)
    cast.here.clock.advance(HOUR)
    newer = post.publish(updated=format_time(cast.here.clock()))
    await cast.deliver(cast.alice, post.update(newer))
    # A cache in between brings back something from before bob agreed.
    cast.a.serve(post.note(content="<p>First try.</p>"))
    await cast.deliver(cast.alice, cast.alice.activity("Update", newer))
    assert await stamp_status(cast, post) == 200
    assert await cast.shown(post.id) == post.authors


async def test_another_primary_author_at_the_address_is_not_believed(cast: Cast) -> None:
    post = await published(cast)
    cast.here.clock.advance(HOUR)
    heir = cast.a.person("heir")
    stolen = post.publish(
        attributedTo=heir.id,
        coAuthors=None,
        coAuthorAuthorization=None,
        content="<p>Mine now.</p>",
        updated=format_time(cast.here.clock()),
    )
    await cast.deliver(heir, heir.activity("Update", stolen))
    await cast.deliver(cast.alice, cast.alice.activity("Update", post.id))
    held = await cast.here.post(post.id)
    assert held is not None
    assert "Mine now" not in held.content


async def test_whom_alice_removes_leaves_without_a_word(cast: Cast) -> None:
    post = await published(cast)
    cast.here.clock.advance(HOUR)
    cast.a.received.clear()
    without = post.publish(
        attributedTo=cast.alice.id,
        coAuthors=None,
        coAuthorAuthorization=None,
        tag=[],
        updated=format_time(cast.here.clock()),
    )
    await cast.deliver(cast.alice, post.update(without))
    assert await stamp_status(cast, post) == 410
    assert await cast.shown(post.id) == [cast.alice.id]
    assert [undo["object"]["type"] for undo in cast.c.received_of("Undo")] == ["Announce"]
    assert cast.a.received_of("Delete") == []
    assert "cotweet.removed" in await cast.told("bob")
    with pytest.raises(ApiRefusalError, match="not_a_co_author"):
        await cast.here.api("POST", "/api/v1/cotweets/0/leave", {"uri": post.id}, account="bob")


async def test_whom_alice_removes_without_saying_so_is_removed_when_it_is_seen(
    cast: Cast,
) -> None:
    post = await published(cast)
    cast.here.clock.advance(HOUR)
    cast.a.received.clear()
    post.publish(
        attributedTo=cast.alice.id,
        coAuthors=None,
        coAuthorAuthorization=None,
        updated=format_time(cast.here.clock()),
    )
    await cast.deliver(cast.alice, cast.alice.activity("Update", post.id))
    assert await stamp_status(cast, post) == 410
    assert await cast.shown(post.id) == [cast.alice.id]
    assert cast.a.received_of("Delete") == []
    assert "cotweet.mismatch" not in await cast.told("bob")


async def test_a_post_that_alice_deletes_takes_the_stamp_with_it(cast: Cast) -> None:
    post = await published(cast)
    cast.a.received.clear()
    await cast.deliver(cast.alice, cast.alice.activity("Delete", post.id))
    assert await stamp_status(cast, post) == 410
    assert await cast.shown(post.id) is None
    assert cast.a.received_of("Delete") == []
    assert [undo["object"]["type"] for undo in cast.c.received_of("Undo")] == ["Announce"]


async def test_bob_leaves_and_everybody_hears_it_from_him(cast: Cast) -> None:
    post = await published(cast)
    held = await cast.here.post(post.id)
    assert held is not None
    await cast.here.api("POST", f"/api/v1/cotweets/{held.id}/leave", {}, account="bob")
    await cast.here.settle()
    assert await stamp_status(cast, post) == 410
    assert await cast.shown(post.id) == [cast.alice.id]
    [delete] = cast.a.received_of("Delete")
    assert delete["object"]["id"] == post.stamps[cast.local("bob").id]
    assert delete["proof"]["verificationMethod"].startswith(cast.local("bob").id)
    assert cast.c.received_of("Delete")
    assert [undo["object"]["type"] for undo in cast.c.received_of("Undo")] == ["Announce"]
    # Whatever alice's server does next, he does not come back.
    cast.here.clock.advance(HOUR)
    again = post.publish(updated=format_time(cast.here.clock()))
    await cast.deliver(cast.alice, post.update(again))
    assert await cast.shown(post.id) == [cast.alice.id]
    assert len(cast.c.received_of("Announce")) == 1


async def test_a_stamp_never_changes_and_is_never_listed(cast: Cast) -> None:
    post = await agreed(cast)
    url = post.stamps[cast.local("bob").id]
    _, first = await cast.here.get(url)
    await cast.here.pass_time(DAY)
    assert (await cast.here.get(url))[1] == first
    assert len(url.rpartition("/")[2]) >= 22  # 128 bits in base 64
    for path in ("outbox", "followers", "following", "collections/featured", "coauthor"):
        for page in ("", "?page=1"):
            _, text = await cast.here.get(f"/users/bob/{path}{page}")
            assert url not in text


async def test_the_consent_log_tells_what_happened(cast: Cast) -> None:
    post = await published(cast)

    def moves(tx: Tx) -> list[tuple[str, str]]:
        return [(entry.move, entry.actor_uri) for entry in consents.log_of(tx, post.id)]

    alice, bob = cast.alice.id, cast.here.actor("bob")
    assert await cast.here.read(moves) == [
        ("offer", alice),
        ("accept", bob),
        ("verdict:verified", bob),
        ("publish", alice),
    ]


async def test_a_reason_for_declining_is_sent_as_it_was_written(cast: Cast) -> None:
    await invited(cast)
    invite = await cast.invite()
    assert invite is not None
    reason = {"reason": "Not <my> words & not mine."}
    await cast.here.api("POST", f"{INVITES}/{invite['id']}/decline", reason, account="bob")
    await cast.here.settle()
    [reject] = cast.a.received_of("Reject")
    assert reject["content"] == "<p>Not &lt;my&gt; words &amp; not mine.</p>"
