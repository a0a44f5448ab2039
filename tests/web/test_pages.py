from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jinja2 import StrictUndefined, UndefinedError

from fedi_cotweet.services.views import (
    AuthorView,
    FilteredView,
    InviteAuthorView,
    ProfileFieldView,
)
from fedi_cotweet.web import pages
from fedi_cotweet.web.rendering import TINTS, ConsentView, InstanceView, tint
from fedi_cotweet.web.searching import Found
from tests.web.cast import (
    ALICE,
    BOB,
    CAROL,
    DANA,
    DIGEST,
    EMPTY,
    INSTANCE,
    NOW,
    SESSION,
    YUNA,
    invite,
    person,
    picture,
    post,
    profile,
    timeline,
)
from tests.web.markup import Element, parse_page

HOSTILE = (
    """"><script>alert(1)</script><img src=x onerror='alert(2)' style="x"></title>&lt;{{7*7}}"""
)
FULL = timeline(
    post(ALICE, BOB, media=(picture(), picture(alt=""))),
    post(ALICE, BOB, CAROL, id="43", media=(picture(),) * 3, updated_at=NOW, likes=1, boosts=2),
    post(ALICE, BOB, CAROL, DANA, YUNA, id="44", media=(picture(),) * 5),
    post(BOB, id="45", summary="Spoilers", media=(picture(),) * 4, boosted_by=ALICE),
    post(BOB, id="46", sensitive=True, media=(picture(),), in_reply_to="https://c.example/5"),
    post(id="47", media=(picture(verified=False), picture(media_type="video/mp4"))),
    post(id="48", media=(picture(media_type="audio/ogg"), picture(media_type="text/plain"))),
    post(id="49", text="x" * 5000, visibility="unlisted", language="ar", replies=1),
    next_before="49&x",
)


STATES = (
    "accepted",
    "published",
    "declined",
    "expired",
    "withdrawn",
    "superseded",
    "lapsed",
    "left",
    "removed",
    "deleted",
)


@cache
def every_page() -> dict[str, str]:
    """All pages, full and empty, and with hostile text wherever somebody else writes it."""
    hostile = person("Mallory", "m.example", name=HOSTILE, handle=HOSTILE, role=HOSTILE)
    attack = post(
        hostile,
        ALICE,
        BOB,
        hostile,
        text=HOSTILE,
        summary=HOSTILE,
        language=HOSTILE,
        in_reply_to=HOSTILE,
        url=HOSTILE,
        uri=HOSTILE,
        media=(picture(alt=HOSTILE),),
        boosted_by=hostile,
    )
    instance = InstanceView(HOSTILE, "https://a.example", HOSTILE, HOSTILE)
    consents = [ConsentView(BOB.uri, "https://b.example/stamps/1", NOW)]
    return {
        "profile": pages.render_profile(profile(FULL, header="/media/h.jpg"), INSTANCE),
        "profile of nobody known": pages.render_profile(
            profile(
                author=hostile,
                summary=HOSTILE,
                fields=(ProfileFieldView(HOSTILE, HOSTILE, HOSTILE),),
                header="https://x/",
            ),
            instance,
            session=SESSION,
            indexable=True,
        ),
        "post": pages.render_post(
            post(ALICE, BOB, CAROL, media=(picture(),)),
            INSTANCE,
            ancestors=[replace(above, id=f"6{above.id}") for above in FULL.posts],
            replies=[replace(below, id=f"7{below.id}") for below in FULL.posts],
            consents=consents,
            session=SESSION,
        ),
        "hostile post": pages.render_post(attack, instance, replies=(replace(attack, id="77"),)),
        "remote post": pages.render_post(
            post(BOB, local=False, url="https://b.example/@bob/1", updated_at=NOW), INSTANCE
        ),
        "home": pages.render_home(FULL, SESSION, INSTANCE),
        "empty home": pages.render_home(EMPTY, SESSION, instance),
        "hostile home": pages.render_home(timeline(attack), SESSION, instance),
        "sign in": pages.render_sign_in(INSTANCE, "csrf-token"),
        "failed sign in": pages.render_sign_in(
            instance,
            HOSTILE,
            error=HOSTILE,
            username=HOSTILE,
            next_path=HOSTILE,
            application=HOSTILE,
        ),
        "invites": pages.render_invites(
            [invite(), *(invite(id=s, state=s) for s in STATES)], SESSION, INSTANCE
        ),
        "hostile invites": pages.render_invites(
            [
                invite(
                    id=f"{refusal}{HOSTILE}",
                    sender=hostile,
                    authors=(InviteAuthorView(hostile, HOSTILE),),
                    summary=HOSTILE,
                    language=HOSTILE,
                    visibility=HOSTILE,
                    mentions=(HOSTILE,),
                    in_reply_to=HOSTILE,
                    digest=HOSTILE,
                    refusal=refusal,
                    sensitive=True,
                )
                for refusal in (None, HOSTILE)
            ],
            SESSION,
            instance,
            error=HOSTILE,
        ),
        "no invites": pages.render_invites([], SESSION, INSTANCE),
        "index": pages.render_index(FULL, INSTANCE),
        "empty index": pages.render_index(EMPTY, instance, session=SESSION),
        "tag": pages.render_tag("tea", FULL, INSTANCE),
        "hostile tag": pages.render_tag("수락", timeline(attack), instance, session=SESSION),
        "empty tag": pages.render_tag("tea", EMPTY, INSTANCE),
        "search": pages.render("search.html", INSTANCE, None, words="", found=None),
        "hostile search": pages.render(
            "search.html",
            instance,
            SESSION,
            words=HOSTILE,
            found=Found(
                people=attack.authors, tags=("수락",), page=timeline(attack), error=HOSTILE
            ),
        ),
        "an address": pages.render(
            "search.html", instance, SESSION, words=HOSTILE, found=Found(post=attack)
        ),
        "empty search": pages.render(
            "search.html", INSTANCE, None, words="tea", found=Found(page=EMPTY)
        ),
        "error": pages.render_error(404, HOSTILE, HOSTILE, instance),
        "error, signed in": pages.render_error(500, "Broken", "Wait.", INSTANCE, session=SESSION),
    }


@pytest.fixture(scope="module", params=sorted(every_page()))
def page(request: pytest.FixtureRequest) -> Element:
    return parse_page(every_page()[request.param])


def post_page(*authors: AuthorView, **changes: Any) -> Element:
    return parse_page(pages.render_post(post(*authors, **changes), INSTANCE))


def metas(document: Element, name: str) -> list[str]:
    found = document.all("meta", name=name) + document.all("meta", property=name)
    return [element.attributes["content"] for element in found]


def links(document: Element) -> list[str]:
    return [e.attributes["href"] for e in document.walk() if "href" in e.attributes]


# Every page


def test_every_page_is_balanced_html_with_one_heading_and_one_main_part(page: Element) -> None:
    assert page.one("html").attributes["lang"] == "en"
    assert page.one("title").text
    assert page.one("main").all("h1") == page.all("h1")
    assert len(page.all("h1")) == 1


def test_no_page_holds_scripts_or_inline_style_whatever_remote_people_write(page: Element) -> None:
    for element in page.walk():
        assert element.tag not in ("style", "iframe", "object", "embed", "base")
        if element.tag == "script":
            assert element.attributes == {"type": "application/ld+json"}
        for name in element.attributes:
            assert name != "style"
            assert not name.startswith("on")


def test_everything_a_page_loads_is_on_this_server(page: Element) -> None:
    sources = [e.attributes["src"] for e in page.walk() if "src" in e.attributes]
    sources += [
        e.attributes["href"] for e in page.all("link") if e.attributes["rel"] != "alternate"
    ]
    own = ("/", "https://a.example/", "https://b.example/@bob/1", "https://m.example/@mallory")
    assert [s for s in sources if not s.startswith(own)] == []
    assert [s for s in sources if s.startswith("//")] == []


def test_every_link_leads_to_the_web(page: Element) -> None:
    assert [href for href in links(page) if not re.match(r"https?://[^/]|/(?!/)|#|\?", href)] == []


def test_every_form_posts_here_with_a_token(page: Element) -> None:
    for form in page.all("form"):
        if form.attributes.get("role") == "search":  # changes nothing
            assert (form.attributes["method"], form.attributes["action"]) == ("get", "/search")
            continue
        assert form.attributes["method"] == "post"
        assert form.attributes["action"].startswith("/")
        assert form.one("input", name="csrf").attributes["value"]


def test_every_id_is_there_once_and_every_reference_leads_to_one(page: Element) -> None:
    ids = [e.attributes["id"] for e in page.walk() if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    for element in page.walk():
        for name in ("aria-labelledby", "aria-describedby", "for"):
            assert element.attributes.get(name, "main") in ids


def test_every_picture_has_an_alternative_and_every_field_a_label(page: Element) -> None:
    assert [e for e in page.all("img") if "alt" not in e.attributes] == []
    labelled = {label.attributes["for"] for label in page.all("label")}
    fields = [e for e in page.all("input") + page.all("textarea") if not e._has({"type": "hidden"})]
    assert [e for e in fields if e.attributes["id"] not in labelled] == []


def test_people_reach_the_content_and_every_author_by_keyboard(page: Element) -> None:
    assert links(page.one("body"))[0] == "#main"
    for element in page.all(tabindex="-1"):
        assert element.tag == "main" or element.attributes["aria-hidden"] == "true"


def test_every_template_compiles_and_a_missing_variable_is_an_error() -> None:
    environment = pages.ENVIRONMENT
    assert environment.undefined is StrictUndefined
    assert environment.autoescape is True
    names = environment.list_templates()
    assert names
    for name in names:
        environment.get_template(name)
    with pytest.raises(UndefinedError):
        environment.from_string("{{ missing }}").render()


# Hostile texts


def test_names_alternatives_and_warnings_are_shown_as_the_text_they_are() -> None:
    mallory = person("Mallory", "m.example", name=HOSTILE)
    document = post_page(mallory, BOB, summary=HOSTILE, media=(picture(alt=HOSTILE),))
    assert document.one("article").all("a", class_="name")[0].raw_text == HOSTILE
    assert document.one("span", class_="cw-text").raw_text == HOSTILE
    assert document.one("main").one("img").attributes["alt"] == HOSTILE
    assert HOSTILE in document.one("h1").raw_text


def test_linked_data_cannot_end_its_element_and_reads_back_unchanged() -> None:
    mallory = person("Mallory", "m.example", name=HOSTILE)
    html = pages.render_post(post(mallory, text=HOSTILE), INSTANCE)
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert "<" not in block
    data = json.loads(block)
    assert data["author"][0]["name"] == HOSTILE
    assert data["text"] == HOSTILE


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/\\evil.example", ""]
)
def test_an_address_that_is_not_of_the_web_becomes_no_link(address: str) -> None:
    mallory = person("Mallory", "m.example", url=address)
    document = post_page(mallory, BOB, in_reply_to=address, media=(picture(url=address),))
    assert [href for href in links(document) if "alert" in href or "evil" in href] == []
    assert "" not in links(document)
    assert document.one(class_="byline").one("bdi", class_="name").text == "Mallory"


def test_a_picture_of_a_person_on_another_server_is_never_loaded() -> None:
    bob = person("Bob", "b.example", avatar="https://b.example/tracker.gif")
    document = post_page(bob)
    assert document.all("img") == []
    assert "tracker" not in pages.render_home(timeline(post(bob)), SESSION, INSTANCE)


def test_a_time_of_any_size_is_shown() -> None:
    for at, year in ((-5, "1970"), (10**30, "9999"), (NOW, "2026")):
        (when,) = post_page(published_at=at).one("p", class_="details").all("time")
        assert when.attributes["datetime"].startswith(year)
        assert year in when.text


# Authors


def test_one_label_names_all_authors() -> None:
    document = parse_page(
        pages.render_home(timeline(post(ALICE, BOB, CAROL, DANA, YUNA)), SESSION, INSTANCE)
    )
    assert document.one(class_="names").attributes["aria-label"] == (
        "By Alice Marlowe (@alice@a.example), Bob Okonkwo (@bob@b.example), "
        "Carol Diaz (@carol@c.example, translator), دانا الحسيني (@dana@d.example) and "
        "김유나 (@yuna@e.example)"
    )


@pytest.mark.parametrize(
    ("authors", "shown"),
    [
        ((ALICE,), "Alice Marlowe"),
        ((ALICE, BOB), "Alice Marlowe @alice@a.example and Bob Okonkwo @bob@b.example"),
        (
            (ALICE, BOB, DANA),
            (
                "Alice Marlowe @alice@a.example, Bob Okonkwo @bob@b.example"
                " and دانا الحسيني @dana@d.example"
            ),
        ),
    ],
)
def test_up_to_three_authors_are_named_in_order(
    authors: tuple[AuthorView, ...], shown: str
) -> None:
    document = parse_page(pages.render_home(timeline(post(*authors)), SESSION, INSTANCE))
    assert document.one(class_="names").text == shown
    assert len(document.one(class_="faces").all(class_="face")) == len(authors)


@pytest.mark.parametrize(("count", "words"), [(4, "and 1 other"), (5, "and 2 others")])
def test_more_than_three_authors_stand_behind_others_that_open_without_a_script(
    count: int, words: str
) -> None:
    authors = (ALICE, BOB, CAROL, DANA, YUNA)[:count]
    document = parse_page(pages.render_home(timeline(post(*authors)), SESSION, INSTANCE))
    names = document.one(class_="names")
    others = names.one("details")
    assert others.one("summary").text == words
    folded = [e.attributes["href"] for e in others.all("a", class_="name")]
    assert folded == [author.url for author in authors[3:]]
    assert [e.attributes["href"] for e in names.all("a", class_="name")] == [
        author.url for author in authors
    ]
    assert len(document.one(class_="faces").all("a")) == 3


def test_a_post_of_one_author_claims_no_agreement() -> None:
    assert "agreed" not in pages.render_post(post(ALICE), INSTANCE)


def test_what_a_filter_warns_of_is_behind_its_title() -> None:
    why = FilteredView(id="1", title=HOSTILE, action="warn", contexts=("home",))
    shown = parse_page(
        pages.render_home(timeline(post(summary="Spoilers", filtered=(why,))), SESSION, INSTANCE)
    )
    warning, inner = shown.all("details", class_="cw")
    assert warning.all("summary")[0].text == f"Filtered: {HOSTILE}"
    assert inner.text in warning.text
    blurred = post(media=(picture(),), filtered=(replace(why, action="blur"),))
    html = pages.render_home(timeline(blurred), SESSION, INSTANCE)
    assert "Filtered" not in html
    assert html == pages.render_home(
        timeline(replace(blurred, filtered=(), sensitive=True)), SESSION, INSTANCE
    )


def test_the_marker_leads_to_who_agreed_to_what_and_how_we_know() -> None:
    consents = [ConsentView(BOB.uri, "https://b.example/stamps/1", NOW)]
    view = post(ALICE, BOB, CAROL)
    home = parse_page(pages.render_home(timeline(view), SESSION, INSTANCE))
    marker = home.one("a", class_="agreed")
    assert (marker.text, marker.attributes["href"]) == (
        "All 3 agreed to this",
        "/@alice/42#consent",
    )
    document = parse_page(pages.render_post(view, INSTANCE, consents=consents))
    first, second, third = document.one(id="consent").all("li")
    assert "published this post" in first.text
    assert second.one(class_="statement").text == (
        "agreed to exactly this text. Verified with b.example on 20 Nov 2026, 10:00 UTC."
        " See the proof"
    )
    assert "https://b.example/stamps/1" in links(second)
    assert third.one(class_="statement").text == "agreed to exactly this text."


def test_initials_stand_in_for_a_picture_in_a_colour_that_the_style_sheet_has() -> None:
    document = post_page(BOB)
    face = document.one("article").one("span", class_="initials")
    assert face.text == "BO"
    assert face._has({"class_": f"tint-{tint(BOB)}"})
    assert {tint(person(str(n), "b.example")) for n in range(300)} == set(range(TINTS))
    assert post_page(YUNA).one("article").one("span", class_="initials").text == "김"


# What other software reads


def test_link_previews_and_search_engines_read_the_name_of_every_author() -> None:
    document = post_page(ALICE, BOB, CAROL)
    assert metas(document, "fediverse:creator") == [
        "@alice@a.example",
        "@bob@b.example",
        "@carol@c.example",
    ]
    whole = (
        "Alice Marlowe (@alice@a.example), Bob Okonkwo (@bob@b.example)"
        " and Carol Diaz (@carol@c.example, translator)"
    )
    assert metas(document, "og:title") == [whole]
    assert metas(document, "article:author")[0] == "https://a.example/@alice"
    data = json.loads(document.one("script").raw_text)
    assert [(a["name"], a["url"]) for a in data["author"]] == [
        ("Alice Marlowe", "https://a.example/@alice"),
        ("Bob Okonkwo", "https://b.example/@bob"),
        ("Carol Diaz", "https://c.example/@carol"),
    ]
    assert data["datePublished"] == "2026-11-20T10:00:00Z"


def test_pages_point_to_their_activitypub_document() -> None:
    for document, uri in (
        (post_page(ALICE), "https://a.example/notes/42"),
        (parse_page(pages.render_profile(profile(), INSTANCE)), "https://a.example/users/alice"),
    ):
        alternate = document.one("link", rel="alternate", type="application/activity+json")
        assert alternate.attributes["type"] == "application/activity+json"
        assert alternate.attributes["href"] == uri


def test_a_preview_shows_the_first_picture_but_nothing_behind_a_warning() -> None:
    open_post = post_page(media=(picture(verified=False), picture()))
    assert metas(open_post, "og:image") == ["https://a.example/media/one.jpg"]
    assert metas(open_post, "og:image:alt") == ["A lake"]
    warned = post_page(media=(picture(),), summary="Spoilers")
    assert metas(warned, "og:description") == ["Spoilers"]
    assert "A name is a promise" not in warned.one("head").raw_text
    for guarded in (warned, post_page(media=(picture(),), sensitive=True)):
        assert metas(guarded, "og:image") == ["https://a.example/media/alice.jpg"]


def test_only_public_posts_of_ours_can_be_indexed_and_only_if_their_author_wants_it() -> None:
    def robots(indexable: bool, **changes: Any) -> list[str]:
        html = pages.render_post(post(**changes), INSTANCE, indexable=indexable)
        return metas(parse_page(html), "robots")

    assert robots(True) == []
    assert robots(False) == ["noindex, noarchive"]
    assert robots(True, visibility="unlisted") == ["noindex, noarchive"]
    assert robots(True, local=False) == ["noindex, noarchive"]
    assert metas(parse_page(pages.render_home(EMPTY, SESSION, INSTANCE)), "robots") == ["noindex"]


# Posts


def test_text_and_media_stay_behind_a_content_warning_until_asked_for() -> None:
    document = post_page(summary="Spoilers", media=(picture(),))
    (warning,) = document.one("article").all("details", class_="cw")
    assert "open" not in warning.attributes
    assert warning.all("summary")[0].text == "Spoilers"
    assert document.all(class_="content") == warning.all(class_="content")
    assert document.one("article").all(class_="gallery") == warning.all(class_="gallery")


def test_sensitive_media_are_folded_away_and_the_text_is_not() -> None:
    article = post_page(sensitive=True, media=(picture(),)).one("article")
    warning = article.one("details", class_="cw")
    assert article.all("img", alt="A lake") == warning.all("img", alt="A lake")
    assert warning.all(class_="content") == []
    assert article.one(class_="content").text == "A name is a promise."


def test_content_carries_its_language_and_finds_its_own_direction() -> None:
    content = post_page(language="ar").one(class_="content")
    assert content.attributes == {"class": "content e-content", "lang": "ar", "dir": "auto"}
    for language in (None, "", "not a language", 'x" onclick="'):
        assert "lang" not in post_page(language=language).one(class_="content").attributes


def test_a_file_that_is_not_what_was_agreed_to_is_not_shown() -> None:
    document = post_page(BOB, CAROL, media=(picture(verified=False),))
    assert document.one("main").all("img") == []
    assert "/media/one.jpg" not in links(document)
    assert "Left out" in document.one("figure").text


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_one_to_four_pictures_have_a_layout_each(count: int) -> None:
    document = post_page(media=(picture(),) * count)
    assert len(document.one(class_=f"gallery-{count}").all("figure")) == count


def test_a_boost_says_who_boosted_and_names_the_authors_still() -> None:
    view = post(BOB, boosted_by=ALICE)
    document = parse_page(pages.render_home(timeline(view), SESSION, INSTANCE))
    assert document.one(class_="context").text == "Alice Marlowe boosted"
    assert document.one(class_="names").text == "Bob Okonkwo"


def test_a_thread_stands_in_order_around_its_post() -> None:
    first, second = post(id="1", page="/@alice/1"), post(BOB, id="3", page="/@bob@b.example/3")
    html = pages.render_post(post(CAROL), INSTANCE, ancestors=(first,), replies=(second,))
    authors = [e.one(class_="names").text for e in parse_page(html).all("article")]
    assert authors == ["Alice Marlowe", "translated by Carol Diaz", "Bob Okonkwo"]


def test_a_long_post_is_shortened_in_lists_and_whole_on_its_page() -> None:
    view = post(text="long " * 1000)
    listed = parse_page(pages.render_home(timeline(view), SESSION, INSTANCE))
    assert len(listed.all(class_="clipped")) == 1
    assert listed.one(class_="read-on").one("a").attributes["href"] == "/@alice/42"
    assert parse_page(pages.render_post(view, INSTANCE)).all(class_="clipped") == []


def test_older_posts_are_one_link_away_until_there_are_none() -> None:
    more = parse_page(pages.render_index(timeline(post(), next_before="4&2"), INSTANCE))
    assert more.one("a", rel="next").attributes["href"] == "?before=4%262"
    assert parse_page(pages.render_index(timeline(post()), INSTANCE)).all("a", rel="next") == []


# Empty states and errors


@pytest.mark.parametrize(
    ("html", "advice"),
    [
        (pages.render_home(EMPTY, SESSION, INSTANCE), "follow them"),
        (pages.render_profile(profile(), INSTANCE), "Follow them"),
        (pages.render_index(EMPTY, INSTANCE), "write the first post"),
        (pages.render_invites([], SESSION, INSTANCE), "until you agree or decline"),
        (pages.render_error(404, "Not here", "Check the address.", INSTANCE), "Check the address."),
    ],
)
def test_an_empty_page_says_what_to_do(html: str, advice: str) -> None:
    assert advice in parse_page(html).one(class_="empty").text


def test_a_failed_sign_in_tells_screen_readers_and_keeps_the_name_only() -> None:
    html = pages.render_sign_in(INSTANCE, "t", error="Wrong.", username="alice", next_path="/x")
    document = parse_page(html)
    alert = document.one(role="alert")
    assert document.one("form").attributes["aria-describedby"] == alert.attributes["id"]
    assert document.one("input", name="username").attributes["value"] == "alice"
    assert "value" not in document.one("input", name="password").attributes
    assert document.one("input", name="next").attributes["value"] == "/x"


def test_a_visitor_sees_no_form_of_a_session() -> None:
    document = parse_page(pages.render_index(FULL, INSTANCE))
    assert document.all("form") == []
    assert "/auth/sign_in" in links(document)


# Invites


def invite_page(**changes: Any) -> Element:
    return parse_page(pages.render_invites([invite(**changes)], SESSION, INSTANCE)).one("main")


def test_an_invite_shows_everything_that_consent_would_cover() -> None:
    document = invite_page(summary="On names", language="fr")
    standings = [li.one(class_="chip").text for li in document.one("ol").all("li")]
    assert standings == ["invites you, posts it on their server", "you", "not yet confirmed"]
    assert "open" in document.one("details", class_="cw").attributes
    assert len(document.one(class_="preview").all("img", alt="A lake")) == 1
    facts = {
        row.one("dt").text: row.one("dd").text for row in document.one(class_="facts").all("div")
    }
    assert facts["Audience"].startswith("Public")
    assert facts["Links lead to"] == "https://shop.example/real-target"
    assert facts["Notifies"] == "@dana@d.example"
    assert facts["In reply to"] == "https://c.example/notes/5"
    assert facts["Language"] == "French"
    assert facts["From"] == "Bob Okonkwo @bob@b.example, who follows you"
    assert facts["Answer until"] == "20 Nov 2026, 10:00 UTC"
    assert facts["Now"].startswith("A draft")


def test_an_invite_to_something_published_says_so() -> None:
    new = invite_page(already_published=True)
    assert "Already published: this adds your name" in new.one(class_="facts").text
    assert "asks to add your name to this published post" in new.one("h2").text
    edit = invite_page(already_published=True, already_author=True)
    assert "Already published, with your name: this is a change" in edit.one(class_="facts").text
    assert "asks you to agree to a change of a post you are an author of" in edit.one("h2").text


def test_sensitive_media_are_open_in_the_preview_of_an_invite() -> None:
    document = invite_page(sensitive=True)
    assert document.one(class_="preview").all("details", class_="cw") == []
    assert "Marked as sensitive" in document.one(class_="facts").text


def test_both_answers_carry_the_token_and_the_digest_of_what_was_shown() -> None:
    forms = invite_page().all("form")
    assert [f.attributes["action"] for f in forms] == ["/invites/7/accept", "/invites/7/decline"]
    for form in forms:
        assert form.one("input", name="csrf").attributes["value"] == "csrf-of-alice"
        assert form.one("input", name="digest").attributes["value"] == DIGEST
    assert len(forms[1].all("textarea", name="reason")) == 1


def test_an_invite_that_cannot_be_accepted_here_says_why_and_can_be_declined() -> None:
    document = invite_page(refusal="it holds a video")
    assert [f.attributes["action"] for f in document.all("form")] == ["/invites/7/decline"]
    assert "it holds a video" in document.one(class_="alert").text


@pytest.mark.parametrize("state", STATES)
def test_an_answered_invite_offers_no_second_answer(state: str) -> None:
    document = invite_page(state=state)
    assert document.all("form") == []
    assert len(document.one(class_="outcome").text) > len(state)


def test_the_number_of_open_invites_is_in_the_menu() -> None:
    document = parse_page(pages.render_home(EMPTY, SESSION, INSTANCE))
    assert document.one(class_="menu").one(class_="badge").text == "2 open"


def test_a_preview_hides_no_words() -> None:
    # Elsewhere the middle of long links is hidden by these classes, as on Mastodon.
    css = (Path(pages.__file__).parent / "static" / "style.css").read_text(encoding="utf-8")
    rule = css.split(".invite .content .invisible {", 1)[1].split("}", 1)[0]
    assert "position: static" in rule
    assert "clip-path: none" in rule


def test_figures_of_somebody_elsewhere_are_said_to_be_what_is_known_here() -> None:
    month = 1_764_547_200_000  # 2025-12
    here = parse_page(pages.render_profile(profile(joined_at=month), INSTANCE)).text
    assert "here since Dec 2025" in here
    assert "known here" not in here
    away = parse_page(
        pages.render_profile(profile(author=BOB, uri=BOB.uri, joined_at=month), INSTANCE)
    )
    assert "there since Dec 2025" in away.text
    assert "as far as they are known here" in away.text
    [link] = [a for a in away.all("a") if "The whole profile on b.example" in a.text]
    assert link.attributes["href"] == BOB.uri
