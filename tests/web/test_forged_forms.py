"""Cross-site request forgery: of every route that takes a form, and of every form that is shown."""

from __future__ import annotations

import re

from aiohttp import ClientResponse, FormData
from sqlalchemy import func, select

from fedi_cotweet.services import staff
from fedi_cotweet.web.routes import PAGES
from storage.engine import Tx
from storage.models import Base
from tests.sites import BASE, World
from tests.web.conftest import HTML, Browser, csrf
from tests.web.test_routes import Browsers, _id

POSTS = sorted({path for method, path, _ in PAGES if method == "POST"})
WITHOUT_SESSION = {"/interact"} | {path for path in POSTS if path.startswith("/auth/")}
"""Whose token is in a cookie of its own."""
FILLED = {
    "handle": "bob",
    "text": "Forged",
    "password": "tea with lemon",
    "username": "alice",
    "code": "123456",
    "step": "send",
}


def _sizes(tx: Tx) -> dict[str, int]:
    return {
        table.name: int(tx.execute(select(func.count()).select_from(table)).scalar_one())
        for table in Base.metadata.sorted_tables
    }


async def appoint(world: World, username: str) -> None:
    """Let somebody look after the server: there are pages for nobody else."""
    env = world.site.env
    await world.site.write(lambda tx: staff.appoint(tx, env, username, "administrator"))


def _filled(path: str, number: str) -> str:
    """A path with something in its places; where it must be one of several, the first."""
    names = {"id": number, "name": "alice", "tag": "tea", "what": "follow"}

    def fill(place: re.Match[str]) -> str:
        name, _, wanted = place[1].partition(":")
        return wanted.partition("|")[0] if "|" in wanted else names.get(name, "t")

    return re.sub(r"\{([^}]*)\}", fill, path)


async def _send(
    browser: Browser, path: str, fields: dict[str, str], origin: str | None
) -> ClientResponse:
    """As a form with files is sent; where the page takes none, as others are."""
    headers = HTML if origin is None else HTML | {"Origin": origin}
    form = FormData(default_to_multipart=True)
    for name, value in fields.items():
        form.add_field(name, value)
    answer = await browser.http.post(path, data=form, headers=headers, allow_redirects=False)
    if answer.status != 415:
        return answer
    return await browser.http.post(path, data=fields, headers=headers, allow_redirects=False)


async def test_no_route_takes_a_form_that_is_not_ours(world: World, browsers: Browsers) -> None:
    number = str(await world.post(await _id(world, "alice"), "Hello"))
    await appoint(world, "alice")
    alice = await browsers("alice")
    token = csrf(await alice.page("/settings/security"))
    await alice.get("/auth/sign_in?again=1")  # for the cookie of forms without session
    before = await world.site.read(_sizes)
    for path in POSTS:
        filled = _filled(path.replace("{name}", "bob"), number)
        for fields, origin in (
            (FILLED, BASE),
            ({**FILLED, "csrf": ""}, None),
            ({**FILLED, "csrf": "wrong"}, BASE),
            ({**FILLED, "csrf": token}, "https://evil.example"),
            ({**FILLED, "csrf": token}, "null"),
        ):
            answer = await _send(alice, filled, fields, origin)
            assert answer.status == 403, (path, fields, origin, answer.status)
            # The form for a post gives back what was typed into it here.
            kept = path == "/write" and origin in (BASE, None)
            told = "so nothing was sent" if kept else "another page sent it"
            assert told in await answer.text(), path
    assert await world.site.read(_sizes) == before


async def test_a_visitor_is_asked_to_sign_in_before_anything(stranger: Browser) -> None:
    for path in sorted(set(POSTS) - WITHOUT_SESSION):
        answer = await _send(stranger, _filled(path, "1"), FILLED, BASE)
        assert answer.status == 303, path
        assert answer.headers["Location"] in ("/auth/sign_in", "/"), path


async def test_every_form_that_is_shown_has_its_token_and_stays_here(
    world: World, stranger: Browser, browsers: Browsers
) -> None:
    number = str(await world.post(await _id(world, "alice"), "Hello"))
    alice, bob = await browsers("alice"), await browsers("bob")
    seen = 0
    for method, path, _ in PAGES:
        if method != "GET":
            continue
        for browser in (stranger, alice, bob):
            answer = await browser.get(_filled(path, number))
            if answer.content_type != "text/html" or answer.status >= 300:
                continue
            for form in re.findall(r"<form\b.*?</form>", await answer.text(), re.DOTALL):
                head = form.partition(">")[0]
                assert re.search(r'action="/(?!/)', head), (path, head)
                if 'method="get"' in head:
                    continue
                assert 'method="post"' in head, (path, head)
                assert re.search(r'<input type="hidden" name="csrf" value="[^"]{16,}"', form), path
                seen += 1
    assert seen > 50
