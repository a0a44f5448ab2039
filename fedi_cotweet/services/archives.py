"""Everything of somebody's account in one ZIP file, which they may have for a week."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import later
from fedi_cotweet.settings import Settings
from storage.engine import Tx
from storage.models import Archive
from storage.queries import archives as stored

LASTS: Final = 7 * DAY
AGAIN_AFTER: Final = DAY
FOLDER: Final = "archives"


def ask(tx: Tx, env: Env, account_id: int) -> None:
    """Have one made, in place of the one before. Raises ``archived_lately`` (409)."""
    held = stored.of_account(tx, account_id)
    if held is not None and held.state != "failed" and held.asked_at > env.now() - AGAIN_AFTER:
        raise ServiceError(
            "archived_lately",
            409,
            "You asked for an archive less than a day ago.",
            "Take that one, or ask again tomorrow.",
        )
    token = env.token()
    stored.ask(tx, account_id, token=token, now=env.now(), expires_at=env.now() + LASTS)
    later(tx, env, "make_archive", token, account_id=account_id, token=token)


def of(tx: Tx, env: Env, account_id: int) -> Archive | None:
    """The last one, as long as it may be had."""
    held = stored.of_account(tx, account_id)
    return None if held is None or held.expires_at <= env.now() else held


def ready(tx: Tx, env: Env, account_id: int) -> Archive:
    """One that can be taken. Raises ``not_found`` (404)."""
    held = of(tx, env, account_id)
    if held is None or held.state != "ready":
        raise not_found("archive")
    return held


def path_of(settings: Settings, token: str) -> Path:
    """Where the file of one is."""
    return settings.data / FOLDER / f"{token}.zip"
