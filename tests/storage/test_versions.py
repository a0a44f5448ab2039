"""Earlier versions of posts."""

from __future__ import annotations

from typing import Any

import pytest

from storage.engine import Store
from storage.queries import versions
from tests.storage.cast import NOW, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


def version(number: int, post: int = 10) -> dict[str, Any]:
    return {
        "post_id": post,
        "number": number,
        "made_at": NOW + number,
        "visibility": "public",
        "content": f"<p>{number}</p>",
        "summary": "",
        "name": "",
        "sensitive": False,
        "language": None,
        "media": [{"id": "9", "media_type": "image/png", "alt": "☕"}],
        "options": [],
        "emoji": [],
        "digest": None,
        "authors": ["https://here.example/users/alice"],
        "size": 10 * number,
    }


async def test_versions_are_kept_in_order_until_they_are_dropped(store: Store) -> None:
    stage = await raise_curtain(store)
    await stage.post(10)
    await stage.post(11)
    for number in (2, 1, 3):
        await stage.do(versions.add_version, **version(number))
    await stage.do(versions.add_version, **version(1, 11))
    assert await stage.ask(versions.sizes, 10) == [(1, 10), (2, 20), (3, 30)]
    await stage.do(versions.drop, 10, [])
    await stage.do(versions.drop, 10, [2])
    kept = await stage.ask(versions.versions_of, 10)
    assert [(row.number, row.content, row.media[0]["alt"]) for row in kept] == [
        (1, "<p>1</p>", "☕"),
        (3, "<p>3</p>", "☕"),
    ]
    await stage.do(versions.drop_all, 10)
    assert await stage.ask(versions.versions_of, 10) == []
    assert len(await stage.ask(versions.versions_of, 11)) == 1
