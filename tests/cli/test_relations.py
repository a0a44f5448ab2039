"""Keeping people away, on the command line."""

from __future__ import annotations

from typing import Any

from tests.cli.conftest import Run, Script
from tests.cli.samples import BOB, wire

PATH = "/api/v1/control/co-tweets"


def _chosen(wish: str, of_bob: str | None = None) -> dict[str, Any]:
    people = [] if of_bob is None else [{"person": wire(BOB), "co_tweets": of_bob}]
    return {"co_tweets": wish, "people": people}


async def test_the_filter_says_what_counts_for_everybody_and_through_whom_it_differs(
    script: Script, run: Run
) -> None:
    script.expect("GET", PATH, _chosen("if_i_follow_primary", "none"))
    words = (await run("filter")).words
    assert "is in your timelines if you follow the one named first (if_i_follow_primary)." in words
    assert "through @bob@b.example: never (none)." in words


async def test_default_puts_the_filter_back_for_everybody_or_for_one(
    script: Script, run: Run
) -> None:
    script.expect("POST", PATH, _chosen("all"), body={"co_tweets": None})
    assert "if you follow one of them" in (await run("filter", "default")).words
    body = {"co_tweets": None, "handle": "bob@b.example"}
    script.expect("POST", PATH, _chosen("all"), body=body)
    assert (await run("filter", "default", "--of", "@bob@b.example")).code == 0
    script.expect("POST", PATH, _chosen("none"), body={"co_tweets": "none"})
    assert "never (none)" in (await run("filter", "none")).words
    assert (await run("filter", "--of", "@bob@b.example")).code == 2


async def test_somebody_named_by_their_page_is_called_so(script: Script, run: Run) -> None:
    page, path = "https://b.example/@bob", "/api/v1/control/mute"
    script.expect("POST", path, {"state": "muted", "until": None}, body={"handle": page})
    assert (await run("mute", page)).out == f"You have muted {page}.\n"
