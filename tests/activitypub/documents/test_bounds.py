"""What is stored of others has a length, whatever came."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub.documents import bounds
from activitypub.documents.actor import parse_actor
from activitypub.documents.note import parse_note
from activitypub.html import sanitise, to_text
from activitypub.vocab.reading import MAX_URL

HERE = "https://x.example/1"


def test_short_texts_stay_as_they_are() -> None:
    assert bounds.cut("abc", 3) == "abc"
    assert bounds.cut_html("<p>abc</p>", 10, HERE) == "<p>abc</p>"
    assert bounds.cut_source("<p>abc</p>", 10) == "<p>abc</p>"


def test_a_cut_says_so() -> None:
    assert bounds.cut("abcdef", 4) == "abc…"


@pytest.mark.parametrize("letter", ["e\u0301", "\U0001f44d\U0001f3fd", "❤\ufe0f"])
def test_a_letter_is_not_cut_in_two(letter: str) -> None:
    assert bounds.cut("ab" + letter + "cdef", 4) == "ab…"


def test_source_is_not_cut_inside_of_a_tag_or_an_entity() -> None:
    assert bounds.cut_source('<p>ab<a href="https://x.example">c</a></p>', 20) == "<p>ab…"
    assert bounds.cut_source("<p>ab &amp; cdefg", 10) == "<p>ab …"


def test_a_cut_post_links_to_the_whole() -> None:
    cut = bounds.cut_html(f"<ul><li><em>{'x' * 900}</em></li></ul>", 500, HERE)
    assert len(cut) <= 500
    assert "x…</em></li></ul><p>… <a " in cut
    assert f'href="{HERE}"' in cut
    assert sanitise(cut).count("<") == cut.count("<")


def test_the_link_to_the_whole_always_fits() -> None:
    assert bounds.CONTENT > 20 * MAX_URL


_HTML = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<b>", "</b>", "<ul>", "<li>", "</ul>", "<br>", "&", "é", "e\u0301", "xxxx"]
    ),
    min_size=60,
    max_size=200,
).map("".join)


@given(_HTML, st.integers(400, 700))
def test_wherever_it_is_cut_the_html_is_whole(html: str, limit: int) -> None:
    safe = sanitise(html)
    cut = bounds.cut_html(safe, limit, HERE)
    assert len(cut) <= max(limit, 400)
    open_ones: list[str] = []
    for slash, tag in re.findall(r"<(/?)([a-z]+)", cut):
        if slash:
            assert open_ones.pop() == tag
        elif tag != "br":
            open_ones.append(tag)
    assert not open_ones
    assert re.sub(r"&(?:amp|lt|gt|quot|nbsp);", "", cut).count("&") == 0
    if len(safe) > limit:
        assert HERE in cut


LONG = "&" * 40_000 + "<b>" * 10


def test_every_text_of_a_post_has_a_bound() -> None:
    note = parse_note(
        {
            "id": HERE,
            "type": "Question",
            "name": LONG,
            "content": "x",
            "oneOf": [{"type": "Note", "name": LONG}, {"type": "Note", "name": "b"}],
            "attachment": [{"type": "Image", "url": "https://x.example/i.png", "name": LONG}],
            "tag": [{"type": "Hashtag", "name": "#" + LONG}],
        }
    )
    assert len(note.name) == bounds.TITLE
    assert len(note.options[0][0]) == bounds.OPTION
    assert len(note.attachments[0].name) == bounds.ALT
    assert len(note.tags[0].name) == bounds.TAG
    for words in (note.name, note.options[0][0], note.attachments[0].name, note.tags[0].name):
        assert words.endswith("…")


def test_every_text_of_a_profile_has_a_bound() -> None:
    view = parse_actor(
        {
            "id": HERE,
            "type": "Person",
            "preferredUsername": "x",
            "inbox": f"{HERE}/inbox",
            "outbox": f"{HERE}/outbox",
            "name": LONG,
            "summary": LONG,
            "icon": {"type": "Image", "url": "https://x.example/i.png", "summary": LONG},
            "attachment": [{"type": "PropertyValue", "name": LONG, "value": LONG}],
        }
    )
    assert len(view.name) == bounds.PERSON
    assert len(view.summary) <= bounds.PROFILE
    assert to_text(view.summary).endswith("…")
    assert len(view.icon_alt) == bounds.PICTURE_ALT
    assert len(view.fields[0][0]) == bounds.FIELD_NAME
    assert len(view.fields[0][1]) <= bounds.FIELD_VALUE
