"""A name is a stranger's text beside a handle, and must not pass for more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fedi_cotweet.cli.pieces import names, person
from fedi_cotweet.cli.text import line, plain
from tests.cli.samples import ALICE, BOB

BYLINES = [
    "bob  @bob@127.0.0.1:8002 and mallory",
    "bob\u2800\u2800@bob@127.0.0.1:8002 and mallory",
    "bob \u3164 @\u2060bob\u200b@127.0.0.1:8002 and mallory",
    "bob \N{FULLWIDTH COMMERCIAL AT}\u200dbob and mallory",
    "bob \N{SMALL COMMERCIAL AT}bob",
    "@bob",
]


@pytest.mark.parametrize("name", BYLINES)
def test_a_name_that_writes_a_byline_is_not_shown(name: str) -> None:
    mallory = replace(ALICE, name=name, handle="mallory@m.example")
    assert person(mallory).plain == "@mallory@m.example"
    assert names([mallory, BOB]).plain == "@mallory@m.example and Bob  @bob@b.example"


@pytest.mark.parametrize("name", ["", " ", "\u2800\u2800", "\u200f\u061c", "\u3164\u200d\ufe0f"])
def test_of_somebody_without_a_name_that_is_seen_the_handle_is_shown(name: str) -> None:
    assert person(replace(BOB, name=name)).plain == "@bob@b.example"


def test_what_is_not_seen_in_a_name_is_one_space_or_nothing() -> None:
    name = "bob\u2800\u00a0\u3164\u202e\u200e \u115f\u1160\uffa0and\u200b mal\u00adlory\u061c"
    assert person(replace(BOB, name=name)).plain == "bob and mallory  @bob@b.example"


def test_a_name_with_a_sign_and_no_handle_is_shown() -> None:
    assert person(replace(BOB, name="Bob @ work")).plain == "Bob @ work  @bob@b.example"


def test_lines_have_no_gaps_of_blank_look_alikes_and_show_what_turns_them() -> None:
    assert line("a\u2800\u2800\u3164b") == "a b"
    assert plain("\u200e\u200f\u061c\u202e") == "<U+200E><U+200F><U+061C><U+202E>"
