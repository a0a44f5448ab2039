"""What a verification found out, as data: for the terminal, for JSON, for other programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from activitypub.coauthorship.verification import CoAuthorState
from fedi_cotweet.operations.conditions import Condition


@dataclass(frozen=True, slots=True)
class Proof:
    """The FEP-8b32 proof on a stamp. For information: a stamp counts where it lies, not by proof.

    ``unchecked``: there is one, but the issuer's key could not be had; ``reason`` says why.
    """

    state: Literal["none", "valid", "invalid", "unchecked"]
    key: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CoAuthor:
    """What was found out about one co-author. Times are in milliseconds since 1970.

    ``handle`` is ``user@host`` as their own server has it, None if it did not say. ``reason`` is
    the stable code behind ``state``. ``stamp``, ``issued_at``, ``stamp_digest``,
    ``consented_authors`` and ``proof`` are the stamp's; ``post_digest`` is this version's digest
    for the authors that the stamp names.
    """

    id: str
    handle: str | None
    state: CoAuthorState
    reason: str
    sentence: str
    stamp: str | None = None
    issued_at: int | None = None
    fetched_at: int | None = None
    post_digest: str | None = None
    stamp_digest: str | None = None
    consented_authors: tuple[str, ...] = ()
    proof: Proof = Proof("none")
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Companion:
    """Somebody who said in public, in ``note``, that they agree to be named with the authors.

    Their server knows nothing of co-authors, so they are none (FEP-af48, Consent notes).
    """

    id: str
    handle: str | None
    note: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Primary:
    """The author whose server keeps the post. ``verified``: the post lies on their server."""

    id: str | None
    handle: str | None
    verified: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome for one post at one moment. ``asked`` are the addresses that led to it.

    ``companions`` are those of whom a consent note was found; who agreed by message only is not
    among them, since nobody but the primary author's server can say so.

    ``files`` counts its attachments, ``files_with_digest`` those that the digest covers octet by
    octet; none is downloaded.
    """

    id: str
    kind: str
    page: str
    asked: tuple[str, ...]
    checked_at: int
    published_at: int | None
    updated_at: int | None
    summary: str
    primary: Primary
    co_authors: tuple[CoAuthor, ...]
    conditions: tuple[Condition, ...]
    files: int
    files_with_digest: int
    companions: tuple[Companion, ...] = ()

    @property
    def verified(self) -> bool:
        """Whether every author the post names is one."""
        return self.primary.verified and all(
            author.state is CoAuthorState.VERIFIED for author in self.co_authors
        )

    def document(self) -> dict[str, Any]:
        """The report as JSON has it: the members of this class and ``verified``."""
        return {"verified": self.verified, **asdict(self)}
