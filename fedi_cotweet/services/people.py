"""People as they are shown on this server."""

from __future__ import annotations

from collections.abc import Iterable

from activitypub.html import link_targets, sanitise, to_text
from fedi_cotweet.domain.names import one_line
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.views import AuthorView, EmojiView, ProfileFieldView
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors


def author_view(
    env: Env, actor: Actor, role: str = "author", moved_to: str | None = None
) -> AuthorView:
    """A person as shown on this server; ``moved_to`` as ``homes.new_homes`` gives it."""
    return AuthorView(
        uri=actor.uri,
        name=one_line(actor.name or "") or actor.username,
        handle=f"{actor.username}@{actor.host}",
        url=profile_path(actor),
        local=actor.local,
        avatar=actor.avatar,
        role=role,
        moved_to=moved_to,
        emojis=tuple(
            EmojiView(one["shortcode"], one["url"], one["width"], one["height"])
            for one in actor.emoji or ()
        ),
    )


def profile_lines(actor: Actor) -> tuple[ProfileFieldView, ...]:
    """The fields of a profile as text; one that is nothing but a link leads there."""
    verified, found = actor.verified_links or {}, []
    for name, value in actor.fields or []:
        text, only = _read_field(str(value))
        found.append(ProfileFieldView(str(name), text, only, only in verified))
    return tuple(found)


def links_shown(actor: Actor) -> list[str]:
    """The targets of the fields that are nothing but a link."""
    targets = (_read_field(str(value))[1] for _, value in actor.fields or [])
    return list(dict.fromkeys(target for target in targets if target is not None))


def _read_field(value: str) -> tuple[str, str | None]:
    safe = sanitise(value)
    text, links = to_text(safe), link_targets(safe)
    if not links and text.startswith(("https://", "http://")):
        links = (text,)
    return text, links[0] if len(links) == 1 and " " not in text and "\n" not in text else None


def handles_at(tx: Tx, uris: Iterable[str | None]) -> tuple[str, ...]:
    """``@name@host`` of each actor, or the identifier of one who is not known here.

    Never the name that a document gives with a mention: its writer may call anybody anything.
    """
    wanted = [uri for uri in uris if uri]
    known = actors.actors_by_uri(tx, wanted)
    return tuple(
        f"@{known[uri].username}@{known[uri].host}" if uri in known else uri for uri in wanted
    )


def profile_path(actor: Actor) -> str:
    """Where a person's page is on this server."""
    return f"/@{actor.username}" if actor.local else f"/@{actor.username}@{actor.host}"
