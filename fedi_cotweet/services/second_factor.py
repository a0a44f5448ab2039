"""Signing in with a code after the password: turned on and off, and the codes themselves."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.services import totp
from fedi_cotweet.services.accounts import token_hash
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.models import Account
from storage.queries import actors, sessions

STEP_LASTS: Final = 10 * MINUTE
RECOVERY_CODES: Final = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Setup:
    """What an authenticator app is told: the secret, and the same as an address for its camera."""

    secret: str
    address: str


def setup_of(env: Env, account: Account) -> Setup | None:
    """What is waiting for its first code; None when nothing is."""
    if account.totp_secret is None or account.totp_since is not None:
        return None
    name = f"{account.username}@{env.addresses.host}"
    address = totp.address(account.totp_secret, name, env.addresses.host)
    return Setup(account.totp_secret, address)


def begin(tx: Tx, account: Account) -> None:
    """Make a secret, which counts for nothing until a code of it was shown."""
    if account.totp_since is not None:
        raise ServiceError(
            "two_factor_on", 409, "Codes are asked for already.", "Turn them off first."
        )
    sessions.set_totp(tx, account.id, totp.make_secret())


def confirm(tx: Tx, env: Env, account: Account, code: str) -> tuple[str, ...]:
    """The first right code turns it on; the recovery codes, shown this once.

    Raises ``wrong_code``.
    """
    if account.totp_secret is None or account.totp_since is not None:
        raise ServiceError("two_factor_on", 409, "There is nothing to confirm.")
    step = totp.step_of(account.totp_secret, _digits(code), env.now())
    if step is None or not sessions.take_step(tx, account.id, step):
        raise _wrong()
    sessions.confirm_totp(tx, account.id, env.now())
    return renew_codes(tx, account.id)


def check(tx: Tx, env: Env, account: Account, code: str) -> bool:
    """Whether this is a code of theirs. Each is good once, the app's and recovery codes alike."""
    if account.totp_secret is None or account.totp_since is None:
        return False
    step = totp.step_of(account.totp_secret, _digits(code), env.now())
    if step is not None:
        return sessions.take_step(tx, account.id, step)
    return sessions.use_recovery_code(tx, account.id, _hash(account.id, code))


def require(tx: Tx, env: Env, account: Account, code: str) -> None:
    """As ``check``, but raises ``wrong_code``."""
    if not check(tx, env, account, code):
        raise _wrong()


def turn_off(tx: Tx, account_id: int) -> None:
    """No code is asked for any more."""
    sessions.set_totp(tx, account_id, None)
    sessions.set_recovery_codes(tx, account_id, ())


def renew_codes(tx: Tx, account_id: int) -> tuple[str, ...]:
    """New recovery codes in place of all before, shown this once."""
    codes = tuple(_make_code() for _ in range(RECOVERY_CODES))
    sessions.set_recovery_codes(tx, account_id, [_hash(account_id, code) for code in codes])
    return codes


def begin_step(tx: Tx, env: Env, account_id: int) -> str:
    """The password was right: a token for the browser that has to show a code next."""
    token = env.token()
    sessions.add_step(tx, token_hash(token), account_id, env.now() + STEP_LASTS)
    return token


def waiting(tx: Tx, env: Env, token: str) -> Account | None:
    """Who has to show a code in the browser with this token."""
    held = sessions.step(tx, token_hash(token))
    if held is None or held.expires_at <= env.now():
        return None
    account = actors.account_of(tx, held.account_id)
    return None if account is None or account.totp_since is None else account


def finish_step(tx: Tx, env: Env, token: str, code: str) -> int | None:
    """The account that is signed in now; None when the code was wrong or it is too late."""
    account = waiting(tx, env, token)
    if account is None or not check(tx, env, account, code):
        return None
    return account.id if sessions.end_step(tx, token_hash(token)) else None


def _wrong() -> ServiceError:
    return ServiceError(
        "wrong_code",
        422,
        "This code is not right, or was used already.",
        "Use the next one that your app shows; the clocks of both devices must agree to half a "
        "minute. A recovery code can be used once.",
    )


def _digits(code: str) -> str:
    return "".join(code.split())


def _make_code() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(3))


def _hash(account_id: int, code: str) -> str:
    plain = "".join(char for char in code.lower() if char.isascii() and char.isalnum())
    return token_hash(f"recovery:{account_id}:{plain}")
