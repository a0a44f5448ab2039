"""People who go on under another account: whom readers follow, and what stays with the old one."""

from __future__ import annotations

import pytest

from fedi_cotweet.domain.limits import DAY, MINUTE
from tests.federation.cast import Cast
from tests.federation.here import names
from tests.federation.origins import Person


async def moves(cast: Cast, old: Person, new: Person, *, said_by: Person | None = None) -> None:
    move = (said_by or old).activity("Move", old.id, target=new.id)
    await cast.deliver(said_by or old, move)


async def test_a_moved_co_author_stays_the_author_and_is_linked_to_the_new_account(
    cast: Cast,
) -> None:
    """FEP-af48: a Move of an actor does not transfer authorship."""
    await cast.follow(cast.alice, cast.bob)
    post = cast.cotweet()
    post.consent(cast.bob)
    post.publish()
    await cast.deliver(cast.alice, post.create())
    new = cast.c.person("bob")
    new.serve(alsoKnownAs=[cast.bob.id])
    cast.bob.serve(movedTo=new.id)
    await moves(cast, cast.bob, new)
    stored = await cast.here.post(post.id)
    assert stored is not None
    view = await cast.here.api("GET", f"/api/v1/control/posts/{stored.id}")
    assert names(view["authors"]) == [cast.alice.id, cast.bob.id]
    assert [author["moved_to"] for author in view["authors"]] == [None, new.handle]
    status, page = await cast.here.get(view["page"])
    assert status == 200
    assert f'href="/@{new.handle}"' in page
    # The new account is nobody's author: not on its own page, and not by its own word.
    status, page = await cast.here.get(f"/@{new.handle}")
    assert "We wrote this together" not in page
    # Who followed the old one asks to follow the new one.
    [asked] = cast.c.received_of("Follow")
    assert (asked["actor"], asked["object"]) == (cast.here.actor("dave"), new.id)
    assert [u["object"]["type"] for u in cast.b.received_of("Undo")] == ["Follow"]
    assert "moved" in await cast.told("dave")


async def test_a_move_counts_once_in_30_days_and_ends_when_the_old_account_says_so(
    cast: Cast,
) -> None:
    await cast.follow(cast.bob)
    first, second = cast.c.person("bob"), cast.m.person("bob")
    for new in (first, second):
        new.serve(alsoKnownAs=[cast.bob.id])

    async def shown() -> bool:
        return "now @bob" in (await cast.here.get(f"/@{cast.bob.handle}"))[1]

    await moves(cast, cast.bob, first)
    assert len(cast.c.received_of("Follow")) == 1
    # It is shown until the account's own document says so no more.
    cast.bob.serve(movedTo=first.id)
    await cast.deliver(cast.bob, cast.bob.activity("Update", cast.bob.id))
    assert await shown()
    cast.bob.serve()
    await cast.deliver(cast.bob, cast.bob.activity("Update", cast.bob.id))
    assert not await shown()
    await cast.follow(cast.bob, account="carol")
    await moves(cast, cast.bob, second)
    assert (cast.m.received_of("Follow"), await shown()) == ([], False)
    cast.here.clock.advance(30 * DAY + MINUTE)
    await moves(cast, cast.bob, second)
    assert [sent["actor"] for sent in cast.m.received_of("Follow")] == [cast.here.actor("carol")]
    assert await shown()


@pytest.mark.parametrize("why", ["not an alias", "said by somebody else", "to itself"])
async def test_a_move_that_only_one_side_says_moves_nobody(cast: Cast, why: str) -> None:
    """Else anybody could send the followers of anybody wherever they like."""
    await cast.follow(cast.bob)
    new = cast.c.person("bob")
    if why == "said by somebody else":
        new.serve(alsoKnownAs=[cast.bob.id])
        await moves(cast, cast.bob, new, said_by=cast.neighbour)
    elif why == "to itself":
        reply = await cast.bob.send(
            cast.here.inbox, cast.bob.activity("Move", cast.bob.id, target=cast.bob.id)
        )
        assert reply.status == 400
    else:
        cast.bob.serve(movedTo=new.id)
        await moves(cast, cast.bob, new)
    assert cast.c.received_of("Follow") == []
    assert cast.b.received_of("Undo") == []
    assert await cast.told("dave") == []
