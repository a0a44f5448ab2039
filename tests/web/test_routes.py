"""Pages to read, over real HTTP: who sees what, and what software is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from fedi_cotweet.web.routes import PAGES
from storage.queries import actors, jobs, posts
from tests.sites import BASE, World
from tests.web.conftest import HTML, Browser
from tests.web.markup import Element

Browsers = Callable[[str], Awaitable[Browser]]
ACTIVITY = {"Accept": "application/activity+json"}
DAY = 86_400_000


def headings(page: Element) -> list[str]:
    return [heading.text for heading in page.all("h1")]


async def test_the_front_page_shows_the_server_and_its_public_posts(
    world: World, stranger: Browser
) -> None:
    await world.post(await _id(world, "alice"), "Seen by all")
    await world.post(await _id(world, "alice"), "Only linked", visibility="unlisted")
    page = await stranger.page("/")
    assert "Reading Room" in page.text
    assert "Slow posts." in page.text
    assert "Seen by all" in page.text
    assert "Only linked" not in page.text


async def _id(world: World, username: str) -> int:
    account = await world.site.read(lambda tx: actors.account_by_name(tx, username))
    assert account is not None
    return account.id


async def test_a_profile_shows_unlisted_posts_too_and_names_its_actor(
    world: World, stranger: Browser
) -> None:
    await world.post(await _id(world, "alice"), "Only linked", visibility="unlisted")
    response = await stranger.get("/@alice")
    assert "Only linked" in await response.text()
    assert response.headers["Link"] == (
        f'<{BASE}/users/alice>; rel="alternate"; type="application/activity+json"'
    )
    assert "Accept" in response.headers["Vary"]


@pytest.mark.parametrize("path", ["/@alice@a.example", "/@ALICE", "/@alice@A.Example"])
async def test_a_profile_has_other_spellings(stranger: Browser, path: str) -> None:
    assert headings(await stranger.page(path)) == ["Alice"]


async def _remote(world: World) -> int:
    """A remote person who is known here."""
    now = world.clock.now
    uri = "https://b.example/users/dora"
    values = {
        "id": world.site.env.new_id(),
        "uri": uri,
        "kind": "Person",
        "username": "dora",
        "host": "b.example",
        "local": False,
        "name": "Dora",
        "url": "https://b.example/@dora",
        "inbox": f"{uri}/inbox",
        "created_at": now,
        "fetched_at": now,
    }
    return await world.site.write(lambda tx: actors.save_actor(tx, values, [], now))


async def test_remote_people_and_posts_have_pages_here(world: World, stranger: Browser) -> None:
    author_id, post_id = await _remote(world), world.site.env.new_id()
    uri = "https://b.example/notes/1"
    await world.site.write(
        lambda tx: posts.add_post(
            tx,
            id=post_id,
            sort_id=post_id,
            uri=uri,
            author_id=author_id,
            local=False,
            state="published",
            visibility="public",
            content="<p>From afar</p>",
            url=uri,
            document="{}",
            published_at=world.clock.now,
            fetched_at=world.clock.now,
        )
    )
    assert headings(await stranger.page("/@dora@b.example")) == ["Dora"]
    path = f"/@dora@b.example/{post_id}"
    assert "From afar" in (await stranger.page(path)).text
    answer = await stranger.get(path, headers=ACTIVITY)
    assert answer.status == 200, "the object is its own server's to give"
    assert "Link" not in answer.headers
    assert world.people.asked == [], "a stranger cannot make this server ask others"


@pytest.mark.parametrize(
    "path",
    [
        "/@nobody",
        "/@dora@nowhere.example",
        "/@instance.actor",
        "/@",
        "/@alice/1",
        "/@alice/x",
        "/@alice/99999999999999999999",
        "/?before=x",
        "/@alice?before=-1",
        "/elsewhere",
        "/@alice/1/2",
        "/%00",
    ],
)
async def test_what_is_not_there_is_said_on_a_page(
    world: World, stranger: Browser, path: str
) -> None:
    response = await stranger.get(path)
    assert response.status == 404
    assert response.content_type == "text/html"
    assert "There is nothing here" in await response.text()
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


async def test_the_page_of_a_post_leads_software_to_the_object(
    world: World, stranger: Browser
) -> None:
    post_id = await world.post(await _id(world, "alice"), "Hello")
    for path, uri in (
        (f"/@alice/{post_id}", f"{BASE}/notes/{post_id}"),
        ("/@alice", f"{BASE}/users/alice"),
    ):
        answer = await stranger.get(path, headers=ACTIVITY)
        assert (answer.status, answer.headers["Location"]) == (302, uri)
        assert answer.headers["Vary"] == "Accept"
        link = (await stranger.get(path)).headers["Link"]
        assert link == f'<{uri}>; rel="alternate"; type="application/activity+json"'


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"', 302),
        ('application/ld+json;profile="https://www.w3.org/ns/activitystreams";q=0.9, */*', 302),
        ("application/activity+json, text/html;q=0.5", 302),
        ("text/html, application/activity+json;q=0.5", 200),
        ("application/ld+json", 200),
        ("application/json+activity", 200),
        ("application/activity+json;q=0", 200),
        ("application/activity+json;q=zero", 200),
        ("*/*", 200),
        ("", 200),
    ],
)
async def test_only_who_asks_for_activitypub_gets_it(
    stranger: Browser, accept: str, status: int
) -> None:
    assert (await stranger.get("/@alice", headers={"Accept": accept})).status == status


async def test_a_co_tweet_stands_on_every_authors_profile_with_its_proof(
    world: World, stranger: Browser
) -> None:
    alice, bob = await _id(world, "alice"), await _id(world, "bob")
    post_id = await world.draft(alice, bob, "Ours")
    await world.agree(post_id)
    page = await stranger.page(f"/@alice/{post_id}")
    assert "Both agreed to this" in page.text
    [proof] = [link for link in page.all("a") if link.text == "See the proof"]
    assert proof.attributes["href"].startswith(f"{BASE}/users/bob/coauthor/")
    for name in ("alice", "bob"):
        assert "Ours" in (await stranger.page(f"/@{name}")).text
    elsewhere = await stranger.get(f"/@bob/{post_id}")
    assert (elsewhere.status, elsewhere.headers["Location"]) == (302, f"/@alice/{post_id}")


async def test_replies_stand_below_and_what_was_answered_above(
    world: World, stranger: Browser
) -> None:
    alice = await _id(world, "alice")
    first = await world.post(alice, "The question")
    middle = await world.post(alice, "The middle", in_reply_to=f"{BASE}/notes/{first}")
    await world.post(alice, "The answer", in_reply_to=f"{BASE}/notes/{middle}")
    text = (await stranger.page(f"/@alice/{middle}")).text
    assert text.index("The question") < text.rindex("The middle") < text.index("The answer")


async def test_a_draft_is_for_everybody_else_exactly_what_is_not_there(
    world: World, stranger: Browser, browsers: Browsers
) -> None:
    alice, bob = await _id(world, "alice"), await _id(world, "bob")
    post_id = await world.draft(alice, bob, "Not yet")
    people = {"stranger": stranger, "bob": await browsers("bob")}
    for who, browser in people.items():
        for headers in (HTML, ACTIVITY):
            answers = []
            for number in (post_id, post_id + 1):
                response = await browser.get(f"/@alice/{number}", headers=headers)
                kept = dict(response.headers)
                kept.pop("Date")
                answers.append((response.status, kept, await response.text()))
            assert answers[0] == answers[1], who
            assert answers[0][0] == 404, who
        for path in ("/", "/@alice", "/@bob"):
            assert "Not yet" not in (await browser.page(path)).text, (who, path)
    author = await browsers("alice")
    response = await author.get(f"/@alice/{post_id}")
    assert "Not yet" in await response.text()
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "Link" not in response.headers


async def test_every_page_can_be_asked_for_its_head_and_has_all_headers(
    world: World, stranger: Browser, browsers: Browsers
) -> None:
    post_id = await world.post(await _id(world, "alice"), "Hello")
    signed_in = await browsers("alice")
    for method, path, _ in PAGES:
        if method != "GET":
            continue
        filled = path.replace("{name}", "alice").replace("{id}", str(post_id))
        filled = filled.replace("{token}", "t").replace("{tag}", "tea")
        for browser in (stranger, signed_in):
            full = await browser.get(filled)
            head = await browser.http.head(filled, headers=HTML, allow_redirects=False)
            assert head.status == full.status
            assert await head.read() == b""
            if full.status == 200:
                assert "default-src 'none'" in full.headers["Content-Security-Policy"]
                assert full.headers["X-Content-Type-Options"] == "nosniff"
                assert full.headers["X-Frame-Options"] == "DENY"
                private = full.headers.get("Cache-Control") == "private, no-store"
                assert private is (
                    browser is signed_in or path.startswith(("/auth/", "/sign-up"))
                ), path


async def test_a_wrong_method_is_answered_for_people_and_for_software(stranger: Browser) -> None:
    for_people = await stranger.http.post("/@alice", headers=HTML)
    assert (for_people.status, for_people.content_type) == (405, "text/html")
    assert for_people.headers["Allow"] == "GET, HEAD"
    for_software = await stranger.http.post("/@alice", headers=ACTIVITY)
    assert (for_software.status, for_software.content_type) == (405, "text/plain")


async def test_a_fault_of_ours_is_a_page_that_says_nothing_about_itself(
    stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret")

    monkeypatch.setattr("fedi_cotweet.services.reading.public_page", broken)
    page = await stranger.page("/", status=500)
    assert "Something went wrong here" in page.text
    assert "secret" not in page.text


async def test_a_style_sheet_may_be_kept_for_a_year(stranger: Browser) -> None:
    page = await stranger.page("/")
    path = page.one("link", rel="stylesheet").attributes["href"]
    found = await stranger.get(path)
    assert (found.status, found.content_type) == (200, "text/css")
    assert "immutable" in found.headers["Cache-Control"]
    assert (await stranger.get("/static/0000/style.css")).headers["Cache-Control"] != (
        found.headers["Cache-Control"]
    )
    assert (await stranger.get("/static/0000/../../routes.py")).status == 404
    assert (await stranger.get("/static/0000/secrets.py")).status == 404
    assert (await stranger.get("/favicon.ico")).status == 302


async def test_a_page_that_shows_an_old_stamp_has_it_fetched_again_once(
    world: World, stranger: Browser
) -> None:
    alice, bob = await _id(world, "alice"), await _id(world, "bob")
    post_id = await world.draft(alice, bob, "Ours")
    await world.agree(post_id)

    async def claimed() -> list[jobs.JobRow]:
        now = world.clock.now
        return await world.site.store.write(
            lambda tx: jobs.claim(tx, now=now, limit=10, lease_ms=1_000, kinds=["verify_post"])
        )

    for job in await claimed():  # of publication
        await world.site.store.write(partial(jobs.done, job=job))
    world.clock.now += 2 * DAY
    for _ in range(3):
        await stranger.page(f"/@alice/{post_id}")
    found: list[jobs.JobRow] = []
    for _ in range(100):  # it is written behind the page's back
        found = found or await claimed()
    assert [job.payload["post_id"] for job in found] == [post_id]
