"""Reports: made by people, dealt with by whoever runs the server."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services import authoring as texts
from fedi_cotweet.services import reports
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.views import ReportView
from storage.engine import Tx


@dataclass(frozen=True, slots=True)
class NewReport:
    """``post`` (an id of ours or an address) or ``person`` (a handle). ``servers``: which of the
    authors' servers are told; left out, all of them."""

    post: str | None = None
    person: str | None = None
    comment: str = field(default="", metadata={"most": 5_000})
    servers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """``answer``: what who made the report is told besides."""

    answer: str = field(default="", metadata={"most": reports.LONGEST_ANSWER})


async def create_report(call: Call) -> web.Response:
    """Report a post with all its authors, or a person."""
    account_id = await call.account_id()
    wanted = await call.members(NewReport)
    env = call.site.env
    post = person = None
    if wanted.post is not None:
        post = await texts.find_post(call.site, wanted.post, account_id)
        if post is None:
            raise not_found("post")
    if wanted.person is not None:
        person = await texts.find_person(call.site, wanted.person)

    def write(tx: Tx) -> ReportView:
        made = reports.report(
            tx,
            env,
            account_id,
            post=post,
            person=person,
            comment=wanted.comment.strip(),
            servers=wanted.servers,
        )
        return reports.view(tx, env, made)

    return answer(await call.site.write(write), status=201)


async def list_reports(call: Call) -> web.Response:
    """Reports from here and elsewhere, newest first."""
    state = call.request.query.get("state") or "open"
    before, limit = call.before(), call.query_number("limit", low=1, high=100)
    found = await call.site.read(
        lambda tx: reports.page(tx, call.site.env, state, before, limit or 40)
    )
    return answer({"reports": found})


async def show_report(call: Call) -> web.Response:
    """One report."""
    report_id, env = call.path_id("report"), call.site.env
    found = await call.site.read(
        lambda tx: reports.view(tx, env, reports.own_report(tx, report_id))
    )
    return answer(found)


async def resolve_report(call: Call) -> web.Response:
    """It was dealt with; who made it is told so."""
    report_id, env = call.path_id("report"), call.site.env
    said = (await call.members(Closing)).answer

    def write(tx: Tx) -> ReportView:
        reports.resolve(tx, env, report_id, answer=said)
        return reports.view(tx, env, reports.own_report(tx, report_id))

    return answer(await call.site.write(write))
