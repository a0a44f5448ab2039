"""Reports reach the servers of every author, and the moderators here see all of it (C42)."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from storage.queries import actors, post_authors
from storage.queries import posts as post_queries
from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.test_reactions import written_by_alice_elsewhere, written_here

REPORTS = "/api/v1/control/reports"
ROOT = Path(__file__).resolve().parents[2]


async def report(cast: Cast, **body: Any) -> dict[str, Any]:
    """By dave here."""
    made: dict[str, Any] = await cast.here.api("POST", REPORTS, body)
    await cast.here.settle()
    return made


async def test_a_report_goes_to_the_servers_of_every_author(cast: Cast) -> None:
    post_id, together = await written_by_alice_elsewhere(cast, "carol")
    made = await report(cast, post=together.id, comment="Not kind.")
    assert made["forwarded_to"] == [cast.a.host, cast.b.host]
    assert [person["uri"] for person in made["people"]] == together.authors
    [flag] = cast.a.received_of("Flag")
    assert cast.b.received_of("Flag") == [flag]
    assert flag["actor"] == f"{cast.here.base}/actor"
    assert flag["object"] == [*together.authors, together.id]
    assert flag["content"] == "Not kind."
    assert "dave" not in str(flag)
    [listed] = (await cast.here.api("GET", REPORTS))["reports"]
    assert listed == made
    assert listed["by"]["uri"] == cast.here.actor("dave")
    [post] = listed["posts"]
    assert (post["id"], [person["uri"] for person in post["authors"]]) == (
        post_id,
        together.authors,
    )
    assert post["log_entries"] > 0
    done = await cast.here.api("POST", f"{REPORTS}/{made['id']}/resolve", {})
    assert (done["state"], done["resolved_at"]) == ("resolved", cast.here.clock())
    assert (await cast.here.api("GET", REPORTS))["reports"] == []
    assert (await cast.here.api("GET", f"{REPORTS}?state=resolved"))["reports"] == [done]


@pytest.mark.parametrize(("servers", "told"), [(["b"], "b"), ([], "")])
async def test_who_reports_chooses_which_servers_are_told(
    cast: Cast, servers: list[str], told: str
) -> None:
    post_id, _ = await written_by_alice_elsewhere(cast, "carol")
    hosts = [getattr(cast, name).host for name in servers]
    made = await report(cast, post=post_id, servers=hosts)
    assert made["forwarded_to"] == hosts
    for name in "ab":
        assert bool(getattr(cast, name).received_of("Flag")) is (name in told)
    with pytest.raises(ApiRefusalError, match="no_such_server"):
        await report(cast, post=post_id, servers=[cast.m.host])


async def test_a_person_is_reported_too_but_not_nothing(cast: Cast) -> None:
    made = await report(cast, person=cast.bob.handle)
    assert [flag["object"] for flag in cast.b.received_of("Flag")] == [[cast.bob.id]]
    assert (made["posts"], made["people"][0]["uri"]) == ([], cast.bob.id)
    for body in ({}, {"person": "bob", "post": "1"}, {"comment": "Hm."}):
        with pytest.raises(ApiRefusalError):
            await report(cast, **body)


async def test_a_report_from_elsewhere_is_kept_if_it_concerns_somebody_here(cast: Cast) -> None:
    _, uri = await written_here(cast)
    named = [cast.here.actor("alice"), cast.bob.id, uri, f"{cast.m.base}/notes/0"]
    flag = cast.mallory.activity("Flag", named, content="<p>Spam<script>x</script></p>")
    for _ in range(2):
        await cast.deliver(cast.mallory, flag)
    none = cast.mallory.activity("Flag", [cast.bob.id, f"{cast.b.base}/notes/1"])
    await cast.deliver(cast.mallory, none)
    [found] = (await cast.here.api("GET", REPORTS))["reports"]
    assert found["by"]["uri"] == cast.mallory.id
    assert [person["uri"] for person in found["people"]] == named[:2]
    assert [post["uri"] for post in found["posts"]] == [uri]
    assert found["unknown"] == [f"{cast.m.base}/notes/0"]
    assert "script" not in found["comment"]
    assert found["forwarded_to"] == []


async def test_what_is_not_for_everybody_is_read_only_if_a_reader_reports_it(cast: Cast) -> None:
    body = {"text": f"For @{cast.bob.handle} alone.", "visibility": "direct"}
    letter = await cast.here.api("POST", "/api/v1/control/posts", body, account="alice")
    flag = cast.mallory.activity("Flag", [cast.here.actor("alice"), letter["uri"]])
    await cast.deliver(cast.mallory, flag)
    [told] = (await cast.here.api("GET", REPORTS))["reports"]
    assert [(post["uri"], post["text"]) for post in told["posts"]] == [(letter["uri"], "")]
    body = {"text": "For my followers.", "summary": "Tea", "visibility": "followers"}
    narrow = await cast.here.api("POST", "/api/v1/control/posts", body, account="alice")
    wanted = {"post": narrow["id"], "servers": []}
    [post] = (await cast.here.api("POST", REPORTS, wanted, account="alice"))["posts"]
    assert (post["summary"], post["text"]) == ("Tea", "For my followers.")


async def test_a_server_cannot_flood_the_moderators(cast: Cast) -> None:
    cast.here.server.context.budgets.reports.most = 3
    for _ in range(5):
        flag = cast.mallory.activity("Flag", [cast.here.actor("alice")])
        await cast.deliver(cast.mallory, flag)
    assert len((await cast.here.api("GET", REPORTS))["reports"]) == 3
    reply = await cast.mallory.send(
        cast.here.inbox, cast.mallory.activity("Flag", [f"{cast.m.base}/{n}" for n in range(101)])
    )
    assert (reply.status, reply.error) == (400, "bad_document")


READERS_OF_REACTIONS = {
    "fedi_cotweet/services/documents.py",
    "fedi_cotweet/services/reactions.py",
    "fedi_cotweet/services/reading.py",
    "fedi_cotweet/services/verification.py",
    "fedi_cotweet/services/arrivals.py",
    "fedi_cotweet/services/polls.py",
}
"""Counting, showing, taking back, and telling an Announce of a co-author from a share."""


def test_nothing_that_decides_about_people_reads_likes_or_boosts() -> None:
    """Trust matters where invitations are limited, people are hidden and reports are weighed."""
    reading = {"counts", "like_between", "like_by_uri", "boost_between", "boosts_of"}
    deciding = {"inviting", "invitations", "hiding", "reports", "accounts", "relays", "follows"}
    found = set()
    for source in (ROOT / "fedi_cotweet").rglob("*.py"):
        tree = ast.parse(source.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in reading:
                found.add(source.relative_to(ROOT).as_posix())
    assert not {path for path in found if Path(path).stem in deciding}
    assert "fedi_cotweet/services/reactions.py" in found


async def test_likes_raise_nobodys_standing(cast: Cast) -> None:
    """After any number of likes every row that says who may do what is as it was."""
    _, uri = await written_here(cast)

    async def standing() -> list[Any]:
        def look(tx: Any) -> list[Any]:
            post = post_queries.post_by_uri(tx, uri)
            assert post is not None
            people = actors.actors_by_uri(tx, [cast.bob.id, cast.here.actor("alice")])
            accounts = [
                (account.username, account.invite_policy, account.created_at)
                for account in actors.accounts(tx)
            ]
            marks = [
                (who.uri, who.suspended_at, who.discoverable, who.created_at, who.can_co_author)
                for who in people.values()
            ]
            rows = [
                (row.actor_uri, row.state)
                for row in post_authors.authors_of(tx, [post.id])[post.id]
            ]
            return [accounts, marks, rows]

        return await cast.here.read(look)

    before, tables = await standing(), await cast.here.contents()
    for number in range(12):
        fan = cast.m.person(f"fan{number}")
        await cast.deliver(fan, fan.activity("Like", uri))
    assert await standing() == before
    after = await cast.here.contents()
    changed = {name for name, rows in after.items() if rows != tables[name]}
    assert changed <= {
        "actors",
        "actor_keys",
        "hosts",
        "inbox_items",
        "jobs",
        "likes",
        "notifications",
        "relays",
        "stream_events",
    }
