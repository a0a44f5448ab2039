"""That the owner of an account sits at a browser, before what matters: a browser left open must not
be enough.
"""

from __future__ import annotations

from collections.abc import Mapping

from fedi_cotweet.services import security, sign_ins
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.visits import Visit
from storage.engine import Tx
from storage.models import Account


async def has_to_prove(visit: Visit, viewer: Viewer) -> bool:
    """Whether the password is asked for: not of whoever has none, or just came by a link."""

    def find(tx: Tx) -> bool:
        account = security.own(tx, viewer.account_id)
        return security.needs_password(visit.env, account, viewer.session)

    return await visit.site.read(find)


async def prove(visit: Visit, viewer: Viewer, fields: Mapping[str, str]) -> None:
    """See that the account's owner sits there. Raises ``wrong_password``, ``too_many_attempts``."""

    def find(tx: Tx) -> tuple[Account, bool]:
        account = security.own(tx, viewer.account_id)
        return account, security.needs_password(visit.env, account, viewer.session)

    account, needed = await visit.site.read(find)
    if not needed:
        return
    found = await sign_ins.check_password(
        visit.site, visit.caller_address(), account.username, fields.get("password", "")
    )
    if isinstance(found, sign_ins.TooOften):
        raise too_often()
    if not isinstance(found, Account):
        raise ServiceError("wrong_password", 403, "Your present password is another one.")


def too_often() -> ServiceError:
    """What somebody who guesses is told."""
    return ServiceError(
        "too_many_attempts", 429, "Too many attempts.", "Try again in a quarter of an hour."
    )
