"""The one table that decides what becomes of an invitation: (state, move) → state.

Both servers run it, each on its own copy: the primary author's on the Offers it sent, the
co-author's on those it received. It cannot tell a local author from a remote one. Whatever order
messages arrive in, both copies end in states that agree (``agree``): either both say that the
person is an author of the published object, or neither does.

Source: FEP-af48, sections Invitation, Publication, Changes, Leaving and removal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ConsentState(StrEnum):
    """How far one author's consent to one version of one object is."""

    OFFERED = "offered"
    """Invited; no answer yet."""
    ACCEPTED = "accepted"
    """Consented, stamp issued; not published yet."""
    PUBLISHED = "published"
    """Named on the published object."""
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    """Taken back by the primary author before publication."""
    SUPERSEDED = "superseded"
    """A newer Offer for the same object took its place."""
    LAPSED = "lapsed"
    """Consented, but never published within thirty days: the stamp was deleted."""
    LEFT = "left"
    """The co-author took their name off."""
    REMOVED = "removed"
    """The primary author published without them."""
    DELETED = "deleted"
    """The object is gone."""


class Move(StrEnum):
    """What can happen to an invitation."""

    ACCEPT = "accept"
    DECLINE = "decline"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"
    PUBLISH = "publish"
    LAPSE = "lapse"
    LEAVE = "leave"
    REMOVE = "remove"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Moved:
    """The move changed the state."""

    state: ConsentState


@dataclass(frozen=True, slots=True)
class Kept:
    """The move is legal and changes nothing: a repeat, or something already overtaken."""

    state: ConsentState


@dataclass(frozen=True, slots=True)
class Illegal:
    """The move is refused."""

    state: ConsentState


Outcome = Moved | Kept | Illegal

_S = ConsentState
_M = Move

_MOVES: dict[ConsentState, dict[Move, ConsentState]] = {
    _S.OFFERED: {
        _M.ACCEPT: _S.ACCEPTED,
        _M.DECLINE: _S.DECLINED,
        _M.EXPIRE: _S.EXPIRED,
        _M.WITHDRAW: _S.WITHDRAWN,
        _M.SUPERSEDE: _S.SUPERSEDED,
        _M.DELETE: _S.WITHDRAWN,
    },
    _S.ACCEPTED: {
        _M.WITHDRAW: _S.WITHDRAWN,
        _M.SUPERSEDE: _S.SUPERSEDED,
        _M.PUBLISH: _S.PUBLISHED,
        _M.LAPSE: _S.LAPSED,
        _M.LEAVE: _S.LEFT,
        _M.REMOVE: _S.REMOVED,
        _M.DELETE: _S.DELETED,
    },
    _S.PUBLISHED: {
        _M.SUPERSEDE: _S.SUPERSEDED,
        _M.LEAVE: _S.LEFT,
        _M.REMOVE: _S.REMOVED,
        _M.DELETE: _S.DELETED,
    },
}
"""The moves that change something. All other states are final."""

_KEPT: dict[ConsentState, frozenset[Move]] = {
    _S.OFFERED: frozenset(),
    _S.ACCEPTED: frozenset({_M.ACCEPT, _M.EXPIRE}),
    _S.PUBLISHED: frozenset({_M.ACCEPT, _M.EXPIRE, _M.WITHDRAW, _M.PUBLISH, _M.LAPSE}),
    _S.DECLINED: frozenset({_M.DECLINE, _M.EXPIRE, _M.WITHDRAW, _M.SUPERSEDE, _M.DELETE}),
    _S.EXPIRED: frozenset({_M.EXPIRE, _M.WITHDRAW, _M.SUPERSEDE, _M.DECLINE, _M.DELETE}),
    _S.WITHDRAWN: frozenset(
        {_M.WITHDRAW, _M.EXPIRE, _M.SUPERSEDE, _M.DECLINE, _M.DELETE, _M.LEAVE}
    ),
    _S.SUPERSEDED: frozenset({_M.SUPERSEDE, _M.WITHDRAW, _M.EXPIRE, _M.DECLINE, _M.DELETE}),
    _S.LAPSED: frozenset({_M.LAPSE, _M.WITHDRAW, _M.EXPIRE, _M.DELETE, _M.LEAVE, _M.REMOVE}),
    _S.LEFT: frozenset({_M.LEAVE, _M.REMOVE, _M.DELETE, _M.WITHDRAW, _M.EXPIRE, _M.SUPERSEDE}),
    _S.REMOVED: frozenset({_M.REMOVE, _M.LEAVE, _M.DELETE, _M.WITHDRAW, _M.EXPIRE}),
    _S.DELETED: frozenset({_M.DELETE, _M.LEAVE, _M.REMOVE, _M.WITHDRAW, _M.EXPIRE}),
}
"""The moves that are in order and change nothing."""

FINAL = frozenset(ConsentState) - frozenset(_MOVES)
OPEN = frozenset({_S.OFFERED})
CONSENTING = frozenset({_S.ACCEPTED, _S.PUBLISHED})
"""States in which a stamp of this consent may exist."""


def move(state: ConsentState, what: Move) -> Outcome:
    """What ``what`` does in ``state``. Total: every pair has an answer."""
    after = _MOVES.get(state, {}).get(what)
    if after is not None:
        return Moved(after)
    if what in _KEPT[state]:
        return Kept(state)
    return Illegal(state)


def agree(primary: ConsentState, co_author: ConsentState) -> bool:
    """Whether both servers, all messages delivered, hold compatible copies of one consent."""
    if (primary is _S.PUBLISHED) != (co_author is _S.PUBLISHED):
        return False
    if (primary is _S.ACCEPTED) != (co_author is _S.ACCEPTED):
        return False
    return (primary in OPEN) == (co_author in OPEN)


def mermaid() -> str:
    """The state diagram of the documentation, drawn from the table."""
    lines = ["stateDiagram-v2", "    [*] --> offered: Offer"]
    for state, moves in _MOVES.items():
        lines += [
            f"    {state.value} --> {after.value}: {what.value}" for what, after in moves.items()
        ]
    lines += [f"    {state.value} --> [*]" for state in ConsentState if state in FINAL]
    return "\n".join(lines)
