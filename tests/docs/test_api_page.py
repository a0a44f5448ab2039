"""docs/reference/api.md against the routes, views and refusals it describes."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
import re
from pathlib import Path

import pytest

from fedi_cotweet import api, services
from fedi_cotweet.api.routes import ENDPOINTS, Endpoint
from fedi_cotweet.cli.decoding import read_view
from fedi_cotweet.federation import finding
from fedi_cotweet.services import views
from storage import errors as storage_errors
from tests.docs.pages import ROOT, blocks, prose, section, table

PAGE = ROOT / "docs/reference/api.md"
VIEWS = {
    name: view
    for name, view in inspect.getmembers(views, inspect.isclass)
    if dataclasses.is_dataclass(view) and name not in ("ProfileView", "ProfileFieldView")
}
"""Profiles are for pages only."""


def _rows() -> dict[tuple[str, str], str]:
    return {
        (row[0], row[1]): row[2]
        for row in table(prose(PAGE))
        if row[0] in ("GET", "POST", "PUT", "DELETE")
    }


def test_every_route_is_on_the_page_and_no_other() -> None:
    assert set(_rows()) == {(method, path) for method, path, _ in ENDPOINTS}


def _taken(endpoint: Endpoint) -> set[str]:
    """The members and queries an endpoint reads, required ones without a question mark."""
    module = inspect.getmodule(endpoint)
    names = set()
    for call in ast.walk(ast.parse(inspect.getsource(endpoint))):
        if not isinstance(call, ast.Call):
            continue
        what = ast.unparse(call.func)
        if what == "call.members":
            shape = getattr(module, ast.unparse(call.args[0]))
            for field in dataclasses.fields(shape):
                optional = (field.default, field.default_factory) != (dataclasses.MISSING,) * 2
                names.add(field.metadata.get("name", field.name) + ("?" if optional else ""))
        elif what == "call.window":
            names |= {"?before", "?limit"}
        elif what == "call.before":
            names.add("?before")
        elif what in ("call.query_number", "call.request.query.get"):
            names.add(f"?{ast.literal_eval(call.args[0])}")
    return names


@pytest.mark.parametrize(
    ("method", "path", "endpoint"), ENDPOINTS, ids=[f"{m} {p}" for m, p, _ in ENDPOINTS]
)
def test_a_route_takes_what_the_page_says(method: str, path: str, endpoint: Endpoint) -> None:
    said = re.sub(r"\([^)]*\)|: .*", "", _rows()[method, path])
    if "multipart/form-data" in said:
        said = ""  # a form, not members
    assert {name.strip() for name in said.split(",") if name.strip()} == _taken(endpoint)


@pytest.mark.parametrize("name", VIEWS)
def test_every_member_of_a_view_is_on_the_page(name: str) -> None:
    said = section(PAGE, name)
    named = set(re.findall(r"`(\w+)`", said)) | set(re.findall(r'"(\w+)":', said))
    assert {field.name for field in dataclasses.fields(VIEWS[name])} - named == set()


def _examples() -> list[tuple[str, str]]:
    return [
        (block.note, block.text)
        for block in blocks(PAGE)
        if block.language == "json" and block.note
    ]


@pytest.mark.parametrize(("name", "text"), _examples(), ids=[name for name, _ in _examples()])
def test_an_example_is_what_the_command_line_can_read(name: str, text: str) -> None:
    document = json.loads(text)
    made = read_view(VIEWS[name], document)
    assert json.loads(json.dumps(dataclasses.asdict(made))) == document


def _refusals() -> set[tuple[str, int]]:
    """Every refusal with a code and status of its own in services, API and the finders."""
    found = set()
    folders = [Path(str(package.__file__)).parent for package in (services, api)]
    sources = [path for folder in folders for path in folder.glob("*.py")]
    for source in (*sources, Path(finding.__file__)):
        for call in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call) or len(call.args) < 2:
                continue
            first, second = call.args[:2]
            if not (isinstance(first, ast.Constant) and isinstance(second, ast.Constant)):
                continue
            match ast.unparse(call.func):
                case "ServiceError":
                    found.add((str(first.value), int(str(second.value))))
                case "refusal":
                    found.add((str(second.value), int(str(first.value))))
    return found


def test_every_refusal_is_on_the_page_with_its_status() -> None:
    written = {(row[0], int(row[1])) for row in table(section(PAGE, "Errors"))}
    assert written == _refusals()


def test_the_codes_of_the_database_are_on_the_page() -> None:
    said = section(PAGE, "Errors")
    answered: list[type[storage_errors.StorageError]] = [storage_errors.StorageError]
    answered += storage_errors.StorageError.__subclasses__()
    for error in answered:
        if error.code in ("schema_mismatch", "bad_database_url"):
            continue  # the server does not start
        assert f"`{error.code}` ({error.status})" in said
