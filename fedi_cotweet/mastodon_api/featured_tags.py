"""Hashtags that people show on their profiles."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.domain.terms import fold_tag
from fedi_cotweet.mastodon_api.accounts import person
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.entities.times import day
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, tags


async def own(call: Call) -> web.Response:
    """One's own."""
    me, env = call.account_id, call.env
    return answer(await call.site.read(lambda tx: _of(tx, env, person(tx, me))))


async def of_account(call: Call) -> web.Response:
    """Somebody's; of people elsewhere they are not known."""
    actor_id, env = call.path_id(), call.env
    return answer(await call.site.read(lambda tx: _of(tx, env, person(tx, actor_id))))


def _of(tx: Tx, env: Env, actor: Actor) -> list[Document]:
    account = actors.account_of(tx, actor.id)
    if account is None or actor.suspended_at is not None:
        return []
    shown = {str(name): fold_tag(str(name)) or "" for name in account.featured_tags}
    used = tags.used_by(tx, actor.id, list(shown.values()))
    return [
        {
            "id": folded,
            "name": name,
            "url": f"{env.addresses.base}/tags/{folded}",
            "statuses_count": str(used.get(folded, (0, None))[0]),
            "last_status_at": _day(used.get(folded, (0, None))[1]),
        }
        for name, folded in shown.items()
    ]


def _day(at: int | None) -> str | None:
    return None if at is None else day(at)
