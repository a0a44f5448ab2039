"""Servers of ours with one fault each: what a careless implementation would do.

Each patches what it breaks where our server uses it, and says which cases must name it, all of
them and no others of its part.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, cast

import pytest

from activitypub.coauthorship import meaning, stamps
from activitypub.coauthorship import offers as offer_rules
from activitypub.coauthorship import verification as verifying
from activitypub.verdicts import Fetched, Refused
from fedi_cotweet.conformance.attacks.answers import ANSWERS
from fedi_cotweet.conformance.attacks.posts import POSTS
from fedi_cotweet.federation import outbox
from fedi_cotweet.federation.handlers import deletions
from fedi_cotweet.federation.handlers import offers as offer_handler
from fedi_cotweet.federation.jobs import handing_on
from fedi_cotweet.federation.jobs import verifying as verifying_jobs
from fedi_cotweet.federation.routes import objects
from fedi_cotweet.services import (
    arrivals,
    invitations,
    leaving,
    offers,
    publishing,
    verification,
)
from fedi_cotweet.services import documents as rendering

Patch = pytest.MonkeyPatch

# The package uses another module under the name of its own.
_drafts: Final[Any] = importlib.import_module("fedi_cotweet.services.drafts")
outbox_consents: Final[Any] = importlib.import_module("fedi_cotweet.federation.outbox.consents")


@dataclass(frozen=True, slots=True)
class Fault:
    """``run``: the cases tried, as patterns; ``named_by``: those of them that fail."""

    seed: Callable[[Patch], None]
    run: tuple[str, ...]
    named_by: frozenset[str]


FAULTS: Final[dict[str, Fault]] = {}
BUILDERS: Final = cast("dict[str, Any]", outbox.BUILDERS)

READER: Final = ("read.*",)
OFFERS: Final = ("actor.*", "offer.*", "draft.not-public")
CONSENT: Final = ("accept.*", "stamp.*", "reject.*", "undo.*")
PUBLISHED: Final = ("publication.*", "removal.*", "leave.*")
DRAFTS: Final = ("invite.*", "draft.hidden", "draft.not-cacheable")
ANSWERED: Final = ("answer.*",)
LEFT: Final = ("left.*",)


def fault(
    run: tuple[str, ...], *named_by: str
) -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
    """Register a fault under its function's name."""

    def register(seed: Callable[[Patch], None]) -> Callable[[Patch], None]:
        FAULTS[seed.__name__] = Fault(seed, run, frozenset(named_by))
        return seed

    return register


def _of(module: object, name: str) -> Any:
    """What a module of the server uses, under the name it uses it by."""
    return getattr(module, name)


def _posts(*whys: str) -> list[str]:
    """The attacks on readers that our server refuses for one of these reasons."""
    return [attack.id for attack in POSTS.values() if attack.why in whys]


class _Equal(str):
    """Equal to everything."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return 0


# A reader's server.


@fault(READER, "read.stamp-elsewhere", "read.stamp-at-primary")
def does_not_check_where_a_stamp_is(patch: Patch) -> None:
    patch.setattr(verifying, "same_origin", lambda one, other: True)


@fault(READER, *_posts("other_digest"), "read.update-content")
def ignores_the_digest(patch: Patch) -> None:
    compute = _of(verifying, "try_consent_digest")

    def digest(*given: Any, **named: Any) -> str | None:
        found = compute(*given, **named)
        return None if found is None else _Equal(found)

    patch.setattr(verifying, "try_consent_digest", digest)


def _tolerates(reason: str) -> Callable[[Patch], None]:
    def seed(patch: Patch) -> None:
        strict = verifying.mismatch

        def mismatch(*given: Any) -> str | None:
            found = strict(*given)
            return None if found == reason else found

        patch.setattr(verifying, "mismatch", mismatch)

    return seed


@fault(
    READER,
    *_posts("author_not_consented"),
)
def ignores_consented_authors(patch: Patch) -> None:
    _tolerates("author_not_consented")(patch)


@fault(READER, *_posts("other_order"))
def takes_authors_in_any_order(patch: Patch) -> None:
    _tolerates("other_order")(patch)


@fault(READER, *_posts("other_notice"))
def takes_anybodys_words_for_a_notice(patch: Patch) -> None:
    _tolerates("other_notice")(patch)


@fault(READER, "read.stamp-other-object")
def takes_a_stamp_for_any_post(patch: Patch) -> None:
    _tolerates("other_object")(patch)


@fault(READER, *_posts("other_primary"))
def takes_a_stamp_given_to_somebody_else(patch: Patch) -> None:
    _tolerates("other_primary")(patch)


@fault(READER, "read.stamp-other-issuer", "read.stamp-neighbours", "read.stamp-swapped")
def takes_a_neighbours_stamp(patch: Patch) -> None:
    _tolerates("other_issuer")(patch)


@fault(READER, *(key for key in _posts("bad_media_type") if "json" in key or "profile" in key))
def ignores_the_media_type(patch: Patch) -> None:
    patch.setattr(stamps, "is_activitypub_type", lambda media_type: True)


@fault(READER, *_posts("redirected"))
def follows_stamps_to_other_servers(patch: Patch) -> None:
    strict = _of(verifying, "read_fetched_stamp")

    def read(fetched: Fetched, uri: str) -> Any:
        return strict(replace(fetched, same_origin=True, final_url=fetched.url), uri)

    patch.setattr(verifying, "read_fetched_stamp", read)


@fault(READER, *(key for key in _posts("no_digest") if key != "read.context-inside"))
def believes_any_context(patch: Patch) -> None:
    patch.setattr(meaning, "_check_context", lambda context: None)


@fault(
    READER,
    "read.left",
    "read.left-through-primary",
    "read.left-before",
    "read.left-for-good",
)
def keeps_the_name_after_a_delete(patch: Patch) -> None:
    patch.setattr(leaving, "receive_stamp_deletion", lambda *_: "ignored")


@fault(READER, "read.left-without-proof")
def believes_a_delete_without_proof(patch: Patch) -> None:
    strict = _of(deletions, "check_delete_stamp")

    def check(document: Mapping[str, Any], **named: Any) -> Any:
        return strict(document, **named | {"proven_by": document.get("actor")})

    patch.setattr(deletions, "check_delete_stamp", check)


@fault(READER, "read.left-before", "read.left-for-good")
def forgets_deleted_stamps(patch: Patch) -> None:
    patch.setattr(_of(verification, "consents"), "deleted_stamp_owners", lambda *_: set())


@fault(READER, "read.older-version")
def takes_older_versions(patch: Patch) -> None:
    strict = arrivals.store_arrival

    def store(tx: Any, env: Any, arrival: Any, **named: Any) -> Any:
        newest = replace(arrival.note, updated_at=env.now() + 60_000)
        return strict(tx, env, replace(arrival, note=newest), **named)

    patch.setattr(arrivals, "store_arrival", store)


# A co-author's server.


@fault(OFFERS, "offer.over")
def honours_offers_that_are_over(patch: Patch) -> None:
    strict = _of(offer_handler, "check_offer")

    def check(document: Mapping[str, Any], **named: Any) -> Any:
        found = strict(document, **named)
        if isinstance(found, Refused) and found.code == "expired":
            found = strict(document, **named | {"now": 0})
            if isinstance(found, Refused):
                found = offer_rules.read_offer(document)
        return found

    patch.setattr(offer_handler, "check_offer", check)


@fault(OFFERS, "offer.too-short", "offer.too-long")
def takes_any_deadline(patch: Patch) -> None:
    patch.setattr(offer_rules, "MIN_LIFETIME", 0)
    patch.setattr(offer_rules, "MAX_LIFETIME", 10**15)


@fault(OFFERS, "offer.inline-notice")
def takes_drafts_with_a_notice(patch: Patch) -> None:
    patch.setattr(offer_rules, "remove_notice", lambda text, authors: text)


@fault(OFFERS, "offer.media-without-digest", "offer.media-string", "offer.media-two-urls")
def takes_media_without_digest(patch: Patch) -> None:
    patch.setattr(offer_rules, "read_media", lambda draft: ())


@fault(OFFERS, "offer.single-author-rendition", "offer.attributed-strings")
def takes_drafts_in_any_rendition(patch: Patch) -> None:
    patch.setattr(offer_rules, "_is_full_rendition", lambda *_: True)


@fault(OFFERS, "offer.undone-by-others")
def lets_anybody_withdraw(patch: Patch) -> None:
    strict = invitations.receive_withdrawal

    def receive(tx: Any, env: Any, uri: str, sender: Any) -> str:
        held = _of(invitations, "consents").offer_by_uri(tx, uri, "received")
        if held is not None:
            sender = _of(invitations, "actors").actor(tx, held.sender_id)
        return strict(tx, env, uri, sender)

    patch.setattr(invitations, "receive_withdrawal", receive)


@fault(CONSENT, "undo.deletes-stamp")
def keeps_the_stamp_of_a_withdrawn_offer(patch: Patch) -> None:
    strict = invitations.drop_stamp

    def drop(tx: Any, env: Any, offer: Any, why: str) -> None:
        if why != "withdrawn":
            strict(tx, env, offer, why)

    patch.setattr(invitations, "drop_stamp", drop)


@fault(
    CONSENT,
    *("accept.script", "accept.handler", "accept.javascript-link", "accept.other-language"),
    *("accept.map-differs", "accept.summary-html"),
)
def agrees_to_what_it_cannot_show(patch: Patch) -> None:
    patch.setattr(invitations, "acceptance_refusal", lambda *_, **__: None)


@fault(CONSENT, "accept.media-differs")
def does_not_compare_pictures(patch: Patch) -> None:
    patch.setattr(_of(invitations, "posts"), "media_of", lambda *_, **__: [])


@fault(("accept.*", "stamp.*", "reject.*"), "accept.stamp")
def sorts_the_authors_of_its_stamps(patch: Patch) -> None:
    build = _of(invitations, "build_stamp")

    def sort(**named: Any) -> Any:
        return build(**named | {"authors": [*reversed(named["authors"])]})

    patch.setattr(invitations, "build_stamp", sort)


@fault(PUBLISHED, "publication.announce-after")
def announces_before_it_can_be_fetched(patch: Patch) -> None:
    patch.setattr(handing_on, "check_fetched", lambda fetched: {})


@fault(PUBLISHED, "publication.forwarded")
def forwards_nothing(patch: Patch) -> None:
    patch.setattr(outbox_consents, "_carried", lambda *_: None)


@fault(
    PUBLISHED,
    "publication.content-differs",
    "publication.longer-author-list",
    "publication.update-differs",
    "publication.undo-announce",
    "publication.update-by-reference",
    "publication.two-faced",
)
def keeps_its_stamp_when_something_else_is_published(patch: Patch) -> None:
    patch.setattr(verification, "not_what_was_agreed", lambda *_: [])


@fault(PUBLISHED, "leave.delete")
def leaves_without_proof(patch: Patch) -> None:
    import orjson

    async def bare(_: Any, __: int, document: Mapping[str, Any]) -> str:
        return orjson.dumps(document).decode()

    patch.setattr(outbox_consents, "proven", bare)


@fault(PUBLISHED, "leave.undo-announce", "publication.undo-announce")
def does_not_undo_its_announce(patch: Patch) -> None:
    unannounced = outbox_consents.unannounced

    async def nothing(*_: Any) -> list[Any]:
        return []

    patch.setattr(outbox_consents, "unannounced", nothing)
    for kind, build in outbox.BUILDERS.items():
        if build is unannounced:
            patch.setitem(BUILDERS, kind, nothing)


# A primary author's server.


@fault(
    ANSWERED,
    # Those whose result is not an address on the co-author's server are refused before.
    *(
        key
        for key in ANSWERS
        if key.startswith("answer.stamp-")
        and key
        not in ("answer.stamp-at-primary", "answer.stamp-elsewhere", "answer.stamp-embedded")
    ),
    "answer.stamp-fetched-again",
    "answer.stamp-order",
    "answer.of-other-offer",
)
def publishes_without_looking_at_stamps(patch: Patch) -> None:
    def check(_: Fetched, offer: Any, *, stamp_uri: str, now: int, **__: Any) -> stamps.Stamp:
        return stamps.Stamp(
            stamp_uri, offer.target, offer.object_id, offer.authors, offer.digest, now
        )

    patch.setattr(verifying_jobs, "check_stamp_for_offer", check)


@fault(DRAFTS, "draft.hidden")
def shows_drafts(patch: Patch) -> None:
    async def yes(*_: Any) -> bool:
        return True

    patch.setattr(objects, "may_fetch_draft", yes)


@fault(DRAFTS, "draft.not-cacheable")
def lets_drafts_be_cached(patch: Patch) -> None:
    strict = _of(objects, "json_answer")

    def answer(document: Any, **named: Any) -> Any:
        if "no-store" in named.get("cache", ""):
            named["cache"] = "public, max-age=3600"
        return strict(document, **named)

    patch.setattr(objects, "json_answer", answer)


@fault(LEFT, "left.told")
def forwards_no_delete(patch: Patch) -> None:
    async def nothing(*_: Any) -> list[Any]:
        return []

    patch.setitem(BUILDERS, "stamp.forwarded", nothing)


@fault(ANSWERED, "answer.stamp-fetched-again")
def publishes_with_old_stamps(patch: Patch) -> None:
    patch.setattr(publishing, "STAMP_FRESH_FOR_PUBLISHING", 10**15)


@fault(ANSWERED, "answer.single-author-rendition")
def sends_arrays_to_everybody(patch: Patch) -> None:
    strict = _of(outbox, "enqueue")

    def enqueue(tx: Any, env: Any, outgoing: Any) -> Any:
        return strict(tx, env, replace(outgoing, plain_body=None))

    patch.setattr(outbox, "enqueue", enqueue)


@fault(LEFT, "left.traces")
def keeps_mentioning_who_left(patch: Patch) -> None:
    patch.setattr(rendering, "without_mention", lambda document, uri: document)


@fault(ANSWERED, "answer.stamp-order", "answer.stamp-more-authors")
def takes_stamps_for_other_author_lists(patch: Patch) -> None:
    strict = _of(verifying_jobs, "check_stamp_for_offer")

    def check(fetched: Any, offer: Any, **named: Any) -> Any:
        found = strict(fetched, offer, **named)
        if isinstance(found, Refused) and found.code in ("other_authors", "other_order"):
            return stamps.read_fetched_stamp(fetched, named["stamp_uri"])
        return found

    patch.setattr(verifying_jobs, "check_stamp_for_offer", check)


@fault(ANSWERED, "answer.after-undo", "answer.late-undo")
def forgets_that_it_withdrew(patch: Patch) -> None:
    patch.setattr(_drafts, "withdraw", _withdraws_in_words_only)


def _withdraws_in_words_only(
    tx: Any, env: Any, author_id: int, post_id: int, co_author_id: int | None = None
) -> int:
    """The Undo is sent, and nothing else is done."""
    del author_id, co_author_id
    post = _drafts.posts.post(tx, post_id)
    sent = offers.current_offers(tx, post)
    for offer in sent.values():
        _drafts.emit(tx, env, "offer.withdrawn", offer_id=offer.id)
    return len(sent)
