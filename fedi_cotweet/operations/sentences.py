"""Verdicts on co-authors in plain words: one sentence, saying no more than was found."""

from __future__ import annotations

from typing import Final

from activitypub.coauthorship.verification import CoAuthorState

_BY_STATE: Final = {
    CoAuthorState.VERIFIED: "agreed to exactly this text.",
    CoAuthorState.STALE: "agreed to an earlier version, not to this text.",
    CoAuthorState.REVOKED: "took their consent back: their stamp is gone.",
    CoAuthorState.UNKNOWN: "could not be reached, nothing can be said.",
}

_NEVER: Final = "never agreed to this post: "

_BY_REASON: Final = {
    "no_stamp": "never agreed: the stamp is not on their server.",
    "redirected": "never agreed: the stamp is not on their server but on another.",
    "not_a_co_author": "is only named: nothing shows that they agreed.",
    "other_object": _NEVER + "the stamp is for another one.",
    "other_issuer": _NEVER + "the stamp is somebody else's.",
    "other_target": _NEVER + "the stamp is about somebody else than its issuer.",
    "other_primary": _NEVER + "the stamp is for a post of somebody else.",
    "author_not_consented": "never agreed to these authors: their stamp does not name all of them.",
    "other_order": "never agreed to this order of authors.",
    "other_notice": _NEVER + "a part of its text passes for a list of authors.",
    "unknown_profile": "may have agreed, but to what is written in an unknown way.",
    "bad_digest": "may have agreed, but their stamp does not say to what.",
    "object_gone": "cannot be checked: their stamp is gone, and so is the post.",
    "object_changed": "cannot be checked: the post was changed during the check. Try again.",
    "object_unanswered": (
        "has no stamp any more, but the post could not be fetched again: nothing can be said."
    ),
    "unresolved": "was not checked: the post refers to too much.",
    "no_digest": "cannot be shown to have agreed: the post does not read the same to everybody.",
}

_BAD_LIST: Final = "cannot be shown to have agreed: the post names its authors against the rules."
_BAD_STAMP: Final = "cannot be shown to have agreed: what is at the stamp's address is not a stamp."

_LISTS: Final = frozenset(
    {
        "bad_co_authors",
        "too_many_co_authors",
        "repeated_author",
        "attribution_differs",
        "too_many_stamps",
        "bad_type",
        "not_public",
    }
)


def sentence(state: CoAuthorState, reason: str, who: str) -> str:
    """What ``verify_authors`` found, about ``who``."""
    if reason in _BY_REASON:
        return f"{who} {_BY_REASON[reason]}"
    if state is CoAuthorState.INVALID:
        return f"{who} {_BAD_LIST if reason in _LISTS else _BAD_STAMP}"
    return f"{who} {_BY_STATE[state]}"
