"""Leaving with one's followers, arriving with one's lists."""

from __future__ import annotations

from typing import Any

import pytest

from fedi_cotweet.domain.limits import DAY, SECOND
from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.test_profiles import CONTROL, actor


async def refusal(cast: Cast, path: str, document: dict[str, Any]) -> str:
    with pytest.raises(ApiRefusalError) as refused:
        await cast.here.api("POST", f"{CONTROL}/{path}", document, account="alice")
    return refused.value.code


async def test_who_moves_takes_her_followers_along_once_in_30_days(cast: Cast) -> None:
    alice, new = cast.here.actor("alice"), cast.b.person("alice")
    await cast.deliver(cast.carol, cast.carol.activity("Follow", alice))
    await cast.here.api("POST", f"{CONTROL}/follow", {"handle": "alice"}, account="dave")
    await cast.here.settle()
    # Right shape, wrong owner: the other account does not call her its own.
    assert await refusal(cast, "move", {"handle": new.handle}) == "no_alias"
    assert "movedTo" not in await actor(cast)
    # Its server is asked at once: what it said a moment ago does not count.
    new.serve(alsoKnownAs=[alice])
    await cast.here.api("POST", f"{CONTROL}/move", {"handle": new.handle}, account="alice")
    await cast.here.settle()
    assert (await actor(cast))["movedTo"] == new.id
    [update, move] = cast.c.received_of("Update", "Move")
    assert (update["type"], update["object"]["movedTo"]) == ("Update", new.id)
    assert (move["actor"], move["object"], move["target"]) == (alice, alice, new.id)
    assert move["to"] == [f"{alice}/followers"]
    assert {"signature", "proof"} <= move.keys()
    # Who followed her here asks there now.
    [asked] = cast.b.received_of("Follow")
    assert (asked["actor"], asked["object"]) == (cast.here.actor("dave"), new.id)
    assert "moved" in await cast.told("dave")
    assert f'href="/@{new.handle}"' in (await cast.here.get("/@alice"))[1]
    # Back is possible, and on again after 30 days only.
    await cast.here.api("POST", f"{CONTROL}/move/cancel", {}, account="alice")
    assert "movedTo" not in await actor(cast)
    assert await refusal(cast, "move", {"handle": new.handle}) == "moved_lately"
    cast.here.clock.advance(30 * DAY + SECOND)
    await cast.here.api("POST", f"{CONTROL}/move", {"handle": new.handle}, account="alice")
    assert await refusal(cast, "move", {"handle": "alice"}) == "self_move"


async def test_who_has_moved_writes_follows_and_is_invited_elsewhere(cast: Cast) -> None:
    alice, new = cast.here.actor("alice"), cast.b.person("alice")
    new.serve(alsoKnownAs=[alice])
    written = await cast.here.api("POST", f"{CONTROL}/posts", {"text": "Mine"}, account="alice")
    await cast.here.api("POST", f"{CONTROL}/invite-policy", {"policy": "anyone"}, account="alice")
    await cast.here.api("POST", f"{CONTROL}/move", {"handle": new.handle}, account="alice")
    await cast.here.settle()
    other = await cast.here.api("POST", f"{CONTROL}/posts", {"text": "Bob's"}, account="bob")
    tried: list[tuple[str, dict[str, Any]]] = [
        ("posts", {"text": "Again"}),
        ("follow", {"handle": cast.carol.handle}),
        (f"posts/{other['id']}/like", {}),
        (f"posts/{other['id']}/boost", {}),
        ("../cotweets", {"text": "Ours", "with": [{"handle": "bob"}]}),
    ]
    for path, document in tried:
        assert await refusal(cast, path, document) == "moved_away"
    # What she wrote before is hers to change.
    mended = {"text": "Mended"}
    await cast.here.api("PUT", f"{CONTROL}/posts/{written['id']}", mended, account="alice")
    # Who looks for her here hears where she is.
    for path, document in (
        (f"{CONTROL}/follow", {"handle": "alice"}),
        ("/api/v1/cotweets", {"text": "Ours", "with": [{"handle": "alice"}]}),
    ):
        with pytest.raises(ApiRefusalError) as refused:
            await cast.here.api("POST", path, document, account="bob")
        assert refused.value.code == "has_moved"
    policy = (await actor(cast))["interactionPolicy"]["canCoAuthor"]
    assert policy["manualApproval"] == [alice]
    # Right shape, but she is not here any more: a follow is refused, an invite nobody's.
    await cast.deliver(cast.carol, cast.carol.activity("Follow", alice))
    assert cast.c.received_of("Accept") == []
    assert len(cast.c.received_of("Reject")) == 1
    offer = cast.cotweet(cast.local("alice")).offer(cast.local("alice"))
    await cast.deliver(cast.alice, offer)
    assert await cast.invite("alice") is None
    await cast.here.api("POST", f"{CONTROL}/move/cancel", {}, account="alice")
    await cast.here.api("POST", f"{CONTROL}/posts", {"text": "Back"}, account="alice")


async def test_an_alias_is_said_until_it_is_taken_back(cast: Cast) -> None:
    old = cast.b.person("alice")
    await cast.here.api("POST", f"{CONTROL}/aliases", {"handle": old.handle}, account="alice")
    assert (await actor(cast))["alsoKnownAs"] == [old.id]
    assert await refusal(cast, "aliases", {"handle": "alice"}) == "bad_alias"
    found = await cast.here.api(
        "POST", f"{CONTROL}/aliases/remove", {"handle": old.id}, account="alice"
    )
    assert found["aliases"] == []
    assert "alsoKnownAs" not in await actor(cast)


async def test_lists_are_taken_in_one_row_a_second(cast: Cast) -> None:
    rows = [
        "Account address,Show boosts,Notify on new posts,Languages",
        f"{cast.bob.handle},true,false,",
        f"nobody@{cast.b.host},true,false,",
        "rubbish",
        f"alice@{cast.here.host},true,false,",
        f"{cast.carol.handle},true,false,",
    ]
    document = {"kind": "following", "csv": "\ufeff" + "\r\n".join(rows)}
    begun = await cast.here.api("POST", f"{CONTROL}/imports", document, account="alice")
    assert begun["rows"] == 4
    await cast.here.settle()
    assert len(cast.b.received_of("Follow")) == 1
    assert cast.c.received_of("Follow") == []
    for _ in range(3):
        await cast.here.pass_time(SECOND)
    [asked] = cast.c.received_of("Follow")
    assert asked["actor"] == cast.here.actor("alice")
    found = await cast.here.api("GET", f"{CONTROL}/imports", account="alice")
    assert found["imports"] == [{"kind": "following", "waiting": 0, "done": 2, "failed": 2}]
    written = await cast.here.api("GET", f"{CONTROL}/people/following", account="alice")
    assert written["csv"].splitlines() == [rows[0], rows[1], rows[5]]
    for kind, text, code in (
        ("following", "nothing\n", "bad_csv"),
        ("friends", rows[1], "bad_list"),
        ("mutes", "\n".join(f"x{number}@b.example" for number in range(5_001)), "too_many_rows"),
    ):
        assert await refusal(cast, "imports", {"kind": kind, "csv": text}) == code


async def test_blocks_mutes_and_servers_come_in_and_out_as_mastodon_has_them(cast: Cast) -> None:
    lists = {
        "blocks": f"{cast.bob.handle}\n",
        "mutes": f"Account address,Hide notifications\n{cast.carol.handle},true\n",
        "domain_blocks": "spam.example\n",
    }
    for kind, text in lists.items():
        await cast.here.api("POST", f"{CONTROL}/imports", {"kind": kind, "csv": text})
    for _ in lists:
        await cast.here.pass_time(SECOND)
    for kind, text in lists.items():
        written = await cast.here.api("GET", f"{CONTROL}/people/{kind}")
        assert written["csv"] == text
    assert [sent["object"] for sent in cast.b.received_of("Block")] == [cast.bob.id]
