"""Parsing octets from strangers."""

from __future__ import annotations

import time
from pathlib import Path

import orjson
import pytest

from activitypub.errors import DocumentError
from activitypub.vocab.reading import parse_json, parse_strict_json

ACTIVITYSTREAMS = Path(__file__).parents[2] / "vectors" / "activitystreams" / "test"
NOT_JSON = {"vocabulary-ex196-jsonld.json"}


def test_an_object_is_parsed() -> None:
    assert parse_json(b'{"a": ["\\u00e9", 1, null]}') == {"a": ["é", 1, None]}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"text"',
        b"7",
        b"null",
        b"{",
        b'{"a": 1} {}',
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e400}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\udc00\\ud800"}',
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        b'{"a": "\n"}',
        b"\x00",
    ],
)
def test_what_is_no_json_object_in_utf_8_is_refused_by_both_parsers(body: bytes) -> None:
    with pytest.raises(DocumentError):
        parse_json(body)
    with pytest.raises(DocumentError):
        parse_strict_json(body)


def test_the_size_limit_counts_octets() -> None:
    body = '{"a": "é"}'.encode()
    assert parse_json(body, max_bytes=len(body)) == {"a": "é"}
    with pytest.raises(DocumentError, match="too large"):
        parse_json(body, max_bytes=len(body) - 1)


def test_the_depth_limit_counts_containers() -> None:
    assert parse_json(b'{"a": [{}]}', max_depth=3)
    with pytest.raises(DocumentError, match="deep"):
        parse_json(b'{"a": [{}]}', max_depth=2)


def test_many_neighbours_are_not_depth() -> None:
    body = orjson.dumps({"a": [[{}], [{}], {"b": [[], []]}] * 100})
    assert parse_json(body, max_depth=5)
    with pytest.raises(DocumentError, match="deep"):
        parse_json(body, max_depth=4)


@pytest.mark.parametrize("inside", ['"[[[[[[[["', '"\\"[[[[[[["', '"\\\\", "[[[[[[[["'])
def test_brackets_in_strings_are_not_depth(inside: str) -> None:
    assert parse_json(f'{{"a": [{inside}]}}'.encode(), max_depth=2)


def test_a_string_cannot_hide_depth() -> None:
    with pytest.raises(DocumentError, match="deep"):
        parse_json(b'{"a\\\\": [[[[["]"]]]]]}', max_depth=4)


@pytest.mark.parametrize(
    "body",
    [b"[" * 10**6, b"[]" * 500_000, b'"' * 10**6, b'"\\' * 500_000, b'{"a": "' + b'\\"' * 500_000],
)
def test_a_million_hostile_octets_take_no_second(body: bytes) -> None:
    started = time.perf_counter()
    with pytest.raises(DocumentError):
        parse_json(body)
    assert time.perf_counter() - started < 1


def test_the_last_of_two_equal_members_counts_unless_strict() -> None:
    assert parse_json(b'{"a": 1, "a": 2}') == {"a": 2}
    for twice in (b'{"a": 1, "a": 2}', b'{"b": [{"a": 1, "\\u0061": 1}]}'):
        with pytest.raises(DocumentError, match="twice"):
            parse_strict_json(twice)


@pytest.mark.parametrize("number", ["9007199254740992", "-9007199254740992", "1" * 5000])
def test_strict_json_has_no_integers_that_a_double_cannot_hold(number: str) -> None:
    with pytest.raises(DocumentError):
        parse_strict_json(f'{{"a": {number}}}')


def test_strict_json_keeps_what_is_exact() -> None:
    document = parse_strict_json('{"a": 9007199254740991, "b": -1.5, "c": "é", "d": true}')
    assert document == {"a": 9007199254740991, "b": -1.5, "c": "é", "d": True}


def test_strict_json_refuses_text_that_is_no_unicode() -> None:
    with pytest.raises(DocumentError):
        parse_strict_json('{"a": "\ud800"}')


@pytest.mark.parametrize(
    "path", sorted(ACTIVITYSTREAMS.glob("*.json")), ids=lambda path: str(path.name)
)
def test_the_documents_of_the_activitystreams_test_suite_are_json(path: Path) -> None:
    if path.name in NOT_JSON:
        with pytest.raises(DocumentError):
            parse_json(path.read_bytes())
    else:
        assert parse_json(path.read_bytes()) == orjson.loads(path.read_bytes())
