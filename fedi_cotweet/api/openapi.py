"""This API as an OpenAPI 3.1 document, made from its endpoints, shapes, views and refusals.

``make openapi`` writes it to docs/reference/openapi.json, which a wheel holds beside this module.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Callable, Mapping
from functools import cache
from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from fedi_cotweet.api.calls import Call
from fedi_cotweet.api.operations import ANSWERS, FORMS, Answer
from fedi_cotweet.api.reachable import Code, reaches, refusals_of
from fedi_cotweet.api.schemas import Schemas, about

PATH: Final = "/api/v1/openapi.json"
FILE: Final = "openapi.json"
_COMMON: Final = "#/components/responses/Error"

_ANYWHERE: Final[frozenset[Code]] = frozenset(
    {
        (401, "unauthorized"),
        (500, "internal_error"),
        (503, "storage_busy"),
        (503, "storage_closed"),
        (507, "storage_full"),
    }
)
_ABOUT: Final = """\
What the command line uses, for other programs. Ids are strings of digits; times are milliseconds
since 1970, UTC; a member that is null counts as left out, one that is not listed is refused.
Every error has a stable code, what happened, and what to do about it."""
_ID_OR_ADDRESS: Final = (
    "The id of the post here or of the invite to it, or the address of its page or of the post "
    "itself, percent-encoded."
)
_ACCOUNT: Final = {
    "name": "X-Account",
    "in": "header",
    "description": "Which account acts; needed where the server has several.",
    "schema": {"type": "string"},
}


class NotDescribedError(LookupError):
    """An endpoint is missing in ``operations.ANSWERS``."""


def build_document(endpoints: Any, version: str) -> dict[str, Any]:
    """The document of ``endpoints`` (method, path, function). Raises ``NotDescribedError``."""
    missing = [(method, path) for method, path, _ in endpoints if (method, path) not in ANSWERS]
    if missing:
        raise NotDescribedError(
            "fedi_cotweet/api/operations.py does not say what these answer; add a line such as "
            f"{missing[0]}: Answer(VIEW) for each, then run make openapi: {missing}"
        )
    schemas = Schemas()
    paths: dict[str, dict[str, Any]] = {}
    for method, path, endpoint in endpoints:
        described = _operation(schemas, method, path, endpoint)
        paths.setdefault(path, {})[method.lower()] = described
    schemas.known["Error"] = {
        "type": "object",
        "properties": {
            "error": {"type": "string", "description": "The code: stable, for programs."},
            "message": {"type": "string", "description": "What happened, for people."},
            "fix": {"type": "string", "description": "What to do about it; may be empty."},
        },
        "required": ["error", "message", "fix"],
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "fedi_cotweet",
            "version": version,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"operator": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.known.items())),
            "responses": {
                f"Error{status}": _refusal(codes) for status, codes in _by_status(_ANYWHERE).items()
            },
            "securitySchemes": {
                "operator": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The text of operator.token in the server's data folder.",
                }
            },
        },
    }


def _operation(
    schemas: Schemas, method: str, path: str, endpoint: Callable[..., Any]
) -> dict[str, Any]:
    answer = ANSWERS[method, path]
    title, _, rest = about(endpoint).partition("\n")
    made: dict[str, Any] = {
        "operationId": f"{endpoint.__module__.rpartition('.')[2]}.{endpoint.__name__}",
        "summary": title.rstrip("."),
    }
    if rest.strip():
        made["description"] = rest.strip()
    made["parameters"] = [
        *_in_path(path, not reaches(endpoint, Call.path_id)),
        *_in_query(endpoint),
        _ACCOUNT,
    ]
    body = FORMS.get((method, path)) or _body(schemas, endpoint)
    if body is not None:
        made["requestBody"] = body
    made["responses"] = _responses(schemas, answer, refusals_of(endpoint))
    return made


def _in_path(path: str, addresses: bool) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for name in re.findall(r"\{(\w+)\}", path):
        parameter = {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        if name == "id" and addresses:
            parameter["description"] = _ID_OR_ADDRESS
        elif name == "id":
            parameter["schema"] = {"type": "string", "pattern": "^[0-9]+$"}
        made.append(parameter)
    return made


def _calls(endpoint: Callable[..., Any]) -> list[ast.Call]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(endpoint)))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def _in_query(endpoint: Callable[..., Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for call in _calls(endpoint):
        what = ast.unparse(call.func)
        limits = {str(entry.arg): ast.unparse(entry.value) for entry in call.keywords}
        schema: dict[str, Any]
        if what == "call.window":
            found += _window()
            continue
        if what == "call.before":
            name, schema = "before", {"type": "string", "pattern": "^[0-9]+$"}
        elif what == "call.query_number":
            name, schema = ast.literal_eval(call.args[0]), {"type": "integer"}
            for limit, word in (("low", "minimum"), ("high", "maximum")):
                if limits.get(limit, "").isdigit():
                    schema[word] = int(limits[limit])
        elif what == "call.request.query.get":
            name, schema = ast.literal_eval(call.args[0]), {"type": "string"}
        else:
            continue
        found.append({"name": name, "in": "query", "schema": schema})
    return found


def _window() -> list[dict[str, Any]]:
    return [
        {"name": "before", "in": "query", "schema": {"type": "string", "pattern": "^[0-9]+$"}},
        {
            "name": "limit",
            "in": "query",
            "schema": {"type": "integer", "minimum": 1, "maximum": 100},
        },
    ]


def _body(schemas: Schemas, endpoint: Callable[..., Any]) -> dict[str, Any] | None:
    for call in _calls(endpoint):
        if ast.unparse(call.func) == "call.members":
            shape = getattr(inspect.getmodule(endpoint), ast.unparse(call.args[0]))
            schema = schemas.taken(shape)
            return {
                "required": bool(schema["required"]),
                "content": {"application/json": {"schema": schema}},
            }
    return None


def _responses(
    schemas: Schemas, answer: Answer, refusals: frozenset[Code]
) -> dict[str, dict[str, Any]]:
    made: dict[str, dict[str, Any]] = {
        str(answer.status): {"description": HTTPStatus(answer.status).phrase}
    }
    if answer.shape is not None:
        content = {"application/json": {"schema": schemas.answered(answer.shape)}}
        made[str(answer.status)]["content"] = content
    for status, codes in _by_status(refusals | _ANYWHERE).items():
        common = codes == _by_status(_ANYWHERE).get(status)
        made[status] = {"$ref": _COMMON + status} if common else _refusal(codes)
    return made


def _by_status(refusals: frozenset[Code]) -> dict[str, list[str]]:
    ordered = groupby(sorted(refusals), key=lambda code: code[0])
    return {str(status): [code for _, code in group] for status, group in ordered}


def _refusal(codes: list[str]) -> dict[str, Any]:
    error = {"$ref": "#/components/schemas/Error", "properties": {"error": {"enum": codes}}}
    return {
        "description": ", ".join(f"`{code}`" for code in codes),
        "content": {"application/json": {"schema": error}},
    }


def render(document: Mapping[str, Any]) -> str:
    """As it is shipped."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


@cache
def shipped() -> bytes:
    """The document of this release: beside this module in a wheel, else in the checkout's docs."""
    here = Path(__file__).parent
    file = here / FILE
    return (file if file.exists() else here.parents[1] / "docs/reference" / FILE).read_bytes()


async def serve(_: web.Request) -> web.Response:
    """The document, for everybody: it says nothing of this server in particular."""
    return web.Response(
        body=shipped(),
        content_type="application/json",
        headers={"Cache-Control": "max-age=3600", "X-Content-Type-Options": "nosniff"},
    )


def main() -> None:
    """Print the document of the code as it is."""
    from fedi_cotweet import __version__
    from fedi_cotweet.api.routes import ENDPOINTS

    sys.stdout.write(render(build_document(ENDPOINTS, __version__)))
