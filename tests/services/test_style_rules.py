"""Of what people write as CSS, nothing is served but what reaches their own words alone."""

from __future__ import annotations

import pytest
import tinycss2
from hypothesis import given
from hypothesis import strategies as st
from tinycss2 import ast

from fedi_cotweet.languages.reader import speak
from fedi_cotweet.languages.wording import said
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.style_rules import (
    LIMITS,
    MOST_CHARACTERS,
    MOST_RULES,
    check_house,
    compiled,
)
from tests.web.hostile_styles import REFUSED, TAKEN


def refusal(text: str) -> str:
    with pytest.raises(ServiceError) as caught:
        compiled(text)
    assert (caught.value.code, caught.value.status) == ("bad_style", 422)
    return caught.value.safe


@pytest.mark.parametrize("text", REFUSED)
def test_what_could_reach_further_is_refused(text: str) -> None:
    assert refusal(text)


@pytest.mark.parametrize("text", TAKEN)
def test_what_is_taken_is_under_their_words(text: str) -> None:
    check(compiled(text))


def check(text: str) -> None:
    """Every rule of a sheet that is served."""
    seen = 0
    rules = tinycss2.parse_stylesheet(text, skip_whitespace=True)
    for rule in list(rules):
        if isinstance(rule, ast.AtRule):
            assert rule.at_keyword == "media"
            rules.remove(rule)
            rules += tinycss2.parse_blocks_contents(rule.content, skip_whitespace=True)
    for rule in rules:
        assert isinstance(rule, ast.QualifiedRule), rule
        for selector in tinycss2.serialize(rule.prelude).split(","):
            assert selector.strip().startswith(".styled "), selector
            assert not set(selector) & set("&[]()#\\"), selector
        for one in tinycss2.parse_blocks_contents(rule.content, skip_whitespace=True):
            assert isinstance(one, ast.Declaration), one
            assert one.lower_name in LIMITS
            seen += 1
    assert "url" not in text.lower().replace('"url"', "")
    assert "@import" not in text


PARTS = st.sampled_from(
    (
        *"{}();:,.#@&*>+~[]!/\\\"'<- \n",
        *("p", ".content", ".byline", "color", "red", "url(//x)", "@media", "/*", "*/", "-->"),
        *("(prefers-color-scheme: dark)", "<!--", "\\7d", "position", "content", "1em", "-1em"),
        *("linear-gradient(red, blue)", "important", ":hover", "p{color:red}"),
    )
)


@given(st.lists(PARTS, max_size=30).map("".join) | st.text(max_size=60))
def test_whatever_is_written_what_is_served_is_under_their_words(text: str) -> None:
    try:
        made = compiled(text)
    except ServiceError:
        return
    check(made)


def test_it_is_said_in_which_line_and_in_the_readers_language() -> None:
    assert refusal("p { color: red }\n\np { position: fixed }") == (
        "Line 3: “position” is not possible here."
    )
    assert refusal("p { color: red }\np { background: url(//evil.example/x) }") == (
        "Line 2: “url(//evil.example/x)” is not possible here."
    )
    speak("fr")
    with pytest.raises(ServiceError) as caught:
        compiled("@import 'x'")
    assert said(caught.value.safe).startswith("Ligne 1")
    speak("en")


def test_there_is_a_bound() -> None:
    assert compiled("") == ""
    assert "8000" in refusal(" " * (MOST_CHARACTERS + 1))
    assert compiled("p{}" * MOST_RULES)
    assert "rules" in refusal("p{}" * (MOST_RULES + 1))


def test_the_sheet_of_a_server_names_no_file_and_no_server() -> None:
    check_house(":root { --accent: #123456 } header.site { position: static } /* x */")
    for text in (
        "@import '//x'",
        "p { background: url(x.png) }",
        "@media print { p { background: URL('x') } }",
        "p { background: image-set('x' 1x) }",
        "@font-face { font-family: x; src: local('x') }",
        "p { color: red } }",
    ):
        with pytest.raises(ServiceError):
            check_house(text)
