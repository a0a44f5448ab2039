"""The rules of the server, and the texts about it: what its operator lays down for everybody."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.composing import compose
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.staff_log import OPERATOR, note
from fedi_cotweet.services.views import RuleView, ServerTextView
from storage.engine import Tx
from storage.models import ServerRule, ServerText
from storage.queries import house

KINDS: Final = ("description", "privacy", "terms")
"""More about the server, what becomes of people's data, and what they agree to."""
MOST_RULES: Final = 50
MOST_RULE: Final = 300
MOST_HINT: Final = 2_000
MOST_TEXT: Final = 100_000


def add_rule(tx: Tx, env: Env, text: str, hint: str = "", *, by: str = OPERATOR) -> RuleView:
    """Lay down a rule. Raises ``bad_rule`` (422), ``too_many_rules`` (409)."""
    if len(house.rules(tx)) >= MOST_RULES:
        raise ServiceError(
            "too_many_rules",
            409,
            say("There are {most} rules.", most=MOST_RULES),
            "Remove one first.",
        )
    key = env.new_id()
    house.add_rule(tx, id=key, **_checked(text, hint))
    note(tx, env, by, "add-rule", text)
    return _view(_held(tx, key))


def change_rule(
    tx: Tx, env: Env, key: int, text: str, hint: str = "", *, by: str = OPERATOR
) -> RuleView:
    """Say one anew, whole. Raises ``bad_rule`` (422), ``not_found`` (404)."""
    _held(tx, key)
    house.change_rule(tx, key, **_checked(text, hint))
    note(tx, env, by, "change-rule", text)
    return _view(_held(tx, key))


def remove_rule(tx: Tx, env: Env, key: int, *, by: str = OPERATOR) -> None:
    """Take one back; reports keep what it said. Raises ``not_found`` (404)."""
    held = _held(tx, key)
    house.remove_rule(tx, held.id)
    note(tx, env, by, "remove-rule", held.text)


def rules(tx: Tx) -> list[RuleView]:
    """All rules, the oldest first."""
    return [_view(held) for held in house.rules(tx)]


def rules_named(tx: Tx, keys: Collection[int]) -> list[RuleView]:
    """Those of the rules that are there, in their order."""
    return [view for view in rules(tx) if int(view.id) in keys] if keys else []


def set_text(tx: Tx, env: Env, kind: str, text: str, *, by: str = OPERATOR) -> ServerTextView:
    """Say one of ``KINDS`` anew. Raises ``bad_text_kind``, ``bad_text`` (422)."""
    _check_kind(kind)
    text = text.strip()
    if not text or len(text) > MOST_TEXT:
        raise ServiceError(
            "bad_text",
            422,
            say(
                "A text has 1 to {most} characters; this one has {length}.",
                most=MOST_TEXT,
                length=len(text),
            ),
        )
    held = house.text(tx, kind)
    if held is None or held.text != text:
        house.set_text(tx, kind, text, env.now())
        note(tx, env, by, "set-text", kind)
    return _text_view(_said(tx, kind))


def remove_text(tx: Tx, env: Env, kind: str, *, by: str = OPERATOR) -> None:
    """Say it no more. Raises ``bad_text_kind`` (422), ``not_found`` (404)."""
    _said(tx, _check_kind(kind))
    house.remove_text(tx, kind)
    note(tx, env, by, "remove-text", kind)


def texts(tx: Tx) -> list[ServerTextView]:
    """All that there are."""
    return [_text_view(held) for held in house.texts(tx)]


def html_of(env: Env, text: str) -> str:
    """A text as HTML: paragraphs and links."""
    return compose(text, {}, env.addresses.base).html


def _check_kind(kind: str) -> str:
    if kind in KINDS:
        return kind
    raise ServiceError(
        "bad_text_kind", 422, say("A text is one of: {choices}.", choices=", ".join(KINDS))
    )


def _checked(text: str, hint: str) -> dict[str, str]:
    text, hint = " ".join(text.split()), hint.strip()
    if not text or len(text) > MOST_RULE or len(hint) > MOST_HINT:
        raise ServiceError(
            "bad_rule",
            422,
            say(
                "A rule has 1 to {most} characters, what explains it at most {most_to_explain}.",
                most=MOST_RULE,
                most_to_explain=MOST_HINT,
            ),
        )
    return {"text": text, "hint": hint}


def _held(tx: Tx, key: int) -> ServerRule:
    held = house.rule(tx, key)
    if held is None:
        raise not_found("rule")
    return held


def _said(tx: Tx, kind: str) -> ServerText:
    held = house.text(tx, kind)
    if held is None:
        raise not_found("text")
    return held


def _view(held: ServerRule) -> RuleView:
    return RuleView(str(held.id), held.text, held.hint)


def _text_view(held: ServerText) -> ServerTextView:
    return ServerTextView(held.kind, held.text, held.updated_at)
