"""Small pictures."""

from __future__ import annotations

from io import BytesIO

from PIL import Image


def png(colour: tuple[int, int, int]) -> bytes:
    """A picture of one colour."""
    file = BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")
    return file.getvalue()
