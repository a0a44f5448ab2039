"""Pictures over HTTP: for everybody after publication, before it for those it concerns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from fedi_cotweet.services import uploads
from fedi_cotweet.services.spooling import Spool
from storage.models import Media
from storage.queries import actors, consents, post_media
from tests.services.films_made import film
from tests.sites import World
from tests.web.conftest import Browser, Peers

Browsers = Callable[[str], Awaitable[Browser]]


@pytest.fixture
async def people(world: World) -> tuple[int, int]:
    """The ids of alice and bob."""
    await world.account("carol", password=True)
    found = await world.site.read(actors.local_actors)
    ids = {actor.username: actor.id for actor in found}
    return ids["alice"], ids["bob"]


def path_of(item: Media) -> str:
    return f"/media/{item.token}.png"


async def test_a_published_picture_is_for_everybody_and_never_changes(
    world: World, stranger: Browser, people: tuple[int, int]
) -> None:
    item = await world.picture(people[0])
    await world.post(people[0], "Look", media_ids=(item.id,))
    found = await stranger.get(path_of(item))
    body = await found.read()
    assert (found.status, found.content_type, len(body)) == (200, "image/png", item.size)
    assert found.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in found.headers["Content-Security-Policy"]
    part = await stranger.get(path_of(item), headers={"Range": "bytes=2-5"})
    assert (part.status, await part.read()) == (206, body[2:6])
    assert part.headers["Content-Range"] == f"bytes 2-5/{item.size}"
    beyond = await stranger.get(path_of(item), headers={"Range": f"bytes={item.size}-"})
    assert beyond.status == 416
    held = {"If-None-Match": found.headers["ETag"]}
    assert (await stranger.get(path_of(item), headers=held)).status == 304
    head = await stranger.http.head(path_of(item))
    assert (head.status, head.headers["Content-Length"]) == (200, str(item.size))


async def test_a_film_is_served_in_parts_with_a_picture_of_it(
    world: World, stranger: Browser, people: tuple[int, int]
) -> None:
    spool = await Spool.begin(world.site.settings.data)
    await spool.add(film("mp4", "libx264", "aac"))
    await spool.finish()
    item = await uploads.keep(world.site, people[0], spool, alt="A wall")
    post_id = await world.post(people[0], "Look", media_ids=(item.id,))
    address = f"/media/{item.token}"
    part = await stranger.get(f"{address}.mp4", headers={"Range": "bytes=4-11"})
    assert (part.status, await part.read()) == (206, b"ftypisom")
    assert (part.content_type, part.headers["Accept-Ranges"]) == ("video/mp4", "bytes")
    assert part.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in part.headers["Content-Security-Policy"]
    shown = await stranger.get(f"{address}.preview.jpg")
    assert (shown.status, shown.content_type) == (200, "image/jpeg")
    for wrong in (".jpg", ".preview.mp4", ".webm", "", ".upload"):
        assert (await stranger.get(address + wrong)).status == 404
    page = await (await stranger.get(f"/@alice/{post_id}")).text()
    assert f'<video class="u-video" src="{address}.mp4" controls preload="none"' in page
    assert f'poster="{address}.preview.jpg"' in page


async def test_a_drafts_picture_is_for_those_it_concerns(
    world: World,
    stranger: Browser,
    browsers: Browsers,
    peers: Peers,
    people: tuple[int, int],
) -> None:
    item = await world.picture(people[0])
    post_id = await world.draft(*people, "Ours", media_ids=(item.id,))
    for who, status in (("", 404), ("carol", 404), ("bob", 200), ("alice", 200)):
        found = await (await browsers(who)).get(path_of(item))
        assert found.status == status, who
        if status == 200:
            assert found.headers["Cache-Control"] == "private, no-store"
    assert peers.asked == [item.id, item.id], "the people it concerns are not asked for signatures"
    peers.allowed = True
    assert (await stranger.get(path_of(item))).status == 200
    peers.allowed = False
    uri = world.site.env.addresses.note(post_id)

    def decline(tx: object) -> None:
        [offer] = consents.offers_for_object(tx, uri, "received")  # type: ignore[arg-type]
        consents.change_offer(tx, offer.id, state="declined")  # type: ignore[arg-type]

    await world.site.write(decline)
    assert (await (await browsers("bob")).get(path_of(item))).status == 404


async def test_the_copy_made_for_an_invite_is_for_the_person_invited(
    world: World, browsers: Browsers, people: tuple[int, int]
) -> None:
    post_id = await world.draft(*people, "Ours")
    uri = world.site.env.addresses.note(post_id)
    [offer] = await world.site.read(lambda tx: consents.offers_for_object(tx, uri, "received"))
    item = await world.picture(None, offer_id=offer.id)
    for who, status in (("", 404), ("carol", 404), ("alice", 404), ("bob", 200)):
        assert (await (await browsers(who)).get(path_of(item))).status == status, who


async def test_an_upload_nobody_posted_is_for_its_owner(
    world: World, browsers: Browsers, peers: Peers, people: tuple[int, int]
) -> None:
    item = await world.picture(people[0])
    peers.allowed = True
    for who, status in (("", 404), ("bob", 404), ("alice", 200)):
        assert (await (await browsers(who)).get(path_of(item))).status == status, who


async def test_a_deleted_posts_picture_is_gone(
    world: World, stranger: Browser, people: tuple[int, int]
) -> None:
    from fedi_cotweet.services import posts as services

    item = await world.picture(people[0])
    post_id = await world.post(people[0], "Look", media_ids=(item.id,))
    await world.site.write(lambda tx: services.delete_post(tx, world.site.env, people[0], post_id))
    assert (await stranger.get(path_of(item))).status == 404


@pytest.mark.parametrize("state", ["pending", "failed", "mismatch"])
async def test_only_stored_files_are_served(
    world: World, stranger: Browser, people: tuple[int, int], state: str
) -> None:
    item = await world.picture(people[0])
    await world.post(people[0], "Look", media_ids=(item.id,))
    await world.site.write(lambda tx: post_media.change_media(tx, item.id, state=state))
    assert (await stranger.get(path_of(item))).status == 404


async def test_a_file_has_one_address(
    world: World, stranger: Browser, people: tuple[int, int]
) -> None:
    item = await world.picture(people[0])
    await world.post(people[0], "Look", media_ids=(item.id,))
    for path in (
        f"/media/{item.token}",
        f"/media/{item.token}.html",
        f"/media/{item.token}.png.html",
        f"/media/{item.token}x.png",
        "/media/..%2Fcotweet.sqlite3",
        "/media/.png",
    ):
        assert (await stranger.get(path)).status == 404, path


async def test_a_path_that_leads_out_of_the_folder_is_not_served(
    world: World, stranger: Browser, people: tuple[int, int]
) -> None:
    item = await world.picture(people[0])
    await world.post(people[0], "Look", media_ids=(item.id,))
    await world.site.write(
        lambda tx: post_media.change_media(tx, item.id, path="../cotweet.sqlite3")
    )
    assert (await stranger.get(path_of(item))).status == 404
