"""Who can act as me: browsers, apps, password, codes. Each form takes something away, or asks for
the password first: a browser left open must not be enough to lock its owner out."""

from __future__ import annotations

import asyncio

import segno
from aiohttp import web

from fedi_cotweet.services import passwords, second_factor, security
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.web import refusals
from fedi_cotweet.web import security_pages as pages
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.proving import prove, too_often
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.visits import Visit, as_id, see
from storage.engine import Tx
from storage.queries import oauth, sessions


async def show(visit: Visit) -> web.Response:
    """All of it."""
    return await _page(visit, visit.need_viewer())


async def change_password(visit: Visit) -> web.Response:
    """A new password; every other browser and every app has to sign in again."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    new = fields.get("new_password", "")
    try:
        passwords.check_new_password(new)
        if new != fields.get("repeated", ""):
            raise ServiceError("bad_password", 422, "The new password was not typed twice alike.")
        await prove(visit, viewer, fields)
    except ServiceError as error:
        return await _page(visit, viewer, error)
    async with visit.site.hashing:
        hashed = await asyncio.to_thread(passwords.hash_password, new)
    await visit.site.write(
        lambda tx: security.set_password(
            tx, visit.env, viewer.account_id, hashed, kept=viewer.token_hash
        )
    )
    return see(f"{PATHS.security}?done=password")


async def end_sessions(visit: Visit) -> web.Response:
    """Sign another browser out, or all others."""
    viewer = visit.need_viewer()
    key = (await visit.own_form(viewer)).get("session", "")

    def write(tx: Tx) -> None:
        if key == "others":
            sessions.end_others(tx, viewer.account_id, viewer.token_hash)
        elif key.isascii() and key.isalnum():
            sessions.end_one(tx, viewer.account_id, key)

    await visit.site.write(write)
    return see(f"{PATHS.security}?done=sessions")


async def end_app(visit: Visit) -> web.Response:
    """End all access of one app."""
    viewer = visit.need_viewer()
    application_id = as_id((await visit.own_form(viewer)).get("application", ""))
    now = visit.env.now()
    await visit.site.write(lambda tx: oauth.revoke_app(tx, viewer.account_id, application_id, now))
    return see(f"{PATHS.security}?done=apps")


async def set_up(visit: Visit) -> web.Response:
    """The secret for an authenticator app, as picture and as text; or what is on already."""
    return await _setup_page(visit, visit.need_viewer())


async def begin(visit: Visit) -> web.Response:
    """Make the secret."""
    viewer = visit.need_viewer()
    fields = await visit.own_form(viewer)
    try:
        await prove(visit, viewer, fields)
        await visit.site.write(
            lambda tx: second_factor.begin(tx, security.own(tx, viewer.account_id))
        )
    except ServiceError as error:
        return await _page(visit, viewer, error)
    return see(PATHS.two_factor)


async def confirm(visit: Visit) -> web.Response:
    """The first code: from now on signing in needs one. Shows the recovery codes, once."""
    viewer = visit.need_viewer()
    code = (await visit.own_form(viewer)).get("code", "")[:100]
    wait = _count(visit, viewer)

    def write(tx: Tx) -> tuple[str, ...]:
        account = security.own(tx, viewer.account_id)
        return second_factor.confirm(tx, visit.env, account, code)

    try:
        if wait is not None:
            raise wait
        codes = await visit.site.write(write)
    except ServiceError as error:
        return await _setup_page(visit, viewer, error)
    visit.site.attempts.succeeded(*_counted(visit, viewer))
    return visit.html(pages.render_codes(codes, viewer.view, visit.instance), private=True)


async def renew_codes(visit: Visit) -> web.Response:
    """New recovery codes in place of the others, for whoever shows a code."""
    viewer = visit.need_viewer()
    codes = await _with_code(visit, viewer, second_factor.renew_codes)
    if isinstance(codes, ServiceError):
        return await _page(visit, viewer, codes)
    return visit.html(pages.render_codes(codes or (), viewer.view, visit.instance), private=True)


async def turn_off(visit: Visit) -> web.Response:
    """No codes any more, for whoever shows one, or came by a link of the operator's."""
    viewer = visit.need_viewer()

    def off(tx: Tx, account_id: int) -> tuple[str, ...]:
        second_factor.turn_off(tx, account_id)
        return ()

    refused = await _with_code(visit, viewer, off)
    if isinstance(refused, ServiceError):
        return await _page(visit, viewer, refused)
    return see(f"{PATHS.security}?done=two_factor")


async def _with_code(
    visit: Visit, viewer: Viewer, do: pages.WithAccount
) -> tuple[str, ...] | ServiceError:
    code = (await visit.own_form(viewer)).get("code", "")[:100]
    wait = _count(visit, viewer)

    def write(tx: Tx) -> tuple[str, ...]:
        account = security.own(tx, viewer.account_id)
        if security.needs_proof(visit.env, viewer.session):
            second_factor.require(tx, visit.env, account, code)
        return do(tx, account.id)

    try:
        if wait is not None:
            raise wait
        done = await visit.site.write(write)
    except ServiceError as error:
        return error
    visit.site.attempts.succeeded(*_counted(visit, viewer))
    return done


def _counted(visit: Visit, viewer: Viewer) -> tuple[str, str]:
    return visit.caller_address(), f"code:{viewer.account_id}"


def _count(visit: Visit, viewer: Viewer) -> ServiceError | None:
    address, name = _counted(visit, viewer)
    return too_often() if visit.site.attempts.begin(address, name, visit.env.now()) else None


async def _page(visit: Visit, viewer: Viewer, error: ServiceError | None = None) -> web.Response:
    def find(tx: Tx) -> tuple[security.SecurityView, bool]:
        account = security.own(tx, viewer.account_id)
        needed = security.needs_password(visit.env, account, viewer.session)
        return security.overview(tx, visit.env, viewer.account_id), needed

    found, needs_password = await visit.site.read(find)
    text = pages.render_security(
        found,
        viewer.view,
        visit.instance,
        own_session=viewer.token_hash,
        needs_password=needs_password,
        needs_code=security.needs_proof(visit.env, viewer.session),
        done=visit.request.query.get("done", ""),
        error=refusals.said(error),
    )
    return visit.html(text, status=200 if error is None else error.status, private=True)


async def _setup_page(
    visit: Visit, viewer: Viewer, error: ServiceError | None = None
) -> web.Response:
    def find(tx: Tx) -> second_factor.Setup | None:
        return second_factor.setup_of(visit.env, security.own(tx, viewer.account_id))

    setup = await visit.site.read(find)
    if setup is None:
        return see(PATHS.security)
    # Drawn here: a picture made elsewhere would tell somebody the secret.
    picture = segno.make(setup.address, error="m").svg_inline(
        scale=5, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None
    )
    said = refusals.said(error)
    text = pages.render_two_factor(
        setup.secret, setup.address, picture, viewer.view, visit.instance, error=said
    )
    return visit.html(text, status=200 if error is None else error.status, private=True)
