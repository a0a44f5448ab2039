"""Before everybody agreed, nobody but the authors sees anything of a co-tweet, on any route.

Two drafts lie on our server: one by alice here, who invited bob elsewhere, and one by alice
elsewhere, who invited bob here. Every route is asked for them by everybody whom they do not
concern; a route that this file does not know fails it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from activitypub.coauthorship.projection import media_digest
from activitypub.signatures.cavage import sign_cavage
from activitypub.vocab.terms import ACTIVITY_JSON
from fedi_cotweet.domain.limits import DAY, MINUTE
from fedi_cotweet.services import accounts
from storage.engine import Tx
from storage.queries import actors, consents, posts
from tests.federation.cast import Cast
from tests.federation.here import Here
from tests.federation.pictures import png

WORDS = ("zebrafish", "hushed", "alternative", "walrus", "whispered", "descriptive")
"""In the texts, warnings and descriptions of the two drafts, and nowhere else."""


@dataclass(frozen=True, slots=True)
class Names:
    """Everything by which one of the drafts could be asked for. All of it is secret."""

    post: str
    note: str
    offer: str
    picture: str
    upload: str
    invite: str
    remote_note: str
    remote_offer: str
    remote_picture: str
    copied_picture: str
    stamp: str
    digests: str


NOTHING = Names(
    post="117648182476829999",
    note="NOTE/notes/117648182476829999",
    offer="aaaaaaaaaaaaaaaaaaaaaaaa",
    picture="bbbbbbbbbbbbbbbbbbbbbbbb.png",
    upload="117648182476829998",
    invite="117648182476829997",
    remote_note="REMOTE/notes/nothing",
    remote_offer="REMOTE/offers/nothing",
    remote_picture="REMOTE/media/nothing.png",
    copied_picture="cccccccccccccccccccccccc.png",
    stamp="dddddddddddddddddddddddd",
    digests="zQmNothing",
)
"""The same for drafts that never were. NOTE and REMOTE stand for the two servers."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request. ``activity`` is signed by whoever sends it."""

    path: str
    document: Any = None
    form: Mapping[str, str] | None = None
    activity: Mapping[str, Any] | None = None


Probe = Callable[[Names], Sequence[Ask | str]]


def plain(*paths: str) -> Probe:
    """A route in which there is no room for a draft's name."""
    return lambda _: paths


def paged(path: str) -> Probe:
    """A collection of everybody concerned and of a bystander."""
    people = ("alice", "bob", "carol")
    pages = ("", "?page=1", "?page=1&before=9999999999999999999")
    return lambda _: [path.replace("NAME", name) + page for name in people for page in pages]


def received(inbox: str) -> Probe:
    """Activities about the drafts, from somebody whom they do not concern."""

    def ask(n: Names) -> list[Ask]:
        things: list[Any] = [n.note, n.remote_note, n.remote_offer]
        asks = [
            Ask(inbox, activity={"type": kind, "object": thing})
            for thing in things
            for kind in ("Like", "Announce", "Undo", "Delete", "Update", "Create", "Flag")
        ]
        reply = {"type": "Note", "inReplyTo": n.note, "content": "<p>Hm?</p>", "to": ["PUBLIC"]}
        return [*asks, Ask(inbox, activity={"type": "Create", "object": reply})]

    return ask


API = "/api/v1"
PROBES: dict[tuple[str, str], Probe] = {
    ("GET", "/.well-known/host-meta"): plain("/.well-known/host-meta"),
    ("GET", "/.well-known/host-meta.json"): plain("/.well-known/host-meta.json"),
    ("GET", "/.well-known/nodeinfo"): plain("/.well-known/nodeinfo"),
    ("GET", "/.well-known/oauth-authorization-server"): plain(
        "/.well-known/oauth-authorization-server"
    ),
    ("GET", "/.well-known/webfinger"): lambda n: [
        f"/.well-known/webfinger?resource={quote(wanted)}"
        for wanted in (n.note, n.remote_note, "acct:alice@HOST", "acct:bob@HOST")
    ],
    ("GET", "/nodeinfo/{version}"): plain("/nodeinfo/2.0", "/nodeinfo/2.1"),
    ("POST", "/inbox"): received("/inbox"),
    ("POST", "/actor/inbox"): received("/actor/inbox"),
    ("POST", "/users/{name}/inbox"): received("/users/alice/inbox"),
    ("GET", "/actor"): plain("/actor"),
    ("GET", "/actor/outbox"): paged("/actor/outbox"),
    ("GET", "/actor/followers"): paged("/actor/followers"),
    ("GET", "/actor/following"): paged("/actor/following"),
    ("GET", "/users/{name}"): plain("/users/alice", "/users/bob"),
    ("GET", "/users/{name}/outbox"): paged("/users/NAME/outbox"),
    ("GET", "/users/{name}/followers"): paged("/users/NAME/followers"),
    ("GET", "/users/{name}/following"): paged("/users/NAME/following"),
    ("GET", "/users/{name}/collections/featured"): paged("/users/NAME/collections/featured"),
    # Who knows a stamp's id may read it (FEP-af48, Stamp), but nothing else gives the id away.
    ("GET", "/users/{name}/coauthor/{token}"): lambda n: [
        f"/users/{name}/coauthor/{guess}"
        for name in ("alice", "bob")
        for guess in (n.offer, n.post, n.invite, n.digests)
    ],
    ("GET", "/users/{name}/offers/{token}"): lambda n: [
        f"/users/{name}/offers/{token}" for name in ("alice", "bob") for token in (n.offer, n.post)
    ],
    ("GET", "/users/{name}/activities/{id}"): lambda n: [
        f"/users/{name}/activities/{guess}"
        for name in ("alice", "bob")
        for guess in (n.post, n.invite, n.offer)
    ],
    ("GET", "/users/{name}/announces/{id}"): lambda n: [
        f"/users/{name}/announces/{guess}" for name in ("alice", "bob") for guess in (n.post,)
    ],
    ("GET", "/notes/{id}"): lambda n: [
        f"/notes/{n.post}",
        f"/notes/{n.post}?x",
        f"/notes/0{n.post}",
        "/notes/9999999999999999999",
    ],
    ("GET", "/notes/{id}/activity"): lambda n: [f"/notes/{n.post}/activity"],
    ("POST", f"{API}/control/accounts"): lambda n: [
        Ask(
            f"{API}/control/accounts",
            {"username": f"u{n.post[-6:]}", "password": "long enough for all"},
        )
    ],
    ("GET", f"{API}/control/accounts"): plain(f"{API}/control/accounts"),
    ("POST", f"{API}/control/sign-in-links"): lambda n: [
        Ask(f"{API}/control/sign-in-links", {"username": n.post})
    ],
    ("POST", f"{API}/control/follow"): lambda n: [
        Ask(f"{API}/control/follow", {"handle": handle}) for handle in (n.note, "dave")
    ],
    ("POST", f"{API}/control/unfollow"): lambda n: [
        Ask(f"{API}/control/unfollow", {"handle": n.note})
    ],
    ("GET", f"{API}/control/timeline"): plain(f"{API}/control/timeline"),
    ("GET", f"{API}/control/notifications"): plain(f"{API}/control/notifications"),
    ("POST", f"{API}/control/invite-policy"): lambda n: [
        Ask(f"{API}/control/invite-policy", {"policy": "anyone"})
    ],
    ("POST", f"{API}/control/media"): lambda n: [Ask(f"{API}/control/media", {"file": n.upload})],
    ("POST", f"{API}/control/posts"): lambda n: (
        [
            Ask(f"{API}/control/posts", {"text": "Hm?", "in_reply_to": wanted})
            for wanted in (n.note, n.post, n.remote_note, n.invite)
        ]
        + [Ask(f"{API}/control/posts", {"text": "Look!", "media": [n.upload]})]
    ),
    ("GET", f"{API}/control/posts"): lambda n: [
        f"{API}/control/posts?url={quote(wanted)}"
        for wanted in (n.note, n.post, n.remote_note, n.remote_offer, n.invite)
    ],
    ("GET", f"{API}/control/posts/{{id}}"): lambda n: [
        f"{API}/control/posts/{guess}" for guess in (n.post, n.invite, n.upload)
    ],
    ("PUT", f"{API}/control/posts/{{id}}"): lambda n: [
        Ask(f"{API}/control/posts/{n.post}", {"text": "Mine"})
    ],
    ("DELETE", f"{API}/control/posts/{{id}}"): lambda n: [f"{API}/control/posts/{n.post}"],
    ("GET", f"{API}/cotweets/invites"): plain(f"{API}/cotweets/invites"),
    ("GET", f"{API}/cotweets/invites/{{id}}"): lambda n: [
        f"{API}/cotweets/invites/{guess}" for guess in (n.invite, n.post)
    ],
    ("POST", f"{API}/cotweets/invites/{{id}}/accept"): lambda n: [
        Ask(f"{API}/cotweets/invites/{n.invite}/accept", {"digest": n.digests})
    ],
    ("POST", f"{API}/cotweets/invites/{{id}}/decline"): lambda n: [
        Ask(f"{API}/cotweets/invites/{n.invite}/decline", {})
    ],
    ("POST", f"{API}/cotweets"): lambda n: [
        Ask(f"{API}/cotweets", {"text": "Us", "with": ["dave"], "in_reply_to": n.note}),
        Ask(f"{API}/cotweets", {"text": "Us", "with": ["dave"], "media": [n.upload]}),
    ],
    ("GET", f"{API}/cotweets"): plain(f"{API}/cotweets"),
    ("GET", f"{API}/cotweets/{{id}}"): lambda n: [
        f"{API}/cotweets/{guess}" for guess in (n.post, n.invite)
    ],
    ("PUT", f"{API}/cotweets/{{id}}"): lambda n: [Ask(f"{API}/cotweets/{n.post}", {"text": "x"})],
    ("DELETE", f"{API}/cotweets/{{id}}"): lambda n: [f"{API}/cotweets/{n.post}"],
    ("POST", f"{API}/cotweets/{{id}}/publish"): lambda n: [
        Ask(f"{API}/cotweets/{n.post}/publish", {})
    ],
    ("POST", f"{API}/cotweets/{{id}}/withdraw"): lambda n: [
        Ask(f"{API}/cotweets/{n.post}/withdraw", {})
    ],
    ("POST", f"{API}/cotweets/{{id}}/leave"): lambda n: [
        Ask(f"{API}/cotweets/{n.post}/leave", {}),
        Ask(f"{API}/cotweets/{n.invite}/leave", {}),
        Ask(f"{API}/cotweets/0/leave", {"uri": n.remote_note}),
        Ask(f"{API}/cotweets/0/leave", {"invite": n.invite}),
    ],
    ("GET", "/"): plain("/"),
    ("GET", "/home"): plain("/home"),
    ("GET", "/@{name}"): plain("/@alice", "/@bob", "/@alice@REMOTE", "/@bob@REMOTEBOB"),
    ("GET", "/@{name}/{id}"): lambda n: [
        f"/@{name}/{guess}"
        for name in ("alice", "bob", "alice@REMOTE")
        for guess in (n.post, n.invite)
    ],
    ("GET", "/invites"): plain("/invites"),
    ("POST", "/invites/{id}/accept"): lambda n: [
        Ask(f"/invites/{n.invite}/accept", form={"digest": n.digests})
    ],
    ("POST", "/invites/{id}/decline"): lambda n: [Ask(f"/invites/{n.invite}/decline", form={})],
    ("GET", "/auth/sign_in"): lambda n: [f"/auth/sign_in?next=/notes/{n.post}", "/auth/sign_in"],
    ("POST", "/auth/sign_in"): lambda n: [Ask("/auth/sign_in", form={"username": n.post})],
    ("POST", "/auth/sign_out"): lambda n: [Ask("/auth/sign_out", form={"csrf": "wrong"})],
    ("GET", "/auth/link/{token}"): lambda n: [f"/auth/link/{n.offer}"],
    ("POST", "/auth/link/{token}"): lambda n: [Ask(f"/auth/link/{n.offer}", form={})],
    ("GET", "/media/{file}"): lambda n: [
        f"/media/{file}"
        for file in (n.picture, n.copied_picture, n.picture[:-4], f"{n.picture[:-4]}.json")
    ],
    ("GET", "/static/{digest}/{name}"): lambda n: [f"/static/{n.offer}/{n.picture}"],
    ("GET", "/favicon.ico"): plain("/favicon.ico"),
}


async def make_drafts(cast: Cast) -> Names:
    """Both drafts, with pictures; bob here has agreed to his, and nothing is published."""
    here, form = cast.here, aiohttp.FormData()
    form.add_field("file", png((1, 2, 3)), filename="a.png", content_type="image/png")
    form.add_field("alt", "An alternative text")
    headers = {"Authorization": f"Bearer {here.server.operator_token}", "X-Account": "alice"}
    async with here.session.post(
        f"{here.base}{API}/control/media", data=form, headers=headers
    ) as answer:
        upload = await answer.json()
    wanted = {"text": "A zebrafish.", "summary": "hushed", "with": [cast.bob.handle]}
    view = await here.api(
        "POST", f"{API}/cotweets", {**wanted, "media": [upload["id"]]}, account="alice"
    )
    await here.settle()
    [offer] = cast.b.received_of("Offer")

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
    await here.api(
        "POST",
        f"{API}/cotweets/invites/{invite['id']}/accept",
        {"digest": invite["digest"]},
        account="bob",
    )
    await here.settle()
    [accepted] = cast.a.received_of("Accept")
    return Names(
        post=view["post"]["id"],
        note=offer["object"]["id"],
        offer=offer["id"].rpartition("/")[2],
        picture=upload["url"].rpartition("/")[2],
        upload=upload["id"],
        invite=invite["id"],
        remote_note=theirs.id,
        remote_offer=remote_offer["id"],
        remote_picture=url,
        copied_picture=invite["media"][0]["url"].rpartition("/")[2],
        stamp=accepted["result"].rpartition("/")[2],
        digests=invite["digest"],
    )


def nothing(cast: Cast) -> Names:
    """Names of what never was."""
    return Names(
        **{
            item.name: getattr(NOTHING, item.name)
            .replace("NOTE", cast.here.base)
            .replace("REMOTE", cast.a.base)
            for item in fields(Names)
        }
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back."""

    status: int
    text: str


class Stranger:
    """Asks without saying who they are."""

    accepts: tuple[str, ...] = ("text/html", ACTIVITY_JSON, "*/*")

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    @property
    def here(self) -> Here:
        return self.cast.here

    async def headers(self, method: str, path: str) -> dict[str, str]:
        return {}

    def form(self, fields: Mapping[str, str]) -> dict[str, str]:
        return dict(fields)

    async def ask(self, method: str, ask: Ask, accept: str) -> Seen:
        """One request."""
        if ask.activity is not None:
            return await self.send(ask)
        data: Any = None
        headers = await self.headers(method, ask.path) | {"Accept": accept}
        if ask.form is not None:
            data = self.form(ask.form)
            headers["Origin"] = self.here.base
        elif ask.document is not None:
            data = json.dumps(ask.document).encode()
            headers["Content-Type"] = "application/json"
        async with self.here.session.request(
            method, self.here.base + ask.path, data=data, headers=headers, allow_redirects=False
        ) as answer:
            shown = [f"{name}: {value}" for name, value in answer.headers.items()]
            body = (await answer.read()).decode(errors="replace")
            return Seen(answer.status, "\n".join([*shown, "", body]))

    async def send(self, ask: Ask) -> Seen:
        """An activity, unsigned."""
        body = json.dumps(self.activity(ask)).encode()
        headers = {"Content-Type": ACTIVITY_JSON}
        async with self.here.session.post(
            self.here.base + ask.path, data=body, headers=headers
        ) as answer:
            return Seen(answer.status, await answer.text())

    def activity(self, ask: Ask) -> dict[str, Any]:
        """By mallory elsewhere."""
        given = dict(ask.activity or {})
        thing = given.pop("object")
        if isinstance(thing, dict):
            author = self.cast.mallory
            thing = thing | {"id": author.mint("notes"), "attributedTo": author.id}
        return self.cast.mallory.activity(given.pop("type"), thing)


class Mallory(Stranger):
    """Signs what it asks, from a server of its own."""

    async def headers(self, method: str, path: str) -> dict[str, str]:
        body = None if method == "GET" else b""
        url, at = self.here.base + path, self.here.clock()
        return sign_cavage(method, url, body, self.cast.mallory.rsa, at)

    async def send(self, ask: Ask) -> Seen:
        reply = await self.cast.mallory.send(self.here.base + ask.path, self.activity(ask))
        return Seen(reply.status, reply.body.decode())


class Carol(Stranger):
    """Has an account here, is signed in, and may use the API in her own name."""

    def __init__(self, cast: Cast, cookie: str, csrf: str) -> None:
        super().__init__(cast)
        self.cookie, self.csrf = cookie, csrf

    async def headers(self, method: str, path: str) -> dict[str, str]:
        if path.startswith(API):
            token = self.here.server.operator_token
            return {"Authorization": f"Bearer {token}", "X-Account": "carol"}
        return {"Cookie": self.cookie}

    def form(self, fields: Mapping[str, str]) -> dict[str, str]:
        return {"csrf": self.csrf, **fields}


async def sign_in(cast: Cast, name: str) -> Carol:
    """A browser session."""
    here = cast.here

    def begin(tx: Tx) -> tuple[str, str]:
        account = accounts.account_named(tx, name)
        env = here.server.runtime.env
        token = accounts.open_session(tx, env, account.id)
        session = accounts.session_of(tx, env, token)
        assert session is not None
        return token, session.csrf

    token, csrf = await here.write(begin)
    return Carol(cast, f"session_{here.host.rpartition(':')[2]}={token}", csrf)


def filled(cast: Cast, ask: Ask | str) -> Ask:
    """With the hosts of this run."""
    ask = Ask(ask) if isinstance(ask, str) else ask
    path = ask.path.replace("REMOTEBOB", cast.b.host).replace("REMOTE", cast.a.host)
    return Ask(path.replace("HOST", cast.here.host), ask.document, ask.form, ask.activity)


def traces(names: Names, ask: Ask, seen: Seen) -> list[str]:
    """What an answer gives away beyond what the request said."""
    asked = json.dumps([ask.path, ask.document, ask.form, ask.activity])
    asked += quote(asked)
    known = [getattr(names, item.name) for item in fields(Names)]
    known += [name.partition(".")[0] for name in (names.picture, names.copied_picture)]
    return [word for word in (*WORDS, *known) if word in seen.text and quote(word) not in asked]


def test_every_route_is_probed(here: Here) -> None:
    routes = {
        (route.method, route.resource.canonical)
        for route in here.web.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert routes - PROBES.keys() == set(), "say in PROBES how a draft might be asked for there"
    assert PROBES.keys() - routes == set(), "gone: take it out of PROBES"


@pytest.mark.parametrize("who", ["a stranger", "mallory with a signature", "carol, signed in"])
async def test_no_route_says_anything_of_a_draft(cast: Cast, who: str) -> None:
    names = await make_drafts(cast)
    never = nothing(cast)
    viewer = Stranger(cast)
    if who.startswith("mallory"):
        viewer = Mallory(cast)
    if who.startswith("carol"):
        viewer = await sign_in(cast, "carol")
    routes = cast.here.web.router.routes()
    heads = {(r.method, r.resource.canonical) for r in routes if r.resource is not None}
    before = await standing(cast, names)
    for (method, route), probe in PROBES.items():
        for given, other in zip(probe(names), probe(never), strict=True):
            ask, bogus = filled(cast, given), filled(cast, other)
            for accept in viewer.accepts if method == "GET" else ("*/*",):
                seen = await viewer.ask(method, ask, accept)
                where = f"{method} {route}: {ask}"
                assert seen.status < 500, where
                assert traces(names, ask, seen) == [], f"{where}\n{seen.text}"
                # What is there must look like what never was.
                assert seen.status == (await viewer.ask(method, bogus, accept)).status, where
            if ("HEAD", route) in heads:
                assert traces(names, ask, await viewer.ask("HEAD", ask, "*/*")) == []
        await cast.here.settle()
    assert await standing(cast, names) == before
    for origin in (cast.m, cast.c):
        said = json.dumps(origin.received)
        assert not [word for word in WORDS if word in said]


async def standing(cast: Cast, names: Names) -> list[Any]:
    """Everything about the two drafts that somebody could have changed."""

    def look(tx: Tx) -> list[Any]:
        post = posts.post(tx, int(names.post))
        assert post is not None
        offers = [
            *consents.offers_for_object(tx, names.note, "sent"),
            *consents.offers_for_object(tx, names.remote_note, "received"),
        ]
        live = consents.live_stamps(tx, names.remote_note)
        rows = posts.authors_of(tx, [post.id])[post.id]
        return [
            (post.state, post.document, post.mode),
            [(offer.uri, offer.state, offer.answered_at) for offer in offers],
            [stamp.uri for stamp in live],
            [(row.actor_uri, row.state) for row in rows],
            posts.counts(tx, [post.id]),
            [item.kind for item in consents.notifications(tx, post.author_id, None, 100)],
        ]

    return await cast.here.read(look)


async def test_whoever_is_invited_fetches_the_note_and_its_picture(cast: Cast) -> None:
    names = await make_drafts(cast)
    note = await cast.bob.get(names.note)
    assert note.status == 200
    assert "zebrafish" in note.json["content"]
    assert "published" not in note.json
    assert "coAuthorAuthorization" not in note.json
    assert note.headers["Cache-Control"] == "private, no-store"
    picture = await cast.bob.get(f"{cast.here.base}/media/{names.picture}")
    assert (picture.status, picture.body[:4]) == (200, b"\x89PNG")
    assert "no-store" in picture.headers["Cache-Control"]
    offer = await cast.bob.get(f"{cast.here.base}/users/alice/offers/{names.offer}")
    assert offer.status == 200
    assert (await cast.bob.get(f"{names.note}/activity")).status == 404


async def test_its_author_sees_her_draft(cast: Cast) -> None:
    names = await make_drafts(cast)
    view = await cast.here.api("GET", f"{API}/cotweets/{names.post}", account="alice")
    assert "zebrafish" in view["post"]["content"]
    alice = await sign_in(cast, "alice")
    page = await alice.ask("GET", Ask(f"/@alice/{names.post}"), "text/html")
    assert page.status == 200
    assert "zebrafish" in page.text
    assert (await alice.ask("GET", Ask(f"/media/{names.picture}"), "*/*")).status == 200


async def test_whoever_is_invited_here_sees_the_invitation(cast: Cast) -> None:
    names = await make_drafts(cast)
    bob = await sign_in(cast, "bob")
    page = await bob.ask("GET", Ask("/invites"), "text/html")
    assert page.status == 200
    assert "walrus" in page.text
    assert (await bob.ask("GET", Ask(f"/media/{names.copied_picture}"), "*/*")).status == 200
    assert (await bob.ask("GET", Ask(f"/media/{names.picture}"), "*/*")).status == 404


@pytest.mark.parametrize("over", ["declined", "expired", "withdrawn", "edited", "discarded"])
async def test_who_is_no_longer_invited_is_a_stranger_again(cast: Cast, over: str) -> None:
    names = await make_drafts(cast)
    [offer] = cast.b.received_of("Offer")
    path = f"{API}/cotweets/{names.post}"
    match over:
        case "declined":
            await cast.deliver(cast.bob, cast.bob.activity("Reject", offer["id"]))
        case "expired":
            await cast.here.pass_time(7 * DAY + MINUTE)
        case "withdrawn":
            await cast.here.api("POST", f"{path}/withdraw", {}, account="alice")
        case "edited":
            # Somebody else's invitation counts for them alone; the old one of bob for nobody.
            await cast.here.api(
                "POST", f"{path}/withdraw", {"co_author": cast.bob.handle}, account="alice"
            )
            await cast.here.settle()
        case _:
            await cast.here.api("DELETE", path, account="alice")
    for url in (names.note, f"{cast.here.base}/media/{names.picture}"):
        reply = await cast.bob.get(url)
        assert reply.status == 404, url
        assert not [word for word in WORDS if word.encode() in reply.body]


async def test_what_was_discarded_leaves_no_tombstone(cast: Cast) -> None:
    """A 410 would say that there was something."""
    names = await make_drafts(cast)
    await cast.here.api("DELETE", f"{API}/cotweets/{names.post}", account="alice")
    await cast.here.settle()
    for reply in (await cast.mallory.get(names.note), await cast.bob.get(names.note)):
        assert reply.status == 404


async def test_a_draft_reaches_only_whom_it_is_offered_to(cast: Cast) -> None:
    for person in (cast.mallory, cast.carol):
        await cast.deliver(person, person.activity("Follow", cast.here.actor("alice")))
        await cast.deliver(person, person.activity("Follow", cast.here.actor("bob")))
    names = await make_drafts(cast)
    assert names.post
    for origin in (cast.m, cast.c):
        assert {activity["type"] for activity in origin.received} == {"Accept"}
    known = await cast.here.read(lambda tx: actors.actor_by_uri(tx, cast.bob.id))
    assert known is not None
    [offer] = cast.b.received
    assert offer["type"] == "Offer"
