from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

import activitypub
import fedi_cotweet.web
from fedi_cotweet.web.headers import PAGE_HEADERS, PRIVATE_PAGE_HEADERS, static_headers
from fedi_cotweet.web.pages import render_error
from fedi_cotweet.web.rendering import TINTS
from fedi_cotweet.web.static_files import find_static, static_path
from tests.web.cast import INSTANCE
from tests.web.markup import parse_page


def style() -> str:
    found = find_static("", "style.css")
    assert found is not None
    return found[0].body.decode()


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_address_of_a_file_holds_the_hash_of_its_octets() -> None:
    for name in ("style.css", "icon.svg"):
        _, folder, digest, last = static_path(name).split("/")
        found = find_static(digest, name)
        assert found is not None
        file, current = found
        assert (folder, last, current) == ("static", name, True)
        assert hashlib.sha256(file.body).hexdigest().startswith(digest)


def test_a_page_from_before_an_upgrade_gets_the_file_but_may_not_keep_it() -> None:
    found = find_static("0" * 16, "style.css")
    assert found is not None
    assert found[1] is False
    assert "immutable" in static_headers(immutable=True)["Cache-Control"]
    assert "immutable" not in static_headers(immutable=False)["Cache-Control"]


def test_nothing_else_is_a_static_file() -> None:
    for name in ("../pages.py", "templates/layout.html", ""):
        assert find_static("0" * 16, name) is None
    with pytest.raises(KeyError):
        static_path("missing.css")


def test_pages_link_the_style_sheet_and_the_icon_of_this_release() -> None:
    document = parse_page(render_error(404, "Gone", "Go back.", INSTANCE))
    assert document.one("link", rel="stylesheet").attributes["href"] == static_path("style.css")
    assert document.one("link", rel="icon").attributes["href"] == static_path("icon.svg")


def test_the_policy_allows_only_what_comes_from_here() -> None:
    policy = dict(
        part.split(" ", 1) for part in PAGE_HEADERS["Content-Security-Policy"].split("; ")
    )
    assert policy["default-src"] == "'none'"
    assert set(policy.values()) == {"'none'", "'self'"}
    assert policy["script-src"] == "'self'", "no script in pages, only files of ours"
    for name in ("frame-ancestors", "base-uri"):
        assert policy[name] == "'none'"
    assert policy["form-action"] == "'self'"


def test_private_pages_are_kept_by_nobody() -> None:
    assert "no-store" in PRIVATE_PAGE_HEADERS["Cache-Control"]
    assert PRIVATE_PAGE_HEADERS.items() > PAGE_HEADERS.items()


def test_the_style_sheet_loads_nothing() -> None:
    assert not re.search(r"url\(|@import|@font-face", style())


def _root(which: str) -> str:
    """What the style sheet says of the whole page, of those that choose so."""
    [said, *_] = re.findall(rf":root{re.escape(which)}\{{(.*?)\}}", style(), re.DOTALL)
    return str(said)


def test_who_chooses_a_dark_page_gets_the_colours_of_a_dark_device() -> None:
    chosen, given = colours(_root(".scheme-dark ")), colours(_root(":not(.scheme-light) "))
    assert chosen == given
    assert len(given) > 10


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast_in_both_schemes(scheme: str) -> None:
    colour = colours(_root(" " if scheme == "light" else ":not(.scheme-light) "))
    for text, ground in (
        ("ink", "page"),
        ("ink", "card"),
        ("ink", "sunk"),
        ("ink", "accent-wash"),
        ("soft", "page"),
        ("soft", "card"),
        ("soft", "sunk"),
        ("soft", "accent-wash"),
        ("accent", "page"),
        ("accent", "card"),
        ("accent", "accent-wash"),
        ("on-accent", "accent"),
        ("alert", "alert-wash"),
    ):
        assert contrast(colour[text], colour[ground]) >= 4.5, (text, ground)
    for ground in ("page", "card"):
        assert contrast(colour["edge"], colour[ground]) >= 3, ground


def test_initials_can_be_read_on_every_tint() -> None:
    tints = re.findall(r"\.tint-(\d+) \{ background: (#[0-9a-f]{6}); \}", style())
    assert [int(number) for number, _ in tints] == list(range(TINTS))
    assert [colour for _, colour in tints if contrast(colour, "#ffffff") < 4.5] == []


MADE_OF_PARTS = (
    *("accent-", "act-", "chip-", "focus-", "gallery-", "page-", "scheme-", "standing-"),
    "tint-",
)
"""How classes begin that templates put together."""


def test_no_rule_is_for_a_class_that_no_page_has() -> None:
    rules = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", style(), flags=re.DOTALL)
    classes = set(re.findall(r"\.([a-z][\w-]*)", rules))
    sources = [Path(fedi_cotweet.web.__file__).parent, Path(activitypub.__file__).parent]
    suffixes = (".html", ".py", ".js")
    files = [file for folder in sources for file in folder.rglob("*") if file.suffix in suffixes]
    words = set(re.findall(r"[\w-]+", " ".join(file.read_text("utf-8") for file in files)))
    lost = {name for name in classes - words if not name.startswith(MADE_OF_PARTS)}
    assert lost == {"avatar-now", "header-now"}, (
        "of settings/profile.html, which puts them together"
    )


def test_people_who_want_less_motion_get_none() -> None:
    assert "prefers-reduced-motion: reduce" in style()
