"""Changes of published co-tweets, and who their authors are."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from activitypub.coauthorship.roles import AUTHOR
from fedi_cotweet.api import naming
from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services import author_list, author_views, change_views, changes
from fedi_cotweet.services import authoring as texts
from fedi_cotweet.services.author_list import own_cotweet
from fedi_cotweet.services.views import ChangeView, DraftView
from storage.engine import Tx


@dataclass(frozen=True, slots=True)
class NewAuthor:
    """``replaces``: whose place they take. ``again``: also if they said no to an earlier text.

    ``by_message``: ask by direct message if their server knows nothing of co-authors. ``role``:
    what they did (one of ``ROLES``).
    """

    handle: str
    replaces: str | None = None
    again: bool = False
    by_message: bool = False
    role: str = AUTHOR


async def list_changes(call: Call) -> web.Response:
    """What was offered for a published post, newest first."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id, "co-tweet")

    def find(tx: Tx) -> list[ChangeView]:
        return change_views.changes_of(tx, call.site.env, account_id, post_id)

    return answer({"changes": await call.site.read(find)})


async def cancel_change(call: Call) -> web.Response:
    """Call the open change off; the published version stands."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id, "co-tweet")
    env = call.site.env

    def write(tx: Tx) -> DraftView:
        changes.cancel_change(tx, env, account_id, post_id)
        return author_views.draft(tx, env, account_id, post_id)

    return answer(await call.site.write(write))


async def publish_change(call: Call) -> web.Response:
    """Publish the open change with those who agreed; the others are no authors any more."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id, "co-tweet")
    env = call.site.env

    def write(tx: Tx) -> DraftView:
        changes.publish_without(tx, env, account_id, post_id)
        return author_views.draft(tx, env, account_id, post_id)

    return answer(await call.site.write(write))


async def add_author(call: Call) -> web.Response:
    """Invite one more, or somebody in the place of another: everybody is asked."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id, "co-tweet")
    wanted = await call.members(NewAuthor)
    env = call.site.env
    await call.site.read(lambda tx: own_cotweet(tx, account_id, post_id))
    person = await texts.find_person(call.site, wanted.handle)
    replaced = (
        None if wanted.replaces is None else await texts.find_person(call.site, wanted.replaces)
    )

    def write(tx: Tx) -> DraftView:
        author_list.add(
            tx,
            env,
            account_id,
            post_id,
            person,
            replaces=replaced,
            again=wanted.again,
            by_message=wanted.by_message,
            role=wanted.role,
        )
        return author_views.draft(tx, env, account_id, post_id)

    return answer(await call.site.write(write))


async def remove_author(call: Call) -> web.Response:
    """Take a co-author off, or stop waiting for one who said no."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id, "co-tweet")
    env = call.site.env
    await call.site.read(lambda tx: own_cotweet(tx, account_id, post_id))
    person = await texts.find_person(call.site, call.request.match_info["handle"])

    def write(tx: Tx) -> DraftView:
        author_list.remove(tx, env, account_id, post_id, person)
        return author_views.draft(tx, env, account_id, post_id)

    return answer(await call.site.write(write))
