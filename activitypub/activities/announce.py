"""Announce: an actor passes an object on to its followers; a boost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from activitypub.activities.envelope import build_activity, expect, read_addressees, read_object
from activitypub.vocab.reading import format_time, parse_time
from activitypub.vocab.terms import PUBLIC_FORMS, Doc


@dataclass(frozen=True, slots=True)
class Announce:
    """An embedded ``object`` is never authentic: fetch ``object_id`` from its origin."""

    id: str
    actor: str
    object_id: str
    object: Doc | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    published_at: int | None

    @property
    def visibility(self) -> str:
        """``public``, ``unlisted``, or ``followers``: what does not address everybody."""
        return visibility_of(self.to, self.cc)


def visibility_of(to: Sequence[str], cc: Sequence[str]) -> str:
    """Whom an Announce with these addressees is for."""
    if not PUBLIC_FORMS.isdisjoint(to):
        return "public"
    return "followers" if PUBLIC_FORMS.isdisjoint(cc) else "unlisted"


def parse_announce(document: Doc) -> Announce:
    """An Announce of one object with an ``id``; DocumentError on any other shape."""
    envelope, target = expect(document, "Announce"), read_object(document)
    return Announce(
        envelope.id,
        envelope.actor,
        target.id,
        target.document,
        to=read_addressees(document, "to"),
        cc=read_addressees(document, "cc"),
        published_at=parse_time(document.get("published")),
    )


def build_announce(
    id: str,  # noqa: A002 - the field's own name
    actor: str,
    object_id: str,
    published_at: int,
    *,
    to: Sequence[str],
    cc: Sequence[str] = (),
) -> dict[str, Any]:
    """An Announce by ``id``. ``published_at`` before the object's makes Misskey drop it."""
    document = build_activity(id, "Announce", actor, object_id, to=to, cc=cc)
    return document | {"published": format_time(published_at)}
