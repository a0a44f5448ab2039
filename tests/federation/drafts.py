"""Co-tweets that are not published, in every way there is, and the names they could be asked by.

``make_drafts`` gives one ``Case`` per way. Whatever a case says, shows or is called is secret:
``WORDS`` and the fields of its ``Names`` stand nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import aiohttp
from sqlalchemy import insert

from activitypub.coauthorship.projection import media_digest
from fedi_cotweet.domain.limits import DAY, HOUR
from fedi_cotweet.domain.windows import Window
from storage.engine import Tx
from storage.models import Block
from storage.queries import (
    actors,
    changes,
    consents,
    interactions,
    notifications,
    post_authors,
    posts,
)
from tests.federation.cast import Cast, CoTweet
from tests.federation.pictures import png
from tests.federation.test_discussion import remark
from tests.federation.test_proposals import wish

API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Names:
    """Everything by which a draft could be asked for. All of it is secret.

    NOTE and REMOTE stand for our server and for that of alice elsewhere.
    """

    post: str = "117648182476829999"
    note: str = "NOTE/notes/117648182476829999"
    offer: str = "aaaaaaaaaaaaaaaaaaaaaaaa"
    comment: str = "NOTE/users/alice/comments/ffffffffffffffff"
    message: str = "eeeeeeeeeeeeeeeeeeeeeeee"
    picture: str = "bbbbbbbbbbbbbbbbbbbbbbbb.png"
    upload: str = "117648182476829998"
    tag: str = "nosuchtag"
    invite: str = "117648182476829997"
    proposal: str = "117648182476829996"
    remote_note: str = "REMOTE/notes/nothing"
    remote_offer: str = "REMOTE/offers/nothing"
    remote_picture: str = "REMOTE/media/nothing.png"
    copied_picture: str = "cccccccccccccccccccccccc.png"
    stamp: str = "dddddddddddddddddddddddd"
    digests: str = "zQmNothing"


NOTHING = Names()
"""The names of a draft that never was."""


@dataclass(frozen=True, slots=True)
class Case:
    """One draft of ours, or one of a remote author for somebody here."""

    name: str
    names: Names
    words: tuple[str, ...]
    """In its text, warning, hashtag and descriptions, and nowhere else."""
    published: bool = False
    """A version of it is: it can be read, and only the other one is a draft."""


@dataclass(frozen=True, slots=True)
class Drafts:
    """All cases; the first is probed by everybody, at every route."""

    cases: tuple[Case, ...]

    @property
    def first(self) -> Names:
        """The names of the first case."""
        return self.cases[0].names

    @property
    def words(self) -> tuple[str, ...]:
        """What must not be read anywhere."""
        return tuple(word for case in self.cases for word in case.words)

    def secrets(self, never: Names) -> tuple[str, ...]:
        """Every word and name that gives one of them away; ``never`` are names of none."""
        found = dict.fromkeys(self.words)
        for case in self.cases:
            for item in fields(Names):
                if case.published and item.name in ("post", "note", "picture", "upload", "tag"):
                    continue
                name = str(getattr(case.names, item.name))
                if name != getattr(never, item.name):
                    found[name if "/" in name else name.partition(".")[0]] = None
        return tuple(found)


def nothing(cast: Cast, names: Names = NOTHING) -> Names:
    """Names with the hosts of this run in them."""
    return Names(
        **{
            item.name: str(getattr(names, item.name))
            .replace("NOTE", cast.here.base)
            .replace("REMOTE", cast.a.base)
            for item in fields(Names)
        }
    )


async def make_drafts(cast: Cast) -> Drafts:
    """``make_draft``, one that was taken back, one whose invitation ran out, one about which
    somebody was asked by message, one that all agreed to and that waits for its time, and two
    published ones for which everybody is being asked: about other words, about one author more.

    And everybody whom they do not concern.
    """
    await _bystanders(cast)
    expired = await _draft(cast, "axolotl", "expired", expires_in_seconds=3600)
    await cast.here.pass_time(HOUR + 1_000)
    withdrawn = await _draft(cast, "ptarmigan", "withdrawn")
    path = f"{API}/cotweets/{withdrawn.names.post}"
    await cast.here.api("POST", f"{path}/withdraw", {}, account="alice")
    await cast.here.settle()
    asked = await _by_message(cast)
    # The neighbour is a co-author of alice's too: of another draft than these.
    other = {"text": "Another one.", "with": [cast.neighbour.handle]}
    await cast.here.api("POST", f"{API}/cotweets", other, account="alice")
    waiting = await _discussed(cast, await make_draft(cast))
    cases = (waiting, withdrawn, expired, asked, await _scheduled(cast))
    return Drafts((*cases, await _edited(cast), await _joined(cast)))


async def make_draft(cast: Cast) -> Case:
    """One that waits for bob elsewhere, and one from elsewhere that bob here agreed to."""
    question = await cast.here.api(
        "POST", f"{API}/control/posts", {"text": "Who knows?"}, account="dave"
    )
    waiting = await _draft(cast, "zebrafish", "waiting", in_reply_to=question["uri"])
    names = await _received(cast, waiting.names)
    return Case("waiting", names, (*waiting.words, "walrus", "whispered", "descriptive"))


async def _bystanders(cast: Cast) -> None:
    """dave here and carol elsewhere follow both authors of ours; alice blocks mallory here."""
    here = cast.here
    for name in ("alice", "bob"):
        await here.api("POST", f"{API}/control/follow", {"handle": name}, account="dave")
        await cast.deliver(cast.carol, cast.carol.activity("Follow", here.actor(name)))

    def block(tx: Tx) -> None:
        people = actors.actors_by_uri(tx, [here.actor("alice"), here.actor("mallory")])
        alice, mallory = people[here.actor("alice")], people[here.actor("mallory")]
        tx.execute(
            insert(Block).values(
                id=1, actor_id=alice.id, target_id=mallory.id, uri=None, created_at=here.clock()
            )
        )

    await here.write(block)


async def upload(cast: Cast, alt: str, colour: tuple[int, int, int] = (1, 2, 3)) -> dict[str, Any]:
    """A picture of alice's here."""
    here, form = cast.here, aiohttp.FormData()
    form.add_field("file", png(colour), filename="a.png", content_type="image/png")
    form.add_field("alt", alt)
    headers = {"Authorization": f"Bearer {here.server.operator_token}", "X-Account": "alice"}
    async with here.session.post(
        f"{here.base}{API}/control/media", data=form, headers=headers
    ) as answer:
        found: dict[str, Any] = await answer.json()
    return found


async def _draft(cast: Cast, word: str, name: str, /, **members: Any) -> Case:
    """By alice here, who invites bob elsewhere, with a warning, a hashtag and a picture."""
    here, alt = cast.here, f"{word}picture"
    picture = await upload(cast, alt)
    wanted = {
        "text": f"A {word}. #{word}tag",
        "summary": f"{word}warning",
        "with": [cast.bob.handle],
        "media": [picture["id"]],
    }
    view = await here.api("POST", f"{API}/cotweets", wanted | members, account="alice")
    await here.settle()
    offers = [
        sent["id"].rpartition("/")[2]
        for sent in cast.b.received_of("Offer")
        if sent["object"]["id"] == view["post"]["uri"]
    ]
    never = nothing(cast)
    names = replace(
        never,
        post=view["post"]["id"],
        note=view["post"]["uri"],
        offer=next(iter(offers), never.offer),
        picture=picture["url"].rpartition("/")[2],
        upload=picture["id"],
        tag=f"{word}tag",
    )
    return Case(name, names, (word, f"{word}tag", f"{word}warning", alt))


async def _by_message(cast: Cast) -> Case:
    """By alice here, who asks eve elsewhere, whose server knows nothing of co-authors."""
    eve = cast.b.person("eve")
    eve.serve(interactionPolicy=None)
    case = await _draft(cast, "narwhal", "by message", **{"with": [eve.handle]}, by_message=True)
    [note] = [sent["object"] for sent in cast.b.received_of("Create")]
    assert note["to"] == [eve.id]
    return replace(case, names=replace(case.names, message=note["id"].rpartition("/")[2]))


async def _scheduled(cast: Cast) -> Case:
    """By alice here and bob elsewhere, who agreed, for tomorrow."""
    case = await _draft(cast, "okapi", "scheduled", publish_at=cast.here.clock() + DAY)
    await _agree(cast, case.names.note)
    view = await cast.here.api("GET", f"{API}/cotweets/{case.names.post}", account="alice")
    assert [entry["state"] for entry in view["co_authors"]] == ["accepted"]
    assert (view["state"], view["publish_at"]) == ("draft", cast.here.clock() + DAY)
    return case


async def _edited(cast: Cast) -> Case:
    """Published by alice here with bob elsewhere, whom she asks about other words."""
    names = await _published(cast)
    words = {"text": "A quokka. #quokkatag", "summary": "quokkawarning"}
    return await _changed(cast, names, "PUT", "", words, "quokka", "quokkatag", "quokkawarning")


async def _joined(cast: Cast) -> Case:
    """The same, and she asks somebody to be an author too."""
    names, quetzal = await _published(cast), cast.b.person("quetzal")
    quetzal.serve()
    return await _changed(
        cast, names, "POST", "/authors", {"handle": quetzal.handle}, "quetzal", quetzal.id
    )


async def _published(cast: Cast) -> Names:
    case = await _draft(cast, "capybara", "published")
    await _agree(cast, case.names.note)
    post = await cast.here.post(case.names.note)
    assert post is not None
    assert post.state == "published"
    return case.names


async def _changed(
    cast: Cast, names: Names, method: str, path: str, body: dict[str, Any], /, *words: str
) -> Case:
    here, before = cast.here, len(cast.b.received_of("Offer"))
    where = f"{API}/cotweets/{names.post}{path}"
    view = await here.api(method, where, body, account="alice")
    await here.settle()
    offers = cast.b.received_of("Offer")[before:]
    assert view["change"] is not None
    assert all(words[0] in str(offer["object"]) for offer in offers)
    offer = offers[0]["id"].rpartition("/")[2]
    changed = replace(names, offer=offer, proposal=view["change"]["id"])
    return Case(f"changed by {words[0]}", changed, words, published=True)


async def _agree(cast: Cast, note: str) -> None:
    """bob elsewhere agrees to what he was asked about last."""
    offer = [sent for sent in cast.b.received_of("Offer") if sent["object"]["id"] == note][-1]
    held = await cast.here.post(note)
    assert held is not None
    post = CoTweet(cast.local("alice"), [cast.bob], dict(offer["object"]))
    stamp = post.consent(cast.bob, consentDigest=held.digest)
    accept = cast.bob.activity("Accept", offer["id"], result=stamp, to=[offer["actor"]])
    await cast.deliver(cast.bob, accept)


async def _discussed(cast: Cast, case: Case) -> Case:
    """With a comment of alice's to whom she invited, one of bob's, and another text by him."""
    path = f"{API}/cotweets/{case.names.post}/comments"
    await cast.here.api("POST", path, {"text": "A pangolin, between us."}, account="alice")
    await cast.here.settle()
    comment = cast.b.received_of("Create")[-1]["object"]
    assert "pangolin" in comment["content"]
    note, alice = case.names.note, cast.here.actor("alice")
    await cast.deliver(cast.bob, remark(cast.bob, note, [alice], "A numbat?"))
    proposed = wish(cast.bob, note, alice, content="<p>An echidna.</p>")
    await cast.deliver(cast.bob, proposed | {"content": "<p>A tapir.</p>"})
    path = f"{API}/cotweets/{case.names.post}"
    said = await cast.here.api("GET", f"{path}/comments", account="alice")
    assert [entry["text"] for entry in said["comments"]][1:] == ["A numbat?"]
    [wished] = (await cast.here.api("GET", f"{path}/proposals", account="alice"))["proposals"]
    assert (wished["text"], wished["comment"]) == ("An echidna.", "A tapir.")
    names = replace(case.names, comment=comment["id"], proposal=wished["id"])
    return replace(case, names=names, words=(*case.words, "pangolin", "numbat", "echidna", "tapir"))


async def _received(cast: Cast, names: Names) -> Names:
    """By alice elsewhere, who invites bob here; he has agreed, and it is not published."""
    url = f"{cast.a.base}/media/secret.png"
    cast.a.serve(png((3, 2, 1)), at=url, media_type="image/png")
    image = {"type": "Image", "url": url, "mediaType": "image/png", "name": "descriptive"}
    theirs = cast.cotweet(
        cast.local("bob"),
        content="<p>A walrus.</p>",
        summary="whispered",
        attachment=[image | {"digestMultibase": media_digest(png((3, 2, 1)))}],
    )
    remote_offer = theirs.offer(cast.local("bob"))
    await cast.deliver(cast.alice, remote_offer)
    invite = await cast.invite()
    assert invite is not None
    await cast.here.api(
        "POST",
        f"{API}/cotweets/invites/{invite['id']}/accept",
        {"digest": invite["digest"]},
        account="bob",
    )
    await cast.here.settle()
    [accepted] = cast.a.received_of("Accept")
    return replace(
        names,
        invite=invite["id"],
        remote_note=theirs.id,
        remote_offer=remote_offer["id"],
        remote_picture=url,
        copied_picture=invite["media"][0]["url"].rpartition("/")[2],
        stamp=accepted["result"].rpartition("/")[2],
        digests=invite["digest"],
    )


async def standing(cast: Cast, drafts: Drafts) -> list[Any]:
    """Everything about the drafts that somebody could have changed."""

    def look(tx: Tx) -> list[Any]:
        found: list[Any] = []
        for case in drafts.cases:
            names = case.names
            post = posts.post(tx, int(names.post))
            assert post is not None
            offers = [
                *consents.offers_for_object(tx, names.note, "sent"),
                *consents.offers_for_object(tx, names.remote_note, "received"),
            ]
            rows = post_authors.authors_of(tx, [post.id])[post.id]
            proposed = [(c.id, c.state) for c in changes.changes_of(tx, names.note)]
            # What can be read can be answered, and its author hears of that; anybody can write
            # to them.
            told = notifications.of_account(tx, post.author_id, Window(100))
            heard = ("reply", "like", "boost", "mention")
            others = [item.kind for item in told if item.kind not in heard]
            found += [
                (post.state, post.document, post.mode),
                [(offer.uri, offer.state, offer.answered_at) for offer in offers],
                [stamp.uri for stamp in consents.live_stamps(tx, names.remote_note)],
                [(row.actor_uri, row.state) for row in rows],
                None if case.published else interactions.counts(tx, [post.id]),
                (proposed, others),
            ]
        return found

    return await cast.here.read(look)
