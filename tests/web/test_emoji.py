"""Pictures of emoji in texts: nowhere but in texts, and nothing of the text becomes markup."""

from __future__ import annotations

import pytest

from fedi_cotweet.services.views import EmojiView
from fedi_cotweet.web.emoji import emoji_text, with_emoji

CAT = EmojiView("cat", "/emoji/files/abcd.png", 64, 32)
SHOWN = (
    '<img class="emoji" src="/emoji/files/abcd.png" alt=":cat:" title=":cat:" width="40"'
    ' height="20" loading="lazy" decoding="async" draggable="false">'
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<p>Hi :cat:</p>", f"<p>Hi {SHOWN}</p>"),
        ("<p>:cat: <b>:cat:</b></p>", f"<p>{SHOWN} <b>{SHOWN}</b></p>"),
        ("<p>:dog:</p>", "<p>:dog:</p>"),
        ("<p>&lt;:cat:&gt;</p>", f"<p>&lt;{SHOWN}&gt;</p>"),
    ],
)
def test_a_shortcode_in_a_text_becomes_its_picture(content: str, expected: str) -> None:
    assert with_emoji(content, (CAT,)) == expected


@pytest.mark.parametrize(
    "content",
    [
        '<p><a href="https://x.example/ :cat: ">x</a></p>',
        '<p><a href="https://x.example/&gt; :cat: >">x</a></p>',
        '<p><a href="https://x.example/">x.example/ :cat: </a></p>',
        '<p><span class=" :cat: ">x</span></p>',
        "<pre><code>a :cat: </code> :cat: </pre>",
        "<p><code> :cat: </code></p>",
    ],
)
def test_tags_links_and_code_stay_as_they_are(content: str) -> None:
    assert with_emoji(content, (CAT,)) == content


def test_after_a_link_emoji_are_shown_again() -> None:
    content = '<p><a href="https://x.example/">x</a> :cat:</p>'
    assert with_emoji(content, (CAT,)).count("<img") == 1


def test_names_are_escaped_around_their_emoji() -> None:
    assert emoji_text("<script> :cat: &", (CAT,)) == f"&lt;script&gt; {SHOWN} &amp;"
    assert emoji_text("<b>", ()) == "&lt;b&gt;"


def test_nothing_of_an_emoji_becomes_markup() -> None:
    bad = EmojiView("cat", '/x" onerror="alert(1)', 10_000, 1)
    shown = with_emoji(":cat:", (bad,))
    assert 'onerror="' not in shown.replace("&quot;", "'")
    assert 'width="80"' in shown, "none is wider than four times its height"


def test_feeds_have_whole_addresses() -> None:
    shown = with_emoji(":cat:", (CAT,), "https://a.example")
    assert 'src="https://a.example/emoji/files/abcd.png"' in shown
