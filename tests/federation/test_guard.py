"""What a hostile primary author's server might do so that looking does not help."""

from __future__ import annotations

import pytest

from activitypub.vocab.reading import format_time
from fedi_cotweet.domain.limits import HOUR
from tests.federation.cast import Cast
from tests.federation.test_invitations import mismatch_was_handled, published


@pytest.mark.parametrize("kind", ["Poem", ["Note", "Poem"], 7])
async def test_a_version_that_is_no_note_is_answered_by_leaving(cast: Cast, kind: object) -> None:
    post = await published(cast)
    cast.here.clock.advance(HOUR)
    post.publish(type=kind, content="<p>Hate.</p>", updated=format_time(cast.here.clock()))
    await cast.deliver(cast.alice, cast.alice.activity("Update", post.id))
    await mismatch_was_handled(cast, post)


async def test_a_warning_that_nobody_agreed_to_is_not_shown(cast: Cast) -> None:
    post = await published(cast)
    cast.here.clock.advance(HOUR)
    note = post.publish(updated=format_time(cast.here.clock()), **{"as:sensitive": True})
    await cast.deliver(cast.alice, post.update(note))
    shown = await cast.here.api("GET", f"/api/v1/control/posts?url={post.id}", account="bob")
    assert len(shown["authors"]) == 2
    assert shown["sensitive"] is False


async def test_a_date_that_is_to_come_does_not_pin_a_version(cast: Cast) -> None:
    """``updated: 9999`` with the text that was agreed to, then another text with any date."""
    post = await published(cast)
    cast.here.clock.advance(HOUR)
    note = post.publish(updated="9999-01-01T00:00:00Z")
    await cast.deliver(cast.alice, post.update(note))
    stored = await cast.here.post(post.id)
    assert stored is not None
    assert stored.updated_at == cast.here.clock()
    cast.here.clock.advance(HOUR)
    note = post.publish(content="<p>Hate.</p>", updated=format_time(cast.here.clock()))
    await cast.deliver(cast.alice, post.update(note))
    await mismatch_was_handled(cast, post)


async def test_a_version_that_has_a_date_to_come_is_looked_at(cast: Cast) -> None:
    post = await published(cast)
    for date in ("9999-01-01T00:00:00Z", "9998-01-01T00:00:00Z"):
        cast.here.clock.advance(HOUR)
        note = post.publish(updated=date)
        await cast.deliver(cast.alice, post.update(note))
    post.publish(content="<p>Hate.</p>", updated="9997-01-01T00:00:00Z")
    cast.here.clock.advance(HOUR)
    await cast.deliver(cast.alice, cast.alice.activity("Update", post.id))
    await mismatch_was_handled(cast, post)
