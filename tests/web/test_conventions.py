"""Pages as parsers of others read them: microformats (mf2py), Open Graph and JSON-LD (extruct)."""

from __future__ import annotations

from typing import Any

import extruct
import mf2py
import pytest

from activitypub.html import sanitise
from fedi_cotweet.services.views import ProfileFieldView, QuoteView
from fedi_cotweet.web import pages
from tests.web.cast import (
    ALICE,
    BOB,
    CAROL,
    DANA,
    INSTANCE,
    NOW,
    YUNA,
    person,
    picture,
    post,
    profile,
    timeline,
)

PAGE = "https://a.example/@alice/42"


def microformats(html: str, url: str = PAGE) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = mf2py.parse(doc=html, url=url)["items"]
    return items


def found(items: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """Those of a kind at the top."""
    return [item["properties"] for item in items if kind in item["type"]]


def authors(entry: dict[str, Any]) -> list[tuple[str, str]]:
    """Names and addresses of the authors of an entry, in order."""
    cards = [one["properties"] for one in entry["author"]]
    return [(card["name"][0], card["url"][0]) for card in cards]


def test_an_entry_names_every_author_those_folded_away_too() -> None:
    html = pages.render_post(
        post(ALICE, BOB, CAROL, DANA, YUNA, media=(picture(),), updated_at=NOW + 60_000),
        INSTANCE,
        ancestors=[post(BOB, id="6", page="/@bob@b.example/6")],
        replies=[post(CAROL, id="7")],
    )
    items = microformats(html)
    [entry] = found(items, "h-entry")
    assert authors(entry) == [
        ("Alice Marlowe", "https://a.example/@alice"),
        ("Bob Okonkwo", "https://b.example/@bob"),
        ("Carol Diaz", "https://c.example/@carol"),
        ("دانا الحسيني", "https://d.example/@dana"),
        ("김유나", "https://e.example/@yuna"),
    ]
    assert entry["author"][0]["properties"]["photo"] == ["https://a.example/media/alice.jpg"]
    assert entry["url"] == [PAGE]
    assert entry["uid"] == [PAGE]
    assert entry["published"] == ["2026-11-20T10:00:00Z"]
    assert entry["updated"] == ["2026-11-20T10:01:00Z"]
    assert entry["content"][0]["value"] == "A name is a promise."
    assert entry["photo"] == [{"value": "https://a.example/media/one.jpg", "alt": "A lake"}]
    assert [one["author"][0]["properties"]["name"] for one in found(items, "h-cite")] == [
        ["Bob Okonkwo"],
        ["Carol Diaz"],
    ]


def test_a_quote_is_its_authors_and_not_the_posts() -> None:
    quoted = post(BOB, id="9", page="/@bob@b.example/9")
    view = QuoteView("accepted", quoted.uri, "https://b.example/9", quoted)
    for summary in ("", "Careful"):
        html = pages.render_post(post(ALICE, quote=view, summary=summary), INSTANCE)
        [entry] = found(microformats(html), "h-entry")
        assert [name for name, _ in authors(entry)] == ["Alice Marlowe"]
        [cite] = entry["quotation-of"]
        assert cite["type"] == ["h-cite"]
        assert [name for name, _ in authors(cite["properties"])] == ["Bob Okonkwo"]
        assert entry.get("summary", []) == [summary] * bool(summary)


@pytest.mark.parametrize(
    "content",
    [
        '<p>By <a class="p-author h-card" href="https://evil.example">Eve</a></p>',
        '<span class="h-card"><a class="u-url p-name mention" href="//e.example">@eve</a></span>',
        '<a class="u-url" href="https://evil.example">x</a><span class="dt-published">1999</span>',
    ],
)
def test_what_somebody_wrote_adds_no_author_and_moves_no_post(content: str) -> None:
    html = pages.render_post(post(ALICE, BOB, content=sanitise(content)), INSTANCE)
    [entry] = found(microformats(html), "h-entry")
    assert [name for name, _ in authors(entry)] == ["Alice Marlowe", "Bob Okonkwo"]
    assert entry["url"] == [PAGE]
    assert entry["published"] == ["2026-11-20T10:00:00Z"]


def test_a_profile_is_a_card_with_a_feed() -> None:
    fields = (
        ProfileFieldView("Site", "https://alice.example", "https://alice.example", verified=True),
        ProfileFieldView("Pronouns", "she/her"),
    )
    html = pages.render_profile(profile(timeline(post(ALICE, BOB)), fields=fields), INSTANCE)
    parsed = mf2py.parse(doc=html, url="https://a.example/@alice")
    [card] = found(parsed["items"], "h-card")
    assert card["name"] == ["Alice Marlowe"]
    assert card["uid"] == ["https://a.example/@alice"]
    assert card["url"] == ["https://a.example/@alice", "https://alice.example"]
    assert card["note"] == ["Reader."]
    assert card["photo"] == [{"value": "https://a.example/media/alice.jpg", "alt": ""}]
    assert parsed["rels"]["me"] == ["https://alice.example"]
    [feed] = [item for item in parsed["items"] if "h-feed" in item["type"]]
    [entry] = found(feed["children"], "h-entry")
    assert [name for name, _ in authors(entry)] == ["Alice Marlowe", "Bob Okonkwo"]
    remote = pages.render_profile(profile(author=BOB, fields=fields), INSTANCE)
    assert "me" not in mf2py.parse(doc=remote)["rels"], "that is for their own server to say"


def read(html: str) -> dict[str, Any]:
    """What extruct finds."""
    syntaxes = ["opengraph", "json-ld", "dublincore"]
    data: dict[str, Any] = extruct.extract(html, base_url=PAGE, syntaxes=syntaxes)
    return data


def test_open_graph_and_json_ld_name_every_author() -> None:
    mallory = person("Mallory", "m.example", name='"><meta property="og:title" content="Evil">')
    html = pages.render_post(
        post(ALICE, BOB, mallory, media=(picture(),)), INSTANCE, indexable=True
    )
    data = read(html)
    [graph] = data["opengraph"]
    assert graph["namespace"]["og"] == "http://ogp.me/ns#"
    values = [value for name, value in graph["properties"] if name == "article:author"]
    assert values == [
        "https://a.example/@alice",
        "https://b.example/@bob",
        "https://m.example/@mallory",
    ]
    single = dict(graph["properties"])
    assert single["og:type"] == "article"
    assert single["og:url"] == PAGE
    assert single["og:title"].startswith("Alice Marlowe (@alice@a.example), Bob")
    assert "Evil" in single["og:title"], "it is a name, and stays one"
    assert single["og:image"] == "https://a.example/media/one.jpg"
    assert (single["og:image:width"], single["og:image:height"]) == ("1200", "800")
    assert single["og:image:alt"] == "A lake"
    assert single["og:description"] == "A name is a promise."
    [linked] = data["json-ld"]
    assert linked["@type"] == "SocialMediaPosting"
    assert [one["name"] for one in linked["author"]] == [
        "Alice Marlowe",
        "Bob Okonkwo",
        mallory.name,
    ]


def test_open_graph_says_nothing_from_behind_a_warning() -> None:
    html = pages.render_post(
        post(ALICE, summary="Careful", text="Secret", content="<p>x</p>", media=(picture(),)),
        INSTANCE,
    )
    head = html.partition("</head>")[0]
    assert "Secret" not in head
    assert "one.jpg" not in head
    [graph] = read(html)["opengraph"]
    assert dict(graph["properties"])["og:description"] == "Careful"
