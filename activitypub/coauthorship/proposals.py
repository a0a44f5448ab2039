"""What a co-author asks of the primary author: another text, or that the object be deleted
(FEP-af48, Proposing a change)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from activitypub.activities.envelope import build_activity
from activitypub.coauthorship.envelope import check_envelope, object_id
from activitypub.documents.note import TagView
from activitypub.html import consent_safe
from activitypub.verdicts import Refused
from activitypub.vocab.reading import as_id, as_list, ids, origin, text, types
from activitypub.vocab.terms import Doc, note_context

MAX_COMMENT: Final = 2_000
MAX_CONTENT: Final = 200_000
MAX_TAGS: Final = 50

Kind = Literal["edit", "delete"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A wish that keeps the rules. ``content`` is HTML that this server shows unchanged, the rest
    is HTML from a stranger. For ``delete`` all of it but ``comment`` is empty."""

    id: str
    actor: str
    target: str
    kind: Kind
    object_id: str
    comment: str
    content: str = ""
    summary: str = ""
    language: str | None = None
    tags: tuple[TagView, ...] = ()


def is_proposal(document: Doc) -> bool:
    """Whether an ``Offer`` offers an ``Update`` or a ``Delete``; others are other people's."""
    return _kind(document) is not None


def _kind(document: Doc) -> Kind | None:
    offered = document.get("object")
    kinds = types(offered) if isinstance(offered, Mapping) else ()
    return "edit" if kinds == ("Update",) else "delete" if kinds == ("Delete",) else None


def read_proposal(document: Doc, *, signer: str) -> Proposal | Refused:
    """The wish in an ``Offer`` that ``signer`` sent. Whether they may is the caller's to say."""
    refused = check_envelope(document, "Offer", signer)
    if refused is not None:
        return refused
    kind = _kind(document)
    if kind is None:
        return Refused("not_a_proposal", "not a proposal")
    offered: Doc = document["object"]
    proposal_id, target = document.get("id"), document.get("target")
    if not isinstance(proposal_id, str) or not isinstance(target, str):
        return Refused("bad_proposal", "the proposal is not for exactly one actor")
    if ids(document.get("to")) != (target,) or any(
        as_list(document.get(name)) for name in ("cc", "bto", "bcc", "audience")
    ):
        return Refused("bad_addressing", "the proposal is not for its target alone")
    if as_id(offered.get("actor")) not in (None, target):
        return Refused("bad_proposal", "the proposal is about what somebody else would do")
    wanted = object_id(offered.get("object"))
    if wanted is None:
        return Refused("bad_proposal", "the proposal is about nothing")
    comment = text(document.get("content"))[:MAX_COMMENT]
    if kind == "delete":
        return Proposal(proposal_id, signer, target, kind, wanted, comment)
    return _read_words(proposal_id, signer, target, wanted, comment, offered["object"])


def _read_words(
    proposal_id: str, actor: str, target: str, wanted: str, comment: str, note: Any
) -> Proposal | Refused:
    if not isinstance(note, Mapping) or not isinstance(note.get("content", ""), str):
        return Refused("bad_proposal", "the proposal does not hold the new text")
    content, translations = note.get("content", ""), note.get("contentMap")
    if len(content) > MAX_CONTENT or not consent_safe(content):
        return Refused("unsafe_html", "this server would change the text before it shows it")
    language = None
    if isinstance(translations, Mapping) and len(translations) == 1:
        [(code, translated)] = translations.items()
        language = code if translated == content and isinstance(code, str) else None
    return Proposal(
        proposal_id,
        actor,
        target,
        "edit",
        wanted,
        comment,
        content=content,
        summary=text(note.get("summary")),
        language=language,
        tags=_read_tags(note),
    )


def _read_tags(note: Doc) -> tuple[TagView, ...]:
    """Mentions and hashtags; of anything else the primary author's server would know nothing."""
    found = []
    for tag in as_list(note.get("tag"))[:MAX_TAGS]:
        kinds = types(tag) if isinstance(tag, Mapping) else ()
        if kinds not in (("Mention",), ("Hashtag",)):
            continue
        href, name = as_id(tag.get("href")), tag.get("name")
        if href is not None and origin(href) is not None and isinstance(name, str):
            found.append(TagView(kinds[0], href, name[:300]))
    return tuple(found)


def build_proposal(
    *,
    id: str,  # noqa: A002 - the vocabulary's name
    actor: str,
    target: str,
    kind: Kind,
    object_id: str,
    words: Doc | None = None,
    comment: str = "",
) -> dict[str, Any]:
    """The ``Offer`` of a wish. ``words`` are the members of the note as it should become."""
    wanted: dict[str, Any] = {"type": "Delete", "actor": target, "object": object_id}
    if kind == "edit":
        note = {"id": object_id, "type": "Note", **(words or {})}
        wanted = {"type": "Update", "actor": target, "object": note}
    document = build_activity(
        id, "Offer", actor, wanted, to=[target], context=note_context(co_authored=False)
    )
    return document | {"target": target} | ({"content": comment} if comment else {})


def proposal_reference(*, id: str, actor: str, target: str) -> dict[str, Any]:  # noqa: A002
    """How an answer or an ``Undo`` names a wish."""
    return {"type": "Offer", "id": id, "actor": actor, "target": target}


def words_of(
    content: str, *, summary: str, language: str | None, tags: Sequence[Doc]
) -> dict[str, Any]:
    """The members of a note that a proposal may change."""
    optional = {
        "summary": summary,
        "contentMap": {language: content} if language else None,
        "tag": list(tags),
    }
    return {"content": content} | {name: value for name, value in optional.items() if value}
