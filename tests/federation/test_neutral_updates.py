"""What changes nothing that was agreed to: it is taken over, and the co-authors here are told."""

from __future__ import annotations

from typing import Any

from activitypub.coauthorship.projection import media_digest
from activitypub.vocab.reading import format_time
from fedi_cotweet.domain.limits import DAY, HOUR
from tests.federation.cast import Cast
from tests.federation.pictures import png
from tests.federation.test_invitations import agreed, published, stamp_status
from tests.federation.test_trusting import picture


async def test_bob_here_is_told_of_an_update_that_leaves_his_consent_as_it_is(cast: Cast) -> None:
    octets = png((200, 0, 0))
    cast.a.routes["/media/red.png"] = picture(octets)
    red: dict[str, Any] = {
        "type": "Image",
        "mediaType": "image/png",
        "url": f"{cast.a.base}/media/red.png",
        "name": "red",
        "digestMultibase": media_digest(octets),
    }
    post = await published(cast, attachment=[red])
    cast.here.clock.advance(HOUR)
    focused = {"attachment": [red | {"focalPoint": [0.5, 0.5]}]}
    note = post.publish(**focused, updated=format_time(cast.here.clock()))
    for _ in range(2):
        await cast.deliver(cast.alice, post.update(note))
    assert (await cast.told("bob")).count("cotweet.updated") == 1
    assert await stamp_status(cast, post) == 200
    assert await cast.shown(post.id) == post.authors
    cast.here.clock.advance(HOUR)
    liked = {"likes": {"type": "Collection", "id": f"{post.id}/likes", "totalItems": 3}}
    note = post.publish(**focused, **liked, updated=format_time(cast.here.clock()))
    await cast.deliver(cast.alice, post.update(note))
    assert (await cast.told("bob")).count("cotweet.updated") == 1, "numbers are no news"
    assert await cast.shown(post.id) == post.authors


async def test_the_names_that_only_what_is_fetched_ends_with_are_no_news(cast: Cast) -> None:
    post = await agreed(cast)
    post.publish()
    await cast.deliver(cast.alice, cast.alice.proven(post.create()))
    held = await cast.here.post(post.id)
    assert held is not None
    assert held.carrier
    bob = cast.here.actor("bob")
    names = (
        '<p class="coauthors-inline">With <span class="h-card">'
        f'<a class="u-url mention" href="{bob}">@bob</a></span></p>'
    )
    note = post.publish()
    cast.a.serve({**note, "content": note["content"] + names})
    await cast.here.pass_time(2 * DAY)
    again = await cast.here.post(post.id)
    assert again is not None
    assert "coauthors-inline" in again.document
    assert again.carrier == held.carrier, "it is still passed on as its author signed it"
    assert "cotweet.updated" not in await cast.told("bob")
    assert await cast.shown(post.id) == post.authors
