"""Sign-up links: whoever has one gets an account at once, unless nobody is let in at all.

They are no invites: those ask people to write something together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.languages.wording import mark, say
from fedi_cotweet.services import staff, tokens
from fedi_cotweet.services.accounts import find_actor, token_hash
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.staff_log import OPERATOR, name_of, note
from fedi_cotweet.services.views import AuthorView, SignUpLinkView
from storage.engine import Tx
from storage.models import Actor, SignUpLink
from storage.queries import actors
from storage.queries import sign_up_links as stored
from storage.queries import staff as staff_rows

MOST_USES: Final = 100
LONGEST_DAYS: Final = 90
MOST_OPEN: Final = 20
LONGEST_FOR: Final = 100
MOST_SHOWN: Final = 200
"""Links, and people who came by them; nobody makes more before the oldest are forgotten."""
OVER_KEPT: Final = 30 * DAY
"""How long a link is still listed once its time is over."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """``most_uses``: None, without limit. ``for_whom``: for nobody but whoever makes it."""

    most_uses: int | None = 1
    days: int = 7
    for_whom: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that lets somebody in. ``by``: whose it is; None: the operator's."""

    id: int
    by: Actor | None


def may_make(tx: Tx, env: Env, account_id: int) -> bool:
    """Whether somebody may make links, and those that they made let people in."""
    return _may(env, find_actor(tx, account_id), staff.role_of(tx, account_id))


def check(tx: Tx, env: Env, account_id: int) -> None:
    """Raises ``no_sign_up_links`` (403) for whoever may make none."""
    if not may_make(tx, env, account_id):
        raise ServiceError(
            "no_sign_up_links",
            403,
            "Sign-up links are made by those who look after this server.",
            "Ask them for one.",
        )


def make(tx: Tx, env: Env, account_id: int | None, wanted: Wanted) -> tuple[str, SignUpLinkView]:
    """A new link of somebody's, or of the operator's (None): its address, which is kept nowhere.

    Raises ``no_sign_up_links`` (403), ``bad_sign_up_link`` (422), ``too_many_sign_up_links`` (409).
    """
    trusted = account_id is None or bool(staff.role_of(tx, account_id))
    for_whom = _checked(wanted, trusted=trusted)
    if account_id is not None:
        check(tx, env, account_id)
        _check_room(tx, env, account_id)
    code, key, now = env.token(), env.new_id(), env.now()
    stored.add_link(
        tx,
        id=key,
        code_hash=token_hash(code),
        made_by=account_id,
        for_whom=for_whom,
        most_uses=wanted.most_uses,
        created_at=now,
        expires_at=now + wanted.days * DAY,
    )
    if trusted:
        note(tx, env, _name(tx, account_id), "make-sign-up-link", str(key))
    return f"{env.addresses.base}/sign-up?link={code}", _views(tx, env, [_held(tx, key)])[0]


def end(tx: Tx, env: Env, account_id: int | None, link_id: int) -> None:
    """End one of somebody's; the operator (None) ends anybody's. Raises ``not_found`` (404)."""
    held = _held(tx, link_id)
    if account_id is not None and held.made_by != account_id:
        raise not_found("sign-up link")
    if held.ended_at is None:
        stored.end(tx, held.id, env.now())
        if account_id is None or staff.role_of(tx, account_id):
            note(tx, env, _name(tx, account_id), "end-sign-up-link", str(held.id))


def of(tx: Tx, env: Env, account_id: int) -> list[SignUpLinkView]:
    """Somebody's own, the newest first."""
    return _views(tx, env, stored.links_of(tx, account_id, MOST_SHOWN))


def all_of_them(tx: Tx, env: Env) -> list[SignUpLinkView]:
    """Everybody's, the newest first, without what people wrote down for themselves."""
    return _views(tx, env, stored.links(tx, MOST_SHOWN), private=True)


def open_link(tx: Tx, env: Env, code: str) -> Opened:
    """The link with this code, if it lets somebody in.

    Raises ``sign_up_link_unknown`` (404) and ``sign_up_link_over`` (410).
    """
    usable = code.isascii() and len(code) <= tokens.LONGEST
    held = stored.link_with(tx, token_hash(code)) if usable else None
    if held is None:
        raise ServiceError(
            "sign_up_link_unknown",
            404,
            "There is no such sign-up link.",
            "Perhaps a part of it was lost: open it again as it was sent to you, or ask whoever "
            "sent it for a new one.",
        )
    # Stops links of people from whom the right to make any was taken since.
    allowed = held.made_by is None or may_make(tx, env, held.made_by)
    state = _state(held, env.now(), allowed=allowed)
    if state != "open":
        raise ServiceError(
            "sign_up_link_over", 410, _OVER[state], "Ask whoever sent it for a new one."
        )
    return Opened(held.id, None if held.made_by is None else find_actor(tx, held.made_by))


def lets_in(tx: Tx, env: Env, code: str) -> bool:
    """Whether a code is that of a link that lets somebody in."""
    try:
        open_link(tx, env, code)
    except ServiceError:
        return False
    return True


def bring(tx: Tx, env: Env, code: str, account_id: int) -> None:
    """Somebody has come by a link, in the transaction that makes their account: of two who use it
    for the last time at once, one is let in. Raises as ``open_link``."""
    opened = open_link(tx, env, code)
    stored.count_use(tx, opened.id)
    by = None if opened.by is None else opened.by.id
    stored.add_use(tx, account_id=account_id, by=by, link_id=opened.id)


def brought_by(tx: Tx, account_id: int) -> Actor | None:
    """By whose link somebody came, if that person is still here and can be followed."""
    use = stored.uses_by(tx, [account_id]).get(account_id)
    person = None if use is None or use.by is None else actors.actor(tx, use.by)
    return None if person is None or _is_out(person) or person.moved_to is not None else person


def came_by(tx: Tx, account_ids: Sequence[int]) -> dict[int, str]:
    """Of these, those who came by a link: whose (``@name``), or ``operator``."""
    uses = stored.uses_by(tx, account_ids)
    people = actors.actors(tx, {one.by for one in uses.values() if one.by is not None})
    return {
        one: OPERATOR if use.by is None else f"@{people[use.by].username}"
        for one, use in uses.items()
    }


def brought(tx: Tx, env: Env, account_id: int) -> list[AuthorView]:
    """Those who came by somebody's links and are still here, the newest first."""
    ids = stored.brought(tx, account_id, MOST_SHOWN)
    people = actors.actors(tx, ids)
    return [author_view(env, people[one]) for one in ids if people[one].gone_at is None]


_OVER: Final = {
    "used_up": mark("This sign-up link was used already."),
    "expired": mark("The time of this sign-up link is over."),
    "ended": mark("This sign-up link was ended."),
}


def _is_out(person: Actor) -> bool:
    return person.suspended_at is not None or person.gone_at is not None


def _may(env: Env, person: Actor, role: str) -> bool:
    return not _is_out(person) and (env.limits.sign_up_links_by == "people" or bool(role))


def _check_room(tx: Tx, env: Env, account_id: int) -> None:
    if stored.count_open(tx, account_id, env.now()) >= MOST_OPEN:
        raise ServiceError(
            "too_many_sign_up_links",
            409,
            say("You have {most} sign-up links that are open.", most=MOST_OPEN),
            "End one that you do not need.",
        )
    # Stops making and ending without end: those that are over are kept for a while.
    if len(stored.links_of(tx, account_id, MOST_SHOWN)) >= MOST_SHOWN:
        raise ServiceError(
            "too_many_sign_up_links",
            409,
            say("You have made {most} sign-up links lately.", most=MOST_SHOWN),
            "Wait until the oldest are forgotten, a month after their time.",
        )


def _state(held: SignUpLink, now: int, *, allowed: bool) -> str:
    """``allowed``: whether its maker may make links now."""
    if held.ended_at is not None:
        return "ended"
    if held.expires_at <= now:
        return "expired"
    if held.most_uses is not None and held.used >= held.most_uses:
        return "used_up"
    return "open" if allowed else "ended"


def _checked(wanted: Wanted, *, trusted: bool) -> str:
    most = wanted.most_uses
    if (most is None and not trusted) or (most is not None and not 1 <= most <= MOST_USES):
        raise ServiceError(
            "bad_sign_up_link", 422, say("A link is used 1 to {most} times.", most=MOST_USES)
        )
    if not 1 <= wanted.days <= LONGEST_DAYS:
        raise ServiceError(
            "bad_sign_up_link", 422, say("A link is open for 1 to {most} days.", most=LONGEST_DAYS)
        )
    for_whom = " ".join(wanted.for_whom.split())
    if len(for_whom) > LONGEST_FOR:
        raise ServiceError(
            "bad_sign_up_link",
            422,
            say("Say for whom it is in at most {most} characters.", most=LONGEST_FOR),
        )
    return for_whom


def _held(tx: Tx, link_id: int) -> SignUpLink:
    held = stored.link(tx, link_id)
    if held is None:
        raise not_found("sign-up link")
    return held


def _name(tx: Tx, account_id: int | None) -> str:
    return OPERATOR if account_id is None else name_of(find_actor(tx, account_id))


def _views(
    tx: Tx, env: Env, held: Sequence[SignUpLink], *, private: bool = False
) -> list[SignUpLinkView]:
    uses = stored.uses_of(tx, [one.id for one in held], MOST_SHOWN)
    makers = {one.made_by for one in held if one.made_by is not None}
    people = actors.actors(tx, makers | {one.account_id for one in uses})
    roles = staff_rows.roles(tx)
    allowed = {None} | {one for one in makers if _may(env, people[one], roles.get(one, ""))}
    return [
        SignUpLinkView(
            id=str(one.id),
            by=OPERATOR if one.made_by is None else name_of(people[one.made_by]),
            for_whom="" if private and one.made_by is not None else one.for_whom,
            most_uses=one.most_uses,
            used=one.used,
            created_at=one.created_at,
            expires_at=one.expires_at,
            state=_state(one, env.now(), allowed=one.made_by in allowed),
            people=tuple(
                author_view(env, people[use.account_id])
                for use in uses
                if use.link_id == one.id and people[use.account_id].gone_at is None
            ),
        )
        for one in held
    ]
