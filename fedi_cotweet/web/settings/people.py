"""Lists of people that somebody has to do with: whom they follow, block and mute, who follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fedi_cotweet.domain.limits import DAY, HOUR
from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services import authoring, follows, networks, relations
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.views import AuthorView
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.settings.framing import framed, saved
from fedi_cotweet.web.visits import Visit, as_id
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors
from storage.queries import networks as stored
from storage.queries import relations as stored_relations

SHOWN: Final = 40
"""People on one page."""
MOST_REQUESTS: Final = 200
LASTS: Final[Mapping[str, int | None]] = {
    "": None,
    "1h": HOUR,
    "1d": DAY,
    "7d": 7 * DAY,
    "30d": 30 * DAY,
}
"""How long a mute may last, as the form offers it."""

Find = Callable[[Tx, Visit, int, Window], Sequence[tuple[int, int]]]
Add = Callable[[Tx, Visit, int, Actor, Mapping[str, str]], str]
Remove = Callable[[Tx, Visit, int, Actor], object]


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody on such a list. ``until``: when it ends by itself (milliseconds)."""

    id: str
    person: AuthorView
    until: int | None = None


@dataclass(frozen=True, slots=True)
class People:
    """One such list. ``add`` gives what was done; without it nobody can be put there."""

    section: str
    find: Find
    remove: Remove
    removed: str
    add: Add | None = None


def _follow(tx: Tx, visit: Visit, me: int, person: Actor, fields: Mapping[str, str]) -> str:
    del fields
    state = follows.follow(tx, visit.env, me, person)
    return "followed" if state == "accepted" else "asked"


def _block(tx: Tx, visit: Visit, me: int, person: Actor, fields: Mapping[str, str]) -> str:
    del fields
    relations.block(tx, visit.env, me, person)
    return "blocked"


def _mute(tx: Tx, visit: Visit, me: int, person: Actor, fields: Mapping[str, str]) -> str:
    lasts, hides = LASTS.get(fields.get("lasts", "")), "hears" not in fields
    relations.mute(tx, visit.env, me, person, lasts=lasts, hides_notices=hides)
    return "muted"


FOLLOWING: Final = People(
    "following",
    lambda tx, visit, me, window: stored.following(tx, me, window),
    lambda tx, visit, me, person: follows.unfollow(tx, visit.env, me, person),
    "unfollowed",
    _follow,
)
FOLLOWERS: Final = People(
    "followers",
    lambda tx, visit, me, window: stored.followers(tx, me, window),
    lambda tx, visit, me, person: networks.remove_follower(tx, visit.env, me, person),
    "removed",
)
BLOCKS: Final = People(
    "blocks",
    lambda tx, visit, me, window: stored.blocked(tx, me, window),
    lambda tx, visit, me, person: relations.unblock(tx, visit.env, me, person),
    "unblocked",
    _block,
)
MUTES: Final = People(
    "mutes",
    lambda tx, visit, me, window: stored.muted(tx, me, visit.env.now(), window),
    lambda tx, visit, me, person: relations.unmute(tx, me, person),
    "unmuted",
    _mute,
)
LISTS: Final = (FOLLOWING, FOLLOWERS, BLOCKS, MUTES)


async def show(visit: Visit, of: People) -> web.Response:
    """Who is on it, the last first."""
    return await _page(visit, visit.need_viewer(), of)


async def add(visit: Visit, of: People) -> web.Response:
    """Put somebody on it, by handle."""
    viewer, put = visit.need_viewer(), of.add
    me, fields = viewer.account_id, await visit.own_form(viewer)
    if put is None:
        raise not_found("page")
    who = fields.get("who", "")
    try:
        person = await authoring.find_person(visit.site, who)
        what = await visit.site.write(lambda tx: put(tx, visit, me, person, fields))
    except ServiceError as error:
        return await _page(visit, viewer, of, error, who)
    return saved(of.section, what)


async def remove(visit: Visit, of: People) -> web.Response:
    """Take somebody off it."""
    viewer = visit.need_viewer()
    await _with_person(visit, viewer, of.remove)
    return saved(of.section, of.removed)


async def answer(visit: Visit) -> web.Response:
    """Let somebody follow who asked, or not."""
    viewer = visit.need_viewer()
    accepted = visit.request.match_info["what"] == "accept"

    def act(tx: Tx, visit: Visit, me: int, person: Actor) -> None:
        follows.answer_request(tx, visit.env, me, person, accepted=accepted)

    await _with_person(visit, viewer, act)
    return saved(FOLLOWERS.section, "let_in" if accepted else "not_let_in")


async def _with_person(visit: Visit, viewer: Viewer, act: Remove) -> None:
    number = as_id((await visit.own_form(viewer)).get("person", ""))

    def write(tx: Tx) -> None:
        person = actors.actor(tx, number)
        if person is None:
            raise not_found("account")
        act(tx, visit, viewer.account_id, person)

    await visit.site.write(write)


async def _page(
    visit: Visit,
    viewer: Viewer,
    of: People,
    error: ServiceError | None = None,
    who: str = "",
) -> web.Response:
    me, env = viewer.account_id, visit.env
    window = Window(SHOWN + 1, visit.window().before)

    def entries(tx: Tx, ids: Sequence[int]) -> list[Entry]:
        people, until = actors.actors(tx, ids), {}
        if of is MUTES:
            until = {
                row.target_id: row.until for row in stored_relations.mutes_by(tx, me, env.now())
            }
        return [
            Entry(str(one), author_view(env, people[one]), until.get(one))
            for one in ids
            if one in people
        ]

    def read(tx: Tx) -> tuple[list[Entry], int | None, list[Entry]]:
        found = sorted(of.find(tx, visit, me, window), reverse=True)
        before = found[SHOWN - 1][0] if len(found) > SHOWN else None
        waiting: list[Entry] = []
        if of is FOLLOWERS:
            asked = networks.requests(tx, env, me, Window(MOST_REQUESTS))
            waiting = entries(tx, [one for _, one in sorted(asked)])
        elif of is FOLLOWING:
            asked = stored.asked(tx, me, Window(MOST_REQUESTS))
            waiting = entries(tx, [one for _, one in sorted(asked)])
        return entries(tx, [one for _, one in found[:SHOWN]]), before, waiting

    found, before, waiting = await visit.site.read(read)
    return framed(
        visit,
        viewer,
        of.section,
        error,
        template="people",
        found=found,
        waiting=waiting,
        next_before=before,
        who=who,
        lasts=tuple(LASTS),
    )
