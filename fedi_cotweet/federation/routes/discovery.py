"""WebFinger and NodeInfo."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from aiohttp import web

from activitypub.discovery import (
    JRD_JSON,
    Handle,
    Instance,
    build_jrd,
    build_nodeinfo,
    build_server_jrd,
    build_templates,
    nodeinfo_type,
    parse_handle,
)
from activitypub.errors import DocumentError
from activitypub.vocab.terms import AF48
from fedi_cotweet import __version__
from fedi_cotweet.federation.routes.answering import CONTEXT, json_answer, problem
from fedi_cotweet.services.accounts import INSTANCE_USERNAME
from storage.engine import Tx
from storage.queries import actors
from storage.queries import posts as post_queries

_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S")


async def webfinger(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]
    at = context.env.addresses
    resource = request.query.get("resource", "")
    open_to_all = {"Access-Control-Allow-Origin": "*"}
    # RFC 7033, 4.2: what is missing or malformed, as a handle that is no URI, is a bad request.
    if _URI.match(resource) is None:
        return problem(400, "no_resource", "Say whom you look for: ?resource=acct:name@host")
    if resource.rstrip("/") in (at.base, at.instance_actor):
        document = build_server_jrd(at.base, at.instance_actor)
        return _jrd(document)
    username = None
    for prefix in (f"{at.base}/@", f"{at.base}/users/"):
        if resource.startswith(prefix):
            username = resource.removeprefix(prefix)
    if username is None:
        try:
            found = parse_handle(resource)
        except DocumentError:
            return problem(404, "not_found", "Nobody here has that name.", **open_to_all)
        if found.host != at.host:
            return problem(404, "not_found", "That is not a name of this server.", **open_to_all)
        username = found.username
    if username == INSTANCE_USERNAME or username == at.host:
        return _jrd(build_jrd(Handle(INSTANCE_USERNAME, at.host), at.instance_actor, at.base))
    wanted = username
    account = await context.runtime.store.read(lambda tx: actors.present_account(tx, wanted))
    if account is None or account.service:
        return problem(404, "not_found", "Nobody here has that name.", **open_to_all)
    name = account.username
    templates = build_templates(at.base)
    return _jrd(
        build_jrd(Handle(name, at.host), at.actor(name), at.profile(name), templates=templates)
    )


def _jrd(document: dict[str, Any]) -> web.Response:
    response = json_answer(document, media_type=JRD_JSON, cache="public, max-age=300")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


async def nodeinfo(request: web.Request) -> web.Response:
    context = request.app[CONTEXT]

    def query(tx: Tx) -> tuple[int, int]:
        return actors.count_people(tx), post_queries.count_local_posts(tx)

    people, posts = await context.runtime.store.read(query)
    version: Literal["2.0", "2.1"] = "2.0" if request.match_info["version"] == "2.0" else "2.1"
    settings = context.runtime.settings
    document = build_nodeinfo(
        Instance(
            software="fedi-cotweet",
            version=__version__,
            open_registrations=settings.registrations == "open",
            users_total=people,
            local_posts=posts,
            metadata={
                "nodeName": settings.name,
                "nodeDescription": settings.description,
                "features": [AF48],
            },
        ),
        version,
    )
    response = json_answer(document, media_type=nodeinfo_type(version), cache="public, max-age=300")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
