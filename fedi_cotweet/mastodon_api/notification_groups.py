"""What the caller should hear of, with what happened alike in half a day as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.domain.notification_types import GROUPED, GROUPED_WITHIN, TYPES
from fedi_cotweet.domain.windows import Window
from fedi_cotweet.mastodon_api.answers import answer, page
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import notifications as entities
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.errors import not_found
from fedi_cotweet.mastodon_api.notifications import MOST, MOST_COUNTED, Wanted, told_in
from fedi_cotweet.services.client_notices import Told
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Notification
from storage.queries import notifications as stored
from storage.queries import timelines

SAMPLE: Final = 8
"""How many people of a group are named with it."""
MOST_IN_GROUP: Final = 200
_SLACK: Final = 60_000
"""Milliseconds that the time in an id and the one beside it may be apart."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Notifications that are one, newest first."""

    key: str
    items: list[Notification]


async def show_all(call: Call) -> web.Response:
    """A page of groups, by the newest notification of each."""
    me, env, window = call.account_id, call.env, call.window(40, MOST)
    wanted = call.query(Wanted)

    def read(tx: Tx) -> tuple[Document, list[int]]:
        found = told_in(tx, env, me, wanted, Window(**_wide(window)))
        groups = _grouped(found, wanted, window.limit, upwards=window.upwards)
        places = [item.id for group in groups for item in group.items]
        return _results(tx, env, me, wanted, found, groups), places

    document, places = await call.site.read(read)
    response = page(call.request, env.addresses.base, [], places)
    made = answer(document)
    if "Link" in response.headers:
        made.headers["Link"] = response.headers["Link"]
    return made


async def show(call: Call) -> web.Response:
    """One group."""
    me, env, wanted = call.account_id, call.env, call.query(Wanted)
    key = call.request.match_info["group_key"]

    def read(tx: Tx) -> Document:
        found, group = _group(tx, env, me, key, wanted)
        return _results(tx, env, me, wanted, found, [group])

    return answer(await call.site.read(read))


async def accounts(call: Call) -> web.Response:
    """Everybody who brought a group about."""
    me, env, key = call.account_id, call.env, call.request.match_info["group_key"]
    wanted = Wanted(supported_types=())

    def read(tx: Tx) -> list[Document]:
        found, _ = _group(tx, env, me, key, wanted)
        made = entities.documents(tx, env, me, found, ())
        return list({one["account"]["id"]: one["account"] for one in made}.values())

    return answer(await call.site.read(read))


async def dismiss(call: Call) -> web.Response:
    """Forget a group."""
    me, env, key = call.account_id, call.env, call.request.match_info["group_key"]

    def write(tx: Tx) -> None:
        _, group = _group(tx, env, me, key, Wanted(supported_types=()))
        for item in group.items:
            stored.dismiss(tx, me, item.id)

    await call.site.write(write)
    return answer({})


async def unread_count(call: Call) -> web.Response:
    """How many groups have something newer than the marker, as far as is counted."""
    me, env, wanted = call.account_id, call.env, call.query(Wanted)
    size = call.window(100, MOST_COUNTED).limit

    def read(tx: Tx) -> int:
        marker = stored.markers(tx, me).get("notifications")
        window = Window(MOST_COUNTED, since=None if marker is None else marker.last_read_id)
        return len(_grouped(told_in(tx, env, me, wanted, window), wanted, size, upwards=False))

    return answer({"count": await call.site.read(read)})


def _wide(window: Window) -> dict[str, Any]:
    """The window with room for groups of several."""
    return {
        "limit": max(window.limit * 2, MOST),
        "before": window.before,
        "since": window.since,
        "after": window.after,
    }


def _grouped(found: Told, wanted: Wanted, most: int, *, upwards: bool) -> list[_Group]:
    """The first groups of a page in the order in which it is read; given newest first."""
    groups: dict[str, list[Notification]] = {}
    for item in reversed(found.items) if upwards else found.items:
        key = _key(item, found, wanted)
        if key not in groups and len(groups) == most:
            break
        groups.setdefault(key, []).append(item)
    made = [
        _Group(key, sorted(items, key=lambda item: item.id, reverse=True))
        for key, items in groups.items()
    ]
    return sorted(made, key=lambda group: group.items[0].id, reverse=True)


def _key(item: Notification, found: Told, wanted: Wanted) -> str:
    theirs = TYPES.get(item.kind, item.kind)
    if wanted.grouped_types is not None and theirs not in wanted.grouped_types:
        return f"ungrouped-{item.id}"
    return entities.group_key(item, found.posts)


def _group(tx: Tx, env: Env, account_id: int, key: str, wanted: Wanted) -> tuple[Told, _Group]:
    """The group of this key; ``ApiError`` (404) for none."""
    kind, *rest = key.split("-")
    numbers = [read_id(part) for part in rest]
    if not numbers or None in numbers:
        raise not_found()
    last = numbers[-1] or 0
    asked = Wanted(supported_types=wanted.supported_types)
    if kind == "ungrouped" and len(numbers) == 1:
        found = told_in(tx, env, account_id, asked, Window(1, before=last + 1, since=last - 1))
    elif kind in GROUPED and last < 10**6:
        post = timelines.status(tx, numbers[0] or 0) if len(numbers) == 2 else None
        post_id = None if post is None else post.id
        asked.types = (kind,)
        window = Window(
            MOST_IN_GROUP,
            before=((last + 1) * GROUPED_WITHIN + _SLACK) << 16,
            since=max(last * GROUPED_WITHIN - _SLACK, 0) << 16,
        )
        found = told_in(
            tx,
            env,
            account_id,
            asked,
            window,
            lambda item: item.post_id == post_id and item.created_at // GROUPED_WITHIN == last,
        )
    else:
        raise not_found()
    if not found.items:
        raise not_found()
    return found, _Group(key, found.items)


def _results(
    tx: Tx,
    env: Env,
    account_id: int,
    wanted: Wanted,
    found: Told,
    groups: Sequence[_Group],
) -> Document:
    """``GroupedNotificationsResults``."""
    taken = {item.id for group in groups for item in group.items}
    items = [item for item in found.items if item.id in taken]
    shown = Told(items, found.posts, found.offers, found.warnings)
    made = entities.documents(tx, env, account_id, shown, wanted.supported_types)
    by_id = {int(one["id"]): one for one in made}
    people = {one["account"]["id"]: one["account"] for one in made}
    about = {one["status"]["id"]: one["status"] for one in made if "status" in one}
    return {
        "accounts": list(people.values()),
        "statuses": list(about.values()),
        "notification_groups": [_document(group, by_id) for group in groups],
    }


def _document(group: _Group, by_id: dict[int, Document]) -> Document:
    newest, oldest = by_id[group.items[0].id], group.items[-1]
    whom = dict.fromkeys(str(by_id[item.id]["account"]["id"]) for item in group.items)
    document: Document = {
        "group_key": group.key,
        "notifications_count": len(group.items),
        "type": newest["type"],
        "most_recent_notification_id": int(newest["id"]),
        "page_min_id": str(oldest.id),
        "page_max_id": newest["id"],
        "latest_page_notification_at": newest["created_at"],
        "sample_account_ids": list(whom)[:SAMPLE],
    }
    if "status" in newest:
        document["status_id"] = newest["status"]["id"]
    for name in ("fallback", "invite_id", "moderation_warning"):
        if name in newest:
            document[name] = newest[name]
    return document
