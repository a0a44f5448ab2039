"""Where a visitor's own server lets them begin to follow, like or answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from activitypub.discovery import parse_handle, read_templates
from activitypub.errors import DocumentError
from fedi_cotweet.federation.runtime import Runtime


@dataclass(frozen=True, slots=True)
class HomeFinder:
    """Asks the WebFinger of a handle's host, without a signature, and keeps nothing."""

    runtime: Runtime

    async def __call__(self, handle: str) -> Mapping[str, str] | None:
        try:
            wanted = parse_handle(handle)
        except DocumentError:
            return None
        fetched = await self.runtime.client.webfinger(wanted)
        if fetched.status != 200 or fetched.document is None:
            return None
        return read_templates(fetched.document)
