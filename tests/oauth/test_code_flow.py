"""A person lets an app in, and what somebody in between could try."""

from __future__ import annotations

from typing import Any

from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.services import accounts, security, shutting_out
from storage.engine import Tx
from storage.queries import sessions
from tests.oauth.conftest import (
    CALLBACK,
    CHALLENGE,
    OOB,
    VERIFIER,
    Place,
    answer_of,
    code_of,
    decide,
    fields_of,
    serve,
    shown_code,
)
from tests.sites import BASE, PASSWORD, World
from tests.web.conftest import HTML, Browser, csrf

INVALID_GRANT = (
    "The provided authorization grant is invalid, expired, revoked, does not match the redirection "
    "URI used in the authorization request, or was issued to another client."
)
PKCE = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}


async def test_a_person_lets_an_app_in(place: Place, alice: Browser) -> None:
    app = await place.register()
    path = app.request(scope="read write:media", state="s t&a?", **PKCE)
    answer = answer_of(await decide(alice, path))
    assert answer["state"] == "s t&a?"
    status, made = await app.token(answer["code"], code_verifier=VERIFIER)
    assert status == 200
    assert made.keys() == {"access_token", "token_type", "scope", "created_at"}
    assert (made["token_type"], made["scope"]) == ("Bearer", "read write:media")
    assert made["created_at"] == place.world.clock.now // 1_000
    assert await place.scopes(made["access_token"]) == {"read", "write:media"}


async def test_who_is_not_signed_in_signs_in_first_and_comes_back(place: Place) -> None:
    app, browser = await place.register(), await place.browser()
    response = await browser.get(app.request(state="x"))
    assert response.status == 303
    form = await browser.page(response.headers["Location"])
    assert "Notes" in form.one("main").text
    fields = {"csrf": csrf(form), "username": "alice", "password": PASSWORD}
    fields["next"] = form.one("input", name="next").attributes["value"]
    back = await browser.send("/auth/sign_in", fields)
    assert "code" in answer_of(await decide(browser, back.headers["Location"]))


async def test_apps_on_the_web_open_the_pages_in_a_popup_and_see_it_end(
    place: Place, alice: Browser
) -> None:
    app, stranger = await place.register(), await place.browser()
    header = "Cross-Origin-Opener-Policy"
    sign_in = (await stranger.get(app.request())).headers["Location"]
    assert (await stranger.get(sign_in)).headers[header] == "unsafe-none"
    assert (await alice.get(app.request())).headers[header] == "unsafe-none"
    assert (await stranger.get("/auth/sign_in")).headers[header] == "same-origin"
    assert (await alice.get("/home")).headers[header] == "same-origin"


async def test_an_address_with_a_slash_leads_to_the_page(place: Place, alice: Browser) -> None:
    app = await place.register()
    path = app.request(scope="read write", state="a b&c")
    response = await alice.get(path.replace("authorize?", "authorize/?"))
    assert response.status == 303
    answer = answer_of(await decide(alice, response.headers["Location"]))
    assert answer["state"] == "a b&c"


async def test_an_app_may_ask_for_a_new_sign_in(place: Place, alice: Browser) -> None:
    app = await place.register()
    response = await alice.get(app.request(force_login="true", state="x"))
    form = await alice.page(response.headers["Location"])
    fields = {"csrf": csrf(form), "username": "bob", "password": PASSWORD}
    fields["next"] = form.one("input", name="next").attributes["value"]
    assert "force_login" not in fields["next"]
    back = await alice.send("/auth/sign_in", fields)
    page = await alice.page(back.headers["Location"])
    assert "Bob" in page.one("main").text


async def test_an_app_without_address_gets_a_code_that_is_typed(
    place: Place, alice: Browser
) -> None:
    app = await place.register(redirect_uris=OOB)
    response = await decide(alice, app.request())
    assert (response.status, response.headers["Cache-Control"]) == (200, "private, no-store")
    status, made = await app.token(await shown_code(response))
    assert (status, made["scope"]) == (200, "read")
    denied = await decide(alice, app.request(), "no")
    assert denied.status == 200
    assert "cannot use your account" in await denied.text()


async def test_a_person_may_say_no(place: Place, alice: Browser) -> None:
    app = await place.register()
    answer = answer_of(await decide(alice, app.request(state="x"), "no"))
    assert answer == {
        "error": "access_denied",
        "error_description": "The resource owner or authorization server denied the request.",
        "state": "x",
    }


async def test_the_page_says_who_asks_for_what(place: Place, alice: Browser) -> None:
    app = await place.register()
    response = await alice.get(app.request(scope="read write:media read:statuses"))
    page = await alice.page(app.request(scope="read write:media read:statuses"))
    said = page.one("main").text
    for words in ("Notes", "notes.example", "@alice", "See everything", "Upload files"):
        assert words in said
    assert "posts for you, direct messages among them" not in said, "read says it"
    buttons = [
        b for b in page.all("button", type="submit") if "negative" not in b.attributes["class"]
    ]
    assert [b.attributes["value"] for b in buttons] == ["yes"]
    headers = response.headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert "form-action 'self' https:;" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in headers


LEADS = [
    ("notes://", "notes:", "notes://?code="),
    ("com.example.notes:/in?a=b", "com.example.notes:", "com.example.notes:/in?a=b&code="),
    ("http://localhost:4040/in", "http: https:", "http://localhost:4040/in?code="),
    ("http://[::1]:4040/in", "http: https:", "http://[::1]:4040/in?code="),
    ("https://a.example/in?a=b", "https:", "https://a.example/in?a=b&code="),
]


async def test_the_answer_goes_to_apps_of_all_kinds(place: Place, alice: Browser) -> None:
    for uri, source, location in LEADS:
        app = await place.register(redirect_uris=[uri])
        page = await alice.get(app.request())
        policy = page.headers["Content-Security-Policy"]
        assert f"form-action 'self' {source};" in policy
        response = await decide(alice, app.request())
        assert response.headers["Location"].startswith(location)


OUT_OF_ORDER = [
    {"redirect_uri": "https://evil.example/"},
    {"redirect_uri": f"{CALLBACK}/"},
    {"redirect_uri": f"{CALLBACK}?x=1"},
    {"redirect_uri": CALLBACK.upper()},
    {"redirect_uri": ""},
    {"redirect_uri": OOB},
    {"client_id": "nobody"},
    {"client_id": "a\0b"},
    {"client_id": ""},
    {"response_type": "token"},
    {"response_type": ""},
    {"scope": "read admin:write"},
    {"scope": "read push"},
    {"state": "x" * 3_000},
    {"code_challenge": CHALLENGE},
    {"code_challenge": CHALLENGE, "code_challenge_method": "plain"},
    {"code_challenge": "short", "code_challenge_method": "S256"},
    {"code_challenge_method": "plain"},
]


async def test_what_is_not_in_order_leads_nowhere(place: Place, alice: Browser) -> None:
    app = await place.register(scopes="read write")
    for changes in OUT_OF_ORDER:
        response = await alice.get(app.request(**changes))
        assert response.status in (400, 401)
        assert "Location" not in response.headers
        assert "This app cannot be let in" in await response.text()
        good = fields_of(await alice.page(app.request()))
        sent = await alice.send("/oauth/authorize", good | changes | {"decision": "yes"})
        assert sent.status in (400, 401)
        assert "Location" not in sent.headers


async def test_no_other_page_can_say_yes(place: Place, alice: Browser) -> None:
    app, bob = await place.register(), await place.browser("bob")
    good = fields_of(await alice.page(app.request())) | {"decision": "yes"}
    for fields, origin in (
        (good | {"csrf": ""}, BASE),
        (good | {"csrf": fields_of(await bob.page(app.request()))["csrf"]}, BASE),
        (good, "https://evil.example"),
        (good, "null"),
    ):
        response = await alice.send("/oauth/authorize", fields, origin=origin)
        assert response.status == 403
        assert "Location" not in response.headers


async def test_signing_in_gives_a_new_session(place: Place) -> None:
    browser = await place.browser()

    async def session() -> str:
        form = await browser.page("/auth/sign_in?again=1")
        fields = {"csrf": csrf(form), "username": "alice", "password": PASSWORD}
        done = await browser.send("/auth/sign_in", fields)
        return done.cookies["session_80"].value

    async def holds(token: str) -> bool:
        headers = HTML | {"Cookie": f"session_80={token}"}
        response = await place.http.get("/home", headers=headers, allow_redirects=False)
        return response.status == 200

    browser.http.session.cookie_jar.update_cookies({"session_80": "chosen-by-somebody-else"})
    first = await session()
    assert await holds(first)
    assert not await holds("chosen-by-somebody-else")
    browser.http.session.cookie_jar.clear(lambda cookie: cookie["domain"] == "")
    second = await session()
    assert (await holds(first), await holds(second)) == (False, True)


async def test_a_code_is_good_once_and_its_second_use_ends_the_first(
    place: Place, alice: Browser
) -> None:
    app = await place.register()
    code = await code_of(alice, app.request())
    _, made = await app.token(code)
    _, other = await app.token(await code_of(alice, app.request()))
    assert await app.token(code) == (
        400,
        {"error": "invalid_grant", "error_description": INVALID_GRANT},
    )
    assert await place.scopes(made["access_token"]) is None
    assert await place.scopes(other["access_token"]) is not None


async def test_a_code_is_good_for_ten_minutes(place: Place, alice: Browser) -> None:
    app = await place.register()
    code = await code_of(alice, app.request())
    place.world.clock.now += 10 * MINUTE
    status, refused = await app.token(code)
    assert (status, refused["error"]) == (400, "invalid_grant")


async def test_a_code_is_good_for_its_app_and_its_address_only(
    place: Place, alice: Browser
) -> None:
    app = await place.register(redirect_uris=[CALLBACK, "https://notes.example/other"])
    thief = await place.register(client_name="Thief", redirect_uris=CALLBACK)
    code = await code_of(alice, app.request(**PKCE))
    attempts: list[tuple[Any, dict[str, str], str]] = [
        (thief, {"code_verifier": VERIFIER}, "invalid_grant"),
        (
            app,
            {"redirect_uri": "https://notes.example/other", "code_verifier": VERIFIER},
            "invalid_grant",
        ),
        (app, {"redirect_uri": "", "code_verifier": VERIFIER}, "invalid_request"),
        (app, {"code_verifier": VERIFIER[::-1]}, "invalid_grant"),
        (app, {"code_verifier": CHALLENGE}, "invalid_grant"),
        (app, {"code_verifier": "é" * 50}, "invalid_grant"),
        (app, {}, "invalid_request"),
        (app, {"client_secret": "wrong", "code_verifier": VERIFIER}, "invalid_client"),
        (app, {"client_id": "nobody", "code_verifier": VERIFIER}, "invalid_client"),
        (app, {"code": "wrong", "code_verifier": VERIFIER}, "invalid_grant"),
    ]
    for who, changes, error in attempts:
        status, refused = await who.token(**{"code": code} | changes)
        assert (refused["error"], status) == (error, 401 if error == "invalid_client" else 400)
    status, _ = await app.token(code, code_verifier=VERIFIER)
    assert status == 200, "nobody else's attempt spends it"


async def test_a_challenge_cannot_be_taken_away_on_the_way(place: Place, alice: Browser) -> None:
    app = await place.register()
    code = await code_of(alice, app.request())
    status, refused = await app.token(code, code_verifier=VERIFIER)
    assert (status, refused["error"]) == (400, "invalid_grant")


async def test_an_app_without_secret_proves_itself_with_pkce(place: Place, alice: Browser) -> None:
    app = await place.register()
    code = await code_of(alice, app.request())
    status, refused = await app.token(code, client_secret="")
    assert (status, refused["error"]) == (401, "invalid_client")
    code = await code_of(alice, app.request(**PKCE))
    status, _ = await app.token(code, client_secret="", code_verifier=VERIFIER)
    assert status == 200
    public = await place.register(token_endpoint_auth_method="none")
    assert "client_secret" not in public.document
    assert (await alice.get(public.request())).status == 400, "it must bring a challenge"
    assert (await alice.get(public.request(**PKCE))).status == 200


async def test_a_code_dies_with_the_account(place: Place, alice: Browser) -> None:
    app, env = await place.register(), place.world.site.env
    code = await code_of(alice, app.request())

    def suspend(tx: Tx) -> None:
        shutting_out.suspend(tx, env, accounts.person_here(tx, "alice"))

    await place.world.site.write(suspend)
    status, refused = await app.token(code)
    assert (status, refused["error"]) == (400, "invalid_grant")


async def test_a_new_password_ends_codes_and_tokens(place: Place, alice: Browser) -> None:
    app, env = await place.register(), place.world.site.env
    _, made = await app.token(await code_of(alice, app.request()))
    code = await code_of(alice, app.request())

    def change(tx: Tx) -> None:
        account = accounts.account_named(tx, "alice")
        security.set_password(tx, env, account.id, account.password_hash or "")

    await place.world.site.write(change)
    assert await place.scopes(made["access_token"]) is None
    status, refused = await app.token(code)
    assert (status, refused["error"]) == (400, "invalid_grant")
    assert (await alice.get("/home")).status == 303


async def test_an_account_with_codes_gives_apps_nothing_for_a_password(
    world: World, aiohttp_client: Any
) -> None:
    place = await serve(world, aiohttp_client, password_grant=True)
    app = await place.register()

    def turn_on(tx: Tx) -> None:
        account = accounts.account_named(tx, "alice")
        sessions.set_totp(tx, account.id, "SECRET")
        sessions.confirm_totp(tx, account.id, place.world.clock.now)

    await world.site.write(turn_on)
    asked = {"grant_type": "password", "username": "alice", "password": PASSWORD}
    status, refused = await app.token(**asked)
    assert (status, refused["error"]) == (400, "invalid_grant")


async def test_a_missing_scope_is_read(place: Place, alice: Browser) -> None:
    app = await place.register(scopes="read write")
    _, made = await app.token(await code_of(alice, app.request(scope="")))
    assert made["scope"] == "read"
    app = await place.register(scopes="profile")
    _, made = await app.token(await code_of(alice, app.request(scope="")))
    assert made["scope"] == "profile"


async def test_passwords_are_taken_only_where_the_operator_says_so(
    place: Place, aiohttp_client: Any
) -> None:
    asked = {"grant_type": "password", "username": "alice", "password": PASSWORD, "scope": "write"}
    app = await place.register()
    assert (await app.token(**asked))[1]["error"] == "unsupported_grant_type"
    place = await serve(place.world, aiohttp_client, password_grant=True)
    app = await place.register()
    status, made = await app.token(**asked)
    assert (status, made["scope"]) == (200, "write")
    assert (await app.token(**asked | {"client_secret": ""}))[1]["error"] == "invalid_client"
    for _ in range(5):
        status, refused = await app.token(**asked | {"password": "wrong"})
        assert (status, refused["error"]) == (400, "invalid_grant")
    response = await place.http.post("/oauth/token", data=app.credentials | asked)
    assert response.status == 429
    assert int(response.headers["Retry-After"]) > 60
