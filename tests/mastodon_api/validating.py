"""Every answer of the client API in these tests is held against Mastodon's own description.

The schema is abraham/mastodon-openapi (MIT; see ``openapi/SOURCE.md``). Where it is wrong, or where
this server differs on purpose, ``DEVIATIONS`` says so and why.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator

SCHEMA: Final = Path(__file__).parent / "openapi" / "schema.json"

_NUMBER: Final = "``id`` is a number in what Mastodon sends, and some apps read nothing else"
DEVIATIONS: Final[Mapping[tuple[str, str], str]] = {
    **{(method, "/api/v1/push/subscription"): _NUMBER for method in ("GET", "POST", "PUT")},
    ("GET", "/api/v1/filters"): "described as one filter; Mastodon's own pages say: an array",
    ("GET", "/api/v1/notifications/policy"): "not described; it is no notification",
}
"""Operations whose answers are not held against the schema, with the reason."""


@cache
def document() -> dict[str, Any]:
    """Mastodon's description."""
    found: dict[str, Any] = json.loads(SCHEMA.read_bytes())
    for name in ("Status", "StatusEdit"):
        # What is one of them is the other too, as they are described: with oneOf nothing would be.
        quote = found["components"]["schemas"][name]["properties"]["quote"]
        quote["anyOf"] = quote.pop("oneOf")
    return found


def described(method: str, path: str) -> str | None:
    """The template of a path, as the schema writes it; literal paths before parameters."""
    fitting = [
        template
        for template, operations in document()["paths"].items()
        if method.lower() in operations
        and re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path)
    ]
    return min(fitting, key=lambda template: template.count("{"), default=None)


@cache
def _validator(method: str, template: str, status: int) -> Draft202012Validator | None:
    responses = document()["paths"][template][method.lower()]["responses"]
    answer = responses.get(str(status))
    if answer is None:
        return None
    name = answer.get("$ref", "").rpartition("/")[2]
    answer = document()["components"]["responses"][name] if name else answer
    schema = answer.get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return None
    return Draft202012Validator({**schema, "components": document()["components"]})


def validate(method: str, path: str, status: int, answer: Any) -> bool:
    """Whether the schema describes this answer; ``AssertionError`` where the answer is not so."""
    path = path.partition("?")[0]
    template = described(method, path)
    if template is None or not DEVIATIONS.keys().isdisjoint({(method, template), (method, path)}):
        return False
    validator = _validator(method, template, status)
    if validator is None:
        return False
    wrong = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(answer)]
    assert wrong == [], f"{method} {path}: {wrong[:5]}"
    return True
