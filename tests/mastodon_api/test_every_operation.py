"""What holds for every operation: who may, with which token, about what, said how.

That each succeeds in some test, and as Mastodon describes it, is counted by ``tests.covering``.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import pytest

from fedi_cotweet.mastodon_api.operations import OPERATIONS, Operation
from fedi_cotweet.services import tokens
from tests.mastodon_api.conftest import App, Cast
from tests.mastodon_api.test_media import picture, upload
from tests.mastodon_api.validating import DEVIATIONS

NOBODYS: Final = "117648182476829999"
NONSENSE: Final = "-x'%00"
CHANGING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
FILLED: Final = re.compile(r"\{\w+\}")

NO_OBJECT: Final[Mapping[str, str]] = {
    "/api/v1/tags/{id}": "every hashtag exists, used or not",
    "/api/v1/tags/{id}/follow": "the same",
    "/api/v1/tags/{id}/unfollow": "the same",
    "/api/v1/tags/{id}/unfeature": "the same",
    "/api/v1/timelines/tag/{id}": "the same",
    "/api/v2/notifications/{group_key}": "a group is named by its key",
    "/api/v2/notifications/{group_key}/accounts": "a group is named by its key",
    "/api/v2/notifications/{group_key}/dismiss": "what is not there is dismissed",
}
"""Paths whose parameter is no number of a thing that could be missing."""


def _path(operation: Operation, number: str) -> str:
    return FILLED.sub(number, operation.path)


def _named(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


async def _with(cast: Cast, scopes: str) -> App:
    return await cast.apps.of(cast.alice, scopes)


async def test_what_is_for_people_is_refused_without_a_token(cast: Cast) -> None:
    for operation in OPERATIONS:
        if operation.access != "everybody":
            path = _path(operation, NOBODYS)
            assert await cast.stranger.refused(operation.method, path) == 401, _named(operation)


async def test_a_token_that_does_not_allow_it_is_refused(cast: Cast) -> None:
    apps = {scope: await _with(cast, scope) for scope in ("push", "read:lists", "write:lists")}
    asked = 0
    for operation in OPERATIONS:
        if operation.scope is None:
            continue
        wanted = operation.scope.split("|")
        for scope, app in apps.items():
            if not any(tokens.allows(frozenset({scope}), one) for one in wanted):
                path = _path(operation, NOBODYS)
                status = await app.refused(operation.method, path)
                assert status == 403, f"{_named(operation)} with {scope}"
                asked += 1
    assert asked > len(OPERATIONS)


@pytest.mark.parametrize("number", [NOBODYS, NONSENSE])
async def test_what_is_not_there_is_not_found(cast: Cast, number: str) -> None:
    for operation in OPERATIONS:
        if "{" in operation.path and operation.path not in NO_OBJECT:
            path = _path(operation, number)
            status = await cast.alices.refused(operation.method, path)
            # Some say first what is missing in the request itself.
            assert status in ((404, 422) if operation.method in CHANGING else (404,)), (
                f"{_named(operation)}: {status}"
            )


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"status": "Hm'),
        ("application/json", b"[" * 100_000),
        ("application/json", b"\xff\xfe\x00"),
        ("application/x-www-form-urlencoded", b"a" + b"[b]" * 50 + b"=1"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: nonsense"),
    ],
    ids=["half", "deep", "bytes", "nested", "parts"],
)
async def test_what_cannot_be_read_is_refused_and_nothing_else_happens(
    cast: Cast, kind: str, body: bytes
) -> None:
    taken = []
    for operation in OPERATIONS:
        if operation.method not in CHANGING:
            continue
        path = _path(operation, NOBODYS)
        response = await cast.alices.raw(
            operation.method, path, data=body, headers={"Content-Type": kind}
        )
        text = await response.text()
        assert response.status < 500, f"{_named(operation)}: {text}"
        if response.status < 400:
            taken.append(_named(operation))
        else:
            assert (await response.json())["error"]
    assert set(taken) <= READ_NOTHING, "these took it"


READ_NOTHING: Final = frozenset(
    {
        "DELETE /api/v1/profile/avatar",
        "DELETE /api/v1/profile/header",
        "DELETE /api/v1/push/subscription",
        "PATCH /api/v2/notifications/policy",
        "POST /api/v1/notifications/clear",
        "POST /api/v1/notifications/requests/accept",
        "POST /api/v1/notifications/requests/dismiss",
        "POST /api/v1/tags/{id}/follow",
        "POST /api/v1/tags/{id}/unfollow",
        "POST /api/v1/tags/{id}/unfeature",
    }
)
"""Operations whose parameters, if they have any, change nothing: no body is read."""


async def _list(app: App) -> str:
    return str((await app.ask("POST", "/api/v1/lists", {"title": "Mine"}))["id"])


async def _media(app: App) -> str:
    return str((await upload(app, picture()))[1]["id"])


async def _direct(app: App) -> str:
    body = {"status": "Only for @carol.", "visibility": "direct"}
    return str((await app.ask("POST", "/api/v1/statuses", body))["id"])


async def _public(app: App) -> str:
    return str((await app.ask("POST", "/api/v1/statuses", {"status": "Mine."}))["id"])


OWNED: Final[Mapping[str, Callable[[App], Awaitable[str]]]] = {
    r".*/lists/\{id\}.*": _list,
    r"/api/v1/media/\{id\}": _media,
    r"/api/v1/(statuses|polls)/\{id\}.*": _direct,
}
"""Things of one person, by the paths that name them."""


async def test_what_is_somebody_elses_is_not_found(cast: Cast) -> None:
    await cast.world.account("carol")
    made = {pattern: await make(cast.alices) for pattern, make in OWNED.items()}
    asked = set()
    for operation in OPERATIONS:
        for pattern, number in made.items():
            if re.fullmatch(pattern, operation.path):
                path = _path(operation, number)
                status = await cast.bobs.refused(operation.method, path)
                allowed = (404, 422) if operation.method in CHANGING else (404,)
                assert status in allowed, f"{_named(operation)}: {status}"
                asked.add(pattern)
    assert asked == set(OWNED)
    # They are there still.
    assert await cast.alices.ask("GET", f"/api/v1/lists/{made[next(iter(OWNED))]}")


OF_AUTHORS: Final = {
    ("PUT", ""): {"status": "Not mine."},
    ("DELETE", ""): None,
    ("GET", "/source"): None,
    ("PUT", "/interaction_policy"): {"quote_approval_policy": "public"},
    ("POST", "/pin"): None,
}


async def test_only_authors_change_what_everybody_reads(cast: Cast) -> None:
    number = await _public(cast.alices)
    for (method, after), body in OF_AUTHORS.items():
        path = f"/api/v1/statuses/{number}{after}"
        assert await cast.bobs.refused(method, path, body) in (403, 404, 422), (method, after)
    assert "Mine." in (await cast.stranger.ask("GET", f"/api/v1/statuses/{number}"))["content"]


def test_deviations_are_few_and_have_reasons() -> None:
    assert len(DEVIATIONS) <= 5
    assert all(len(why) > 20 for why in DEVIATIONS.values())
