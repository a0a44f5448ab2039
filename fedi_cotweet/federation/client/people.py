"""What a client says of people: of oneself (a profile), and to the moderators (a Flag)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from activitypub.html import to_text
from activitypub.vocab.reading import as_list, ids, text, types
from fedi_cotweet.federation.client.done import Done
from fedi_cotweet.services import own_profile, reports
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.own_profile import Wanted
from fedi_cotweet.services.site import Site
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, posts

MOST_FLAGGED: Final = 20
KINDS: Final = {"Person": False, "Service": True}

Document = Mapping[str, Any]


async def update_profile(site: Site, me: Actor, changed: Document) -> Done:
    """Change one's profile: the members that were sent, of those that a client may say.

    ``null`` takes one away. Raises ``bad_profile`` (422).
    """
    wanted = Wanted(
        name=_said(changed, "name"),
        about=_said(changed, "summary"),
        fields=_fields(changed),
        discoverable=_choice(changed, "discoverable"),
        indexable=_choice(changed, "indexable"),
        locked=_choice(changed, "manuallyApprovesFollowers"),
        bot=next((KINDS[kind] for kind in types(changed) if kind in KINDS), None),
    )
    await site.write(lambda tx: own_profile.change(tx, site.env, me.id, wanted))
    return Done("Update")


def _said(changed: Document, member: str) -> str | None:
    return to_text(text(changed[member])).strip() if member in changed else None


def _choice(changed: Document, member: str) -> bool | None:
    return changed[member] is True if member in changed else None


def _fields(changed: Document) -> list[tuple[str, str]] | None:
    if "attachment" not in changed:
        return None
    return [
        (text(entry.get("name")).strip(), to_text(text(entry.get("value"))).strip())
        for entry in as_list(changed["attachment"])
        if isinstance(entry, Mapping) and "PropertyValue" in types(entry)
    ]


async def flag(site: Site, me: Actor, activity: Document) -> Done:
    """Report a person, posts of one person, or both, to the moderators of this server.

    Theirs hear of it too, and not from whom, if the activity is addressed to that person.
    """
    named = list(dict.fromkeys(ids(activity["object"])))
    if not named or len(named) > MOST_FLAGGED:
        raise ServiceError(
            "nothing_to_report", 422, f"A Flag names a person, or up to {MOST_FLAGGED} posts."
        )
    told = {uri for member in ("to", "cc") for uri in ids(activity.get(member))}
    comment = to_text(text(activity.get("content"))).strip()

    def write(tx: Tx) -> None:
        people = list(actors.actors_by_uri(tx, named).values())
        about = []
        for uri in named:
            post = posts.post_by_uri(tx, uri)
            if post is not None:
                about.append(post)
            elif uri not in {one.uri for one in people}:
                raise not_found("post")  # what reporting says of one that is not theirs to see
        person = people[0] if people else actors.actor(tx, about[0].author_id)
        if person is None or len(people) > 1:
            raise ServiceError("nothing_to_report", 422, "One Flag is about one person.")
        reports.report_person(
            tx, site.env, me.id, person, about, comment=comment, forward=person.uri in told
        )

    await site.write(write)
    return Done("Flag", here=True)
