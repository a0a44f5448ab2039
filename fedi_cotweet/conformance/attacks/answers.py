"""Accepts that must not count, to an Offer that is open.

Every builder is given the Offer that came to somebody of the kit, and returns the sender and what
they send. The stamp behind it is served, wrong as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import base58

from activitypub.coauthorship.projection import consent_digest
from fedi_cotweet.conformance.attacks.registry import Attacks, filled
from fedi_cotweet.conformance.attacks.stamps import CHANGED
from fedi_cotweet.conformance.cotweets import Received, Scene, stamp_id
from fedi_cotweet.conformance.people import Person

Break = Callable[[Scene, Received], tuple[Person, Mapping[str, Any]]]

ANSWERS: Final[Attacks[Break]] = Attacks("answer", "Accept")
attack = ANSWERS.add


def names(scene: Scene, got: Received) -> dict[str, str]:
    """What the names in changed members stand for."""
    digest = base58.b58decode(consent_digest(got.offer["object"], got.authors)[1:])
    return {
        "ALICE": got.offer["actor"],
        "BOB": got.person.id,
        "CAROL": scene.carol.id,
        "NEIGHBOUR": scene.neighbour.id,
        "POST": got.object_id,
        "HEX": "f" + digest.hex(),
        "SHA512": "z" + base58.b58encode(b"\x13\x40" + digest[2:] * 2).decode(),
    }


def _stamped(name: str, what: str, members: Mapping[str, Any]) -> None:
    @attack(f"stamp-{name}", f"an acceptance with {what}")
    def _(scene: Scene, got: Received) -> tuple[Person, Mapping[str, Any]]:
        stamp = got.stamp(**filled(dict(members), names(scene, got)))
        return got.person, got.accept(got.person.origin.serve(stamp))


for _name, _what, _why, _members in CHANGED:
    _stamped(_name, _what, _members)


@attack("stamp-more-authors", "an acceptance with a stamp for a longer author list")
def _(scene: Scene, got: Received) -> tuple[Person, Mapping[str, Any]]:
    stamp = got.stamp(consentedAuthors=[*got.authors, scene.carol.id])
    return got.person, got.accept(got.person.origin.serve(stamp))


@attack("stamp-redirected", "an acceptance with a stamp that redirects to another server")
def _(scene: Scene, got: Received) -> tuple[Person, Mapping[str, Any]]:
    stamp = got.stamp()
    moved = scene.m.serve(stamp, at=scene.mallory.mint("coauthor"))
    return got.person, got.accept(got.person.origin.redirect(str(stamp["id"]), moved))


@attack("stamp-upload", "an acceptance with a stamp that is an upload")
def _(scene: Scene, got: Received) -> tuple[Person, Mapping[str, Any]]:
    return got.person, got.accept(got.person.origin.serve(got.stamp(), media_type="image/png"))


@attack("stamp-other-id", "an acceptance with a stamp that has another id than its address")
def _(scene: Scene, got: Received) -> tuple[Person, Mapping[str, Any]]:
    url = got.person.origin.serve(got.stamp(), at=stamp_id(got.person))
    return got.person, got.accept(url)


@attack("stamp-missing", "an acceptance with a stamp that is not there")
def _(scene: Scene, got: Received) -> tuple[Person, Mapping[str, Any]]:
    return got.person, got.accept(stamp_id(got.person))


@attack("stamp-elsewhere", "an acceptance with a stamp on another server")
def _(scene: Scene, got: Received) -> tuple[Person, Mapping[str, Any]]:
    stamp = got.stamp(id=scene.mallory.mint("coauthor"))
    return got.person, got.accept(scene.m.serve(stamp))


@attack("stamp-at-primary", "an acceptance with a stamp on the primary author's own server")
def _(scene: Scene, got: Received) -> tuple[Person, Mapping[str, Any]]:
    return got.person, got.accept(f"{got.offer['actor']}/coauthor/1")


@attack("stamp-embedded", "an acceptance with an embedded stamp that is not there")
def _(scene: Scene, got: Received) -> tuple[Person, Mapping[str, Any]]:
    return got.person, got.accept("", result=got.stamp())


@attack("no-result", "an acceptance without a stamp")
def _(scene: Scene, got: Received) -> tuple[Person, Mapping[str, Any]]:
    answer = {n: v for n, v in got.accept("").items() if n != "result"}
    return got.person, answer


@attack("by-stranger", "an acceptance by somebody on another server, of the true stamp")
def _(scene: Scene, got: Received) -> tuple[Person, Mapping[str, Any]]:
    url = got.person.origin.serve(got.stamp())
    enemy = scene.mallory
    return enemy, got.accept(url, actor=enemy.id, id=enemy.mint("activities"))


@attack("by-neighbour", "an acceptance by somebody on the same server, of the true stamp")
def _(scene: Scene, got: Received) -> tuple[Person, Mapping[str, Any]]:
    url = got.person.origin.serve(got.stamp())
    enemy = scene.neighbour
    return enemy, got.accept(url, actor=enemy.id, id=enemy.mint("activities"))


@attack("not-authenticated", "an acceptance in the invited person's name, sent by the neighbour")
def _(scene: Scene, got: Received) -> tuple[Person, Mapping[str, Any]]:
    return scene.neighbour, got.accept(got.person.origin.serve(got.stamp()))


@attack("unknown-offer", "an acceptance of an Offer that was never made")
def _(scene: Scene, got: Received) -> tuple[Person, Mapping[str, Any]]:
    url = got.person.origin.serve(got.stamp())
    return got.person, got.accept(url, object=f"{got.offer['id']}-never-made")


@attack("like", "a Like of the Offer, which is no acceptance")
def _(scene: Scene, got: Received) -> tuple[Person, Mapping[str, Any]]:
    return got.person, got.person.activity("Like", got.offer["id"])
