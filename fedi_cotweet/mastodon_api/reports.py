"""Reporting people and posts to whoever runs the server."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.mastodon_api.accounts import person
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import accounts
from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.mastodon_api.errors import invalid, not_found
from fedi_cotweet.services import house, reports
from storage.engine import Tx
from storage.queries import timelines

MOST_POSTS: Final = 100


class NewReport(msgspec.Struct):
    """``forward``: tell the server of whom it is about, too."""

    account_id: str = ""
    status_ids: tuple[str, ...] = ()
    comment: str = ""
    category: str | None = None
    rule_ids: tuple[str, ...] = ()
    forward: bool = False


async def create(call: Call) -> web.Response:
    """Report somebody, with posts of theirs; co-authors of these are reported with them."""
    me, env, wanted = call.account_id, call.env, await call.parameters(NewReport)
    # Mastodon takes a report that names rules for one of a violation, whatever it says.
    rules = {read_id(given) or 0 for given in wanted.rule_ids}
    category = reports.check_category("violation" if rules else wanted.category or "other")
    if len(wanted.comment) > reports.MOST_COMMENT:
        raise invalid("comment", f"is too long (maximum is {reports.MOST_COMMENT} characters)")
    actor_id = read_id(wanted.account_id)
    numbers = [read_id(given) for given in wanted.status_ids[:MOST_POSTS]]

    def write(tx: Tx) -> dict[str, Any]:
        target = person(tx, actor_id or 0)
        about = [None if number is None else timelines.status(tx, number) for number in numbers]
        found = [post for post in about if post is not None]
        if len(found) < len(about):
            raise not_found()
        broken = house.rules_named(tx, rules)
        if len(broken) < len(rules):
            raise invalid("rule_ids", "name rules that are not there")
        made = reports.report_person(
            tx,
            env,
            me,
            target,
            found,
            comment=wanted.comment.strip(),
            category=category,
            forward=wanted.forward,
            rules=broken,
        )
        return {
            "id": str(made.id),
            "action_taken": False,
            "action_taken_at": None,
            "category": made.category,
            "comment": made.comment,
            "forwarded": bool(made.forwarded_to),
            "created_at": moment(made.created_at),
            "status_ids": [str(post.sort_id) for post in found],
            "collection_ids": [],
            "rule_ids": [rule.id for rule in broken],
            "target_account": accounts.one(tx, env, target),
        }

    return answer(await call.site.write(write))
