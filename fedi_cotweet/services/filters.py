"""What a reader filters: made, changed, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from fedi_cotweet.domain.filters import ACTIONS, CONTEXTS, folded
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.languages.wording import Said, mark, say
from fedi_cotweet.services import filtering, streams
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from storage.engine import Tx
from storage.models import Filter, FilterKeyword, FilterPost
from storage.queries import filters as stored

LONGEST_TITLE: Final = 256
LONGEST_KEYWORD: Final = 512
MOST_FILTERS: Final = 200
MOST_KEYWORDS: Final = 1_000
"""Of all filters of a person together; ``MOST_POSTS`` of one filter."""
MOST_POSTS: Final = 500
LONGEST: Final = 3_650 * DAY


@dataclass(frozen=True, slots=True)
class Wanted:
    """What becomes of a keyword. ``id`` None: a new one; ``gone``: it is taken away.

    ``text`` and ``whole`` None: as it is, of a new one in whole words only.
    """

    id: int | None = None
    text: str | None = None
    whole: bool | None = None
    gone: bool = False


def create(
    tx: Tx,
    env: Env,
    account_id: int,
    *,
    title: str,
    contexts: Sequence[str],
    action: str = "warn",
    lasts: int | None = None,
    keywords: Sequence[Wanted] = (),
) -> int:
    """Make a filter; its id. ``lasts``: milliseconds, None for good.

    ``ServiceError`` (422): ``bad_filter``, ``too_many_filters``, ``too_many_keywords``.
    """
    if len(stored.filters_of(tx, account_id)) >= MOST_FILTERS:
        raise ServiceError(
            "too_many_filters",
            422,
            say("You have {most} filters.", most=MOST_FILTERS),
            "Delete one of them first, or put the words into one that you have.",
        )
    filter_id = env.new_id()
    stored.add_filter(
        tx,
        id=filter_id,
        account_id=account_id,
        title=_title(title),
        contexts=_contexts(contexts),
        action=_action(action),
        expires_at=_until(env, lasts),
    )
    for wanted in keywords:
        _apply(tx, env, account_id, filter_id, wanted)
    changed(tx, env, account_id)
    return filter_id


def change(
    tx: Tx,
    env: Env,
    account_id: int,
    filter_id: int,
    *,
    title: str | None = None,
    contexts: Sequence[str] | None = None,
    action: str | None = None,
    timed: bool = False,
    lasts: int | None = None,
    keywords: Sequence[Wanted] = (),
) -> None:
    """Change what is given; ``timed``: how long it lasts too. As ``create``, and ``not_found``."""
    own_filter(tx, account_id, filter_id)
    values: dict[str, Any] = {}
    if title is not None:
        values["title"] = _title(title)
    if contexts is not None:
        values["contexts"] = _contexts(contexts)
    if action is not None:
        values["action"] = _action(action)
    if timed:
        values["expires_at"] = _until(env, lasts)
    if values:
        stored.change_filter(tx, filter_id, **values)
    for wanted in keywords:
        _apply(tx, env, account_id, filter_id, wanted)
    changed(tx, env, account_id)


def delete(tx: Tx, env: Env, account_id: int, filter_id: int) -> None:
    """Delete a filter with all its keywords and posts."""
    own_filter(tx, account_id, filter_id)
    stored.remove_filter(tx, filter_id)
    changed(tx, env, account_id)


def add_keyword(tx: Tx, env: Env, account_id: int, filter_id: int, text: str, whole: bool) -> int:
    """One keyword more; its id."""
    own_filter(tx, account_id, filter_id)
    keyword_id = _add(tx, env, account_id, filter_id, text, whole)
    changed(tx, env, account_id)
    return keyword_id


def change_keyword(
    tx: Tx, env: Env, account_id: int, keyword_id: int, text: str | None, whole: bool | None
) -> None:
    """Change a keyword."""
    held = own_keyword(tx, account_id, keyword_id)
    _apply(tx, env, account_id, held.filter_id, Wanted(keyword_id, text, whole))
    changed(tx, env, account_id)


def remove_keyword(tx: Tx, env: Env, account_id: int, keyword_id: int) -> None:
    """Take a keyword out of its filter."""
    own_keyword(tx, account_id, keyword_id)
    stored.remove_keyword(tx, keyword_id)
    changed(tx, env, account_id)


def add_post(tx: Tx, env: Env, account_id: int, filter_id: int, post_id: int) -> int:
    """Filter a single post, which the caller may read; the id of that."""
    own_filter(tx, account_id, filter_id)
    held = [entry for entry, _ in stored.posts_of(tx, [filter_id])]
    for entry in held:
        if entry.post_id == post_id:
            return entry.id
    if len(held) >= MOST_POSTS:
        raise _bad(say("A filter is about at most {most} posts.", most=MOST_POSTS))
    entry_id = env.new_id()
    stored.add_post(tx, id=entry_id, filter_id=filter_id, post_id=post_id)
    changed(tx, env, account_id)
    return entry_id


def remove_post(tx: Tx, env: Env, account_id: int, entry_id: int) -> None:
    """Filter it no more."""
    own_post(tx, account_id, entry_id)
    stored.remove_post(tx, entry_id)
    changed(tx, env, account_id)


def own_filter(tx: Tx, account_id: int, filter_id: int) -> Filter:
    """A filter of this person; ``not_found`` for another's."""
    held = stored.filter_by_id(tx, filter_id)
    if held is None or held.account_id != account_id:
        raise not_found("filter")
    return held


def own_keyword(tx: Tx, account_id: int, keyword_id: int) -> FilterKeyword:
    """A keyword of a filter of theirs."""
    held = stored.keyword_by_id(tx, keyword_id)
    if held is None:
        raise not_found("keyword")
    own_filter(tx, account_id, held.filter_id)
    return held


def own_post(tx: Tx, account_id: int, entry_id: int) -> FilterPost:
    """A post that a filter of theirs is about."""
    held = stored.post_entry(tx, entry_id)
    if held is None:
        raise not_found("post")
    own_filter(tx, account_id, held.filter_id)
    return held


def changed(tx: Tx, env: Env, account_id: int) -> None:
    """A person's filters are not what they were: whoever shows posts to them looks again."""
    streams.filters_changed(tx, env, account_id)
    filtering.forget(tx)


def _apply(tx: Tx, env: Env, account_id: int, filter_id: int, wanted: Wanted) -> None:
    if wanted.id is None:
        if not wanted.gone:
            whole = True if wanted.whole is None else wanted.whole
            _add(tx, env, account_id, filter_id, wanted.text or "", whole)
        return
    held = stored.keyword_by_id(tx, wanted.id)
    if held is None or held.filter_id != filter_id:
        raise not_found("keyword")
    if wanted.gone:
        stored.remove_keyword(tx, held.id)
        return
    values: dict[str, Any] = {}
    if wanted.text is not None:
        values["keyword"] = _keyword(wanted.text)
    if wanted.whole is not None:
        values["whole_word"] = wanted.whole
    if values:
        stored.change_keyword(tx, held.id, **values)


def _add(tx: Tx, env: Env, account_id: int, filter_id: int, text: str, whole: bool) -> int:
    if stored.count_keywords(tx, account_id) >= MOST_KEYWORDS:
        raise ServiceError(
            "too_many_keywords",
            422,
            say("Your filters have {most} keywords.", most=MOST_KEYWORDS),
            "Take some of them away first.",
        )
    keyword_id = env.new_id()
    stored.add_keyword(
        tx, id=keyword_id, filter_id=filter_id, keyword=_keyword(text), whole_word=whole
    )
    return keyword_id


def _title(given: str) -> str:
    title = " ".join(given.split())
    if not title:
        raise _bad(mark("Title can't be blank"))
    if len(title) > LONGEST_TITLE:
        raise _bad(say("Title is too long (maximum is {most} characters)", most=LONGEST_TITLE))
    return title


def _keyword(given: str) -> str:
    text = given.strip()
    if not folded(text):
        raise _bad(mark("Keyword can't be blank"))
    if len(text) > LONGEST_KEYWORD:
        raise _bad(say("Keyword is too long (maximum is {most} characters)", most=LONGEST_KEYWORD))
    return text


def _contexts(given: Sequence[str]) -> list[str]:
    if not given or not set(given) <= set(CONTEXTS):
        raise _bad(
            mark("Context is none or invalid"),
            say("Choose of: {choices}.", choices=", ".join(CONTEXTS)),
        )
    return [context for context in CONTEXTS if context in given]


def _action(given: str) -> str:
    if given not in ACTIONS:
        raise _bad(
            mark("Filter action is not included in the list"),
            say("Choose of: {choices}.", choices=", ".join(ACTIONS)),
        )
    return given


def _until(env: Env, lasts: int | None) -> int | None:
    if lasts is None:
        return None
    if not 0 < lasts <= LONGEST:
        raise _bad(mark("A filter lasts between a second and ten years, or for good."))
    return env.now() + lasts


def _bad(what: str, fix: str = "") -> ServiceError:
    return ServiceError(
        "bad_filter",
        422,
        say("Validation failed: {what}", what=say(what) if not isinstance(what, Said) else what),
        fix,
    )
