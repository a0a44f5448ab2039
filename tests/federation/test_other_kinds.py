"""What other software publishes: films, events, links, reviews and what groups pass on."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.documents.note import parse_note
from activitypub.documents.showing import MAX_FILES, MAX_HASHTAGS, pictures, shown
from activitypub.html import to_text
from activitypub.vocab.reading import format_time
from tests.federation.cast import Cast
from tests.federation.origins import Person
from tests.federation.test_quotes import said

PAGE = "https://elsewhere.example/w/7"
LINK = {"type": "Link", "mediaType": "text/html", "href": PAGE}
FILM = {"type": "Link", "mediaType": "video/mp4", "href": "https://elsewhere.example/7.mp4"}
MAGNET = {"type": "Link", "mediaType": "application/x-bittorrent", "href": "magnet:?xt=urn:7"}
HASHTAG = {"type": "Hashtag", "name": "Rooks", "href": "https://elsewhere.example/tags/rooks"}

KINDS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "Video": (  # PeerTube
        {
            "name": "How rooks count",
            "content": "In **four** steps.",
            "mediaType": "text/markdown",
            "url": [FILM, MAGNET, LINK],
            "icon": [{"type": "Image", "url": "https://elsewhere.example/7.jpg"}],
            "tag": [HASHTAG],
        },
        ["How rooks count", "In **four** steps.", PAGE, "#Rooks"],
    ),
    "Page": (  # Lemmy, with the link that it is about
        {
            "name": "Rooks are back",
            "attachment": [{"type": "Link", "href": "https://news.example/rooks"}],
            "url": PAGE,
        },
        ["Rooks are back", "https://news.example/rooks", PAGE],
    ),
    "Event": (  # Mobilizon, Gancio
        {
            "name": "Counting rooks",
            "content": "<p>Bring a hat.</p>",
            "startTime": "2026-12-01T18:00:00+01:00",
            "endTime": "2026-12-01T20:00:00+01:00",
            "location": {"type": "Place", "name": "The old mill"},
            "url": PAGE,
        },
        ["Counting rooks", "2026-12-01 17:00 UTC – 2026-12-01 19:00 UTC, The old mill", "a hat"],
    ),
    "Article": (  # WordPress, WriteFreely: the summary is no warning
        {"name": "On rooks", "summary": "What they do all day.", "content": "<p>A lot.</p>"},
        ["On rooks", "A lot."],
    ),
    "Audio": (  # Funkwhale
        {"name": "Rooks at dawn", "url": [{"type": "Link", "href": PAGE}]},
        ["Rooks at dawn", PAGE],
    ),
    "Review": (  # BookWyrm
        {"name": "A book on rooks", "content": "<p>I liked it.</p>"},
        ["A book on rooks", "I liked it."],
    ),
    "ChatMessage": ({"content": "Are you there?"}, ["Are you there?"]),  # Pleroma
}


def made(person: Person, kind: str) -> dict[str, Any]:
    members = {"content": None} | KINDS[kind][0]
    document = said(person, **{"type": kind, **members})
    return {name: value for name, value in document.items() if value is not None}


async def page_of(cast: Cast, uri: str) -> str:
    post = await cast.here.post(uri)
    assert post is not None
    status, text = await cast.here.get(f"/@{cast.bob.handle}/{post.id}")
    assert status == 200
    return to_text(
        text.partition('class="post focused')[2].partition(">")[2].partition('class="details')[0]
    )


async def test_they_become_posts_with_their_title_and_a_link(cast: Cast) -> None:
    await cast.follow(cast.bob)
    for kind, (_, expected) in KINDS.items():
        document = made(cast.bob, kind)
        reply = await cast.deliver(cast.bob, cast.bob.activity("Create", document))
        assert reply.status == 202
        text = await page_of(cast, document["id"])
        missing = [words for words in expected if words not in text]
        assert not missing, f"{kind}: {missing} is not in {text!r}"
        # Right shape, wrong owner: not as somebody else's, and not over what is here.
        for enemy in (cast.neighbour, cast.mallory):
            theirs = {**document, "name": "Buy this", "updated": "2026-11-20T09:59:00Z"}
            for activity in ("Create", "Update"):
                await cast.deliver(enemy, enemy.activity(activity, theirs))
        assert await page_of(cast, document["id"]) == text


async def test_what_is_no_post_is_passed_over(cast: Cast, quiet_log: list[Any]) -> None:
    await cast.follow(cast.bob)
    kinds: dict[str, dict[str, Any]] = {
        "Key": {},
        "Relationship": {"content": None},
        "Group": {},
    }
    for kind, members in kinds.items():
        quiet_log.clear()
        document = said(cast.bob, **{"type": kind, **members})
        assert (await cast.deliver(cast.bob, cast.bob.activity("Create", document))).status == 202
        [received] = [e for e in quiet_log if e["event"] == "activity_received"]
        assert (kind, received["outcome"]) == (kind, "not_a_post")
        assert await cast.here.post(document["id"]) is None


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("View", "not_counted"),
        ("Lock", "group_business"),
        ("Join", "no_events"),
        ("X", "unknown_type"),
    ],
)
async def test_what_is_of_no_effect_here_is_passed_over_with_a_reason(
    cast: Cast, quiet_log: list[Any], kind: str, outcome: str
) -> None:
    quiet_log.clear()
    reply = await cast.deliver(cast.bob, cast.bob.activity(kind, cast.bob.mint("notes")))
    assert reply.status == 202
    assert [e["outcome"] for e in quiet_log if e["event"] == "activity_received"] == [outcome]


async def test_an_object_of_nobodys_is_its_publishers_but_takes_over_nothing(cast: Cast) -> None:
    await cast.follow(cast.bob)
    document = said(cast.bob, "<p>No name under it.</p>", attributedTo=None)
    await cast.deliver(cast.bob, cast.bob.activity("Create", document))
    assert await cast.shown(document["id"]) == [cast.bob.id]
    await cast.follow(cast.neighbour)
    changed = {**document, "content": "<p>Mine!</p>", "updated": "2026-11-20T09:59:00Z"}
    for activity in ("Create", "Update"):
        await cast.deliver(cast.neighbour, cast.neighbour.activity(activity, changed))
    post = await cast.here.post(document["id"])
    assert post is not None
    assert (post.content, await cast.shown(document["id"])) == (
        "<p>No name under it.</p>",
        [cast.bob.id],
    )


async def test_a_group_passes_on_what_its_members_post(cast: Cast, quiet_log: list[Any]) -> None:
    """FEP-1b12. The group's word counts for nothing: every object is asked of its origin."""
    group = cast.c.person("rooks")
    group.serve(type="Group")
    await cast.follow(group)

    async def passes_on(inner: dict[str, Any]) -> str:
        quiet_log.clear()
        await cast.deliver(group, group.activity("Announce", inner))
        [received] = [e for e in quiet_log if e["event"] == "activity_received"]
        return str(received["outcome"])

    page = made(cast.bob, "Page")
    told = {**page, "name": "What bob never wrote"}
    assert await passes_on(cast.bob.activity("Create", told)) == "to_fetch"
    text = await page_of(cast, page["id"])
    assert "Rooks are back" in text
    assert "never" not in text
    assert page["id"] in await cast.timeline()
    # An answer comes as an answer, one to something unknown not at all.
    answer = said(cast.carol, "<p>At last.</p>", inReplyTo=page["id"])
    assert await passes_on(cast.carol.activity("Create", answer)) == "to_fetch"
    assert await cast.shown(answer["id"]) == [cast.carol.id]
    assert answer["id"] not in await cast.timeline()
    stray = said(cast.carol, inReplyTo=cast.bob.mint("notes"))
    assert await passes_on(cast.carol.activity("Create", stray)) == "not_relevant"
    for kind in ("Like", "Lock", "Block"):
        assert await passes_on(cast.bob.activity(kind, page["id"])) == "group_business"
    # A deletion counts once its origin says the same.
    gone = cast.bob.activity("Delete", page["id"])
    assert await passes_on(gone) == "to_fetch"
    assert await cast.shown(page["id"]) is not None
    cast.b.fail(page["id"], 410)
    assert await passes_on(cast.bob.activity("Delete", page["id"])) == "to_fetch"
    assert await cast.shown(page["id"]) is None


async def test_a_group_that_nobody_follows_makes_us_fetch_nothing(cast: Cast) -> None:
    group = cast.c.person("rooks")
    group.serve(type="Group")
    page = made(cast.bob, "Page")
    await cast.deliver(group, group.activity("Announce", cast.bob.activity("Create", page)))
    assert cast.b.times_asked(page["id"]) == 0


async def test_a_group_makes_us_ask_others_only_so_often(cast: Cast) -> None:
    group = cast.c.person("rooks")
    group.serve(type="Group")
    await cast.follow(group)
    cast.here.server.context.budgets.strangers.most = 3
    pages = [made(cast.bob, "Page") for _ in range(5)]
    for page in pages:
        await cast.deliver(group, group.activity("Announce", cast.bob.activity("Create", page)))
    assert sum(cast.b.times_asked(page["id"]) for page in pages) == 3


def test_no_document_makes_a_post_without_end() -> None:
    files = [
        {"type": "Document", "url": f"https://x.example/{number}.zip", "name": "n" * 5000}
        for number in range(1000)
    ]
    tags = [{"type": "Hashtag", "name": f"#t{number}"} for number in range(1000)]
    tags.append({"type": "Hashtag", "name": "#" + "t" * 5000})
    note = parse_note(
        {
            "id": "https://x.example/7",
            "type": "Event",
            "name": "n" * 100_000,
            "startTime": "9999-12-31T23:59:59-14:00",
            "location": [{"type": "Place", "name": "p" * 100_000}] * 1000,
            "attachment": files,
            "tag": tags,
        }
    )
    found = shown(note, "")
    assert found.count(".zip") == MAX_FILES
    assert found.count("#t") <= MAX_HASHTAGS
    assert len(found) < 10_000


def test_nothing_in_a_title_or_a_name_becomes_markup() -> None:
    evil = '"><script>alert(1)</script>'
    document = {
        "id": "https://x.example/7",
        "type": "Page",
        "name": evil,
        "url": "javascript:alert(1)",
        "attachment": [{"type": "Document", "name": evil, "url": f"https://x.example/{evil}"}],
        "tag": [{"type": "Hashtag", "name": f"#{evil}", "href": "javascript:alert(1)"}],
        "image": {"type": "Image", "url": "javascript:alert(1)"},
    }
    note = parse_note(document)
    found = shown(note, "")
    assert "<script" not in found
    assert 'href="javascript' not in found
    assert pictures(note) == ()


async def test_a_co_tweet_of_another_kind_shows_its_title_as_its_authors_agreed_to_it(
    cast: Cast,
) -> None:
    post = cast.cotweet(cast.bob)
    post.core |= {"type": "Article", "name": "Counting <rooks>"}
    post.consent(cast.bob)
    post.publish()
    await cast.follow(cast.alice)
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == [cast.alice.id, cast.bob.id]
    stored = await cast.here.post(post.id)
    assert stored is not None
    view = await cast.here.api("GET", f"/api/v1/control/posts/{stored.id}")
    assert view["text"].splitlines()[0] == "Counting <rooks>"
    assert "<strong>Counting &lt;rooks&gt;</strong>" in (await cast.here.get(view["page"]))[1]
    # Another title is nothing that bob agreed to.
    changed = post.publish(name="Shooting rooks", updated=format_time(cast.here.clock()))
    await cast.deliver(cast.alice, post.update(changed))
    assert await cast.shown(post.id) == [cast.alice.id]
