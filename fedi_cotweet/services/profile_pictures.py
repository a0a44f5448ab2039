"""Pictures for profiles on their way in."""

from __future__ import annotations

from typing import BinaryIO

from fedi_cotweet.services import decoding, own_profile
from fedi_cotweet.services.file_stores import files_of
from fedi_cotweet.services.media import StoredFile, store_upload
from fedi_cotweet.services.site import Site


async def keep(site: Site, file: BinaryIO) -> tuple[str, StoredFile]:
    """A picture made anew and kept, under a new token. Raises as ``store_upload`` does."""
    token = site.env.token()
    stored = await decoding.aside(
        store_upload,
        files_of(site.settings),
        token,
        file,
        own_profile.MAX_PICTURE_BYTES,
        own_profile.OF_PROFILES,
    )
    return token, stored
