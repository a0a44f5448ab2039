"""Accounts that people ask for themselves: at once, with a sign-up link or where everybody may, or
once the operator has said yes.

There is no mail here. So no address is asked for or kept; whoever forgets their password turns to
the operator.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import passwords, sign_up_links, tokens
from fedi_cotweet.services.accounts import KeyPairs, create_account, token_hash
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.site import Site
from fedi_cotweet.services.staff_log import OPERATOR, note
from storage.engine import Tx
from storage.models import SignUp
from storage.queries import actors, oauth
from storage.queries import sign_ups as stored

WAITS: Final = 30 * DAY
"""How long a request stands that nobody answers."""
MOST_WAITING: Final = 500
LONGEST_REASON: Final = 420


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for. ``username`` is a usable name (``accounts.check_username``).

    ``application_id``: the app they ask with; None: a browser. ``link``: the code of the sign-up
    link that they come by, or "". ``waited``: the id of what they asked for before, with the
    password that they have shown now (``waits_with``).
    """

    username: str
    password_hash: str
    reason: str
    application_id: int | None
    scopes: Sequence[str]
    link: str = ""
    waited: int | None = None


def check_mode(mode: str, *, linked: bool) -> None:
    """Whether anybody is let in (``Settings.registrations``). ``linked``: by a sign-up link.

    Raises ``sign_ups_closed`` and ``needs_sign_up_link`` (403).
    """
    if mode == "closed":
        raise ServiceError("sign_ups_closed", 403, "This server lets nobody in at the moment.")
    if mode == "invite" and not linked:
        raise ServiceError(
            "needs_sign_up_link",
            403,
            "Accounts are made with a sign-up link here.",
            "Ask somebody who has an account here for one.",
        )


def is_at_once(mode: str, *, linked: bool) -> bool:
    """Whether who is let in has their account at once; else the operator is asked."""
    return linked or mode == "open"


def is_taken(tx: Tx, username: str) -> bool:
    """Whether somebody has this name, had it, or waits for it."""
    held = actors.account_by_name(tx, username)
    return held is not None or stored.sign_up_of(tx, username) is not None


def is_asked_for(tx: Tx, username: str) -> bool:
    """Whether somebody waits for this name."""
    return stored.sign_up_of(tx, username) is not None


def join(tx: Tx, env: Env, wish: Wish, keys: KeyPairs) -> str:
    """Make the account now; the token with which the app acts for it. Raises as ``settle``."""
    assert wish.application_id is not None, "an app asks"
    account_id = settle(tx, env, wish, keys)
    oauth.keep_application(tx, wish.application_id, None)
    return tokens.issue(tx, env, wish.application_id, account_id, wish.scopes)


def settle(tx: Tx, env: Env, wish: Wish, keys: KeyPairs) -> int:
    """Make the account now, for whoever asks in a browser; its id.

    Raises ``name_taken``, and what says that their sign-up link lets nobody in.
    """
    if wish.waited is not None:
        held = _waiting_for(tx, wish.username)
        if held.id != wish.waited:  # turned down meanwhile, and the name asked for by another
            raise _taken(wish.username)
        account_id = _let_in(tx, env, held, keys)
    else:
        _check_free(tx, wish.username)
        account_id = create_account(
            tx, env, username=wish.username, keys=keys, password_hash=wish.password_hash
        )
    if wish.link:
        sign_up_links.bring(tx, env, wish.link, account_id)
    return account_id


def ask(tx: Tx, env: Env, wish: Wish) -> str:
    """Ask for an account; the token that will act for it, once it is there.

    Raises ``name_taken``, and ``too_many_wait`` (503).
    """
    _check_free(tx, wish.username)
    if stored.count(tx) >= MOST_WAITING:
        raise ServiceError(
            "too_many_wait", 503, "Too many people wait for an account here.", "Try again later."
        )
    token, now = env.token(), env.now()
    if wish.application_id is not None:
        oauth.keep_application(tx, wish.application_id, now + WAITS)
    stored.add_sign_up(
        tx,
        id=env.new_id(),
        username=wish.username,
        password_hash=wish.password_hash,
        reason=wish.reason,
        application_id=wish.application_id,
        scopes=" ".join(wish.scopes),
        token_hash=token_hash(token),
        created_at=now,
    )
    return token


def is_waiting(tx: Tx, token: str) -> bool:
    """Whether this is the token of somebody who waits."""
    if not token.isascii() or len(token) > tokens.LONGEST:
        return False
    return stored.sign_up_with(tx, token_hash(token)) is not None


async def waits_with(site: Site, username: str, password: str) -> int | None:
    """The id of what somebody asked for under this name and password, if they did."""
    held = await site.read(lambda tx: stored.sign_up_of(tx, username))
    if held is None:
        return None
    async with site.hashing:
        right = await asyncio.to_thread(
            passwords.is_password, held.password_hash, password[: passwords.LONGEST]
        )
    return held.id if right else None


def waiting(tx: Tx) -> list[SignUp]:
    """Who waits, the longest first."""
    return stored.waiting(tx, MOST_WAITING)


def approve(tx: Tx, env: Env, username: str, keys: KeyPairs, *, by: str = OPERATOR) -> None:
    """Let somebody in: the account is made, and their app may act for it from now on.

    Raises ``nobody_waits`` (404) and ``name_taken`` (409).
    """
    held = _waiting_for(tx, username)
    _let_in(tx, env, held, keys)
    note(tx, env, by, "approve", held.username)


def reject(tx: Tx, env: Env, username: str, *, by: str = OPERATOR) -> None:
    """Let somebody not in; nothing of the request is kept. Raises ``nobody_waits`` (404)."""
    held = _waiting_for(tx, username)
    stored.drop(tx, held.id)
    note(tx, env, by, "reject", held.username)


def _let_in(tx: Tx, env: Env, held: SignUp, keys: KeyPairs) -> int:
    account_id = create_account(
        tx, env, username=held.username, keys=keys, password_hash=held.password_hash
    )
    if held.application_id is not None:
        oauth.keep_application(tx, held.application_id, None)
        oauth.add_token(
            tx,
            id=env.new_id(),
            token_hash=held.token_hash,
            application_id=held.application_id,
            account_id=account_id,
            scopes=held.scopes,
            created_at=env.now(),
        )
    stored.drop(tx, held.id)
    return account_id


def _waiting_for(tx: Tx, username: str) -> SignUp:
    held = stored.sign_up_of(tx, username.strip().lower())
    if held is None:
        raise ServiceError(
            "nobody_waits",
            404,
            say("Nobody called {username} waits for an account.", username=username),
            "Look at who does: fedi-cotweet account waiting",
        )
    return held


def _check_free(tx: Tx, username: str) -> None:
    if is_taken(tx, username):
        raise _taken(username)


def _taken(username: str) -> ServiceError:
    return ServiceError(
        "name_taken",
        409,
        say("There is an account called {username}.", username=username),
        "Choose another name.",
    )
