"""Published posts that name a co-author who did not consent to them like this: their stamps.

What is wrong with the posts themselves is in ``notes``, and in the same list.

Every builder is given a post by ``post.primary`` with ``post.signing_co_author`` and returns the
activity that brings it. Whatever the post's own address is to answer is in the activity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import base58

from activitypub.coauthorship.projection import consent_digest
from activitypub.documents.tombstone import build_tombstone
from fedi_cotweet.conformance.attacks.registry import Attacks, filled
from fedi_cotweet.conformance.attacks.stamps import CHANGED
from fedi_cotweet.conformance.cotweets import CoTweet, Scene

Activity = Mapping[str, Any] | bytes
Break = Callable[[Scene, CoTweet], Activity]

POSTS: Final[Attacks[Break]] = Attacks("read", "Verification")
attack = POSTS.add


def names(scene: Scene, post: CoTweet) -> dict[str, str]:
    """What the names in changed members stand for."""
    digest = base58.b58decode(post.digest[1:])
    return {
        "ALICE": post.primary.id,
        "BOB": post.co_author.id,
        "CAROL": scene.carol.id,
        "NEIGHBOUR": scene.neighbour.id,
        "FOLLOWERS": post.primary.followers,
        "POST": post.id,
        "HEX": "f" + digest.hex(),
        "SHA512": "z" + base58.b58encode(b"\x13\x40" + digest[2:] * 2).decode(),
    }


def _stamped(name: str, what: str, why: str, members: Mapping[str, Any]) -> None:
    @attack(f"stamp-{name}", what, why)
    def _(scene: Scene, post: CoTweet) -> Activity:
        changed = filled(dict(members), names(scene, post))
        authors = changed.get("consentedAuthors")
        if isinstance(authors, list) and all(isinstance(author, str) for author in authors):
            # The digest depends on the authors named: let that be right, and only them wrong.
            changed["consentDigest"] = consent_digest(post.draft(), authors)
        post.consent(post.signing_co_author, **changed)
        return post.create()


for _name, _what, _why, _members in CHANGED:
    _stamped(_name, _what, _why, _members)


# Where the stamp is, and how it is served.


@attack("no-stamp", "no stamp", "no_stamp")
def _(scene: Scene, post: CoTweet) -> Activity:
    return post.create()


@attack(
    "no-stamp-same-server", "no stamp of a co-author on the primary author's server", "no_stamp"
)
def _(scene: Scene, post: CoTweet) -> Activity:
    anna = post.primary.origin.person("anna")
    return scene.cotweet(anna, primary=post.primary, id=post.id).create()


@attack("stamp-elsewhere", "a stamp on mallory's server", "no_stamp")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    post.stamps[bob.id] = scene.m.serve(post.stamp(bob, id=scene.mallory.mint("coauthor")))
    return post.create()


@attack("stamp-at-primary", "a stamp on the primary author's server", "no_stamp")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    stamp = post.stamp(bob, id=post.primary.mint("coauthor"))
    post.stamps[bob.id] = post.primary.origin.serve(stamp)
    return post.create()


@attack("stamp-user-information", "a stamp whose URL only looks like the right server", "no_stamp")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    scheme, _, host = scene.m.base.partition("://")
    stamp = post.stamp(bob, id=f"{scheme}://{bob.origin.host}@{host}/coauthor/{post.id[-6:]}")
    scene.m.serve(stamp, at=f"{scene.m.base}/coauthor/{post.id[-6:]}")
    post.stamps[bob.id] = str(stamp["id"])
    return post.create()


@attack("stamp-redirected", "a stamp that redirects to another server", "redirected")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    url = post.consent(bob)
    moved = scene.m.serve(post.stamp(bob, id=url), at=scene.mallory.mint("coauthor"))
    bob.origin.redirect(url, moved)
    return post.create()


@attack("stamp-redirected-back", "a stamp that redirects to another server and back", "redirected")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    url = post.consent(bob)
    there = bob.origin.serve(post.stamp(bob, id=url), at=bob.mint("moved"))
    hop = scene.mallory.mint("hop")
    scene.m.redirect(hop, there)
    bob.origin.redirect(url, hop)
    return post.create()


@attack("stamp-neighbours", "a stamp of the neighbour's, who is named in it", "other_issuer")
def _(scene: Scene, post: CoTweet) -> Activity:
    near = scene.neighbour
    stamp = post.stamp(near, consentedAuthors=[*post.authors, near.id])
    post.stamps[post.co_author.id] = near.origin.serve(stamp)
    return post.create()


def _served(name: str, what: str, **how: Any) -> None:
    @attack(name, what, "bad_media_type")
    def _(scene: Scene, post: CoTweet) -> Activity:
        bob = post.signing_co_author
        url = post.consent(bob)
        bob.origin.serve(post.stamp(bob, id=url), **how)
        return post.create()


_served("stamp-upload", "a stamp that is an upload", media_type="image/png")
_served("stamp-plain-json", "a stamp served as plain JSON", media_type="application/json")
_served("stamp-html", "a stamp served as a page", media_type="text/html")
_served(
    "stamp-ld-json",
    "a stamp served as JSON-LD without the profile",
    media_type="application/ld+json",
)
_served(
    "stamp-other-profile",
    "a stamp served as JSON-LD with another profile",
    media_type='application/ld+json; profile="https://www.w3.org/ns/anno.jsonld"',
)


@attack("stamp-embedded", "a stamp that is embedded, proven and not there", "stamp_gone")
def _(scene: Scene, post: CoTweet) -> Activity:
    return post.create(post.note(coAuthorAuthorization=[post.stamp(post.signing_co_author)]))


@attack("stamp-other-id", "a stamp that is somebody else's answer to its address", "other_id")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    bob.origin.serve(post.stamp(bob), at=post.consent(bob))
    return post.create()


@attack("stamp-respelled", "a stamp listed under another spelling of its id", "other_id")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    url = post.consent(bob)
    post.stamps[bob.id] = f"{url}?"
    return post.create()


@attack("stamp-deleted", "a stamp that was deleted", "stamp_gone")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    url = post.consent(bob)
    gone = build_tombstone(url, scene.clock(), "CoAuthorAuthorization")
    bob.origin.serve(gone, status=410)
    return post.create()


@attack("stamp-missing", "a stamp that is not there", "stamp_gone")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    bob.origin.forget(post.consent(bob))
    return post.create()


@attack("stamp-forbidden", "a stamp that may not be read", "no_answer")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    bob.origin.fail(post.consent(bob), 403)
    return post.create()


@attack("stamp-failing", "a stamp whose server fails", "no_answer")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    bob.origin.fail(post.consent(bob), 500)
    return post.create()


# Stamps that are true, of something else.


@attack("stamp-replayed", "the true stamp of another post with the same words", "other_object")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    earlier = scene.cotweet(bob, primary=post.primary)
    post.stamps[bob.id] = earlier.consent(bob)
    return post.create()


@attack("stamp-of-other-version", "the true stamp of another version", "other_digest")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    post.consent(bob)
    post.core["content"] = "<p>Vote for mallory.</p>"
    return post.create()


@attack("stamp-of-other-authors", "the true stamp of another author list", "author_not_consented")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    longer = scene.cotweet(bob, scene.carol, primary=post.primary, id=post.id)
    # Bob agreed to exactly this text, in which carol is mentioned; not to write it with her.
    digest = consent_digest(longer.draft(), post.authors)
    longer.stamps[bob.id] = longer.consent(bob, consentedAuthors=post.authors, consentDigest=digest)
    longer.stamps[scene.carol.id] = scene.c.serve(post.stamp(scene.carol))
    return longer.create()


@attack("stamp-of-other-order", "true stamps of the same authors in another order", "other_order")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    agreed = scene.cotweet(scene.carol, bob, primary=post.primary, id=post.id)
    agreed.consent(bob)
    agreed.consent(scene.carol)
    other = scene.cotweet(bob, scene.carol, primary=post.primary, id=post.id)
    other.stamps = dict(agreed.stamps)
    return other.create()


@attack(
    "notice-of-the-departed",
    "words that pass for a notice of somebody who has left, under a true stamp",
    "other_notice",
)
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    agreed = scene.cotweet(bob, scene.mallory, primary=post.primary, id=post.id)
    shorter = scene.cotweet(bob, primary=post.primary, id=post.id)
    shorter.stamps[bob.id] = agreed.consent(bob)
    link = f'<a href="{scene.mallory.id}">Read more</a>'
    words = f'<p class="coauthors-inline">We both think that kittens are spies. {link}</p>'
    shorter.core["content"] += words
    return shorter.create()


@attack("stamp-of-other-primary", "a stamp given to another primary author", "other_primary")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    anna = post.primary.origin.person("anna")
    named = [anna.id, post.primary.id, bob.id]
    digest = consent_digest(post.draft(), named)
    post.consent(bob, consentedAuthors=named, consentDigest=digest)
    return post.create()


@attack("stamp-swapped", "two stamps of the neighbour and none of the co-author", "other_issuer")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob, near = post.signing_co_author, scene.neighbour
    both = scene.cotweet(bob, near, primary=post.primary, id=post.id)
    both.stamps = {person.id: near.origin.serve(both.stamp(near)) for person in (bob, near)}
    return both.create()
