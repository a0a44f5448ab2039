from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activitypub.followers_digest import (
    Synchronisation,
    build_header,
    followers_digest,
    parse_header,
)
from activitypub.verdicts import Refused

VECTOR: Any = json.loads((Path(__file__).parents[1] / "vectors/fep-8fcf/digest.json").read_text())
PARTS = Synchronisation(
    "https://example.org/users/1/followers",
    "https://example.org/users/1/followers_synchronization",
    VECTOR["digest"],
)


def test_the_digests_of_the_fep_are_reproduced() -> None:
    followers = VECTOR["followers"]
    assert followers_digest(followers) == VECTOR["digest"]
    assert [followers_digest([one]) for one in followers] == VECTOR["individual"]
    assert followers_digest([]) == VECTOR["empty_digest"]


def test_neither_order_nor_repetition_matters() -> None:
    followers = VECTOR["followers"]
    assert followers_digest(reversed(followers)) == VECTOR["digest"]
    assert followers_digest(followers * 2) == VECTOR["digest"]


def test_the_header_of_the_fep_is_read_and_written() -> None:
    assert build_header(PARTS) == VECTOR["header"]
    assert parse_header(VECTOR["header"]) == PARTS


@pytest.mark.parametrize("digest", ["", "x" * 64, "0" * 63, "0" * 65])
def test_a_digest_that_is_none_is_refused(digest: str) -> None:
    header = VECTOR["header"].replace(VECTOR["digest"], digest)
    assert isinstance(parse_header(header), Refused)


@settings(deadline=None)
@given(st.text() | st.from_regex(r'(collectionId|url|digest)="[0-9a-f]*",?'))
def test_no_header_breaks_the_reading(value: str) -> None:
    assert isinstance(parse_header(value), Refused)
