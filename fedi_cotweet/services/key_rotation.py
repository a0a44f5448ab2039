"""New keys for somebody here, and how others learn of them."""

from __future__ import annotations

from collections.abc import Sequence

from fedi_cotweet.services.accounts import KeyPairs
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit
from storage.engine import Tx
from storage.models import ActorKey
from storage.queries import actors, keys

MOST_FORMER = 7
"""Former keys for proofs. Mastodon reads ten keys of an actor in all."""


def rotate(tx: Tx, env: Env, account_id: int, pairs: KeyPairs, *, forget_old: bool = False) -> str:
    """Replace both keys of an account; the id of the new one for proofs.

    The RSA key keeps its id, which others remember; its ``Update`` is signed with the old one once
    (INTEROP: GoToSocial and Misskey believe nothing else). The Ed25519 key gets a new id, and the
    old ones stay on the actor, so that what was proven with them holds, stamps above all; with
    ``forget_old`` (they were stolen) no more. Raises ``rotating`` (409) while the last ``Update``
    is on its way to somebody.
    """
    account, actor = actors.account_of(tx, account_id), actors.actor(tx, account_id)
    if account is None or actor is None:
        raise not_found("account")
    if not forget_old and keys.is_being_told(tx, account.rotation_uri):
        raise ServiceError(
            "rotating",
            409,
            "Other servers are still being told of the last new key.",
            "Wait for that, or they cannot check the next one. For a stolen key: --forget-old",
        )
    version = env.new_id()
    key_id = f"{actor.uri}#ed25519-key-{version}"
    keys.replace(
        tx,
        account_id,
        rsa_key_id=f"{actor.uri}#main-key",
        rsa_private=pairs.rsa_private,
        rsa_public=pairs.rsa_public,
        former_rsa_private=account.rsa_private,
        ed25519_key_id=key_id,
        ed25519_private=pairs.ed25519_private,
        ed25519_public=pairs.ed25519_public,
        kept=[] if forget_old else _newest(actors.keys_of(tx, account_id)),
        rotation_uri=f"{actor.uri}#updates/{version}",
        now=env.now(),
    )
    emit(tx, env, "actor.updated", actor_id=account_id, version=version)
    return key_id


def _newest(held: Sequence[ActorKey]) -> list[str]:
    proving = sorted((key for key in held if key.kind == "ed25519"), key=lambda key: key.fetched_at)
    return [key.key_id for key in proving[-MOST_FORMER:]]
