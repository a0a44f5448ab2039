"""Posts without an identifier, which are known by that of their Create; and posts that are gone
before they came."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from activitypub.vocab.terms import AS2, PUBLIC
from storage.models import Post
from storage.queries import posts
from tests.federation.asking import ask
from tests.federation.cast import Cast
from tests.federation.origins import Person, Reply

Doc = dict[str, Any]


def nameless(by: Person, **members: Any) -> Doc:
    """A Create of a Note whose ``id`` is null."""
    note = {
        "id": None,
        "type": "Note",
        "attributedTo": by.id,
        "to": [PUBLIC],
        "cc": [by.followers],
        "content": "<p>Without a name.</p>",
        "published": "2026-11-20T09:00:00Z",
    }
    return by.activity("Create", {**note, **members})


async def held(cast: Cast, uri: str) -> Post | None:
    return await cast.here.read(lambda tx: posts.post_by_uri(tx, uri))


async def count(cast: Cast) -> int:
    return await cast.here.read(lambda tx: len(tx.execute(select(Post.id)).all()))


async def taken(cast: Cast) -> Doc:
    """Bob's, who is followed by dave."""
    await cast.follow(cast.bob)
    create = nameless(cast.bob)
    assert (await cast.deliver(cast.bob, create)).status == 202
    return create


async def test_it_is_shown_answered_and_liked_by_the_name_of_its_create(cast: Cast) -> None:
    create = await taken(cast)
    assert await cast.shown(create["id"]) == [cast.bob.id]
    assert await cast.timeline() == [create["id"]]
    assert (await cast.deliver(cast.bob, create)).status == 202
    assert await count(cast) == 1
    post = await held(cast, create["id"])
    assert post is not None
    path = "/api/v1/control/posts"
    await cast.here.api("POST", path, {"text": "Yes.", "in_reply_to": create["id"]})
    await cast.here.api("POST", f"{path}/{post.id}/like", {})
    await cast.here.settle()
    assert cast.b.received_of("Create")[-1]["object"]["inReplyTo"] == create["id"]
    assert cast.b.received_of("Like")[-1]["object"] == create["id"]


async def test_its_author_changes_and_deletes_it_by_that_and_it_stays_gone(cast: Cast) -> None:
    create = await taken(cast)
    changed = {**create["object"], "id": create["id"], "content": "<p>Now.</p>"}
    changed["updated"] = "2026-11-20T09:30:00Z"
    await cast.deliver(cast.bob, cast.bob.activity("Update", changed))
    post = await held(cast, create["id"])
    assert post is not None
    assert post.content == "<p>Now.</p>"
    await cast.deliver(cast.bob, cast.bob.activity("Delete", create["id"]))
    assert await cast.shown(create["id"]) is None
    again = {**create, "object": {**create["object"], "content": "<p>Again.</p>"}}
    await cast.deliver(cast.bob, again)
    renamed = cast.bob.activity("Create", {**create["object"], "id": create["id"]})
    await cast.deliver(cast.bob, renamed)
    assert await cast.shown(create["id"]) is None


async def test_nobody_else_touches_it(cast: Cast) -> None:
    create = await taken(cast)
    neighbour = cast.neighbour
    stolen = {**create["object"], "id": create["id"], "content": "<p>Mine.</p>"}
    stolen["updated"] = "2026-11-20T09:30:00Z"
    for person in (neighbour, cast.mallory):
        for kind in ("Update", "Create", "Delete"):
            await cast.deliver(person, person.activity(kind, stolen | {"attributedTo": person.id}))
        await cast.deliver(person, person.activity("Delete", create["id"]))
        await person.send(cast.here.inbox, nameless(person) | {"id": create["id"]})
    await cast.here.settle()
    post = await held(cast, create["id"])
    assert post is not None
    assert (post.state, post.content) == ("published", "<p>Without a name.</p>")
    assert await cast.shown(create["id"]) == [cast.bob.id]
    note = create["object"] | {"id": cast.bob.mint("notes")}
    await cast.deliver(cast.bob, cast.bob.activity("Create", note))
    await cast.deliver(neighbour, nameless(neighbour) | {"id": note["id"]})
    assert await cast.shown(note["id"]) == [cast.bob.id]


async def refused(cast: Cast, create: Doc, by: Person | None = None) -> Reply:
    before = await count(cast)
    reply = await (by or cast.bob).send(f"{cast.here.base}/users/dave/inbox", create)
    await cast.here.settle()
    assert await count(cast) == before
    return reply


REFUSED: tuple[Doc, ...] = (
    {"coAuthors": ["https://c.example/users/carol"]},
    {"to": ["DAVE"], "cc": []},
    {"to": [], "cc": []},
    {"to": ["DAVE"], "cc": ["FOLLOWERS?of=him"]},
    {"name": "Tea", "content": None, "inReplyTo": "https://here.example/notes/1"},
    {"type": "Tombstone"},
    {"type": "Follow", "object": "https://here.example/users/dave"},
    {"id": 7},
    {"id": "not an address"},
)


async def test_what_others_must_name_is_not_taken_without(cast: Cast) -> None:
    create = await taken(cast)
    names = {"DAVE": cast.here.actor("dave"), "FOLLOWERS?of=him": f"{cast.bob.followers}?of=him"}
    for members in REFUSED:
        filled = {
            name: [names[it] for it in value] if name in ("to", "cc") else value
            for name, value in members.items()
        }
        reply = await refused(cast, nameless(cast.bob, **filled))
        assert reply.status == 400, members
    neighbours = nameless(cast.bob, attributedTo=[cast.neighbour.id])
    assert (await refused(cast, neighbours)).status == 202
    update = {**create, "type": "Update", "id": cast.bob.mint("activities")}
    assert (await refused(cast, update)).status == 400


async def test_it_is_no_consent(cast: Cast) -> None:
    asked = await ask(cast)
    answer = asked.reply("accept")
    bare = {name: value for name, value in answer.items() if name not in ("id", "@context")}
    for to in ([PUBLIC], answer["to"]):
        create = cast.bob.activity("Create", {**bare, "to": to, "cc": [cast.here.actor("alice")]})
        await cast.deliver(cast.bob, create)
    assert await asked.state() == "offered"


async def test_what_lies_at_that_address_takes_nothing_from_it(cast: Cast) -> None:
    """A server may answer with the Create, with nothing, or with something else."""
    create = await taken(cast)
    url = cast.b.serve({"@context": AS2, **create})
    for _ in range(2):
        await cast.deliver(cast.carol, cast.carol.activity("Announce", create["id"]))
        await cast.deliver(cast.bob, cast.bob.activity("Update", create["id"]))
        cast.b.forget(url)
    assert await cast.shown(create["id"]) == [cast.bob.id]


def tombstone(by: Person, **members: Any) -> Doc:
    """A Create of what is gone."""
    gone = {"id": by.mint("notes"), "type": "Tombstone", "attributedTo": by.id, "to": [PUBLIC]}
    return by.activity("Create", {**gone, "content": "<p>Not to be read.</p>", **members})


async def page(cast: Cast, by: Person, uri: str) -> tuple[int, str]:
    post = await held(cast, uri)
    assert post is not None
    return await cast.here.get(f"/@{by.handle}/{post.id}", Accept="text/html")


async def test_a_tombstone_has_a_place_that_says_so_and_stays(cast: Cast) -> None:
    await cast.follow(cast.bob)
    create = tombstone(cast.bob)
    uri = create["object"]["id"]
    assert (await cast.deliver(cast.bob, create)).status == 202
    status, text = await page(cast, cast.bob, uri)
    assert (status, "This post was deleted" in text, "Not to be" in text) == (410, True, False)
    late = cast.bob.activity("Create", {**create["object"], "type": "Note"})
    await cast.deliver(cast.bob, late)
    assert await cast.shown(uri) is None
    assert await cast.timeline() == []
    assert (await page(cast, cast.bob, uri))[0] == 410


async def test_a_tombstone_counts_for_its_author_alone_before_the_post_and_after(
    cast: Cast,
) -> None:
    await cast.follow(cast.bob)
    note = nameless(cast.bob)["object"] | {"id": cast.bob.mint("notes")}
    await cast.deliver(cast.bob, cast.bob.activity("Create", note))
    for person in (cast.neighbour, cast.mallory):
        for author in (person, cast.bob):
            gone = tombstone(person, id=note["id"], attributedTo=author.id)
            await cast.deliver(person, gone)
    assert await cast.shown(note["id"]) == [cast.bob.id]
    await cast.deliver(cast.bob, tombstone(cast.bob, id=note["id"]))
    assert (await page(cast, cast.bob, note["id"]))[0] == 410
    note = note | {"id": cast.bob.mint("notes")}
    for person in (cast.neighbour, cast.mallory):
        gone = tombstone(person, id=note["id"], attributedTo=cast.bob.id)
        await cast.deliver(person, gone)
        await cast.deliver(person, tombstone(person, id=note["id"]))
    await cast.deliver(cast.bob, cast.bob.activity("Create", note))
    assert await cast.shown(note["id"]) == [cast.bob.id]


async def test_of_what_was_for_some_or_of_strangers_nothing_is_told(cast: Cast) -> None:
    before = await count(cast)
    await cast.deliver(cast.bob, tombstone(cast.bob))
    assert await count(cast) == before
    await cast.follow(cast.bob)
    for to in ([cast.here.actor("dave")], []):
        await refused(cast, tombstone(cast.bob, to=to))


async def test_the_page_of_a_deleted_post_tells_what_was_for_everybody_alone(cast: Cast) -> None:
    path = "/api/v1/control/posts"
    for visibility, status in (("public", 410), ("followers", 404), ("direct", 404)):
        words = {"text": "Hello", "visibility": visibility}
        if visibility == "direct":
            words["text"] = f"@{cast.here.handle('bob')} Hello"
        post = await cast.here.api("POST", path, words, account="alice")
        await cast.here.api("DELETE", f"{path}/{post['id']}", account="alice")
        found, _ = await cast.here.get(f"/@alice/{post['id']}", Accept="text/html")
        assert found == status, visibility
    kept = await cast.here.api(
        "POST",
        "/api/v1/cotweets",
        {"text": "Draft", "with": [cast.here.handle("bob")]},
        account="alice",
    )
    number = kept["post"]["id"]
    await cast.here.api("DELETE", f"/api/v1/cotweets/{number}", account="alice")
    assert (await cast.here.get(f"/@alice/{number}", Accept="text/html"))[0] == 404
