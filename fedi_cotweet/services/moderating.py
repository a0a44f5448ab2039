"""What those who look after the server do about one person short of shutting them out.

Who is limited goes on as before with those who follow them; strangers neither come across them nor
hear of them (``distances``). What is said to somebody of this server is kept, and told to them.
"""

from __future__ import annotations

from typing import Final

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import tell
from fedi_cotweet.services.staff_log import OPERATOR, name_of, note
from fedi_cotweet.services.views import WarningView
from storage.engine import Tx
from storage.models import AccountWarning, Actor
from storage.queries import actors, staff

LONGEST: Final = 2_000
"""Characters of what is said to somebody."""
MOST: Final = 100
WARNING: Final = "moderation_warning"
"""The kind of the notification, whose subject is the id of what was said; Mastodon's name."""
NOTHING: Final = "none"
LIMITED: Final = "silence"
SUSPENDED: Final = "suspend"
"""What was done together with it, in Mastodon's words."""


def limit(
    tx: Tx,
    env: Env,
    actor: Actor,
    *,
    by: str = OPERATOR,
    why: str = "",
    text: str = "",
    report_id: int | None = None,
) -> None:
    """Keep somebody, from here or elsewhere, out of the sight of strangers; twice is once.

    ``why`` is for the log. Who lives here is told, with ``text``. Raises ``limited_already`` (409)
    where that would be lost.
    """
    _check_person(actor)
    if actor.limited_at is not None:
        if text.strip():
            raise ServiceError(
                "limited_already",
                409,
                "They are limited already, so nothing was done and nobody was told.",
                "Write to them if there is more to say.",
            )
        return
    actors.set_limited(tx, actor.id, env.now())
    note(tx, env, by, "limit", name_of(actor), why)
    said(tx, env, actor, LIMITED, text, report_id=report_id)


def unlimit(tx: Tx, env: Env, actor: Actor, *, by: str = OPERATOR, why: str = "") -> None:
    """Strangers see them again, and they are told; it is no error if they did all the time."""
    if actor.limited_at is None:
        return
    actors.set_limited(tx, actor.id, None)
    note(tx, env, by, "unlimit", name_of(actor), why)
    if actor.local:
        tell(
            tx,
            env,
            actor.id,
            "moderation.unlimited",
            str(env.now()),
            text=say("You are not limited on this server any more."),
        )


def warn(
    tx: Tx,
    env: Env,
    actor: Actor,
    text: str,
    *,
    by: str = OPERATOR,
    report_id: int | None = None,
) -> None:
    """Write to somebody of this server. Raises ``lives_elsewhere`` and ``no_text`` (422)."""
    _check_person(actor)
    if not actor.local:
        raise ServiceError("lives_elsewhere", 422, "Only people of this server can be written to.")
    if not text.strip():
        raise ServiceError(
            "no_text", 422, "There is nothing to say.", "Write what they should know."
        )
    note(tx, env, by, "warn", name_of(actor))
    said(tx, env, actor, NOTHING, text, report_id=report_id)


def said(
    tx: Tx, env: Env, actor: Actor, action: str, text: str, *, report_id: int | None = None
) -> None:
    """Keep what somebody of this server is told, and tell them, unless they are shut out: these
    read it where they cannot sign in any more. Raises ``text_too_long`` (422)."""
    if len(text.strip()) > LONGEST:
        raise ServiceError(
            "text_too_long",
            422,
            say("A text to somebody has at most {most} characters.", most=LONGEST),
        )
    if not actor.local:
        return
    key = env.new_id()
    staff.warn(
        tx,
        id=key,
        account_id=actor.id,
        action=action,
        text=text.strip(),
        report_id=report_id,
        created_at=env.now(),
    )
    if action != SUSPENDED:
        tell(tx, env, actor.id, WARNING, str(key), text=_words(action, text.strip()))


def _words(action: str, text: str) -> str:
    if action == NOTHING:
        return say("Those who look after this server write to you: “{text}”", text=text)
    if text:
        return say(
            "Those who look after this server limited your account: people who do not follow you "
            "do not come across you. They say: “{text}”",
            text=text,
        )
    return say(
        "Those who look after this server limited your account: people who do not follow you do "
        "not come across you."
    )


def warnings(tx: Tx, actor: Actor) -> list[WarningView]:
    """What somebody was told, the last first."""
    return [_view(one) for one in staff.warnings_to(tx, actor.id, MOST)]


def own_warning(tx: Tx, account_id: int, number: int) -> WarningView:
    """One of those, for whom it was said to; for others there is none (404)."""
    held = staff.warnings(tx, [number]).get(number)
    if held is None or held.account_id != account_id:
        raise not_found("page")
    return _view(held)


def why_out(tx: Tx, account_id: int) -> str:
    """What was said to somebody when they were shut out last; "" for nothing."""
    told = staff.warnings_to(tx, account_id, MOST)
    return next((one.text for one in told if one.action == SUSPENDED), "")


def _view(held: AccountWarning) -> WarningView:
    return WarningView(
        id=str(held.id),
        action=held.action,
        text=held.text,
        report=None if held.report_id is None else str(held.report_id),
        created_at=held.created_at,
    )


def _check_person(actor: Actor) -> None:
    if actor.kind == "Application" and actor.local:
        raise ServiceError("not_a_person", 422, "That is the server itself, and no person.")
