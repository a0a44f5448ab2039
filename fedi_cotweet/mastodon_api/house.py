"""What the operator lays down and publishes, and how much happens on the server."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from aiohttp import web

from fedi_cotweet.domain.languages import LANGUAGES
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.mastodon_api.errors import not_found
from fedi_cotweet.services import house
from fedi_cotweet.services.accounts import INSTANCE_USERNAME
from storage.engine import Tx
from storage.models import ServerText
from storage.queries import actors, relations
from storage.queries import house as stored

Document = dict[str, Any]

WEEKS: Final = 12
SEVERITIES: Final = {"suspend": "suspend", "limit": "silence"}


def rules(tx: Tx) -> list[Document]:
    """``Rule``."""
    return [
        {"id": rule.id, "text": rule.text, "hint": rule.hint, "translations": {}}
        for rule in house.rules(tx)
    ]


async def list_rules(call: Call) -> web.Response:
    """The rules of the server."""
    return answer(await call.site.read(rules))


async def extended_description(call: Call) -> web.Response:
    """``ExtendedDescription``: what is said of the server, or if nothing is, its description."""
    return await _text(call, "description", call.site.settings.description)


async def privacy_policy(call: Call) -> web.Response:
    """``PrivacyPolicy``: empty where the operator wrote none."""
    return await _text(call, "privacy", "")


async def terms(call: Call) -> web.Response:
    """``TermsOfService``, as they are; 404 without any."""
    return await _terms(call, None)


async def terms_of(call: Call) -> web.Response:
    """Those of a day: only the present ones are kept."""
    return await _terms(call, call.request.match_info["date"])


async def host_rules(call: Call) -> web.Response:
    """``DomainBlock``, for those to whom the operator shows them."""
    shown_to = call.site.settings.host_rules_shown_to
    if shown_to == "nobody" or (shown_to == "people" and call.viewer_id is None):
        raise not_found()
    found = await call.site.read(relations.host_rule_rows)
    return answer(
        [
            {
                "domain": rule.host,
                "digest": hashlib.sha256(rule.host.encode()).hexdigest(),
                "severity": SEVERITIES[rule.severity],
                "comment": None,
            }
            for rule in found
        ]
    )


async def activity(call: Call) -> web.Response:
    """Posts and new accounts by weeks (from Monday, UTC), this one first."""
    now = datetime.fromtimestamp(call.env.now() / 1000, UTC)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    monday = today - timedelta(days=today.weekday())
    weeks = [monday + timedelta(weeks=number) for number in range(1 - WEEKS, 2)]
    bounds = [int(week.timestamp()) for week in weeks]

    def read(tx: Tx) -> tuple[list[int], list[int]]:
        moments = [1000 * bound for bound in bounds]
        return stored.posts_between(tx, moments), stored.accounts_between(tx, moments)

    posts, accounts = await call.site.read(read)
    found = [
        {
            "week": str(first),
            "statuses": str(published),
            "logins": "0",
            "registrations": str(joined),
        }
        for (first, _), published, joined in zip(pairwise(bounds), posts, accounts, strict=True)
    ]
    return answer(found[::-1])


async def languages(call: Call) -> web.Response:
    """The languages that apps offer for posts."""
    del call
    return answer([{"code": code, "name": name} for code, name in LANGUAGES.items()])


async def _text(call: Call, kind: str, otherwise: str) -> web.Response:
    def read(tx: Tx) -> tuple[ServerText | None, int]:
        began = actors.account_by_name(tx, INSTANCE_USERNAME)
        return stored.text(tx, kind), call.env.now() if began is None else began.created_at

    held, began = await call.site.read(read)
    text = otherwise if held is None else held.text
    return answer(
        {
            "updated_at": moment(began if held is None else held.updated_at),
            "content": house.html_of(call.env, text) if text else "",
        }
    )


async def _terms(call: Call, day: str | None) -> web.Response:
    held = await call.site.read(lambda tx: stored.text(tx, "terms"))
    if held is None:
        raise not_found()
    since = datetime.fromtimestamp(held.updated_at / 1000, UTC).date().isoformat()
    if day not in (None, since):
        raise not_found()
    return answer(
        {
            "effective_date": since,
            "effective": True,
            "content": house.html_of(call.env, held.text),
            "succeeded_by": None,
        }
    )
