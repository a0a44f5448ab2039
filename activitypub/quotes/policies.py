"""``interactionPolicy.canQuote``: who may quote a post (FEP-044f)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

from activitypub.vocab.reading import ids
from activitypub.vocab.terms import PUBLIC, PUBLIC_FORMS, Doc


class QuotePolicy(StrEnum):
    """What an author can want of quotes of a post."""

    PUBLIC = "public"
    """Anybody may quote it."""
    FOLLOWERS = "followers"
    """Followers may."""
    ASK = "ask"
    """Anybody may ask; the author answers."""
    NOBODY = "nobody"
    """Nobody but its author."""


class Outlook(StrEnum):
    """What a request to quote a post can hope for."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"
    UNKNOWN = "unknown"
    """The post says nothing about quotes."""
    NO = "no"


def build_quote_policy(policy: str, author: str, followers: str) -> dict[str, Any]:
    """The ``interactionPolicy`` of a post.

    For nobody it names the author: an empty list is as good as none in JSON-LD.
    """
    match policy:
        case QuotePolicy.PUBLIC:
            allowed: dict[str, Any] = {"automaticApproval": [PUBLIC]}
        case QuotePolicy.FOLLOWERS:
            allowed = {"automaticApproval": [followers]}
        case QuotePolicy.ASK:
            allowed = {"automaticApproval": [author], "manualApproval": [PUBLIC]}
        case _:
            allowed = {"automaticApproval": [author]}
    return {"canQuote": allowed}


def read_outlook(
    document: Doc, *, author: str, quoter: str, followed: Collection[str] = ()
) -> Outlook:
    """What somebody can hope for who would quote the post in ``document``.

    ``followed`` are collections of which ``quoter`` is known to be a member. Whoever only might be
    (of another followers collection) can ask: the author's server decides.
    """
    policy = document.get("interactionPolicy")
    rules = policy.get("canQuote") if isinstance(policy, Mapping) else None
    if not isinstance(rules, Mapping):
        return Outlook.UNKNOWN
    automatic = set(ids(rules.get("automaticApproval")))
    manual = set(ids(rules.get("manualApproval")))
    matching = {*PUBLIC_FORMS, quoter, *followed}
    if not matching.isdisjoint(automatic) or quoter == author:
        return Outlook.AUTOMATIC
    if not matching.isdisjoint(manual):
        return Outlook.MANUAL
    if any(one.startswith(f"{author}/") for one in automatic | manual):
        return Outlook.MANUAL
    return Outlook.NO
