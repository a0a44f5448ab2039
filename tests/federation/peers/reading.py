"""By which rules another server sees, or loses, what it gets; each names who has it.

Every function tells what is wrong, in the words of whoever would refuse it, and nothing where all
is well. They are as strict as the strictest version that was read.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any, Final
from urllib.parse import urlsplit

from tests.federation.peers.software import Software

AS2: Final = "https://www.w3.org/ns/activitystreams"
PUBLIC: Final = f"{AS2}#Public"
# Contexts that all who process JSON-LD carry themselves.
CARRIED: Final = {
    AS2,
    "https://w3id.org/security/v1",
    "https://w3id.org/security/data-integrity/v2",
    "https://w3id.org/identity/v1",
}
Document = dict[str, Any]
Wrong = Iterator[str]


def _host(url: Any) -> str:
    return urlsplit(url).netloc if isinstance(url, str) else ""


def _id(value: Any) -> Any:
    return value.get("id") if isinstance(value, dict) else value


def depth(value: Any) -> int:
    """How many levels ``json_decode`` of PHP counts."""
    inner = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    )
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def _signer(_: Any, actor: str) -> str | None:
    return actor


def _equal(value: Any, _: str) -> str | None:
    return value if isinstance(value, str) else None


def _first(value: Any, _: str) -> str | None:
    first = value[0] if isinstance(value, list) and value else value
    found = _id(first)
    return found if isinstance(found, str) else None


def _first_person(value: Any, _: str) -> str | None:
    """A string; of a list the first object that is a person (Pixelfed, snac)."""
    if isinstance(value, str):
        return value
    people = [it for it in value or () if isinstance(it, dict) and it.get("type") == "Person"]
    return people[0].get("id") if people else None


AUTHOR: Final[dict[str, Callable[[Any, str], str | None]]] = {
    "signer": _signer,  # Mastodon looks at who signed, and when it fetches at the first entry
    "equal": _equal,  # Misskey compares the value, PeerTube expects a string
    "string": _equal,  # Takahē, Lemmy, Mbin, BookWyrm, also when they fetch
    "first": _first,  # GoToSocial, Akkoma, Mitra, Fedify, Friendica
    "first person": _first_person,  # Pixelfed
    "snac": _first_person,
}


def activity(software: Software, body: bytes, document: Document, person: str) -> Wrong:
    """A delivery, by ``actor``, to ``person`` there."""
    if len(body) > software.largest:
        yield f"413: {len(body)} octets"
    if software.deepest is not None and depth(document) > software.deepest:
        yield f"null: {depth(document)} levels"
    yield from _named(document)
    actor = document.get("actor")
    if not isinstance(actor, str):
        yield "TypeError: actor is no string (Mastodon, Misskey, Takahē)"
        return
    if _host(document.get("id")) != _host(actor):
        yield "the activity is on another host than its actor (Misskey, Pixelfed)"
    told = _KINDS.get(document["type"])
    if told is None:
        yield f"400: {document['type']} is unknown (Lemmy)"
        return
    yield from told(software, document, actor, person)


def _named(document: Document) -> Wrong:
    context = document.get("@context")
    listed = context if isinstance(context, list) else [context]
    if AS2 not in listed:
        yield "unsupported context (Mastodon, Misskey)"
    strange = {entry for entry in listed if isinstance(entry, str)} - CARRIED
    if strange:
        yield f"fetches {strange}, loses the signature, or drops the terms (Mastodon, Takahē)"
    text = json.dumps(document)
    if '"as:Public"' in text or '"Public"' in text:
        yield "is addressed to nobody (snac)"
    if not isinstance(document.get("id"), str):
        yield "no id"


def _create(software: Software, document: Document, actor: str, person: str) -> Wrong:
    note = document.get("object")
    if not isinstance(note, dict):
        yield "is fetched first, by those who do (Misskey, Mitra)"
        return
    found = AUTHOR[software.author](note.get("attributedTo"), actor)
    if found != actor:
        yield f"the author is {found!r}, not {actor}"
    yield from _post(note, actor)
    for entry in [*note.get("to", []), *note.get("cc", [])]:
        own = entry.startswith(f"{actor}/") or software.aware
        if entry.endswith("/followers") and not own:
            yield f"resolves {entry} as a person (Misskey)"
    if document.get("to") != note.get("to") or document.get("cc", []) != note.get("cc", []):
        yield "is addressed otherwise than what it carries (Akkoma, Friendica)"


def _post(note: Document, actor: str) -> Wrong:
    """What holds of a post, sent or fetched."""
    if note.get("type") not in ("Note", "Question"):
        yield f"unsupported type {note.get('type')} (Misskey, Akkoma, snac)"
    if _host(note.get("id")) != _host(actor) or "#" in str(note.get("id")):
        yield "the object is on another host, or has a fragment (all)"
    if _host(note.get("url")) != _host(actor):
        yield "url is on another host (Mastodon, Misskey)"
    addressed = [*note.get("to", []), *note.get("cc", [])]
    for tag in note.get("tag", []):
        if tag["type"] == "Mention" and tag["href"] not in addressed:
            yield f"{tag['href']} is mentioned and not addressed (snac)"
    if sum(tag["type"] == "Mention" for tag in note.get("tag", [])) >= 5:
        yield "five mentions are spam (GoToSocial)"
    for file in note.get("attachment", []):
        if not isinstance(file.get("url"), str) or not file.get("mediaType"):
            yield "a file without one url and its media type (Pixelfed, Mastodon)"
    if unescape(note.get("summary", "")) != note.get("summary", ""):
        yield "shows the references in a warning as they stand (Mastodon, Misskey)"
    if not note.get("published"):
        yield "no published (GoToSocial, Misskey)"


def _update(software: Software, document: Document, actor: str, person: str) -> Wrong:
    told = document.get("object")
    if not isinstance(told, dict):
        yield "an Update of an id is ignored (Mastodon, Akkoma)"
    elif told.get("type") in ("Person", "Service", "Application"):
        yield from profile(software, told)
        if told.get("id") != actor:
            yield "an actor is changed by nobody else"
    else:
        yield from _create(software, document, actor, person)
        if told.get("updated", "") <= told.get("published", ""):
            yield "not newer: the text stays (Mastodon), malformed (GoToSocial)"


def _announce(software: Software, document: Document, actor: str, person: str) -> Wrong:
    if not isinstance(document.get("object"), str):
        yield "400, or fetches it anyway (Lemmy, GoToSocial)"
    if document.get("to") != [PUBLIC]:
        yield "a boost that is not public (Mastodon, Akkoma)"
    if not document.get("published"):
        yield "skip: malformed createdAt (Misskey)"


def _undo(software: Software, document: Document, actor: str, person: str) -> Wrong:
    taken = document.get("object")
    if not isinstance(taken, dict) or not {"id", "type", "actor", "object"} <= taken.keys():
        yield "fetches what is taken back, or does not know it (Misskey, Akkoma)"
    elif taken["actor"] != actor or not isinstance(taken["object"], str):
        yield "takes back what is somebody else's, or no id (Takahē)"


def _accept(software: Software, document: Document, actor: str, person: str) -> Wrong:
    follow = document.get("object")
    if not isinstance(follow, dict) or follow.get("type") != "Follow":
        yield "an Accept of an id (Takahē)"
    elif (follow.get("actor"), follow.get("object")) != (person, actor):
        yield "another Follow, or more than ids in it (Takahē)"


def _follow(software: Software, document: Document, actor: str, person: str) -> Wrong:
    if document.get("object") != person:
        yield "the object of a Follow is no id (Takahē, snac)"


def _like(software: Software, document: Document, actor: str, person: str) -> Wrong:
    if _host(document.get("object")) != _host(person):
        yield "a Like of what is nobody's there"


def _delete(software: Software, document: Document, actor: str, person: str) -> Wrong:
    gone = document.get("object")
    if not isinstance(gone, dict) or gone.get("type") != "Tombstone" or not gone.get("id"):
        yield "no Tombstone with an id (Pixelfed)"
    elif "formerType" in gone:
        yield "formerType is a relative IRI: jsonld.js refuses the signature (Fedify)"


def _add(software: Software, document: Document, actor: str, person: str) -> Wrong:
    if _host(document.get("object")) != _host(actor):
        yield "a pin of somebody else's post (Mastodon)"
    if not str(document.get("target", "")).startswith(actor):
        yield "no target of the actor's (Mastodon, Misskey)"


_KINDS: Final[dict[str, Callable[[Software, Document, str, str], Wrong]]] = {
    "Create": _create,
    "Update": _update,
    "Announce": _announce,
    "Undo": _undo,
    "Accept": _accept,
    "Follow": _follow,
    "Like": _like,
    "Delete": _delete,
    "Add": _add,
}


def profile(software: Software, actor: Document) -> Wrong:
    """An actor, fetched or sent."""
    key = actor.get("publicKey")
    if not isinstance(key, dict) or not isinstance(key.get("id"), str):
        yield "publicKey.id is not a string (Misskey), indexes into it (Akkoma, snac)"
    elif (key["id"], key.get("owner")) != (f"{actor['id']}#main-key", actor["id"]):
        yield "another form of key id (snac), or another owner (Mastodon, Akkoma)"
    places = [actor.get(name) for name in ("inbox", "outbox", "followers", "following", "url")]
    places += [actor.get("featured", actor["id"]), actor.get("endpoints", {}).get("sharedInbox")]
    if any(_host(place) != _host(actor["id"]) for place in places):
        yield "a collection or an inbox elsewhere (Misskey, GoToSocial)"
    if any(actor.get(name) == "" for name in ("name", "summary")):
        yield "an empty text (Misskey)"
    for name in ("preferredUsername", "published", "webfinger"):
        if not actor.get(name):
            yield f"no {name} (Mastodon, snac)"
    if any(set(it) != {"type", "name", "value"} for it in actor.get("attachment", [])):
        yield "a field that is no PropertyValue (Mastodon)"


def fetched(
    software: Software, url: str, status: int, media_type: str, document: Document
) -> Wrong:
    """The answer to a GET of ``url``."""
    if status == 410:
        if document.get("type") != "Tombstone" or document.get("id") != url:
            yield "gone, and not by a Tombstone of this id (Mastodon, Mbin)"
        return
    if status != 200:
        yield f"{status}"
    if media_type not in ("application/activity+json", "application/activity+json; charset=utf-8"):
        yield f"{media_type} is none of three exact types (Lemmy), or without profile (all others)"
    yield from _named(document)
    if document.get("id") != url:
        yield "another id than it was asked for (Mastodon, Misskey, Akkoma, Lemmy)"
    kind = document.get("type")
    if kind in ("Person", "Application"):
        yield from profile(software, document)
    elif kind in ("Note", "Question"):
        # Mastodon has no signer here: the first of the list is the author.
        rule = "first" if software.author == "signer" else software.author
        rule = "first" if rule == "equal" else rule  # Misskey's getOneApId
        author = AUTHOR[rule](document.get("attributedTo"), "")
        if author is None or _host(author) != _host(url):
            yield f"the author is {author!r}"
            return
        yield from _post(document, author)
    elif kind in ("OrderedCollection", "OrderedCollectionPage", "Collection", "CollectionPage"):
        if not isinstance(document.get("totalItems", 0), int):
            yield "totalItems is no number (Mastodon, Akkoma)"
        if kind.endswith("Page") and not document.get("partOf"):
            yield "a page of nothing (GoToSocial, Misskey)"
    elif kind != "Create":
        yield f"a {kind}"
