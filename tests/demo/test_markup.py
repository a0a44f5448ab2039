"""Pages are read as their readers see them, so that the demo's facts about pages mean something."""

from __future__ import annotations

from demo.markup import Article, read_articles, read_form
from demo.plain_server.pages import timeline_page
from demo.plain_server.records import Entry
from fedi_cotweet.services.views import AuthorView, PostView, TimelinePage
from fedi_cotweet.web.pages import render_home, render_sign_in_link
from fedi_cotweet.web.rendering import InstanceView, SessionView

INSTANCE = InstanceView("d", "http://d.example", "", "1.0")


def person(name: str, host: str) -> AuthorView:
    handle = f"{name}@{host}"
    return AuthorView(f"http://{host}/users/{name}", name, handle, f"/@{handle}", local=False)


def post(number: int, *authors: AuthorView, boosted_by: AuthorView | None = None) -> PostView:
    return PostView(
        id=str(number),
        uri=f"http://a.example/notes/{number}",
        url=f"http://a.example/@alice/{number}",
        page=f"/@alice@a.example/{number}",
        authors=authors,
        content=f"<p>Post {number} by @carol@c.example</p>",
        text=f"Post {number}",
        summary="",
        sensitive=False,
        language=None,
        visibility="public",
        published_at=1_795_168_800_000,
        updated_at=None,
        boosted_by=boosted_by,
    )


ALICE, BOB, DAVE = person("alice", "a.example"), person("bob", "b.example"), person("dave", "d.x")


def test_a_home_page_is_read_post_by_post_with_all_names() -> None:
    page = TimelinePage((post(1, ALICE, BOB), post(2, ALICE, boosted_by=BOB)), None)
    found = read_articles(render_home(page, SessionView(DAVE, "token"), INSTANCE))
    assert [(item.authors, item.boosted_by) for item in found] == [
        (["alice@a.example", "bob@b.example"], None),
        (["alice@a.example"], "bob@b.example"),
    ]
    assert [item.text.strip() for item in found] == [
        "Post 1 by @carol@c.example",
        "Post 2 by @carol@c.example",
    ]


def test_an_empty_page_has_no_posts() -> None:
    home = render_home(TimelinePage((), None), SessionView(DAVE, "token"), INSTANCE)
    assert read_articles(home) == []
    assert read_articles(timeline_page("gina", "u.example", [])) == []


def test_the_plain_servers_page_is_read_too() -> None:
    entry = Entry("id", "url", "alice@a.example", "bob@b.example", "<p>Hello</p>", 0, None)
    assert read_articles(timeline_page("gina", "u.example", [entry])) == [
        Article(["alice@a.example"], "bob@b.example", "Hello")
    ]


def test_the_button_of_a_sign_in_link_is_found() -> None:
    form = read_form(render_sign_in_link(INSTANCE, "token", "/auth/link/x"))
    assert form is not None
    assert form.fields == {"csrf": "token"}
