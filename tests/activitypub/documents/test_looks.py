"""Blurhashes and focal points of strangers: what is well-formed, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.documents.looks import build_focal_point, read_blurhash, read_focal_point

HASH = "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH"


@pytest.mark.parametrize("value", [HASH, "00TI:j", "LEHV6nWB2yk8pyo0adR*.7kCMdnj"])
def test_a_blurhash_of_the_length_that_it_states_is_read(value: str) -> None:
    assert read_blurhash(value) == value


@pytest.mark.parametrize(
    "value",
    [None, 7, [], "", "x", "00TI:", HASH[:-1], HASH + "a", HASH[:-1] + '"', HASH[:-1] + "é",
     "~" + "0" * 165, "|" + "0" * 166],
)  # fmt: skip
def test_what_is_no_blurhash_is_left_out(value: Any) -> None:
    assert read_blurhash(value) is None


def test_the_longest_blurhash_has_nine_by_nine_parts() -> None:
    assert read_blurhash("|" + "0" * 165) is not None


@pytest.mark.parametrize("value", [[0, 0], [-1, 1], [0.25, -0.5], (0.0, 1)])
def test_a_point_of_the_picture_is_read(value: Any) -> None:
    assert read_focal_point(value) == tuple(value)


@pytest.mark.parametrize(
    "value",
    [None, "ab", "0,0", {}, [0], [0, 0, 0], [1.01, 0], [0, -2], [float("nan"), 0],
     [0, float("inf")], [True, 0], ["0", 0], [10**400, 0], [None, None]],
)  # fmt: skip
def test_what_is_no_point_of_the_picture_is_left_out(value: Any) -> None:
    assert read_focal_point(value) is None


def test_a_whole_number_is_sent_without_a_fraction() -> None:
    assert str(build_focal_point((-0.0, 0.25))) == "[0, 0.25]"
