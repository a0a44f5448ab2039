"""Pictures as octets: what they are by their content, and copies that tell nothing else.

Everything here decodes what strangers made, so it runs in the processes of ``decoding`` only. Stops
decompression bombs (by the size a header states, before anything is decoded), files of another
kind under a picture's name, and the leak of places and devices through EXIF and XMP.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import blurhash
import pi_heif
from PIL import Image, ImageOps, ImageSequence

from fedi_cotweet.languages.wording import say_count
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.polyglots import hides_a_file

MAX_PIXELS = 40_000_000
MAX_SIDE = 16_383
"""The longest side WebP can hold."""
MAX_FRAMES = 2_000
MAX_ANIMATION_PIXELS = 100_000_000
"""Of all frames together."""
MAX_COLOUR_PROFILE = 65_536
POSTER_SIDE = 640


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a picture may be. ``animation``: pixels of all frames together."""

    pixels: int = MAX_PIXELS
    side: int = MAX_SIDE
    frames: int = MAX_FRAMES
    animation: int = MAX_ANIMATION_PIXELS


OF_POSTS = Bounds()
OF_EMOJI = Bounds(pixels=1_048_576, side=1_024, frames=500, animation=32_000_000)

MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a JPEG with more pictures behind the first, as many cameras write it
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
}
_SHOWN = ("PNG", "JPEG", "GIF", "WEBP", "AVIF")
_TAKEN = (*_SHOWN, "HEIF")
"""As uploads: what phones make and browsers do not show becomes something they do."""
_KEPT = frozenset({"background", "disposal", "duration", "loop", "transparency"})
"""What Pillow knows of a picture that belongs to its look."""
_ALBUMS = frozenset({"MPO", "HEIF"})
"""Kinds whose further pictures are no frames of an animation."""
_ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class Picture:
    """A verified picture; width and height in pixels as it is shown."""

    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture made anew from pixels: nothing of the original file's metadata is in it."""

    octets: bytes
    picture: Picture
    blurhash: str


def prepare() -> None:
    """Have every decoder at hand, before there are processes to fork."""
    pi_heif.register_heif_opener()
    Image.init()


def read_picture(octets: bytes, bounds: Bounds = OF_POSTS) -> Picture:
    """Verify a picture and say what it is. Raises ``ServiceError``: ``not_a_picture``,
    ``picture_too_large``, ``hides_a_file``.
    """
    try:
        with _open(octets, bounds, _SHOWN) as image:
            image.verify()
        with _open(octets, bounds, _SHOWN) as image:
            image.load()
            width, height = image.size
            if image.getexif().get(_ORIENTATION) in (5, 6, 7, 8):
                width, height = height, width
            return Picture(MEDIA_TYPES[image.format or ""], width, height)
    except (ServiceError, MemoryError):
        raise
    except Exception as error:  # decoders of hostile files raise whatever they like
        raise not_a_picture() from error


def clean_picture(octets: bytes, bounds: Bounds = OF_POSTS) -> CleanPicture:
    """The same picture upright, without EXIF, XMP, comments and whatever followed it.

    An AVIF becomes WebP: other servers of FEP-af48 cannot show AVIF to those whom they ask for
    consent. A HEIC becomes JPEG, or WebP where it lets something through. Raises as
    ``read_picture``.
    """
    try:
        with _open(octets, bounds, _TAKEN) as image:
            frames = getattr(image, "n_frames", 1)
            if frames > 1 and image.format not in _ALBUMS:
                return _animation(image, bounds)
            return _still(image, octets)
    except (ServiceError, MemoryError):
        raise
    except Exception as error:  # as above
        raise not_a_picture() from error


def poster_picture(octets: bytes, bounds: Bounds = OF_POSTS) -> CleanPicture:
    """A small JPEG of a picture, of an animation its first frame, as those that films have.
    Raises as ``read_picture``.
    """
    try:
        with _open(octets, bounds, _TAKEN) as image:
            image.draft("RGB", (POSTER_SIDE, POSTER_SIDE))
            image.load()
            shown = ImageOps.exif_transpose(image)
            shown.thumbnail((POSTER_SIDE, POSTER_SIDE))
            ground = Image.new("RGBA", shown.size, "white")
            flat = Image.alpha_composite(ground, shown.convert("RGBA")).convert("RGB")
            return _saved(flat, {"format": "JPEG", "quality": 80}, flat.size)
    except (ServiceError, MemoryError):
        raise
    except Exception as error:  # as above
        raise not_a_picture() from error


def _open(octets: bytes, bounds: Bounds, kinds: tuple[str, ...]) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(octets), formats=kinds)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_large(bounds) from error
    frames = getattr(image, "n_frames", 1)
    pixels = image.width * image.height
    if (
        pixels > bounds.pixels
        or max(image.size) > bounds.side
        or frames > bounds.frames
        or (frames > 1 and image.format not in _ALBUMS and pixels * frames > bounds.animation)
    ):
        image.close()
        raise too_large(bounds)
    if hides_a_file(octets):
        image.close()
        raise hidden_file()
    return image


def _still(image: Image.Image, octets: bytes) -> CleanPicture:
    image.load()
    kind = image.format or ""
    turned = image.getexif().get(_ORIENTATION, 1) != 1
    shown = ImageOps.exif_transpose(image) if turned else image
    options = _colours(image)
    _forget(shown)
    match kind:
        case "JPEG" if not turned:
            options |= {"format": "JPEG", "quality": "keep"}
        case "HEIF" if not shown.has_transparency_data:
            options |= {"format": "JPEG", "quality": 90}
        case "JPEG" | "MPO":
            options |= {"format": "JPEG", "quality": 92}
        case "WEBP" if b"VP8L" in octets:
            options |= {"format": "WEBP", "lossless": True}
        case "WEBP" | "AVIF" | "HEIF":
            options |= {"format": "WEBP", "quality": 90}
        case _:
            options |= {"format": kind}
    return _saved(shown, options, shown.size)


def _animation(image: Image.Image, bounds: Bounds) -> CleanPicture:
    durations, size = [], image.size
    for frame in ImageSequence.Iterator(image):
        frame.load()
        if frame.width * frame.height > bounds.pixels:  # a GIF's frame can enlarge its canvas
            raise too_large(bounds)
        durations.append(int(frame.info.get("duration", 100)))
    image.seek(0)
    options = _colours(image) | {"save_all": True, "duration": durations}
    if "loop" in image.info:
        options["loop"] = image.info["loop"]
    match image.format:
        case "GIF":
            options |= {"format": "GIF", "comment": b""}
        case "PNG":
            # Pillow gives whole frames, whatever part of the canvas the file stored.
            first = bool(image.info.get("default_image", False))
            options |= {"format": "PNG", "disposal": 0, "blend": 0, "default_image": first}
        case _:
            options |= {"format": "WEBP", "quality": 90, "exif": b"", "xmp": b""}
    return _saved(image, options, size)


def _colours(image: Image.Image) -> dict[str, Any]:
    profile = image.info.get("icc_profile")
    if isinstance(profile, bytes) and 0 < len(profile) <= MAX_COLOUR_PROFILE:
        return {"icc_profile": profile}
    return {}


def _forget(image: Image.Image) -> None:
    image.info = {name: value for name, value in image.info.items() if name in _KEPT}


def _saved(image: Image.Image, options: dict[str, Any], size: tuple[int, int]) -> CleanPicture:
    out = io.BytesIO()
    image.save(out, **options)
    picture = Picture(MEDIA_TYPES[options["format"]], *size)
    return CleanPicture(out.getvalue(), picture, blurhash_of(image))


def blurhash_of(image: Image.Image) -> str:
    """The colours of a picture in a few letters, of an animation those of the frame it is at."""
    wide = image.width >= image.height
    # Enough for so few colours: the whole picture would take minutes.
    small = image.resize((20, 15) if wide else (15, 20), reducing_gap=2.0)
    if small.mode not in ("RGB", "RGBA", "P", "LA", "CMYK"):
        small = small.convert("L")  # of 16 bits too, which nothing else converts
    ground = Image.new("RGBA", small.size, "white")
    shown = Image.alpha_composite(ground, small.convert("RGBA")).convert("RGB")
    rows = [[shown.getpixel((x, y)) for x in range(shown.width)] for y in range(shown.height)]
    return str(blurhash.encode(rows, *((4, 3) if wide else (3, 4))))


def not_a_picture() -> ServiceError:
    """``not_a_picture`` (422)."""
    return ServiceError(
        "not_a_picture",
        422,
        "This file is not a picture that can be shown here.",
        "Use PNG, JPEG, GIF, WebP, AVIF or HEIC.",
    )


def hidden_file() -> ServiceError:
    """``hides_a_file`` (422)."""
    return ServiceError(
        "hides_a_file",
        422,
        "This picture is another file as well: a page, a script, an archive or a PDF.",
        "Save the picture anew, and use that copy.",
    )


def too_large(bounds: Bounds) -> ServiceError:
    """``picture_too_large`` (422)."""
    return ServiceError(
        "picture_too_large",
        422,
        "This picture has too many pixels.",
        say_count(
            "Use one of at most {count} million pixels, {side} a side.",
            "Use one of at most {count} million pixels, {side} a side.",
            count=bounds.pixels // 1000000,
            side=bounds.side,
        ),
    )
