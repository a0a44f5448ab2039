"""What is parsed is bounded beforehand, so that no text costs more than its length."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from activitypub import html as room
from activitypub.documents.note import parse_note
from activitypub.documents.showing import shown
from activitypub.html import sanitise, to_text
from activitypub.html_cost import MAX_HTML, depth_at_most, is_too_expensive


class Counting:
    """A cleaner that counts what it is given."""

    def __init__(self, cleaner: object) -> None:
        self.cleaner = cleaner
        self.given: list[str] = []

    def clean(self, html: str) -> str:
        self.given.append(html)
        return str(self.cleaner.clean(html))  # type: ignore[attr-defined]


@pytest.fixture
def cleaner(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting(room._CLEANER)
    monkeypatch.setattr(room, "_CLEANER", counting)
    monkeypatch.setattr(room, "_CLEANER_WITH_HEADINGS", counting)
    return counting


HURTS = {
    "soft hyphens": "\u00ad" * 20_000,
    "no-break spaces": "\u00a0" * 20_000,
    "controls": "\u0085" * 20_000,
    "no-break spaces far apart": ("\u00a0" + "a" * 90) * 1_100,
    "written no-break spaces": "&nbsp;" * 9_000,
    "ampersands": "&" * 50_000,
    "open lists": "<ul><li>" * 2_000,
    "open preformatted": "<pre>" * 2_000,
    "open in comments": "<ul><!--</ul>-->" * 1_500,
    "open in titles": "<ul><title></ul></title>" * 1_500,
    "open in svg": "<svg><![CDATA[</svg>]]>" * 1_500,
    "ends in values": '<ul x="</ul>">' * 1_500,
    "ends in bogus comments": "<ul></ </ul>" * 1_500,
    "attributes": "<p" + "".join(f" a{n}" for n in range(8_000)) + ">x",
    "a link of no-break spaces": '<a href="https://x/' + "\u00a0" * 20_000 + '">x</a>',
    "long": "x" * (MAX_HTML + 1),
}


@pytest.mark.parametrize("html", HURTS.values(), ids=HURTS)
def test_what_would_be_more_than_linear_is_never_parsed(html: str, cleaner: Counting) -> None:
    assert is_too_expensive(html)
    assert to_text(sanitise(html)) is not None
    assert cleaner.given == [] or html not in cleaner.given


@pytest.mark.parametrize(
    "html",
    [
        "<p>«\u00a0Bonjour\u00a0!\u00a0» </p>" * 1_000,
        "<p>unclosed " * 2_000,
        "<ul>" + "<li>one" * 2_000 + "</ul>",
        "<p>a<br>b</p>" * 1_500,
        "a &amp; b &lt; c " * 1_000,
        "<blockquote>" * 50 + "x" + "</blockquote>" * 50,
        "<p><a href='https://x.example/?a=1&amp;b=2'>y</a> words</p>" * 900,
        "日本語" * 30_000,
    ],
)
def test_what_people_write_is_parsed(html: str) -> None:
    assert not is_too_expensive(html)


def test_a_text_is_cleaned_in_one_pass(cleaner: Counting) -> None:
    sanitise("<p>Hello <em>world</em></p>")
    assert len(cleaner.given) == 1


def test_a_post_without_title_and_hashtags_is_read_once(cleaner: Counting) -> None:
    note = parse_note({"id": "https://x.example/1", "type": "Note", "content": "<p>Hello</p>"})
    sanitise(shown(note, note.content))
    assert len(cleaner.given) == 1


_NESTED = st.lists(
    st.sampled_from(
        (
            "<p> </p> <ul> <li> </li> </ul> <blockquote> </blockquote> x <div> </div> <!-- -->"
            " <title> </title> <svg> </svg> <pre> </pre> <table> <td> </td> </table> <br> </"
            " <ul_a=' '> \" <select> <![CDATA[ ]]> <ol_b=c= </ol> <ol> <ruby> <rt> </ruby>"
        )
        .replace("_", "\t")
        .split(" ")
    ),
    max_size=40,
).map("".join)


@given(_NESTED)
@example("<![CDATA[<ul\ta='<p><ul><ul><p>")
@example("</p>")
def test_no_element_is_nested_deeper_than_estimated(html: str) -> None:
    depth = deepest = 0
    for slash, name in re.findall(r"<(/?)([a-z]+)", room._CLEANER.clean(html)):
        if name != "br":
            depth += -1 if slash else 1
            deepest = max(deepest, depth)
    estimated = depth_at_most(html)
    assert estimated is not None
    # An end of a paragraph that nobody began is a paragraph of its own, and ended at once.
    assert deepest <= estimated + 1


def test_links_are_found_in_text_made_of_unfinished_tags() -> None:
    assert room.link_targets("<a" * 50_000) == ()
    assert room.link_targets('<a href="https://x.example/?a=1&amp;b=2">y</a>') == (
        "https://x.example/?a=1&b=2",
    )
