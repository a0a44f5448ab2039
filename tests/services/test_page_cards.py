"""Pages of strangers, read for their titles."""

from __future__ import annotations

import time

import pytest

from activitypub.discovery.handles import Handle
from fedi_cotweet.services.page_cards import MAX_DESCRIPTION, MAX_TITLE, read_page

URL = "https://news.example/rooks?x=1"
HTML = "text/html; charset=utf-8"


def page(head: str) -> bytes:
    return f"<!doctype html><html><head>{head}</head><body><p>Hello".encode()


def test_open_graph_comes_first_and_the_rest_does_without() -> None:
    whole = read_page(
        page(
            '<title>Tab</title><meta property="og:title" content="Rooks &amp; co.">'
            '<meta name="twitter:title" content="No"><meta name="description" content="No">'
            '<META PROPERTY="OG:Description" content=" They\n count. ">'
            '<meta property="og:site_name" content="News">'
            '<meta property="og:type" content="article">'
            '<meta property="og:image" content="https://tracker.example/1.png">'
            '<meta name="fediverse:creator" content="@rita@news.example">'
            '<link rel="canonical" href="/rooks">'
        ),
        HTML,
        URL,
    )
    assert whole is not None
    assert (whole.title, whole.description, whole.site, whole.kind) == (
        "Rooks & co.",
        "They count.",
        "News",
        "article",
    )
    assert whole.creator == Handle("rita", "news.example")
    assert whole.url == "https://news.example/rooks"
    plain = read_page(
        page('<title> Rooks\n again </title><meta name="description" content="D">'), "", URL
    )
    assert plain is not None
    assert (plain.title, plain.description, plain.site, plain.creator, plain.url) == (
        "Rooks again",
        "D",
        "",
        None,
        URL,
    )


@pytest.mark.parametrize(
    "target",
    [
        "https://bank.example/rooks",
        "http://news.example/rooks",
        "javascript:alert(1)",
        "//bank.example/",
        "https://[",
        "https://news.example:444/rooks",
    ],
)
def test_a_page_does_not_lead_to_another_server(target: str) -> None:
    found = read_page(page(f'<title>T</title><link rel="canonical" href="{target}">'), HTML, URL)
    assert found is not None
    assert found.url == URL


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        ("<title>Été</title>".encode("latin-1"), "text/html; charset=ISO-8859-1"),
        ("<meta charset=windows-1252><title>Été</title>".encode("cp1252"), "text/html"),
        ("<meta charset=idna><title>Été</title>".encode(), "text/html; charset=unicode_escape"),
        ("<title>Été</title>".encode("utf-16"), "text/html"),
        ("\ufeff<title>Été</title>".encode(), "text/html; charset=shift_jis"),
        (
            '<?xml version="1.0" encoding="utf-7"?><html><title>Été</title>'.encode(),
            "application/xhtml+xml",
        ),
    ],
)
def test_a_title_is_read_in_its_own_encoding(body: bytes, media_type: str) -> None:
    found = read_page(body, media_type, URL)
    assert found is not None
    assert found.title == "Été"


def test_texts_are_plain_and_cut() -> None:
    found = read_page(
        page(
            f'<meta property="og:title" content="{"x" * 9_000}">'
            '<meta property="og:description" content="&lt;b&gt;\u202eevil\u0000\u2066 '
            + "y" * 9_000
            + '">'
        ),
        HTML,
        URL,
    )
    assert found is not None
    assert (len(found.title), len(found.description)) == (MAX_TITLE, MAX_DESCRIPTION)
    assert found.description.startswith("<b>evil")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0" * 5_000,
        b"<html><head></head></html>",
        b"<title> </title>",
        b"\xff\xfe\x00",
        b"%PDF-1.7",
    ],
)
def test_what_has_no_title_has_no_preview(body: bytes) -> None:
    assert read_page(body, HTML, URL) is None


@pytest.mark.parametrize(
    "piece", [b"<", b"<a ", b"<!--", b"<div>", b"&", b"<meta ", b'<meta a="', b"<title>", b"<![C"]
)
def test_a_megabyte_of_anything_is_read_soon(piece: bytes) -> None:
    body = piece * (1024 * 1024 // len(piece))
    began = time.process_time()
    read_page(body, HTML, URL)
    assert time.process_time() - began < 2
