"""Muting invites on the command line."""

from __future__ import annotations

from tests.cli.conftest import Run, Script

MUTES = "/api/v1/cotweets/invite-mutes"


async def test_muting_says_how_to_undo_it(script: Script, run: Run) -> None:
    script.expect("POST", MUTES, {"subject": "b.example"}, body={"who": "b.example"})
    said = await run("mute-invites", "b.example")
    assert "They are not told." in said.words
    assert "fedi-cotweet mute-invites b.example --undo" in said.words
    script.expect("POST", f"{MUTES}/remove", {"subject": "b.example"}, body={"who": "b.example"})
    assert "are taken again" in (await run("mute-invites", "b.example", "--undo")).words


async def test_who_is_muted_is_listed(script: Script, run: Run) -> None:
    muted = [
        {"subject": "https://b.example/users/bob", "handle": "bob@b.example", "created_at": 1},
        {"subject": "c.example\x1b[2J", "handle": "", "created_at": 2},
    ]
    script.expect("GET", MUTES, {"invite_mutes": muted})
    shown = await run("mute-invites")
    assert "@bob@b.example" in shown.words
    assert "c.example" in shown.words
    assert "\x1b" not in shown.out
    script.expect("GET", MUTES, {"invite_mutes": []})
    assert "nobody" in (await run("mute-invites")).words


async def test_the_operator_sees_what_was_refused(script: Script, run: Run) -> None:
    path = "/api/v1/control/refused-invites"
    script.expect("GET", path, {"hosts": [{"host": "z.example", "refused": 2}]})
    assert "z.example 2 invites" in (await run("refused-invites")).words
    script.expect("GET", path, {"hosts": []})
    assert "No invites were dropped" in (await run("refused-invites")).words


async def test_who_may_invite_is_shown_and_decided(script: Script, run: Run) -> None:
    path = "/api/v1/control/invite-policy"
    script.expect("GET", path, {"policy": "people_i_follow"})
    assert (await run("invite-policy")).words == "People you follow may invite you."
    script.expect("POST", path, {"policy": "nobody"}, body={"policy": "nobody"})
    assert (await run("invite-policy", "nobody")).words == "Nobody may invite you."
    assert (await run("invite-policy", "friends")).code == 2
