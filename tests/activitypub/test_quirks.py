"""Peers that need another answer than the rest."""

from __future__ import annotations

import pytest

from activitypub.quirks import SINGLE_AUTHOR_ON_GET, needs_single_author_on_get


@pytest.mark.parametrize(
    "user_agent",
    [
        "(snac/2.94; +https://snac.example)",
        "snac/2.94",
        "Takahe/0.11.0 (+https://takahe.example/)",
        "Mbin/1.8.1 (+https://mbin.example/agent)",
        "kbinBot v0.1 (+https://kbin.example/agent)",
        "Lemmy/0.19.3; +https://lemmy.example",
        "PieFed/1.0; +https://piefed.example",
        "BookWyrm (BookWyrm/0.7; +https://books.example/)",
    ],
)
def test_software_that_fails_on_arrays_is_recognised(user_agent: str) -> None:
    assert needs_single_author_on_get(user_agent)


@pytest.mark.parametrize(
    "user_agent",
    [
        "",
        "Mastodon/4.6.0 (http.rb/5.1; +https://social.example/)",
        "Mastodon/4.6.0 (http.rb/5.1; +https://lemmy.example/)",
        "Akkoma 3.16; https://snac.example <admin@snac.example>",
        "gotosocial/0.20 (+https://takahe)",
        "fedi_cotweet/1 (+https://mbin.example/)",
        "lemmy.example crawler",
        "dilemmy/1.0",
        "x" * 1_000_000,
    ],
)
def test_everybody_else_gets_all_authors(user_agent: str) -> None:
    assert not needs_single_author_on_get(user_agent)


def test_every_quirk_says_why_and_how_we_know() -> None:
    assert all(quirk.reason and quirk.seen for quirk in SINGLE_AUTHOR_ON_GET)
