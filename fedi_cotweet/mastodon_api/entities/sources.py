"""``CredentialAccount`` and ``Profile``: oneself, with what one typed and chose."""

from __future__ import annotations

from typing import Any

from fedi_cotweet.mastodon_api.entities import accounts
from fedi_cotweet.mastodon_api.entities.statuses import VISIBILITIES
from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.services import own_profile
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Account
from storage.queries import actors, follows


def privacy(account: Account) -> str:
    """The visibility of new posts, in Mastodon's word."""
    chosen = account.posting_visibility or "public"
    return VISIBILITIES.get(chosen, chosen)


def credential_account(tx: Tx, env: Env, account_id: int) -> dict[str, Any]:
    """The account with its ``source``."""
    actor, account = actors.actor(tx, account_id), actors.account_of(tx, account_id)
    assert actor is not None, "the account whose token it is"
    assert account is not None, "the account whose token it is"
    profile = own_profile.show(tx, account_id)
    document = accounts.one(tx, env, actor)
    document["source"] = {
        "privacy": privacy(account),
        "sensitive": account.posting_sensitive,
        "language": account.posting_language,
        "note": profile.about,
        "fields": _fields(profile),
        "follow_requests_count": follows.count_requests(tx, account_id),
        "hide_collections": profile.hides_network,
        "discoverable": profile.discoverable,
        "indexable": actor.indexable,
        "attribution_domains": list(profile.attribution_domains),
        "quote_policy": account.quote_policy,
    }
    document["role"] = {
        "id": "-99",
        "name": "",
        "color": "",
        "position": -1,
        "permissions": "0",
        "highlighted": False,
        "collection_limit": 0,
    }
    return document


def profile(tx: Tx, env: Env, account_id: int) -> dict[str, Any]:
    """A profile as its owner typed it."""
    actor, held = actors.actor(tx, account_id), own_profile.show(tx, account_id)
    assert actor is not None, "the account whose token it is"
    avatar, header = (
        None if path is None else env.addresses.base + path for path in (held.avatar, held.header)
    )
    return {
        "id": str(account_id),
        "display_name": accounts.display_name(actor),
        "note": held.about,
        "fields": _fields(held),
        "avatar": avatar,
        "avatar_static": avatar,
        "avatar_description": held.avatar_alt,
        "header": header,
        "header_static": header,
        "header_description": held.header_alt,
        "locked": actor.manually_approves,
        "bot": actor.kind == "Service",
        "hide_collections": held.hides_network,
        "discoverable": held.discoverable,
        "indexable": actor.indexable,
        "show_media": True,
        "show_media_replies": True,
        "show_featured": True,
        "attribution_domains": list(held.attribution_domains),
    }


def _fields(held: own_profile.OwnProfileView) -> list[dict[str, Any]]:
    return [
        {
            "name": field.name,
            "value": field.value,
            "verified_at": None if field.verified_at is None else moment(field.verified_at),
        }
        for field in held.fields
    ]
