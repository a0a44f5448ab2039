"""Polls between servers: asked together, voted in once, counted where they were asked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from activitypub.documents.polls import build_options
from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import ACTIVITY_JSON, PUBLIC
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE
from fedi_cotweet.services.polls import COUNTED_EVERY
from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.origins import Person
from tests.federation.test_acceptances import Draft, drafted
from tests.federation.test_invitations import accept, invited

POSTS = "/api/v1/control/posts"
POLL = {"options": ["Tea", "Coffee"], "ends_in_seconds": 86_400}


async def asked(cast: Cast, account: str = "alice", **poll: Any) -> dict[str, Any]:
    """An ordinary post here with a poll."""
    document = {"text": "What now?", "poll": POLL | poll}
    view = await cast.here.api("POST", POSTS, document, account=account)
    await cast.here.settle()
    return dict(view)


async def poll_of(cast: Cast, post_id: str, account: str = "alice") -> dict[str, Any]:
    """The poll as somebody here sees it."""
    view = await cast.here.api("GET", f"{POSTS}/{post_id}", account=account)
    return dict(view["poll"])


def votes(poll: dict[str, Any]) -> list[int]:
    return [option["votes"] for option in poll["options"]]


async def send_vote(cast: Cast, person: Person, question: str, name: str, **note: Any) -> None:
    """A vote as Mastodon sends it."""
    carried = {
        "id": f"{person.id}#votes/{person.mint('v').rpartition('/')[2]}",
        "type": "Note",
        "name": name,
        "attributedTo": person.id,
        "to": cast.here.actor("alice"),
        "inReplyTo": question,
    } | note
    activity = person.activity("Create", carried, to=[cast.here.actor("alice")])
    assert (await cast.deliver(person, activity)).status == 202


async def question(cast: Cast, uri: str) -> dict[str, Any]:
    """The poll's document, as everybody gets it."""
    _, text = await cast.here.get(uri, Accept=ACTIVITY_JSON)
    found: dict[str, Any] = json.loads(text)
    return found


async def test_votes_from_elsewhere_are_counted_once_per_person(cast: Cast) -> None:
    view = await asked(cast)
    for name in ("Tea", "Tea", "Coffee"):
        await send_vote(cast, cast.bob, view["uri"], name)
    await send_vote(cast, cast.carol, view["uri"], "Coffee")
    await send_vote(cast, cast.neighbour, view["uri"], "Water")
    poll = await poll_of(cast, view["id"])
    assert (votes(poll), poll["voters"]) == ([1, 1], 2)
    document = await question(cast, view["uri"])
    assert [option["replies"]["totalItems"] for option in document["oneOf"]] == [1, 1]
    assert (document["type"], document["votersCount"]) == ("Question", 2)
    assert document["@context"][1]["votersCount"] == "toot:votersCount"
    # Nobody's vote is shown as a reply.
    page = await cast.here.api("GET", f"{POSTS}/{view['id']}", account="alice")
    assert page["replies"] == 0
    assert "mention" not in await cast.told("alice")


async def test_where_several_can_be_chosen_each_counts_once(cast: Cast) -> None:
    view = await asked(cast, multiple=True)
    for name in ("Tea", "Tea", "Coffee"):
        await send_vote(cast, cast.bob, view["uri"], name)
    poll = await poll_of(cast, view["id"])
    assert (votes(poll), poll["voters"]) == ([1, 1], 1)


async def test_a_vote_with_words_is_a_reply(cast: Cast) -> None:
    view = await asked(cast)
    words = {"content": "<p>Tea, of course.</p>", "to": [PUBLIC], "published": format_time(0)}
    await send_vote(cast, cast.bob, view["uri"], "Tea", **words)
    assert votes(await poll_of(cast, view["id"])) == [0, 0]


async def test_nobody_votes_for_somebody_else(cast: Cast) -> None:
    view = await asked(cast)
    await send_vote(cast, cast.mallory, view["uri"], "Tea", attributedTo=cast.bob.id)
    assert votes(await poll_of(cast, view["id"])) == [0, 0]


async def test_the_end_is_told_once_and_no_vote_counts_after_it(cast: Cast) -> None:
    view = await asked(cast)
    await cast.here.api("POST", f"{POSTS}/{view['id']}/votes", {"choices": [1]}, account="dave")
    await cast.here.pass_time(DAY)
    await send_vote(cast, cast.bob, view["uri"], "Tea")
    poll = await poll_of(cast, view["id"], "dave")
    assert (votes(poll), poll["over"], poll["own"]) == ([0, 1], True, [1])
    assert "closed" in await question(cast, view["uri"])
    await cast.here.pass_time(MINUTE)
    assert (await cast.told("alice")).count("poll") == 1
    assert (await cast.told("dave")).count("poll") == 1
    with pytest.raises(ApiRefusalError) as late:
        await cast.here.api("POST", f"{POSTS}/{view['id']}/votes", {"choices": [0]}, account="bob")
    assert late.value.code == "poll_over"


async def test_others_hear_of_votes_every_few_minutes_at_most(cast: Cast) -> None:
    await cast.deliver(cast.carol, cast.carol.activity("Follow", cast.here.actor("alice")))
    view = await asked(cast)
    for person in (cast.bob, cast.neighbour, cast.carol):
        await send_vote(cast, person, view["uri"], "Tea")
    assert cast.c.received_of("Update") == []
    await cast.here.pass_time(COUNTED_EVERY)
    [update] = cast.c.received_of("Update")
    assert update["object"]["oneOf"][0]["replies"]["totalItems"] == 3
    assert "updated" not in update["object"]
    # Voters hear of it too, followers or not.
    assert len(cast.b.received_of("Update")) == 1
    await cast.here.pass_time(DAY)
    assert cast.c.received_of("Update")[-1]["object"]["closed"]


@pytest.mark.parametrize(
    ("account", "choices", "code"),
    [
        ("dave", [], "bad_vote"),
        ("dave", [2], "bad_vote"),
        ("dave", [-1], "bad_vote"),
        ("dave", [0, 1], "bad_vote"),
        ("alice", [0], "own_poll"),
    ],
)
async def test_votes_that_cannot_count_are_refused(
    cast: Cast, account: str, choices: list[int], code: str
) -> None:
    view = await asked(cast)
    with pytest.raises(ApiRefusalError) as refused:
        await cast.here.api(
            "POST", f"{POSTS}/{view['id']}/votes", {"choices": choices}, account=account
        )
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("poll", "code"),
    [
        ({"options": ["Tea"]}, "bad_poll"),
        ({"options": ["Tea", "Tea"]}, "bad_poll"),
        ({"options": ["Tea", "  "]}, "bad_poll"),
        ({"options": ["1", "2", "3", "4", "5"]}, "bad_poll"),
        ({"options": ["Tea", "x" * 101]}, "bad_poll"),
        ({"ends_in_seconds": 239}, "bad_poll"),
        ({"ends_in_seconds": 31 * 86_400}, "bad_poll"),
        ({"ends_in_seconds": 10**15}, "bad_poll"),
    ],
)
async def test_polls_that_cannot_be_are_refused(
    cast: Cast, poll: dict[str, Any], code: str
) -> None:
    with pytest.raises(ApiRefusalError) as refused:
        await asked(cast, **poll)
    assert refused.value.code == code
    assert (len(poll.get("options", "ab")) in (1, 5)) == ("2 to 4 options" in str(refused.value))


def remote_poll(cast: Cast, *, multiple: bool = False, **core: Any) -> dict[str, Any]:
    """A poll of alice elsewhere."""
    ends = cast.here.clock() + DAY
    return {
        "id": cast.alice.mint("notes"),
        "type": "Question",
        "attributedTo": cast.alice.id,
        "to": [PUBLIC],
        "content": "<p>What now?</p>",
        "published": format_time(cast.here.clock()),
        "endTime": format_time(ends),
        **build_options(["Tea", "Coffee"], multiple=multiple),
    } | core


async def test_a_poll_elsewhere_is_shown_with_its_votes_and_renewed(cast: Cast) -> None:
    await cast.follow(cast.alice)
    document = remote_poll(cast)
    document["oneOf"][0]["replies"]["totalItems"] = 5
    await cast.deliver(cast.alice, cast.alice.activity("Create", document))
    post = await cast.here.post(document["id"])
    assert post is not None
    poll = await poll_of(cast, str(post.id), "dave")
    assert (votes(poll), poll["voters"], poll["over"]) == ([5, 0], 5, False)
    document["oneOf"][1]["replies"]["totalItems"] = 9
    renewed = document | {"votersCount": 12}
    await cast.deliver(cast.alice, cast.alice.activity("Update", renewed))
    poll = await poll_of(cast, str(post.id), "dave")
    assert (votes(poll), poll["voters"]) == ([5, 9], 12)


async def test_a_vote_goes_to_the_polls_author_alone(cast: Cast) -> None:
    await cast.follow(cast.alice)
    document = remote_poll(cast, multiple=True)
    await cast.deliver(cast.alice, cast.alice.activity("Create", document))
    post = await cast.here.post(document["id"])
    assert post is not None
    path = f"{POSTS}/{post.id}/votes"
    view = await cast.here.api("POST", path, {"choices": [1, 0]}, account="dave")
    assert (votes(view["poll"]), view["poll"]["own"]) == ([1, 1], [0, 1])
    await cast.here.settle()
    sent = cast.a.received_of("Create")
    assert [activity["object"]["name"] for activity in sent] == ["Tea", "Coffee"]
    for activity in sent:
        note = activity["object"]
        assert activity["to"] == note["to"] == [cast.alice.id]
        assert note["inReplyTo"] == document["id"]
        assert note["attributedTo"] == cast.here.actor("dave")
        assert "content" not in note
    with pytest.raises(ApiRefusalError) as again:
        await cast.here.api("POST", path, {"choices": [1]}, account="dave")
    assert again.value.code == "voted_before"
    await cast.here.pass_time(DAY)
    assert (await cast.told("dave")).count("poll") == 1


async def test_a_poll_with_other_options_was_not_voted_in(cast: Cast) -> None:
    await cast.follow(cast.alice)
    document = remote_poll(cast)
    await cast.deliver(cast.alice, cast.alice.activity("Create", document))
    post = await cast.here.post(document["id"])
    assert post is not None
    path = f"{POSTS}/{post.id}/votes"
    await cast.here.api("POST", path, {"choices": [0]}, account="dave")
    changed = document | build_options(["Yes", "No"], multiple=False)
    changed["updated"] = format_time(cast.here.clock() + MINUTE)
    await cast.deliver(cast.alice, cast.alice.activity("Update", changed))
    poll = await poll_of(cast, str(post.id), "dave")
    assert ([option["name"] for option in poll["options"]], poll["own"]) == (["Yes", "No"], [])


async def cotweet_poll(cast: Cast, **members: Any) -> Draft:
    """Alice here asks something together with bob."""
    return await drafted(cast, cast.bob, **{"poll": POLL} | members)


async def test_a_poll_can_be_asked_together(cast: Cast) -> None:
    draft = await cotweet_poll(cast)
    offer = draft.offer(cast.bob)
    assert [option["name"] for option in offer["object"]["oneOf"]] == ["Tea", "Coffee"]
    assert offer["endTime"] < offer["object"]["endTime"]
    await draft.answer(cast.bob)
    note = await draft.note()
    assert note["endTime"] == offer["object"]["endTime"]
    await send_vote(cast, cast.carol, draft.uri, "Coffee")
    # Neither of its authors votes.
    await send_vote(cast, cast.bob, draft.uri, "Tea")
    assert votes(await poll_of(cast, draft.id)) == [0, 1]
    await cast.here.pass_time(COUNTED_EVERY)
    assert await cast.shown(draft.uri) == [cast.here.actor("alice"), cast.bob.id]
    updates = cast.b.received_of("Update")
    assert updates[-1]["object"]["coAuthors"] == [cast.bob.id]


async def test_consent_that_comes_too_late_for_the_poll_publishes_nothing(cast: Cast) -> None:
    draft = await cotweet_poll(cast, expires_in_seconds=86_400 - 300)
    await cast.here.pass_time(DAY - 5 * MINUTE - 1_000)
    url = cast.b.serve(draft.stamp(cast.bob))
    await cast.deliver(cast.bob, draft.accept(cast.bob, url))
    assert await draft.state() == "published"
    late = await cotweet_poll(cast)
    url = cast.b.serve(late.stamp(cast.bob))
    cast.b.fail(url, 503)
    await cast.deliver(cast.bob, late.accept(cast.bob, url))
    cast.b.serve(late.stamp(cast.bob, id=url), at=url)
    await cast.here.pass_time(DAY)
    assert await late.state() == "draft"
    assert "cotweet.poll_over" in await cast.told("alice")
    path = f"/api/v1/cotweets/{late.id}"
    with pytest.raises(ApiRefusalError) as refused:
        await cast.here.api("POST", f"{path}/publish", account="alice")
    assert refused.value.code == "poll_over"
    await cast.here.api("PUT", path, {"text": "Once more: what?"}, account="alice")
    await cast.here.settle()
    await late.answer(cast.bob)
    assert await late.state() == "published"
    assert not (await poll_of(cast, late.id))["over"]


async def test_an_invite_cannot_stay_open_longer_than_its_poll(cast: Cast) -> None:
    for members in ({"expires_in_seconds": 86_400}, {"poll": POLL | {"ends_in_seconds": 3_600}}):
        with pytest.raises(ApiRefusalError) as refused:
            await cotweet_poll(cast, **members)
        assert refused.value.code == "poll_too_short"


async def test_who_is_invited_sees_the_whole_question(cast: Cast) -> None:
    ends = format_time(cast.here.clock() + DAY)
    core = {"type": "Question", "endTime": ends, **build_options(["Tea", "No"], multiple=True)}
    await invited(cast, **core)
    invite = await cast.invite("bob")
    assert invite is not None
    assert invite["refusal"] is None
    assert [option["name"] for option in invite["poll"]["options"]] == ["Tea", "No"]
    assert (invite["poll"]["multiple"], invite["poll"]["ends_at"]) == (
        True,
        cast.here.clock() + DAY,
    )
    await accept(cast)


@pytest.mark.parametrize(
    "core",
    [
        {"endTime": None},
        {"oneOf": [{"type": "Note", "name": "Tea"}]},
        {"anyOf": [{"type": "Note", "name": "A"}, {"type": "Note", "name": "B"}]},
        {"oneOf": [{"type": "Note", "name": "Tea"}, {"type": "Note", "name": "Tea"}]},
        {"oneOf": [{"type": "Note", "name": str(n)} for n in range(21)]},
        {"type": "Note"},
        {"startTime": "2026-11-20T10:00:00Z"},
    ],
)
async def test_a_question_that_cannot_be_shown_cannot_be_agreed_to(
    cast: Cast, core: dict[str, Any]
) -> None:
    ends = format_time(cast.here.clock() + DAY)
    whole = {
        "type": "Question",
        "endTime": ends,
        **build_options(["Tea", "No"], multiple=False),
    } | core
    await invited(cast, **{name: value for name, value in whole.items() if value is not None})
    invite = await cast.invite("bob")
    assert invite is not None
    assert invite["refusal"]


async def test_new_numbers_do_not_fetch_every_stamp_again(cast: Cast) -> None:
    ends = format_time(cast.here.clock() + DAY)
    core = {"type": "Question", "endTime": ends, **build_options(["Tea", "No"], multiple=False)}
    await cast.follow(cast.alice)
    post = cast.cotweet(**core)
    stamp = post.consent(cast.bob)
    post.publish()
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors
    before = cast.b.times_asked(stamp)
    counted = [
        {"type": "Note", "name": name, "replies": {"totalItems": 3}} for name in ("Tea", "No")
    ]
    note = post.note(oneOf=counted)
    post.primary.origin.serve(note, at=post.id)
    await cast.here.pass_time(HOUR)
    await cast.deliver(cast.alice, post.update(note))
    held = await cast.here.post(post.id)
    assert held is not None
    assert votes(await poll_of(cast, str(held.id), "dave")) == [3, 3]
    assert cast.b.times_asked(stamp) == before


async def test_names_of_options_come_from_what_was_agreed_to(cast: Cast) -> None:
    """A second name beside the first is in no digest, so nobody may see it."""
    ends = format_time(cast.here.clock() + DAY)
    core = {"type": "Question", "endTime": ends, **build_options(["Tea", "No"], multiple=False)}
    core["oneOf"].append({"type": "Note", "nameMap": {"en": "A word of bob's"}})
    await cast.follow(cast.alice)
    post = cast.cotweet(**core)
    post.consent(cast.bob)
    post.publish()
    await cast.deliver(cast.alice, post.create())
    held = await cast.here.post(post.id)
    assert held is not None
    poll = await poll_of(cast, str(held.id), "dave")
    assert [option["name"] for option in poll["options"]] == ["Tea", "No"]
