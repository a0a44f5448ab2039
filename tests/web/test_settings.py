"""Settings: what somebody shows, how pages look, and who may do what."""

from __future__ import annotations

import io
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import aiohttp
import pytest
from PIL import Image

from fedi_cotweet.services import appearances, invite_mutes, own_profile, posting_defaults
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.appearances import ACCENTS
from fedi_cotweet.web.settings.routes import SETTINGS
from storage.queries import actors
from tests.sites import BASE, World
from tests.web.conftest import HTML, Browser, csrf
from tests.web.markup import Element, parse_page

Browsers = Callable[[str], Awaitable[Browser]]
ONE_OF_MANY = ("/settings/filters/{id}", "/settings/lists/{id}")
FILES = ("/settings/transfer/{kind}.csv", "/settings/archive/file", *ONE_OF_MANY)
FOR_SOME = ("/settings/sign-up-links",)
"""Those that not everybody has."""
UPLOADS = ("profile", "transfer")
STYLE = Path(__file__).resolve().parents[2] / "fedi_cotweet/web/static/style.css"


async def _id(world: World, username: str) -> int:
    account = await world.site.read(lambda tx: actors.account_by_name(tx, username))
    assert account is not None
    return account.id


async def _send(browser: Browser, page: str, fields: Mapping[str, str], path: str = "") -> Element:
    """Send a form of a settings page; the page that follows."""
    token = csrf(await browser.page(f"/settings/{page}"))
    response = await browser.send(path or f"/settings/{page}", {"csrf": token, **fields})
    if response.status == 303:
        return await browser.page(response.headers["Location"])
    return parse_page(await response.text())


@pytest.mark.parametrize(
    "path",
    sorted(
        path for method, path, _ in SETTINGS if method == "GET" and path not in FILES + FOR_SOME
    ),
)
async def test_every_settings_page_has_a_title_and_the_menu(browsers: Browsers, path: str) -> None:
    alice = await browsers("alice")
    page = await alice.page(path)
    menu = page.one("nav", aria_label="Settings")
    current = [link.text for link in menu.all("a", aria_current="page")]
    assert len(current) == (path != "/settings")
    assert page.one("title").text.startswith(page.one("h1").text)
    assert (await (await browsers("")).get(path)).status == 303, "strangers sign in first"


@pytest.mark.parametrize(
    "path", sorted({path for method, path, _ in SETTINGS if method == "POST" and "{" not in path})
)
async def test_no_form_of_another_page_settles_anything(browsers: Browsers, path: str) -> None:
    alice = await browsers("alice")
    form = aiohttp.FormData({"csrf": "guessed"}, default_to_multipart=path.endswith(UPLOADS))
    refused = await alice.http.post(
        path, data=form, headers=HTML | {"Origin": BASE}, allow_redirects=False
    )
    assert refused.status == 403


def _picture() -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (40, 40), "teal").save(made, "PNG")
    made.seek(0)
    return made


async def _profile(browser: Browser, files: Mapping[str, bytes], **fields: str) -> Element:
    form = aiohttp.FormData(default_to_multipart=True)
    page = await browser.page("/settings/profile")
    for name, value in {"csrf": csrf(page), **fields}.items():
        form.add_field(name, value)
    for name, octets in files.items():
        form.add_field(name, octets, filename="me.png", content_type="image/png")
    response = await browser.http.post(
        "/settings/profile", data=form, headers=HTML | {"Origin": BASE}, allow_redirects=False
    )
    if response.status == 303:
        return await browser.page(response.headers["Location"])
    return parse_page(await response.text())


async def test_a_profile_is_filled_in_with_pictures_and_lines(
    world: World, browsers: Browsers, stranger: Browser
) -> None:
    alice = await browsers("alice")
    done = await _profile(
        alice,
        {"avatar": _picture().read(), "header": b""},
        **{
            "name": "Alice Marlowe",
            "about": "Slow reader.",
            "field-0": "Garden",
            "value-0": "https://garden.example/alice",
            "field-3": "Town",
            "value-3": "Delft",
            "domains": "garden.example\nblog.example",
            "avatar_alt": "A green square",
            "bot": "on",
        },
    )
    assert "Your profile is saved" in done.one("p", class_="done").text
    shown = await stranger.page("/@alice")
    assert shown.one("h1").text == "Alice Marlowe"
    assert "Slow reader." in shown.text
    assert [line.text for line in shown.all("dt")] == ["Garden", "Town"]
    assert shown.all("img", alt="A green square")
    me = await _id(world, "alice")
    held = await world.site.read(lambda tx: own_profile.show(tx, me))
    assert (held.header, held.attribution_domains) == (None, ("garden.example", "blog.example"))
    assert (await world.site.read(lambda tx: find_actor(tx, me))).kind == "Service"
    await _profile(alice, {}, **{"name": "", "drop-avatar": "on"})
    held = await world.site.read(lambda tx: own_profile.show(tx, me))
    assert (held.name, held.avatar, held.fields) == ("alice", None, ())


async def test_what_was_typed_is_kept_when_something_in_it_is_wrong(
    world: World, browsers: Browsers
) -> None:
    alice = await browsers("alice")
    again = await _profile(alice, {}, **{"name": "Al", "about": "Kept", "field-0": "Half"})
    assert "a field has a name and a value" in again.one("p", role="alert").text
    assert again.one("textarea", name="about").raw_text == "Kept"
    assert again.one("input", name="field-0").attributes["value"] == "Half"
    again = await _profile(alice, {"avatar": b"no picture"}, name="Al")
    assert again.all("p", role="alert")
    me = await _id(world, "alice")
    assert (await world.site.read(lambda tx: own_profile.show(tx, me))).name == "Alice"


async def test_a_colour_is_for_everybody_and_a_scheme_for_oneself(
    browsers: Browsers, stranger: Browser
) -> None:
    alice, bob = await browsers("alice"), await browsers("bob")
    done = await _send(alice, "appearance", {"accent": "plum", "scheme": "dark", "still": "on"})
    html = done.one("html").attributes["class"].split()
    assert html == ["scheme-dark", "still"]
    for reader in (stranger, bob):
        page = await reader.page("/@alice")
        assert "accent-plum" in page.one("body").attributes["class"].split()
        assert "class" not in page.one("html").attributes
    assert "accent-plum" not in (await bob.page("/@bob")).one("body").attributes["class"]
    refused = await _send(alice, "appearance", {"accent": "x y", "scheme": "dark"})
    assert "no such colour" in refused.text


async def test_defaults_of_posts_stand_in_the_form_for_the_next(
    world: World, browsers: Browsers
) -> None:
    alice = await browsers("alice")
    wanted = {"visibility": "followers", "language": "fr", "quote_policy": "nobody"}
    await _send(alice, "posting", {**wanted, "sensitive": "on"})
    form = (await alice.page("/write")).one("form", action="/write")
    chosen = [option.attributes["value"] for option in form.all("option", selected="")]
    assert "followers" in chosen
    (language,) = form.one("select", name="language").all("option", selected="")
    assert language.attributes["value"] == "fr"
    me = await _id(world, "alice")
    held = await world.site.read(lambda tx: posting_defaults.of(tx, me))
    assert (held.posting_sensitive, held.quote_policy) == (True, "nobody")
    again = await _send(alice, "posting", wanted | {"language": "no language"})
    assert "is no language" in again.one("p", role="alert").text


async def test_who_may_follow_find_and_invite_is_settled(world: World, browsers: Browsers) -> None:
    alice, me = await browsers("alice"), await _id(world, "alice")
    wanted = {"invite_policy": "anyone", "quote_policy": "followers"}
    await _send(alice, "privacy", {**wanted, "locked": "on", "indexable": "on"})
    actor = await world.site.read(lambda tx: find_actor(tx, me))
    assert (actor.manually_approves, actor.indexable, actor.discoverable) == (True, True, False)
    assert actor.can_co_author == ["https://www.w3.org/ns/activitystreams#Public"]
    held = await world.site.read(lambda tx: posting_defaults.of(tx, me))
    assert (held.invite_policy, held.quote_policy) == ("anyone", "followers")
    refused = await _send(alice, "privacy", wanted | {"invite_policy": "whoever"})
    assert "is not an invite policy" in refused.one("p", role="alert").text


async def test_invites_are_muted_from_people_and_servers(world: World, browsers: Browsers) -> None:
    alice, me = await browsers("alice"), await _id(world, "alice")
    for who in ("@bob", "spam.example"):
        await _send(alice, "privacy", {"who": who}, "/settings/privacy/mute")
    page = await alice.page("/settings/privacy")
    section = page.one("section", aria_labelledby="muted-invites")
    assert "@bob@a.example" in section.text
    assert "spam.example" in section.text
    subjects = [field.attributes["value"] for field in section.all("input", name="subject")]
    for subject in subjects:
        await _send(alice, "privacy", {"subject": subject}, "/settings/privacy/unmute")
    assert await world.site.read(lambda tx: invite_mutes.listed(tx, me)) == []
    again = await _send(alice, "privacy", {"who": "no_one.?"}, "/settings/privacy/mute")
    assert again.all("p", role="alert")


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _variables(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("accent", ACCENTS)
def test_every_colour_can_be_read_on_everything_it_stands_on(accent: str, dark: bool) -> None:
    text = STYLE.read_text(encoding="utf-8")
    [light, *_] = re.findall(r"^:root \{(.*?)\n\}", text, re.DOTALL | re.MULTILINE)
    colours = _variables(light)
    if dark:
        by_device = re.findall(r":root:not\(\.scheme-light\) \{(.*?)\}", text, re.DOTALL)
        by_choice = re.findall(r":root\.scheme-dark \{(.*?)\}", text, re.DOTALL)
        assert [_variables(one) for one in by_device] == [_variables(one) for one in by_choice]
        colours |= _variables(by_device[0])
    if accent:
        named = rf"^(?:\.scheme-dark )?\.accent-{accent} \{{(.*?)\}}"
        by_choice = re.findall(named, text, re.MULTILINE)
        by_device = re.findall(rf"scheme-light\) \.accent-{accent} \{{(.*?)\}}", text)
        assert _variables(by_device[0]) == _variables(by_choice[1])
        colours |= _variables(by_choice[1 if dark else 0])
    grounds = ("page", "card", "sunk", "accent-wash")
    low = {
        ground: round(_contrast(colours["accent"], colours[ground]), 2)
        for ground in grounds
        if _contrast(colours["accent"], colours[ground]) < 4.5
    }
    assert low == {}
    assert _contrast(colours["on-accent"], colours["accent"]) >= 4.5


async def test_nothing_chosen_is_the_house(world: World) -> None:
    me = await _id(world, "alice")
    assert await world.site.read(lambda tx: appearances.of(tx, me)) == appearances.Look()
