"""What counts as holding a keyword."""

from __future__ import annotations

import time

import pytest

from fedi_cotweet.domain.filters import Haystack, folded, keyword


@pytest.mark.parametrize(
    ("text", "typed", "in_words", "anywhere"),
    [
        ("Tea is ready", "tea", True, True),
        ("Steak is ready", "tea", False, True),
        ("TEA, please", "tea", True, True),
        ("#tea", "#tea", True, True),
        ("#teatime", "#tea", False, True),
        ("I write C++ daily", "C++", True, True),
        ("abc++", "c++", False, True),
        ("two\n  words here", "two  words", True, True),
        ("STRASSE", "straße", True, True),
        ("ｔｅａ", "tea", True, True),
        ("don't", "don", True, True),
        ("a.*b", ".*", True, True),
        ("nothing", ".*", False, False),
        ("हिन्दी", "हिन", False, True),
        ("हिन्दी में", "हिन्दी", True, True),
        ("Привет, мир", "мир", True, True),
        ("Привет, мировой", "мир", False, True),
        ("日本語の本", "日本", True, True),
        ("AI技術", "AI", True, True),
        ("RAIN技術", "AI", False, True),
        ("กินข้าวแล้ว", "ข้าว", True, True),
        ("שלום עולם", "עולם", True, True),
        ("שלומך", "שלום", False, False),
        ("🍵 time", "🍵", True, True),
    ],
)
def test_a_word_is_found_in_every_script(
    text: str, typed: str, in_words: bool, anywhere: bool
) -> None:
    hay = Haystack([text])
    assert hay.holds(keyword(typed, whole=True)) is in_words
    assert hay.holds(keyword(typed, whole=False)) is anywhere


def test_no_keyword_goes_over_from_one_text_into_the_next() -> None:
    hay = Haystack(["green", "", "tea"])
    assert not hay.holds(keyword("green tea", whole=True))
    assert hay.holds(keyword("tea", whole=True))


def test_what_is_empty_is_in_nothing() -> None:
    for typed in ("", " ", "\0"):
        assert not Haystack(["tea"]).holds(keyword(typed, whole=False))
        assert not Haystack(["tea"]).holds(keyword(typed, whole=True))
    assert folded(" \0 ") == ""


def test_a_hostile_text_takes_no_longer_than_its_length() -> None:
    words = [
        keyword(typed, whole=whole)
        for typed in ("a", "aa" * 200, "(a+)+")
        for whole in (False, True)
    ]
    began = time.process_time()
    for text in ("a" * 1_000_000, "xa" * 500_000, "\u0301" * 1_000_000):
        hay = Haystack([text])
        for word in words:
            hay.holds(word)
    assert time.process_time() - began < 2
