"""A post by alice and bob, of two servers of ours, as people on a GoToSocial have it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.judges.gotosocial_https import Border, wait

pytestmark = [pytest.mark.timeout(900), pytest.mark.names]


@pytest.fixture(scope="module")
def post(border: Border) -> dict[str, Any]:
    border.bob.do("POST", "/follow", handle=border.alice.handle)
    wait(lambda: border.bob.follows() == 1, "bob does not follow alice")
    draft = border.apple.cli(
        "post", "Four hands, one pie.", "--with", border.bob.handle, "--as", "alice"
    )
    (invite,) = wait(
        lambda: border.berry.cli("invites", "--as", "bob")["invites"], "bob is not invited"
    )
    border.berry.cli("accept", str(invite["id"]), "--yes", "--as", "bob")
    wait(
        lambda: border.alice.now(draft["post"])["state"] == "published",
        "it is not published",
    )
    return border.alice.now(draft["post"])


def test_whoever_follows_alice_has_it_from_her(border: Border, post: dict[str, Any]) -> None:
    entry = border.anna.arrives(post["uri"])
    assert entry["reblog"] is None
    assert entry["account"]["acct"] == border.alice.handle[1:]
    assert "Four hands, one pie." in entry["content"]
    assert "With" in entry["content"]
    assert border.bob.handle[1:] in [who["acct"] for who in entry["mentions"]]


def test_whoever_follows_bob_has_it_by_his_boost(border: Border, post: dict[str, Any]) -> None:
    entry = border.ben.arrives(post["uri"])
    assert entry["account"]["acct"] == border.bob.handle[1:]
    assert entry["reblog"]["account"]["acct"] == border.alice.handle[1:]
    assert "With" in entry["reblog"]["content"]


def test_whoever_follows_both_has_it_once(border: Border, post: dict[str, Any]) -> None:
    border.ben.arrives(post["uri"])  # the boost is there
    (entry,) = border.cleo.at_home(post["uri"])
    assert entry["reblog"] is None
    assert len(border.anna.at_home(post["uri"])) == 1
    assert len(border.ben.at_home(post["uri"])) == 1


def test_what_they_do_is_counted_for_both_authors(border: Border, post: dict[str, Any]) -> None:
    status = border.anna.arrives(post["uri"])
    border.anna.act(status, "favourite")
    border.anna.act(status, "reblog")
    border.anna.answer(status, "Save me a piece.", "public")

    def counts(who: Any) -> list[int]:
        seen = who.do("GET", f"/posts?url={post['uri']}")
        return [seen["likes"], seen["boosts"], seen["replies"]]

    wait(lambda: counts(border.alice) == [1, 1, 1], "alice does not see all")
    wait(lambda: counts(border.bob) == [1, 1, 1], "bob does not see all")


def test_an_edit_of_both_arrives_once(border: Border, post: dict[str, Any]) -> None:
    border.apple.cli("edit", post["uri"], "Four hands, two pies.", "--as", "alice")
    (invite,) = wait(
        lambda: border.berry.cli("invites", "--as", "bob")["invites"], "bob is not asked"
    )
    assert "two pies" not in border.anna.arrives(post["uri"])["content"]
    border.berry.cli("accept", str(invite["id"]), "--yes", "--as", "bob")
    for who in (border.anna, border.ben, border.cleo):
        wait(
            lambda who: "two pies" in who.find(post["uri"])["content"],
            f"{who.name} has the old text",
            who,
        )
        assert len(who.at_home(post["uri"])) == 1


def test_bob_leaves_and_his_name_and_boost_are_gone(border: Border, post: dict[str, Any]) -> None:
    border.berry.cli("leave", post["uri"], "--as", "bob")
    wait(lambda: border.ben.at_home(post["uri"]) == [], "bob's boost is still there")
    wait(lambda: "With" not in border.anna.find(post["uri"])["content"], "bob is still named there")
    assert len(border.anna.at_home(post["uri"])) == 1


def test_alice_deletes_it_everywhere(border: Border, post: dict[str, Any]) -> None:
    border.apple.cli("delete", post["uri"], "--as", "alice")
    for who in (border.anna, border.cleo):
        wait(lambda it: it.at_home(post["uri"]) == [], f"{who.name} still has it", who)
