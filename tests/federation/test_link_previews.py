"""Previews of pages that posts link to: asked for once, as a stranger, and never by readers."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler

from activitypub.vocab.reading import format_time
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE
from fedi_cotweet.federation.jobs.cards import MAX_PAGE_BYTES
from fedi_cotweet.services.link_cards import FAILED_FOR, FRESH_FOR, WITHIN
from tests.federation.cast import Cast
from tests.federation.here import START
from tests.federation.test_invitations import published
from tests.federation.test_quotes import said

POSTS = "/api/v1/control/posts"
HEAD = (
    "<!doctype html><title>Rooks</title>"
    '<meta property="og:description" content="&lt;script&gt; They count.">'
    '<meta property="og:image" content="https://tracker.example/1.png">'
    '<meta name="fediverse:creator" content="@carol@HOST"></head>'
)


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """With previews, which other tests do without."""
    object.__setattr__(cast.here.server.runtime.env.limits, "link_previews", True)
    return cast


def page(asked: list[web.Request], text: str = HEAD, **answer: Any) -> Handler:
    """A page, and who asked for it."""

    async def get(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(
            **({"text": text.replace("HOST", request.host), "content_type": "text/html"} | answer)
        )

    return get


async def wait(cast: Cast, milliseconds: int = WITHIN) -> None:
    cast.here.clock.advance(milliseconds)
    await cast.here.settle()


async def posted(cast: Cast, *urls: str, **members: Any) -> dict[str, Any]:
    """Bob, whom dave follows, writes something with links elsewhere."""
    links = " ".join(f'<a href="{url}">{url}</a>' for url in urls)
    note = said(cast.bob, f"<p>Look: {links}</p>", **members)
    assert (await cast.deliver(cast.bob, cast.bob.activity("Create", note))).status == 202
    return note


async def card(cast: Cast, uri: str) -> Any:
    post = await cast.here.post(uri)
    assert post is not None
    return (await cast.here.api("GET", f"{POSTS}/{post.id}"))["card"]


async def test_one_page_is_asked_for_once_whoever_links_to_it(cast: Cast) -> None:
    asked: list[web.Request] = []
    url = f"{cast.c.base}/rooks?x=1"
    cast.c.routes["/rooks?x=1"] = page(asked)
    await cast.follow(cast.bob)
    notes = [await posted(cast, f"{url}#top") for _ in range(3)]
    await wait(cast)
    ours = await cast.here.api("POST", POSTS, {"text": f"See {url}"})
    await wait(cast)
    [request] = asked
    assert "Signature" not in request.headers
    assert "Cookie" not in request.headers
    for uri in [*(note["id"] for note in notes), ours["uri"]]:
        found = await card(cast, uri)
        assert (found["url"], found["host"], found["title"]) == (
            url,
            cast.c.base.partition("//")[2],
            "Rooks",
        )
        assert (found["description"], found["author"]) == ("<script> They count.", None)
    status, text = await cast.here.get(ours["page"])
    assert status == 200
    assert "&lt;script&gt; They count." in text
    assert "tracker.example" not in text
    await wait(cast, FRESH_FOR)
    await posted(cast, url)
    await wait(cast)
    assert len(asked) == 2, "after two weeks it may say something else"


async def test_an_author_is_named_who_says_that_the_page_may_name_them(cast: Cast) -> None:
    cast.c.routes["/rooks"] = page([])
    host = cast.c.base.partition("//")[2]
    await cast.follow(cast.bob, cast.carol)
    note = await posted(cast, f"{cast.c.base}/rooks")
    await wait(cast)
    assert (await card(cast, note["id"]))["author"] is None
    document = cast.carol.document() | {"attributionDomains": [host]}
    cast.c.serve(document)
    await cast.deliver(cast.carol, cast.carol.activity("Update", document))
    assert (await card(cast, note["id"]))["author"]["uri"] == cast.carol.id


async def test_a_herd_of_servers_does_not_come_at_once(cast: Cast) -> None:
    asked: list[web.Request] = []
    await cast.follow(cast.bob)
    for number in range(6):
        cast.c.routes[f"/{number}"] = page(asked)
        await posted(cast, f"{cast.c.base}/{number}")
    for _ in range(WITHIN // 1_000 + 12):
        before = len(asked)
        await wait(cast, 1_000)
        assert len(asked) - before <= 1, "one server is asked once a second"
    assert len(asked) == 6


async def test_what_is_no_page_is_not_asked_for_again_soon(cast: Cast) -> None:
    asked: list[web.Request] = []
    cast.c.routes["/film"] = page(asked, content_type="video/mp4")
    cast.c.routes["/gone"] = page(asked, status=404)
    cast.c.routes["/bare"] = page(asked, "<p>Nothing.</p>")
    await cast.follow(cast.bob)
    for _ in range(2):
        for path in ("film", "gone", "bare", "nowhere"):
            note = await posted(cast, f"{cast.c.base}/{path}")
            await wait(cast)
            assert await card(cast, note["id"]) is None
    assert len(asked) == 3
    await wait(cast, FAILED_FOR)
    await posted(cast, f"{cast.c.base}/gone")
    await wait(cast)
    assert len(asked) == 4


async def test_of_a_large_page_only_the_head_is_read(cast: Cast) -> None:
    tail = "x" * (2 * MAX_PAGE_BYTES)
    cast.c.routes["/large"] = page([], HEAD + tail)
    cast.c.routes["/headless"] = page([], "<title>Rooks</title>" + tail)
    await cast.follow(cast.bob)
    for path in ("large", "headless"):
        note = await posted(cast, f"{cast.c.base}/{path}")
        await wait(cast)
        assert (await card(cast, note["id"]))["title"] == "Rooks"


async def test_people_and_hashtags_and_files_and_inner_addresses_are_no_pages(
    cast: Cast,
) -> None:
    asked: list[web.Request] = []
    for path in ("/carol", "/tag", "/file", "/quoted"):
        cast.c.routes[path] = page(asked)
    await cast.follow(cast.bob)
    base = cast.c.base
    content = (
        f'<p><a href="{base}/carol" class="u-url mention">@carol</a> '
        f'<a href="{base}/tag" class="mention hashtag">#tag</a> '
        f'<a href="{base}/file">f</a> <a href="{base}/quoted">q</a> '
        f'<a href="{cast.here.base}/@alice">here</a> <a href="mailto:a@b.example">m</a> '
        '<a href="http://169.254.169.254/latest">in</a></p>'
    )
    note = said(
        cast.bob,
        content,
        tag=[{"type": "Link", "mediaType": "application/activity+json", "href": f"{base}/quoted"}],
        attachment=[{"type": "Document", "mediaType": "image/png", "url": f"{base}/file"}],
    )
    await cast.deliver(cast.bob, cast.bob.activity("Create", note))
    await wait(cast)
    assert await card(cast, note["id"]) is None
    assert [request.path for request in asked if request.path != "/file"] == []


async def test_what_is_not_for_everybody_tells_no_page_of_it(cast: Cast) -> None:
    asked: list[web.Request] = []
    cast.c.routes["/rooks"] = page(asked)
    await cast.follow(cast.bob)
    await posted(cast, f"{cast.c.base}/rooks", to=[cast.bob.followers], cc=[])
    draft = {"text": f"Hm: {cast.c.base}/rooks", "with": [cast.here.handle("bob")]}
    await cast.here.api("POST", "/api/v1/cotweets", draft)
    await wait(cast)
    assert asked == []


async def test_a_preview_goes_with_its_link(cast: Cast) -> None:
    cast.c.routes["/rooks"] = page([])
    await cast.follow(cast.bob)
    note = await posted(cast, f"{cast.c.base}/rooks")
    await wait(cast)
    assert await card(cast, note["id"])
    changed = note | {"content": "<p>No.</p>", "updated": format_time(START + HOUR)}
    cast.here.clock.advance(HOUR)
    await cast.deliver(cast.bob, cast.bob.activity("Update", changed))
    assert await card(cast, note["id"]) is None
    await cast.here.pass_time(60 * DAY)
    assert (await cast.here.contents())["link_cards"] == 0


async def test_one_server_makes_us_look_at_so_many_pages(cast: Cast) -> None:
    asked: list[web.Request] = []
    cast.here.server.context.budgets.previews.most = 2
    await cast.follow(cast.bob)
    for number in range(3):
        cast.c.routes[f"/{number}"] = page(asked)
        await posted(cast, f"{cast.c.base}/{number}")
        await wait(cast)
    assert len(asked) == 2
    assert MINUTE * 3 < HOUR, "within the budget's hour"


async def test_who_is_kept_out_is_not_asked(cast: Cast) -> None:
    asked: list[web.Request] = []
    cast.c.routes["/rooks"] = page(asked)
    await cast.follow(cast.bob)
    await posted(cast, f"{cast.c.base}/rooks")
    host = cast.c.base.partition("//")[2]
    rule = {"host": host, "severity": "suspend"}
    await cast.here.api("POST", "/api/v1/control/domains", rule)
    await wait(cast)
    assert asked == []


async def test_nothing_stands_under_several_names_that_they_did_not_agree_to(cast: Cast) -> None:
    asked: list[web.Request] = []
    cast.c.routes["/rooks"] = page(asked)
    link = f'<a href="{cast.c.base}/rooks">{cast.c.base}/rooks</a>'
    post = await published(cast, content=f"<p>Look: {link}</p>")
    await wait(cast, HOUR)
    assert asked == []
    assert await card(cast, post.id) is None
