"""Posts that people show first, in both directions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.test_profiles import CONTROL, actor


async def posted(cast: Cast, text: str = "First things first", **members: Any) -> dict[str, Any]:
    view = await cast.here.api(
        "POST", f"{CONTROL}/posts", {"text": text, **members}, account="alice"
    )
    await cast.here.settle()
    return dict(view)


async def test_who_pins_a_post_shows_it_first_and_followers_hear_of_it(cast: Cast) -> None:
    await cast.deliver(cast.carol, cast.carol.activity("Follow", cast.here.actor("alice")))
    first, _ = await posted(cast), await posted(cast, "Later")
    path = f"{CONTROL}/posts/{first['id']}"
    for what in ("pin", "pin"):
        await cast.here.api("POST", f"{path}/{what}", account="alice")
        await cast.here.settle()
    featured = await actor(cast, path="/collections/featured")
    assert (featured["totalItems"], featured["orderedItems"]) == (1, [first["uri"]])
    [told] = cast.c.received_of("Add")
    assert (told["object"], told["target"]) == (first["uri"], featured["id"])
    _, page = await cast.here.get("/@alice")
    assert page.index("First things first") < page.index("Later")
    await cast.here.api("POST", f"{path}/unpin", account="alice")
    await cast.here.settle()
    [told] = cast.c.received_of("Remove")
    assert (told["object"], told["target"]) == (first["uri"], featured["id"])
    assert (await actor(cast, path="/collections/featured"))["orderedItems"] == []


async def test_what_cannot_be_pinned(cast: Cast) -> None:
    of_bob = await cast.here.api("POST", f"{CONTROL}/posts", {"text": "Bob's"}, account="bob")
    for post, code in ((of_bob, "not_yours"), ({"id": "7"}, "not_found")):
        with pytest.raises(ApiRefusalError) as refused:
            await cast.here.api("POST", f"{CONTROL}/posts/{post['id']}/pin", account="alice")
        assert refused.value.code == code
    views = [await posted(cast, f"Number {number}") for number in range(5)]
    for view in views:
        await cast.here.api("POST", f"{CONTROL}/posts/{view['id']}/pin", account="alice")
    last = await posted(cast, "Number 6")
    with pytest.raises(ApiRefusalError) as refused:
        await cast.here.api("POST", f"{CONTROL}/posts/{last['id']}/pin", account="alice")
    assert refused.value.code == "too_many_pins"
    await cast.here.api("DELETE", f"{CONTROL}/posts/{views[0]['id']}", account="alice")
    assert (await actor(cast, path="/collections/featured"))["totalItems"] == 4


async def test_a_pin_elsewhere_counts_if_it_is_of_an_own_post(cast: Cast) -> None:
    cast.bob.serve(featured=f"{cast.bob.id}/featured")
    await cast.follow(cast.bob)
    note = {
        "id": cast.bob.mint("notes"),
        "type": "Note",
        "attributedTo": cast.bob.id,
        "content": "<p>Read this first.</p>",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "published": "2026-11-01T00:00:00Z",
    }
    cast.b.serve({"@context": "https://www.w3.org/ns/activitystreams", **note})
    neighbours = {**note, "id": cast.neighbour.mint("notes"), "attributedTo": cast.neighbour.id}
    cast.b.serve({"@context": "https://www.w3.org/ns/activitystreams", **neighbours})
    target = f"{cast.bob.id}/featured"

    async def pinned() -> bool:
        return "Pinned" in (await cast.here.get(f"/@{cast.bob.handle}"))[1]

    # Right shape, wrong owner: of the collection, of the post.
    for sender, thing in (
        (cast.neighbour, note["id"]),
        (cast.carol, note["id"]),
        (cast.bob, neighbours["id"]),
        (cast.bob, cast.carol.mint("notes")),
    ):
        reply = await cast.deliver(sender, sender.activity("Add", thing, target=target))
        assert reply.status == 202
        assert not await pinned()
    await cast.deliver(cast.bob, cast.bob.activity("Add", note["id"], target=target))
    assert await pinned()
    await cast.deliver(cast.neighbour, cast.neighbour.activity("Remove", note["id"], target=target))
    assert await pinned()
    await cast.deliver(cast.bob, cast.bob.activity("Remove", note["id"], target=target))
    assert not await pinned()
