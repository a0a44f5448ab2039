"""Bob here agrees in advance to what alice elsewhere changes in posts they wrote together."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy import update

from activitypub.coauthorship.projection import media_digest
from activitypub.vocab.reading import format_time
from fedi_cotweet.domain.limits import MINUTE
from storage.models import Actor
from tests.federation.cast import Cast, CoTweet
from tests.federation.here import ApiRefusalError
from tests.federation.pictures import png
from tests.federation.test_invitations import accept, invited, published, stamp_status

TRUSTED = "/api/v1/cotweets/trusted"


async def trust(cast: Cast, what: str = "", account: str = "bob") -> None:
    """Bob trusts alice, or with ``/remove`` no more."""
    await cast.here.api("POST", f"{TRUSTED}{what}", {"who": cast.alice.handle}, account=account)


async def change(cast: Cast, post: CoTweet, **core: Any) -> CoTweet:
    """Alice offers bob another version; that version."""
    cast.here.clock.advance(MINUTE)
    now = format_time(cast.here.clock())
    new = CoTweet(cast.alice, post.co_authors, post.core | core | {"updated": now})
    note = new.draft() | {"published": post.core["published"]}
    offer = new.offer(cast.local("bob"))
    offer["object"] = note
    cast.a.received.clear()
    await cast.deliver(cast.alice, offer)
    return new


def answered(cast: Cast) -> bool:
    """Whether bob's server agreed."""
    return bool(cast.a.received_of("Accept"))


def picture(octets: bytes) -> Handler:
    """The answer where a picture is."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=octets, content_type="image/png")

    return answer


async def notice(cast: Cast) -> dict[str, Any]:
    """What bob was told last."""
    found = await cast.here.api("GET", "/api/v1/control/notifications", account="bob")
    return dict(found["notifications"][0])


async def test_trust_is_opt_in_can_be_ended_and_is_listed(cast: Cast) -> None:
    assert await cast.here.api("GET", TRUSTED, account="bob") == {"trusted": []}
    for _ in range(2):
        await trust(cast)
    [held] = (await cast.here.api("GET", TRUSTED, account="bob"))["trusted"]
    assert (held["actor"], held["handle"]) == (cast.alice.id, cast.alice.handle)
    for _ in range(2):
        await trust(cast, "/remove")
    assert await cast.here.api("GET", TRUSTED, account="bob") == {"trusted": []}
    with pytest.raises(ApiRefusalError, match="self_trust"):
        await cast.here.api("POST", TRUSTED, {"who": "bob"}, account="bob")


async def test_other_words_of_a_trusted_author_are_agreed_to_and_bob_is_told(cast: Cast) -> None:
    await trust(cast)
    post = await published(cast)
    new = await change(cast, post, content="<p>We wrote it well.</p>")
    [answer] = cast.a.received_of("Accept")
    told = await notice(cast)
    assert told["kind"] == "cotweet.agreed_in_advance"
    assert "- We wrote this together." in told["text"]
    assert "+ We wrote it well." in told["text"]
    held = await cast.here.post(post.id)
    assert held is not None
    assert "You can take your name off the post" in told["text"]
    assert "fedi-cotweet" not in told["text"]
    assert told["post"] == str(held.id)
    log = await cast.here.api("GET", f"/api/v1/cotweets/{held.id}/log", account="bob")
    accepts = [entry for entry in log["log"] if entry["move"] == "accept"]
    assert [entry["detail"].get("how") for entry in accepts] == [
        None,
        "accepted by standing instruction",
    ]
    new.stamps[cast.local("bob").id] = answer["result"]
    note = new.publish()
    await cast.deliver(cast.alice, new.update(note))
    assert await cast.shown(post.id) == post.authors
    assert await stamp_status(cast, post) == 410
    assert await stamp_status(cast, new) == 200
    # And the next time it is compared with that one.
    again = await change(cast, new, content="<p>We wrote it better.</p>")
    assert answered(cast)
    assert "- We wrote it well." in (await notice(cast))["text"]
    assert again.digest != new.digest


async def test_without_trust_and_after_it_bob_decides_himself(cast: Cast) -> None:
    post = await published(cast)
    await change(cast, post, content="<p>One.</p>")
    assert not answered(cast)
    await trust(cast)
    await trust(cast, "/remove")
    await change(cast, post, content="<p>Two.</p>")
    assert not answered(cast)
    assert (await notice(cast))["kind"] == "cotweet.invite"


async def test_trust_agrees_to_no_first_invite(cast: Cast) -> None:
    await trust(cast)
    post = await invited(cast)
    assert not answered(cast)
    # Nor to a change of what is not published yet, though bob has agreed to it.
    await accept(cast, post.digest)
    await change(cast, post, content="<p>Sooner.</p>")
    assert not answered(cast)
    # Nor to a first invite that pretends to be a change.
    await change(cast, cast.cotweet(cast.local("bob")))
    assert not answered(cast)


async def test_who_left_is_not_brought_back_by_trust(cast: Cast) -> None:
    await trust(cast)
    post = await published(cast)
    held = await cast.here.post(post.id)
    assert held is not None
    await cast.here.api("POST", f"/api/v1/cotweets/{held.id}/leave", {}, account="bob")
    await cast.here.settle()
    await change(cast, post, content="<p>Come back.</p>")
    assert not answered(cast)


MORE_THAN_WORDS: list[dict[str, Any]] = [
    {"inReplyTo": "https://d.example/1"},
    {"cc": ["https://e.example/users/erin"]},
    {"quote": "https://d.example/2"},
    {"name": "A title that this server cannot show"},
    {"contentMap": {"en": "<p>One thing.</p>", "de": "<p>Another.</p>"}},
    {"content": "<p onclick='x()'>It would be changed.</p>"},
]


async def test_what_is_more_than_words_or_cannot_be_shown_waits_for_bob(cast: Cast) -> None:
    await trust(cast)
    post = await published(cast)
    for core in MORE_THAN_WORDS:
        await change(cast, post, **core)
        assert not answered(cast), core
    assert "cotweet.agreed_in_advance" not in await cast.told("bob")


async def test_a_longer_author_list_waits_for_bob(cast: Cast) -> None:
    await trust(cast)
    post = await published(cast)
    longer = CoTweet(cast.alice, [cast.local("bob"), cast.carol], post.core)
    await change(cast, longer)
    assert not answered(cast)


async def test_pictures_that_bob_agreed_to_may_stay_and_no_others_come(cast: Cast) -> None:
    await trust(cast)
    red, blue = png((200, 0, 0)), png((0, 0, 200))
    pictures = []
    for name, octets in (("red", red), ("blue", blue)):
        cast.a.routes[f"/media/{name}.png"] = picture(octets)
        pictures.append(
            {
                "type": "Image",
                "mediaType": "image/png",
                "url": f"{cast.a.base}/media/{name}.png",
                "name": name,
                "digestMultibase": media_digest(octets),
            }
        )
    post = await published(cast, attachment=pictures[:1])
    await change(cast, post, attachment=pictures)
    assert not answered(cast)
    await change(cast, post, content="<p>Only red.</p>")
    assert answered(cast), "once the picture of this very Offer was fetched"


async def test_a_block_ends_trust(cast: Cast) -> None:
    await trust(cast)
    post = await published(cast)
    for what in ("block", "unblock"):
        handle = {"handle": cast.alice.handle}
        await cast.here.api("POST", f"/api/v1/control/{what}", handle, account="bob")
        await cast.here.settle()
    await change(cast, post, content="<p>Trust me.</p>")
    assert not answered(cast)
    assert await cast.here.api("GET", TRUSTED, account="bob") == {"trusted": []}


async def test_groups_and_services_never_agree_in_advance(cast: Cast) -> None:
    await trust(cast)
    post = await published(cast)
    for kind in ("Group", "Application", "Service"):
        become = update(Actor).where(Actor.uri == cast.local("bob").id).values(kind=kind)
        await cast.here.write(lambda tx, become=become: tx.execute(become).rowcount)  # type: ignore[misc]
        await change(cast, post, content="<p>Nobody decided this.</p>")
        assert not answered(cast)
        with pytest.raises(ApiRefusalError, match="not_a_person"):
            await trust(cast)


async def test_a_change_that_was_agreed_to_and_not_published_narrows_the_next(cast: Cast) -> None:
    """Else a wider version could follow one by one, each compared with the oldest."""
    await trust(cast)
    post = await published(cast, inReplyTo="https://d.example/1")
    await change(cast, post, inReplyTo=None)
    assert answered(cast)
    await change(cast, post, content="<p>A reply again.</p>")
    assert not answered(cast)
