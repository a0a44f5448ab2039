"""The key by which the server of a data folder signs what nobody asked for in person."""

from __future__ import annotations

from pathlib import Path

from activitypub.signatures.keys import SigningKey, load_private
from fedi_cotweet.configuration import load
from fedi_cotweet.services.accounts import INSTANCE_USERNAME
from fedi_cotweet.settings_errors import SettingsError
from storage.engine import Tx, open_store
from storage.errors import StorageError
from storage.queries import actors


async def instance_key(data: Path) -> SigningKey | None:
    """The instance actor's key, or None where there is no server with one.

    For reading from servers that answer signed requests only (GoToSocial): the server whose key it
    is must run, or they cannot check the signature.
    """
    try:
        # Its address does not matter here, and may be known to the running server only.
        settings = load(data, options={"development": True})
    except SettingsError:
        return None
    if not _there(settings.database):
        return None  # opening it would make an empty one

    def query(tx: Tx) -> SigningKey | None:
        account = actors.account_by_name(tx, INSTANCE_USERNAME)
        actor = actors.actor(tx, account.id) if account is not None else None
        if account is None or actor is None:
            return None
        return SigningKey(f"{actor.uri}#main-key", load_private(account.rsa_private))

    store = open_store(settings.database)
    try:
        return await store.read(query)
    except StorageError:
        return None
    finally:
        await store.close()


def _there(database: str) -> bool:
    file = database.removeprefix("sqlite:///")
    return file == database or Path(file).is_file()
