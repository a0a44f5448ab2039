"""Posts of every visibility, here and from elsewhere, and the people they are for or not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from activitypub.vocab.terms import PUBLIC
from storage.queries import actors
from tests.federation.app_probes import NUMBERS
from tests.federation.cast import Cast
from tests.federation.drafts import API, Case, nothing, upload
from tests.federation.probe import Ask
from tests.federation.viewers import sign_in

POSTS = f"{API}/control/posts"


async def befriend(cast: Cast) -> None:
    """dave here, with a list, and carol elsewhere follow both alices; ours blocks mallory."""
    here = cast.here
    await here.api("POST", f"{API}/control/follow", {"handle": "alice"}, account="mallory")
    await here.api("POST", f"{API}/control/follow", {"handle": "alice"}, account="dave")
    await cast.deliver(cast.carol, cast.carol.activity("Follow", here.actor("alice")))
    await cast.follow(cast.alice)
    await here.api("POST", f"{API}/control/block", {"handle": "mallory"}, account="alice")
    listed = await here.api("POST", f"{API}/control/lists", {"title": "Alices"}, account="dave")
    for handle in ("alice", cast.alice.handle):
        added = f"{API}/control/lists/{listed['id']}/add"
        await here.api("POST", added, {"handle": handle}, account="dave")
    await here.settle()
    uris = (here.actor("alice"), cast.alice.id)
    found = await here.read(lambda tx: actors.actors_by_uri(tx, uris))
    ids = [str(found[uri].id) for uri in uris]
    cast.numbers.update(zip(NUMBERS, (*ids, str(listed["id"])), strict=True))


async def write(cast: Cast, visibility: str, text: str, **members: Any) -> dict[str, Any]:
    """By alice here."""
    wanted = {"text": text, "visibility": visibility} | members
    made = await cast.here.api("POST", POSTS, wanted, account="alice")
    await cast.here.settle()
    return dict(made)


async def receive(cast: Cast, visibility: str, content: str, **members: Any) -> str:
    """By alice elsewhere, who mentions bob here; its address."""
    alice, bob = cast.alice, cast.here.actor("bob")
    to, cc = {
        "public": ([PUBLIC], [alice.followers, bob]),
        "unlisted": ([alice.followers], [PUBLIC, bob]),
        "followers": ([alice.followers], [bob]),
        "direct": ([bob], []),
    }[visibility]
    note = {
        "id": alice.mint("notes"),
        "type": "Note",
        "attributedTo": alice.id,
        "content": content,
        "to": to,
        "cc": cc,
        "tag": [{"type": "Mention", "href": bob, "name": "@bob"}],
        "published": "2026-01-01T00:00:00Z",
    } | members
    create = alice.activity("Create", note, to=note["to"], cc=note["cc"])
    assert (await cast.deliver(alice, create)).status == 202
    return str(note["id"])


async def ours(cast: Cast, visibility: str) -> Case:
    """By alice here, for bob here and, where it may leave this server, bob elsewhere."""
    word = f"ocelot{visibility}"
    searchable = {"searchable": "yes"}
    await cast.here.api("POST", f"{API}/control/searchable", searchable, account="alice")
    picture = await upload(cast, f"{word}picture")
    named = "@bob" if visibility == "local" else f"@bob and @{cast.bob.handle}"
    text = f"A {word} worth reading, for {named}. #{word}tag"
    made = await write(cast, visibility, text, summary=f"{word}warning", media=[picture["id"]])
    names = replace(
        nothing(cast),
        post=made["id"],
        note=made["uri"],
        upload=picture["id"],
        tag=f"{word}tag",
    )
    words = (word, f"{word}tag", f"{word}warning", f"{word}picture")
    return Case(visibility, names, words)


async def theirs(cast: Cast, visibility: str) -> Case:
    """By alice elsewhere for bob here."""
    word = f"caracal{visibility}"
    content = f"<p>A {word} worth reading.</p>"
    uri = await receive(cast, visibility, content, summary=f"{word}warning")
    held = await cast.here.post(uri)
    assert held is not None
    names = replace(
        nothing(cast),
        invite=str(held.id),
        remote_note=uri,
    )
    return Case(visibility, names, (word, f"{word}warning"))


async def page(cast: Cast, name: str | None, path: str) -> str:
    """A page as somebody here sees it, or a stranger; empty if there is none."""
    if name is None:
        status, text = await cast.here.get(path, Accept="text/html")
        return text if status == 200 else ""

    seen = await (await sign_in(cast, name)).ask("GET", Ask(path), "text/html")
    return seen.text if seen.status == 200 else ""
