"""The pages in English, French and Korean: who gets which, over real HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from aiohttp import FormData

from fedi_cotweet.languages.catalogues import NAMES
from storage.engine import Tx
from storage.queries import actors, consents
from tests.sites import BASE, World
from tests.web.conftest import HTML, Browser, csrf
from tests.web.markup import parse_page

Browsers = Callable[[str], Awaitable[Browser]]
SIGN_IN = {"en": "Sign in", "fr": "Se connecter", "ko": "로그인"}


def asking(languages: str) -> dict[str, str]:
    return HTML | {"Accept-Language": languages}


@pytest.mark.parametrize("code", NAMES)
async def test_a_visitor_gets_what_their_browser_asks_for(stranger: Browser, code: str) -> None:
    response = await stranger.get("/", headers=asking(f"{code},en;q=0.1"))
    page = parse_page(await response.text())
    html = page.one("html").attributes
    assert (html["lang"], html["dir"]) == (code, "ltr")
    assert SIGN_IN[code] in page.text
    assert response.headers["Content-Language"] == code
    assert {"Accept-Language", "Cookie"} <= set(response.headers["Vary"].split(", "))


async def test_one_template_serves_one_language_after_the_other(stranger: Browser) -> None:
    for code in ("ko", "en", "fr", "ko"):
        page = await (await stranger.get("/auth/sign_in", headers=asking(code))).text()
        assert [name for name, words in SIGN_IN.items() if words in page] == [code]


async def test_a_visitor_chooses_and_the_browser_keeps_it(
    browsers: Browsers, stranger: Browser
) -> None:
    visitor = await browsers("")
    page = await visitor.page("/tags/tea?before=9")
    links = {link.text: link for link in page.one("nav", aria_label="Language").all("a")}
    assert list(links) == list(NAMES.values())
    assert links["English"].attributes["aria-current"] == "true"
    assert links["Français"].attributes["href"] == "?before=9&lang=fr"
    chosen = await visitor.get("/tags/tea?before=9&lang=fr")
    assert (chosen.status, chosen.headers["Location"]) == (303, "/tags/tea?before=9")
    assert chosen.headers["Cache-Control"] == "no-store"
    again = await visitor.get("/tags/tea?before=9", headers=asking("ko"))
    assert again.headers["Content-Language"] == "fr"
    assert (await stranger.get("/", headers=asking("ko"))).headers["Content-Language"] == "ko"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/?lang=fr", "/"),
        ("/search?q=a%26b&lang=ko", "/search?q=a%26b"),
        ("/@alice?lang=fr&lang=ko", "/@alice"),
        ("/?lang=de", None),
    ],
)
async def test_a_choice_leads_back_to_the_same_page(
    stranger: Browser, path: str, location: str | None
) -> None:
    answer = await stranger.get(path)
    assert answer.headers.get("Location") == location
    assert (answer.status == 303) is (location is not None)


async def test_whoever_is_signed_in_has_their_choice_in_every_browser(browsers: Browsers) -> None:
    alice, again = await browsers("alice"), await browsers("alice")
    page = await alice.page("/home")
    [form] = page.all("form", action="/settings/language")
    fields = {"csrf": csrf(form), "language": "ko"}
    for came, back in (
        (f"{BASE}/bookmarks?before=9", "/bookmarks?before=9"),
        (f"{BASE}.evil.example/", "/"),
        (f"{BASE}//evil.example/", "/"),
        ("", "/"),
    ):
        headers = HTML | {"Origin": BASE, "Referer": came}
        answer = await alice.http.post(
            "/settings/language", data=fields, headers=headers, allow_redirects=False
        )
        assert (answer.status, answer.headers["Location"]) == (303, back)
    for browser in (alice, again):
        shown = await browser.get("/home", headers=asking("fr"))
        assert shown.headers["Content-Language"] == "ko"
    settings = await alice.page("/settings/appearance")
    assert "checked" in settings.one("input", type="radio", name="language", value="ko").attributes
    fields["language"] = ""
    await alice.send("/settings/language", fields)
    assert (await again.get("/home", headers=asking("fr"))).headers["Content-Language"] == "fr"


async def test_a_language_that_is_not_there_is_refused(browsers: Browsers) -> None:
    alice = await browsers("alice")
    fields = {"csrf": csrf(await alice.page("/home")), "language": "tlh", "back": "//evil.example"}
    assert (await alice.send("/settings/language", fields)).status == 422
    fields["language"] = "fr"
    assert (await alice.send("/settings/language", fields)).headers["Location"] == "/"
    fields["csrf"] = "another"
    assert (await alice.send("/settings/language", fields)).status == 403


async def test_what_went_wrong_is_told_in_the_readers_language(
    browsers: Browsers, stranger: Browser
) -> None:
    for path in ("/@nobody", "/no/such/page"):
        answer = await stranger.get(path, headers=asking("fr"))
        assert answer.status == 404
        assert "Il n’y a rien ici" in await answer.text()
        assert answer.headers["Content-Language"] == "fr"
        assert "Accept-Language" in answer.headers["Vary"]
    alice = await browsers("alice")
    token = csrf(await alice.page("/home"))
    headers = asking("ko") | {"Origin": BASE}
    fields = {"csrf": token, "accent": "mud", "scheme": ""}
    answer = await alice.http.post("/settings/appearance", data=fields, headers=headers)
    assert answer.status == 422
    assert "그런 색이나 밝기가 없습니다" in await answer.text()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en", "The user name or the password is wrong."),
        ("fr", "Le nom d’utilisateur ou le mot de passe est faux."),
        ("ko", "사용자 이름이나 비밀번호가 틀렸습니다."),
    ],
)
async def test_whoever_cannot_sign_in_is_told_why_in_their_language(
    browsers: Browsers, code: str, words: str
) -> None:
    visitor = await browsers("")
    form = await visitor.page("/auth/sign_in")
    fields = {"csrf": csrf(form), "username": "alice", "password": "not this"}
    headers = asking(code) | {"Origin": BASE}
    answer = await visitor.http.post("/auth/sign_in", data=fields, headers=headers)
    assert answer.status == 403
    assert words in await answer.text()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en", "“tea time” is no hashtag."),
        ("fr", "«\u00a0tea time\u00a0» n’est pas un hashtag."),
        ("ko", "“tea time”은(는) 해시태그가 아닙니다."),
    ],
)
async def test_a_refusal_names_what_was_typed_in_the_readers_language(
    browsers: Browsers, code: str, words: str
) -> None:
    alice = await browsers("alice")
    fields = {"csrf": csrf(await alice.page("/settings/tags")), "tag": "tea time"}
    headers = asking(code) | {"Origin": BASE}
    answer = await alice.http.post("/settings/tags/follow", data=fields, headers=headers)
    assert answer.status == 422
    assert words in await answer.text()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("en", "Keep it under 5,000 characters."),
        ("fr", "Au plus 5\u202f000 caractères."),
        ("ko", "최대 5,000자까지 쓸 수 있습니다."),
    ],
)
async def test_a_refusal_counts_as_the_language_does(
    browsers: Browsers, code: str, words: str
) -> None:
    alice = await browsers("alice")
    form = FormData(default_to_multipart=True)
    form.add_field("csrf", csrf(await alice.page("/write")))
    form.add_field("text", "a" * 5_001)
    headers = asking(code) | {"Origin": BASE}
    answer = await alice.http.post("/write", data=form, headers=headers)
    assert answer.status == 422
    assert words in await answer.text()


async def test_what_one_is_told_of_stands_there_in_the_readers_language(
    world: World, browsers: Browsers
) -> None:
    """Also when their language was another at the time; what was told before is in English."""
    alice, bob = await browsers("alice"), await browsers("bob")
    token = csrf(await bob.page("/@alice"))
    assert (await bob.send("/@alice/follow", {"csrf": token})).status == 303
    me = await _alice(world)

    def told_before(tx: Tx) -> None:
        consents.notify(
            tx,
            id=1,
            account_id=me,
            kind="mention",
            subject="before",
            text="@carol@c.example mentioned you.",
            created_at=world.clock.now,
        )

    await world.site.write(told_before)
    for code, words in (
        ("en", "Bob follows you."),
        ("fr", "Bob vous suit."),
        ("ko", "Bob 님이 당신을 팔로우합니다."),
    ):
        page = parse_page(await (await alice.get("/notifications", headers=asking(code))).text())
        assert words in page.text
        assert "@carol@c.example mentioned you." in page.text


async def test_the_server_has_a_language_of_its_own(world: World, stranger: Browser) -> None:
    """For whoever asks for none of ours, and for what is the same for everybody."""
    post_id = await world.post((await _alice(world)), "Hello")
    address = f"{BASE}/@alice/{post_id}"
    first = await stranger.get("/api/oembed", params={"url": address}, headers=asking("ko"))
    second = await stranger.get("/api/oembed", params={"url": address}, headers=asking("fr"))
    assert await first.read() == await second.read()
    assert "Accept-Language" not in first.headers.get("Vary", "")
    assert (await stranger.get("/", headers=asking("de"))).headers["Content-Language"] == "en"


async def _alice(world: World) -> int:
    account = await world.site.read(lambda tx: actors.account_by_name(tx, "alice"))
    assert account is not None
    return account.id
