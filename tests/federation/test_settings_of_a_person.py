"""What people here decide about their account stands on their actor; its followers hear of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.federation.cast import Cast
from tests.federation.test_invitations import published

CONTROL = "/api/v1/control"


@pytest.mark.parametrize(
    ("path", "yes", "no", "member"),
    [
        ("searchable", {"searchable": "yes"}, {"searchable": "no"}, "indexable"),
        ("lock", {"locked": True}, {"locked": False}, "manuallyApprovesFollowers"),
    ],
)
async def test_followers_hear_once_of_each_change_of_a_setting(
    cast: Cast, path: str, yes: dict[str, Any], no: dict[str, Any], member: str
) -> None:
    await cast.here.settle()
    await cast.deliver(cast.carol, cast.carol.activity("Follow", cast.here.actor("alice")))
    for choice in (yes, yes, no, no):
        await cast.here.api("POST", f"{CONTROL}/{path}", choice, account="alice")
        await cast.here.settle()
    told = [sent["object"] for sent in cast.c.received_of("Update")]
    assert [(sent["id"], sent[member]) for sent in told] == [
        (cast.here.actor("alice"), True),
        (cast.here.actor("alice"), False),
    ]
    assert cast.m.received_of("Update") == []


async def test_whoever_wrote_a_post_with_them_hears_of_it_too(cast: Cast) -> None:
    """Nobody on alice's server follows bob; what they wrote together is found there."""
    await published(cast)
    for choice in ("yes", "no"):
        await cast.here.api("POST", f"{CONTROL}/searchable", {"searchable": choice}, account="bob")
        await cast.here.settle()
    told = [sent["object"] for sent in cast.a.received_of("Update")]
    assert [(sent["id"], sent["indexable"]) for sent in told] == [
        (cast.here.actor("bob"), True),
        (cast.here.actor("bob"), False),
    ]
