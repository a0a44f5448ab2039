from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub.coauthorship.notice import MAX_LENGTH, build_notice, remove_notice
from tests.activitypub.coauthorship.cast import ALICE, BOB

AUTHORS = (ALICE, BOB)
TEXT = "<p>Hello</p>"
START = '<p class="coauthors-inline">'
LINK = '<a href="https://b.example/@bob">@bob</a>'


def notice(inside: str) -> str:
    return f"{START}{inside}</p>"


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "With bob",
        f"With {LINK}",
        f'With <span class="h-card">{LINK}</span>',
        f"<span>{LINK}</span> and {LINK}",
        "</a></span>",
        '<a class="u-url mention" href="https://b.example/@bob" rel="me">bob</a>',
        '<a\nhref="https://b.example/@bob" >bob</a>',
        '<a href="https://B.example:443/@bob">bob</a>',
        '<a href="https://a.example">alice</a>',
        '<a href="https://b.example/?a=b&amp;c#d">bob</a>',
        "&lt;script&gt;",
        "\U0001f431",
    ],
)
def test_a_notice_is_removed(inside: str) -> None:
    assert remove_notice(TEXT + notice(inside), AUTHORS) == TEXT


@pytest.mark.parametrize(
    "inside",
    [
        "<b>bob</b>",
        "<br>",
        "<p>",
        "</p><p>",
        "<!-- -->",
        "<",
        ">",
        "a > b",
        "<a",
        "<a>",
        "<a >bob</a>",
        "<a class=mention>bob</a>",
        "<abbr>bob</abbr>",
        '<article href="https://b.example/">bob',
        "<spanner>",
        "<Span>",
        '<A href="https://b.example/">bob</A>',
        '<a HREF="https://b.example/">bob</a>',
        '<a HREF="https://evil.example/" href="https://b.example/">bob</a>',
        '<a href="https://b.example/" href="https://b.example/">bob</a>',
        '<a href="https://b.example/"href="https://evil.example/">bob</a>',
        "<a href='https://b.example/'>bob</a>",
        "<a href=https://b.example/>bob</a>",
        '<a href=https://evil.example/ title="" href="https://b.example/">bob</a>',
        '<a/href="https://evil.example/" href="https://b.example/">bob</a>',
        '<a title="x"/href="https://evil.example/" href="https://b.example/">bob</a>',
        '<a download href="https://b.example/">bob</a>',
        '<a href = "https://b.example/">bob</a>',
        '<a href="https://evil.example/">bob</a>',
        '<a href="http://b.example/">bob</a>',
        '<a href="https://b.example:8443/">bob</a>',
        '<a href="https://b.example.evil.example/">bob</a>',
        '<a href="https://b.example@evil.example/">bob</a>',
        '<a href="https://evil.example\\@b.example/">bob</a>',
        '<a href="https://b.example\\.evil.example/">bob</a>',
        '<a href="https://b.example&#46;evil.example/">bob</a>',
        '<a href="https://b.example&period;evil.example/">bob</a>',
        '<a href="https://b.example\t.evil.example/">bob</a>',
        '<a href=" https://b.example/">bob</a>',
        '<a href="//b.example/">bob</a>',
        '<a href="/@bob">bob</a>',
        '<a href="javascript:alert(1)">bob</a>',
        '<a href="">bob</a>',
    ],
)
def test_what_is_no_notice_stays(inside: str) -> None:
    assert remove_notice(TEXT + notice(inside), AUTHORS) == TEXT + notice(inside)


@pytest.mark.parametrize(
    "text",
    [
        notice("x") + "\n",
        notice("x") + "<p>smuggled</p>",
        "<p class='coauthors-inline'>x</p>",
        '<p class="coauthors-inline" >x</p>',
        '<P class="coauthors-inline">x</p>',
        '<p class="coauthors-inline">x</P>',
        '<p class="coauthors-inline mention">x</p>',
        START,
        "</p>",
        "",
    ],
)
def test_only_an_exact_last_paragraph_is_a_notice(text: str) -> None:
    assert remove_notice(text, AUTHORS) == text


def test_a_notice_has_at_most_two_thousand_characters() -> None:
    fitting = notice("x" * (MAX_LENGTH - len(notice(""))))
    assert len(fitting) == 2000
    assert remove_notice(TEXT + fitting, AUTHORS) == TEXT
    longer = notice("x" + "x" * (MAX_LENGTH - len(notice(""))))
    assert remove_notice(TEXT + longer, AUTHORS) == TEXT + longer


def test_characters_are_counted_as_code_points() -> None:
    cats = notice("\U0001f431" * (MAX_LENGTH - len(notice(""))))
    assert remove_notice(TEXT + cats, AUTHORS) == TEXT


def test_only_the_last_of_two_notices_is_removed() -> None:
    assert remove_notice(TEXT + notice("x") + notice("y"), AUTHORS) == TEXT + notice("x")


def test_a_notice_may_be_the_whole_text() -> None:
    assert remove_notice(notice("x"), AUTHORS) == ""


def test_nobody_may_be_linked_without_authors() -> None:
    assert remove_notice(notice(LINK), ()) == notice(LINK)
    assert remove_notice(notice("With bob"), ()) == ""


@pytest.mark.parametrize(
    "hostile",
    [
        START * 40_000 + "</p>",
        "<p" * 500_000 + "</p>",
        START + "<a " * 300_000 + "></p>",
        START + '<a href="' * 100_000 + "</p>",
        START + " href=" * 150_000 + "</p>",
        START + "<span>" * 150_000 + "</p>",
        TEXT + START + "<a" + ' a="' * 480 + ">" + "</p>",
        TEXT + START + "<a" + " " * 1900 + ">" + "</p>",
    ],
)
def test_removal_takes_no_longer_than_reading_the_text(hostile: str) -> None:
    began = time.perf_counter()
    for _ in range(20):
        remove_notice(hostile, AUTHORS)
    assert time.perf_counter() - began < 0.5


PIECES = st.sampled_from(
    [
        START,
        "</p>",
        "<p>",
        "<a ",
        "<a",
        "</a>",
        "<span>",
        "<span ",
        "</span>",
        ">",
        "<",
        '"',
        'href="https://b.example/@bob"',
        ' href="https://evil.example/"',
        " ",
        "x",
        LINK,
        notice(LINK),
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_removal_cuts_a_suffix_that_looks_like_a_notice_or_nothing(text: str) -> None:
    left = remove_notice(text, AUTHORS)
    assert text.startswith(left)
    removed = text[len(left) :]
    if removed:
        assert removed.startswith(START)
        assert removed.endswith("</p>")
        assert len(removed) <= MAX_LENGTH
        assert "evil" not in removed
        assert removed.count("<p") == 1
        assert remove_notice(removed, AUTHORS) == ""


@given(st.lists(PIECES, max_size=12).map("".join), st.lists(PIECES, max_size=12).map("".join))
def test_what_is_a_notice_does_not_depend_on_the_text_before_it(before: str, inside: str) -> None:
    is_notice = remove_notice(notice(inside), AUTHORS) == ""
    assert (remove_notice(before + notice(inside), AUTHORS) == before) is is_notice


@given(
    st.text(max_size=50),
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
            st.from_regex(r"https://b\.example/[!-~]{0,40}", fullmatch=True).filter(
                lambda url: "\\" not in url
            ),
        ),
        min_size=1,
        max_size=9,
    ),
)
def test_what_we_append_every_reader_removes(text: str, co_authors: list[tuple[str, str]]) -> None:
    built = build_notice(co_authors)
    if built:
        assert remove_notice(text + built, AUTHORS) == text


def test_nobody_to_name_and_too_much_to_say_give_no_notice() -> None:
    assert build_notice([]) == ""
    assert build_notice([("@bob", f"https://b.example/{'x' * 2000}")]) == ""


def test_names_and_urls_are_escaped() -> None:
    built = build_notice([("<b>", 'https://b.example/"onclick="x')])
    assert "<b>" not in built
    assert remove_notice(built, AUTHORS) == ""
