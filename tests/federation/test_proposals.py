"""A co-author proposes another text, or that the post be deleted; the primary author decides."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.vocab.reading import format_time
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE
from fedi_cotweet.services import proposal_endings, proposals
from fedi_cotweet.services.leaving import actor_gone
from tests.federation.cast import Cast, CoTweet
from tests.federation.here import ApiRefusalError
from tests.federation.origins import Person
from tests.federation.test_acceptances import drafted as agreed_draft
from tests.federation.test_discussion import drafted, invited

COTWEETS = "/api/v1/cotweets"
PROPOSALS = f"{COTWEETS}/proposals"


def wish(by: Person, about: str, target: str, /, **members: Any) -> dict[str, Any]:
    """An Offer of another text, as another server sends it; ``members`` change the note."""
    note = {"id": about, "type": "Note", "content": "<p>A zebra fish.</p>"} | members
    return by.activity(
        "Offer",
        {"type": "Update", "actor": target, "object": note},
        to=[target],
        target=target,
        content="<p>Two <b>words</b>!</p>",
    )


def wish_to_delete(by: Person, about: str, target: str) -> dict[str, Any]:
    """An Offer of a Delete."""
    gone = {"type": "Delete", "object": about}
    return by.activity("Offer", gone, to=[target], target=target)


async def listed(cast: Cast, account: str, number: str) -> list[dict[str, Any]]:
    """The proposals for a co-tweet that somebody here sees."""
    found = await cast.here.api("GET", f"{COTWEETS}/{number}/proposals", account=account)
    return list(found["proposals"])


async def decide(cast: Cast, account: str, change: str, what: str, **body: Any) -> dict[str, Any]:
    """Somebody here answers a proposal or takes it back."""
    path = f"{PROPOSALS}/{change}/{what}"
    found = await cast.here.api("POST", path, body, account=account)
    await cast.here.settle()
    return dict(found)


async def test_alice_takes_over_what_bob_proposes_and_asks_everybody_again(cast: Cast) -> None:
    number, note = await drafted(cast, cast.bob, cast.carol)
    alice = cast.here.actor("alice")
    mention = {"type": "Mention", "href": cast.carol.id, "name": "@somebody@else.example"}
    fish = {"type": "Hashtag", "href": f"{cast.b.base}/tags/fish", "name": "#fish"}
    odd: list[Any] = [{"type": "Emoji", "name": ":x:", "icon": {"url": "x"}}, "text", {}]
    text = "<p>A zebra fish.</p>"
    sent = wish(
        cast.bob, note, alice, tag=[mention, fish, *odd], contentMap={"en": text}, summary="Fish"
    )
    for _ in range(2):
        await cast.bob.send(f"{alice}/inbox", sent)
        await cast.here.settle()
    [view] = await listed(cast, "alice", number)
    assert (await cast.told("alice")).count("cotweet.proposal") == 1
    assert (view["kind"], view["state"], view["mine"]) == ("edit", "proposed", False)
    assert (view["text"], view["comment"]) == ("A zebra fish.", "Two words!")
    assert (view["summary"], view["language"]) == ("Fish", "en")
    assert view["mentions"] == [f"@{cast.carol.handle}"]
    assert [(part["op"], part["text"]) for part in view["diff"]] == [
        ("same", "A "),
        ("removed", "zebrafish"),
        ("added", "zebra fish"),
        ("same", "."),
    ]
    taken = await decide(cast, "alice", view["id"], "take")
    assert taken["state"] == "applied"
    [_, again] = cast.b.received_of("Offer")
    assert again["object"]["content"] == text
    assert again["object"]["summary"] == "Fish"
    assert again["object"]["contentMap"] == {"en": text}
    assert [tag["type"] for tag in again["object"]["tag"]] == ["Hashtag", "Mention", "Mention"]
    assert len(cast.c.received_of("Offer")) == 2
    [accept] = cast.b.received_of("Accept")
    assert (accept["object"]["id"], accept["to"]) == (sent["id"], [cast.bob.id])
    assert "result" not in accept
    with pytest.raises(ApiRefusalError, match="proposal_over"):
        await decide(cast, "alice", view["id"], "decline")
    assert cast.c.received_of("Accept", "Update") == []


async def test_alice_declines_with_a_reason_and_bob_can_take_it_back_first(cast: Cast) -> None:
    number, note = await drafted(cast, cast.bob)
    alice = cast.here.actor("alice")
    first, second = wish(cast.bob, note, alice), wish(cast.bob, note, alice)
    late = wish(cast.bob, note, alice)
    await cast.deliver(cast.bob, cast.bob.activity("Undo", late["id"]))
    for sent in (first, second, late):
        await cast.deliver(cast.bob, sent)
    await cast.deliver(cast.neighbour, cast.neighbour.activity("Undo", second["id"]))
    newer, older = await listed(cast, "alice", number)
    assert newer["state"] == "proposed"
    await cast.deliver(cast.bob, cast.bob.activity("Undo", second["id"]))
    await decide(cast, "alice", older["id"], "decline", reason="I like <it> as it is.")
    [reject] = cast.b.received_of("Reject")
    assert reject["object"]["id"] == first["id"]
    assert "&lt;it&gt;" in reject["content"]
    assert [view["state"] for view in await listed(cast, "alice", number)] == [
        "cancelled",
        "declined",
    ]


async def test_bob_here_proposes_and_hears_what_became_of_it(cast: Cast) -> None:
    post, invite = await invited(cast, cast.carol)
    path = f"{COTWEETS}/{invite}/proposals"
    asked = {"text": "We wrote it #together.", "comment": "Shorter.", "language": "en"}
    made = [await cast.here.api("POST", path, asked, account="bob") for _ in range(3)]
    with pytest.raises(ApiRefusalError, match="too_many_proposals"):
        await cast.here.api("POST", path, asked, account="bob")
    await cast.here.settle()
    sent = cast.a.received_of("Offer")
    assert cast.c.received == []
    assert sent[0]["to"] == [cast.alice.id]
    assert sent[0]["target"] == cast.alice.id
    assert sent[0]["content"] == "<p>Shorter.</p>"
    wanted = sent[0]["object"]
    assert (wanted["type"], wanted["actor"]) == ("Update", cast.alice.id)
    assert wanted["object"]["id"] == post.id
    assert wanted["object"]["contentMap"] == {"en": wanted["object"]["content"]}
    assert [tag["name"] for tag in wanted["object"]["tag"]] == ["#together"]
    assert [(p["op"], p["text"]) for p in made[0]["diff"]][:3] == [
        ("same", "We wrote "),
        ("removed", "this"),
        ("added", "it"),
    ]
    ids = [offer["id"] for offer in sent]
    for enemy in (cast.carol, cast.mallory):
        await cast.deliver(enemy, enemy.activity("Accept", ids[0]))
    await cast.deliver(cast.alice, cast.alice.activity("Accept", ids[0]))
    no = cast.alice.activity("Reject", ids[1], content="<p>Too <i>short</i>.</p>")
    await cast.deliver(cast.alice, no)
    await decide(cast, "bob", made[2]["id"], "withdraw")
    [undo] = cast.a.received_of("Undo")
    assert undo["object"]["id"] == ids[2]
    third, second, first = await listed(cast, "bob", invite)
    assert (first["state"], second["state"], third["state"]) == ("applied", "declined", "cancelled")
    assert second["reason"] == "Too short."
    assert [kind for kind in await cast.told("bob") if "proposal" in kind] == [
        "cotweet.proposal_declined",
        "cotweet.proposal_applied",
    ]
    for who in ("dave", "alice"):
        with pytest.raises(ApiRefusalError, match="not_found"):
            await cast.here.api("GET", f"{PROPOSALS}/{first['id']}", account=who)


async def test_what_may_not_be_proposed_leaves_no_trace(cast: Cast) -> None:
    number, note = await drafted(cast, cast.bob)
    alice, before = cast.here.actor("alice"), await cast.here.contents()
    good = wish(cast.bob, note, alice)
    twice = dict(good["object"])
    twice["object"] = [good["object"]["object"]] * 2
    wrong: dict[str, tuple[Person, dict[str, Any]]] = {
        "by a stranger": (cast.mallory, wish(cast.mallory, note, alice)),
        "by a neighbour": (cast.neighbour, wish(cast.neighbour, note, alice)),
        "for somebody else's post": (cast.bob, wish(cast.bob, f"{cast.a.base}/notes/1", alice)),
        "for what is not there": (cast.bob, wish(cast.bob, f"{note}0", alice)),
        "to somebody else": (cast.bob, wish(cast.bob, note, cast.here.actor("dave"))),
        "with a script": (cast.bob, wish(cast.bob, note, alice, content="<script>1</script>")),
        "with a style": (cast.bob, wish(cast.bob, note, alice, content='<p style="x">x</p>')),
        "without end": (cast.bob, wish(cast.bob, note, alice, content="x" * 200_001)),
        "too long here": (cast.bob, wish(cast.bob, note, alice, content="x" * 40_001)),
        "of numbers": (cast.bob, wish(cast.bob, note, alice, content=7)),
        "with a listener": (cast.bob, good | {"cc": [cast.mallory.id]}),
        "of two things": (cast.bob, good | {"object": twice}),
        "of a draft's deletion": (cast.bob, wish_to_delete(cast.bob, note, alice)),
    }
    for what, (sender, activity) in wrong.items():
        reply = await cast.deliver(sender, activity)
        assert (reply.status, reply.body) == (202, b""), what
        assert await listed(cast, "alice", number) == [], what
    after = await cast.here.contents()
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"actors", "actor_keys", "hosts", "inbox_items"}
    assert len(cast.b.received) == 1, "nobody is answered"
    with pytest.raises(ApiRefusalError, match="own_post"):
        await cast.here.api(
            "POST", f"{COTWEETS}/{number}/proposals", {"text": "Mine."}, account="alice"
        )


async def published(cast: Cast) -> CoTweet:
    """Alice elsewhere and bob here have published."""
    post, invite = await invited(cast)
    await cast.here.api(
        "POST", f"{COTWEETS}/invites/{invite}/accept", {"digest": post.digest}, account="bob"
    )
    await cast.here.settle()
    post.stamps[cast.local("bob").id] = cast.a.received_of("Accept")[-1]["result"]
    post.publish()
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors
    return post


async def test_bob_asks_alice_elsewhere_to_delete(cast: Cast) -> None:
    post = await published(cast)
    held = await cast.here.post(post.id)
    assert held is not None
    path = f"{COTWEETS}/{held.id}/ask-deletion"
    made = await cast.here.api("POST", path, {"comment": "Please."}, account="bob")
    assert (made["kind"], made["state"], made["mine"]) == ("delete", "proposed", True)
    await cast.here.settle()
    [offer] = cast.a.received_of("Offer")
    assert offer["object"] == {"type": "Delete", "actor": cast.alice.id, "object": post.id}
    assert offer["content"] == "<p>Please.</p>"
    await cast.deliver(cast.alice, cast.alice.activity("Delete", post.id))
    await cast.deliver(cast.alice, cast.alice.activity("Accept", offer["id"]))
    assert await cast.shown(post.id) is None
    assert "cotweet.proposal_applied" in await cast.told("bob")


async def test_on_one_server_a_wish_to_delete_is_answered_in_one_step(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = await cast.here.api(
        "POST", COTWEETS, {"text": "Us.", "with": [cast.here.handle("bob")]}, account="alice"
    )
    await cast.here.settle()
    invite = await cast.invite("bob")
    assert invite is not None
    number, draft = view["post"]["id"], f"{COTWEETS}/{invite['id']}"
    with pytest.raises(ApiRefusalError, match="not_published"):
        await cast.here.api("POST", f"{draft}/ask-deletion", {}, account="bob")
    digest = {"digest": invite["digest"]}
    await cast.here.api("POST", f"{COTWEETS}/invites/{invite['id']}/accept", digest, account="bob")
    await cast.here.settle()
    path = f"{COTWEETS}/{number}/ask-deletion"
    made = await cast.here.api("POST", path, {}, account="bob")
    await cast.here.settle()
    told = await cast.here.api("GET", "/api/v1/control/notifications", account="alice")
    [asked] = [item for item in told["notifications"] if item["kind"] == "cotweet.deletion_asked"]
    assert asked["proposal"] == made["id"]
    monkeypatch.setattr(proposals, "MOST_A_DAY", 1)
    with pytest.raises(ApiRefusalError, match="too_many_proposals"):
        await cast.here.api("POST", path, {}, account="bob")
    assert (await decide(cast, "alice", asked["proposal"], "take"))["state"] == "applied"
    post = await cast.here.post(view["post"]["uri"])
    assert post is not None
    assert post.state == "deleted"
    assert (await cast.told("bob")).count("cotweet.proposal_applied") == 1


async def published_here(cast: Cast) -> tuple[str, str]:
    """Alice here has published with bob elsewhere; id and identifier of the post."""
    draft = await agreed_draft(cast, cast.bob)
    await draft.answer(cast.bob)
    assert await cast.shown(draft.uri) == [cast.here.actor("alice"), cast.bob.id]
    return draft.id, draft.uri


OVER = "Whoever proposed this is no author of the post any more."


async def one(cast: Cast, account: str, change: str) -> tuple[str, str]:
    """State and reason of a proposal as somebody here sees it."""
    found = await cast.here.api("GET", f"{PROPOSALS}/{change}", account=account)
    return found["state"], found["reason"]


@pytest.mark.parametrize("how", ["declines", "removed", "withdrawn", "expired", "suspended"])
async def test_a_proposal_for_a_draft_ends_when_its_author_takes_no_part_any_more(
    cast: Cast, how: str
) -> None:
    number, note = await drafted(cast, cast.bob, cast.carol)
    alice, path = cast.here.actor("alice"), f"{COTWEETS}/{number}"
    for person in (cast.bob, cast.carol):
        await cast.deliver(person, wish(person, note, alice))
    await cast.here.api("PUT", path, {"text": "Another zebrafish."}, account="alice")
    await cast.here.settle()
    hers, his = await listed(cast, "alice", number)
    assert (hers["state"], his["state"]) == ("proposed", "proposed"), "asked anew is still asked"
    told = await cast.told("alice")
    match how:
        case "declines":
            offer = cast.b.received_of("Offer")[-1]
            await cast.deliver(cast.bob, cast.bob.activity("Reject", offer["id"]))
        case "removed":
            await cast.here.api("DELETE", f"{path}/authors/{cast.bob.handle}", account="alice")
        case "withdrawn":
            body = {"co_author": cast.bob.handle}
            await cast.here.api("POST", f"{path}/withdraw", body, account="alice")
        case "expired":
            await cast.here.pass_time(7 * DAY + MINUTE)
        case _:
            body = {"handle": cast.bob.handle}
            await cast.here.api("POST", "/api/v1/control/actors/suspend", body)
    await cast.here.settle()
    assert await one(cast, "alice", his["id"]) == ("declined", OVER)
    with pytest.raises(ApiRefusalError, match="proposal_over"):
        await decide(cast, "alice", his["id"], "take")
    still = "declined" if how == "expired" else "proposed"
    assert (await one(cast, "alice", hers["id"]))[0] == still
    assert (await cast.told("alice")).count("cotweet.proposal") == told.count("cotweet.proposal")
    answers = [r for r in cast.b.received_of("Reject") if OVER in r.get("content", "")]
    assert len(answers) == (how != "suspended"), "his server knows, and nobody shut out is told"


@pytest.mark.parametrize("how", ["left", "removed", "gone", "not there"])
async def test_a_proposal_for_a_published_post_ends_with_its_author(cast: Cast, how: str) -> None:
    number, note = await published_here(cast)
    alice = cast.here.actor("alice")
    await cast.deliver(cast.bob, wish(cast.bob, note, alice))
    await cast.deliver(cast.bob, wish_to_delete(cast.bob, note, alice))
    [deletion, edit] = await listed(cast, "alice", number)
    match how:
        case "left":
            [stamp] = (await cast.bob.get(note)).json["coAuthorAuthorization"]
            leaving = cast.bob.activity("Delete", {"type": "CoAuthorAuthorization", "id": stamp})
            await cast.deliver(cast.bob, cast.bob.proven(leaving))
        case "removed":
            path = f"{COTWEETS}/{number}/authors/{cast.bob.handle}"
            await cast.here.api("DELETE", path, account="alice")
        case "gone":
            await cast.deliver(cast.bob, cast.bob.activity("Delete", cast.bob.id))
        case _:  # as found out when somebody asks for them
            now, env = cast.here.clock(), cast.here.server.runtime.env
            await cast.here.write(lambda tx: actor_gone(tx, env, cast.bob.id, now))
    await cast.here.settle()
    assert await cast.shown(note) == [alice]
    for view in (deletion, edit):
        assert await one(cast, "alice", view["id"]) == ("declined", OVER)
        with pytest.raises(ApiRefusalError, match="proposal_over"):
            await decide(cast, "alice", view["id"], "take")
    assert await cast.shown(note) == [alice]


async def test_what_nobody_settled_yet_cannot_be_taken_over(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, note = await drafted(cast, cast.bob)
    await cast.deliver(cast.bob, wish(cast.bob, note, cast.here.actor("alice")))
    [view] = await listed(cast, "alice", number)
    monkeypatch.setattr(proposal_endings, "settle", lambda *_: None)
    await cast.here.api("POST", f"{COTWEETS}/{number}/withdraw", {}, account="alice")
    await cast.here.settle()
    assert (await one(cast, "alice", view["id"]))[0] == "proposed"
    with pytest.raises(ApiRefusalError, match="no author of the post any more"):
        await decide(cast, "alice", view["id"], "take")


@pytest.mark.parametrize("how", ["left", "removed", "deleted", "withdrawn"])
async def test_the_proposers_own_server_says_the_same_and_does_not_bother_them(
    cast: Cast, how: str
) -> None:
    if how == "withdrawn":
        post, about = await invited(cast)
    else:
        post = await published(cast)
        held = await cast.here.post(post.id)
        assert held is not None
        about = str(held.id)
    path = f"{COTWEETS}/{about}/proposals"
    made = await cast.here.api("POST", path, {"text": "Better."}, account="bob")
    await cast.here.settle()
    wished = cast.a.received_of("Offer")[-1]
    cast.here.clock.advance(HOUR)
    reason = OVER
    match how:
        case "left":
            path = f"{COTWEETS}/{about}/leave"
            await cast.here.api("POST", path, {}, account="bob")
        case "removed":
            alone = CoTweet(cast.alice, [], post.core | {"tag": [], "cc": []})
            alone.core["updated"] = format_time(cast.here.clock())
            await cast.deliver(cast.alice, post.update(alone.publish()))
        case "deleted":
            reason = "The post is gone."
            await cast.deliver(cast.alice, cast.alice.activity("Delete", post.id))
        case _:
            [invite] = (await cast.here.api("GET", f"{COTWEETS}/invites", account="bob"))["invites"]
            offer = {"type": "Offer", "id": invite["offer"], "actor": cast.alice.id}
            await cast.deliver(cast.alice, cast.alice.activity("Undo", offer))
    await cast.here.settle()
    if how == "withdrawn":
        assert (await one(cast, "bob", made["id"]))[0] == "proposed", "he may be asked anew"
    else:
        assert await one(cast, "bob", made["id"]) == ("declined", reason)
    no = cast.alice.activity("Reject", wished["id"], content=f"<p>{reason}</p>")
    await cast.deliver(cast.alice, no)
    assert await one(cast, "bob", made["id"]) == ("declined", reason)
    assert [kind for kind in await cast.told("bob") if "proposal" in kind] == []


async def test_on_one_server_a_proposal_ends_when_its_author_leaves(cast: Cast) -> None:
    view = await cast.here.api(
        "POST", COTWEETS, {"text": "Us.", "with": [cast.here.handle("bob")]}, account="alice"
    )
    await cast.here.settle()
    invite = await cast.invite("bob")
    assert invite is not None
    answer = f"{COTWEETS}/invites/{invite['id']}/accept"
    await cast.here.api("POST", answer, {"digest": invite["digest"]}, account="bob")
    await cast.here.settle()
    path = f"{COTWEETS}/{view['post']['id']}"
    made = await cast.here.api("POST", f"{path}/ask-deletion", {}, account="bob")
    await cast.here.settle()
    await cast.here.api("POST", f"{path}/leave", {}, account="bob")
    await cast.here.settle()
    for account in ("alice", "bob"):
        assert await one(cast, account, made["id"]) == ("declined", OVER)
    assert [kind for kind in await cast.told("bob") if "proposal_" in kind] == []


async def test_what_the_post_says_already_is_no_proposal_from_elsewhere_either(cast: Cast) -> None:
    number, note = await drafted(cast, cast.bob)
    alice = cast.here.actor("alice")
    post = await cast.here.post(note)
    assert post is not None
    same = {"content": f" {post.content}\n", "contentMap": {str(post.language): post.content}}
    await cast.bob.send(f"{alice}/inbox", wish(cast.bob, note, alice, **same))
    await cast.here.settle()
    assert await listed(cast, "alice", number) == []
    assert "cotweet.proposal" not in await cast.told("alice")
    await cast.bob.send(f"{alice}/inbox", wish(cast.bob, note, alice, **same, summary="Fish"))
    await cast.here.settle()
    assert [view["summary"] for view in await listed(cast, "alice", number)] == ["Fish"]
