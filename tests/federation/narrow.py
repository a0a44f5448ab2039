"""Posts that are not for everybody, made here by alice, and everybody who looks for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.federation.cast import Cast
from tests.federation.drafts import API, Case, nothing, upload
from tests.federation.probe import Ask
from tests.federation.viewers import sign_in

POSTS = f"{API}/control/posts"


async def befriend(cast: Cast) -> None:
    """dave here and carol elsewhere follow alice here and alice elsewhere; mallory is blocked."""
    here = cast.here
    await here.api("POST", f"{API}/control/follow", {"handle": "alice"}, account="mallory")
    await here.api("POST", f"{API}/control/follow", {"handle": "alice"}, account="dave")
    await cast.deliver(cast.carol, cast.carol.activity("Follow", here.actor("alice")))
    await cast.follow(cast.alice)
    await here.api("POST", f"{API}/control/block", {"handle": "mallory"}, account="alice")
    await here.settle()


async def write(cast: Cast, visibility: str, text: str, **members: Any) -> dict[str, Any]:
    """By alice here."""
    wanted = {"text": text, "visibility": visibility} | members
    made = await cast.here.api("POST", POSTS, wanted, account="alice")
    await cast.here.settle()
    return dict(made)


async def receive(cast: Cast, visibility: str, content: str, **members: Any) -> str:
    """By alice elsewhere; its address."""
    alice, bob = cast.alice, cast.here.actor("bob")
    to = [alice.followers] if visibility == "followers" else [bob]
    note = {
        "id": alice.mint("notes"),
        "type": "Note",
        "attributedTo": alice.id,
        "content": content,
        "to": to,
        "cc": [bob] if visibility == "followers" else [],
        "tag": [{"type": "Mention", "href": bob, "name": "@bob"}],
        "published": "2026-01-01T00:00:00Z",
    } | members
    create = alice.activity("Create", note, to=note["to"], cc=note["cc"])
    assert (await cast.deliver(alice, create)).status == 202
    return str(note["id"])


async def hidden_case(cast: Cast, visibility: str) -> Case:
    """One from here for bob here and bob elsewhere, and one from elsewhere for bob here.

    ``followers``: for those who follow alice too. Whoever asks for it by any name is to find
    nothing; only its picture is there for whoever knows its unguessable address.
    """
    word = f"ocelot{visibility}"
    picture = await upload(cast, f"{word}picture")
    text = f"A {word} for @bob and @{cast.bob.handle}. #{word}tag"
    made = await write(cast, visibility, text, summary=f"{word}warning", media=[picture["id"]])
    far = f"caracal{visibility}"
    uri = await receive(cast, visibility, f"<p>A {far}.</p>", summary=f"{far}warning")
    held = await cast.here.post(uri)
    assert held is not None
    names = replace(
        nothing(cast),
        post=made["id"],
        note=made["uri"],
        upload=picture["id"],
        tag=f"{word}tag",
        invite=str(held.id),
        remote_note=uri,
    )
    words = (word, f"{word}tag", f"{word}warning", f"{word}picture", far, f"{far}warning")
    return Case(visibility, names, words)


async def page(cast: Cast, name: str | None, path: str) -> str:
    """A page as somebody here sees it, or a stranger; empty if there is none."""
    if name is None:
        status, text = await cast.here.get(path, Accept="text/html")
        return text if status == 200 else ""

    seen = await (await sign_in(cast, name)).ask("GET", Ask(path), "text/html")
    return seen.text if seen.status == 200 else ""
