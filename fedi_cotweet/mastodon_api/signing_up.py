"""Accounts made with an app (``POST /api/v1/accounts``), as far as the operator lets people in."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Final

import msgspec
from aiohttp import web

from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.errors import ApiError
from fedi_cotweet.services import accounts, passwords, sign_up_links, sign_ups
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.sign_ups import Wish
from storage.engine import Tx

BLANK: Final = ("ERR_BLANK", "can't be blank")
TAKEN: Final = ("ERR_TAKEN", "has already been taken")
RESERVED: Final = ("ERR_RESERVED", "is reserved")
STRANGE: Final = ("ERR_INVALID", "must contain only letters, numbers and underscores")
LONG_NAME: Final = ("ERR_TOO_LONG", "is too long (maximum is 30 characters)")
SHORT: Final = ("ERR_TOO_SHORT", f"is too short (minimum is {passwords.SHORTEST} characters)")
LONG: Final = ("ERR_TOO_LONG", f"is too long (maximum is {passwords.LONGEST} characters)")
LONG_REASON: Final = (
    "ERR_TOO_LONG",
    f"is too long (maximum is {sign_ups.LONGEST_REASON} characters)",
)
NOT_ACCEPTED: Final = ("ERR_ACCEPTED", "must be accepted")

Wrong = dict[str, list[tuple[str, str]]]


class NewAccount(msgspec.Struct):
    """``agreement``: to the rules of the server; ``invite_code``: of a sign-up link. What else apps
    send, such as an e-mail address, is neither needed nor kept."""

    username: str = ""
    password: str = ""
    agreement: bool = False
    reason: str = ""
    invite_code: str = ""


async def sign_up(call: Call) -> web.Response:
    """Make an account, or ask the operator for one; the answer is its token either way.

    A code that lets nobody in counts as none, as with Mastodon.
    """
    settings, bearer, env = call.site.settings, call.bearer, call.env
    if bearer is None or bearer.account_id is not None:
        raise ApiError(403, "This method requires an client credentials authentication")
    wanted, mode = await call.parameters(NewAccount), settings.registrations
    code = wanted.invite_code.strip()
    linked = await call.site.read(lambda tx: sign_up_links.lets_in(tx, env, code))
    sign_ups.check_mode(mode, linked=linked)
    username = wanted.username.strip().lower()
    wrong = _wrong(wanted, username)
    if "username" not in wrong and await call.site.read(lambda tx: sign_ups.is_taken(tx, username)):
        wrong["username"].append(TAKEN)
    if wrong:
        raise _invalid(wrong)
    async with call.site.hashing:
        hashed = await asyncio.to_thread(passwords.hash_password, wanted.password)
        keys = await asyncio.to_thread(accounts.make_keys)
    wish = Wish(
        username,
        hashed,
        wanted.reason.strip(),
        bearer.application_id,
        sorted(bearer.scopes),
        code if linked else "",
    )

    def write(tx: Tx) -> str:
        if sign_ups.is_at_once(mode, linked=linked):
            return sign_ups.join(tx, env, wish, keys)
        return sign_ups.ask(tx, env, wish)

    try:
        token = await call.site.write(write)
    except ServiceError as error:
        if error.code == "name_taken":  # between the look above and now
            raise _invalid({"username": [TAKEN]}) from error
        raise
    return answer(
        {
            "access_token": token,
            "token_type": "Bearer",
            "scope": " ".join(wish.scopes),
            "created_at": env.now() // 1_000,
        }
    )


def _wrong(wanted: NewAccount, username: str) -> Wrong:
    """What is wrong with a wish, by parameter."""
    wrong: Wrong = defaultdict(list)
    if not username:
        wrong["username"].append(BLANK)
    elif len(username) > 30:
        wrong["username"].append(LONG_NAME)
    elif username in accounts.RESERVED:
        wrong["username"].append(RESERVED)
    elif not accounts.USERNAME.match(username):
        wrong["username"].append(STRANGE)
    if not wanted.password:
        wrong["password"].append(BLANK)
    elif len(wanted.password) < passwords.SHORTEST:
        wrong["password"].append(SHORT)
    elif len(wanted.password) > passwords.LONGEST:
        wrong["password"].append(LONG)
    if len(wanted.reason.strip()) > sign_ups.LONGEST_REASON:
        wrong["reason"].append(LONG_REASON)
    if not wanted.agreement:
        wrong["agreement"].append(NOT_ACCEPTED)
    return wrong


def _invalid(wrong: Wrong) -> ApiError:
    said = [f"{name.capitalize()} {text}" for name, found in wrong.items() for _, text in found]
    details = {
        name: [{"error": code, "description": text} for code, text in found]
        for name, found in wrong.items()
    }
    return ApiError(422, f"Validation failed: {', '.join(said)}", details=details)
