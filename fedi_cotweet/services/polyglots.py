"""Files that are two things at once: a picture to us, a program or an archive to somebody else.

Stops those from being handed on under this server's name. Whatever else follows a picture, such as
the film behind a phone's photo, does no harm: pictures are made anew from their pixels alone.
"""

from __future__ import annotations

import re
from typing import Final

HEAD: Final = 1_024
"""Octets at the beginning that programs look at to tell what a file is."""
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_TAIL: Final = 22 + 65_535
"""The end record of an archive and the longest comment behind it (APPNOTE 4.3.16)."""
_IN_HEAD: Final = re.compile(rb"%PDF-|<(?:html|head|body|svg)[\s>]", re.IGNORECASE)
_ANYWHERE: Final = re.compile(
    rb"<(?:script[\s>/]|!doctype\s+html|\?php\s)|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c", re.IGNORECASE
)
_GIF_SCRIPT: Final = re.compile(rb"GIF8[79]a(?:/\*|=[\x20-\x7e])")
"""A width of 10,799 begins a comment, and one of 8,253 and more with this end an assignment."""


def hides_a_file(octets: bytes) -> bool:
    """Whether other programs would find a script, a page, an archive or a PDF in a picture."""
    return (
        _GIF_SCRIPT.match(octets) is not None
        or _IN_HEAD.search(octets, 0, HEAD) is not None
        or _ANYWHERE.search(octets) is not None
        or _is_archive(octets)
    )


def _is_archive(octets: bytes) -> bool:
    start = max(len(octets) - _ZIP_TAIL, 0)
    at = octets.rfind(_ZIP_END, start)
    while at >= 0:
        comment = int.from_bytes(octets[at + 20 : at + 22], "little")
        if at + 22 + comment <= len(octets):
            return True
        at = octets.rfind(_ZIP_END, start, at)
    return False
