"""The exact bodies that others get from us, kept as files: ``golden/VARIANT.json``.

A co-tweet of alice here with bob elsewhere, as it is posted to inboxes and as it is fetched.
Whoever changes what is sent changes these files and sees it in the diff: ``GOLDEN=write`` writes
them anew. Addresses, ids, digests and signatures are replaced by what they are; everything else is
literal.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from activitypub.vocab.terms import ACTIVITY_JSON, PUBLIC
from fedi_cotweet.services.polls import COUNTED_EVERY
from tests.federation.cast import Cast
from tests.federation.emoji import add
from tests.federation.pictures import png
from tests.federation.test_acceptances import COTWEETS, Draft, drafted, followed_by_frank
from tests.federation.test_invitations import published as agreed_and_published
from tests.federation.test_polls import send_vote

FOLDER = Path(__file__).with_name("golden")
WRITE = os.environ.get("GOLDEN") == "write"

# Addresses of the JSON-LD contexts that every known server carries itself. Others are fetched, or
# cost the signature, or the terms (Mastodon, Takahē).
CONTEXTS = {
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/v1",
    "https://w3id.org/security/data-integrity/v2",
    "https://w3id.org/identity/v1",
}
LARGEST = 48 * 1024
"""Octets. Takahē takes 50 KiB, Misskey 64."""
DEEPEST = 7
"""Pixelfed takes 8."""
MOST_MENTIONS = 4
"""Five mentions of strangers are spam to GoToSocial."""

USER_AGENTS = {
    "mastodon": "Mastodon/4.5.0 (http.rb/5.3.1; +https://social.example/)",
    "misskey": "Misskey/2025.11.0 (https://misskey.example)",
    "gotosocial": "gotosocial/0.20.0 (+https://gts.example)",
    "akkoma": "Akkoma 3.16.0; https://akkoma.example <admin@akkoma.example>",
    "snac": "snac/2.94; +https://snac.example/",
    "takahe": "Takahe/0.11.0 (+https://takahe.example/)",
    "pixelfed": "(Pixelfed/0.12.4; +https://pixelfed.example)",
    "lemmy": "Lemmy/0.19.5; +https://lemmy.example",
    "mbin": "Mbin/1.8.1 (+https://mbin.example/agent)",
    "peer": "fedi_cotweet/0.1 (+https://b.example)",
    "nobody": "",
}
SINGLE_ON_GET = {"snac", "takahe", "lemmy", "mbin"}


def normalised(cast: Cast, document: Any) -> Any:
    """The document without what differs from run to run."""
    text = json.dumps(document, ensure_ascii=False)
    for name, host in (
        ("here.example", cast.here.host),
        ("b.example", cast.b.host),
        ("c.example", cast.c.host),
        ("a.example", cast.a.host),
        ("m.example", cast.m.host),
    ):
        text = text.replace(f"http://{host}", f"https://{name}").replace(host, name)
    numbers: dict[str, str] = {}
    text = re.sub(
        r"(\.example/[^\" ]*?/)(\d+)(?=[/\"#])",
        lambda found: found[1] + numbers.setdefault(found[2], f"ID{len(numbers) + 1}"),
        text,
    )
    tokens: dict[str, str] = {}
    text = re.sub(
        r"(/media/|/emoji/files/|/offers/|/coauthor/)([A-Za-z0-9_-]{20,})",
        lambda found: found[1] + tokens.setdefault(found[2], f"TOKEN{len(tokens) + 1}"),
        text,
    )
    text = re.sub(r"#updates/\d+", "#updates/TIME", text)
    text = re.sub(r'"publicKeyPem": "[^"]+"', '"publicKeyPem": "PEM"', text)
    text = re.sub(r'"publicKeyMultibase": "[^"]+"', '"publicKeyMultibase": "MULTIKEY"', text)
    text = re.sub(r"zQm[1-9A-HJ-NP-Za-km-z]{44}", "zQmDIGEST", text)
    text = re.sub(r'"(proofValue|signatureValue)": "[^"]+"', r'"\1": "SIGNATURE"', text)
    return json.loads(text)


def compare(cast: Cast, name: str, bodies: Mapping[str, Any]) -> None:
    """Against the file, or into it."""
    found = normalised(cast, bodies)
    path = FOLDER / f"{name}.json"
    if WRITE:
        path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    expected = json.loads(path.read_text(encoding="utf-8"))
    assert found == expected
    # Order too: it is what people see who look at a document.
    assert json.dumps(found) == json.dumps(expected)


async def fetched(cast: Cast, uri: str, user_agent: str) -> dict[str, Any]:
    """What software gets for an id."""
    headers = {"Accept": ACTIVITY_JSON, "User-Agent": user_agent}
    async with (
        aiohttp.ClientSession(skip_auto_headers=["User-Agent"]) as session,
        session.get(uri, headers=headers) as answer,
    ):
        assert answer.status == 200
        assert answer.headers["Content-Type"].partition(";")[0] == ACTIVITY_JSON
        assert answer.headers["Vary"] == "Accept, User-Agent"
        assert str(answer.url) == uri, "no redirects"
        found: dict[str, Any] = await answer.json(content_type=None)
        return found


async def bodies(cast: Cast, draft: Draft) -> dict[str, Any]:
    """One post in all that is said of it."""
    [to_others] = cast.c.received_of("Create")
    [to_peers] = cast.b.received_of("Create")
    return {
        "posted to all others": to_others,
        "posted to servers that know FEP-af48": to_peers,
        "fetched": await fetched(cast, draft.uri, USER_AGENTS["mastodon"]),
        "fetched by software that fails on arrays": await fetched(
            cast, draft.uri, USER_AGENTS["takahe"]
        ),
    }


async def picture(cast: Cast) -> str:
    """An upload of alice; its id."""
    form = aiohttp.FormData()
    form.add_field("file", png((200, 10, 10)), filename="a.png", content_type="image/png")
    form.add_field("alt", "A red square")
    form.add_field("focus", "0.5,-1")
    headers = {
        "Authorization": f"Bearer {cast.here.server.operator_token}",
        "X-Account": "alice",
    }
    path = f"{cast.here.base}/api/v1/control/media"
    async with cast.here.session.post(path, data=form, headers=headers) as answer:
        return str((await answer.json())["id"])


async def _plain(_: Cast) -> dict[str, Any]:
    return {}


async def _words(cast: Cast) -> dict[str, Any]:
    return {
        "text": f"Bonjour @{cast.m.person('erin').handle} #Fedi https://example.org/x\n\nDeux",
        "language": "fr",
        "summary": "Salutations <&>",
    }


async def _unlisted(_: Cast) -> dict[str, Any]:
    return {"visibility": "unlisted"}


async def _media(cast: Cast) -> dict[str, Any]:
    return {"media": [await picture(cast)], "language": "en"}


async def _emoji(cast: Cast) -> dict[str, Any]:
    await add(cast, "cat")
    return {"text": "Hi :cat: and :dog:", "summary": ":cat:"}


async def _poll(_: Cast) -> dict[str, Any]:
    return {"poll": {"options": ["Tea", "Coffee"], "ends_in_seconds": 86_400}}


async def _reply(cast: Cast) -> dict[str, Any]:
    question = await cast.here.api(
        "POST", "/api/v1/control/posts", {"text": "What?"}, account="dave"
    )
    return {"in_reply_to": question["uri"]}


async def _roles(cast: Cast) -> dict[str, Any]:
    return {"with": [{"handle": cast.bob.handle, "role": "artist"}], "role": "host"}


VARIANTS: dict[str, Callable[[Cast], Any]] = {
    "plain": _plain,
    "words": _words,
    "unlisted": _unlisted,
    "media": _media,
    "emoji": _emoji,
    "poll": _poll,
    "reply": _reply,
    "roles": _roles,
}


async def publish(cast: Cast, variant: str) -> Draft:
    """A co-tweet of this kind, out."""
    await followed_by_frank(cast)
    draft = await drafted(cast, cast.bob, **await VARIANTS[variant](cast))
    roles = draft.offer(cast.bob)["object"].get("authorRoles")
    await draft.answer(cast.bob, consentedRoles=roles)
    assert await draft.state() == "published"
    return draft


@pytest.mark.parametrize("variant", VARIANTS)
async def test_a_co_tweet_is_sent_and_served_as_its_file_says(cast: Cast, variant: str) -> None:
    draft = await publish(cast, variant)
    compare(cast, variant, await bodies(cast, draft))


async def test_the_rest_of_its_life_is_sent_as_its_file_says(cast: Cast) -> None:
    draft = await publish(cast, "poll")
    await send_vote(cast, cast.mallory, draft.uri, "Tea")
    await cast.here.pass_time(COUNTED_EVERY)
    await cast.here.api("DELETE", f"/api/v1/control/posts/{draft.id}", account="alice")
    await cast.here.settle()
    [deletion] = cast.c.received_of("Delete")
    withdrawn = await drafted(cast, cast.bob)
    await cast.here.api("POST", f"{COTWEETS}/{withdrawn.id}/withdraw", {}, account="alice")
    await cast.here.settle()
    compare(
        cast,
        "life",
        {
            "Offer": cast.b.received_of("Offer")[0],
            "Update with new numbers": cast.c.received_of("Update")[0],
            "Delete": deletion,
            "Undo of an Offer": {
                name: value
                for name, value in cast.b.received_of("Undo")[-1].items()
                if name != "id"
            },
        },
    )


async def test_what_a_co_authors_server_sends_is_as_its_file_says(cast: Cast) -> None:
    post = await agreed_and_published(cast)
    [announce] = cast.c.received_of("Announce")
    stamp = post.stamps[cast.local("bob").id]
    compare(
        cast,
        "co_author",
        {
            "Accept": cast.a.received_of("Accept")[-1],
            "stamp": (await cast.alice.get(stamp)).json,
            "Announce": announce,
        },
    )
    assert announce["published"] > post.note()["published"], "Misskey drops an earlier one"


async def test_people_and_their_collections_are_as_their_file_says(cast: Cast) -> None:
    alice = cast.here.actor("alice")
    await cast.deliver(cast.carol, cast.carol.activity("Follow", alice))
    profile = {
        "about": "I read #poems.",
        "fields": [{"name": "Garden", "value": "https://garden.example/alice"}],
        "featured_tags": ["Poems"],
        "attribution_domains": ["garden.example"],
    }
    await cast.here.api("PUT", "/api/v1/control/profile", profile, account="alice")
    path = "/api/v1/control/posts"
    post = await cast.here.api("POST", path, {"text": "Look!"}, account="alice")
    await cast.here.settle()
    await cast.here.api("POST", f"{path}/{post['id']}/pin", {}, account="alice")
    await cast.here.settle()
    instance = (await cast.carol.get(f"{cast.here.base}/actor")).json
    collections = ("outbox", "outbox?page=1", "followers", "followers?page=1", "following")
    featured = ("collections/featured", "collections/tags")
    compare(
        cast,
        "actor",
        {
            "person": (await cast.carol.get(alice)).json,
            "instance actor": {**instance, "published": "when the server was made"},
            "Update": cast.c.received_of("Update")[0],
            "Add": cast.c.received_of("Add")[0],
            **{
                name: (await cast.carol.get(f"{alice}/{name}")).json
                for name in (*collections, *featured)
            },
        },
    )


@pytest.mark.parametrize("software", USER_AGENTS)
async def test_every_software_is_served_the_rendition_that_it_can_read(
    cast: Cast, software: str
) -> None:
    draft = await publish(cast, "plain")
    found = await fetched(cast, draft.uri, USER_AGENTS[software])
    expected = json.loads((FOLDER / "plain.json").read_text(encoding="utf-8"))
    which = "fetched by software that fails on arrays" if software in SINGLE_ON_GET else "fetched"
    assert normalised(cast, found) == expected[which]


def golden() -> Iterator[tuple[str, str, Any]]:
    """(file, what, body) of everything that is kept."""
    for path in sorted(FOLDER.glob("*.json")):
        for what, body in json.loads(path.read_text(encoding="utf-8")).items():
            yield path.stem, what, body


def depth(value: Any) -> int:
    """How deeply JSON is nested."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + max((depth(entry) for entry in inner), default=0) if inner != () else 0


def notes() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every published co-tweet in the files; posts of one author have tests of their own."""
    for file, what, body in golden():
        carried = body.get("object", body)
        if (
            file != "ordinary"
            and isinstance(carried, dict)
            and {"attributedTo", "published"} <= carried.keys()
            and carried["type"] in ("Note", "Question")
        ):
            yield file, what, carried


def test_there_is_a_file_for_every_variant_and_no_other() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {
        *VARIANTS,
        "life",
        "co_author",
        "ordinary",
        "actor",
    }


@pytest.mark.parametrize(
    ("file", "what", "body"), list(golden()), ids=lambda value: str(value)[:40]
)
def test_nothing_sent_falls_into_a_known_trap(file: str, what: str, body: Any) -> None:
    text = json.dumps(body)
    assert len(text.encode()) < LARGEST
    assert depth({**body, "@context": None}) <= DEEPEST
    assert '"as:Public"' not in text
    assert '"Public"' not in text
    contexts = body["@context"] if isinstance(body["@context"], list) else [body["@context"]]
    assert {entry for entry in contexts if isinstance(entry, str)} <= CONTEXTS
    if what == "stamp":
        assert isinstance(body["attributedTo"], str)
        return
    if "actor" in body:
        assert isinstance(body["actor"], str)
        assert isinstance(body.get("id", ""), str)
    if what == "Delete":
        assert body["object"]["type"] == "Tombstone"
        # Its bare word is a relative IRI, for which jsonld.js refuses an LD signature (Fedify).
        assert "formerType" not in body["object"]
    if what.startswith("Undo"):
        assert {"id", "type", "actor"} <= body["object"].keys()
    if what == "Announce":
        assert isinstance(body["object"], str)
        assert body["to"] == [PUBLIC]


@pytest.mark.parametrize(("file", "what", "note"), list(notes()), ids=lambda value: str(value)[:40])
def test_no_note_falls_into_a_known_trap(file: str, what: str, note: dict[str, Any]) -> None:
    alice, bob = "https://here.example/users/alice", "https://b.example/users/bob"
    full = what in ("posted to servers that know FEP-af48", "fetched")
    if full:
        # Of {type, id} objects only, never mixed, whoever owns the note first.
        assert [sorted(entry) for entry in note["attributedTo"]] == [["id", "type"]] * 2
        assert [entry["id"] for entry in note["attributedTo"]] == [alice, bob]
    else:
        assert note["attributedTo"] == alice
        # Misskey would take it for a person.
        assert f"{bob}/followers" not in (*note["to"], *note["cc"])
    # A peer takes it off again and needs none; all others read it, also those who fetch.
    peer = what == "posted to servers that know FEP-af48"
    assert note["content"].count('class="coauthors-inline"') == (not peer)
    assert "#" not in note["id"]
    assert "updated" not in note or file == "life"
    assert PUBLIC in (*note["to"], *note["cc"])
    assert bob in note["cc"], "snac shows it to those who follow bob only"
    mentions = [tag for tag in note["tag"] if tag["type"] == "Mention"]
    assert bob in [tag["href"] for tag in mentions], "replies are addressed to bob too"
    assert len(mentions) <= MOST_MENTIONS
    assert note["coAuthorAuthorization"]
    assert all(isinstance(stamp, str) for stamp in note["coAuthorAuthorization"])


def test_how_each_body_is_secured() -> None:
    """Proofs for peers; an LD signature for those who pass things on, and for replies only that."""
    for file, what, body in golden():
        if what == "posted to servers that know FEP-af48":
            assert "proof" in body, file
        elif what == "posted to all others":
            assert "signature" in body, file
            assert ("proof" in body) == (file != "reply"), file
