"""The picture of the demo: a sunrise over a lake, painted when it is needed."""

from __future__ import annotations

import itertools
import math
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIZE = (1200, 800)
HORIZON = 520
SUN = (760, 436)
DESCRIPTION = (
    "Sunrise over a lake: three ridges of blue hills, the sun just above them, "
    "and its light lying on the water."
)

Colour = tuple[int, int, int]

_SKY: tuple[tuple[float, Colour], ...] = (
    (0.0, (38, 52, 98)),
    (0.45, (124, 104, 150)),
    (0.75, (240, 158, 130)),
    (1.0, (255, 214, 160)),
)
_RIDGES: tuple[tuple[int, float, float, Colour], ...] = (
    (96, 0.0052, 0.4, (148, 122, 158)),
    (64, 0.0083, 2.1, (98, 92, 140)),
    (30, 0.0121, 4.2, (58, 64, 110)),
)
"""Height above the horizon, waves per pixel, phase and colour: the farthest first."""


def paint(target: Path) -> None:
    """Write the picture as PNG."""
    land = _sky()
    _sun(land)
    _hills(land)
    _water(land)
    land.save(target, "PNG", compress_level=6)


def _sky() -> Image.Image:
    image = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(image)
    for row in range(HORIZON):
        draw.line([(0, row), (SIZE[0], row)], fill=_between(row / HORIZON))
    return image


def _between(at: float) -> Colour:
    for (low, first), (high, second) in itertools.pairwise(_SKY):
        if at <= high:
            part = (at - low) / (high - low)
            red, green, blue = (
                round(one + (other - one) * part) for one, other in zip(first, second, strict=True)
            )
            return red, green, blue
    return _SKY[-1][1]


def _sun(image: Image.Image) -> None:
    x, y = SUN
    light = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(light)
    draw.ellipse([x - 150, y - 150, x + 150, y + 150], fill=(96, 62, 30))
    light = light.filter(ImageFilter.GaussianBlur(70))
    image.paste(ImageChops.screen(image, light))
    ImageDraw.Draw(image).ellipse([x - 44, y - 44, x + 44, y + 44], fill=(255, 244, 214))


def _hills(image: Image.Image) -> None:
    draw = ImageDraw.Draw(image)
    for height, waves, phase, colour in _RIDGES:
        line = [
            (
                x,
                HORIZON
                - height * (0.72 + 0.28 * math.sin(x * waves + phase))
                - height * 0.16 * math.sin(x * waves * 3.7 + phase * 2),
            )
            for x in range(0, SIZE[0] + 8, 8)
        ]
        draw.polygon([(0, HORIZON), *line, (SIZE[0], HORIZON)], fill=colour)


def _water(image: Image.Image) -> None:
    """The land upside down, darker, with the sun's path on it."""
    width, height = SIZE
    mirrored = image.crop((0, HORIZON - (height - HORIZON), width, HORIZON)).transpose(
        Image.Transpose.FLIP_TOP_BOTTOM
    )
    dark = Image.new("RGB", mirrored.size, (34, 48, 88))
    water = Image.blend(mirrored.filter(ImageFilter.GaussianBlur(3)), dark, 0.38)
    draw = ImageDraw.Draw(water)
    for row in range(6, water.height, 9):
        half = 26 + row * 0.34 + 18 * math.sin(row * 1.9)
        middle = SUN[0] + 14 * math.sin(row * 0.7)
        draw.line([(middle - half, row), (middle + half, row)], fill=(255, 214, 168), width=2)
    image.paste(water.filter(ImageFilter.GaussianBlur(1)), (0, HORIZON))
