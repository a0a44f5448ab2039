"""Values in every shape that ActivityStreams allows, and in some that it does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub.vocab.reading import (
    as_id,
    as_list,
    format_time,
    host_of,
    ids,
    origin,
    parse_time,
    same_origin,
    text,
    types,
)

ALICE = "https://a.example/users/alice"


def test_one_or_many_is_a_list() -> None:
    assert as_list(None) == []
    assert as_list("x") == ["x"]
    assert as_list(["x", "y"]) == ["x", "y"]
    assert as_list(False) == [False]


@pytest.mark.parametrize(
    "value",
    [ALICE, {"id": ALICE}, {"type": "Link", "href": ALICE}, {"id": ALICE, "href": "https://x"}],
)
def test_an_identifier_is_a_string_or_in_an_object_or_a_link(value: Any) -> None:
    assert as_id(value) == ALICE


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        7,
        [ALICE],
        {},
        {"id": None},
        {"id": 7},
        {"id": {"id": ALICE}},
        "https://a.example/\n",
        " https://a.example",
        "https://a.example/\0",
        "x" * 2049,
    ],
)
def test_what_is_no_identifier_is_none(value: Any) -> None:
    assert as_id(value) is None


def test_identifiers_are_neither_normalised_nor_merged() -> None:
    assert ids([ALICE, {"id": ALICE}, 7, "HTTPS://A.example/"]) == (
        ALICE,
        ALICE,
        "HTTPS://A.example/",
    )
    assert ids(None) == ()


def test_types_are_strings_of_a_member_or_of_a_document() -> None:
    assert types("Note") == ("Note",)
    assert types(["Note", 7, None, "", "Article"]) == ("Note", "Article")
    assert types({"type": ["Note"]}) == ("Note",)
    assert types({}) == types(None) == types(7) == ()


def test_text_is_a_string_without_nul() -> None:
    assert text("a\0b") == "ab"
    assert text(7) == text(None) == text(["a"]) == ""


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2026-11-20T10:00:00Z", 1795168800000),
        ("2026-11-20T10:00:00.5Z", 1795168800500),
        ("2026-11-20T10:00:00.123999Z", 1795168800123),
        ("2026-11-20T12:00:00+02:00", 1795168800000),
        ("2026-11-20T04:30:00-05:30", 1795168800000),
        ("2026-11-20t10:00:00z", 1795168800000),
        ("2026-11-20 10:00:00Z", 1795168800000),
        ("2026-11-20T10:00Z", 1795168800000),
        ("2026-11-20T10:00:00", 1795168800000),
        ("2026-11-19T24:00:00Z", 1795132800000),
        ("2026-11-20T09:59:60Z", 1795168800000),
        ("1969-12-31T23:59:59.999Z", -1),
    ],
)
def test_a_time_is_read(written: str, at: int) -> None:
    assert parse_time(written) == at


@pytest.mark.parametrize(
    "written",
    [
        "",
        "now",
        "2026-11-20",
        "2026-02-30T00:00:00Z",
        "2026-11-20T25:00:00Z",
        1795168800,
        None,
        "2026-11-20T10:61:00Z",
        "2026-11-20T24:00:01Z",
        "٢٠٢٦-11-20T10:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-05:00",
        "2026-11-20T10:00:00Z\n",
        "2026-11-20T10:00:00+99:99",
        "2026-11-20T10:00:00." + "9" * 100 + "Z",
    ],
)
def test_what_is_no_time_is_none(written: Any) -> None:
    assert parse_time(written) is None


def test_milliseconds_are_written_only_where_there_are_any() -> None:
    assert format_time(1795168800000) == "2026-11-20T10:00:00Z"
    assert format_time(1795168800120) == "2026-11-20T10:00:00.120Z"


@given(st.integers(min_value=-62135596800000, max_value=253402300799999))
def test_a_time_written_and_read_is_the_same_time(at: int) -> None:
    assert parse_time(format_time(at)) == at


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/users/alice?x#y", ("https", "a.example", 443)),
        ("HTTPS://A.EXAMPLE:443", ("https", "a.example", 443)),
        ("http://a.example", ("http", "a.example", 80)),
        ("http://127.0.0.1:8000/users/alice", ("http", "127.0.0.1", 8000)),
        ("https://a.example:", ("https", "a.example", 443)),
        ("https://bücher.example/", ("https", "xn--bcher-kva.example", 443)),
        ("https://XN--BCHER-KVA.example/", ("https", "xn--bcher-kva.example", 443)),
        ("https://[0:0:0:0:0:0:0:1]:8443/", ("https", "[::1]", 8443)),
        ("https://under_score.example/", ("https", "under_score.example", 443)),
    ],
)
def test_the_origin_is_scheme_host_and_port(url: str, expected: tuple[str, str, int]) -> None:
    assert origin(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "",
        "a.example",
        "//a.example",
        "ftp://a.example",
        "javascript:alert(1)",
        "acct:a@b",
        "https://",
        "https:///x",
        "https:a.example",
        "https://?x",
        "https://:443",
        "did:web:a",
        "https://user@a.example",
        "https://user:pw@a.example",
        "https://a.example@evil.example",
        "https://a.example:0",
        "https://a.example:65536",
        "https://a.example:x",
        "https://a:443:1",
        "https://a.example.",
        "https://a..example",
        "https://.a.example",
        "https://-a.example",
        "https://a.example\\@evil.example",
        "https://a.example\t",
        " https://a.example",
        "https://a%2eexample",
        "https://[::1",
        "https://[::1%25eth0]",
        "https://[a.example]",
        "https://faß.example",
        "https://a\u200d.example",
        "https://\u2100.example",
        "https://a\u3002",
        "https://" + "a" * 64 + ".example",
        "https://a.example/" + "x" * 2048,
        "https://*.example",
    ],
)
def test_what_could_be_read_as_two_hosts_has_no_origin(url: Any) -> None:
    assert origin(url) is None
    assert host_of(url) is None
    assert not same_origin(url, url)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example", "http://a.example"),
        ("https://a.example", "https://a.example:8443"),
        ("https://a.example", "https://b.a.example"),
        ("https://a.example", "https://a.example.evil.example"),
        ("https://a.example", "https://а.example"),  # a Cyrillic letter
    ],
)
def test_neighbours_are_other_origins(one: str, other: str) -> None:
    assert origin(one) is not None
    assert not same_origin(one, other)


def test_the_default_port_is_left_out_of_the_host() -> None:
    assert host_of("https://A.example:443/x") == "a.example"
    assert host_of("http://127.0.0.1:8000") == "127.0.0.1:8000"
    assert host_of("https://a.example:80") == "a.example:80"


@given(st.text(max_size=60), st.text(max_size=10))
def test_no_text_breaks_the_origin(rest: str, path: str) -> None:
    found = origin(f"https://{rest}/{path}")
    if found is not None:
        assert found[1].isascii()
        assert found[1] == found[1].lower()
        assert "@" not in rest
