"""What the path of a request names: a post, draft or invitation, by any of its ids and addresses.

Every endpoint whose path holds the ``{id}`` of one of these asks here, so that all take the same.
"""

from __future__ import annotations

from fedi_cotweet.api.calls import Call
from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.services import proposal_views
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.lookups import find
from fedi_cotweet.services.mistaken import only_invited
from fedi_cotweet.services.naming import Named


async def post_id(call: Call, account_id: int, what: str = "post") -> int:
    """The id here of the post in the path; whether the account may see it is asked later.

    Raises ``not_found`` (404) for a ``what``, and ``not_published`` (409) where all that is here
    of it is an invitation of the account's.
    """
    found = await _in_path(call, account_id, what)
    if found.post is not None:
        return found.post.id
    invite = found.invite
    if invite is None:
        raise not_found(what)
    raise await call.site.read(lambda tx: only_invited(tx, invite, what))


async def talk_id(call: Call, account_id: int) -> int:
    """As ``post_id``, or the invitation's id where the draft is on another server."""
    found = await _in_path(call, account_id, "co-tweet")
    if found.post is not None:
        return found.post.id
    if found.invite is None:
        raise not_found("co-tweet")
    return found.invite.id


async def invite_id(call: Call, account_id: int) -> int:
    """The id of the account's invitation to the post in the path: the open one, or the last."""
    found = await _in_path(call, account_id, "invitation")
    if found.invite is None:
        raise not_found("invitation")
    return found.invite.id


async def proposal_id(call: Call, account_id: int) -> int:
    """The id of the proposal in the path, or of the one that waits about the post in the path."""
    given = call.request.match_info["id"]
    number = read_id(given)
    env = call.site.env
    if number is not None and await call.site.read(
        lambda tx: proposal_views.is_proposal(tx, number)
    ):
        return number
    about = await talk_id(call, account_id)
    return await call.site.read(lambda tx: proposal_views.waiting(tx, env, account_id, about))


async def _in_path(call: Call, account_id: int, what: str) -> Named:
    found = await find(call.site, account_id, call.request.match_info["id"])
    if found is None:
        raise not_found(what)
    return found
