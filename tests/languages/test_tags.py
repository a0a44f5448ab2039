"""The languages that a post can be in, as people read their names."""

from __future__ import annotations

import pytest
from blockbuster import blockbuster_ctx

from fedi_cotweet.languages import tags
from fedi_cotweet.languages.catalogues import NAMES, load
from fedi_cotweet.languages.reader import speaking


@pytest.mark.parametrize(("code", "name"), [("en", "Korean"), ("fr", "Coréen"), ("ko", "한국어")])
def test_languages_have_names_in_the_language_of_the_reader(code: str, name: str) -> None:
    with speaking(code):
        assert dict(tags.choices())["ko"] == name
        assert tags.named("ko") == name


async def test_no_request_waits_for_a_disk_to_name_them() -> None:
    load()
    tags._named.cache_clear()
    for code in NAMES:
        with blockbuster_ctx(["fedi_cotweet"]), speaking(code):
            assert "zh-Hans" in dict(tags.choices("pt-BR"))


def test_they_are_sorted_as_people_look_for_them() -> None:
    with speaking("fr"):
        names = [name for _, name in tags.choices()]
    assert names.index("Espagnol") < names.index("Éwé") < names.index("Féroïen")


def test_everything_that_other_servers_let_people_choose_is_there() -> None:
    known = dict(tags.choices())
    assert {"fr", "pt", "ckb", "kab", "tok", "zh-Hans", "zh-Hant"} <= known.keys()
    assert len(known) == len(set(known.values())), "two of one name cannot be told apart"


def test_what_a_post_has_already_is_among_them_and_first() -> None:
    assert tags.choices("nds-NL")[0] == ("nds-NL", "Low German (Netherlands)")
    assert tags.choices("x-none")[0] == ("x-none", "x-none")
    assert tags.choices("fr") == tags.choices()
