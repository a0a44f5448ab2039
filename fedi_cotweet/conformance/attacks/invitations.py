"""Offers against the rules: the invited person must never hear of them.

Every builder is given a draft of ``post.primary`` with ``post.co_author``, who lives on the server
under test, and returns the Offer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from activitypub.coauthorship.notice import build_notice
from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.conformance.attacks.registry import Attacks
from fedi_cotweet.conformance.cotweets import DAY, CoTweet, Scene, without_none

Break = Callable[[Scene, CoTweet], Mapping[str, Any] | bytes]

OFFERS: Final[Attacks[Break]] = Attacks("offer", "Offer")
attack = OFFERS.add

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class _Somebody:
    """Somebody whom nobody invited: a name on the server under test that may not even exist."""

    id: str
    handle: str = ""

    @property
    def followers(self) -> str:
        return f"{self.id}/followers"


def offered(name: str, what: str, **members: Any) -> None:
    """An Offer with members changed."""

    @attack(name, what)
    def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
        return post.offer(post.co_author, **members)


def drafted(name: str, what: str, /, **members: Any) -> None:
    """An Offer whose draft has members changed; None takes one out."""

    @attack(name, what)
    def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
        offer = post.offer(post.co_author)
        return offer | {"object": without_none({**offer["object"], **members})}


def timed(name: str, what: str, first: int, last: int) -> None:
    """An Offer with other dates, relative to now."""

    @attack(name, what)
    def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
        now = scene.clock()
        dates = {"published": format_time(now + first), "endTime": format_time(now + last)}
        return post.offer(post.co_author, **dates)


offered("addressed-to-others", "an invitation addressed to others too", to=[PUBLIC])
offered("cc", "an invitation with copies", cc=[PUBLIC])
offered("bcc", "an invitation with blind copies", bcc=["https://x.example/users/x"])
offered("audience", "an invitation with an audience", audience=["https://x.example/groups/x"])
offered(
    "by-reference", "an invitation to an object that is not there", object="https://x.example/1"
)
offered("no-target", "an invitation without a target", target=None)
offered("no-end-time", "an invitation without a deadline", endTime=None)
offered("no-published", "an invitation without a date", published=None)
timed("too-short", "an invitation for less than an hour", 0, HOUR - MINUTE)
timed("too-long", "an invitation for more than thirty days", 0, 31 * DAY)
timed("over", "an invitation that is over already", -3 * DAY, -DAY)
timed("future", "an invitation from next week", 7 * DAY, 8 * DAY)
drafted("no-co-authors", "an invitation to an object without co-authors", coAuthors=[])
drafted("no-primary", "an invitation to an object by no one", attributedTo=None)
drafted("not-public", "an invitation to an object for followers only", to=[], cc=[])
drafted("two-types", "an invitation to an object of two types", type=["Note", "Article"])
drafted("other-type", "an invitation to an event", type="Event")
drafted("object-origin", "an invitation to an object elsewhere", id="https://x.example/notes/1")
drafted("object-without-id", "an invitation to an object without an id", id=None)
drafted(
    "media-without-digest",
    "an invitation with a picture without digest",
    attachment=[{"type": "Image", "url": "https://x.y/a.png"}],
)
drafted(
    "media-string",
    "an invitation with a picture that is only an address",
    attachment=["https://x.y/a.png"],
)
drafted(
    "media-two-urls",
    "an invitation with a picture in two places",
    attachment=[
        {"type": "Image", "url": ["https://x.y/a", "https://x.y/b"], "digestMultibase": "z"}
    ],
)
drafted("content-not-text", "an invitation with text that is no text", content={"en": "<p>Hi</p>"})


@attack("published-in-future", "an invitation to an object published next week")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    offer = post.offer(post.co_author)
    week = format_time(scene.clock() + 7 * DAY)
    return offer | {"object": offer["object"] | {"published": week}}


@attack("published-without-updated", "an invitation to a new version that does not say when it is")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    offer = post.offer(post.co_author)
    earlier = format_time(scene.clock() - HOUR)
    return offer | {"object": offer["object"] | {"published": earlier}}


@attack("id-origin", "an invitation whose id is on another server")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    return post.offer(post.co_author, id=scene.mallory.mint("offers"))


@attack("single-author-rendition", "an invitation in the single-author rendition")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    offer = post.offer(post.co_author)
    return offer | {"object": offer["object"] | {"attributedTo": post.primary.id}}


@attack("attributed-strings", "an invitation whose authors are strings")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    offer = post.offer(post.co_author)
    return offer | {"object": offer["object"] | {"attributedTo": post.authors}}


@attack("not-primary", "an invitation by a co-author who is not the primary author")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    anna = post.primary.origin.person("anna")
    other = scene.cotweet(post.primary, post.co_author, primary=anna)
    return post.offer(post.co_author, object=other.draft())


@attack("target-not-named", "an invitation to somebody whom the draft does not name")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    other = scene.cotweet(scene.carol, primary=post.primary)
    return other.offer(post.co_author)


@attack("target-is-primary", "an invitation to the primary author")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    other = scene.cotweet(scene.carol, primary=post.primary).draft()
    attributed = [{"type": "Person", "id": uri} for uri in (post.co_author.id, scene.carol.id)]
    return post.offer(post.co_author, object=other | {"attributedTo": attributed})


@attack("target-elsewhere", "an invitation to somebody elsewhere")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    return scene.cotweet(scene.bob, primary=post.primary).offer(scene.bob)


@attack("target-unknown", "an invitation to somebody who does not exist")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    nobody = _Somebody(f"{post.co_author.id}-is-not-there")
    return scene.cotweet(nobody, primary=post.primary).offer(nobody)


@attack("inline-notice", "an invitation with an inline notice")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    notice = build_notice([(f"@{post.co_author.handle}", post.co_author.id)])
    offer = post.offer(post.co_author)
    return offer | {"object": offer["object"] | {"content": post.core["content"] + notice}}


@attack("ten-co-authors", "an invitation with ten co-authors")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    crowd = [post.co_author, *(_Somebody(f"{scene.b.base}/users/p{n}") for n in range(9))]
    return post.offer(post.co_author, object=scene.cotweet(*crowd, primary=post.primary).draft())


@attack("target-twice", "an invitation that names its target twice")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    me = post.co_author.id
    offer = post.offer(post.co_author)
    named = [{"type": "Person", "id": uri} for uri in (post.primary.id, me, me)]
    return offer | {"object": offer["object"] | {"coAuthors": [me, me], "attributedTo": named}}


@attack("two-targets", "an invitation of two people at once")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    both = scene.cotweet(post.co_author, scene.carol, primary=post.primary)
    people = [person.id for person in both.co_authors]
    return both.offer(post.co_author, target=people, to=people)


@attack("duplicate-content", "an invitation with content twice")
def _(scene: Scene, post: CoTweet) -> bytes:
    offer = json.dumps(post.offer(post.co_author))
    return offer.replace('"content":', '"content": "<p>Nice.</p>", "content":').encode()


@attack("context", "an invitation with a context that renames content")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    offer = post.offer(post.co_author)
    renamed = {"content": "https://x.example/#content"}
    return offer | {"@context": [*offer["@context"], renamed]}


@attack("two-replies", "an invitation to a reply to two posts")
def _(scene: Scene, post: CoTweet) -> Mapping[str, Any]:
    offer = post.offer(post.co_author)
    replies = ["https://x.example/1", "https://x.example/2"]
    return offer | {"object": offer["object"] | {"inReplyTo": replies}}
