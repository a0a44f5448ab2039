"""What takes how much room."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services import room


async def show(call: Call) -> web.Response:
    """Of the database, its tables, the files on the disk, and copies of others' files wherever they
    are; in octets."""
    taken = await room.measure(call.site)
    found = taken.database
    copies, copied = found.copies
    return answer(
        {
            "database": {"octets": found.whole, "free": found.free},
            "media": {"files": taken.files, "octets": taken.octets},
            "copies": {"files": copies, "octets": copied},
            "tables": [{"name": name, "octets": octets} for name, octets in found.tables],
        }
    )
