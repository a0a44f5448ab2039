"""The OpenAPI document says what the code does, and is what is shipped and served."""

from __future__ import annotations

import ast
import dataclasses
import json
from typing import Any

import pytest

from fedi_cotweet import __version__
from fedi_cotweet.api import openapi
from fedi_cotweet.api.operations import ANSWERS
from fedi_cotweet.api.reachable import refusals_of
from fedi_cotweet.api.routes import ENDPOINTS
from fedi_cotweet.api.schemas import Schemas
from tests.api import validating
from tests.docs.pages import ROOT, section, table

SHIPPED = ROOT / "docs/reference/openapi.json"


def _document() -> dict[str, Any]:
    return openapi.build_document(ENDPOINTS, __version__)


def test_what_is_shipped_is_what_the_code_says() -> None:
    same = SHIPPED.read_text(encoding="utf-8") == openapi.render(_document())
    assert same, "docs/reference/openapi.json is old; run: make openapi"
    assert openapi.shipped() == SHIPPED.read_bytes()


def test_every_endpoint_is_described_and_nothing_else() -> None:
    routes = {(method, path) for method, path, _ in ENDPOINTS}
    assert routes - ANSWERS.keys() == set(), (
        "say what they answer in fedi_cotweet/api/operations.py"
    )
    assert ANSWERS.keys() - routes == set(), "these are in operations.py and in no route"


def test_an_endpoint_without_description_is_named_with_what_to_do() -> None:
    async def endpoint(call: Any) -> Any:
        """Do something."""

    with pytest.raises(openapi.NotDescribedError, match=r"operations\.py.*make openapi"):
        openapi.build_document([("GET", "/api/v1/cotweets/new", endpoint)], "1")


def test_operations_have_ids_of_their_own_and_a_summary() -> None:
    operations = [entry for path in _document()["paths"].values() for entry in path.values()]
    ids = [operation["operationId"] for operation in operations]
    assert len(set(ids)) == len(ids)
    assert all(operation["summary"] for operation in operations)


def test_every_reference_leads_to_a_schema() -> None:
    document = _document()
    text = json.dumps(document)
    for kind in ("schemas", "responses"):
        named = {part.split('"')[0] for part in text.split(f'"#/components/{kind}/')[1:]}
        assert named == document["components"][kind].keys()


def test_every_refusal_of_the_reference_is_some_operations() -> None:
    """So nothing that the code can say is missing, as far as a reading of the code goes."""
    written = {
        (int(row[1]), row[0]) for row in table(section(ROOT / "docs/reference/api.md", "Errors"))
    }
    of_operations = set().union(*(refusals_of(endpoint) for _, _, endpoint in ENDPOINTS))
    assert of_operations <= written
    # What is said by the guard in front of all, of any address, or only on pages or to client apps.
    said_before = {code for status, code in written - of_operations}
    assert said_before <= ELSEWHERE


ELSEWHERE = {
    "needs_sign_up_link",
    "sign_up_link_over",
    "sign_up_link_unknown",
    "sign_ups_closed",
    "file_store_unavailable",
    "bad_filter",
    "bad_style",
    "bad_target",
    "too_many_collections",
    "too_many_items",
    "bad_reaction",
    "too_many_reactions",
    "too_many_filters",
    "too_many_scheduled",
    "too_many_keywords",
    "bad_category",
    "too_many_tags",
    "too_many_wait",
    "archived_lately",
    "two_factor_on",
    "wrong_code",
    "unauthorized",
    "internal_error",
    "not_found",
    "method_not_allowed",
    "too_large",
    "bad_body",
    "unsupported_media_type",
}


def test_a_refusal_deep_inside_is_found() -> None:
    accept = next(e for m, p, e in ENDPOINTS if m == "POST" and p.endswith("invites/{id}/accept"))
    codes = {code for _, code in refusals_of(accept)}
    assert {"content_changed", "invite_over", "cannot_accept", "not_found", "bad_json"} <= codes
    assert "no_co_authors" not in codes


def test_what_a_body_takes_is_what_its_reader_takes() -> None:
    @dataclasses.dataclass(frozen=True)
    class Shape:
        """A shape."""

        text: str = dataclasses.field(metadata={"most": 10})
        people: tuple[str, ...] = dataclasses.field(metadata={"name": "with", "most": 3})
        when: int | None = None
        loud: bool = False

    schema = Schemas().taken(Shape)
    assert schema["required"] == ["text", "with"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["text"] == {"type": "string", "maxLength": 10}
    assert schema["properties"]["with"]["maxItems"] == 3
    assert schema["properties"]["when"] == {"type": "integer"}
    assert schema["properties"]["loud"] == {"type": "boolean", "default": False}


def test_the_parser_of_calls_knows_every_way_to_read_a_query() -> None:
    """A new way to read the query would be missing in the document."""
    known = {"call.before", "call.query_number", "call.request.query.get"}
    for source in (ROOT / "fedi_cotweet/api").glob("*.py"):
        if source.name in ("calls.py", "openapi.py"):
            continue
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and "query" in ast.unparse(node.func):
                assert ast.unparse(node.func) in known, f"{source.name}: {ast.unparse(node)}"


def test_the_document_is_held_against_real_answers() -> None:
    """The tests of the API do that with every answer, if they can."""
    assert validating.INSTALLED, "jsonschema is missing: make installs it (requirements-dev.lock)"
