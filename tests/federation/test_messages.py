"""Somebody on a server that knows nothing of co-authors is asked by message and answers it."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from aiohttp import web

from activitypub.coauthorship.projection import consent_digest
from activitypub.html import to_text
from activitypub.vocab.terms import ACTIVITY_JSON, PUBLIC, note_context
from fedi_cotweet.domain.limits import DAY, HOUR
from fedi_cotweet.services import discussion, message_answers
from fedi_cotweet.services.message_catalogue import CATALOGUE
from storage.engine import Tx
from storage.queries import actors, consents, messages, posts
from tests.federation.asking import TEXT, Asked, ask, ask_one, unaware
from tests.federation.cast import Cast
from tests.federation.drafts import upload
from tests.federation.here import ApiRefusalError

VALUES = ("asker", "host", "link", "deadline", "warning", "person")


async def test_whose_server_is_unaware_is_asked_only_when_alice_says_so(cast: Cast) -> None:
    with pytest.raises(ApiRefusalError) as refused:
        await ask(cast, by_message=False)
    assert refused.value.code == "invitee_not_capable"
    assert "by_message" in str(refused.value)
    assert cast.b.received == []


async def test_the_message_shows_everything_and_says_what_to_answer(cast: Cast) -> None:
    asked = await ask(cast, summary="cake", language="en", visibility="unlisted")
    (message,) = asked.messages()
    text = to_text(message["content"])
    assert message["to"] == [asked.bob.id]
    assert not message.get("cc")
    assert [tag["href"] for tag in message["tag"]] == [asked.bob.id]
    assert message["attributedTo"] == asked.alice
    assert "cake" in message["summary"]
    for said in (
        "Alice (@alice@",
        TEXT,
        f"With @{asked.bob.handle}",
        "Content warning: cake",
        "unlisted – anyone can read it",
        "2026-11-27 10:00 UTC",
        "accept –",
        "decline –",
        "leave",
        "stop",
    ):
        assert said in text, said
    digest = await asked.cast.here.read(
        lambda tx: consents.offers_for_object(tx, asked.uri, "sent")[0].digest
    )
    assert f"accept {asked.uri} {digest}" in text
    assert (await cast.here.get(asked.uri))[0] == 404
    assert (await asked.bob.get(message["id"])).status == 200
    assert (await cast.here.get(message["id"]))[0] == 404
    assert (await cast.neighbour.get(message["id"])).status == 404


async def test_yes_publishes_and_he_is_named_but_never_an_author(cast: Cast) -> None:
    asked = await ask(cast)
    await asked.say("Yes!!")
    post = await asked.post()
    assert [author["handle"] for author in post["authors"]] == [cast.here.handle("alice")]
    (companion,) = post["companions"]
    assert (companion["person"]["handle"], companion["how"]) == (asked.bob.handle, "message")
    document = await asked.document()
    assert document["attributedTo"] == asked.alice
    assert "coAuthors" not in document
    assert "consentNotes" not in document
    assert asked.bob.id in document["cc"]
    assert f"@<span>{asked.bob.handle}</span>" in document["content"]
    assert [tag["href"] for tag in document["tag"]] == [asked.bob.id]
    assert "published: " in asked.last()
    assert "boost" in asked.last()
    assert len(asked.messages()) == 2
    assert f"@{asked.bob.handle} agreed to your post by message." in await asked.told()
    (delivered,) = [a for a in cast.b.received_of("Create") if a["object"]["id"] == asked.uri]
    assert delivered["object"]["attributedTo"] == asked.alice


async def test_what_is_not_clear_is_shown_and_asked_about(cast: Cast) -> None:
    asked = await ask(cast)
    unclear = ["accept but change the title", "yes and no", "yes?", "👍", "who is this", "haha yes"]
    for content in unclear:
        await asked.say(content, to=asked.messages()[0])
        assert await asked.state() == "offered", content
        assert "not a clear yes or no" in asked.last()
        assert any(content in text for text in await asked.told())
    path = f"/api/v1/cotweets/{asked.id}/comments"
    comments = (await cast.here.api("GET", path, account="alice"))["comments"]
    said = " ".join(to_text(comment["content"]) for comment in comments)
    assert all(content in said for content in unclear)
    await asked.say("accept")
    assert await asked.state() == "published"


async def test_an_answering_machine_is_not_answered_for_ever(cast: Cast) -> None:
    asked = await ask(cast)
    for _ in range(6):
        await asked.say("I am on holiday.")
    assert len(asked.messages()) == 1 + 3


async def test_a_flood_of_unclear_answers_leaves_the_others_room_and_drowns_no_clear_word(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_answers, "MOST_UNCLEAR_KEPT", 2)
    monkeypatch.setattr(discussion, "MOST_ON_A_DRAFT", 2)
    asked = await ask(cast, **{"with": [cast.bob.handle, cast.carol.handle]})
    path = f"/api/v1/cotweets/{asked.id}/comments"
    question = asked.messages()[0]
    said = [await asked.say(f"hm {number}", to=question) for number in range(4)]

    kept = await cast.here.read(lambda tx: [messages.message(tx, note["id"]) for note in said])
    assert [row is not None for row in kept] == [True, True, False, False]
    offer_id = kept[0].offer_id if kept[0] is not None else 0
    logged = await cast.here.read(lambda tx: consents.log_of(tx, asked.uri))
    assert [row.move for row in logged].count("answer:unclear") == 2
    told = " ".join(await asked.told())
    assert [f"hm {number}" in told for number in range(4)] == [True, True, False, False]

    # Answers by message take half of a draft's room at most.
    comments = (await cast.here.api("GET", path, account="alice"))["comments"]
    assert [to_text(comment["content"]) for comment in comments] == ["@alice hm 0"]
    await cast.here.api("POST", path, {"text": "Ours."}, account="alice")

    def once_more(tx: Tx) -> str:
        bob, offer = actors.actor_by_uri(tx, asked.bob.id), consents.offer(tx, offer_id)
        assert bob is not None
        assert offer is not None
        uri = f"{asked.bob.id}/one-more"
        answer = message_answers.Answer(uri, "hm", False, False, None, "{}", {})
        return message_answers.receive(tx, cast.here.server.runtime.env, bob, offer, answer)

    assert await cast.here.write(once_more) == "too_many_answers"
    await asked.say("decline", to=question)
    assert await asked.state() == "declined"


async def test_words_that_change_nothing_any_more_are_kept_up_to_a_limit(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_answers, "MOST_CLEAR_KEPT", 2)
    asked = await ask(cast)
    question = asked.messages()[0]

    async def moves() -> Counter[str]:
        logged = await cast.here.read(lambda tx: consents.log_of(tx, asked.uri))
        return Counter(row.move for row in logged if row.move.startswith("answer:"))

    for _ in range(2):
        for word in ("stop", "start"):
            await asked.say(word, to=question)
    assert await moves() == {"answer:stop": 2, "answer:start": 2}
    for word in ("stop", "start", "stop", "accept", "accept", "accept", "decline", "decline"):
        await asked.say(word, to=question)
    assert await moves() == {
        "answer:stop": 3,
        "answer:start": 2,
        "answer:accept": 2,
        "answer:decline": 2,
    }
    assert await cast.here.read(lambda tx: messages.stopped(tx, asked.bob.id)) is not None


async def test_no_word_against_the_name_is_passed_over(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_answers, "MOST_CLEAR_KEPT", 0)
    asked = await ask(cast)
    await asked.say("accept")
    assert await asked.state() == "published"
    await asked.say("remove me")
    assert await asked.state() == "left"


async def test_no_means_no(cast: Cast) -> None:
    asked = await ask(cast)
    await asked.say("decline: I did not bake anything")
    assert await asked.state() == "declined"
    assert "will not stand on that post" in asked.last()
    shown = await cast.here.api("GET", f"/api/v1/cotweets/{asked.id}", account="alice")
    assert asked.bob.handle not in shown["post"]["text"]
    assert "bake anything" in shown["co_authors"][0]["reason"]
    await asked.say("accept")
    assert await asked.state() == "declined"
    assert "closed" in asked.last()


async def test_silence_is_no_and_is_said_once(cast: Cast) -> None:
    asked = await ask(cast)
    await cast.here.pass_time(8 * DAY)
    await cast.here.pass_time(DAY)
    assert await asked.state() == "expired"
    assert "time for an answer is over" in asked.last()
    assert len(asked.messages()) == 2
    await asked.say("accept")
    assert await asked.state() == "expired"
    assert "the time for an answer was over" in asked.last()


async def test_a_changed_mind_before_publication(cast: Cast) -> None:
    carol = cast.carol
    asked = await ask(cast, **{"with": [cast.bob.handle, carol.handle]})
    await asked.say("oui")
    assert await asked.state() == "accepted"
    assert "You agreed" in asked.last()
    await asked.say("leave")
    assert await asked.state() == "left"
    assert "changed your mind" in asked.last()


async def test_carol_is_asked_anew_when_the_text_loses_a_name(cast: Cast) -> None:
    carol = cast.carol
    asked = await ask(cast, **{"with": [cast.bob.handle, carol.handle]})
    (first,) = cast.c.received_of("Offer")
    assert f"@<span>{asked.bob.handle}</span>" in first["object"]["content"]
    assert first["object"]["coAuthors"] == [carol.id]
    await asked.say("decline")
    _, second = cast.c.received_of("Offer")
    assert asked.bob.handle not in second["object"]["content"]
    assert asked.bob.id not in second["object"]["cc"]
    assert [u["object"]["id"] for u in cast.c.received_of("Undo")] == [first["id"]]


async def test_a_changed_mind_after_publication(cast: Cast) -> None:
    for number, how in enumerate(["leave", "delete", "edit", "gone"]):
        await _changes_their_mind(await ask_one(cast, cast.b.person(f"bob{number}")), how)


async def _changes_their_mind(asked: Asked, how: str) -> None:
    cast = asked.cast
    answer = await asked.say("accept")
    assert await asked.state() == "published"
    if how == "leave":
        await asked.say("remove my name, please")
    elif how == "delete":
        await asked.send(
            {"id": answer["id"], "type": "Tombstone", "to": [asked.alice]}, kind="Delete"
        )
    elif how == "edit":
        changed = asked.reply("accept, but only if …", to=asked.messages()[0])
        await asked.send(changed | {"id": answer["id"]}, kind="Update")
    else:
        activity = asked.bob.activity("Delete", asked.bob.id)
        await asked.bob.send(cast.here.inbox, activity)
        await cast.here.settle()
    assert await asked.state() == "left"
    document = await asked.document()
    assert asked.bob.handle not in document["content"]
    assert asked.bob.id not in [*document["to"], *document["cc"]]
    assert document.get("tag", []) == []
    assert document["updated"] > document["published"]
    assert (await asked.post())["companions"] == []
    assert asked.bob.handle not in (await asked.post())["content"]
    if how != "gone":
        assert "your name is off the post" in asked.last()
    updates = [a for a in cast.b.received_of("Update") if a["object"]["id"] == asked.uri]
    assert len(updates) == 1
    assert all(asked.bob.handle not in update["object"]["content"] for update in updates)


async def test_likes_boosts_edits_and_others_are_no_consent(cast: Cast) -> None:
    asked = await ask(cast)
    message = asked.messages()[0]
    unclear = await asked.say("hm")
    for kind in ("Like", "Announce", "EmojiReact", "Follow", "Accept"):
        thing = asked.alice if kind == "Follow" else message["id"]
        await asked.bob.send(cast.here.inbox, asked.bob.activity(kind, thing, content="👍"))
    await asked.send(asked.reply("accept", to=message) | {"id": unclear["id"]}, kind="Update")
    for other in (cast.neighbour, cast.mallory):
        await asked.send(asked.reply("accept", to=message, by=other), by=other)
    several = asked.reply("accept", to=message, attributedTo=[asked.bob.id, cast.neighbour.id])
    await asked.send(several)
    picture = {"type": "Image", "mediaType": "image/png", "url": f"{cast.b.base}/meme.png"}
    await asked.say("accept", to=message, attachment=[picture])
    await asked.say("accept", to=message, summary="just kidding")
    await asked.say("> accept", to=message)
    await asked.say("<blockquote>accept</blockquote>", to=message)
    for quoted in (
        "<blockquote><blockquote><p>may it?</p></blockquote><p>accept</p></blockquote>",
        "<blockquote><p>a</p><blockquote>b</blockquote><blockquote>c</blockquote>yes</blockquote>",
        "<BLOCKQUOTE>accept</BLOCKQUOTE>",
        "<blockquote class='x'>accept",
        "<p><blockquote>accept</blockquote></p>",
        '<p class="quote-inline">RE: x</p><p>accept</p>',
        '<p class="QUOTE-INLINE">accept</p>',
        '<span class="x quote-inline">accept</span>',
        f"{'<blockquote>' * 40_000}accept",
        f"{'<b x=1>' * 2_000}{'<blockquote>accept</blockquote>' * 200}",
    ):
        await asked.say(quoted, to=message)
        assert await asked.state() == "offered", quoted[:100]
    for tag in ("del", "s", "strike", "q", "S"):
        await asked.say(f"<p><{tag}>accept</{tag}></p>", to=message)
    assert await asked.state() == "offered"


async def test_an_accepting_answer_that_is_crossed_out_later_counts_no_more(cast: Cast) -> None:
    asked = await ask(cast)
    answer = await asked.say("accept")
    assert await asked.state() == "published"
    crossed_out = asked.reply("<del>accept</del>") | {"id": answer["id"]}
    await asked.send(crossed_out, kind="Update")
    assert await asked.state() == "left"


async def test_a_forwarded_answer_counts_only_from_its_origin(cast: Cast) -> None:
    asked = await ask(cast)
    note = asked.reply("accept")
    signed = asked.bob.proven(asked.bob.activity("Create", note, to=note["to"]))
    await cast.mallory.send(cast.here.inbox, signed)
    await cast.here.settle()
    assert await asked.state() == "offered"
    served = asked.reply("accept")
    cast.b.serve({"@context": "https://www.w3.org/ns/activitystreams", **served})
    signed = asked.bob.proven(asked.bob.activity("Create", served, to=served["to"]))
    await cast.mallory.send(cast.here.inbox, signed)
    await cast.here.settle()
    assert await asked.state() == "published"


async def test_an_answer_to_an_earlier_version_is_none_to_the_newer(cast: Cast) -> None:
    asked = await ask(cast)
    old = asked.messages()[0]
    await asked.say("accept but say cake")
    await cast.here.api(
        "PUT", f"/api/v1/cotweets/{asked.id}", {"text": "We baked a cake."}, account="alice"
    )
    await cast.here.settle()
    assert "replaces an earlier message" in asked.last()
    assert "We baked a cake." in asked.last()
    new = asked.messages()[-1]
    assert len(asked.messages()) == 3, "no withdrawal is said besides"
    await asked.say("accept", to=old)
    assert await asked.state() == "offered"
    assert "earlier version" in asked.last()
    await asked.say("수락", to=new)
    assert await asked.state() == "published"


async def test_withdrawing_is_said_once(cast: Cast) -> None:
    asked = await ask(cast)
    await cast.here.api("POST", f"/api/v1/cotweets/{asked.id}/withdraw", {}, account="alice")
    await cast.here.settle()
    assert "taken the question back" in asked.last()
    await asked.say("accept")
    assert await asked.state() == "withdrawn"


async def test_who_said_stop_is_never_asked_again_until_start(cast: Cast) -> None:
    asked = await ask(cast)
    await asked.say("STOP!")
    assert await asked.state() == "declined"
    assert "will ask you this way again" in asked.last()
    with pytest.raises(ApiRefusalError) as refused:
        await ask(cast, text="Another?")
    assert refused.value.code == "invitee_refuses"
    await asked.say("start")
    await ask(cast, text="Another?")


async def test_whom_no_message_is_sent(cast: Cast) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"type": "Service"}, "invitee_not_a_person"),
        ({"type": "Group"}, "invitee_not_a_person"),
        ({"discoverable": False}, "invitee_policy"),
    ]
    for number, (members, code) in enumerate(cases):
        person = unaware(cast.b.person(f"bob{number}"), **members)
        wanted = {"text": TEXT, "with": [person.handle], "by_message": True}
        with pytest.raises(ApiRefusalError) as refused:
            await cast.here.api("POST", "/api/v1/cotweets", wanted, account="alice")
        assert refused.value.code == code


async def test_the_signed_answer_is_kept_as_evidence(cast: Cast) -> None:
    asked = await ask(cast)
    note = await asked.say("accept")
    held = await cast.here.read(lambda tx: messages.message(tx, note["id"]))
    assert held is not None
    assert held.evidence is not None
    assert held.evidence["key"] == asked.bob.rsa.key_id
    assert {"signature", "digest", "date"} <= held.evidence["headers"].keys()
    assert note["content"] in held.document.encode().decode("unicode_escape")


def test_every_language_has_every_text() -> None:
    english = CATALOGUE["en"]
    for language, texts in CATALOGUE.items():
        assert texts.keys() == english.keys(), language
        for name, text in texts.items():
            text.format_map(dict.fromkeys(VALUES, ""))
            assert text, name


async def test_a_public_answer_can_be_checked_by_everybody(cast: Cast) -> None:
    asked = await ask(cast)
    line = await copied(asked)
    note = asked.reply(line, public=True)
    cast.b.serve({"@context": "https://www.w3.org/ns/activitystreams", **note})
    await asked.send(note)
    document = await asked.document()
    assert document["consentNotes"] == [note["id"]]
    assert "fep-af48" in document["@context"][1]
    (companion,) = (await asked.post())["companions"]
    assert (companion["how"], companion["note"]) == ("reply", note["id"])
    cast.b.fail(note["id"], 410)
    await cast.here.pass_time(DAY + HOUR)
    assert await asked.state() == "left"
    document = await asked.document()
    assert "consentNotes" not in document
    assert asked.bob.handle not in document["content"]


async def test_a_later_public_note_is_enough_and_a_changed_one_counts_no_more(cast: Cast) -> None:
    asked = await ask(cast)
    await asked.say("accept")
    line = await copied(asked, at=-1)
    note = asked.reply(line, public=True, inReplyTo=None)
    cast.b.serve({"@context": "https://www.w3.org/ns/activitystreams", **note})
    await asked.send(note)
    assert (await asked.document())["consentNotes"] == [note["id"]]
    note["content"] = "<p>Never mind.</p>"
    cast.b.serve({"@context": "https://www.w3.org/ns/activitystreams", **note})
    await cast.here.pass_time(DAY + HOUR)
    assert "consentNotes" not in await asked.document()
    (companion,) = (await asked.post())["companions"]
    assert (companion["how"], companion["note"]) == ("message", None)


async def test_a_public_note_counts_though_the_post_changed_while_it_was_fetched(
    cast: Cast,
) -> None:
    asked = await ask(cast)
    note = asked.reply(await copied(asked), public=True)
    document = {"@context": "https://www.w3.org/ns/activitystreams", **note}
    changed: list[bool] = []

    async def serve(_: web.Request) -> web.Response:
        post = await cast.here.post(asked.uri)
        if not changed and post is not None and post.state == "published":
            changed.append(True)
            text = post.document + "\n"
            await cast.here.write(lambda tx: posts.change_post(tx, post.id, document=text))
        return web.json_response(document, content_type=ACTIVITY_JSON)

    cast.b.routes[urlsplit(note["id"]).path] = serve
    await asked.send(note)
    assert changed
    assert (await asked.document())["consentNotes"] == [note["id"]]


async def copied(asked: Asked, at: int = 0) -> str:
    """The line that a message offers for copying."""
    lines = to_text(asked.messages()[at]["content"]).splitlines()
    return next(line for line in lines if line.startswith("accept http"))


def remote_post(cast: Cast, *notes: str, **members: Any) -> dict[str, Any]:
    """A post of alice's elsewhere that names bob and lists these notes."""
    post = {
        "id": cast.alice.mint("notes"),
        "type": "Note",
        "attributedTo": cast.alice.id,
        "to": [PUBLIC],
        "cc": [cast.alice.followers, cast.bob.id],
        "content": "<p>We baked.</p><p>With @bob</p>",
        "tag": [{"type": "Mention", "href": cast.bob.id, "name": f"@{cast.bob.handle}"}],
        "published": "2026-11-20T10:00:00Z",
        "consentNotes": list(notes),
    }
    return post | members


NOT_NOTES: list[tuple[str, dict[str, Any]]] = [
    ("other_words", {"content": "<p>I never agreed to accept {id} {digest}</p>"}),
    ("other_words", {"content": "<p>{id} {digest}</p>"}),
    ("other_words", {"content": "<p>accept {id}{digest}</p>"}),
    ("other_words", {"content": "<p>accept {other} {digest}</p>"}),
    ("other_digest", {"content": "<p>accept {id} zQmXJxnJZMznGnNZcCknAyZBkh8VfQaJvp5n8k5n</p>"}),
    ("not_public", {"to": ["https://d.example/users/dave"], "cc": []}),
    ("not_a_note", {"type": "Article"}),
    ("not_one_author", {"attributedTo": ["{bob}", "{neighbour}"]}),
    ("not_mentioned", {"attributedTo": "{neighbour}"}),
    ("not_one_author", {"attributedTo": "{mallory}"}),
    ("other_id", {"id": "{other}"}),
]


async def test_other_servers_show_only_a_note_that_says_nothing_else(
    cast: Cast, quiet_log: list[Any]
) -> None:
    for reason, members in NOT_NOTES:
        quiet_log.clear()
        await _says_something_else(cast, reason, members, quiet_log)


async def _says_something_else(
    cast: Cast, reason: str, members: dict[str, Any], quiet_log: list[Any]
) -> None:
    uri = cast.bob.mint("statuses")
    post = remote_post(cast, uri)
    digest = consent_digest(post, [cast.alice.id])
    words = {
        "id": post["id"],
        "digest": digest,
        "other": cast.b.base + "/other",
        "bob": cast.bob.id,
        "neighbour": cast.neighbour.id,
        "mallory": cast.mallory.id,
    }
    filled = dict(members)
    for name, value in filled.items():
        if isinstance(value, str):
            filled[name] = value.format(**words)
        elif value and isinstance(value, list):
            filled[name] = [entry.format(**words) for entry in value]
    note = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": uri,
        "type": "Note",
        "attributedTo": cast.bob.id,
        "to": [PUBLIC],
        "content": f"<p>@alice ACCEPT {post['id']} {digest}</p>",
    }
    cast.b.serve(note | filled, at=uri)
    assert await shown(cast, post) == []
    assert [e["reason"] for e in quiet_log if e["event"] == "consent_note_checked"] == [reason]
    cast.b.serve(note, at=uri)
    newer = post | {"updated": "2026-11-20T11:00:00Z"}
    (companion,) = await shown(cast, newer, kind="Update")
    assert (companion["how"], companion["note"]) == ("reply", uri)
    changed = newer | {"updated": "2026-11-20T12:00:00Z", "content": "<p>We fried.</p>"}
    assert await shown(cast, changed, kind="Update") == []


async def shown(cast: Cast, post: dict[str, Any], kind: str = "Create") -> list[Any]:
    """Whom our server names with the author of a remote post."""
    cast.a.serve({"@context": note_context(False), **post}, at=post["id"])
    activity = cast.alice.activity(kind, post)
    await cast.alice.send(f"{cast.here.actor('dave')}/inbox", activity)
    await cast.here.settle()
    url = quote(post["id"], safe="")
    found = await cast.here.api("GET", f"/api/v1/control/posts?url={url}")
    assert [author["uri"] for author in found["authors"]] == [cast.alice.id]
    return list(found["companions"])


async def test_a_leaving_name_voids_what_co_authors_agreed_to(cast: Cast) -> None:
    """It stands in the text, and goes first; nobody is shown for a text they did not see."""
    here, carol = cast.here, cast.here.handle("carol")
    asked = await ask(cast, **{"with": [cast.bob.handle, carol]})
    await asked.say("accept")
    (invite,) = (await here.api("GET", "/api/v1/cotweets/invites", account="carol"))["invites"]
    assert asked.bob.handle in invite["text"]
    digest = {"digest": invite["digest"]}
    await here.api(
        "POST", f"/api/v1/cotweets/invites/{invite['id']}/accept", digest, account="carol"
    )
    await here.settle()
    post = await asked.post()
    assert [author["handle"] for author in post["authors"]] == [here.handle("alice"), carol]
    assert [entry["person"]["handle"] for entry in post["companions"]] == [asked.bob.handle]
    document = await asked.document()
    assert document["coAuthors"] == [here.actor("carol")]
    assert len(document["attributedTo"]) == 2
    await asked.say("leave")
    post = await asked.post()
    assert [author["handle"] for author in post["authors"]] == [here.handle("alice")]
    assert post["companions"] == []
    assert asked.bob.handle not in (await asked.document())["content"]


async def test_the_picture_of_a_draft_is_shown_in_the_message_only(cast: Cast) -> None:
    picture = await upload(cast, "A pie.")
    picture_of = await ask(cast, media=[picture["id"]])
    (message,) = picture_of.messages()
    (shown_there,) = message["attachment"]
    assert shown_there["name"] == "A pie."
    assert "Picture 1: A pie." in to_text(message["content"])
    status, _ = await cast.here.get(shown_there["url"])
    assert status == 200
    assert (await cast.here.get(picture["url"]))[0] == 404
    assert (await cast.here.get(shown_there["url"].replace("/0.", "/1.")))[0] == 404
    await picture_of.say("no")
    assert (await cast.here.get(shown_there["url"]))[0] == 404


async def test_alice_takes_his_name_off_a_published_post(cast: Cast) -> None:
    asked = await ask(cast)
    await asked.say("accept")
    path = f"/api/v1/cotweets/{asked.id}/authors/{asked.bob.handle}"
    await cast.here.api("DELETE", path, account="alice")
    await cast.here.settle()
    assert await asked.state() == "removed"
    document = await asked.document()
    assert asked.bob.handle not in document["content"]
    assert asked.bob.id not in document["cc"]
    assert (await asked.post())["companions"] == []
    assert "has taken your name off the post" in asked.last()
