"""Everybody whom a draft does not concern, and how each of them asks."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from activitypub.signatures.cavage import sign_cavage
from activitypub.vocab.terms import ACTIVITY_JSON
from fedi_cotweet.services import accounts, tokens
from storage.engine import Tx
from tests.federation.cast import Cast
from tests.federation.drafts import API
from tests.federation.here import Here
from tests.federation.origins import Person
from tests.federation.probe import Ask


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back."""

    status: int
    text: str


Make = Callable[[Cast], Awaitable["Stranger"]]


class Stranger:
    """Asks without saying who they are."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast

    def __str__(self) -> str:
        return "somebody without a name"

    @property
    def here(self) -> Here:
        return self.cast.here

    def may_try(self, ask: Ask | str) -> bool:
        """Whether it is worth the time: whoever has no key sends activities once, unsigned."""
        return True

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
            # A stream has no end: what it begins with is read.
            streamed = answer.content_type == "text/event-stream"
            octets = await (answer.content.readany() if streamed else answer.read())
            body = octets.decode(errors="replace")
            return Seen(answer.status, "\n".join([*shown, "", body]))

    async def send(self, ask: Ask) -> Seen:
        """An activity, unsigned."""
        body = json.dumps(self.activity(ask)).encode()
        headers = {"Content-Type": ACTIVITY_JSON}
        async with self.here.session.post(
            self.here.base + ask.path, data=body, headers=headers
        ) as answer:
            return Seen(answer.status, await answer.text())

    @property
    def person(self) -> Person:
        """In whose name activities are sent."""
        return self.cast.mallory

    def activity(self, ask: Ask) -> dict[str, Any]:
        """By ``person``."""
        given = dict(ask.activity or {})
        thing = given.pop("object")
        if isinstance(thing, dict):
            author = self.person
            thing = thing | {"id": author.mint("notes"), "attributedTo": author.id}
        return self.person.activity(given.pop("type"), thing)


class Elsewhere(Stranger):
    """Signs what they ask, as somebody of another server."""

    def __init__(self, cast: Cast, person: Person) -> None:
        super().__init__(cast)
        self._person = person

    def __str__(self) -> str:
        return f"the server of {self._person.handle}"

    @property
    def person(self) -> Person:
        return self._person

    async def headers(self, method: str, path: str) -> dict[str, str]:
        body = None if method == "GET" else b""
        url, at = self.here.base + path, self.here.clock()
        return sign_cavage(method, url, body, self.person.rsa, at)

    async def send(self, ask: Ask) -> Seen:
        reply = await self.person.send(self.here.base + ask.path, self.activity(ask))
        return Seen(reply.status, reply.body.decode())


class SignedIn(Stranger):
    """Has an account here, a session, and uses the API in their own name."""

    def __init__(self, cast: Cast, name: str, cookie: str, csrf: str, app_token: str) -> None:
        super().__init__(cast)
        self.name, self.cookie, self.csrf, self.app_token = name, cookie, csrf, app_token

    def __str__(self) -> str:
        return f"{self.name}, signed in"

    def may_try(self, ask: Ask | str) -> bool:
        return isinstance(ask, str) or ask.activity is None

    async def headers(self, method: str, path: str) -> dict[str, str]:
        if path.startswith((f"{API}/control", f"{API}/cotweets")):
            token = self.here.server.operator_token
            return {"Authorization": f"Bearer {token}", "X-Account": self.name}
        if path.startswith("/api/"):
            return {"Authorization": f"Bearer {self.app_token}"}
        return {"Cookie": self.cookie}

    def form(self, fields: Mapping[str, str]) -> dict[str, str]:
        return {"csrf": self.csrf, **fields}


async def sign_in(cast: Cast, name: str) -> SignedIn:
    """A browser session."""
    here = cast.here

    def begin(tx: Tx) -> tuple[str, str, str]:
        account = accounts.account_named(tx, name)
        env = here.server.runtime.env
        token = accounts.open_session(tx, env, account.id)
        session = accounts.session_of(tx, env, token)
        assert session is not None
        scopes = "read write follow push"
        app_token, _ = tokens.mint(tx, env, name, scopes, app="Probe")
        return token, session.csrf, app_token

    token, csrf, app_token = await here.write(begin)
    return SignedIn(cast, name, f"session_{here.host.rpartition(':')[2]}={token}", csrf, app_token)


def filled(cast: Cast, ask: Ask | str) -> Ask:
    """With the hosts of this run."""
    ask = Ask(ask) if isinstance(ask, str) else ask
    path = ask.path.replace("REMOTEBOB", cast.b.host).replace("REMOTE", cast.a.host)
    for placeholder, number in cast.numbers.items():
        path = path.replace(placeholder, number)
    return Ask(path.replace("HOST", cast.here.host), ask.document, ask.form, ask.activity)


def traces(secrets: Sequence[str], ask: Ask, seen: Seen) -> list[str]:
    """What an answer gives away beyond what the request said."""
    asked = json.dumps([ask.path, ask.document, ask.form, ask.activity])
    asked += quote(asked)
    return [word for word in secrets if word in seen.text and quote(word) not in asked]


async def _logged_out(cast: Cast) -> Stranger:
    return Stranger(cast)


def _signed_in(name: str) -> Make:
    return lambda cast: sign_in(cast, name)


def _elsewhere(person: Callable[[Cast], Person]) -> Make:
    async def make(cast: Cast) -> Stranger:
        return Elsewhere(cast, person(cast))

    return make


VIEWERS: Mapping[str, Sequence[Make]] = {
    "people": (
        _logged_out,
        _signed_in("carol"),
        _signed_in("dave"),  # follows the authors
        _signed_in("mallory"),  # is blocked by one
    ),
    "servers": (
        _elsewhere(lambda cast: cast.mallory),
        _elsewhere(lambda cast: cast.carol),  # follows the authors
        _elsewhere(lambda cast: cast.neighbour),  # is invited to something else by the same author
    ),
}
