"""How pages look to people, as it is stored."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import appearances
from tests.storage.cast import ALICE, BOB, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


async def test_the_last_choice_of_each_person_counts(store: Store) -> None:
    stage = await raise_curtain(store)
    for accent in ("plum", "#123456"):
        await stage.do(appearances.choose, ALICE, accent=accent, scheme="dark", still=True)
    await stage.do(appearances.choose, ALICE, style="p {}", plain=True)
    held = await stage.ask(appearances.of_account, ALICE)
    assert held is not None
    assert (held.accent, held.scheme, held.still) == ("#123456", "dark", True)
    assert (held.style, held.plain) == ("p {}", True)
    assert await stage.ask(appearances.of_account, BOB) is None
