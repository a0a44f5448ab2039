"""Every answer of the API in these tests is held against the OpenAPI document."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from typing import Any

from fedi_cotweet import __version__
from fedi_cotweet.api.openapi import build_document
from fedi_cotweet.api.routes import ENDPOINTS

INSTALLED = importlib.util.find_spec("jsonschema") is not None
"""Without jsonschema nothing is validated; a test says that it is missing."""


@cache
def document() -> dict[str, Any]:
    """The document of the code as it is."""
    return build_document(ENDPOINTS, __version__)


@cache
def _validator(method: str, template: str, status: int) -> Any:
    from jsonschema import Draft202012Validator

    described = document()["paths"][template][method.lower()]["responses"].get(str(status))
    if described is None:
        raise AssertionError(f"{method} {template} answers {status}, which is not described")
    name = described.get("$ref", "").rpartition("/")[2]
    described = document()["components"]["responses"][name] if name else described
    if "content" not in described:
        return None
    schema = described["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": document()["components"]})


def _template(method: str, path: str) -> str | None:
    for known, template, _ in ENDPOINTS:
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if known == method and re.fullmatch(pattern, path):
            return template
    return None


def validate(method: str, path: str, status: int, answer: Any) -> None:
    """Raises ``AssertionError`` where an answer is not what the document says of it."""
    template = _template(method, path.partition("?")[0]) if INSTALLED else None
    if template is None:
        return
    validator = _validator(method, template, status)
    wrong = [] if validator is None else [str(error) for error in validator.iter_errors(answer)]
    assert wrong == [], f"{method} {path}: {wrong[0][:2000]}"
