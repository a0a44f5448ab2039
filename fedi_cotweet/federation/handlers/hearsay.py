"""What somebody passed on and cannot prove, as GoToSocial does: its origin is asked."""

from __future__ import annotations

from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.incoming import Hearsay
from fedi_cotweet.services.audiences import everybodys
from fedi_cotweet.services.events import later
from storage.engine import Tx
from storage.queries import posts


async def ask_origin(context: Context, heard: Hearsay) -> bool:
    """Have the object fetched from where it lives, if it answers a post that is known here.

    Nothing of what was passed on is used. No server makes us ask others more often than
    ``Budgets.hearsay`` says.
    """
    env = context.env
    if context.runtime.is_own(heard.object_id) or heard.answers is None:
        return False

    def known(tx: Tx) -> bool:
        answered = posts.post_by_uri(tx, heard.answers or "")
        return answered is not None and everybodys(answered)

    if not await context.runtime.store.read(known):
        return False
    if not context.budgets.hearsay.spend(heard.signer.host, env.now()):
        return False
    uri = heard.object_id
    await context.runtime.write(lambda tx: later(tx, env, "fetch_note", uri, uri=uri))
    return True
