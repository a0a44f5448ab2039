"""Whatever colour people choose, what is made of it can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fedi_cotweet
from fedi_cotweet.domain.colours import AA, DARK, LIGHT, contrast, on_dark, on_light, read_colour

STYLE = Path(fedi_cotweet.__file__).parent / "web" / "static" / "style.css"
COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS)
def test_every_colour_can_be_read_on_everything_that_it_stands_on(colour: str) -> None:
    for tone, grounds in ((on_light(colour), LIGHT), (on_dark(colour), DARK)):
        for ground in (*grounds, tone.wash):
            assert contrast(tone.accent, ground) >= AA, (colour, ground, tone)
        assert contrast(tone.on_accent, tone.accent) >= AA, (colour, tone)


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert on_light("#0b6656").accent == "#0b6656"
    assert on_dark("#82d2c0").accent == "#82d2c0"
    assert on_light("#82d2c0").accent != "#82d2c0"


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_grounds_are_those_of_the_style_sheet() -> None:
    text = STYLE.read_text(encoding="utf-8")
    light, dark = (
        re.findall(rf"^{head} \{{(.*?)\n\}}", text, re.DOTALL | re.MULTILINE)[0]
        for head in (":root", r":root\.scheme-dark")
    )
    for block, grounds in ((light, LIGHT), (dark, DARK)):
        found = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", block))
        assert tuple(found[name] for name in ("page", "card", "sunk")) == grounds


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("#ABCDEF", "#abcdef"),
        (" #abc\n", "#aabbcc"),
        *((wrong, None) for wrong in ("", "red", "#12345", "#123456;x", "#１23456", "url(//x)")),
    ],
)
def test_a_colour_is_six_digits(given: str, read: str | None) -> None:
    assert read_colour(given) == read
