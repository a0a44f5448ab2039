"""Texts too long to be shown whole, and too long to be looked at for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.documents import bounds
from activitypub.html import sanitise
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.federation import arrivals
from tests.federation.cast import Cast
from tests.federation.test_quotes import said

AMPERSANDS = "&" * 90_000


async def test_what_is_stored_of_a_long_post_has_a_bound_and_leads_to_the_whole(
    cast: Cast,
) -> None:
    await cast.follow(cast.alice)
    note = said(cast.alice, f"<p>{AMPERSANDS}</p>", summary=AMPERSANDS, sensitive=True)
    await cast.deliver(cast.alice, cast.alice.activity("Create", note))
    post = await cast.here.post(note["id"])
    assert post is not None
    assert len(post.content) <= bounds.CONTENT
    assert len(post.summary) <= bounds.WARNING
    assert post.summary.endswith("…")
    assert f'… <a href="{note["id"]}"' in post.content


@pytest.mark.parametrize("member", ["content", "summary", "name"])
async def test_a_co_tweet_is_shown_whole_under_all_names_or_cut_under_one(
    cast: Cast, member: str
) -> None:
    await cast.follow(cast.alice)
    for long in (False, True):
        post = cast.cotweet()
        post.core[member] = f"<p>{AMPERSANDS}</p>" if long else "<p>Hello</p>"
        post.consent(cast.bob)
        post.publish()
        await cast.deliver(cast.alice, post.create())
        assert await cast.shown(post.id) == ([cast.alice.id] if long else post.authors)


async def test_a_long_text_that_concerns_nobody_here_is_not_looked_at(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, quiet_log: list[Any]
) -> None:
    looked: list[str] = []

    def counting(html: str) -> str:
        looked.append(html)
        return sanitise(html)

    monkeypatch.setattr(arrivals, "sanitise", counting)
    note = said(cast.alice, f"<p>{AMPERSANDS}</p>", to=[PUBLIC], cc=[])
    await cast.deliver(cast.alice, cast.alice.activity("Create", note))
    assert looked == []
    assert "not_relevant" in [entry.get("outcome") for entry in quiet_log]
    await cast.follow(cast.alice)
    note = said(cast.alice, f"<p>{AMPERSANDS}</p>", to=[PUBLIC], cc=[])
    await cast.deliver(cast.alice, cast.alice.activity("Create", note))
    assert len(looked) == 1
