"""Making an account with nothing but a browser, as far as the operator lets people in, or with the
sign-up link of somebody who is here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.languages.wording import say, say_count
from fedi_cotweet.services import accounts, house, passwords, sign_up_links, sign_ups
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.sign_ups import Wish
from fedi_cotweet.services.views import AuthorView, RuleView, ServerTextView
from fedi_cotweet.web import pages, refusals
from fedi_cotweet.web.opening import check_first_form, signed_in
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.sessions import FORM_LASTS, form_token
from fedi_cotweet.web.visits import Visit, go
from storage.engine import Tx
from storage.queries import relationships
from storage.queries.relationships import Relation

TRAP = "website"
"""A field that people do not see: what fills it in is a program."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What was typed, without the password. ``link``: the code that they came with."""

    username: str = ""
    reason: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Guest:
    """Whoever looks at the form. ``linked``: a link lets them in, that of ``by`` (None: of the
    operator); ``refused``: why the one they have does not."""

    linked: bool = False
    by: AuthorView | None = None
    refused: ServiceError | None = None


async def form(visit: Visit) -> web.Response:
    """The form, or that nobody is let in; whoever is signed in has an account."""
    code = visit.request.query.get("link", "").strip()
    if visit.viewer is not None and code:  # perhaps its maker, who tries it
        raise ServiceError(
            "has_account",
            409,
            "You have an account here.",
            "A sign-up link is for somebody who has none. It was not used now.",
        )
    if visit.viewer is not None:
        go(PATHS.home)
    return await _page(visit, Filled(link=code))


async def sign_up(visit: Visit) -> web.StreamResponse:
    """Make the account and sign in, or ask the operator for one."""
    fields = await visit.form()
    check_first_form(visit, fields.get("csrf", ""))
    filled = Filled(*(fields.get(name, "").strip() for name in ("username", "reason", "link")))
    mode, linked = visit.site.settings.registrations, bool(filled.link)
    try:
        sign_ups.check_mode(mode, linked=linked)
        if linked:
            await visit.site.read(lambda tx: sign_up_links.open_link(tx, visit.env, filled.link))
        wish = await _wish(visit, fields, filled)
        if not sign_ups.is_at_once(mode, linked=linked):
            await visit.site.write(lambda tx: sign_ups.ask(tx, visit.env, wish))
            text = pages.render("asked.html", visit.instance, None, username=wish.username)
            return visit.html(text, private=True)
        keys = await asyncio.to_thread(accounts.make_keys)
        made = await visit.site.write(lambda tx: sign_ups.settle(tx, visit.env, wish, keys))
    except ServiceError as error:
        return await _page(visit, filled, error)
    return await signed_in(visit, made, PATHS.welcome)


async def welcome(visit: Visit) -> web.Response:
    """What to do first; whoever came by somebody's link is offered to follow them."""
    viewer = visit.need_viewer()
    me, env = viewer.account_id, visit.env

    def find(tx: Tx) -> tuple[AuthorView, Relation] | None:
        person = sign_up_links.brought_by(tx, me)
        if person is None:
            return None
        return author_view(env, person), relationships.between(tx, me, [person.id], env.now())[
            person.id
        ]

    brought = await visit.site.read(find)
    text = pages.render("welcome.html", visit.instance, viewer.view, brought=brought)
    return visit.html(text, private=True)


async def _wish(visit: Visit, fields: Mapping[str, str], filled: Filled) -> Wish:
    """What is asked for, if it may be. Raises ``ServiceError``."""
    username = accounts.check_username(filled.username[: sign_ups.LONGEST_REASON])
    password = fields.get("password", "")
    passwords.check_new_password(password)
    if password != fields.get("repeated", ""):
        raise ServiceError("bad_password", 422, "The password was not typed twice alike.")
    if password.strip().lower() == username:
        raise ServiceError("bad_password", 422, "Your name is no password.")
    if len(filled.reason) > sign_ups.LONGEST_REASON:
        raise ServiceError(
            "reason_too_long",
            422,
            say("Say it in at most {most} characters.", most=sign_ups.LONGEST_REASON),
        )
    mode, linked = visit.site.settings.registrations, bool(filled.link)
    if not sign_ups.is_at_once(mode, linked=linked) and not filled.reason:
        raise ServiceError("no_reason", 422, "Say in a sentence why you would like to join.")
    if fields.get(TRAP):
        raise ServiceError("a_program", 422, "Leave the field empty that is to be left empty.")

    def look(tx: Tx) -> tuple[bool, bool, bool]:
        asked_for = sign_ups.is_asked_for(tx, username)
        return sign_ups.is_taken(tx, username), asked_for, bool(house.rules(tx))

    taken, asked_for, has_rules = await visit.site.read(look)
    if has_rules and "agreed" not in fields:
        raise ServiceError("not_agreed", 422, "Read the rules, and say that you keep them.")
    # Whoever waits for the operator and is sent a link comes in under the name they asked for.
    may_be_theirs = linked and asked_for
    if taken and not may_be_theirs:
        raise _taken(username)
    wait = visit.site.sign_ups.take(visit.caller_address(), visit.env.now())
    if wait:
        raise ServiceError(
            "too_many_sign_ups",
            429,
            "Too many accounts were asked for from where you are.",
            say_count(
                "Try again in {count} minute.",
                "Try again in {count} minutes.",
                count=wait // 60_000 + 1,
            ),
        )
    waited = await sign_ups.waits_with(visit.site, username, password) if may_be_theirs else None
    if may_be_theirs and waited is None:
        raise _taken(username)
    async with visit.site.hashing:
        hashed = await asyncio.to_thread(passwords.hash_password, password)
    return Wish(username, hashed, filled.reason, None, (), filled.link, waited)


def _taken(username: str) -> ServiceError:
    return ServiceError(
        "name_taken",
        409,
        say("There is an account called {username}.", username=username),
        "Choose another name.",
    )


async def _page(visit: Visit, filled: Filled, error: ServiceError | None = None) -> web.Response:
    """The form with what was typed; with a link that lets nobody in, why that is."""
    mode = visit.site.settings.registrations

    def find(tx: Tx) -> tuple[list[RuleView], list[ServerTextView], Guest]:
        texts = [one for one in house.texts(tx) if one.kind != "description"]
        guest = _guest(tx, visit.env, filled.link) if mode != "closed" else Guest()
        return house.rules(tx), texts, guest

    rules, texts, guest = await visit.site.read(find)
    error = guest.refused or error
    cookies = visit.pages.cookies
    token = form_token(visit.request, cookies)
    text = pages.render(
        "sign_up.html",
        visit.instance,
        None,
        csrf=token,
        filled=filled,
        guest=guest,
        at_once=sign_ups.is_at_once(mode, linked=guest.linked),
        rules=rules,
        texts=texts,
        trap=TRAP,
        shortest=passwords.SHORTEST,
        longest_reason=sign_ups.LONGEST_REASON,
        host=visit.env.addresses.host,
        error=refusals.said(error),
    )
    response = visit.html(text, status=200 if error is None else error.status, private=True)
    cookies.keep(response, cookies.form, token, FORM_LASTS)
    return response


def _guest(tx: Tx, env: Env, code: str) -> Guest:
    if not code:
        return Guest()
    try:
        opened = sign_up_links.open_link(tx, env, code)
    except ServiceError as refused:
        return Guest(refused=refused)
    return Guest(linked=True, by=None if opened.by is None else author_view(env, opened.by))
