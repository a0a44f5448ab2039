"""Emoji tags of any shape, and where shortcodes stand in texts."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.documents.emoji import EmojiView, build_emoji, read_emoji, shortcodes_in, used

URL = "https://a.example/cat.png"
CAT = {"type": "Emoji", "name": ":cat:", "icon": {"type": "Image", "url": URL}}
DIGEST = "zQmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n"
COVERED = {**CAT, "icon": {"type": "Image", "url": URL, "digestMultibase": DIGEST}}


@pytest.mark.parametrize(
    "tag",
    [
        CAT,
        {**CAT, "name": "cat"},
        {**CAT, "type": ["Emoji"]},
        {**CAT, "icon": URL},
        {**CAT, "icon": [{"url": [{"type": "Link", "href": URL}]}]},
    ],
)
def test_the_shapes_of_ordinary_emoji_are_read(tag: dict[str, Any]) -> None:
    assert read_emoji(tag) == (EmojiView("cat", URL),)


@pytest.mark.parametrize(
    "tag",
    [
        "cat",
        None,
        7,
        {**CAT, "type": "Hashtag"},
        {**CAT, "name": ":<b onclick=x>:"},
        {**CAT, "name": ':"onerror="x:'},
        {**CAT, "name": ":cat dog:"},
        {**CAT, "name": "::"},
        {**CAT, "name": f":{'x' * 65}:"},
        {**CAT, "name": {"en": ":cat:"}},
        {**CAT, "icon": {"url": "javascript:alert(1)"}},
        {**CAT, "icon": {"url": "data:image/png;base64,x"}},
        {**CAT, "icon": {"url": URL, "mediaType": "text/html"}},
        {**CAT, "icon": []},
    ],
)
def test_what_is_no_emoji_is_none(tag: Any) -> None:
    assert read_emoji([tag]) == ()


def test_of_co_authored_posts_only_what_the_digest_covers_is_read() -> None:
    assert read_emoji([COVERED], covered=True) == (EmojiView("cat", URL, DIGEST),)
    icon = COVERED["icon"]
    for tag in (
        CAT,
        {**COVERED, "type": ["Emoji", "x"]},
        {**COVERED, "icon": [icon, icon]},
        {**COVERED, "icon": {**icon, "url": [URL, URL + "2"]}},  # type: ignore[dict-item]
        {**COVERED, "icon": {**icon, "href": URL}},  # type: ignore[dict-item]
        {**COVERED, "icon": {**icon, "url": "javascript:x"}},  # type: ignore[dict-item]
    ):
        assert read_emoji([tag], covered=True) == ()


def test_a_shortcode_with_two_pictures_has_none() -> None:
    other = {**CAT, "icon": "https://a.example/dog.png"}
    dog = {**CAT, "name": ":dog:"}
    assert read_emoji([CAT, other, dog, CAT]) == (EmojiView("dog", URL),)
    assert read_emoji([CAT, CAT]) == (EmojiView("cat", URL),)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (":cat:", ("cat",)),
        ("<p>Hi :cat:, :dog:</p>", ("cat", "dog")),
        ("(:a_b-1:)", ("a_b-1",)),
        (":cat::dog:", ()),
        ("x:cat: :cat:x é:cat:", ()),
        ("12:30:45", ()),
        ("::cat::", ()),
        (": cat :", ()),
    ],
)
def test_a_shortcode_stands_alone(text: str, found: tuple[str, ...]) -> None:
    assert shortcodes_in(text) == found


def test_of_a_thousand_emoji_those_in_the_text_count_and_not_all_of_them() -> None:
    views = [EmojiView(f"e{number}", URL) for number in range(1_000)]
    assert used(views, ":e7: and :e999: :x:") == (views[7], views[999])
    assert len(used(views, " ".join(f":e{number}:" for number in range(1_000)))) == 64


def test_an_emoji_is_written_as_mastodon_does() -> None:
    view = EmojiView("cat", URL, DIGEST, "image/png")
    icon = {"type": "Image", "mediaType": "image/png", "url": URL}
    plain = {"id": "https://a.example/emoji/cat", "type": "Emoji", "name": ":cat:", "icon": icon}
    assert build_emoji(view, plain["id"], with_digest=False) == plain  # type: ignore[arg-type]
    whole = build_emoji(view, "x", with_digest=True)
    assert whole["icon"] == icon | {"digestMultibase": DIGEST}
