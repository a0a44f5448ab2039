"""What people here say of themselves, as others see it; and the pictures of others."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from activitypub.vocab.terms import ACTIVITY_JSON
from fedi_cotweet.federation.jobs.profiles import links_back
from fedi_cotweet.services import own_profile
from fedi_cotweet.services.errors import ServiceError
from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.pictures import png

CONTROL = "/api/v1/control"
PROFILE = f"{CONTROL}/profile"


async def actor(cast: Cast, name: str = "alice", path: str = "") -> dict[str, Any]:
    """A document of somebody here."""
    async with cast.here.session.get(
        cast.here.actor(name) + path, headers={"Accept": ACTIVITY_JSON}
    ) as answer:
        assert answer.status == 200
        found: dict[str, Any] = await answer.json(content_type=None)
        return found


async def upload(cast: Cast, kind: str, octets: bytes) -> tuple[int, dict[str, Any]]:
    form = aiohttp.FormData()
    form.add_field("file", octets, filename="a.png", content_type="image/png")
    form.add_field("kind", kind)
    headers = {"Authorization": f"Bearer {cast.here.server.operator_token}", "X-Account": "alice"}
    url = f"{cast.here.base}{PROFILE}/pictures"
    async with cast.here.session.post(url, data=form, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_a_profile_is_on_the_actor_and_followers_hear_of_it_once(cast: Cast) -> None:
    await cast.here.settle()
    await cast.deliver(cast.carol, cast.carol.activity("Follow", cast.here.actor("alice")))
    change = {
        "name": "Alice A.",
        "about": "I read.\n\nMostly #Poems <b>.",
        "fields": [
            {"name": "Garden", "value": "http://127.0.0.1:9/garden?a=1&b=2"},
            {"name": "Pronouns", "value": "she/her"},
        ],
        "attribution_domains": ["Garden.example", "*.press.example"],
        "featured_tags": ["#Poems"],
        "discoverable": False,
    }
    await cast.here.api("PUT", PROFILE, change, account="alice")
    await cast.here.settle()
    view = await cast.here.api("PUT", PROFILE, change, account="alice")
    await cast.here.settle()
    assert view["about"] == "I read.\n\nMostly #Poems <b>."
    [told] = cast.c.received_of("Update")
    document = await actor(cast)
    assert told["object"].items() <= document.items()
    assert document["name"] == "Alice A."
    assert "&lt;b&gt;" in document["summary"]
    assert document["attachment"] == [
        {
            "type": "PropertyValue",
            "name": "Garden",
            "value": '<a href="http://127.0.0.1:9/garden?a=1&amp;b=2" target="_blank"'
            ' rel="me nofollow noopener noreferrer">127.0.0.1:9/garden?a=1&amp;b=2</a>',
        },
        {"type": "PropertyValue", "name": "Pronouns", "value": "she/her"},
    ]
    assert document["attributionDomains"] == ["garden.example", "press.example"]
    assert document["discoverable"] is False
    assert [tag["name"] for tag in document["tag"]] == ["#poems"]
    assert document["published"].endswith("T00:00:00Z"), "not the hour in which she signed up"
    tags = await actor(cast, path="/collections/tags")
    assert document["featuredTags"] == tags["id"]
    assert [(tag["type"], tag["name"]) for tag in tags["orderedItems"]] == [("Hashtag", "#Poems")]
    status, page = await cast.here.get("/@alice")
    assert status == 200
    assert 'rel="me nofollow noopener"' in page
    assert "I read." in page
    assert "<b>" not in page.partition('class="bio"')[2].partition("</p>")[0]


async def test_what_is_no_profile_or_picture_changes_nothing(cast: Cast) -> None:
    before = await actor(cast)
    changes: list[dict[str, Any]] = [
        {"name": "x" * 101},
        {"about": "x" * 2001},
        {"fields": [{"name": "a", "value": " "}]},
        {"fields": [{"name": "a", "value": "b"}] * 9},
        {"featured_tags": ["two words"]},
        {"attribution_domains": ["example"]},
        {"attribution_domains": ["a b"]},
    ]
    for change in changes:
        with pytest.raises(ApiRefusalError) as refused:
            await cast.here.api("PUT", PROFILE, {"discoverable": False, **change}, account="alice")
        assert refused.value.status == 422
    for kind, octets, code in (
        ("avatar", b"<svg/>", "not_a_picture"),
        ("banner", png((1, 1, 1)), "bad_picture_kind"),
    ):
        status, answer = await upload(cast, kind, octets)
        assert (status, answer["error"]) == (422, code)
    assert await actor(cast) == before


async def test_an_avatar_is_made_clean_shown_to_all_and_taken_away(cast: Cast) -> None:
    await cast.here.settle()
    await cast.deliver(cast.carol, cast.carol.activity("Follow", cast.here.actor("alice")))
    for kind in ("avatar", "header"):
        assert (await upload(cast, kind, png((1, 2, 3))))[0] == 200
        await cast.here.settle()
    _, view = await upload(cast, "avatar", png((7, 8, 9)))
    await cast.here.settle()
    assert len(cast.c.received_of("Update")) == 3
    document = await actor(cast)
    assert document["icon"] == {
        "type": "Image",
        "mediaType": "image/png",
        "url": cast.here.base + view["avatar"],
    }
    status, _ = await cast.here.get(view["header"])
    assert status == 200
    _, page = await cast.here.get("/@alice")
    assert f'src="{view["avatar"]}"' in page
    assert f'src="{view["header"]}"' in page
    said = {"avatar_alt": "A blue square", "header_alt": "A  red\nsquare"}
    view = await cast.here.api("PUT", PROFILE, said, account="alice")
    assert (view["avatar_alt"], view["header_alt"]) == ("A blue square", "A red square")
    document = await actor(cast)
    assert [document["icon"][name] for name in ("summary", "name")] == ["A blue square"] * 2
    assert 'alt="A red square"' in (await cast.here.get("/@alice"))[1]
    # Another picture shows something else.
    _, view = await upload(cast, "avatar", png((7, 7, 7)))
    assert (view["avatar_alt"], view["header_alt"]) == ("", "A red square")
    await cast.here.api("DELETE", f"{PROFILE}/pictures/avatar", account="alice")
    await cast.here.settle()
    assert "icon" not in await actor(cast)
    assert (await cast.here.get(view["avatar"]))[0] == 404


async def test_the_face_of_who_is_gone_goes_too(cast: Cast) -> None:
    _, view = await upload(cast, "avatar", png((1, 2, 3)))
    await cast.here.api("POST", f"{CONTROL}/accounts/delete", {"username": "alice"})
    await cast.here.settle()
    assert (await cast.here.get(view["avatar"]))[0] == 404


async def test_who_hides_their_network_tells_its_size_only(cast: Cast) -> None:
    await cast.deliver(cast.carol, cast.carol.activity("Follow", cast.here.actor("alice")))
    page = await actor(cast, path="/followers?page=1")
    assert page["orderedItems"] == [cast.carol.id]
    await cast.here.api("PUT", PROFILE, {"hides_network": True}, account="alice")
    for path in ("/followers", "/following"):
        collection = await actor(cast, path=path)
        assert collection["totalItems"] == (1 if path == "/followers" else 0)
        assert collection.keys().isdisjoint({"first", "orderedItems", "items"})
        assert (await cast.here.get(cast.here.actor("alice") + path + "?page=1"))[0] == 404
    liked = await actor(cast, path="/liked")
    assert liked.keys().isdisjoint({"first", "orderedItems", "items", "totalItems"})


async def test_the_avatar_of_somebody_elsewhere_is_a_copy(cast: Cast) -> None:
    url = cast.b.serve(png((9, 9, 9)), at=f"{cast.b.base}/face.png", media_type="image/png")
    described = {"type": "Image", "url": url, "name": "a.png", "summary": 'A "grey" square'}
    cast.bob.serve(icon=described, image={"type": "Image", "url": url + "x"})
    await cast.follow(cast.bob)
    _, page = await cast.here.get(f"/@{cast.bob.handle}")
    assert url not in page
    path = page.partition('class="face large')[2].partition('src="')[2].partition('"')[0]
    assert path.startswith("/media/")
    assert 'alt="A &#34;grey&#34; square"' in page
    assert (await cast.here.get(path))[0] == 200
    assert 'class="banner-plain"' in page, "what cannot be fetched is not shown"
    cast.bob.serve()
    await cast.deliver(cast.bob, cast.bob.activity("Update", cast.bob.id))
    assert (await cast.here.get(path))[0] == 404


async def verified(cast: Cast, page: str, media_type: str = "text/html") -> bool:
    url = cast.m.serve(page.encode(), at=f"{cast.m.base}/home", media_type=media_type)
    fields = {"fields": [{"name": "Home", "value": url}]}
    await cast.here.api("PUT", PROFILE, fields, account="alice")
    await cast.here.settle()
    view = await cast.here.api("GET", PROFILE, account="alice")
    return view["fields"][0]["verified_at"] is not None


@pytest.mark.parametrize(
    ("page", "good"),
    [
        ('<p><a class="x" href="HERE/@alice" rel="nofollow me">me</a>', True),
        ('<head><link href="HERE/@alice/" rel="ME"></head>', True),
        ('<a href="HERE/@alice">me</a>', False),
        ('<a rel="me" href="HERE/@bob">bob</a>', False),
        ('<!-- <a rel="me" href="HERE/@alice">me</a> -->', False),
        ('<a rel="me" href="HERE/@alice/../@bob">?</a>', False),
        ("", False),
    ],
)
def test_a_page_links_back_or_not(page: str, good: bool) -> None:
    page = page.replace("HERE", "https://here.example")
    wanted = {"https://here.example/@alice", "https://here.example/users/alice"}
    assert links_back(page, "https://alice.example/", wanted) is good


async def test_a_link_is_verified_by_the_page_it_leads_to(cast: Cast) -> None:
    page = f'<a rel="me" href="{cast.here.base}/@alice">me</a>'
    assert not await verified(cast, page, "text/plain")
    assert not await verified(cast, page.replace("@alice", "@bob"))
    assert await verified(cast, page)
    assert "✓" in (await cast.here.get("/@alice"))[1]
    # Another link is another matter.
    change = {"fields": [{"name": "Home", "value": "https://127.0.0.1:1/"}]}
    view = await cast.here.api("PUT", PROFILE, change, account="alice")
    assert view["fields"][0]["verified_at"] is None


def test_hostile_pages_are_read_in_bounds() -> None:
    for piece in ("<a ", "<!--", '<a rel="', "<![C"):
        assert not links_back(piece * 250_000, "https://a.example/", {"x"})
    assert not links_back('<a rel=me href="http://[">' * 3000, "https://a.example/", {"x"})


def test_pictures_are_of_two_kinds() -> None:
    with pytest.raises(ServiceError):
        own_profile.check_kind("post")
