"""Posts that are not what the co-author agreed to, or that two readers read differently.

With the builders of ``posts``, and in the same list.
"""

from __future__ import annotations

import json
from typing import Any

from activitypub.coauthorship.projection import consent_digest
from activitypub.vocab.terms import AS2, PUBLIC, note_context
from fedi_cotweet.conformance.attacks.posts import Activity, attack, names
from fedi_cotweet.conformance.attacks.registry import filled
from fedi_cotweet.conformance.cotweets import CoTweet, Scene
from fedi_cotweet.conformance.people import Person


def noted(
    name: str, what: str, why: str, section: str = "Consent digest", /, **members: Any
) -> None:
    """A note that is changed after it was agreed to."""

    @attack(name, what, why, section=section)
    def _(scene: Scene, post: CoTweet) -> Activity:
        post.consent(post.signing_co_author)
        return post.create(post.note(**filled(members, names(scene, post))))


noted("content", "content that was changed afterwards", "other_digest", content="<p>Hate.</p>")
noted("warning", "a warning that was added afterwards", "other_digest", summary="Shame")
noted("sensitive", "a warning that was switched on afterwards", "other_digest", sensitive=True)
noted(
    "picture",
    "a picture that was added afterwards",
    "other_digest",
    attachment=[{"type": "Image", "url": "https://x.y/"}],
)
noted(
    "mention",
    "a mention that was added afterwards",
    "other_digest",
    tag=[{"type": "Mention", "href": "CAROL"}],
)
noted(
    "hashtag",
    "a hashtag that was added afterwards",
    "other_digest",
    tag=[{"type": "Hashtag", "name": "#hate", "href": "https://x.example/tags/hate"}],
)
noted("quote", "a quote that was added afterwards", "other_digest", quoteUrl="https://x.example/1")
noted("thread", "another thread than agreed", "other_digest", inReplyTo="https://x.example/1")
noted(
    "translation",
    "a translation that was added afterwards",
    "other_digest",
    contentMap={"en": "<p>Hate.</p>"},
)
noted("kind", "another type than agreed", "other_digest", type="Article", name="Hate")
noted(
    "visibility",
    "unlisted where public was agreed",
    "other_digest",
    to=["FOLLOWERS"],
    cc=[PUBLIC],
)
noted(
    "addressees",
    "more addressees than agreed",
    "other_digest",
    cc=["FOLLOWERS", "https://x.example/users/somebody"],
)
noted("private", "followers only", "not_public", "Representation", to=["FOLLOWERS"], cc=[])
noted("two-types", "two types", "bad_type", "Representation", type=["Note", "Article"])
noted(
    "own-type",
    "a type of its own",
    "bad_type",
    "Representation",
    type="Note, https://x.example/Note",
)
noted(
    "repeated-co-author",
    "the co-author named twice",
    "repeated_author",
    "Representation",
    coAuthors=["BOB", "BOB"],
)
noted(
    "primary-as-co-author",
    "the primary author named twice",
    "repeated_author",
    "Representation",
    coAuthors=["ALICE", "BOB"],
)
noted(
    "co-author-string",
    "the co-author as a single string",
    "bad_co_authors",
    "Representation",
    coAuthors="BOB",
)
noted(
    "co-author-embedded",
    "the co-author embedded",
    "bad_co_authors",
    "Representation",
    coAuthors=[{"id": "BOB", "type": "Person"}],
)
noted(
    "attribution-differs",
    "another author list in attributedTo",
    "attribution_differs",
    "Renditions",
    attributedTo=["ALICE", "CAROL"],
)
noted(
    "attributed-only",
    "the co-author in attributedTo alone",
    "not_co_authored",
    "Representation",
    coAuthors=None,
)
noted(
    "attributed-only-strings",
    "the co-author in attributedTo alone, as strings",
    "not_co_authored",
    "Representation",
    coAuthors=None,
    attributedTo=["ALICE", "BOB"],
)
for _alias in ("fep-af48:coAuthors", "https://w3id.org/fep/af48#coAuthors", "writers"):
    noted(
        f"alias-{_alias.rpartition('#')[2].replace(':', '-').lower()}",
        f"the co-author under the name {_alias}",
        "not_co_authored",
        "Representation",
        **{
            "@context": [*note_context(True), {"writers": "https://w3id.org/fep/af48#coAuthors"}],
            "attributedTo": "ALICE",
            "coAuthors": None,
            _alias: ["BOB"],
        },
    )
for _spelling, _suffix in (("slash", "/"), ("fragment", "#me"), ("query", "?")):

    @attack(
        f"co-author-{_spelling}",
        f"the co-author's id with “{_suffix}” at its end",
        "other_issuer",
        section="Terminology",
    )
    def _(scene: Scene, post: CoTweet, suffix: str = _suffix) -> Activity:
        bob = post.signing_co_author
        named = [post.primary.id, bob.id + suffix]
        digest = consent_digest(post.draft(), named)
        post.consent(bob, consentedAuthors=named, consentDigest=digest)
        return post.create(post.note(coAuthors=named[1:], attributedTo=named))


def redefined(name: str, what: str, *contexts: Any) -> None:
    """A note with further contexts."""
    noted(
        f"context-{name}",
        what,
        "no_digest",
        **{"@context": [*note_context(True), *contexts]},
    )


redefined("content", "content under another name", {"content": "https://x.example/#content"})
redefined("to", "audience under another name", {"to": {"@id": "https://x.example/#to"}})
redefined("as", "another vocabulary under the name as", {"as": "https://x.example/#"})
redefined("null", "a context that forgets the others", None)
redefined("vocab", "a context with another vocabulary", {"@vocab": "https://x.example/#"})
redefined("base", "a context with another base", {"@base": "https://x.example/"})
redefined("import", "a context that imports another", {"@import": "https://x.example/context"})
redefined("nested", "a context inside a context", {"x": {"@id": "x:x", "@context": {"to": "x:y"}}})
redefined("reverse", "a term that reads backwards", {"attributedTo": {"@reverse": "x:wrote"}})


@attack("context-inside", "a context inside a tag that renames names", "no_digest")
def _(scene: Scene, post: CoTweet) -> Activity:
    post.core["tag"][0]["x"] = {"@context": {"name": "https://x.example/#name"}}
    bob = post.signing_co_author
    post.stamps[bob.id] = bob.origin.serve(
        scene.cotweet(bob, primary=post.primary, id=post.id).stamp(bob)
    )
    return post.create()


@attack("context-of-activity", "a context of the activity that renames content", "no_digest")
def _(scene: Scene, post: CoTweet) -> Activity:
    post.consent(post.signing_co_author)
    activity = post.create(**{"@context": [AS2, {"content": "https://x.example/#content"}]})
    # An inner context adds to the outer one and does not replace it.
    activity["object"]["@context"] = {"harmless": "https://x.example/#harmless"}
    return activity


@attack(
    "too-many-stamps", "more stamps than co-authors", "too_many_stamps", section="Representation"
)
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    url = post.consent(bob)
    return post.create(post.note(coAuthorAuthorization=[url, bob.origin.serve(post.stamp(bob))]))


@attack("ten-co-authors", "ten co-authors", "too_many_co_authors", section="Representation")
def _(scene: Scene, post: CoTweet) -> Activity:
    bob = post.signing_co_author
    extra = (Person(bob.origin, f"{bob.name}{number}", bob.keys) for number in range(9))
    large = scene.cotweet(bob, *extra, primary=post.primary, id=post.id)
    for person in large.co_authors:
        if isinstance(person, Person):
            # A stamp with so many names would not be valid either, so each names two.
            named = [post.primary.id, person.id]
            large.stamps[person.id] = person.origin.serve(
                post.stamp(person, consentedAuthors=named)
            )
    return large.create()


@attack("duplicate-content", "content twice, of which only the second was agreed", "bad_document")
def _(scene: Scene, post: CoTweet) -> Activity:
    post.consent(post.signing_co_author)
    agreed = json.dumps(post.create())
    return agreed.replace('"content":', '"content": "<p>Hate.</p>", "content":').encode()


@attack(
    "duplicate-co-authors", "co-authors twice, of which only the first is empty", "bad_document"
)
def _(scene: Scene, post: CoTweet) -> Activity:
    activity = json.dumps(post.create())
    return activity.replace('"coAuthors":', '"coAuthors": [], "coAuthors":').encode()


@attack("not-i-json", "a number that two readers read differently", "bad_document")
def _(scene: Scene, post: CoTweet) -> Activity:
    post.consent(post.signing_co_author)
    return post.create(post.note(width=2**53 + 1))
