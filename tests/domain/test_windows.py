"""Pages of which some is kept from the reader: nothing is lost or said twice, both ways."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from fedi_cotweet.domain.windows import ROUNDS, Page, Window, filled, page_of

PLACES = range(1, 41)


def read(window: Window, hidden: Sequence[int] = ()) -> Page[int]:
    def fetch(asked: Window) -> list[int]:
        assert asked.limit == window.limit
        found = [
            place
            for place in PLACES
            if (asked.before is None or place < asked.before)
            and (asked.bottom is None or place > asked.bottom)
        ]
        return sorted(found, reverse=not asked.upwards)[: asked.limit]

    def keep(found: Sequence[int]) -> list[int]:
        return [place for place in found if place not in hidden]

    page = page_of(fetch, keep, lambda place: place, window)
    assert filled(fetch, keep, lambda place: place, window) == page.items
    return page


@pytest.mark.parametrize("hidden", [(), range(3, 35), range(1, 41), range(2, 41, 2), (1, 40)])
@pytest.mark.parametrize("limit", [1, 3, 7, 40, 60])
@pytest.mark.parametrize("name", ["before", "after"])
def test_all_that_is_shown_is_met_once_in_order(
    hidden: Sequence[int], limit: int, name: str
) -> None:
    window = Window(limit, after=0) if name == "after" else Window(limit)
    met: list[int] = []
    for _ in range(2 * len(PLACES)):
        page = read(window, hidden)
        assert len(page.items) <= limit
        assert page.items == sorted(page.items, reverse=True)
        met = [*page.items, *met] if name == "after" else [*met, *page.items]
        if page.following is None:
            break
        window = replace(window, **{name: page.following})
    else:
        pytest.fail("there is no end")
    assert met == [place for place in reversed(PLACES) if place not in hidden]


def test_a_page_ends_after_so_many_looks() -> None:
    assert read(Window(2), range(20, 41)) == Page([], 41 - 2 * ROUNDS)
    assert read(Window(2, after=0), range(1, 20)) == Page([], 2 * ROUNDS)


def test_a_page_that_is_the_last_says_so() -> None:
    assert read(Window(40)) == Page(list(reversed(PLACES)), 1)
    assert read(Window(3, before=3)) == Page([2, 1], None)
    assert read(Window(3, before=1)) == Page([], None)
