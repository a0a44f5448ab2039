"""How the server is, at a glance, and what those who look after it did."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services import reports, room, sign_ups, staff, staff_log
from fedi_cotweet.services.staff_log import ActView
from fedi_cotweet.web.admin.framing import allowed, frame
from fedi_cotweet.web.visits import Visit, see
from storage.engine import Tx
from storage.queries import actors, deliveries, hosts, jobs
from storage.queries.hosts import HostRow

MOST = 100
FAILING = 50


@dataclass(frozen=True, slots=True)
class Glance:
    """``people`` have accounts; ``waiting`` ask for one; ``reports`` are open (up to ``MOST``);
    ``deliveries`` by state; ``jobs`` are due; ``away``: servers that are held back, the longest
    first, and how many deliveries wait for each."""

    people: int
    waiting: int
    reports: int
    deliveries: dict[str, int]
    jobs: int
    servers: int
    away: tuple[tuple[HostRow, int], ...]


async def overview(visit: Visit) -> web.Response:
    """Numbers, and servers that do not answer."""
    viewer = await allowed(visit)

    def find(tx: Tx) -> Glance:
        failing = hosts.failing(tx, FAILING)
        waiting = deliveries.waiting_by_host(tx, [row.host for row in failing])
        return Glance(
            people=actors.count_people(tx),
            waiting=len(sign_ups.waiting(tx)),
            reports=len(reports.page(tx, visit.env, "open", None, MOST)),
            deliveries=deliveries.counts(tx),
            jobs=jobs.count_due(tx, visit.env.now(), 1_000),
            servers=hosts.count(tx, 100_000),
            away=tuple((row, waiting.get(row.host, 0)) for row in failing),
        )

    glance = await visit.site.read(find)
    return frame(visit, viewer, "overview", glance=glance)


async def try_now(visit: Visit) -> web.Response:
    """What waits for a server is due now, unless it asked for time."""
    viewer = await allowed(visit)
    host, now = (await visit.own_form(viewer)).get("host", ""), visit.env.now()
    tried = await visit.site.write(lambda tx: deliveries.reset_host(tx, host, now))
    visit.site.changed(["deliveries"])
    return see(f"/admin?done={'tried' if tried else 'wait'}")


async def storage(visit: Visit) -> web.Response:
    """What takes how much room."""
    viewer = await allowed(visit, staff.ADMINISTRATOR)
    taken = await room.measure(visit.site)
    days = visit.site.settings.remote_posts_days
    return frame(visit, viewer, "storage", room=taken, days=days)


async def log(visit: Visit) -> web.Response:
    """Who did what, the last first."""
    viewer = await allowed(visit)
    window = Window(limit=MOST, before=visit.window().before)

    def find(tx: Tx) -> list[ActView]:
        return staff_log.acts(tx, window)

    acts = await visit.site.read(find)
    before = acts[-1].id if len(acts) == MOST else None
    return frame(visit, viewer, "log", acts=acts, next_before=before)
