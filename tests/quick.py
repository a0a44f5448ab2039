"""What takes long on purpose, or again and again, and makes no difference to what tests see."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Final

from aiohttp import web_urldispatcher
from argon2 import PasswordHasher

from activitypub.signatures import keys
from fedi_cotweet.services import accounts, passwords

SHIPPED: Final = passwords.HASHER
"""How servers hash passwords, which in this process takes a thousandth of that."""
KEYS: Final = 64
"""So many RSA keys a process makes for accounts here, and gives them out in turn: no test needs
that many others, and to make one takes as long as two tests."""


def make() -> None:
    """In this process, from now on; servers in processes of their own are as they are shipped."""
    passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    vars(accounts)["generate_rsa"] = _keys()
    for quoting in ("_quote_path", "_requote_path"):
        # The same hundreds of paths for each of the thousand servers that the tests make.
        setattr(web_urldispatcher, quoting, cache(getattr(web_urldispatcher, quoting)))


def _keys() -> Callable[[], str]:
    made, numbers = cache(lambda _: keys.generate_rsa()), count()
    return lambda: made(next(numbers) % KEYS)
