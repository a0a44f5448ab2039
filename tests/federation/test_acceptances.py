"""The primary author's server: whose answer counts, and what is published on the strength of it.

Here our server is alice's; bob and carol, whom she invites, live elsewhere, as do her enemies.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from activitypub.coauthorship.projection import consent_digest
from activitypub.coauthorship.stamps import build_stamp
from activitypub.documents.tombstone import build_tombstone
from activitypub.vocab.terms import ACTIVITY_JSON
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE
from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.origins import SERIAL, Person

COTWEETS = "/api/v1/cotweets"


@dataclass
class Draft:
    """A co-tweet of alice here, as she and those she invited see it."""

    cast: Cast
    id: str
    uri: str

    def offer(self, person: Person) -> dict[str, Any]:
        """The newest invitation somebody got."""
        return person.origin.received_of("Offer")[-1]

    def stamp(self, person: Person, **members: Any) -> dict[str, Any]:
        """A stamp as it ought to be, or with ``members`` changed; None takes one out."""
        offer = self.offer(person)
        authors = [author["id"] for author in offer["object"]["attributedTo"]]
        stamp = person.proven(
            build_stamp(
                id=f"{person.id}/coauthor/{next(SERIAL):022}",
                issuer=person.id,
                object_id=offer["object"]["id"],
                authors=authors,
                digest=consent_digest(offer["object"], authors),
                published_at=person.origin.clock(),
            )
        )
        changed = stamp | members
        return {name: value for name, value in changed.items() if value is not None}

    def accept(self, person: Person, stamp: str, **members: Any) -> dict[str, Any]:
        """The Accept of an invitation."""
        offer = self.offer(person)
        reference = {name: offer[name] for name in ("type", "id", "actor", "target")}
        reference["object"] = offer["object"]["id"]
        return person.activity(
            "Accept", reference, **{"result": stamp, "to": [offer["actor"]]} | members
        )

    async def answer(self, person: Person, **members: Any) -> str:
        """Agree, with a stamp that is served; its URL."""
        url = person.origin.serve(self.stamp(person, **members))
        await self.cast.deliver(person, self.accept(person, url))
        return url

    async def state(self) -> str:
        """``draft`` or ``published``."""
        post = await self.cast.here.post(self.uri)
        assert post is not None
        return post.state

    async def note(self) -> dict[str, Any]:
        """What everybody gets for its id."""
        _, text = await self.cast.here.get(self.uri, Accept=ACTIVITY_JSON)
        found: dict[str, Any] = json.loads(text)
        return found

    async def answers(self) -> list[str]:
        """How far everybody's consent is, as alice sees it."""
        view = await self.cast.here.api("GET", f"{COTWEETS}/{self.id}", account="alice")
        return [author["state"] for author in view["co_authors"]]


async def drafted(cast: Cast, *people: Person, **members: Any) -> Draft:
    """Alice here invites bob (or ``people``)."""
    invited = people or (cast.bob,)
    document = {"text": "We wrote this.", "with": [person.handle for person in invited]}
    view = await cast.here.api("POST", COTWEETS, document | members, account="alice")
    await cast.here.settle()
    post = view["post"]
    return Draft(cast, post["id"], post["uri"])


async def followed_by_frank(cast: Cast) -> Person:
    """Alice has a follower, whose server knows no co-authors."""
    frank = cast.c.person("frank")
    frank.serve(interactionPolicy=None, generator=None)
    await cast.deliver(frank, frank.activity("Follow", cast.here.actor("alice")))
    return frank


async def published(cast: Cast, *people: Person) -> tuple[Draft, list[str]]:
    """A post that everybody agreed to, and their stamps."""
    await followed_by_frank(cast)
    draft = await drafted(cast, *people)
    stamps = [await draft.answer(person) for person in people or (cast.bob,)]
    assert await draft.state() == "published"
    return draft, stamps


async def test_when_everybody_agreed_it_is_published_and_sent(cast: Cast) -> None:
    draft, stamps = await published(cast, cast.bob, cast.carol)
    note = await draft.note()
    alice = cast.here.actor("alice")
    assert [author["id"] for author in note["attributedTo"]] == [alice, cast.bob.id, cast.carol.id]
    assert note["coAuthorAuthorization"] == stamps
    assert await cast.shown(draft.uri) == [alice, cast.bob.id, cast.carol.id]
    [create] = cast.b.received_of("Create")
    assert create["object"]["id"] == draft.uri
    kinds = await cast.told("alice")
    assert kinds.count("cotweet.accepted") == 2


async def test_nothing_is_published_before_the_last_one_agreed(cast: Cast) -> None:
    draft = await drafted(cast, cast.bob, cast.carol)
    await draft.answer(cast.bob)
    assert await draft.state() == "draft"
    assert cast.b.received_of("Create") == []
    await cast.here.pass_time(MINUTE)
    await draft.answer(cast.carol)
    assert await draft.state() == "published"


async def test_consent_is_looked_at_again_before_publication(cast: Cast) -> None:
    """Bob changed his mind, and his Delete got lost."""
    draft = await drafted(cast, cast.bob, cast.carol)
    url = await draft.answer(cast.bob)
    cast.b.serve(build_tombstone(url, cast.here.clock(), "CoAuthorAuthorization"), status=410)
    await cast.here.pass_time(6 * MINUTE)
    await draft.answer(cast.carol)
    assert await draft.state() == "draft"
    assert cast.c.received_of("Create") == []
    assert "cotweet.left" in await cast.told("alice")


async def test_consent_whose_server_is_down_at_the_last_moment_is_waited_for(cast: Cast) -> None:
    draft = await drafted(cast, cast.bob, cast.carol)
    url = await draft.answer(cast.bob)
    stamp = cast.b.routes[url.removeprefix(cast.b.base)]
    cast.b.fail(url, 503)
    await cast.here.pass_time(6 * MINUTE)
    await draft.answer(cast.carol)
    assert await draft.state() == "draft"
    cast.b.routes[url.removeprefix(cast.b.base)] = stamp
    await cast.here.pass_time(HOUR)
    assert await draft.state() == "published"


@pytest.mark.parametrize(
    "members",
    [
        {"consentDigest": "zQmYWL2c66fRdoMe7zEgSmQhamR3tH8Gw4zqg79tZJ2t5sB"},
        {"interactingObject": "https://x.example/notes/1"},
        {"interactionTarget": "https://x.example/users/x"},
        {"attributedTo": "https://x.example/users/x"},
        {"consentedAuthors": ["https://x.example/users/x", "https://x.example/users/y"]},
        {"consentProfile": "https://w3id.org/fep/af48#profile-2"},
        {"type": "Note"},
        {"published": None},
        {"id": "https://x.example/coauthor/1"},
    ],
    ids=lambda members: next(iter(members)),
)
async def test_an_acceptance_with_another_stamp_does_not_count(
    cast: Cast, members: dict[str, Any]
) -> None:
    draft = await drafted(cast)
    url = f"{cast.bob.id}/coauthor/hostile"
    cast.b.serve(draft.stamp(cast.bob, **{"id": url} | members), at=url)
    await cast.deliver(cast.bob, draft.accept(cast.bob, url))
    assert await draft.state() == "draft"
    assert await draft.answers() == ["offered"]
    assert "cotweet.bad_acceptance" in await cast.told("alice")
    # The control: the true one is taken afterwards.
    await draft.answer(cast.bob)
    assert await draft.state() == "published"


async def test_a_stamp_that_names_fewer_authors_than_invited_does_not_count(cast: Cast) -> None:
    draft = await drafted(cast, cast.bob, cast.carol)
    alice = cast.here.actor("alice")
    await draft.answer(cast.bob, consentedAuthors=[alice, cast.bob.id])
    await draft.answer(cast.carol)
    assert await draft.state() == "draft"
    assert sorted(await draft.answers()) == ["accepted", "offered"]


@pytest.mark.parametrize("how", ["redirected", "an upload", "missing", "elsewhere", "alice's"])
async def test_a_stamp_that_is_not_on_bobs_server_does_not_count(cast: Cast, how: str) -> None:
    draft = await drafted(cast)
    stamp = draft.stamp(cast.bob)
    url = str(stamp["id"])
    match how:
        case "redirected":
            moved = cast.m.serve(stamp, at=f"{cast.m.base}/coauthor/1")
            cast.b.redirect(url, moved)
        case "an upload":
            cast.b.serve(stamp, media_type="image/png")
        case "missing":
            pass
        case "elsewhere":
            url = cast.m.serve(stamp | {"id": f"{cast.m.base}/coauthor/1"})
        case _:
            url = f"{cast.here.base}/users/alice/coauthor/1"
    await cast.deliver(cast.bob, draft.accept(cast.bob, url))
    assert await draft.state() == "draft"
    assert cast.b.received_of("Create") == []


@pytest.mark.parametrize("result", [None, "", 7, ["URL"], {"id": "URL"}])
async def test_an_acceptance_without_one_stamp_does_not_count(cast: Cast, result: Any) -> None:
    draft = await drafted(cast)
    url = cast.b.serve(draft.stamp(cast.bob))
    text = json.dumps(draft.accept(cast.bob, "", result=result)).replace("URL", url)
    await cast.deliver(cast.bob, json.loads(text))
    assert await draft.state() == "draft"


async def test_nobody_else_agrees_for_bob(cast: Cast) -> None:
    draft = await drafted(cast)
    url = cast.b.serve(draft.stamp(cast.bob))
    honest = draft.accept(cast.bob, url)
    assert (await cast.deliver(cast.mallory, honest)).status == 401
    assert (await cast.deliver(cast.neighbour, honest)).status == 401
    assert (await cast.deliver(cast.neighbour, cast.neighbour.proven(honest))).status == 401
    for enemy in (cast.mallory, cast.neighbour, cast.carol):
        forged = honest | {"actor": enemy.id, "id": enemy.mint("activities")}
        await cast.deliver(enemy, forged)
    assert await draft.state() == "draft"
    assert await draft.answers() == ["offered"]
    assert cast.b.times_asked(url) == 0


async def test_an_acceptance_of_one_invitation_is_none_of_another(cast: Cast) -> None:
    first = await drafted(cast, cast.bob)
    old = first.offer(cast.bob)
    second = await drafted(cast, cast.bob, text="Something else.")
    url = cast.b.serve(second.stamp(cast.bob))
    crossed = second.accept(cast.bob, url) | {"object": old["id"]}
    await cast.deliver(cast.bob, crossed)
    assert (await first.state(), await second.state()) == ("draft", "draft")
    # Of an embedded copy only the id counts.
    hostile = {**second.offer(cast.bob), "id": old["id"]}
    await cast.deliver(cast.bob, second.accept(cast.bob, url) | {"object": hostile})
    assert (await first.state(), await second.state()) == ("draft", "draft")


async def test_a_late_acceptance_is_answered_with_the_withdrawal(cast: Cast) -> None:
    draft = await drafted(cast)
    url = cast.b.serve(draft.stamp(cast.bob))
    answer = draft.accept(cast.bob, url)
    await cast.here.pass_time(7 * DAY + MINUTE)
    assert "cotweet.expired" in await cast.told("alice")
    await cast.deliver(cast.bob, answer)
    assert await draft.state() == "draft"
    undone = cast.b.received_of("Undo")[-1]
    assert undone["object"]["id"] == draft.offer(cast.bob)["id"]
    assert cast.b.received_of("Create") == []


async def test_an_acceptance_after_the_withdrawal_is_too_late(cast: Cast) -> None:
    draft = await drafted(cast)
    url = cast.b.serve(draft.stamp(cast.bob))
    await cast.here.api("POST", f"{COTWEETS}/{draft.id}/withdraw", {}, account="alice")
    await cast.here.settle()
    before = len(cast.b.received_of("Undo"))
    await cast.deliver(cast.bob, draft.accept(cast.bob, url))
    assert await draft.state() == "draft"
    assert len(cast.b.received_of("Undo")) == before + 1


async def test_consent_to_the_old_text_is_none_to_the_new_one(cast: Cast) -> None:
    draft = await drafted(cast, cast.bob, cast.carol)
    await draft.answer(cast.bob)
    old = draft.accept(cast.carol, cast.c.serve(draft.stamp(cast.carol)))
    cast.here.clock.advance(MINUTE)
    await cast.here.api("PUT", f"{COTWEETS}/{draft.id}", {"text": "We hate."}, account="alice")
    await cast.here.settle()
    await cast.deliver(cast.carol, old)
    assert await draft.state() == "draft"
    assert await draft.answers() == ["offered", "offered"]
    for person in (cast.bob, cast.carol):
        await draft.answer(person)
    assert await draft.state() == "published"


async def test_the_first_answer_counts(cast: Cast) -> None:
    draft = await drafted(cast, cast.bob, cast.carol)
    first = await draft.answer(cast.bob)
    second = cast.b.serve(draft.stamp(cast.bob))
    await cast.deliver(cast.bob, draft.accept(cast.bob, second))
    await cast.deliver(cast.bob, cast.bob.activity("Reject", draft.offer(cast.bob)["id"]))
    assert (await draft.answers())[0] == "accepted"
    await draft.answer(cast.carol)
    assert (await draft.note())["coAuthorAuthorization"][0] == first


async def test_a_stranger_does_not_decline_for_bob(cast: Cast) -> None:
    draft = await drafted(cast)
    offer = draft.offer(cast.bob)
    for enemy in (cast.mallory, cast.neighbour):
        await cast.deliver(enemy, enemy.activity("Reject", offer["id"]))
        await cast.deliver(enemy, enemy.activity("Reject", offer))
        await cast.deliver(enemy, enemy.activity("Undo", offer))
        await cast.deliver(enemy, enemy.activity("Delete", offer["id"]))
        await cast.deliver(enemy, enemy.activity("Delete", draft.uri))
    assert (await cast.deliver(cast.mallory, cast.bob.activity("Reject", offer))).status == 401
    assert await draft.answers() == ["offered"]
    await draft.answer(cast.bob)
    assert await draft.state() == "published"


async def test_who_declines_is_not_named_and_alice_decides(cast: Cast) -> None:
    draft = await drafted(cast, cast.bob, cast.carol)
    await draft.answer(cast.carol)
    no = cast.bob.activity("Reject", draft.offer(cast.bob)["id"], content="<p>Too <b>soon</b>.</p>")
    await cast.deliver(cast.bob, no)
    assert await draft.state() == "draft"
    view = await cast.here.api("GET", f"{COTWEETS}/{draft.id}", account="alice")
    [reason] = [author["reason"] for author in view["co_authors"] if author["state"] == "declined"]
    assert reason == "Too soon."
    await cast.here.api("POST", f"{COTWEETS}/{draft.id}/publish", {}, account="alice")
    await cast.here.settle()
    assert await draft.state() == "published"
    note = json.dumps(await draft.note())
    assert cast.bob.id not in note
    assert cast.carol.id in note


async def test_nobody_is_invited_who_cannot_or_will_not(cast: Cast) -> None:
    unable, unwilling = cast.c.person("unable"), cast.c.person("unwilling")
    unable.serve(interactionPolicy=None)
    unwilling.serve(
        interactionPolicy={"canCoAuthor": {"automaticApproval": [unwilling.id]}},
    )
    for person, code in ((unable, "invitee_not_capable"), (unwilling, "invitee_refuses")):
        with pytest.raises(ApiRefusalError) as refused:
            await drafted(cast, person)
        assert refused.value.code == code
    assert cast.c.received == []


async def test_a_consent_taken_back_before_publication_counts(cast: Cast) -> None:
    draft = await drafted(cast, cast.bob, cast.carol)
    url = await draft.answer(cast.bob)
    thing = {"type": "CoAuthorAuthorization", "id": url}
    for enemy in (cast.mallory, cast.neighbour, cast.carol):
        await cast.deliver(enemy, enemy.proven(enemy.activity("Delete", thing)))
    assert (await draft.answers())[0] == "accepted"
    await cast.deliver(cast.bob, cast.bob.proven(cast.bob.activity("Delete", thing)))
    await draft.answer(cast.carol)
    assert await draft.state() == "draft"
    assert "cotweet.left" in await cast.told("alice")


async def test_a_consent_taken_back_before_its_acceptance_came_counts(cast: Cast) -> None:
    draft = await drafted(cast)
    url = cast.b.serve(draft.stamp(cast.bob))
    thing = {"type": "CoAuthorAuthorization", "id": url}
    await cast.deliver(cast.bob, cast.bob.proven(cast.bob.activity("Delete", thing)))
    await cast.deliver(cast.bob, draft.accept(cast.bob, url))
    assert await draft.state() == "draft"


async def test_a_neighbour_cannot_keep_bob_from_agreeing(cast: Cast) -> None:
    draft = await drafted(cast)
    stamp = draft.stamp(cast.bob)
    thing = {"type": "CoAuthorAuthorization", "id": stamp["id"]}
    early = cast.neighbour.proven(cast.neighbour.activity("Delete", thing))
    await cast.deliver(cast.neighbour, early)
    await cast.deliver(cast.bob, draft.accept(cast.bob, cast.b.serve(stamp)))
    assert await draft.state() == "published"


async def test_who_leaves_is_taken_off_everywhere_without_being_asked_for(cast: Cast) -> None:
    draft, stamps = await published(cast, cast.bob, cast.carol)
    cast.here.clock.advance(MINUTE)
    thing = {"type": "CoAuthorAuthorization", "id": stamps[0]}
    delete = cast.bob.proven(cast.bob.activity("Delete", thing))
    await cast.deliver(cast.bob, delete)
    note = await draft.note()
    assert cast.bob.id not in json.dumps(note)
    assert note["coAuthorAuthorization"] == stamps[1:]
    assert note["updated"] > note["published"]
    assert await cast.shown(draft.uri) == [cast.here.actor("alice"), cast.carol.id]
    updates = [activity["object"]["id"] for activity in cast.c.received_of("Update")]
    assert draft.uri in updates
    # The Delete itself goes on, with bob's own proof, so that nobody has to believe alice.
    assert delete in cast.c.received
    for path in (f"/notes/{draft.id}/activity", "/users/alice/outbox?page=1"):
        status, text = await cast.here.get(path, Accept=ACTIVITY_JSON)
        assert status == 200
        assert cast.bob.id not in text, path
    # It does not come back, whoever sends what.
    await cast.deliver(cast.bob, draft.accept(cast.bob, stamps[0]))
    await cast.here.pass_time(2 * DAY)
    assert cast.bob.id not in json.dumps(await draft.note())


async def test_a_stamp_that_vanished_costs_the_name_on_alices_page_too(cast: Cast) -> None:
    draft, [stamp] = await published(cast)
    cast.b.fail(stamp, 410)
    await cast.here.pass_time(DAY + MINUTE)
    assert await cast.shown(draft.uri) == [cast.here.actor("alice")]


async def test_nobody_else_takes_bob_off(cast: Cast) -> None:
    draft, [stamp] = await published(cast)
    thing = {"type": "CoAuthorAuthorization", "id": stamp}
    for enemy in (cast.mallory, cast.neighbour):
        await cast.deliver(enemy, enemy.proven(enemy.activity("Delete", thing)))
    await cast.deliver(cast.bob, cast.bob.activity("Delete", thing))  # without proof
    assert cast.bob.id in json.dumps(await draft.note())


@pytest.mark.parametrize("kind", ["Update", "Create", "Delete", "Undo", "Announce"])
async def test_alices_post_is_changed_by_alice_alone(cast: Cast, kind: str) -> None:
    draft, _ = await published(cast)
    before = await draft.note()
    hostile: Mapping[str, Any] = before | {
        "content": "<p>Hate.</p>",
        "updated": "2027-01-01T00:00:00Z",
    }
    for person in (cast.bob, cast.mallory, cast.neighbour):
        for thing in (hostile, draft.uri):
            await cast.deliver(person, person.proven(person.activity(kind, thing)))
    counts = ("likes", "shares", "replies")
    after = await draft.note()
    assert {name: after[name] for name in after.keys() - counts} == {
        name: before[name] for name in before.keys() - counts
    }


async def test_what_alice_deletes_is_gone_on_every_address(cast: Cast) -> None:
    draft, [stamp] = await published(cast)
    await cast.here.api("DELETE", f"/api/v1/control/posts/{draft.id}", account="alice")
    await cast.here.settle()
    assert cast.b.received_of("Delete")
    for path in (
        f"/notes/{draft.id}",
        f"/notes/{draft.id}/activity",
        "/users/alice/outbox?page=1",
        f"/@alice/{draft.id}",
        "/@alice",
    ):
        _, text = await cast.here.get(path, Accept=ACTIVITY_JSON)
        assert "We wrote this" not in text, path
        assert stamp not in text, path
        assert path.startswith("/notes/") or draft.uri not in text, path
