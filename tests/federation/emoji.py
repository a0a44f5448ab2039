"""Emoji of our server."""

from __future__ import annotations

from typing import Any

import aiohttp

from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.pictures import png

EMOJI = "/api/v1/control/emoji"
CAT = png((0, 200, 0))


async def add(cast: Cast, shortcode: str, octets: bytes = CAT) -> dict[str, Any]:
    """The operator adds an emoji."""
    form = aiohttp.FormData()
    form.add_field("file", octets, filename="a.png", content_type="image/png")
    form.add_field("shortcode", shortcode)
    headers = {"Authorization": f"Bearer {cast.here.server.operator_token}"}
    async with cast.here.session.post(cast.here.base + EMOJI, data=form, headers=headers) as found:
        document: dict[str, Any] = await found.json()
        if found.status != 201:
            raise ApiRefusalError(found.status, document["error"], str(document))
        return document
