"""How the server is, at a glance, and what those who look after it did."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services import reports, sign_ups, staff_log
from fedi_cotweet.services.staff_log import ActView
from fedi_cotweet.web.admin.framing import allowed, frame
from fedi_cotweet.web.visits import Visit
from storage.engine import Tx
from storage.queries import actors, deliveries, hosts, jobs

MOST = 100
FAILING = 50


@dataclass(frozen=True, slots=True)
class Glance:
    """``people`` have accounts; ``waiting`` ask for one; ``reports`` are open (up to ``MOST``);
    ``deliveries`` by state; ``jobs`` are due; ``away``: servers that are held back."""

    people: int
    waiting: int
    reports: int
    deliveries: dict[str, int]
    jobs: int
    servers: int
    away: tuple[str, ...]


async def overview(visit: Visit) -> web.Response:
    """Numbers, and servers that do not answer."""
    viewer = await allowed(visit)

    def find(tx: Tx) -> Glance:
        return Glance(
            people=actors.count_people(tx),
            waiting=len(sign_ups.waiting(tx)),
            reports=len(reports.page(tx, visit.env, "open", None, MOST)),
            deliveries=deliveries.counts(tx),
            jobs=jobs.count_due(tx, visit.env.now(), 1_000),
            servers=hosts.count(tx, 100_000),
            away=tuple(sorted(hosts.away(tx))[:FAILING]),
        )

    glance = await visit.site.read(find)
    return frame(visit, viewer, "overview", glance=glance)


async def log(visit: Visit) -> web.Response:
    """Who did what, the last first."""
    viewer = await allowed(visit)
    window = Window(limit=MOST, before=visit.window().before)

    def find(tx: Tx) -> list[ActView]:
        return staff_log.acts(tx, window)

    acts = await visit.site.read(find)
    before = acts[-1].id if len(acts) == MOST else None
    return frame(visit, viewer, "log", acts=acts, next_before=before)
