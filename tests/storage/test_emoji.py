"""Custom emoji, as they are stored: those of this server, and the pictures of all."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import actors, emoji
from tests.storage.cast import BOB, CAROL, FAR, NOW, THERE, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")

CAT = f"https://{THERE}/cat.png"
DOG = f"https://{FAR}/dog.png"


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast, with the emoji ``blob`` and ``wave``."""
    stage = await raise_curtain(store)
    for shortcode in ("wave", "blob"):
        await draw(stage, shortcode)
    return stage


async def draw(stage: Stage, shortcode: str, version: str = "1") -> None:
    """Give this server an emoji, with a picture named after its version."""
    await stage.do(
        emoji.set_emoji,
        shortcode=shortcode,
        token=f"{shortcode}-{version}",
        media_type="image/png",
        digest=f"digest of {shortcode} {version}",
        path=f"em/{shortcode}-{version}",
        disabled=False,
        created_at=NOW,
    )


async def ask_for(stage: Stage, number: int, url: str, wanted: str = "") -> bool:
    """Note a remote picture as one to fetch."""
    return await stage.do(
        emoji.add_picture,
        id=number,
        token=f"token {number}",
        url=url,
        wanted=wanted,
        state="pending",
        asked_at=NOW,
    )


async def offered(stage: Stage, limit: int = 9) -> list[str]:
    return [row.shortcode for row in await stage.ask(emoji.all_emoji, limit)]


async def test_this_servers_emoji_are_listed_by_name_up_to_a_limit(stage: Stage) -> None:
    assert await offered(stage) == ["blob", "wave"]
    assert await offered(stage, 1) == ["blob"]


async def test_an_emoji_set_again_has_another_picture_and_the_same_name(stage: Stage) -> None:
    await draw(stage, "blob", "2")
    found = await stage.ask(emoji.emoji, "blob")
    assert found is not None
    assert (found.token, found.path) == ("blob-2", "em/blob-2")
    assert await offered(stage) == ["blob", "wave"]
    assert await stage.ask(emoji.emoji, "Blob") is None


async def test_a_disabled_emoji_is_kept_but_neither_listed_nor_given_to_new_posts(
    stage: Stage,
) -> None:
    assert await stage.do(emoji.disable, "wave")
    assert not await stage.do(emoji.disable, "wave")
    assert not await stage.do(emoji.disable, "nothing")
    assert await offered(stage) == ["blob"]
    kept = await stage.ask(emoji.emoji, "wave")
    assert kept is not None
    assert kept.disabled
    named = await stage.ask(emoji.emoji_named, ["wave", "blob", "blob", "other"])
    assert [row.shortcode for row in named] == ["blob"]
    assert await stage.ask(emoji.emoji_named, []) == []


async def test_an_emoji_that_is_set_again_after_it_was_disabled_is_offered_again(
    stage: Stage,
) -> None:
    await stage.do(emoji.disable, "wave")
    await draw(stage, "wave", "2")
    assert await offered(stage) == ["blob", "wave"]


async def test_a_picture_is_kept_once_per_address_and_wanted_digest(stage: Stage) -> None:
    assert await ask_for(stage, 1, CAT)
    assert not await ask_for(stage, 2, CAT)
    assert await ask_for(stage, 3, CAT, "zQm of this one")
    assert await ask_for(stage, 4, DOG)
    assert {row.id for row in await stage.ask(emoji.pictures_at, [CAT, CAT])} == {1, 3}
    assert {row.id for row in await stage.ask(emoji.pictures_at, [CAT, DOG])} == {1, 3, 4}
    assert await stage.ask(emoji.pictures_at, []) == []


async def test_a_picture_is_found_by_its_id_and_by_the_token_of_its_address(
    stage: Stage,
) -> None:
    await ask_for(stage, 1, CAT)
    await stage.do(
        emoji.own_picture,
        id=2,
        token="mine",
        url="https://here.example/emoji/mine",
        state="stored",
        media_type="image/png",
        asked_at=NOW,
    )
    found = await stage.ask(emoji.picture, 1)
    assert found is not None
    assert (found.url, found.wanted, found.token) == (CAT, "", "token 1")
    mine = await stage.ask(emoji.picture_by_token, "mine")
    assert mine is not None
    assert (mine.id, mine.state) == (2, "stored")
    assert await stage.ask(emoji.picture, 3) is None
    assert await stage.ask(emoji.picture_by_token, "token") is None


async def test_a_fetched_picture_gets_its_type_and_place_and_no_other_does(stage: Stage) -> None:
    await ask_for(stage, 1, CAT)
    await ask_for(stage, 2, DOG)
    await stage.do(
        emoji.change_picture, 1, state="stored", media_type="image/png", path="em/1", digest="z1"
    )
    cat, dog = await stage.ask(emoji.picture, 1), await stage.ask(emoji.picture, 2)
    assert cat is not None
    assert dog is not None
    assert (cat.state, cat.media_type, cat.path, cat.digest) == (
        "stored",
        "image/png",
        "em/1",
        "z1",
    )
    assert (dog.state, dog.media_type, dog.path, dog.digest) == ("pending", "", None, None)


async def test_the_emoji_of_a_name_are_replaced_as_a_whole(stage: Stage) -> None:
    for number in (1, 2):
        drawn = [{"name": f":cat{number}:", "url": CAT}]
        await stage.do(actors.set_emoji, CAROL, drawn)
        carol, bob = await stage.ask(actors.actor, CAROL), await stage.ask(actors.actor, BOB)
        assert carol is not None
        assert bob is not None
        assert (carol.emoji, bob.emoji) == (drawn, [])
