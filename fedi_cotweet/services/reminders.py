"""One reminder of an invitation, a day before it ends."""

from __future__ import annotations

from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import invite_mutes
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import tell
from storage.engine import Tx
from storage.queries import actors, consents


def remind(tx: Tx, env: Env, limit: int) -> int:
    """Remind people here of invitations that end within a day; how many were dealt with.

    Each once, whatever happens to the process. An invitation that lasted no longer than a day is
    its own reminder, and whoever is muted reminds nobody.
    """
    due = consents.offers_to_remind(tx, env.now(), DAY, limit)
    for offer in due:
        consents.change_offer(tx, offer.id, reminded_at=env.now())
        sender = actors.actor(tx, offer.sender_id)
        if sender is None or invite_mutes.muted(tx, offer.target_id, sender):
            continue
        tell(
            tx,
            env,
            offer.target_id,
            "cotweet.reminder",
            offer.uri,
            actor_id=sender.id,
            offer_id=offer.id,
            text=say(
                "{who} waits for your answer: the invitation to write a post together ends within"
                " a day.",
                who=f"@{sender.username}@{sender.host}",
            ),
        )
    return len(due)
