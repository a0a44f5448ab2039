"""What a program said of a post beyond what a post here says, and what others are told of it.

It stands in no co-tweet: what several people agree to, all of them have been shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from activitypub.vocab.reading import as_list, types
from activitypub.vocab.terms import PUBLIC
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import postings


@dataclass(frozen=True, slots=True)
class Besides:
    """``name`` is text. ``addressed``: whom ``to``, ``cc`` and ``audience`` name, as they were
    sent; the others are further types, of which those of the activity may have ``prefixes``."""

    name: str = ""
    addressed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    types: tuple[str, ...] = ()
    activity_types: tuple[str, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)


def keep(tx: Tx, post_id: int, said: Besides | None) -> None:
    """Keep what came with a new post; its name is the post's."""
    if said is None:
        return
    postings.add_posting(
        tx,
        post_id=post_id,
        addressed={name: list(listed) for name, listed in said.addressed.items()},
        types=list(said.types),
        activity_types=list(said.activity_types),
        prefixes=dict(said.prefixes),
    )


def forget(tx: Tx, post_id: int) -> None:
    """The post is deleted."""
    postings.forget_posting(tx, post_id)


def upon(tx: Tx, post: Post, author: Actor, note: dict[str, Any]) -> dict[str, Any]:
    """A rendition of a post of one author as its author's program addressed it.

    Whom it names beyond that, for it answers them or was changed, stands in ``cc``.
    """
    held = postings.posting(tx, post.id) if post.local else None
    if held is None:
        return note
    addressed = {name: list(listed) for name, listed in held.addressed.items()}
    known = {uri for listed in addressed.values() for uri in listed}
    known |= {PUBLIC, author.followers_uri or f"{author.uri}/followers"}
    named = (*as_list(note.get("to")), *as_list(note.get("cc")))
    more = [uri for uri in dict.fromkeys(named) if uri not in known]
    addressed["cc"] = [*addressed.get("cc", ()), *more]
    rest = {name: value for name, value in note.items() if name not in ("to", "cc")}
    rest |= {name: _compact(listed) for name, listed in addressed.items() if listed}
    return rest | {"type": _compact([*types(note), *held.types])}


def around(tx: Tx, post: Post, create: dict[str, Any]) -> dict[str, Any]:
    """The ``Create`` of a post with the further types that its author's program gave it."""
    held = postings.posting(tx, post.id) if post.local and not post.co_authored else None
    if held is None or not held.activity_types:
        return create
    context = [*as_list(create["@context"]), *([held.prefixes] if held.prefixes else ())]
    return create | {"@context": context, "type": [*types(create), *held.activity_types]}


def _compact(listed: Iterable[Any]) -> Any:
    """One of one, as JSON-LD compacts it."""
    found = list(listed)
    return found[0] if len(found) == 1 else found
