from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from activitypub.coauthorship.acceptance import CAN_SHOW, acceptance_refusal
from activitypub.quotes.forms import quote_members, quote_tag
from tests.activitypub.coauthorship.cast import BOB, CAROL, PICTURE, draft, vector

HASHTAG = {"type": "Hashtag", "name": "#cats", "href": "https://a.example/tags/cats"}
EMOJI: dict[str, Any] = {
    "type": "Emoji",
    "id": "https://a.example/emoji/1",
    "name": ":blobcat:",
    "icon": {
        "type": "Image",
        "mediaType": "image/png",
        "url": "https://a.example/emoji/1.png",
        "digestMultibase": "zQmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n",
    },
}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"content": None},
        {"summary": "Cats & dogs <3", "sensitive": True},
        {"contentMap": {"en": "<p>We wrote this <em>together</em>.</p>"}},
        {"inReplyTo": "https://d.example/1"},
        {"attachment": [PICTURE, {**PICTURE, "width": 3, "blurhash": "x", "name": None}]},
        {"attachment": [{**PICTURE, "type": "Document", "mediaType": "image/webp"}]},
        {"tag": [HASHTAG, {"type": "Mention", "href": CAROL, "name": "@carol@c.example"}]},
        {"quoteUrl": "https://d.example/2"},
        {
            **quote_members("https://d.example/2"),
            "tag": [quote_tag("https://d.example/2", "https://d.example/@d/2")],
        },
        {"mediaType": "text/html"},
        {"content": '<p><a href="https://x.example/" rel="me">x</a></p>'},
    ],
)
def test_what_this_server_shows_may_be_accepted(changes: dict[str, Any]) -> None:
    assert acceptance_refusal(draft(**changes)) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "A title"}, "cannot show name"),
        ({"nameMap": {"en": "A title"}}, "cannot show nameMap"),
        ({"startTime": "2026-12-01T00:00:00Z"}, "cannot show startTime"),
        ({"endTime": "2026-12-01T00:00:00Z"}, "cannot show the poll"),
        ({"duration": "PT2H"}, "cannot show duration"),
        ({"location": {"type": "Place", "name": "Here"}}, "cannot show location"),
        ({"audience": ["https://g.example/group"]}, "cannot show audience"),
        ({"quote": "not an address"}, "cannot show quote"),
        ({"tag": [quote_tag("https://d.example/2", "https://d.example/2")]}, "one of the tags"),
        (
            {
                "quote": "https://d.example/2",
                "tag": [quote_tag("https://d.example/3", "https://d.example/2")],
            },
            "one of the tags",
        ),
        (
            {
                "quote": "https://d.example/2",
                "tag": [quote_tag("https://d.example/2", "") | {"name": "Buy tea!"}],
            },
            "one of the tags",
        ),
        ({"image": PICTURE}, "cannot show image"),
        ({"oneOf": [{"name": "yes"}]}, "cannot show the poll"),
        ({"anyOf": [{"name": "yes"}]}, "cannot show the poll"),
        ({"type": "Question"}, "cannot show the poll"),
        ({"type": "Article"}, "objects of this type"),
        ({"mediaType": "text/markdown"}, "content of this type"),
        ({"mediaType": ["text/html"]}, "content of this type"),
        ({"mediaType": "TEXT/HTML"}, "content of this type"),
        ({"contentMap": {"en": "<p>x</p>"}}, "different languages"),
        (
            {"contentMap": dict.fromkeys(("en", "de"), "<p>We wrote this <em>together</em>.</p>")},
            "different languages",
        ),
        ({"contentMap": {"en": ""}}, "different languages"),
        ({"content": None, "contentMap": {"en": "<p>x</p>"}}, "different languages"),
        ({"summaryMap": {"en": "Cats"}}, "different languages"),
        ({"content": "<p>x</p><script>y</script>"}, "would change content"),
        ({"content": "<p>x</p><img src='https://x.example/'>"}, "would change content"),
        ({"content": '<p class="h-card evil">x</p>'}, "would change content"),
        ({"content": '<p><a href="javascript:x">x</a></p>'}, "would change content"),
        ({"content": "<p>not closed"}, "would change content"),
        ({"content": "<h1>x</h1>"}, "would change content"),
        ({"content": "<p>x</p><!-- y -->"}, "would change content"),
        ({"summary": "<img src=x>"}, "would change summary"),
        ({"attachment": [{**PICTURE, "type": "Video"}]}, "attachments"),
        ({"attachment": [{**PICTURE, "type": None}]}, "attachments"),
        ({"attachment": [{**PICTURE, "type": ["Image", "Link"]}]}, "attachments"),
        ({"attachment": [{**PICTURE, "mediaType": "image/svg+xml"}]}, "attachments"),
        ({"attachment": [{**PICTURE, "mediaType": {"a": 1}}]}, "attachments"),
        ({"attachment": [{**PICTURE, "mediaType": None}]}, "attachments"),
        ({"attachment": [{**PICTURE, "icon": PICTURE}]}, "attachments"),
        ({"attachment": [{**PICTURE, "sensitive": True}]}, "attachments"),
        ({"attachment": [{**PICTURE, "summary": "x"}]}, "attachments"),
        ({"attachment": [{**PICTURE, "content": "x"}]}, "attachments"),
        ({"attachment": [{**PICTURE, "value": "x"}]}, "attachments"),
        ({"attachment": [{**PICTURE, "name": ["x"]}]}, "attachments"),
        ({"attachment": [{**PICTURE, "url": "data:image/png,x"}]}, "attachments"),
        ({"attachment": [{"type": "Link", "href": "https://x.example/"}]}, "attachments"),
        ({"attachment": [{**PICTURE, "digestMultibase": "u1234"}]}, "no digest"),
        ({"attachment": [{**PICTURE, "digestMultibase": None}]}, "no digest"),
        ({"attachment": [{**PICTURE, "url": ["https://a.example/", "x"]}]}, "exactly one URL"),
        ({"attachment": ["https://a.example/1.png"]}, "no digest"),
        ({"tag": [{"name": "x"}]}, "tags"),
        ({"tag": [{**HASHTAG, "rel": "x"}]}, "tags"),
        ({"tag": [{**HASHTAG, "icon": "https://evil.example/x.png"}]}, "tags"),
        ({"tag": [{**HASHTAG, "name": ["x"]}]}, "tags"),
        ({"tag": [{**HASHTAG, "href": "javascript:x"}]}, "tags"),
        ({"tag": [{"type": ["Mention", "Emoji"], "href": BOB, "name": "x"}]}, "tags"),
        ({"tag": [{"type": "Mention", "href": BOB, "name": "x", "x": 1, "icon": "y"}]}, "tags"),
        ({"to": [BOB], "cc": None}, "neither public nor unlisted"),
        ({"content": ["x"]}, "not a string"),
    ],
)
def test_what_this_server_cannot_show_may_not_be_accepted(
    changes: dict[str, Any], reason: str
) -> None:
    refusal = acceptance_refusal(draft(**changes))
    assert refusal is not None
    assert reason in refusal


def test_a_draft_with_no_usable_author_list_may_not_be_accepted() -> None:
    refusal = acceptance_refusal({**draft(), "coAuthors": [BOB, BOB]})
    assert refusal == "an author is named twice"


def test_the_context_of_the_offer_counts() -> None:
    assert acceptance_refusal(draft(), inherited_context=[{"content": "x:y"}]) is not None


def test_a_server_that_shows_more_may_accept_more() -> None:
    more = replace(
        CAN_SHOW,
        types=frozenset({"Note", "Question"}),
        members=CAN_SHOW.members | {"name"},
        media_types=CAN_SHOW.media_types | {"video/mp4"},
        attachment_types=CAN_SHOW.attachment_types | {"Video"},
    )
    document = draft(
        type="Question",
        name="A title",
        oneOf=[{"name": "yes"}, {"name": "no"}],
        endTime="2026-12-01T00:00:00Z",
        attachment=[{**PICTURE, "type": "Video", "mediaType": "video/mp4"}],
        tag=[EMOJI],
    )
    assert acceptance_refusal(document) is not None
    assert acceptance_refusal(document, can_show=more) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"icon": "https://a.example/1.png", "href": "https://x.example/"},
        {"icon": ["https://a.example/1.png", "https://a.example/2.png"]},
        {"icon": [EMOJI["icon"], EMOJI["icon"]]},
        {"icon": {**EMOJI["icon"], "name": "unseen"}},
        {"icon": {**EMOJI["icon"], "type": "Video"}},
        {"icon": {**EMOJI["icon"], "url": "data:,"}},
        {"icon": {**EMOJI["icon"], "url": "javascript:alert(1)"}},
        {"icon": {**EMOJI["icon"], "url": ["https://a.example/1", "https://a.example/2"]}},
        {"icon": {**EMOJI["icon"], "digestMultibase": None}},
        {"icon": {**EMOJI["icon"], "digestMultibase": "zQm"}},
        {"icon": None},
        {"name": ':"><script>:'},
        {"name": None},
        {"name": [":cat:"]},
    ],
)
def test_an_emoji_is_one_picture_with_a_name_and_a_digest(changes: dict[str, Any]) -> None:
    assert acceptance_refusal(draft(tag=[EMOJI])) is None
    assert acceptance_refusal(draft(tag=[{**EMOJI, **changes}])) is not None


def test_a_shortcode_has_one_picture_and_there_are_not_a_thousand_of_them() -> None:
    other = {**EMOJI, "icon": {**EMOJI["icon"], "url": "https://a.example/emoji/2.png"}}
    assert acceptance_refusal(draft(tag=[EMOJI, other])) is not None
    assert acceptance_refusal(draft(tag=[EMOJI, EMOJI])) is None, "the same one twice"
    many = [{**EMOJI, "name": f":e{number}:"} for number in range(65)]
    assert acceptance_refusal(draft(tag=many[:64])) is None
    assert acceptance_refusal(draft(tag=many)) == "this server does not show so many emoji"


def test_of_the_vectors_only_what_this_server_shows_may_be_accepted() -> None:
    allowed = {
        case["name"]
        for case in vector("digest.json")["cases"]
        if acceptance_refusal(case["object"]) is None
    }
    assert "minimal" in allowed
    assert "unlisted" in allowed
    assert "poll" in allowed
    assert not allowed & {"rich", "media-type-changed", "mention-smuggles-emoji", "limited"}
