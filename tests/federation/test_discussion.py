"""The authors of a draft talk about it across servers, and nobody else hears or says a word.

alice and bob are here or elsewhere, as the test needs; carol is a third author elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE
from fedi_cotweet.services import discussion
from storage.engine import Tx
from storage.queries import posts
from tests.federation.cast import Cast, CoTweet
from tests.federation.here import ApiRefusalError
from tests.federation.origins import Person

COTWEETS = "/api/v1/cotweets"
Thread = list[tuple[str, str]]


async def thread(cast: Cast, account: str, number: str) -> Thread:
    """Who said what, as somebody here sees it."""
    found = await cast.here.api("GET", f"{COTWEETS}/{number}/comments", account=account)
    return [(item["author"]["uri"], item["text"]) for item in found["comments"]]


async def say(cast: Cast, account: str, number: str, text: str) -> dict[str, Any]:
    """Somebody here says something; the newest comment."""
    path = f"{COTWEETS}/{number}/comments"
    found = await cast.here.api("POST", path, {"text": text}, account=account)
    await cast.here.settle()
    return dict(found["comments"][-1])


def remark(by: Person, about: str, to: list[str], text: str = "Fine.", **members: Any) -> Any:
    """A Create of a remark, as another server sends it. ``members`` change the note."""
    note = {
        "id": by.mint("comments"),
        "type": "Note",
        "attributedTo": by.id,
        "inReplyTo": about,
        "to": to,
        "content": f"<p>{text}</p>",
        "published": format_time(by.origin.clock()),
    } | members
    note = {name: value for name, value in note.items() if value is not None}
    return by.activity("Create", note, to=note["to"])


async def drafted(cast: Cast, *co_authors: Person) -> tuple[str, str]:
    """Alice here invites people elsewhere; id and identifier of her draft."""
    view = await cast.here.api(
        "POST",
        COTWEETS,
        {"text": "A zebrafish.", "with": [person.handle for person in co_authors]},
        account="alice",
    )
    await cast.here.settle()
    return view["post"]["id"], view["post"]["uri"]


async def invited(cast: Cast, *others: Person) -> tuple[CoTweet, str]:
    """Alice elsewhere invites bob here, and others; the invite's id."""
    post = cast.cotweet(cast.local("bob"), *others)
    await cast.deliver(cast.alice, post.offer(cast.local("bob")))
    invite = await cast.invite()
    assert invite is not None
    return post, invite["id"]


async def holds_no_post(cast: Cast, activity: Mapping[str, Any]) -> bool:
    """Whether a remark became a post, in whatever state."""
    uri = activity["object"]["id"]
    return await cast.here.read(lambda tx: posts.post_by_uri(tx, uri)) is None


async def test_what_the_primary_author_says_goes_to_each_author_alone(cast: Cast) -> None:
    number, note = await drafted(cast, cast.bob, cast.carol)
    said = await say(cast, "alice", number, "Is <this> fine? https://z.example/x")
    assert said["mine"] is True
    for origin, person in ((cast.b, cast.bob), (cast.c, cast.carol)):
        [create] = origin.received_of("Create")
        assert create["to"] == [cast.bob.id, cast.carol.id]
        assert create["actor"] == cast.here.actor("alice")
        assert not {"cc", "bcc", "audience", "proof", "signature"} & create.keys()
        remark_ = create["object"]
        assert remark_["inReplyTo"] == note
        assert remark_["attributedTo"] == cast.here.actor("alice")
        assert remark_["to"] == create["to"]
        assert "&lt;this&gt;" in remark_["content"]
        assert person.id in create["to"]
        assert (await cast.here.get(remark_["id"]))[0] == 404
        assert (await person.get(create["id"])).status == 404
    assert cast.m.received == cast.a.received == []


async def test_what_a_co_author_says_reaches_the_others_and_only_their_threads(cast: Cast) -> None:
    number, note = await drafted(cast, cast.bob, cast.carol)
    alice = cast.here.actor("alice")
    sent = remark(cast.bob, note, [alice, cast.carol.id], "Fine <script>x</script>with me.")
    for _ in range(2):
        await cast.bob.send(f"{alice}/inbox", sent)
        await cast.here.settle()
    assert await thread(cast, "alice", number) == [(cast.bob.id, "Fine with me.")]
    assert (await cast.told("alice")).count("cotweet.comment") == 1
    assert await holds_no_post(cast, sent)
    assert await cast.timeline("alice") == []
    with pytest.raises(ApiRefusalError, match="not_found"):
        await thread(cast, "dave", number)


async def test_bob_here_talks_with_alice_and_carol_elsewhere(cast: Cast) -> None:
    post, invite = await invited(cast, cast.carol)
    await say(cast, "bob", invite, "Shall we?")
    for origin in (cast.a, cast.c):
        [create] = origin.received_of("Create")
        assert create["to"] == [cast.alice.id, cast.carol.id]
        assert create["object"]["inReplyTo"] == post.id
    bob = cast.here.actor("bob")
    for person, others in (
        (cast.alice, [bob, cast.carol.id]),
        (cast.carol, [cast.alice.id, bob]),
    ):
        await cast.deliver(person, remark(person, post.id, others, f"So says {person.name}."))
    assert await thread(cast, "bob", invite) == [
        (bob, "Shall we?"),
        (cast.alice.id, "So says alice."),
        (cast.carol.id, "So says carol."),
    ]


async def test_authors_on_one_server_share_one_thread(cast: Cast) -> None:
    view = await cast.here.api(
        "POST",
        COTWEETS,
        {"text": "Us.", "with": [cast.here.handle("bob"), cast.here.handle("carol")]},
        account="alice",
    )
    await cast.here.settle()
    number = view["post"]["id"]
    invite = await cast.invite("bob")
    assert invite is not None
    await say(cast, "alice", number, "One.")
    await say(cast, "bob", invite["id"], "Two.")
    said = [(cast.here.actor("alice"), "One."), (cast.here.actor("bob"), "Two.")]
    assert await thread(cast, "alice", number) == said
    assert await thread(cast, "bob", invite["id"]) == said
    for who, times in (("alice", 1), ("bob", 1), ("carol", 2)):
        assert (await cast.told(who)).count("cotweet.comment") == times
    await cast.here.api("POST", f"{COTWEETS}/invites/{invite['id']}/decline", {}, account="bob")
    await cast.here.settle()
    with pytest.raises(ApiRefusalError, match="not_found"):
        await thread(cast, "bob", invite["id"])
    await say(cast, "alice", number, "Three.")
    assert (await cast.told("bob")).count("cotweet.comment") == 1
    assert (await cast.told("carol")).count("cotweet.comment") == 3


Break = Callable[[Cast, str, str], tuple[Person, dict[str, Any]]]


def _stranger(cast: Cast, note: str, alice: str) -> tuple[Person, dict[str, Any]]:
    return cast.mallory, remark(cast.mallory, note, [alice])


def _neighbour(cast: Cast, note: str, alice: str) -> tuple[Person, dict[str, Any]]:
    return cast.neighbour, remark(cast.neighbour, note, [alice])


def _with_a_listener(cast: Cast, note: str, alice: str) -> tuple[Person, dict[str, Any]]:
    return cast.bob, remark(cast.bob, note, [alice, cast.mallory.id])


def _in_bobs_name(cast: Cast, note: str, alice: str) -> tuple[Person, dict[str, Any]]:
    return cast.neighbour, remark(cast.neighbour, note, [alice], attributedTo=cast.bob.id)


def _with_cc(cast: Cast, note: str, alice: str) -> tuple[Person, dict[str, Any]]:
    return cast.bob, remark(cast.bob, note, [alice], cc=[cast.mallory.id])


def _other_addressees(cast: Cast, note: str, alice: str) -> tuple[Person, dict[str, Any]]:
    return cast.bob, remark(cast.bob, note, [alice]) | {"to": [alice, cast.mallory.id]}


def _to_nobody_here(cast: Cast, note: str, alice: str) -> tuple[Person, dict[str, Any]]:
    return cast.bob, remark(cast.bob, note, [cast.carol.id])


def _a_question(cast: Cast, note: str, alice: str) -> tuple[Person, dict[str, Any]]:
    return cast.bob, remark(cast.bob, note, [alice], type="Question")


def _endless(cast: Cast, note: str, alice: str) -> tuple[Person, dict[str, Any]]:
    return cast.bob, remark(cast.bob, note, [alice], "x" * 16_001)


def _with_a_picture(cast: Cast, note: str, alice: str) -> tuple[Person, dict[str, Any]]:
    picture = {"type": "Image", "url": f"{cast.b.base}/pixel.png", "mediaType": "image/png"}
    return cast.bob, remark(cast.bob, note, [alice], attachment=[picture])


def _about_two(cast: Cast, note: str, alice: str) -> tuple[Person, dict[str, Any]]:
    return cast.bob, remark(cast.bob, note, [alice], inReplyTo=[note, f"{note}0"])


BROKEN: dict[str, Break] = {
    "by a stranger who knows the draft's id": _stranger,
    "by somebody on the co-author's server": _neighbour,
    "for a listener who is no author": _with_a_listener,
    "in the co-author's name": _in_bobs_name,
    "with a copy to somebody else": _with_cc,
    "whose Create is for others too": _other_addressees,
    "for nobody here": _to_nobody_here,
    "that is no plain note": _a_question,
    "without end": _endless,
    "with a picture that tells who looked": _with_a_picture,
    "about several things": _about_two,
}


async def test_a_remark_that_breaks_a_rule_has_no_effect_and_tells_nothing(cast: Cast) -> None:
    number, note = await drafted(cast, cast.bob, cast.carol)
    before = await cast.here.contents()
    alice = cast.here.actor("alice")
    for what, break_it in BROKEN.items():
        sender, activity = break_it(cast, note, alice)
        reply = await sender.send(f"{alice}/inbox", activity)
        nothing = await sender.send(f"{alice}/inbox", sender.activity("View", note))
        assert (reply.status, reply.body) == (nothing.status, nothing.body), what
        await cast.here.settle()
        assert await thread(cast, "alice", number) == [], what
        assert await holds_no_post(cast, activity), what
    after = await cast.here.contents()
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"actors", "actor_keys", "hosts", "inbox_items"}
    assert "cotweet.comment" not in await cast.told("alice")


async def test_a_public_answer_to_a_drafts_id_is_an_ordinary_post(cast: Cast) -> None:
    """Were it dropped, whoever guesses ids could see by it that there is a draft."""
    _, note = await drafted(cast, cast.bob)
    answer = remark(cast.mallory, note, [PUBLIC, cast.here.actor("alice")])
    await cast.deliver(cast.mallory, answer)
    assert not await holds_no_post(cast, answer)


async def test_a_private_answer_to_what_is_no_draft_is_an_ordinary_post(cast: Cast) -> None:
    answer = remark(cast.bob, f"{cast.here.base}/notes/1", [cast.here.actor("alice")])
    await cast.deliver(cast.bob, answer)
    assert not await holds_no_post(cast, answer)


@pytest.mark.parametrize("over", ["declined", "expired", "withdrawn", "taken back", "discarded"])
async def test_whoever_is_not_invited_any_more_neither_gets_nor_sends(
    cast: Cast, over: str
) -> None:
    number, note = await drafted(cast, cast.bob, cast.carol)
    alice = cast.here.actor("alice")
    path = f"{COTWEETS}/{number}"
    [offer] = cast.b.received_of("Offer")
    match over:
        case "declined":
            await cast.deliver(cast.bob, cast.bob.activity("Reject", offer["id"]))
        case "expired":
            cast.here.clock.advance(7 * DAY)
        case "withdrawn":
            body = {"co_author": cast.bob.handle}
            await cast.here.api("POST", f"{path}/withdraw", body, account="alice")
        case "taken back":
            await cast.here.api("POST", f"{path}/withdraw", {}, account="alice")
        case _:
            await cast.here.api("DELETE", path, account="alice")
    await cast.here.settle()
    late = remark(cast.bob, note, [alice], "Still here?")
    await cast.deliver(cast.bob, late)
    assert await holds_no_post(cast, late)
    assert "cotweet.comment" not in await cast.told("alice")
    if over in ("declined", "withdrawn"):
        await say(cast, "alice", number, "He has gone.")
        assert [create["to"] for create in cast.c.received_of("Create")] == [[cast.carol.id]]
        assert await thread(cast, "alice", number) == [(alice, "He has gone.")]
        [parting] = cast.c.received_of("Remove")
        assert (parting["object"], parting["target"]) == (cast.bob.id, note)
        assert parting["to"] == [cast.carol.id]
    else:
        with pytest.raises(ApiRefusalError, match=r"nobody_to_tell|not_found"):
            await say(cast, "alice", number, "Hello?")
    assert cast.b.received_of("Create", "Remove") == []


async def test_bobs_server_stops_telling_those_who_take_no_part_any_more(cast: Cast) -> None:
    post, invite = await invited(cast, cast.carol)
    parting = cast.alice.activity(
        "Remove", cast.carol.id, target=post.id, to=[cast.here.actor("bob")]
    )
    for wrong in (
        cast.mallory.activity("Remove", cast.carol.id, target=post.id),
        cast.alice.activity("Remove", cast.carol.id, target=f"{post.id}0"),
        cast.alice.activity("Remove", cast.mallory.id, target=post.id),
        cast.carol.activity("Remove", cast.alice.id, target=post.id),
    ):
        sender = cast.mallory if wrong["actor"] == cast.mallory.id else cast.alice
        sender = cast.carol if wrong["actor"] == cast.carol.id else sender
        await cast.deliver(sender, wrong)
    await say(cast, "bob", invite, "All three?")
    assert [create["to"] for create in cast.a.received_of("Create")] == [
        [cast.alice.id, cast.carol.id]
    ]
    await cast.deliver(cast.alice, parting)
    await say(cast, "bob", invite, "Two of us.")
    assert cast.a.received_of("Create")[-1]["to"] == [cast.alice.id]
    assert len(cast.c.received_of("Create")) == 1
    late = remark(cast.carol, post.id, [cast.alice.id, cast.here.actor("bob")], "Wait!")
    await cast.deliver(cast.carol, late)
    assert [text for _, text in await thread(cast, "bob", invite)] == ["All three?", "Two of us."]


@pytest.mark.parametrize("over", ["declines", "is withdrawn from", "lets it expire", "leaves"])
async def test_bob_here_is_out_of_the_thread_when_his_invitation_is_over(
    cast: Cast, over: str
) -> None:
    post, invite = await invited(cast)
    await say(cast, "bob", invite, "Hm.")
    path = f"{COTWEETS}/invites/{invite}"
    match over:
        case "declines":
            await cast.here.api("POST", f"{path}/decline", {}, account="bob")
        case "is withdrawn from":
            offer = (await cast.here.api("GET", path, account="bob"))["offer"]
            await cast.deliver(cast.alice, cast.alice.activity("Undo", offer))
        case "lets it expire":
            cast.here.clock.advance(7 * DAY + HOUR)
        case _:
            digest = {"digest": post.digest}
            await cast.here.api("POST", f"{path}/accept", digest, account="bob")
            await cast.here.api("POST", f"{COTWEETS}/{invite}/leave", {}, account="bob")
    await cast.here.settle()
    for call in (
        cast.here.api("GET", f"{COTWEETS}/{invite}/comments", account="bob"),
        cast.here.api("POST", f"{COTWEETS}/{invite}/comments", {"text": "x"}, account="bob"),
        cast.here.api("POST", f"{COTWEETS}/{invite}/proposals", {"text": "x"}, account="bob"),
    ):
        with pytest.raises(ApiRefusalError, match="not_found"):
            await call
    late = remark(cast.alice, post.id, [cast.here.actor("bob")], "Bob?")
    await cast.deliver(cast.alice, late)
    assert await holds_no_post(cast, late)
    assert "cotweet.comment" not in await cast.told("bob")


async def test_a_remark_is_taken_back_by_who_made_it(cast: Cast) -> None:
    number, note = await drafted(cast, cast.bob)
    mine = await say(cast, "alice", number, "Oops.")
    sent = remark(cast.bob, note, [cast.here.actor("alice")], "Oh.")
    await cast.deliver(cast.bob, sent)
    for enemy in (cast.neighbour, cast.mallory):
        await cast.deliver(enemy, enemy.activity("Delete", sent["object"]["id"]))
    assert len(await thread(cast, "alice", number)) == 2
    path = f"{COTWEETS}/{number}/comments"
    await cast.here.api("DELETE", f"{path}/{mine['id']}", account="alice")
    await cast.here.settle()
    [deletion] = cast.b.received_of("Delete")
    [create] = cast.b.received_of("Create")
    assert deletion["object"]["id"] == create["object"]["id"]
    await cast.deliver(cast.bob, cast.bob.activity("Delete", {"id": sent["object"]["id"]}))
    assert await thread(cast, "alice", number) == []
    for other in (mine["id"], "1"):
        with pytest.raises(ApiRefusalError, match="not_found"):
            await cast.here.api("DELETE", f"{path}/{other}", account="alice")


async def test_a_deletion_that_comes_first_counts(cast: Cast) -> None:
    number, note = await drafted(cast, cast.bob)
    sent = remark(cast.bob, note, [cast.here.actor("alice")])
    await cast.deliver(cast.bob, cast.bob.activity("Delete", sent["object"]["id"]))
    await cast.deliver(cast.bob, sent)
    assert await thread(cast, "alice", number) == []


async def test_the_thread_outlives_publication_for_its_authors_only(cast: Cast) -> None:
    number, note = await drafted(cast, cast.bob)
    await say(cast, "alice", number, "Before.")

    def publish(tx: Tx) -> None:
        held = posts.post(tx, int(number))
        assert held is not None
        posts.change_post(
            tx, held.id, state="published", published_at=cast.here.clock(), visibility="public"
        )

    await cast.here.write(publish)
    under_way = remark(cast.bob, note, [cast.here.actor("alice")], "On its way.")
    await cast.deliver(cast.bob, under_way)
    texts = [text for _, text in await thread(cast, "alice", number)]
    assert texts == ["Before.", "On its way."]
    from_a_reader = remark(cast.mallory, note, [cast.here.actor("alice")], "Lovely!")
    await cast.deliver(cast.mallory, from_a_reader)
    assert not await holds_no_post(cast, from_a_reader), "an ordinary private answer"
    with pytest.raises(ApiRefusalError, match="discussion_over"):
        await say(cast, "alice", number, "After.")
    cast.here.clock.advance(6 * MINUTE)
    later = remark(cast.bob, note, [cast.here.actor("alice")], "An ordinary answer.")
    await cast.deliver(cast.bob, later)
    assert not await holds_no_post(cast, later)
    for path in (f"/notes/{number}", f"/@alice/{number}", "/"):
        assert "On its way" not in (await cast.here.get(path))[1]
    with pytest.raises(ApiRefusalError, match="not_found"):
        await thread(cast, "dave", number)


async def test_there_is_a_limit_to_talk(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    number, note = await drafted(cast, cast.bob)
    alice = cast.here.actor("alice")
    for text, code in (("  ", "empty_comment"), ("x" * 2_001, "comment_too_long")):
        with pytest.raises(ApiRefusalError, match=code):
            await say(cast, "alice", number, text)
    monkeypatch.setattr(discussion, "MOST_A_DAY", 1)
    await say(cast, "alice", number, "One.")
    with pytest.raises(ApiRefusalError, match="too_many_comments"):
        await say(cast, "alice", number, "Two.")
    for text in ("One.", "Two."):
        await cast.deliver(cast.bob, remark(cast.bob, note, [alice], text))
    assert [text for _, text in await thread(cast, "alice", number)] == ["One.", "One."]
    monkeypatch.setattr(discussion, "MOST_A_DAY", 10)
    monkeypatch.setattr(discussion, "MOST_ON_A_DRAFT", 2)
    with pytest.raises(ApiRefusalError, match="too_many_comments"):
        await say(cast, "alice", number, "Three.")
