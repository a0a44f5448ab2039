"""Who may say what about which identifier (FEP-fe34, origin-based security).

An object belongs to the actor it is attributed to first, and lives on that actor's origin. These
checks come after authentication: ``actor`` is whoever signed.
"""

from __future__ import annotations

from typing import Any

from activitypub.verdicts import Fetched, Refused
from activitypub.vocab.reading import as_id, ids, same_origin, types
from activitypub.vocab.terms import ACTOR_TYPES, Doc, is_activitypub_type


def owns(actor_id: str, object_id: str) -> Refused | None:
    """Whether ``object_id`` lies on the origin of ``actor_id``; None means yes."""
    if same_origin(actor_id, object_id):
        return None
    return Refused("foreign_origin", "the object lies on another origin than the actor")


def may_create(actor_id: str, document: Doc) -> Refused | None:
    """Whether ``actor_id`` may publish the object in ``document``; None means yes.

    Only the first of several entries in ``attributedTo`` owns an object: being named after it
    gives no right to write it (GoToSocial takes any of them).
    """
    object_id = as_id(document.get("id"))
    if object_id is None:
        return Refused("no_id", "the object has no identifier")
    if (refusal := owns(actor_id, object_id)) is not None:
        return refusal
    if ids(document.get("attributedTo"))[:1] != (actor_id,):
        return Refused("not_the_author", "the object is not attributed to the actor first")
    return None


def may_update(actor_id: str, document: Doc, known_owner: str | None = None) -> Refused | None:
    """Whether ``actor_id`` may change the object in ``document``; None means yes.

    An actor changes itself and no other actor. ``known_owner`` is the author we stored for the
    object: it never changes, whatever the new version says.
    """
    object_id = as_id(document.get("id"))
    if object_id == actor_id:
        return None
    if not ACTOR_TYPES.isdisjoint(types(document)):
        return Refused("not_the_actor", "an actor is changed by nobody else")
    if known_owner is not None and known_owner != actor_id:
        return Refused("not_the_author", "the object belongs to somebody else")
    return may_create(actor_id, document)


def may_delete(actor_id: str, object_id: str, known_owner: str | None = None) -> Refused | None:
    """Whether ``actor_id`` may delete ``object_id``; None means yes.

    ``known_owner`` is the author we stored for it. Nobody may delete for a neighbour on the same
    server: without an owner we know of, there is nothing of ours to delete, and the origin is all
    that can be checked.
    """
    if object_id == actor_id:
        return None
    if known_owner is not None and known_owner != actor_id:
        return Refused("not_the_author", "the object belongs to somebody else")
    return owns(actor_id, object_id)


def check_fetched(fetched: Fetched) -> dict[str, Any] | Refused:
    """The document of a GET, if it is what its origin says the identifier stands for.

    Status 200, an ActivityPub media type, and an ``id`` that equals both the URL asked for and the
    one where redirects ended, without a hop to another origin: a host must not speak for another
    one, and an uploaded file is no object (CVE-2024-23832, GHSA-2vxv-pv3m-3wvj). ``gone`` (404,
    410) tells an absence from a failure.
    """
    document = _check_answer(fetched)
    if isinstance(document, Refused) or as_id(document.get("id")) == fetched.url:
        return document
    return Refused("other_id", "the document has another identifier")


def check_listing(fetched: Fetched) -> dict[str, Any] | Refused:
    """The collection, or page of one, of a GET, under the same conditions as ``check_fetched``.

    But its ``id`` may have another query than its address: GoToSocial's say what was left out, as
    ``/replies?only_other_accounts=false``.
    """
    document = _check_answer(fetched)
    if isinstance(document, Refused):
        return document
    named = as_id(document.get("id"))
    if named is not None and "#" not in named and _path(named) == _path(fetched.url):
        return document
    return Refused("other_id", "the list has another identifier")


def _path(url: str) -> str:
    return url.partition("?")[0]


def _check_answer(fetched: Fetched) -> dict[str, Any] | Refused:
    """What holds of every document, whatever its identifier."""
    if fetched.status in {404, 410}:
        return Refused("gone", "there is nothing at this address")
    if fetched.status != 200:
        return Refused("not_fetched", "the document could not be fetched")
    if not is_activitypub_type(fetched.media_type):
        return Refused("media_type", "not served as an ActivityPub document")
    if fetched.document is None:
        return Refused("not_json", "not a JSON object")
    final_url = fetched.final_url or fetched.url
    if not fetched.same_origin or not same_origin(fetched.url, final_url):
        return Refused("foreign_origin", "redirected to another origin")
    if final_url != fetched.url:
        return Refused("other_id", "redirected to another address")
    return dict(fetched.document)
