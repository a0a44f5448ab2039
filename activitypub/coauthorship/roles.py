"""What each author did (FEP-af48, Roles): a claim by the object, confirmed by stamps.

Roles are outside the consent digest, since they follow the author list, which may become shorter.
So nobody's role is shown on the word of one side alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, Final, Protocol

from activitypub.vocab.terms import Doc


class Role(StrEnum):
    """What somebody did for a post."""

    AUTHOR = "author"
    ARTIST = "artist"
    PHOTOGRAPHER = "photographer"
    TRANSLATOR = "translator"
    HOST = "host"
    OTHER = "other"


AUTHOR: Final = Role.AUTHOR.value
ROLES: Final = tuple(role.value for role in Role)


class Confirmation(Protocol):
    """A verified co-author's stamp, as far as roles go: two aligned lists, or no roles."""

    @property
    def actor(self) -> str: ...

    @property
    def consented_authors(self) -> tuple[str, ...]: ...

    @property
    def consented_roles(self) -> tuple[str, ...]: ...


def read_roles(value: Any, count: int) -> tuple[str, ...] | None:
    """The roles of ``count`` authors in order; ``()`` where everybody is simply an author, None
    where they are malformed: no list, of another length, or with a value that is no role.
    """
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) != count:
        return None
    if not all(isinstance(role, str) and role in ROLES for role in value):
        return None
    return tuple(value) if any(role != AUTHOR for role in value) else ()


def written_roles(roles: Sequence[str]) -> list[str] | None:
    """The roles as a document carries them; None where everybody is simply an author."""
    return list(roles) if any(role != AUTHOR for role in roles) else None


def confirmed_roles(
    document: Doc, authors: Sequence[str], verified: Iterable[Confirmation]
) -> dict[str, str]:
    """The roles to show, by author; whoever is not in it is shown as an author.

    ``verified`` are the verified co-authors of ``document`` and what their stamps say. A
    co-author's role needs their own stamp; the primary author's needs every stamp that has roles.
    """
    claimed = dict(
        zip(
            authors,
            read_roles(document.get("authorRoles"), len(authors)) or (),
            strict=False,
        )
    )
    found: dict[str, str] = {}
    of_primary: list[str] = []
    for stamp in verified:
        said = dict(zip(stamp.consented_authors, stamp.consented_roles, strict=False))
        if not said:
            continue
        of_primary.append(said.get(authors[0], AUTHOR))
        if said.get(stamp.actor) == claimed.get(stamp.actor):
            found[stamp.actor] = said[stamp.actor]
    if of_primary and all(role == claimed.get(authors[0]) for role in of_primary):
        found[authors[0]] = of_primary[0]
    return {author: role for author, role in found.items() if role != AUTHOR}
