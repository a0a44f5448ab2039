"""Filters of words and posts."""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.domain.limits import SECOND
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import filters as entities
from fedi_cotweet.mastodon_api.entities.filters import Document
from fedi_cotweet.mastodon_api.errors import not_found
from fedi_cotweet.mastodon_api.parameters import shaped
from fedi_cotweet.mastodon_api.statuses import readable
from fedi_cotweet.services import filters
from fedi_cotweet.services.filters import Wanted
from storage.engine import Tx
from storage.queries import filters as stored


class KeywordAttributes(msgspec.Struct):
    """A keyword within a filter that is made or changed. ``_destroy``: it is taken away."""

    id: str | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    destroy: bool = msgspec.field(default=False, name="_destroy")


class FilterForm(msgspec.Struct):
    """A filter. ``expires_in`` in seconds."""

    title: str | None = None
    context: tuple[str, ...] | None = None
    filter_action: str | None = None
    expires_in: int | None = None
    keywords_attributes: tuple[KeywordAttributes, ...] = ()


class KeywordForm(msgspec.Struct):
    """A keyword by itself."""

    keyword: str | None = None
    whole_word: bool | None = None


class StatusForm(msgspec.Struct):
    """A post to filter."""

    status_id: str = ""


async def show_all(call: Call) -> web.Response:
    """All filters of the caller."""
    me = call.account_id
    return answer(
        await call.site.read(lambda tx: entities.documents(tx, stored.filters_of(tx, me)))
    )


async def show(call: Call) -> web.Response:
    """One filter."""
    me, number = call.account_id, call.path_id()
    return answer(await call.site.read(lambda tx: _one(tx, me, number)))


async def create(call: Call) -> web.Response:
    """Make a filter."""
    me, env, given = call.account_id, call.env, await call.members()
    form = shaped(FilterForm, given)

    def write(tx: Tx) -> Document:
        number = filters.create(
            tx,
            env,
            me,
            title=form.title or "",
            contexts=form.context or (),
            action=form.filter_action or "warn",
            lasts=lasting(form.expires_in),
            keywords=[_wanted(one) for one in form.keywords_attributes],
        )
        return _one(tx, me, number)

    return answer(await call.site.write(write))


async def change(call: Call) -> web.Response:
    """Change a filter; what is left out stays."""
    me, env, number, given = call.account_id, call.env, call.path_id(), await call.members()
    form = shaped(FilterForm, given)

    def write(tx: Tx) -> Document:
        filters.change(
            tx,
            env,
            me,
            number,
            title=form.title,
            contexts=form.context,
            action=form.filter_action,
            timed="expires_in" in given,
            lasts=lasting(form.expires_in),
            keywords=[_wanted(one) for one in form.keywords_attributes],
        )
        return _one(tx, me, number)

    return answer(await call.site.write(write))


async def delete(call: Call) -> web.Response:
    """Delete a filter."""
    me, env, number = call.account_id, call.env, call.path_id()
    await call.site.write(lambda tx: filters.delete(tx, env, me, number))
    return answer({})


async def keywords(call: Call) -> web.Response:
    """The keywords of a filter."""
    me, number = call.account_id, call.path_id()

    def read(tx: Tx) -> list[Document]:
        filters.own_filter(tx, me, number)
        return [entities.keyword(one) for one in stored.keywords_of(tx, [number])]

    return answer(await call.site.read(read))


async def add_keyword(call: Call) -> web.Response:
    """One keyword more."""
    me, env, number = call.account_id, call.env, call.path_id()
    form = await call.parameters(KeywordForm)

    def write(tx: Tx) -> Document:
        whole = True if form.whole_word is None else form.whole_word
        made = filters.add_keyword(tx, env, me, number, form.keyword or "", whole)
        return entities.keyword(filters.own_keyword(tx, me, made))

    return answer(await call.site.write(write))


async def keyword(call: Call) -> web.Response:
    """One keyword."""
    me, number = call.account_id, call.path_id()
    held = await call.site.read(lambda tx: filters.own_keyword(tx, me, number))
    return answer(entities.keyword(held))


async def change_keyword(call: Call) -> web.Response:
    """Change a keyword."""
    me, env, number = call.account_id, call.env, call.path_id()
    form = await call.parameters(KeywordForm)

    def write(tx: Tx) -> Document:
        filters.change_keyword(tx, env, me, number, form.keyword, form.whole_word)
        return entities.keyword(filters.own_keyword(tx, me, number))

    return answer(await call.site.write(write))


async def delete_keyword(call: Call) -> web.Response:
    """Take a keyword away."""
    me, env, number = call.account_id, call.env, call.path_id()
    await call.site.write(lambda tx: filters.remove_keyword(tx, env, me, number))
    return answer({})


async def statuses(call: Call) -> web.Response:
    """The posts that a filter is about."""
    me, number = call.account_id, call.path_id()

    def read(tx: Tx) -> list[Document]:
        filters.own_filter(tx, me, number)
        return [entities.post(one, place) for one, place in stored.posts_of(tx, [number])]

    return answer(await call.site.read(read))


async def add_status(call: Call) -> web.Response:
    """Filter a post."""
    me, env, number = call.account_id, call.env, call.path_id()
    given = read_id((await call.parameters(StatusForm)).status_id)
    if given is None:
        raise not_found()

    def write(tx: Tx) -> Document:
        filters.own_filter(tx, me, number)
        made = filters.add_post(tx, env, me, number, readable(tx, env, given, me).id)
        return _status(tx, me, made)

    return answer(await call.site.write(write))


async def status(call: Call) -> web.Response:
    """One post that a filter is about."""
    me, number = call.account_id, call.path_id()
    return answer(await call.site.read(lambda tx: _status(tx, me, number)))


async def delete_status(call: Call) -> web.Response:
    """Filter a post no more."""
    me, env, number = call.account_id, call.env, call.path_id()

    def write(tx: Tx) -> Document:
        gone = _status(tx, me, number)
        filters.remove_post(tx, env, me, number)
        return gone

    return answer(await call.site.write(write))


def lasting(seconds: int | None) -> int | None:
    """Milliseconds; 0 and less, which some apps send, is for good."""
    return seconds * SECOND if seconds is not None and seconds > 0 else None


def _one(tx: Tx, me: int, number: int) -> Document:
    return entities.documents(tx, [filters.own_filter(tx, me, number)])[0]


def _status(tx: Tx, me: int, number: int) -> Document:
    held = filters.own_post(tx, me, number)
    places: dict[int, Any] = {
        entry.id: place for entry, place in stored.posts_of(tx, [held.filter_id])
    }
    return entities.post(held, places[held.id])


def _wanted(given: KeywordAttributes) -> Wanted:
    number = None
    if given.id:
        number = read_id(given.id)
        if number is None:
            raise not_found()
    return Wanted(number, given.keyword, given.whole_word, given.destroy)
