"""What the authors of a draft say to each other, as it is stored."""

from __future__ import annotations

from typing import Any

import pytest

from storage.engine import Store
from storage.queries import discussion
from tests.storage.cast import ALICE, BOB, CAROL, NOW, Stage, note_uri, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast."""
    return await raise_curtain(store)


def comment_uri(number: int) -> str:
    return f"https://here.example/comments/{number}"


async def say(stage: Stage, number: int, by: int = BOB, **values: Any) -> bool:
    """Bob says something about draft 10, if nothing else is said."""
    row = {
        "id": number,
        "uri": comment_uri(number),
        "object_uri": note_uri(10),
        "actor_id": by,
        "content": "<p>Nice.</p>",
        "created_at": NOW,
    }
    return await stage.do(discussion.add_comment, **(row | values))


async def shown(stage: Stage, limit: int = 9) -> list[int]:
    found = await stage.ask(discussion.comments_on, note_uri(10), limit)
    return [row.id for row in found]


async def test_a_comment_is_kept_once(stage: Stage) -> None:
    assert await say(stage, 1)
    assert not await say(stage, 2, CAROL, uri=comment_uri(1), content="<p>Mine.</p>")
    for found in (
        await stage.ask(discussion.comment, 1),
        await stage.ask(discussion.comment_by_uri, comment_uri(1)),
    ):
        assert found is not None
        assert (found.id, found.actor_id, found.content) == (1, BOB, "<p>Nice.</p>")
    assert await stage.ask(discussion.comment, 2) is None
    assert await stage.ask(discussion.comment_by_uri, comment_uri(2)) is None


async def test_comments_on_one_draft_come_oldest_first(stage: Stage) -> None:
    for number in (3, 1, 2):
        await say(stage, number)
    await say(stage, 4, object_uri=note_uri(11))
    assert await shown(stage) == [1, 2, 3]
    assert await shown(stage, 2) == [1, 2]


async def test_a_deleted_comment_is_shown_to_nobody_and_still_known(stage: Stage) -> None:
    await say(stage, 1)
    await say(stage, 2)
    await stage.do(discussion.change_comment, 1, content="", deleted_at=NOW + 1)
    assert await shown(stage) == [2]
    found = await stage.ask(discussion.comment_by_uri, comment_uri(1))
    assert found is not None
    assert (found.content, found.deleted_at) == ("", NOW + 1)
    # Deleting makes no room for more: a draft's bound is of what was ever said.
    assert await stage.ask(discussion.count_comments_on, note_uri(10)) == 2
    assert await stage.ask(discussion.count_comments_on, note_uri(11)) == 0


async def test_what_somebody_said_lately_is_counted_on_all_drafts(stage: Stage) -> None:
    await say(stage, 1, created_at=NOW - 1)
    await say(stage, 2)
    await say(stage, 3, object_uri=note_uri(11))
    await say(stage, 4, CAROL)
    assert await stage.ask(discussion.count_comments_by, BOB, NOW) == 2
    assert await stage.ask(discussion.count_comments_by, CAROL, NOW) == 1
    assert await stage.ask(discussion.count_comments_by, ALICE, NOW) == 0
