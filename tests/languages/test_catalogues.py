"""The translations: complete, with every value in its place, and none for texts that are gone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message

from fedi_cotweet.languages.catalogues import NAMES, SOURCE, catalogue_file, language
from fedi_cotweet.languages.extraction import extract, texts_of
from fedi_cotweet.languages.make import forms, held, missing, renewed

TRANSLATED = sorted(set(NAMES) - {SOURCE})
PLACE = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")
TAG = re.compile(r"</?[a-z]+[^>]*>")

pytestmark = pytest.mark.parametrize("code", TRANSLATED)


def test_every_text_has_a_translation(code: str) -> None:
    assert [message.id for message in missing(code)] == [], "run: make translations"


def test_the_catalogue_is_as_make_translations_writes_it(code: str) -> None:
    assert catalogue_file(code).read_text(encoding="utf-8") == renewed(code, extract())


def test_nothing_is_guessed(code: str) -> None:
    assert [message.id for message in held(code) if message.id and message.fuzzy] == []


def test_values_and_tags_stand_in_every_translation(code: str) -> None:
    wrong = [
        (source, form)
        for message in held(code)
        if message.id
        # The last form of the English holds all there is: "One is left" names no number.
        for source in [message.id if isinstance(message.id, str) else message.id[-1]]
        for form in forms(message)
        for pattern in (PLACE, TAG)
        if sorted(pattern.findall(form)) != sorted(pattern.findall(source))
    ]
    assert wrong == []


def test_there_is_one_form_for_each_kind_of_number(code: str) -> None:
    kinds = held(code).num_plurals
    assert {len(forms(one)) for one in _plurals(code)} == {kinds}
    one = language(code).texts.ngettext("%(count)s person", "%(count)s people", 1)
    many = language(code).texts.ngettext("%(count)s person", "%(count)s people", 5)
    assert (one == many) is (kinds == 1)


def _plurals(code: str) -> Iterator[Message]:
    return (message for message in held(code) if not isinstance(message.id, str))


def test_texts_in_code_are_found(code: str) -> None:
    source = """
_("one"); say("two {count}", count=2); mark("thr" "ee"); gettext(name)
raise ServiceError("code", 422, "Four.", "Five.")
raise ServiceError("code", 422, say("Six {x}.", x=1), fix="Seven.")
ngettext("one eight", "many eights", n); pgettext("place", "nine")
say_count("{count} ten", "{count} tens", count=n)
"""
    assert set(texts_of(source)) == {
        (None, "one"),
        (None, "two {count}"),
        (None, "three"),
        (None, "Four."),
        (None, "Five."),
        (None, "Six {x}."),
        (None, "Seven."),
        (None, ("one eight", "many eights")),
        ("place", "nine"),
        (None, ("{count} ten", "{count} tens")),
    }, code
