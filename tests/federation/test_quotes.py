"""Quotes by FEP-044f: asked for, agreed to, shown, and taken back; both ways."""

from __future__ import annotations

import json
from typing import Any

import pytest

from activitypub.quotes.forms import quote_members, quote_tag
from activitypub.quotes.stamps import QuoteStamp, build_quote_stamp
from activitypub.vocab.terms import ACTIVITY_JSON, PUBLIC
from fedi_cotweet.conformance.cotweets import addressing
from fedi_cotweet.domain.limits import DAY
from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.origins import SERIAL, Person
from tests.federation.test_acceptances import drafted, followed_by_frank

CONTROL = "/api/v1/control"
POSTS = f"{CONTROL}/posts"


async def seen(cast: Cast, uri: str, account: str = "dave") -> Any:
    """What our server shows a person of what a post quotes."""
    post = await cast.here.post(uri)
    assert post is not None
    view = await cast.here.api("GET", f"{POSTS}/{post.id}", account=account)
    return view["quote"]


async def state(cast: Cast, uri: str, account: str = "dave") -> tuple[str, bool]:
    """How a quote stands here, and whether the quoted post is shown."""
    quote = await seen(cast, uri, account)
    return quote["state"], quote["post"] is not None


async def note(cast: Cast, uri: str) -> dict[str, Any]:
    """What everybody gets for the id of a post of ours."""
    _, text = await cast.here.get(uri, Accept=ACTIVITY_JSON)
    found: dict[str, Any] = json.loads(text)
    return found


async def written(cast: Cast, account: str = "alice", **members: Any) -> dict[str, Any]:
    """A post of somebody here."""
    view = await cast.here.api("POST", POSTS, {"text": "Look."} | members, account=account)
    await cast.here.settle()
    return dict(view)


def said(person: Person, content: str = "<p>Well said.</p>", **members: Any) -> dict[str, Any]:
    """A post of somebody elsewhere, which is served."""
    document = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{person.id}/notes/{next(SERIAL)}",
        "type": "Note",
        "attributedTo": person.id,
        "to": [PUBLIC],
        "cc": [person.followers],
        "content": content,
        "published": "2026-11-20T09:00:00Z",
        **members,
    }
    person.origin.serve(document)
    return document


def stamp(person: Person, quoting: str, quoted: str, **members: Any) -> str:
    """Somebody's stamp as it ought to be, or with ``members`` changed, which is served; its URL."""
    uri = f"{person.id}/quotes/{next(SERIAL):022}"
    document = build_quote_stamp(QuoteStamp(uri, person.id, quoting, quoted)) | members
    return person.origin.serve(document | {"id": uri})


def request(person: Person, quoted: str, quoting: Any) -> dict[str, Any]:
    """A QuoteRequest as Mastodon sends it."""
    return person.activity("QuoteRequest", quoted, instrument=quoting)


async def test_a_mastodon_asks_is_answered_at_once_and_its_stamp_can_be_checked(
    cast: Cast,
) -> None:
    view = await written(cast)
    policy = (await note(cast, view["uri"]))["interactionPolicy"]
    assert policy == {"canQuote": {"automaticApproval": [PUBLIC]}}
    quoting = said(cast.bob, quote=view["uri"])
    await cast.deliver(cast.bob, request(cast.bob, view["uri"], quoting))
    [accept] = cast.b.received_of("Accept")
    assert accept["object"]["type"] == "QuoteRequest"
    assert accept["object"]["instrument"] == quoting["id"]
    _, text = await cast.here.get(accept["result"], Accept=ACTIVITY_JSON)
    served = json.loads(text)
    assert served["type"] == "QuoteAuthorization"
    assert served["attributedTo"] == cast.here.actor("alice")
    assert served["interactingObject"] == quoting["id"]
    assert served["interactionTarget"] == view["uri"]
    assert await state(cast, quoting["id"]) == ("accepted", True)
    assert "quote" in await cast.told("alice")


async def test_consent_is_taken_back_and_stays_taken_back(cast: Cast) -> None:
    view = await written(cast)
    quoting = said(cast.bob, quote=view["uri"])
    await cast.deliver(cast.bob, request(cast.bob, view["uri"], quoting))
    [entry] = (await cast.here.api("GET", f"{CONTROL}/quotes", account="alice"))["quotes"]
    assert (entry["state"], entry["text"]) == ("accepted", "Well said.")
    with pytest.raises(ApiRefusalError):
        await cast.here.api("POST", f"{CONTROL}/quotes/{entry['id']}/decline", account="carol")
    await cast.here.api("POST", f"{CONTROL}/quotes/{entry['id']}/decline", account="alice")
    await cast.here.settle()
    result = cast.b.received_of("Accept")[-1]["result"]
    deletion = cast.b.received_of("Delete")[-1]
    assert deletion["object"]["id"] == result
    assert deletion["object"]["interactingObject"] == quoting["id"]
    assert (await cast.here.get(result, Accept=ACTIVITY_JSON))[0] == 410
    assert await state(cast, quoting["id"]) == ("revoked", False)
    await cast.deliver(cast.bob, request(cast.bob, view["uri"], quoting))
    assert cast.b.received_of("Reject")
    assert await state(cast, quoting["id"]) == ("revoked", False)


async def test_whoever_wants_to_be_asked_answers(cast: Cast) -> None:
    view = await written(cast, quote_policy="ask")
    policy = (await note(cast, view["uri"]))["interactionPolicy"]["canQuote"]
    assert policy["manualApproval"] == [PUBLIC]
    quoting = said(cast.bob, quote=view["uri"])
    await cast.deliver(cast.bob, request(cast.bob, view["uri"], quoting))
    assert not cast.b.received_of("Accept", "Reject")
    assert await state(cast, quoting["id"]) == ("pending", False)
    [entry] = (await cast.here.api("GET", f"{CONTROL}/quotes", account="alice"))["quotes"]
    assert entry["may_accept"]
    await cast.here.api("POST", f"{CONTROL}/quotes/{entry['id']}/accept", account="alice")
    await cast.here.settle()
    assert cast.b.received_of("Accept")
    assert await state(cast, quoting["id"]) == ("accepted", True)


async def test_nobody_means_nobody_and_followers_means_followers(cast: Cast) -> None:
    await cast.here.api("POST", f"{CONTROL}/quote-policy", {"policy": "nobody"}, account="alice")
    view = await written(cast)
    assert (await note(cast, view["uri"]))["interactionPolicy"]["canQuote"] == {
        "automaticApproval": [cast.here.actor("alice")]
    }
    quoting = said(cast.bob, quote=view["uri"])
    await cast.deliver(cast.bob, request(cast.bob, view["uri"], quoting))
    assert cast.b.received_of("Reject")
    with pytest.raises(ApiRefusalError, match="quote_not_allowed"):
        await written(cast, "carol", quote=view["uri"])
    await cast.here.api(
        "POST", f"{POSTS}/{view['id']}/quote-policy", {"policy": "followers"}, account="alice"
    )
    await cast.deliver(cast.bob, request(cast.bob, view["uri"], quoting))
    assert not cast.b.received_of("Accept")
    await cast.deliver(cast.bob, cast.bob.activity("Follow", cast.here.actor("alice")))
    await cast.deliver(cast.bob, request(cast.bob, view["uri"], quoting))
    assert "result" in cast.b.received_of("Accept")[-1]
    assert await state(cast, quoting["id"]) == ("accepted", True)


async def test_whom_an_author_blocks_cannot_quote(cast: Cast) -> None:
    view = await written(cast)
    await cast.here.api("POST", f"{CONTROL}/block", {"handle": cast.bob.handle}, account="alice")
    quoting = said(cast.bob, quote=view["uri"])
    await cast.deliver(cast.bob, request(cast.bob, view["uri"], quoting))
    assert cast.b.received_of("Reject")
    assert not cast.b.received_of("Accept")


async def test_a_request_for_somebody_elses_post_gets_nothing(cast: Cast) -> None:
    view = await written(cast)
    theirs = said(cast.carol, quote=view["uri"])
    other = said(cast.bob, quote=f"{cast.here.base}/notes/1")
    neighbour = cast.b.person("mallory")
    bobs = said(cast.bob, quote=view["uri"])
    for sender, instrument in (
        (cast.bob, theirs),
        (cast.bob, theirs["id"]),
        (cast.bob, theirs | {"attributedTo": cast.bob.id}),
        (neighbour, bobs),
        (neighbour, bobs["id"]),
        (cast.bob, other),
        (cast.bob, other["id"]),
    ):
        await cast.deliver(sender, request(sender, view["uri"], instrument))
    for origin in (cast.b, cast.c):
        assert not origin.received_of("Accept", "Reject")
    found = await cast.here.api("GET", f"{CONTROL}/quotes", account="alice")
    assert found["quotes"] == []
    # By its author it may, and with its id alone: then it is fetched.
    await cast.deliver(cast.bob, request(cast.bob, view["uri"], bobs["id"]))
    assert cast.b.received_of("Accept")
    assert await state(cast, bobs["id"]) == ("accepted", True)


async def test_a_quote_elsewhere_is_shown_with_the_quoted_authors_stamp_only(cast: Cast) -> None:
    await cast.follow(cast.bob)
    quoted = said(cast.carol, "<p>Tea.</p>")
    quoting = said(
        cast.bob,
        f'<p class="quote-inline">RE: <a href="{quoted["id"]}">{quoted["id"]}</a></p><p>Yes.</p>',
        quote=quoted["id"],
    )
    await cast.deliver(cast.bob, cast.bob.activity("Create", quoting))
    assert await state(cast, quoting["id"]) == ("pending", False)
    assert cast.c.times_asked(quoted["id"]) == 0, "nothing is fetched for whoever only claims"
    agreed = quoting | {
        "quoteAuthorization": stamp(cast.carol, quoting["id"], quoted["id"]),
        "updated": "2026-11-20T09:00:00Z",
    }
    await cast.deliver(cast.bob, cast.bob.activity("Update", agreed))
    quote = await seen(cast, quoting["id"])
    assert quote["state"] == "accepted"
    assert quote["post"]["text"] == "Tea."
    post = await cast.here.post(quoting["id"])
    assert post is not None
    assert post.content == "<p>Yes.</p>"
    deletion = cast.carol.activity(
        "Delete", {"id": agreed["quoteAuthorization"], "type": "QuoteAuthorization"}
    )
    await cast.deliver(cast.carol, deletion)
    assert await state(cast, quoting["id"]) == ("revoked", False)


async def test_forged_stamps_show_nothing(cast: Cast) -> None:
    await cast.follow(cast.bob)
    quoted, another = said(cast.carol, "<p>Tea.</p>"), said(cast.carol, "<p>Coffee.</p>")
    neighbour = cast.c.person("mallory")

    async def outcome(make: Any) -> tuple[str, bool]:
        quoting = said(cast.bob, quote=quoted["id"])
        quoting["quoteAuthorization"] = make(quoting["id"])
        await cast.deliver(cast.bob, cast.bob.activity("Create", quoting))
        return await state(cast, quoting["id"])

    def bobs(quoting: str) -> str:
        return stamp(cast.bob, quoting, quoted["id"], attributedTo=cast.carol.id)

    forged = {
        "by the quoting author": lambda q: stamp(cast.bob, q, quoted["id"]),
        "on another origin": bobs,
        "by a neighbour": lambda q: stamp(neighbour, q, quoted["id"]),
        "for another quoting post": lambda q: stamp(cast.carol, f"{q}0", quoted["id"]),
        "for another quoted post": lambda q: stamp(cast.carol, q, another["id"]),
        "another type": lambda q: stamp(cast.carol, q, quoted["id"], type="LikeAuthorization"),
        "a stamp that is not there": lambda q: f"{cast.carol.id}/quotes/nothing",
        "the quoted post": lambda q: quoted["id"],
    }
    for what, make in forged.items():
        found = await outcome(make)
        assert found[0] in ("pending", "unauthorised"), what
        assert not found[1], what
    assert await outcome(lambda q: stamp(cast.carol, q, quoted["id"])) == ("accepted", True)


async def test_only_its_issuer_deletes_a_stamp(cast: Cast) -> None:
    await cast.follow(cast.bob)
    quoted = said(cast.carol)
    quoting = said(cast.bob, quote=quoted["id"])
    quoting["quoteAuthorization"] = stamp(cast.carol, quoting["id"], quoted["id"])
    await cast.deliver(cast.bob, cast.bob.activity("Create", quoting))
    document = {"id": quoting["quoteAuthorization"], "type": "QuoteAuthorization"}
    for somebody in (cast.bob, cast.c.person("mallory"), cast.mallory):
        await cast.deliver(somebody, somebody.activity("Delete", document))
    assert await state(cast, quoting["id"]) == ("accepted", True)
    # Without a word it is gone: found when it is looked at again.
    cast.c.fail(quoting["quoteAuthorization"], 404)
    await cast.here.pass_time(8 * DAY)
    assert await state(cast, quoting["id"]) == ("revoked", False)


async def test_older_forms_are_a_link_and_one_quotes_oneself_freely(cast: Cast) -> None:
    await cast.follow(cast.bob)
    quoted = said(cast.carol)
    for form in (
        {"quoteUrl": quoted["id"]},
        {"quoteUri": quoted["id"]},
        {"_misskey_quote": quoted["id"]},
        {
            "tag": {
                "type": "Link",
                "href": quoted["id"],
                "rel": "https://misskey-hub.net/ns#_misskey_quote",
            }
        },
    ):
        quoting = said(cast.bob, **form)
        await cast.deliver(cast.bob, cast.bob.activity("Create", quoting))
        assert await seen(cast, quoting["id"]) == {
            "state": "unauthorised",
            "uri": quoted["id"],
            "url": quoted["id"],
            "post": None,
        }
    first = said(cast.bob, "<p>One.</p>")
    second = said(cast.bob, "<p>Two.</p>", quote=first["id"])
    await cast.deliver(cast.bob, cast.bob.activity("Create", second))
    assert await state(cast, second["id"]) == ("accepted", True)
    mine = await written(cast, quote_policy="nobody")
    again = await written(cast, quote=mine["id"])
    assert again["quote"]["state"] == "accepted"
    assert "quoteAuthorization" not in await note(cast, again["uri"])


async def quoting_carol(cast: Cast) -> tuple[dict[str, Any], dict[str, Any]]:
    """What alice here quotes of carol elsewhere, and her post."""
    await followed_by_frank(cast)
    quoted = said(cast.carol, "<p>Tea.</p>")
    return quoted, await written(cast, quote=quoted["id"])


async def test_we_publish_at_once_ask_and_update_with_the_stamp(cast: Cast) -> None:
    quoted, view = await quoting_carol(cast)
    [created] = [one["object"] for one in cast.c.received_of("Create")]
    for member in ("quote", "quoteUrl", "quoteUri", "_misskey_quote"):
        assert created[member] == quoted["id"]
    assert created["content"].startswith('<p class="quote-inline">RE: <a href=')
    assert "quoteAuthorization" not in created
    [asked] = cast.c.received_of("QuoteRequest")
    assert asked["object"] == quoted["id"]
    assert asked["instrument"]["id"] == view["uri"]
    assert asked["instrument"]["attributedTo"] == cast.here.actor("alice")
    assert await state(cast, view["uri"]) == ("pending", False)
    assert "RE:" not in view["text"]
    url = stamp(cast.carol, view["uri"], quoted["id"])
    for somebody in (cast.bob, cast.c.person("mallory")):
        await cast.deliver(somebody, somebody.activity("Accept", asked["id"], result=url))
    assert await state(cast, view["uri"]) == ("pending", False)
    await cast.deliver(cast.carol, cast.carol.activity("Accept", asked["id"], result=url))
    assert await state(cast, view["uri"]) == ("accepted", True)
    assert (await note(cast, view["uri"]))["quoteAuthorization"] == url
    assert cast.c.received_of("Update")[-1]["object"]["quoteAuthorization"] == url
    page = (await cast.here.get(f"/@alice/{view['id']}"))[1]
    assert "Tea." in page
    await cast.deliver(
        cast.carol, cast.carol.proven(cast.carol.activity("Delete", {"id": url, "type": "X"}))
    )
    assert await state(cast, view["uri"]) == ("revoked", False)
    assert "quoteAuthorization" not in cast.c.received_of("Update")[-1]["object"]
    page = (await cast.here.get(f"/@alice/{view['id']}"))[1]
    assert "Tea." not in page


async def test_an_acceptance_without_a_stamp_for_this_quote_is_none(cast: Cast) -> None:
    quoted, view = await quoting_carol(cast)
    [asked] = cast.c.received_of("QuoteRequest")
    for url in (
        stamp(cast.carol, f"{view['uri']}0", quoted["id"]),
        stamp(cast.bob, view["uri"], quoted["id"], attributedTo=cast.carol.id),
        f"{cast.carol.id}/quotes/nothing",
    ):
        await cast.deliver(cast.carol, cast.carol.activity("Accept", asked["id"], result=url))
        assert not (await state(cast, view["uri"]))[1]
        assert "quoteAuthorization" not in await note(cast, view["uri"])
    url = stamp(cast.carol, view["uri"], quoted["id"])
    await cast.deliver(cast.carol, cast.carol.activity("Accept", asked["id"], result=url))
    assert await state(cast, view["uri"]) == ("accepted", True)


async def test_a_no_is_shown_as_one(cast: Cast) -> None:
    _, view = await quoting_carol(cast)
    [asked] = cast.c.received_of("QuoteRequest")
    await cast.deliver(cast.bob, cast.bob.activity("Reject", asked["id"]))
    assert await state(cast, view["uri"]) == ("pending", False)
    await cast.deliver(cast.carol, cast.carol.activity("Reject", asked))
    assert await state(cast, view["uri"]) == ("rejected", False)
    quoted = said(
        cast.carol, interactionPolicy={"canQuote": {"automaticApproval": [cast.carol.id]}}
    )
    with pytest.raises(ApiRefusalError, match="quote_not_allowed"):
        await written(cast, quote=quoted["id"])
    assert cast.c.received_of("QuoteRequest") == [asked]


async def test_what_a_reader_may_not_see_is_not_shown_in_a_quote(cast: Cast) -> None:
    await cast.here.api("POST", f"{CONTROL}/follow", {"handle": "alice"}, account="dave")
    quoted = await written(cast, "carol", text="Secret of carol")
    view = await written(cast, "alice", quote=quoted["uri"])
    assert await state(cast, view["uri"]) == ("accepted", True)
    await cast.here.api("POST", f"{CONTROL}/block", {"handle": "carol"}, account="dave")
    assert await seen(cast, view["uri"]) == {
        "state": "hidden",
        "uri": quoted["uri"],
        "url": "",
        "post": None,
    }
    await cast.here.api("DELETE", f"{POSTS}/{quoted['id']}", account="carol")
    await cast.here.settle()
    assert await state(cast, view["uri"]) == ("deleted", False)
    stamped = (await note(cast, view["uri"]))["quoteAuthorization"]
    assert (await cast.here.get(stamped, Accept=ACTIVITY_JSON))[0] == 410


async def test_a_co_tweet_can_quote_and_nobody_is_asked_before_it_is_out(cast: Cast) -> None:
    quoted = said(cast.carol, "<p>Tea.</p>")
    draft = await drafted(cast, cast.bob, quote=quoted["id"])
    assert not cast.c.received_of("QuoteRequest"), "that would tell of a draft"
    offered = draft.offer(cast.bob)["object"]
    assert offered["quote"] == quoted["id"]
    await draft.answer(cast.bob)
    assert await draft.state() == "published"
    assert await cast.shown(draft.uri) == [cast.here.actor("alice"), cast.bob.id]
    [asked] = cast.c.received_of("QuoteRequest")
    url = stamp(cast.carol, draft.uri, quoted["id"])
    await cast.deliver(cast.carol, cast.carol.activity("Accept", asked["id"], result=url))
    assert await state(cast, draft.uri) == ("accepted", True)
    await cast.here.pass_time(2 * DAY)
    assert await cast.shown(draft.uri) == [cast.here.actor("alice"), cast.bob.id]


async def test_each_author_of_a_quoted_co_tweet_can_take_consent_back(cast: Cast) -> None:
    draft = await drafted(cast, cast.bob)
    await draft.answer(cast.bob)
    quoting = said(cast.carol, quote=draft.uri)
    await cast.deliver(cast.carol, request(cast.carol, draft.uri, quoting))
    assert await state(cast, quoting["id"]) == ("accepted", True)
    result = cast.c.received_of("Accept")[-1]["result"]
    await cast.deliver(cast.mallory, cast.mallory.activity("Reject", result))
    assert await state(cast, quoting["id"]) == ("accepted", True)
    await cast.deliver(cast.bob, cast.bob.activity("Reject", result))
    assert await state(cast, quoting["id"]) == ("revoked", False)
    assert cast.c.received_of("Delete")[-1]["object"]["id"] == result


async def test_a_co_author_here_takes_a_quote_back_and_the_primary_authors_server_hears_of_it(
    cast: Cast,
) -> None:
    quoted = said(cast.carol, "<p>Tea.</p>")
    tag = [
        *addressing(cast.alice, [cast.local("bob")])["tag"],
        quote_tag(quoted["id"], "https://x/"),
    ]
    post = cast.cotweet(cast.local("bob"), **quote_members(quoted["id"]), tag=tag)
    await cast.deliver(cast.alice, post.offer(cast.local("bob")))
    invite = await cast.invite()
    assert invite is not None
    assert invite["quote"]["post"]["text"] == "Tea."
    path = f"/api/v1/cotweets/invites/{invite['id']}/accept"
    await cast.here.api("POST", path, {"digest": invite["digest"]}, account="bob")
    await cast.here.settle()
    post.stamps[cast.local("bob").id] = cast.a.received_of("Accept")[-1]["result"]
    post.publish()
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors
    await cast.follow(cast.mallory)
    quoting = said(cast.mallory, quote=post.id)
    quoting["quoteAuthorization"] = stamp(cast.alice, quoting["id"], post.id)
    await cast.deliver(cast.mallory, cast.mallory.activity("Create", quoting))
    assert await state(cast, quoting["id"]) == ("accepted", True)
    held = await cast.here.post(quoting["id"])
    assert held is not None
    with pytest.raises(ApiRefusalError, match="not_found"):
        await cast.here.api("POST", f"{POSTS}/{held.id}/unquote", {}, account="carol")
    await cast.here.api("POST", f"{POSTS}/{held.id}/unquote", {}, account="bob")
    await cast.here.settle()
    [told] = cast.a.received_of("Reject")
    assert (told["actor"], told["object"]["id"]) == (
        cast.here.actor("bob"),
        quoting["quoteAuthorization"],
    )
    assert await state(cast, quoting["id"]) == ("revoked", False)
