"""Ids: 64 bits, growing, ordered by time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fedi_cotweet.domain.ids import SEQUENCE_MASK, IdSequence, id_at, time_of

NOW = 1_795_168_800_000  # 2026-11-20T10:00:00Z
moments = st.integers(min_value=0, max_value=2**47 - 1)


@given(st.integers(), st.lists(moments, min_size=1, max_size=50))
def test_ids_of_one_process_only_grow_even_when_its_clock_jumps(
    start: int, times: list[int]
) -> None:
    sequence = IdSequence(start)

    made = [sequence.next(now) for now in times]

    assert made == sorted(set(made))


@given(st.integers(), moments)
def test_an_id_fits_into_a_signed_column_of_64_bits(start: int, now: int) -> None:
    assert 0 <= IdSequence(start).next(now) < 2**63


@given(st.integers(), st.integers(), moments, moments)
def test_ids_of_different_processes_sort_by_time(
    start: int, other: int, one: int, two: int
) -> None:
    earlier, later = sorted((one, two))
    if earlier == later:
        return

    assert IdSequence(start).next(earlier) < IdSequence(other).next(later)


def test_more_ids_in_one_millisecond_than_the_counter_holds_are_all_different() -> None:
    sequence = IdSequence(SEQUENCE_MASK)

    made = {sequence.next(NOW) for _ in range(SEQUENCE_MASK + 10)}

    assert len(made) == SEQUENCE_MASK + 10
    assert max(time_of(one) for one in made) <= NOW + 1


def test_two_processes_that_start_apart_do_not_meet() -> None:
    one, other = IdSequence(1), IdSequence(30_000)

    assert not {one.next(NOW) for _ in range(1000)} & {other.next(NOW) for _ in range(1000)}


@given(moments, st.integers(min_value=0))
def test_the_id_of_a_dated_thing_holds_its_date(moment: int, entropy: int) -> None:
    assert time_of(id_at(moment, entropy)) == moment
    assert id_at(moment, entropy) < 2**63


def test_something_dated_before_1970_still_gets_an_id() -> None:
    assert time_of(id_at(-5, 7)) == 0
