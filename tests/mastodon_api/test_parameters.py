"""What a request says, in any of the ways in which clients say it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import pytest

from fedi_cotweet.mastodon_api.errors import ApiError
from fedi_cotweet.mastodon_api.parameters import MOST_PARAMETERS, nested, shaped


class Shape(msgspec.Struct):
    flag: bool = False
    maybe: bool | None = None
    number: int | None = None
    name: str | None = None
    names: tuple[str, ...] = ()
    pairs: tuple[dict[str, str], ...] | None = None
    choice: Literal["listed", "unlisted"] = "listed"


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([("a", "1"), ("a", "2")], {"a": "2"}),
        ([("a[]", "1"), ("a[]", "2")], {"a": ["1", "2"]}),
        ([("a[b]", "1"), ("a[c][]", "2")], {"a": {"b": "1", "c": ["2"]}}),
        (
            [("a[][b]", "1"), ("a[][c]", "2"), ("a[][b]", "3")],
            {"a": [{"b": "1", "c": "2"}, {"b": "3"}]},
        ),
        ([("a[0][b]", "1"), ("a[1][b]", "2")], {"a": {"0": {"b": "1"}, "1": {"b": "2"}}}),
        ([("a[", "1"), ("[]", "2")], {"a[": "1", "[]": "2"}),
        ([("id[][]", "1"), ("id[][]", "2")], {"id": ["1", "2"]}),
    ],
)
def test_names_in_brackets_are_nested(pairs: list[tuple[str, str]], expected: Any) -> None:
    assert nested(pairs) == expected


@pytest.mark.parametrize(
    "pairs",
    [
        [("a" + "[b]" * 5, "1")],
        [("a[]", "1"), ("a[b]", "2")],
        [("a[b]", "1"), ("a[]", "2")],
        [(str(number), "") for number in range(MOST_PARAMETERS + 1)],
    ],
)
def test_what_is_too_much_or_two_things_at_once_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(ApiError) as refused:
        nested(pairs)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"flag": "on", "maybe": "0"}, Shape(flag=True, maybe=False)),
        ({"number": "12"}, Shape(number=12)),
        ({"number": ""}, Shape()),
        ({"names": "one"}, Shape(names=("one",))),
        ({"names": ""}, Shape()),
        ({"pairs": {"0": {"a": "b"}, "1": {"a": "c"}}}, Shape(pairs=({"a": "b"}, {"a": "c"}))),
        ({"choice": "unlisted"}, Shape(choice="unlisted")),
        ({"name": 117664523073165240}, Shape(name="117664523073165240")),
        ({"names": [117664523073165240, "2"]}, Shape(names=("117664523073165240", "2"))),
        ({"names": 5}, Shape(names=("5",))),
        ({"names": {"0": 5}}, Shape(names=("5",))),
        ({"strange": "x", "flag": None}, Shape()),
    ],
)
def test_texts_count_as_what_they_spell(given: dict[str, Any], expected: Shape) -> None:
    assert shaped(Shape, given) == expected


@pytest.mark.parametrize(
    "given",
    [
        {"flag": "perhaps"},
        {"number": "many"},
        {"choice": "x"},
        {"names": ["a\0"]},
        {"name": True},
        {"names": [[5]]},
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as refused:
        shaped(Shape, given)
    assert refused.value.status == 422
