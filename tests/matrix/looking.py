"""What stands where in the end, on every server that has to do with a co-tweet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from activitypub.coauthorship.projection import try_consent_digest
from activitypub.vocab.reading import as_list
from storage.engine import Tx
from storage.models import Offer, Post, Stamp
from storage.queries import consents, interactions, messages, posts
from tests.federation.here import ApiRefusalError
from tests.matrix.stage import CAST, Person, Stage, account_id

LIVING = ("offered", "accepted", "published")


@dataclass(frozen=True)
class Expected:
    """How a co-tweet ends. ``named``: its co-authors in order; None: it is not to be seen at all.

    ``text`` is a word of the version that must be shown; ``gone``: it was public and was deleted.
    ``states``: what became of each person's newest invitation, by ``place/name``.
    ``absent``: people who are not to be found anywhere near it.
    """

    named: tuple[Person, ...] | None
    states: dict[str, str] = field(default_factory=dict)
    text: str = ""
    gone: bool = False
    absent: tuple[Person, ...] = ()
    companions: tuple[Person, ...] = ()
    """Who agreed by message: named in the text, and never an author."""
    hidden_from: tuple[str, ...] = ()
    """Servers that do not show it to anybody, for reasons of their own."""


async def check(stage: Stage, uri: str, co_authors: Sequence[Person], end: Expected) -> None:
    """Look everywhere."""
    await _check_object(stage, uri, end)
    for person in co_authors:
        await _check_consent(stage, uri, person, end)
    for place in ("a", "b", "c", "e", "f", "d", "g"):
        if place not in end.hidden_from:
            await _check_server(stage, place, uri, end)
    await _check_readers(stage, uri, co_authors, end)
    if "u" not in end.hidden_from:
        await _check_unaware(stage, uri, end)


async def _check_object(stage: Stage, uri: str, end: Expected) -> None:
    """The object as anybody gets it from its id, and the page."""
    status, document = await stage.fetch(uri)
    if end.named is None:
        assert status == (410 if end.gone else 404), status
        return
    assert status == 200, status
    assert document is not None
    names = [person.uri for person in end.named]
    assert as_list(document.get("coAuthors")) == names
    assert end.text in document["content"]
    _check_byline(document["content"], end)
    stamps = as_list(document.get("coAuthorAuthorization"))
    assert len(stamps) == len(names)
    for person, stamp_uri in zip(end.named, stamps, strict=True):
        found, stamp = await stage.fetch(stamp_uri)
        assert found == 200
        assert stamp["attributedTo"] == person.uri
        assert try_consent_digest(document, stamp["consentedAuthors"]) == stamp["consentDigest"]
    text = orjson.dumps(document).decode()
    for person in end.companions:
        assert person.uri in text
        assert person.name in document["content"]
    for person in end.absent:
        assert person.uri not in text, person.handle


async def _check_consent(stage: Stage, uri: str, person: Person, end: Expected) -> None:
    """Both servers' copies of a person's consent, and the stamps."""
    if person.actor is not None:
        await _check_answer(stage, uri, person, end)
        return
    home = stage.world.places[person.place]
    named = end.named is not None and person in end.named
    me = await account_id(stage, person)
    alice_knows = await stage.alice_at.id_of(person.uri)

    def at_alice(tx: Tx) -> list[Offer]:
        found = consents.offers_for_object(tx, uri, "sent")
        return [offer for offer in found if offer.target_id == alice_knows]

    def at_home(tx: Tx) -> tuple[list[Offer], list[Stamp]]:
        found = consents.offers_for_object(tx, uri, "received")
        mine = [offer for offer in found if offer.target_id == me]
        return mine, consents.live_stamps(tx, uri, me)

    sent = await stage.alice_at.read(at_alice)
    received, stamps = await home.read(at_home)
    wanted = end.states.get(person.where)
    if wanted is not None:
        assert sent[-1].state == wanted, (person.where, sent[-1].state, wanted)
    assert [offer.state == "published" for offer in sent].count(True) == named
    assert [offer.state == "published" for offer in received].count(True) == named
    consenting = [offer for offer in received if offer.state in ("accepted", "published")]
    assert len(stamps) == len(consenting)
    ours = {offer.uri: offer.state for offer in sent}
    for offer in received:
        assert (offer.state in LIVING) == (ours[offer.uri] in LIVING), (offer.state, ours)


async def _check_answer(stage: Stage, uri: str, person: Person, end: Expected) -> None:
    """What alice's server knows of somebody whose server is not ours."""
    known = await stage.alice_at.id_of(person.uri)

    def query(tx: Tx) -> list[Offer]:
        if person.by_message:
            return messages.offers_by_message(tx, uri, known)
        found = consents.offers_for_object(tx, uri, "sent")
        return [offer for offer in found if offer.target_id == known]

    sent = await stage.alice_at.read(query)
    wanted = end.states.get(person.where)
    assert wanted in (None, sent[-1].state), (person.where, sent[-1].state, wanted)
    named = person in (*(end.named or ()), *(end.companions if end.named is not None else ()))
    assert [offer.state == "published" for offer in sent].count(True) == named


async def _check_server(stage: Stage, place: str, uri: str, end: Expected) -> None:
    """What a server shows to those who ask it for the post and for its authors' profiles."""
    home = stage.world.places[place]
    post = await home.read(lambda tx: posts.post_by_uri(tx, uri))
    shown = post is not None and post.state == "published"
    if end.named is None:
        assert not shown, f"{place} shows it"
        return
    here = [person for person in end.named if person.place == place]
    if not shown:
        assert place not in ("a", "d"), f"{place} does not have it"
        assert not here, f"{place} does not have it"
        return
    assert post is not None
    who = f"{place}/{CAST[place][0]}"
    try:
        view: dict[str, Any] = await stage.api(who, "GET", f"/api/v1/control/posts/{post.id}")
    except ApiRefusalError as refusal:
        raise AssertionError(f"{place} does not show it: {refusal}") from refusal
    alice = stage.person("a/alice").uri
    names = [author["uri"] for author in view["authors"]]
    assert names == [alice, *(person.uri for person in end.named)], (place, names)
    assert end.text in view["text"]
    if place == "a":
        companions = [(one["person"]["uri"], one["how"]) for one in view["companions"]]
        assert companions == [(person.uri, "message") for person in end.companions]
    for person in end.absent:
        assert person.handle not in view["text"]
    for person in here:
        status, page = await stage.page(f"/@{person.name}", place)
        assert status == 200
        assert str(post.id) in page, f"{person.where} does not have it on their profile"
        await _check_boost(stage, person, post)


async def _check_boost(stage: Stage, person: Person, post: Post) -> None:
    """A co-author's server has announced it once."""
    me = await account_id(stage, person)
    boosts = await stage.world.places[person.place].read(
        lambda tx: interactions.boosts_of(tx, post.id)
    )
    assert [boost.actor_id for boost in boosts].count(me) == 1


async def _check_readers(
    stage: Stage, uri: str, co_authors: Sequence[Person], end: Expected
) -> None:
    """dave follows everybody and has it once; the others have it while their author is named."""
    followed = {
        "dora": ("a/ann", "b/bob"),
        "dina": ("a/amy", "c/carol"),
        "doug": ("a/ava", "e/erin"),
        "dean": ("a/abe", "f/fred"),
    }
    if "d" in end.hidden_from:
        for reader in ("dave", *followed):
            assert await _count(stage, reader, uri) == 0
        return
    named = {person.where for person in end.named or ()}
    assert await _count(stage, "dave", uri) == (end.named is not None)
    involved = {person.where for person in co_authors}
    for reader, whom in followed.items():
        if involved.intersection(whom):
            assert await _count(stage, reader, uri) == bool(named.intersection(whom)), reader


async def _count(stage: Stage, reader: str, uri: str) -> int:
    return [post["uri"] for post in await stage.home(f"d/{reader}")].count(uri)


async def _check_unaware(stage: Stage, uri: str, end: Expected) -> None:
    """Where nobody has heard of co-authors: an ordinary post of alice's, once, with a byline."""
    entries = [entry for entry in await stage.plain_home() if entry.id == uri]
    if end.named is None:
        assert entries == []
        return
    (entry,) = entries
    assert end.text in entry.content
    alice = stage.person("a/alice")
    assert entry.author.removeprefix("@") == alice.handle, entry
    _check_byline(entry.content, end)


def _check_byline(content: str, end: Expected) -> None:
    """What software that knows nothing of co-authors shows of them, delivered or fetched."""
    byline = re.sub(r"<[^>]+>", "", content.rpartition("<p")[2])
    for person in end.named or ():
        assert f"@{person.name}" in byline, content
    for person in end.absent:
        assert f"@{person.name}" not in re.sub(r"<[^>]+>", "", content)
