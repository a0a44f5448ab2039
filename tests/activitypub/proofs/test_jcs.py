from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from activitypub.errors import DocumentError
from activitypub.proofs.jcs import canonicalise
from tests.activitypub.proofs.documents import PROTOCOL, VECTORS
from tests.examples import examples

FILES = sorted((VECTORS / "jcs-rfc8785/input").iterdir())

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
ASCII_NAMES = st.text(st.characters(max_codepoint=127))
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | ASCII_NAMES, inner),
    max_leaves=30,
)
FAST_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(ASCII_NAMES, inner),
    max_leaves=30,
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_the_examples_of_rfc_8785_are_reproduced(path: Any) -> None:
    expected = (VECTORS / "jcs-rfc8785/output" / path.name).read_bytes()
    assert canonicalise(json.loads(path.read_text("utf-8"))) == expected


@pytest.mark.parametrize("name", sorted(PROTOCOL))
def test_documents_of_ours_take_the_fast_way_to_the_same_octets(name: str) -> None:
    assert canonicalise(PROTOCOL[name]) == rfc8785.dumps(PROTOCOL[name])


@settings(max_examples=examples(300), deadline=None)
@given(JSON)
def test_any_json_has_the_octets_of_the_reference(value: Any) -> None:
    assert canonicalise(value) == rfc8785.dumps(value)


@settings(max_examples=examples(300), deadline=None)
@given(FAST_JSON)
def test_the_fast_way_has_the_octets_of_the_reference(value: Any) -> None:
    assert canonicalise(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1.0, -0.0, 0.0, 1e21, 1e-7, 333333333.33333329], b"[1,0,0,1e+21,1e-7,333333333.3333333]"),
        ({"\ue000": 1, "\U0001f600": 2}, '{"\U0001f600":2,"\ue000":1}'.encode()),
        ({"a": (1, "\x7f\u2028\x1f\b")}, b'{"a":[1,"\x7f\xe2\x80\xa8\\u001f\\b"]}'),
    ],
)
def test_what_orjson_would_write_otherwise_is_written_right(value: Any, expected: bytes) -> None:
    assert canonicalise(value) == expected


class _Word(StrEnum):
    ONE = "one"


def _deep(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        2**53,
        -(2**53),
        10**5000,
        "\ud800",
        {"\ud800": 1},
        {"a": "\udfff"},
        {1: 2},
        {"a": {1, 2}},
        {"a": b"octets"},
        object(),
        _deep(200),
        _deep(5000),
        {"a": [1.5, _deep(5000)]},
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(DocumentError):
        canonicalise(value)


def test_a_subclass_of_a_json_type_is_left_to_the_reference() -> None:
    assert canonicalise({"a": _Word.ONE}) == b'{"a":"one"}'
