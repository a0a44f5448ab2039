"""The consent table against one written out by hand, for every state and every move."""

from __future__ import annotations

import itertools

import pytest

from fedi_cotweet.domain.consent import (
    CONSENTING,
    FINAL,
    OPEN,
    ConsentState,
    Illegal,
    Kept,
    Move,
    Moved,
    agree,
    mermaid,
    move,
)

TABLE = """
           accept   decline  expire  withdraw  supersede  publish   lapse  leave remove  delete
offered    accepted declined expired withdrawn superseded .         .      .     .       withdrawn
accepted   =        .        =       withdrawn superseded published lapsed left  removed deleted
published  =        .        =       =         superseded =         =      left  removed deleted
declined   .        =        =       =         =          .         .      .     .       =
expired    .        =        =       =         =          .         .      .     .       =
withdrawn  .        =        =       =         =          .         .      =     .       =
superseded .        =        =       =         =          .         .      .     .       =
lapsed     .        .        =       =         .          .         =      =     =       =
left       .        .        =       =         =          .         .      =     =       =
removed    .        .        =       =         .          .         .      =     =       =
deleted    .        .        =       =         .          .         .      =     =       =
"""
"""A name: the state afterwards. ``=``: in order, changes nothing. ``.``: refused."""


def read_table() -> dict[tuple[str, str], str]:
    head, *rows = [line.split() for line in TABLE.strip().splitlines()]
    return {
        (state, what): cell
        for state, *cells in rows
        for what, cell in zip(head, cells, strict=True)
    }


EXPECTED = read_table()
PAIRS = list(itertools.product(ConsentState, Move))
STATE_PAIRS = list(itertools.product(ConsentState, ConsentState))


def test_the_table_of_this_test_is_complete() -> None:
    assert set(EXPECTED) == {(state.value, what.value) for state, what in PAIRS}


@pytest.mark.parametrize(("state", "what"), PAIRS)
def test_every_move_in_every_state_does_what_the_table_says(
    state: ConsentState, what: Move
) -> None:
    outcome = move(state, what)

    match EXPECTED[state.value, what.value]:
        case "=":
            assert outcome == Kept(state)
        case ".":
            assert outcome == Illegal(state)
        case after:
            assert outcome == Moved(ConsentState(after))


def test_final_states_are_final() -> None:
    assert {state.value for state in FINAL} == {
        "declined",
        "expired",
        "withdrawn",
        "superseded",
        "lapsed",
        "left",
        "removed",
        "deleted",
    }
    for state, what in itertools.product(FINAL, Move):
        assert not isinstance(move(state, what), Moved)


@pytest.mark.parametrize(("state", "what"), PAIRS)
def test_the_same_message_twice_moves_once(state: ConsentState, what: Move) -> None:
    outcome = move(state, what)

    if isinstance(outcome, Moved):
        assert not isinstance(move(outcome.state, what), Moved)


@pytest.mark.parametrize("state", ConsentState)
def test_nobody_becomes_an_author_without_having_accepted(state: ConsentState) -> None:
    if move(state, Move.PUBLISH) == Moved(ConsentState.PUBLISHED):
        assert state is ConsentState.ACCEPTED
    if move(state, Move.ACCEPT) == Moved(ConsentState.ACCEPTED):
        assert state is ConsentState.OFFERED


@pytest.mark.parametrize("state", sorted(CONSENTING))
def test_consent_can_always_be_taken_back(state: ConsentState) -> None:
    assert move(state, Move.LEAVE) == Moved(ConsentState.LEFT)


def test_only_an_unanswered_offer_is_open_and_only_given_consent_may_have_a_stamp() -> None:
    assert {state.value for state in OPEN} == {"offered"}
    assert {state.value for state in CONSENTING} == {"accepted", "published"}


def test_every_state_can_be_reached_from_an_offer() -> None:
    reached, new = set[ConsentState](), {ConsentState.OFFERED}
    while new:
        reached |= new
        outcomes = {move(state, what) for state, what in itertools.product(new, Move)}
        new = {outcome.state for outcome in outcomes if isinstance(outcome, Moved)} - reached

    assert reached == set(ConsentState)


@pytest.mark.parametrize(("one", "other"), STATE_PAIRS)
def test_two_servers_agree_when_both_mean_the_same_authorship(
    one: ConsentState, other: ConsentState
) -> None:
    meaning = {"offered": "open", "accepted": "agreed", "published": "author"}

    same = meaning.get(one.value, "over") == meaning.get(other.value, "over")
    assert agree(one, other) is same
    assert agree(other, one) is same


@pytest.mark.parametrize("state", ConsentState)
def test_a_state_agrees_with_itself(state: ConsentState) -> None:
    assert agree(state, state)


def test_the_diagram_draws_every_move_and_nothing_else() -> None:
    drawn = {line.strip() for line in mermaid().splitlines()}

    moves = {
        f"{state} --> {after}: {what}"
        for (state, what), after in EXPECTED.items()
        if after not in "=."
    }
    ends = {f"{state.value} --> [*]" for state in FINAL}
    assert drawn == {"stateDiagram-v2", "[*] --> offered: Offer", *moves, *ends}
