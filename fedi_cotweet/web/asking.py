"""Co-authors in the form for a post: who they are, what each did, in which order, until when."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from activitypub.coauthorship.roles import AUTHOR, ROLES
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import authoring, inviting
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.site import Site
from fedi_cotweet.services.views import AuthorView
from fedi_cotweet.web import pages, refusals
from fedi_cotweet.web.visits import Visit
from storage.engine import Tx
from storage.models import Actor

MOST_CO_AUTHORS: Final = 20
WAITS: Final[Mapping[str, int]] = {"1d": DAY, "3d": 3 * DAY, "7d": 7 * DAY, "30d": 30 * DAY}
"""How long invites may be open, as the form offers it."""
_ROLE, _PLACE = "role-", "place-"


@dataclass(frozen=True, slots=True)
class Named:
    """A co-author as the form tells of them before they are asked.

    ``by_message``: their server knows nothing of co-authors, so they get a direct message.
    ``problem``: why they cannot be asked, or "". ``author`` is None where nobody was found.
    """

    handle: str
    author: AuthorView | None
    by_message: bool = False
    problem: str = ""


async def check(visit: Visit) -> web.Response:
    """What would become of asking those whom ``?with=`` names: a fragment for the form, which asks
    for it while somebody types. Nobody is asked anything yet."""
    viewer = visit.need_viewer()
    names = split(visit.request.query.get("with", "")[:1_000])
    found = await looked_up(visit, viewer.account_id, names)
    return visit.html(pages.render("named.html", visit.instance, viewer.view, named=found))


async def looked_up(visit: Visit, me: int, names: Sequence[str]) -> list[Named]:
    """What would become of asking each of these people, whatever becomes of the others."""
    return await asyncio.gather(
        *(_checked(visit, me, name) for name in list(names)[:MOST_CO_AUTHORS])
    )


async def _checked(visit: Visit, me: int, name: str) -> Named:
    site, env = visit.site, visit.env
    try:
        person = await authoring.find_person(site, name)
    except ServiceError as error:
        return Named(name, None, problem=refusals.said(error))
    view, by_message = author_view(env, person), person.can_co_author is None

    def ask(tx: Tx) -> str:
        try:
            inviting.check_invitees(tx, env, find_actor(tx, me), [person], by_message=True)
        except ServiceError as error:
            return refusals.said(error)
        return ""

    return Named(view.handle, view, by_message, await site.read(ask))


def split(given: str) -> list[str]:
    """Handles with spaces or commas between them, each once."""
    return list(dict.fromkeys(given.replace(",", " ").replace(";", " ").split()))


def in_order(texts: Mapping[str, str]) -> str:
    """The names of a form in the order that its ``place-N`` fields give them, N counting from 0."""
    names = split(texts.get("co_authors", ""))
    places = {}
    for number, name in enumerate(names):
        given = texts.get(f"{_PLACE}{number}", "")
        place = int(given) - 1 if given.isascii() and given.isdigit() and len(given) < 4 else number
        # Whoever moves up comes before the one who was there, whoever moves down after them.
        places[name] = (place, (place > number) - (place < number), number)
    return " ".join(sorted(names, key=lambda name: places[name]))


def roles(texts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What a form says that people did, by their handles; "" is whoever writes."""
    found = [
        (name[len(_ROLE) :], value)
        for name, value in texts.items()
        if name.startswith(_ROLE) and value in ROLES and value != AUTHOR
    ]
    return tuple(sorted(found))[: MOST_CO_AUTHORS + 1]


def roles_of(
    env: Env, given: Sequence[tuple[str, str]], author_id: int, people: Sequence[Actor]
) -> dict[int, str]:
    """The same by actor id, of those who are named."""
    said = dict(given)
    ids = {author_view(env, person).handle: person.id for person in people} | {"": author_id}
    return {ids[handle]: role for handle, role in said.items() if handle in ids}


async def co_authors(site: Site, handles: Sequence[str]) -> list[Actor]:
    """The people who are named as co-authors. Raises as ``authoring.find_person`` does."""
    if len(handles) > MOST_CO_AUTHORS:
        raise ServiceError(
            "too_many_authors",
            422,
            say("At most {most} people can be named.", most=MOST_CO_AUTHORS),
        )
    found = await asyncio.gather(*(authoring.find_person(site, handle) for handle in handles))
    return list({person.id: person for person in found}.values())


def moment(given: str) -> int | None:
    """Milliseconds of what ``datetime-local`` sends, taken as UTC. ``bad_time`` (422)."""
    if not given:
        return None
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise ServiceError(
            "bad_time", 422, "The time cannot be read.", "Write it as 2030-01-31T18:00."
        ) from None
    return int(at.replace(tzinfo=at.tzinfo or UTC).timestamp() * 1_000)
