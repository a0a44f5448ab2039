"""What the operator tells everybody who has an account here."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer, nothing
from fedi_cotweet.services import announcing


@dataclass(frozen=True, slots=True)
class NewAnnouncement:
    """``starts_at`` and ``ends_at``: milliseconds since 1970. ``all_day``: they are days."""

    text: str
    starts_at: int | None = None
    ends_at: int | None = None
    all_day: bool = False


async def announce(call: Call) -> web.Response:
    """Tell everybody here something."""
    env, wanted = call.site.env, _wanted(await call.members(NewAnnouncement))
    made = await call.site.write(lambda tx: announcing.announce(tx, env, wanted))
    return answer(made, status=201)


async def list_announcements(call: Call) -> web.Response:
    """All announcements, over or not, the oldest first."""
    return answer({"announcements": await call.site.read(announcing.all_of_them)})


async def change_announcement(call: Call) -> web.Response:
    """Say one anew, whole."""
    env, key = call.site.env, call.path_id("announcement")
    wanted = _wanted(await call.members(NewAnnouncement))
    return answer(await call.site.write(lambda tx: announcing.change(tx, env, key, wanted)))


async def remove_announcement(call: Call) -> web.Response:
    """Take one back."""
    env, key = call.site.env, call.path_id("announcement")
    await call.site.write(lambda tx: announcing.remove(tx, env, key))
    return nothing()


def _wanted(given: NewAnnouncement) -> announcing.Wanted:
    return announcing.Wanted(given.text, given.starts_at, given.ends_at, given.all_day)
