"""What people here send by themselves, kept as ``golden/ordinary.json``, against every known trap.

The traps are those in which other software was seen, or read, to lose, to refuse or to mistake what
it was sent. Each names the software and the line of ours that answers it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from activitypub.vocab.terms import PUBLIC
from tests.federation.cast import Cast
from tests.federation.test_acceptances import followed_by_frank
from tests.federation.test_golden import FOLDER, USER_AGENTS, compare, fetched, golden, picture
from tests.federation.test_quotes import said

CONTROL = "/api/v1/control"
ALICE = "https://here.example/users/alice"
Bodies = dict[str, dict[str, Any]]


async def test_what_people_send_by_themselves_is_as_its_file_says(cast: Cast) -> None:
    frank = await followed_by_frank(cast)
    note = said(cast.carol, "<p>Hello.</p>")
    await cast.follow(cast.carol, account="alice")
    await cast.deliver(cast.carol, cast.carol.activity("Create", note))
    words = {
        "text": f"Salut @{frank.handle} #Fedi",
        "language": "fr",
        "media": [await picture(cast)],
        "in_reply_to": note["id"],
    }
    post = await _do(cast, "POST", "/posts", words)
    theirs = await cast.here.post(note["id"])
    assert theirs is not None
    what = f"/posts/{theirs.id}"
    for deed in ("like", "boost", "unlike", "unboost"):
        await _do(cast, "POST", f"{what}/{deed}", {})
    served = await fetched(cast, post["uri"], USER_AGENTS["mastodon"])
    cast.here.clock.advance(60_000)
    await _do(cast, "PUT", f"/posts/{post['id']}", {"text": f"Bonsoir @{frank.handle}"})
    await _do(cast, "DELETE", f"/posts/{post['id']}")
    await _do(cast, "POST", "/unfollow", {"handle": cast.carol.handle})
    sent = cast.c.received_of
    undone = {activity["object"]["type"]: activity for activity in sent("Undo")}
    compare(
        cast,
        "ordinary",
        {
            "Accept": sent("Accept")[0],
            "Follow": sent("Follow")[0],
            "Create": sent("Create")[0],
            "fetched": served,
            "Like": sent("Like")[0],
            "Announce": sent("Announce")[0],
            "Undo of a Like": undone["Like"],
            "Undo of an Announce": undone["Announce"],
            "Update": next(it for it in sent("Update") if it["object"]["type"] == "Note"),
            "Delete": sent("Delete")[0],
            "Undo of a Follow": undone["Follow"],
        },
    )


async def _do(cast: Cast, method: str, path: str, document: Any = None) -> Any:
    answer = await cast.here.api(method, CONTROL + path, document, account="alice")
    await cast.here.settle()
    return answer


def _ordinary() -> Bodies:
    bodies: Bodies = json.loads((FOLDER / "ordinary.json").read_text(encoding="utf-8"))
    return bodies


def _all() -> Bodies:
    return {f"{file}: {what}": body for file, what, body in golden()}


def _note(bodies: Bodies, what: str = "Create") -> dict[str, Any]:
    note: dict[str, Any] = bodies[what]["object"]
    return note


def _addressed(body: dict[str, Any]) -> list[str]:
    return [*body.get("to", ()), *body.get("cc", ())]


_KNOWN = {
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/v1",
    "https://w3id.org/security/data-integrity/v2",
    "https://w3id.org/identity/v1",
}

Trap = Callable[[Bodies, Bodies], bool]
"""Whether what people send, and all that is kept, is safe from it."""

TRAPS: dict[str, Trap] = {
    # Misskey, Takahē, Mbin, Lemmy and snac lose a post whose author is a list.
    "attributedTo is a string": lambda own, _: _note(own)["attributedTo"] == ALICE,
    # Mastodon raises on it, Misskey compares it, Takahē answers 500.
    "actor is a string": lambda _, every: all(
        isinstance(body["actor"], str) for body in every.values() if "actor" in body
    ),
    # Mastodon, Misskey and Akkoma refuse the second one.
    "one Create for one id": lambda own, _: own["Create"]["actor"] == ALICE,
    # GoToSocial and Misskey fetch what an Announce embeds anyway; Lemmy's kin refuse it.
    "Announce of an identifier": lambda own, _: isinstance(own["Announce"]["object"], str),
    # Misskey drops a boost that is older than its post.
    "Announce later than the post": lambda own, _: (
        own["Announce"]["published"] >= "2026-11-20T09:00:00Z"
    ),
    # Mastodon and Akkoma take no boost of what is not public; the author hears of it by `cc`.
    "Announce to everybody and its author": lambda own, _: (
        own["Announce"]["to"] == [PUBLIC]
        and "https://c.example/users/carol" in own["Announce"]["cc"]
    ),
    # Terms beside Mastodon's own cost an answer its forwarding.
    "no co-authorship on ordinary posts": lambda own, _: _terms(own).isdisjoint(
        {"coAuthors", "coAuthorAuthorization", "digestMultibase"}
    ),
    # Mastodon forwards answers with an LD signature, and fails on one with a proof inside.
    "answers carry an LD signature": lambda own, _: (
        "signature" in own["Create"] and "proof" not in own["Create"]
    ),
    # Others are fetched, cost the signature, or their terms.
    "no context but those that all carry": lambda _, every: all(
        entry in _KNOWN
        for body in every.values()
        for entry in _contexts(body)
        if isinstance(entry, str)
    ),
    # snac never sees what is addressed in short.
    "the public collection in full": lambda _, every: (
        not any(
            f'"{short}"' in json.dumps(body)
            for body in every.values()
            for short in ("as:Public", "Public")
        )
    ),
    # Misskey refuses an actor with several; GoToSocial and Akkoma look into it.
    "publicKey is one object": lambda _, every: isinstance(
        every["actor: person"]["publicKey"], dict
    ),
    # snac refuses other forms.
    "keyId is the actor and #main-key": lambda _, every: (
        every["actor: person"]["publicKey"]["id"] == f"{ALICE}#main-key"
    ),
    # Misskey wants all of these on the actor's host, GoToSocial trusts no other.
    "an actor's collections are on its host": lambda _, every: all(
        every["actor: person"][member].startswith(f"{ALICE}/")
        for member in ("inbox", "outbox", "followers", "following", "featured")
    ),
    # snac may ask how old an account is.
    "an actor says since when": lambda _, every: "published" in every["actor: person"],
    # Mastodon looks the handle up; this saves and decides it.
    "an actor says its handle": lambda _, every: (
        every["actor: person"]["webfinger"] == "alice@here.example"
    ),
    # Misskey resolves every address as a person; strangers' collections fail.
    "no collection but one's own is addressed": lambda own, _: all(
        not entry.endswith("/followers") or entry == f"{ALICE}/followers"
        for body in own.values()
        for entry in (*_addressed(body), *_addressed(_embedded(body)))
    ),
    # Mastodon ignores an edit without a newer date; GoToSocial one that changes the first.
    "Update is newer and was first published when it was": lambda own, _: (
        _note(own, "Update")["updated"] > _note(own, "Update")["published"]
        and _note(own, "Update")["published"] == _note(own)["published"]
    ),
    # Pixelfed ignores a bare identifier.
    "Delete of a Tombstone": lambda own, _: own["Delete"]["object"]["type"] == "Tombstone",
    # Misskey would fetch an identifier; Akkoma must have stored it; Takahē wants strings.
    "Undo embeds what it takes back": lambda own, _: all(
        {"id", "type", "actor", "object"} <= own[f"Undo of a{what}"]["object"].keys()
        and isinstance(own[f"Undo of a{what}"]["object"]["object"], str)
        for what in (" Like", "n Announce", " Follow")
    ),
    # Takahē ignores an identifier and expanded forms.
    "Accept embeds the Follow, ids as strings": lambda own, _: (
        own["Accept"]["object"]["type"] == "Follow"
        and isinstance(own["Accept"]["object"]["object"], str)
    ),
    # Hosts differ, or a fragment: refused by all that fetch.
    "identifiers are addresses of ours without fragment": lambda own, _: (
        _note(own)["id"].startswith("https://here.example/notes/") and "#" not in _note(own)["id"]
    ),
    # GoToSocial takes five strangers for spam.
    "few mentions": lambda own, _: sum(tag["type"] == "Mention" for tag in _note(own)["tag"]) <= 2,
    # Mastodon tells whom it concerns by the tag, snac by the address: both.
    "who is mentioned is addressed and tagged": lambda own, _: all(
        tag["href"] in _addressed(_note(own))
        for tag in _note(own)["tag"]
        if tag["type"] == "Mention"
    ),
    # Pixelfed reads eight levels, Takahē 50 KiB.
    "neither deep nor long": lambda _, every: all(
        len(json.dumps(body)) < 48 * 1024 for body in every.values()
    ),
    # Mastodon and Pixelfed choose the sort of a file by its media type, and all show its text.
    "a file has one address, a media type and a text": lambda own, _: all(
        isinstance(file["url"], str) and file["mediaType"] == "image/png" and file["name"]
        for file in _note(own)["attachment"]
    ),
    # Mastodon and Misskey take the language from the map.
    "the language is in contentMap": lambda own, _: (
        _note(own)["contentMap"] == {"fr": _note(own)["content"]}
    ),
    # What is fetched is what was sent: Mastodon compares, Pixelfed keeps the first.
    "what is served is what was sent": lambda own, _: all(
        own["fetched"][member] == _note(own)[member]
        for member in ("id", "type", "content", "to", "cc", "published", "url", "attributedTo")
    ),
}


def _terms(value: Any) -> set[str]:
    """The members that are used anywhere, not those that a context merely defines."""
    if isinstance(value, list):
        return set().union(*map(_terms, value))
    if not isinstance(value, dict):
        return set()
    used = {name: inner for name, inner in value.items() if name != "@context"}
    return used.keys() | set().union(*map(_terms, used.values()))


def _contexts(body: dict[str, Any]) -> list[Any]:
    found = body["@context"]
    return found if isinstance(found, list) else [found]


def _embedded(body: dict[str, Any]) -> dict[str, Any]:
    found = body.get("object")
    return found if isinstance(found, dict) else {}


@pytest.mark.parametrize("trap", TRAPS)
def test_nothing_of_ours_falls_into_it(trap: str) -> None:
    assert TRAPS[trap](_ordinary(), _all())
