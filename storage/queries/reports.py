"""Reports."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from storage.dialect import insert_or_ignore
from storage.dialect import limit as literal_limit
from storage.models import Report, ReportedObject
from storage.queries.rows import find, many


def add_report(tx: Connection, /, **values: Any) -> bool:
    """Keep a report; False when this one was received before."""
    if not insert_or_ignore(tx, Report, values):
        return False
    about = [{"report_id": values["id"], "uri": uri} for uri in values["object_uris"]]
    insert_or_ignore(tx, ReportedObject, about)
    return True


def report(tx: Connection, report_id: int) -> Report | None:
    """A report by id of ours."""
    return find(tx, Report, id=report_id)


def reports(tx: Connection, state: str, before: int | None, limit: int) -> list[Report]:
    """Reports in a state, newest first."""
    statement = _IN_STATE if before is None else _OLDER
    values = {"state": state, "before": before}
    return many(tx, Report, statement.limit(literal_limit(limit)), values)


def resolve(tx: Connection, report_id: int, now: int, answer: str) -> None:
    """It was dealt with; ``answer``: what who made it is told."""
    tx.execute(_RESOLVE, {"report": report_id, "at": now, "said": answer})


_IN_STATE = select(Report).where(Report.state == bindparam("state")).order_by(Report.id.desc())
_OLDER = _IN_STATE.where(Report.id < bindparam("before"))
_RESOLVE = (
    update(Report)
    .where(Report.id == bindparam("report"))
    .values(state="resolved", resolved_at=bindparam("at"), answer=bindparam("said"))
)
