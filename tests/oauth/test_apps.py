"""Apps register, act for themselves, and give tokens back."""

from __future__ import annotations

import base64
from itertools import product
from typing import Any

import pytest
from aiohttp import FormData

from fedi_cotweet.domain.limits import DAY, MINUTE
from fedi_cotweet.oauth import endpoints
from fedi_cotweet.services.upkeep import forget_tokens
from tests.mastodon_api.validating import validate
from tests.oauth.conftest import CALLBACK, OOB, App, Place, code_of
from tests.web.conftest import Browser

APPS = "/api/v1/apps"
VERIFY = "/api/v1/apps/verify_credentials"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def own_token(app: App, **changes: str) -> dict[str, Any]:
    status, made = await app.token(grant_type="client_credentials", redirect_uri="", **changes)
    assert status == 200, made
    return made


async def test_an_app_registers_in_any_encoding(place: Place) -> None:
    wanted = {"client_name": "Notes", "redirect_uris": f"{CALLBACK}\n{OOB}", "scopes": "read push"}
    multipart = FormData(default_to_multipart=True)
    multipart.add_fields(*wanted.items())
    listed = wanted | {"redirect_uris": [CALLBACK, OOB], "extra": {"a": [1]}, "more": None}
    brackets = [
        ("client_name", "Notes"),
        ("redirect_uris[]", CALLBACK),
        ("redirect_uris[]", OOB),
        ("scopes", "read push"),
    ]
    sent: list[dict[str, Any]] = [
        {"json": wanted},
        {"json": listed},
        {"data": wanted},
        {"data": brackets},
        {"data": multipart},
        {"params": wanted},
    ]
    for options in sent:
        response = await place.http.post(APPS, **options)
        made = await response.json()
        assert response.status == 200, made
        assert made["redirect_uris"] == [CALLBACK, OOB]
        assert made["redirect_uri"] == f"{CALLBACK}\n{OOB}"
        assert (made["scopes"], made["website"]) == (["read", "push"], None)
        assert made["client_secret_expires_at"] == 0
        assert made["id"].isdigit()


NO_APPS: list[tuple[dict[str, str], str]] = [
    ({"client_name": ""}, "Application name can't be blank"),
    ({"client_name": "  "}, "Application name can't be blank"),
    ({"client_name": "a\0b"}, "Application name can't be blank"),
    ({"client_name": "x" * 61}, "Application name is too long (maximum is 60 characters)"),
    ({"redirect_uris": ""}, "Redirect URI must be an absolute URI."),
    ({"redirect_uris": "/done"}, "Redirect URI must be an absolute URI."),
    ({"redirect_uris": "notes"}, "Redirect URI must be an absolute URI."),
    ({"redirect_uris": "https://a.example/é"}, "Redirect URI must be an absolute URI."),
    ({"redirect_uris": "javascript:alert(1)"}, "Redirect URI is forbidden by the server."),
    ({"redirect_uris": "JavaScript://%0aalert(1)"}, "Redirect URI is forbidden by the server."),
    ({"redirect_uris": "data:text/html,x"}, "Redirect URI is forbidden by the server."),
    ({"redirect_uris": "https://a.example/#x"}, "Redirect URI cannot contain a fragment."),
    ({"redirect_uris": "https:///x"}, "Redirect URI must be a valid URI."),
    ({"redirect_uris": "https://a@b.example/"}, "Redirect URI must be a valid URI."),
    ({"redirect_uris": "https://a.example\\x"}, "Redirect URI must be a valid URI."),
    ({"redirect_uris": "https://a.example:x/"}, "Redirect URI must be a valid URI."),
    (
        {"redirect_uris": "n:" + "x" * 2_000},
        "Redirect URI is too long (maximum is 2000 characters)",
    ),
    ({"website": "javascript:alert(1)"}, "Application website must be a valid URL"),
    ({"website": "notes.example"}, "Application website must be a valid URL"),
    ({"scopes": "read admin:write"}, "Scopes doesn't match configured on the server."),
]


async def test_what_is_no_app_is_refused_in_mastodons_words(place: Place) -> None:
    for changes, problem in NO_APPS:
        wanted = {"client_name": "Notes", "redirect_uris": OOB} | changes
        response = await place.http.post(APPS, json=wanted)
        assert response.status == 422
        refused = await response.json()
        assert refused == {"error": f"Validation failed: {problem}"}
        assert validate("POST", APPS, 422, refused)


UNREADABLE: list[dict[str, Any]] = [
    {"data": b"[1]", "headers": {"Content-Type": "application/json"}},
    {"data": b"{", "headers": {"Content-Type": "application/json"}},
    {"data": b"\xff\xfe", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    {"data": b"a&" * 1_000, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
    {"data": b"x", "headers": {"Content-Type": "multipart/form-data"}},
    {"data": b"x", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
]


async def test_what_cannot_be_read_is_said(place: Place) -> None:
    for options, path in product(UNREADABLE, (APPS, "/oauth/token", "/oauth/revoke")):
        response = await place.http.post(path, **options)
        assert response.status in (400, 403, 422), path
        assert (await response.json())["error"]


async def test_a_body_is_not_read_without_end(place: Place) -> None:
    large = FormData(default_to_multipart=True)
    large.add_field("client_name", "x" * 70_000)
    for data in ({"client_name": "x" * 70_000}, large):
        response = await place.http.post(APPS, data=data)
        assert response.status == 413


async def test_one_address_registers_so_many_apps(place: Place) -> None:
    for _ in range(endpoints.REGISTRATIONS):
        await place.register()
    response = await place.http.post(APPS, json={"client_name": "X", "redirect_uris": OOB})
    assert response.status == 429
    assert await response.json() == {"error": "Too many requests"}
    assert response.headers["Retry-After"] == "600"
    place.world.clock.now += 10 * MINUTE
    await place.register()


async def test_an_app_nobody_lets_in_is_dropped(place: Place, alice: Browser) -> None:
    unused, own, used = [await place.register() for _ in range(3)]
    await own_token(own)
    await used.token(await code_of(alice, used.request()))
    site = place.world.site
    known = []
    for days in (6, 1, 22, 1):
        place.world.clock.now += days * DAY + 1
        await site.write(lambda tx: forget_tokens(tx, site.env))
        apps = (unused, own, used)
        answers = [await app.token(code="x") for app in apps]
        known.append([answer["error"] == "invalid_grant" for _, answer in answers])
    assert known == [[True] * 3, [False, True, True], [False, True, True], [False, False, True]]


async def test_an_app_gets_a_token_for_itself(place: Place) -> None:
    app = await place.register(scopes="read write")
    made = await own_token(app)
    assert made["scope"] == "read"
    response = await place.http.get(VERIFY, headers=bearer(made["access_token"]))
    shown = await response.json()
    assert response.status == 200
    assert validate("GET", VERIFY, 200, shown)
    assert (shown["name"], shown["scopes"]) == ("Notes", ["read", "write"])
    assert "client_secret" not in shown
    assert "client_id" not in shown
    for changes, error in (
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_secret": ""}, "invalid_client"),
        ({"scope": "push"}, "invalid_scope"),
        ({"scope": "nonsense"}, "invalid_scope"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
    ):
        _, refused = await app.token(**{"grant_type": "client_credentials"} | changes)
        assert refused["error"] == error, changes


async def test_an_app_names_itself_in_the_header_or_in_the_body(place: Place) -> None:
    app = await place.register()
    text = ":".join(app.credentials.values())
    basic = {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}
    fields = {"grant_type": "client_credentials"}
    sent: list[dict[str, Any]] = [
        {"headers": basic, "data": fields},
        {"headers": basic, "json": fields},
        {"json": app.credentials | fields},
        {"params": app.credentials | fields},
    ]
    for options in sent:
        response = await place.http.post("/oauth/token", **options)
        assert response.status == 200, options
    for wrong in ("Basic !", f"Basic {base64.b64encode(b'a:b').decode()}", "Basic"):
        response = await place.http.post(
            "/oauth/token", data=fields, headers={"Authorization": wrong}
        )
        assert response.status == 401
        assert "WWW-Authenticate" in response.headers


async def test_only_a_tokens_own_app_ends_it(place: Place, alice: Browser) -> None:
    app, other = await place.register(), await place.register()
    _, made = await app.token(await code_of(alice, app.request()))
    token = made["access_token"]

    async def revoke(who: App, **changes: str) -> tuple[int, Any]:
        fields = who.credentials | {"token": token} | changes
        response = await place.http.post("/oauth/revoke", data=fields)
        document = await response.json()
        validate("POST", "/oauth/revoke", response.status, document)
        return response.status, document

    unauthorized = (
        403,
        {
            "error": "unauthorized_client",
            "error_description": "You are not authorized to revoke this token",
        },
    )
    assert await revoke(other) == unauthorized
    assert await revoke(app, client_secret="") == unauthorized
    assert await revoke(app, client_secret="wrong") == unauthorized
    assert await revoke(app, token="") == unauthorized
    assert await revoke(app, token="nonsense") == (200, {})
    assert await place.scopes(token) is not None
    assert await revoke(app) == (200, {})
    assert await place.scopes(token) is None
    assert await revoke(app) == (200, {})
    response = await place.http.get(VERIFY, headers=bearer(token))
    assert (response.status, await response.json()) == (
        401,
        {"error": "The access token was revoked"},
    )


async def test_userinfo_needs_its_scope(place: Place, alice: Browser) -> None:
    app = await place.register()
    _, made = await app.token(await code_of(alice, app.request(scope="profile")))
    for method in ("GET", "POST"):
        response = await place.http.request(
            method, "/oauth/userinfo", headers=bearer(made["access_token"])
        )
        assert response.status == 200
        assert await response.json() == {
            "iss": "http://a.example",
            "sub": "http://a.example/users/alice",
            "name": "Alice",
            "preferred_username": "alice",
            "profile": "http://a.example/@alice",
        }
    _, made = await app.token(await code_of(alice, app.request(scope="read")))
    for token, status in ((made["access_token"], 403), ("nonsense", 401), ("", 401)):
        response = await place.http.get("/oauth/userinfo", headers=bearer(token))
        assert response.status == status
    own = await own_token(app, scope="profile")
    response = await place.http.get("/oauth/userinfo", headers=bearer(own["access_token"]))
    assert response.status == 422


async def test_websites_may_ask_from_a_browser(place: Place) -> None:
    for path in (APPS, VERIFY, "/oauth/token", "/oauth/revoke", "/oauth/userinfo"):
        response = await place.http.options(path, headers={"Origin": "https://phanpy.example"})
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in response.headers


async def test_a_fault_of_ours_says_nothing_about_itself(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the secret")

    monkeypatch.setattr("fedi_cotweet.services.applications.register", broken)
    response = await place.http.post(APPS, json={"client_name": "X", "redirect_uris": OOB})
    assert response.status == 500
    assert "secret" not in await response.text()
