"""The actor under test, as its own documents describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from activitypub.vocab.reading import as_id, origin
from fedi_cotweet.conformance.people import Person
from fedi_cotweet.conformance.unreachable import why_unreachable


class TargetError(Exception):
    """There is nothing to test at this address; the text says why."""

    fix = "Give the id of an actor, as its own document has it."


class UnreachableError(TargetError):
    """No server answers there."""

    fix = "Start that server, or correct the address."


@dataclass(frozen=True, slots=True)
class Target:
    """Whom the kit tries: what its actor document says, and the document itself."""

    id: str
    handle: str
    inbox: str
    followers: str
    document: Mapping[str, Any]

    @property
    def policy(self) -> Any:
        """``canCoAuthor``, or None."""
        policy = self.document.get("interactionPolicy")
        return policy.get("canCoAuthor") if isinstance(policy, Mapping) else None


async def find_target(url: str, asker: Person) -> Target:
    """Read the actor at ``url``, asked by ``asker``. Raises ``TargetError``."""
    try:
        reply = await asker.get(url)
    except (OSError, aiohttp.ClientError) as error:
        raise UnreachableError(f"{url} cannot be reached: {why_unreachable(error)}") from error
    if reply.status != 200:
        raise TargetError(f"{url} answers {reply.status} to a signed GET, not 200")
    try:
        document = reply.json
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise TargetError(f"{url} is not an actor: it answers with something else than JSON")
    actor, inbox = document.get("id"), document.get("inbox")
    if not isinstance(actor, str) or not isinstance(inbox, str) or origin(actor) is None:
        raise TargetError(f"{url} is not an actor: its document has no id or no inbox")
    name = document.get("preferredUsername")
    host = actor.partition("://")[2].partition("/")[0]
    return Target(
        id=actor,
        handle=f"{name}@{host}" if isinstance(name, str) else host,
        inbox=inbox,
        followers=as_id(document.get("followers")) or f"{actor}/followers",
        document=document,
    )
