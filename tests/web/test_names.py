"""Who wrote a post is told by handles: names are free for anybody."""

from __future__ import annotations

import pytest

from fedi_cotweet.services.views import AuthorView
from fedi_cotweet.web import pages
from tests.web.cast import ALICE, BOB, CAROL, DANA, INSTANCE, SESSION, YUNA, person, post, timeline
from tests.web.markup import parse_page

STRANGERS = (
    person("Mallory", "m.example", name="alice"),
    person("Eve", "e.example", name="bob"),
)


def test_two_strangers_under_the_names_of_others_are_told_apart_by_their_handles() -> None:
    view = post(*STRANGERS)
    home = parse_page(pages.render_home(timeline(view), SESSION, INSTANCE))
    names = home.one(class_="names")
    assert names.text == "alice @mallory@m.example and bob @eve@e.example"
    # A browser drops the space at the end of "and ", so there is one between the two as well.
    between = names.children[names.children.index(names.all(class_="named")[0]) + 1]
    assert isinstance(between, str)
    assert between.isspace()
    page = parse_page(pages.render_post(view, INSTANCE))
    assert page.one(class_="names").text == home.one(class_="names").text
    whole = "alice (@mallory@m.example) and bob (@eve@e.example)"
    assert page.one("title").text.startswith(f"{whole}: ")
    assert [
        meta.attributes["content"]
        for meta in page.all("meta")
        if meta.attributes.get("property", meta.attributes.get("name")) in {"og:title", "author"}
    ] == [whole, whole]


@pytest.mark.parametrize(
    "authors", [(ALICE, BOB), (ALICE, BOB, CAROL), (ALICE, BOB, CAROL, DANA, YUNA)]
)
def test_every_author_in_a_header_has_a_handle_beside_the_name_in_order(
    authors: tuple[AuthorView, ...],
) -> None:
    page = parse_page(pages.render_home(timeline(post(*authors)), SESSION, INSTANCE))
    handles = [part.text for part in page.one(class_="byline").all(class_="handle")]
    assert handles == [f"@{author.handle}" for author in authors]


def test_a_post_of_one_author_has_the_handle_once() -> None:
    page = parse_page(pages.render_home(timeline(post(BOB)), SESSION, INSTANCE))
    assert [part.text for part in page.one(class_="byline").all(class_="handle")] == [
        "@bob@b.example"
    ]


def test_a_quotation_on_another_site_names_handles() -> None:
    text = pages.render_quotation(post(*STRANGERS), INSTANCE)
    assert "@mallory@m.example, " in text
    assert "@eve@e.example · " in text
