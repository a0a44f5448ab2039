"""People here and people on a GoToSocial: who follows, refuses, blocks and looks like what."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.federation.pictures import png
from tests.judges.gotosocial_https import Border, our_follow, their_follow, wait
from tests.judges.gotosocial_person import Person
from tests.judges.ours import Ours, following

pytestmark = [pytest.mark.timeout(900), pytest.mark.names]


def waits(who: Person, whom: Ours) -> list[str]:
    """Ids of those of ``whom`` who wait for somebody locked there."""
    asking = who.call("GET", "/api/v1/follow_requests")
    return [entry["id"] for entry in asking if entry["acct"] == whom.handle[1:]]


def asks(who: Ours, whom: Person) -> bool:
    """Whether somebody there waits for somebody locked here."""
    return whom.handle[1:] in str(who.do("GET", "/follow-requests"))


def test_our_follow_is_accepted_and_taken_back(border: Border) -> None:
    before = border.carol.follows()
    our_follow(border.carol, border.ben)
    assert border.carol.handle[1:] in [it["account"]["acct"] for it in border.ben.told("follow")]
    assert border.ben.relation(border.carol.handle)["followed_by"] is True
    border.carol.do("POST", "/unfollow", handle=border.ben.handle)
    wait(
        lambda: not border.ben.relation(border.carol.handle)["followed_by"],
        "carol still follows there",
    )
    assert border.carol.follows() == before


def test_their_follow_is_accepted_and_taken_back(border: Border) -> None:
    before = border.carol.followers()
    their_follow(border.ben, border.carol)
    assert border.carol.followers() == before + 1
    assert border.carol.told("follows you")
    border.ben.towards(border.carol.handle, "unfollow")
    wait(lambda: border.carol.followers() == before, "ben still follows here")


def test_somebody_locked_there_rejects_and_then_accepts(border: Border) -> None:
    before = border.carol.follows()
    for answer, follows in (("reject", 0), ("authorize", 1)):
        border.carol.do("POST", "/follow", handle=border.lou.handle)
        (asking,) = wait(lambda: waits(border.lou, border.carol), "lou is not asked")
        assert border.carol.follows() == before
        border.lou.call("POST", f"/api/v1/follow_requests/{asking}/{answer}", judge="1")
        wait(
            lambda follows: (
                border.carol.follows() == before + follows
                and (border.lou.handle[1:] in following(border.carol)) is bool(follows)
            ),
            f"lou's {answer} does not arrive",
            follows,
        )


def test_somebody_locked_here_rejects_and_then_accepts(border: Border) -> None:
    border.carol.do("POST", "/lock", locked=True)
    seen = border.ben.account(border.carol.handle)
    for accept in (False, True):
        border.ben.towards(border.carol.handle, "follow")
        wait(lambda: asks(border.carol, border.ben), "carol is not asked")
        assert border.ben.relation(border.carol.handle)["requested"] is True
        border.carol.do("POST", "/follow-requests", handle=border.ben.handle, accept=accept)
        wait(
            lambda accept: (
                [border.ben.relation(border.carol.handle)[it] for it in ("requested", "following")]
                == [False, accept]
            ),
            f"carol's answer {accept} does not arrive",
            accept,
        )
    border.carol.do("POST", "/lock", locked=False)
    wait(
        lambda: border.ben.call("GET", f"/api/v1/accounts/{seen['id']}")["locked"] is False,
        "carol still looks locked there",
    )
    border.ben.towards(border.carol.handle, "unfollow")


def test_our_block_ends_the_follow_and_hides_until_it_is_taken_back(border: Border) -> None:
    their_follow(border.ben, border.carol)
    border.carol.do("POST", "/block", handle=border.ben.handle)
    wait(lambda: not border.ben.relation(border.carol.handle)["following"], "ben still follows her")
    assert border.ben.relation(border.carol.handle)["blocked_by"] is True
    border.carol.do("POST", "/unblock", handle=border.ben.handle)
    wait(lambda: not border.ben.relation(border.carol.handle)["blocked_by"], "ben is still blocked")
    their_follow(border.ben, border.carol)
    border.ben.towards(border.carol.handle, "unfollow")


def test_their_block_ends_the_follow_until_it_is_taken_back(border: Border) -> None:
    our_follow(border.carol, border.cleo)
    before = border.carol.follows()
    border.cleo.towards(border.carol.handle, "block")
    wait(lambda: border.carol.follows() == before - 1, "carol still follows cleo")
    border.cleo.towards(border.carol.handle, "unblock")
    our_follow(border.carol, border.cleo)
    border.carol.do("POST", "/unfollow", handle=border.cleo.handle)


def test_our_changed_profile_is_seen_there(border: Border, tmp_path: Path) -> None:
    before = border.anna.account(border.alice.handle)
    fields = [{"name": "Home", "value": "https://alice.example/"}]
    border.alice.do("PUT", "/profile", name="Alice the first", about="I bake.", fields=fields)
    file = tmp_path / "face.png"
    file.write_bytes(png((20, 120, 40)))
    border.apple.cli("profile", "--avatar", str(file), "--as", "alice")

    def seen() -> dict[str, object] | None:
        account = border.anna.call("GET", f"/api/v1/accounts/{before['id']}")
        changed = account["display_name"] == "Alice the first"
        return account if changed and account["avatar"] != before["avatar"] else None

    account = wait(seen, "her profile does not change there")
    assert "I bake." in account["note"]
    assert [(it["name"], "alice.example" in it["value"]) for it in account["fields"]] == [
        ("Home", True)
    ]
    assert border.social.look(account["avatar"]).startswith(b"\x89PNG")


def test_their_changed_profile_is_seen_here(border: Border) -> None:
    status = border.anna.post("Who am I?")
    border.arrives(border.alice, status["uri"])
    border.anna.call(
        "PATCH",
        "/api/v1/accounts/update_credentials",
        display_name="Anna of the hills",
        note="I walk.",
    )

    def seen() -> bool:
        post = border.alice.read(status["uri"])
        return post is not None and post["authors"][0]["name"] == "Anna of the hills"

    wait(seen, "her name does not change here")
    page = border.alice.page(f"/@{border.anna.handle[1:]}")
    assert "Anna of the hills" in page
    assert "I walk." in page
