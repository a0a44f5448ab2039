"""What each address does."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.oauth.answers import answer, failed, refused, too_often
from fedi_cotweet.oauth.requests import (
    Call,
    Fields,
    address_of,
    bearer_token,
    find_application,
    read_client,
    read_fields,
)
from fedi_cotweet.services import applications, authorizations, sign_ins, tokens, vapid
from fedi_cotweet.services.applications import ApplicationView
from fedi_cotweet.services.authorizations import Issued
from fedi_cotweet.services.oauth_errors import OAuthError, missing
from fedi_cotweet.services.tokens import Bearer
from storage.engine import Tx
from storage.models import Account
from storage.queries import actors, oauth

REGISTRATIONS: Final = 30
"""So many in ``WINDOW`` are for one address; of tokens for apps alone as many as of requests."""
WINDOW: Final = 10 * MINUTE
NOT_ALLOWED: Final = "This action is outside the authorized scopes"


async def create_app(call: Call) -> web.Response:
    """Anybody may register an app."""
    fields, env = await read_fields(call.request), call.site.env
    wait = call.registrations.take(address_of(call), env.now())
    if wait:
        return too_often(wait)
    uris = [uri for text in fields.all("redirect_uris") for uri in text.split()]
    view = await call.site.write(
        lambda tx: applications.register(
            tx,
            env,
            name=fields.get("client_name"),
            redirect_uris=uris,
            scopes=fields.get("scopes"),
            website=fields.get("website"),
            public=fields.get("token_endpoint_auth_method") == "none",
        )
    )
    return answer(_application(view, await vapid.server_key(call.site)))


async def verify_app(call: Call) -> web.Response:
    """The app whose token this is."""
    bearer = await _bearer(call)
    if isinstance(bearer, web.Response):
        return bearer
    found = await call.site.read(lambda tx: oauth.application(tx, bearer.application_id))
    if found is None:
        return failed(401, "The access token is invalid")
    document = _application(applications.view_of(found), await vapid.server_key(call.site))
    for name in ("client_id", "client_secret", "client_secret_expires_at"):
        document.pop(name, None)
    return answer(document)


async def create_token(call: Call) -> web.Response:
    """A token for a code, for an app itself, or for a password where the operator allows that."""
    fields = await read_fields(call.request)
    match fields.get("grant_type"):
        case "":
            raise missing("grant_type")
        case "authorization_code":
            return await _for_code(call, fields)
        case "client_credentials":
            return await _for_itself(call, fields)
        case "password" if call.site.env.limits.password_grant:
            return await _for_password(call, fields)
    raise OAuthError("unsupported_grant_type")


async def revoke(call: Call) -> web.Response:
    """End a token; only the app it was given to may."""
    fields, env = await read_fields(call.request), call.site.env
    client = read_client(call.request, fields)

    def write(tx: Tx) -> None:
        try:
            found, proven = find_application(tx, client)
        except OAuthError as error:
            raise OAuthError("unauthorized_client") from error
        # Who has no secret shows the token itself, which is more.
        known = found if proven or found.secret_hash is None else None
        authorizations.revoke(tx, env, known, fields.get("token"))

    if not fields.get("token"):
        raise OAuthError("unauthorized_client")
    await call.site.write(write)
    return answer({})


async def userinfo(call: Call) -> web.Response:
    """Who a token acts for, as OpenID Connect names it."""
    bearer = await _bearer(call)
    if isinstance(bearer, web.Response):
        return bearer
    account_id = bearer.account_id
    if account_id is None:
        return failed(422, "This method requires an authenticated user")
    if not tokens.allows(bearer.scopes, "profile"):
        return failed(403, NOT_ALLOWED)
    actor = await call.site.read(lambda tx: actors.actor(tx, account_id))
    if actor is None:
        return failed(401, "The access token is invalid")
    base = call.site.settings.base_url
    document = {
        "iss": base,
        "sub": actor.uri,
        "name": actor.name or actor.username,
        "preferred_username": actor.username,
        "profile": actor.url,
    }
    return answer(document | ({"picture": base + actor.avatar} if actor.avatar else {}))


async def _for_code(call: Call, fields: Fields) -> web.Response:
    client, env = read_client(call.request, fields), call.site.env

    def write(tx: Tx) -> Issued | OAuthError:
        found, proven = find_application(tx, client)
        return authorizations.exchange(tx, env, found, fields.first(), proven=proven)

    made = await call.site.write(write)
    return refused(made) if isinstance(made, OAuthError) else _token(made)


async def _for_itself(call: Call, fields: Fields) -> web.Response:
    client, env = read_client(call.request, fields), call.site.env
    wait = call.app_tokens.take(address_of(call), env.now())
    if wait:
        return too_often(wait)

    def write(tx: Tx) -> Issued:
        found, proven = find_application(tx, client)
        if not proven:
            raise OAuthError("invalid_client")
        return authorizations.for_itself(tx, env, found, fields.get("scope"))

    return _token(await call.site.write(write))


async def _for_password(call: Call, fields: Fields) -> web.Response:
    client, env = read_client(call.request, fields), call.site.env
    found, proven = await call.site.read(lambda tx: find_application(tx, client))
    if not proven and found.secret_hash is not None:
        raise OAuthError("invalid_client")
    person = await sign_ins.check_password(
        call.site, address_of(call), fields.get("username"), fields.get("password")
    )
    if isinstance(person, sign_ins.TooOften):
        return too_often(person.wait)
    # A password alone is not enough for who asks for codes, and there is no place for one here.
    if not isinstance(person, Account) or person.totp_since is not None:
        raise OAuthError("invalid_grant")
    account_id = person.id
    return _token(
        await call.site.write(
            lambda tx: authorizations.for_password(tx, env, found, account_id, fields.get("scope"))
        )
    )


async def _bearer(call: Call) -> Bearer | web.Response:
    token, now = bearer_token(call.request), call.site.env.now()
    if not token:
        return failed(401, "The access token is invalid")

    def find(tx: Tx) -> Bearer | str:
        return tokens.bearer_of(tx, token, now) or tokens.why_not(tx, token, now)

    found = await call.site.read(find)
    if isinstance(found, str):
        return failed(401, found)
    if tokens.is_due(found, now):
        await call.site.write(lambda tx: tokens.note_use(tx, found, now))
    return found


def _token(made: Issued) -> web.Response:
    response = answer(
        {
            "access_token": made.token,
            "token_type": "Bearer",
            "scope": made.scopes,
            "created_at": made.created_at // 1_000,
        }
    )
    response.headers["Pragma"] = "no-cache"
    return response


def _application(view: ApplicationView, server_key: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": str(view.id),
        "name": view.name,
        "website": view.website,
        "scopes": view.scopes,
        "redirect_uris": view.redirect_uris,
        "redirect_uri": "\n".join(view.redirect_uris),
        "client_id": view.client_id,
        "client_secret": view.secret,
        "client_secret_expires_at": 0,
        # Where apps looked for it before ``/api/v2/instance``.
        "vapid_key": server_key,
    }
    if view.secret is None:
        del document["client_secret"]
    return document
