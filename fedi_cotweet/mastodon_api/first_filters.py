"""Filters as the first version of the API has them: each keyword is one."""

from __future__ import annotations

import msgspec
from aiohttp import web

from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import filters as entities
from fedi_cotweet.mastodon_api.entities.filters import Document
from fedi_cotweet.mastodon_api.errors import ApiError
from fedi_cotweet.mastodon_api.filters import lasting
from fedi_cotweet.mastodon_api.parameters import shaped
from fedi_cotweet.services import filters
from fedi_cotweet.services.filters import Wanted
from storage.engine import Tx
from storage.queries import filters as stored


class Form(msgspec.Struct):
    """A filter of one phrase. ``expires_in`` in seconds."""

    phrase: str | None = None
    context: tuple[str, ...] | None = None
    irreversible: bool | None = None
    whole_word: bool | None = None
    expires_in: int | None = None


async def show_all(call: Call) -> web.Response:
    """All keywords of the caller."""
    me = call.account_id

    def read(tx: Tx) -> list[Document]:
        held = {one.id: one for one in stored.filters_of(tx, me)}
        words = stored.keywords_of(tx, held)
        return [entities.first_version(held[word.filter_id], word) for word in words]

    return answer(await call.site.read(read))


async def show(call: Call) -> web.Response:
    """One keyword."""
    me, number = call.account_id, call.path_id()
    return answer(await call.site.read(lambda tx: _one(tx, me, number)))


async def create(call: Call) -> web.Response:
    """Filter a phrase."""
    me, env = call.account_id, call.env
    form = await call.parameters(Form)

    def write(tx: Tx) -> Document:
        made = filters.create(
            tx,
            env,
            me,
            title=(form.phrase or "")[: filters.LONGEST_TITLE],
            contexts=form.context or (),
            action=_action(form),
            lasts=lasting(form.expires_in),
            keywords=[Wanted(text=form.phrase, whole=form.whole_word)],
        )
        return _one(tx, me, stored.keywords_of(tx, [made])[0].id)

    return answer(await call.site.write(write))


async def change(call: Call) -> web.Response:
    """Change a phrase, and the filter that it is of, unless others are in it."""
    me, env, number, given = call.account_id, call.env, call.path_id(), await call.members()
    form = shaped(Form, given)

    def write(tx: Tx) -> Document:
        held = filters.own_keyword(tx, me, number)
        parent = filters.own_filter(tx, me, held.filter_id)
        contexts = None if form.context is None else sorted(set(form.context))
        action = parent.action if form.irreversible is None else _action(form)
        # A blurred picture is a warning to whoever knows no blur.
        kept = form.irreversible is None or (action == "hide") == (parent.action == "hide")
        changed = (
            (contexts is not None and contexts != sorted(parent.contexts))
            or not kept
            or ("expires_in" in given and (form.expires_in or parent.expires_at) is not None)
        )
        if changed:
            if len(stored.keywords_of(tx, [parent.id])) > 1:
                raise ApiError(
                    422,
                    "Validation failed: These parameters cannot be changed from this application"
                    " because they apply to more than one filter keyword. Use a more recent"
                    " application.",
                )
            filters.change(
                tx,
                env,
                me,
                parent.id,
                contexts=contexts,
                action=None if kept else action,
                timed="expires_in" in given,
                lasts=lasting(form.expires_in),
            )
        filters.change_keyword(tx, env, me, number, form.phrase, form.whole_word)
        return _one(tx, me, number)

    return answer(await call.site.write(write))


async def delete(call: Call) -> web.Response:
    """Filter a phrase no more; with the last of it its filter goes."""
    me, env, number = call.account_id, call.env, call.path_id()

    def write(tx: Tx) -> None:
        parent = filters.own_keyword(tx, me, number).filter_id
        filters.remove_keyword(tx, env, me, number)
        if not stored.keywords_of(tx, [parent]) and not stored.posts_of(tx, [parent]):
            filters.delete(tx, env, me, parent)

    await call.site.write(write)
    return answer({})


def _action(form: Form) -> str:
    return "hide" if form.irreversible else "warn"


def _one(tx: Tx, me: int, number: int) -> Document:
    word = filters.own_keyword(tx, me, number)
    return entities.first_version(filters.own_filter(tx, me, word.filter_id), word)
