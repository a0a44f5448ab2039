"""The code after the password, for accounts that ask for one."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from fedi_cotweet.languages.wording import mark, said
from fedi_cotweet.services import second_factor
from fedi_cotweet.web import security_pages as pages
from fedi_cotweet.web.opening import check_first_form, for_app, local_path, signed_in
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.sessions import FORM_LASTS, form_token
from fedi_cotweet.web.visits import Visit, go, see

WRONG = mark("This code is wrong, or was used already. Wait for the next one.")
LATE = mark("Too many attempts. Try again in a quarter of an hour.")


async def begin(visit: Visit, account_id: int, wanted: str) -> web.StreamResponse:
    """The password was right: ask for a code. Nothing is signed in yet."""
    cookies = visit.pages.cookies
    token = await visit.site.write(lambda tx: second_factor.begin_step(tx, visit.env, account_id))
    response = see(f"{PATHS.second_step}?next={quote(wanted, safe='/')}")
    cookies.keep(response, cookies.step, token, second_factor.STEP_LASTS // 1_000)
    return response


async def code_form(visit: Visit) -> web.Response:
    """The form, for whoever has shown the password."""
    await _waiting(visit)
    return _form(visit, local_path(visit.request.query.get("next", "")))


async def show_code(visit: Visit) -> web.StreamResponse:
    """Check the code. Guesses are counted per account and address, as those of passwords."""
    fields = await visit.form()
    check_first_form(visit, fields.get("csrf", ""))
    token, account_id = await _waiting(visit)
    wanted, code = local_path(fields.get("next", "")), fields.get("code", "")[:100]
    # Counted for the account alone too: who knows the password might come from everywhere.
    name = f"code:{account_id}"
    counted = [(visit.caller_address(), name), (name, token)]
    now = visit.env.now()
    # Both are counted, whatever the first one says.
    waits = [visit.site.attempts.begin(*key, now) for key in counted]
    if any(waits):
        return _form(visit, wanted, error=LATE, status=429)
    done = await visit.site.write(lambda tx: second_factor.finish_step(tx, visit.env, token, code))
    if done is None:
        return _form(visit, wanted, error=WRONG, status=403)
    for key in counted:
        visit.site.attempts.succeeded(*key)
    response = await signed_in(visit, done, wanted or PATHS.home)
    visit.pages.cookies.drop(response, visit.pages.cookies.step)
    return response


async def _waiting(visit: Visit) -> tuple[str, int]:
    token = visit.request.cookies.get(visit.pages.cookies.step, "")
    if not token.isascii() or not 0 < len(token) <= 200:
        go(PATHS.sign_in)
    account = await visit.site.read(lambda tx: second_factor.waiting(tx, visit.env, token))
    if account is None:
        go(PATHS.sign_in)
    return token, account.id


def _form(visit: Visit, wanted: str, *, error: str = "", status: int = 200) -> web.Response:
    cookies = visit.pages.cookies
    token = form_token(visit.request, cookies)
    text = pages.render_second_step(visit.instance, token, wanted, error=said(error))
    response = visit.html(text, status=status, private=True)
    cookies.keep(response, cookies.form, token, FORM_LASTS)
    return for_app(response, wanted)
