from __future__ import annotations

from tests.federation.cast import Cast


async def test_a_co_author_with_a_stamp_is_shown(cast: Cast) -> None:
    await cast.follow(cast.alice)
    post = cast.cotweet()
    post.consent(cast.bob)
    post.publish()
    reply = await cast.deliver(cast.alice, post.create())
    assert reply.status == 202
    assert await cast.shown(post.id) == post.authors
    assert await cast.timeline() == [post.id]
