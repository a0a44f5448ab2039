"""Published posts that name people by message are changed, and go on without some of them."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.coauthorship.notice import build_notice
from activitypub.html import to_text
from activitypub.vocab.reading import format_time
from fedi_cotweet.domain.limits import DAY, HOUR
from fedi_cotweet.services.companions import byline
from storage.queries import actors, post_authors
from tests.federation.asking import Asked, ask, unaware
from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.test_invitations import mismatch_was_handled, published

NEW = "We baked a cake."


async def alice(asked: Asked, method: str, path: str = "", document: Any = None) -> Any:
    """alice does something with the post."""
    path = f"/api/v1/cotweets/{asked.id}{path}"
    found = await asked.cast.here.api(method, path, document, account="alice")
    await asked.cast.here.settle()
    return found


async def carol_accepts(asked: Asked) -> dict[str, Any]:
    """carol, who lives here, agrees to the newest invite."""
    here = asked.cast.here
    invite = dict(
        (await here.api("GET", "/api/v1/cotweets/invites", account="carol"))["invites"][0]
    )
    assert invite["state"] == "offered"
    path = f"/api/v1/cotweets/invites/{invite['id']}/accept"
    await here.api("POST", path, {"digest": invite["digest"]}, account="carol")
    await here.settle()
    return invite


async def names(asked: Asked) -> tuple[list[str], list[str]]:
    """Who is shown as an author besides alice, and who beside them."""
    post = await asked.post()
    authors = [author["handle"].partition("@")[0] for author in post["authors"][1:]]
    beside = [entry["person"]["handle"].partition("@")[0] for entry in post["companions"]]
    return authors, beside


async def with_carol(cast: Cast) -> Asked:
    """Published by alice and carol with bob."""
    asked = await ask(cast, **{"with": [cast.bob.handle, cast.here.handle("carol")]})
    await asked.say("accept")
    await carol_accepts(asked)
    assert await names(asked) == (["carol"], ["bob"])
    return asked


async def told_of_mismatch(cast: Cast, account: str) -> list[str]:
    found = await cast.here.api("GET", "/api/v1/control/notifications", account=account)
    return [n["text"] for n in found["notifications"] if n["kind"] == "cotweet.mismatch"]


def updates(asked: Asked) -> list[dict[str, Any]]:
    """Versions that bob's server got."""
    found = asked.bob.origin.received_of("Update")
    return [update["object"] for update in found if update["object"]["id"] == asked.uri]


async def test_a_change_is_published_once_with_the_last_yes(cast: Cast) -> None:
    asked = await ask(cast)
    await asked.say("accept")
    view = await alice(asked, "PUT", "", {"text": NEW})
    assert [entry["channel"] for entry in view["change"]["co_authors"]] == ["message"]
    question = asked.last()
    for said in ("would like to change", "what the post says now", "We baked this together.", NEW):
        assert said in question, said
    assert "as it is, with your name" in question
    assert "We baked this together." in to_text((await asked.document())["content"])
    assert updates(asked) == []
    await asked.say("accept")
    (version,) = updates(asked)
    assert NEW in to_text(version["content"])
    assert f"@<span>{asked.bob.handle}</span>" in version["content"]
    assert await names(asked) == ([], ["bob"])
    assert "change you agreed to is published" in asked.last()
    assert f"accept {asked.uri} " in asked.last()
    await asked.say("leave")
    assert await names(asked) == ([], [])


async def test_no_to_a_change_leaves_the_post_until_alice_decides(cast: Cast) -> None:
    asked = await ask(cast)
    await asked.say("accept")
    await alice(asked, "PUT", "", {"text": NEW})
    await asked.say("no")
    assert "the post stays as it is" in asked.last()
    assert any("declined your change" in text for text in await asked.told())
    assert await names(asked) == ([], ["bob"])
    count = len(asked.messages())
    await alice(asked, "POST", "/changes/cancel")
    assert len(asked.messages()) == count, "they have said no: nothing is taken back"
    await alice(asked, "PUT", "", {"text": "We baked a pie."})
    await cast.here.pass_time(8 * DAY)
    assert "time for an answer is over" in asked.last()
    await alice(asked, "POST", "/changes/publish")
    assert await names(asked) == ([], [])
    assert "We baked a pie." in to_text((await asked.document())["content"])
    assert "has taken your name off the post" in asked.last()


async def test_a_change_called_off_is_told_once(cast: Cast) -> None:
    asked = await ask(cast)
    await asked.say("accept")
    await alice(asked, "PUT", "", {"text": NEW})
    await alice(asked, "POST", "/changes/cancel")
    said = [to_text(message["content"]) for message in asked.messages()]
    assert ["taken the question back" in text for text in said] == [False] * (len(said) - 1) + [
        True
    ]
    await asked.say("decline")
    assert "Nothing has changed" in asked.last()
    assert await names(asked) == ([], ["bob"])


async def test_leave_during_a_change_takes_the_name_off_at_once(cast: Cast) -> None:
    asked = await with_carol(cast)
    await alice(asked, "PUT", "", {"text": NEW})
    await asked.say("leave")
    assert "your name is off the post" in asked.last()
    assert asked.bob.handle not in (await asked.document())["content"]
    assert "We baked this together." in to_text((await asked.document())["content"])
    invite = await carol_accepts(asked)
    assert NEW in invite["text"]
    assert asked.bob.handle not in invite["text"]
    assert await names(asked) == (["carol"], [])
    assert NEW in to_text((await asked.document())["content"])


async def test_calling_a_change_off_asks_about_what_stands_if_a_name_went(cast: Cast) -> None:
    asked = await with_carol(cast)
    await alice(asked, "PUT", "", {"text": NEW})
    await asked.say("leave")
    await alice(asked, "POST", "/changes/cancel")
    assert "We baked this together." in (await carol_accepts(asked))["text"]
    assert await names(asked) == (["carol"], [])


async def test_co_authors_are_asked_again_when_a_name_goes_off_the_text(cast: Cast) -> None:
    asked = await with_carol(cast)
    await asked.say("leave")
    assert await names(asked) == ([], [])
    assert await told_of_mismatch(cast, "carol") == [], "she is asked about the text as it is"
    assert asked.bob.handle not in (await carol_accepts(asked))["text"]
    assert await names(asked) == (["carol"], [])
    assert (await asked.document())["coAuthors"] == [cast.here.actor("carol")]
    assert len((await asked.document())["coAuthorAuthorization"]) == 1


async def test_going_on_without_a_no_by_message_asks_the_others_again(cast: Cast) -> None:
    asked = await with_carol(cast)
    await alice(asked, "PUT", "", {"text": NEW})
    await carol_accepts(asked)
    await asked.say("no")
    await alice(asked, "POST", "/changes/publish")
    assert "We baked this together." in to_text((await asked.document())["content"])
    await alice(asked, "POST", "/changes/publish")
    await carol_accepts(asked)
    assert await names(asked) == (["carol"], [])
    document = await asked.document()
    assert NEW in to_text(document["content"])
    assert asked.bob.handle not in document["content"]
    assert "has taken your name off the post" in asked.last()


async def test_who_is_named_beside_a_leaver_is_told_and_not_asked(cast: Cast) -> None:
    eve = unaware(cast.b.person("eve"))
    asked = await ask(cast, **{"with": [cast.bob.handle, eve.handle]})
    await asked.say("accept")
    by_eve = Asked(cast, eve, asked.draft)
    await by_eve.say("accept")
    assert await names(asked) == ([], ["bob", "eve"])
    count = len(by_eve.messages())
    await asked.say("leave")
    assert await names(asked) == ([], ["eve"])
    (told,) = by_eve.messages()[count:]
    assert "is not named any more" in to_text(told["content"])
    assert asked.bob.handle in to_text(told["content"])
    await by_eve.say("leave")
    assert await names(asked) == ([], [])


@pytest.mark.parametrize("how", ["no", "nothing"])
async def test_publish_waits_for_whoever_agreed_and_is_asked_again(cast: Cast, how: str) -> None:
    asked = await ask(cast, **{"with": [cast.bob.handle, cast.here.handle("carol")]})
    await carol_accepts(asked)
    if how == "no":
        await asked.say("no")
    for _ in range(2):
        assert (await alice(asked, "POST", "/publish"))["state"] == "draft"
    await carol_accepts(asked)
    assert await names(asked) == (["carol"], [])


async def test_publish_leaves_out_whoever_said_nothing(cast: Cast) -> None:
    asked = await ask(cast, **{"with": [cast.bob.handle, cast.here.handle("carol")]})
    await asked.say("accept")
    assert (await alice(asked, "POST", "/publish"))["state"] == "published"
    assert await names(asked) == ([], ["bob"])


async def test_people_are_added_by_message(cast: Cast) -> None:
    eve, ed = (unaware(cast.b.person(name)) for name in ("eve", "ed"))
    asked = await ask(cast)
    with pytest.raises(ApiRefusalError) as refused:
        await alice(asked, "POST", "/authors", {"handle": eve.handle})
    assert refused.value.code == "invitee_not_capable"
    await alice(asked, "POST", "/authors", {"handle": eve.handle, "by_message": True})
    by_eve = Asked(cast, eve, asked.draft)
    assert "This replaces" in asked.last()
    assert "This replaces" not in by_eve.last()
    await asked.say("accept")
    await by_eve.say("accept")
    assert await names(asked) == ([], ["bob", "eve"])
    wanted = {
        "handle": ed.handle,
        "by_message": True,
        "replaces": eve.handle,
        "role": "artist",
    }
    await alice(asked, "POST", "/authors", wanted)
    by_ed = Asked(cast, ed, asked.draft)
    assert "published already" in by_ed.last()
    await by_ed.say("accept")
    assert await names(asked) == ([], ["bob", "eve"])
    await asked.say("accept")
    assert await names(asked) == ([], ["bob", "ed"])
    post = await cast.here.post(asked.uri)
    assert post is not None
    row = await cast.here.read(lambda tx: post_authors.post_author(tx, post.id, ed.id))
    assert row is not None
    assert row.role == "artist", "for the day on which their server knows roles"
    assert "The post you agreed to is published" in by_ed.last()
    assert "has taken your name off" in by_eve.last()


@pytest.mark.parametrize(("honest", "noticed"), [(True, False), (True, True), (False, False)])
async def test_a_co_author_elsewhere_is_told_what_is_not_in_the_text_any_more(
    cast: Cast, honest: bool, noticed: bool
) -> None:
    """eve and zoe stand in what alice elsewhere and bob here agreed to, and zoe's name goes off.

    What is fetched may end with the names of the co-authors.
    """
    words = "<p>We wrote this.</p>"
    eve, zoe = unaware(cast.m.person("eve")), unaware(cast.m.person("zoe"))
    await cast.follow(eve, zoe)
    found = await cast.here.read(lambda tx: actors.actors_by_uri(tx, [eve.id, zoe.id]))
    both = [found[eve.id], found[zoe.id]]
    tags = [
        {"type": "Mention", "name": f"@{person.handle}", "href": person.id}
        for person in (cast.local("bob"), eve, zoe)
    ]
    post = await published(cast, content=words + byline(both, None), tag=tags)
    cast.here.clock.advance(HOUR)
    text = words if honest else words.replace("this", "that")
    bob = cast.local("bob")
    notice = build_notice([(f"@{bob.handle}", bob.id)]) if noticed else ""
    note = post.publish(
        content=text + byline(both[:1], None) + notice,
        tag=tags[:2],
        updated=format_time(cast.here.clock()),
    )
    await cast.deliver(cast.alice, post.update(note))
    await mismatch_was_handled(cast, post)
    [told] = await told_of_mismatch(cast, "bob")
    assert (f"does not name @{zoe.handle} any more" in told) is honest
    assert ("changed without your consent" in told) is not honest
