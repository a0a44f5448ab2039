"""Which files are still somebody's."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import emoji, files, post_media
from tests.storage.cast import NOW, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


async def test_files_of_pictures_and_emoji_are_in_use(store: Store) -> None:
    stage = await raise_curtain(store)
    kept = {"id": 1, "token": "picture", "state": "stored", "media_type": "image/png"}
    await stage.do(post_media.add_media, **kept, created_at=NOW)
    drawn = {"id": 2, "token": "emoji", "url": "https://a.example/e.png", "state": "stored"}
    await stage.do(emoji.add_picture, **drawn, asked_at=NOW)
    wanted = {"picture", "emoji", "nobodys", ""}
    assert await stage.ask(files.tokens_in_use, wanted) == {"picture", "emoji"}
    assert await stage.ask(files.tokens_in_use, set()) == set()
