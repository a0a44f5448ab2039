"""What somebody does not want to see, and which co-tweets they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fedi_cotweet.domain.filters import ACTIONS, CONTEXTS
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE
from fedi_cotweet.services import filters, relations
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.filters import Wanted
from fedi_cotweet.services.hiding import WISHES
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.settings.framing import framed, saved
from fedi_cotweet.web.visits import Visit, as_id
from storage.engine import Tx
from storage.models import Filter, FilterKeyword
from storage.queries import filters as stored
from storage.queries import relations as stored_relations

SECTION = "filters"
BLANK: Final = 5
"""Rows of the form for keywords that are not there yet."""
LASTS: Final[Mapping[str, int | None]] = {
    "": None,
    "30m": 30 * MINUTE,
    "1h": HOUR,
    "12h": 12 * HOUR,
    "1d": DAY,
    "7d": 7 * DAY,
}


@dataclass(frozen=True, slots=True)
class Word:
    """A row of the form. ``key``: an id, or ``new-0``, …"""

    key: str
    text: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Filled:
    """The form, as it is or as it was just sent. ``lasts`` "keep": as it is."""

    title: str = ""
    contexts: Sequence[str] = ("home", "notifications", "public", "thread", "account")
    action: str = "warn"
    lasts: str = ""
    words: Sequence[Word] = ()


async def show_all(visit: Visit) -> web.Response:
    """All filters, and which co-tweets are wanted."""
    viewer = visit.need_viewer()
    me = viewer.account_id

    def read(tx: Tx) -> tuple[str, list[Filter], list[FilterKeyword]]:
        held = stored.filters_of(tx, me)
        words = stored.keywords_of(tx, [one.id for one in held])
        return stored_relations.wishes_of(tx, me)[0], held, words

    wish, held, words = await visit.site.read(read)
    entries = [(one, [word.keyword for word in words if word.filter_id == one.id]) for one in held]
    return framed(
        visit,
        viewer,
        SECTION,
        entries=entries,
        wish=wish,
        wishes=WISHES,
        now=visit.env.now(),
    )


async def choose_co_tweets(visit: Visit) -> web.Response:
    """Which co-tweets come into timelines."""
    viewer = visit.need_viewer()
    wish = (await visit.own_form(viewer)).get("co_tweets", "")
    await visit.site.write(lambda tx: relations.choose_co_tweets(tx, viewer.account_id, wish))
    return saved(SECTION, "co_tweets")


async def new(visit: Visit) -> web.Response:
    """The form for one more."""
    return _form(visit, visit.need_viewer(), None, Filled())


async def make(visit: Visit) -> web.Response:
    """Make it."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    filled = _typed(fields, [f"new-{number}" for number in range(BLANK)])
    words = [Wanted(None, word.text, word.whole) for word in filled.words if word.text]

    def write(tx: Tx) -> None:
        filters.create(
            tx,
            visit.env,
            viewer.account_id,
            title=filled.title,
            contexts=filled.contexts,
            action=filled.action,
            lasts=LASTS.get(filled.lasts),
            keywords=words,
        )

    try:
        _need_words(words)
        await visit.site.write(write)
    except ServiceError as error:
        return _form(visit, viewer, None, filled, error)
    return saved(SECTION, "filter_made")


async def show(visit: Visit) -> web.Response:
    """The form for one that there is."""
    viewer, number = visit.need_viewer(), as_id(visit.request.match_info["id"])
    held, words = await _held(visit, viewer, number)
    filled = Filled(
        held.title,
        [str(context) for context in held.contexts],
        held.action,
        "" if held.expires_at is None else "keep",
        [Word(str(word.id), word.keyword, word.whole_word) for word in words],
    )
    return _form(visit, viewer, held, filled)


async def change(visit: Visit) -> web.Response:
    """Change it; a keyword whose field was emptied goes."""
    viewer, number = visit.need_viewer(), as_id(visit.request.match_info["id"])
    fields = await visit.own_form(viewer)
    held, words = await _held(visit, viewer, number)
    known = {str(word.id): word.id for word in words}
    filled = _typed(fields, [*known, *(f"new-{row}" for row in range(BLANK))])
    wanted = [
        Wanted(known.get(word.key), word.text or None, word.whole, gone=not word.text)
        for word in filled.words
        if word.text or word.key in known
    ]

    def write(tx: Tx) -> None:
        filters.change(
            tx,
            visit.env,
            viewer.account_id,
            number,
            title=filled.title,
            contexts=filled.contexts,
            action=filled.action,
            timed=filled.lasts != "keep",
            lasts=LASTS.get(filled.lasts),
            keywords=wanted,
        )

    try:
        await visit.site.write(write)
    except ServiceError as error:
        return _form(visit, viewer, held, filled, error)
    return saved(SECTION, "filter_saved")


async def delete(visit: Visit) -> web.Response:
    """Delete it."""
    viewer, number = visit.need_viewer(), as_id(visit.request.match_info["id"])
    await visit.own_form(viewer)
    await visit.site.write(lambda tx: filters.delete(tx, visit.env, viewer.account_id, number))
    return saved(SECTION, "filter_gone")


async def _held(visit: Visit, viewer: Viewer, number: int) -> tuple[Filter, list[FilterKeyword]]:
    def read(tx: Tx) -> tuple[Filter, list[FilterKeyword]]:
        held = filters.own_filter(tx, viewer.account_id, number)
        return held, stored.keywords_of(tx, [number])

    return await visit.site.read(read)


def _typed(fields: Mapping[str, str], keys: Sequence[str]) -> Filled:
    return Filled(
        title=fields.get("title", ""),
        contexts=[context for context in CONTEXTS if f"in-{context}" in fields],
        action=fields.get("action", ""),
        lasts=fields.get("lasts", ""),
        words=[
            Word(key, fields.get(f"word-{key}", "").strip(), f"whole-{key}" in fields)
            for key in keys
        ],
    )


def _need_words(words: Sequence[Wanted]) -> None:
    if not words:
        raise ServiceError("bad_filter", 422, "A filter has one word or phrase at least.")


def _form(
    visit: Visit,
    viewer: Viewer,
    held: Filter | None,
    filled: Filled,
    error: ServiceError | None = None,
) -> web.Response:
    blank = [
        Word(f"new-{number}")
        for number in range(BLANK)
        if f"new-{number}" not in {word.key for word in filled.words}
    ]
    return framed(
        visit,
        viewer,
        SECTION,
        error,
        template="filter",
        held=held,
        filled=filled,
        words=[*filled.words, *blank],
        contexts=CONTEXTS,
        actions=ACTIONS,
        lasts=tuple(LASTS),
        limits=filters,
    )
