"""docs/reference/client-to-server.md against the code it describes."""

from __future__ import annotations

from fedi_cotweet.federation.client import ENDPOINTS
from fedi_cotweet.federation.client.doing import ACTS, SCOPES
from tests.docs.pages import ROOT, prose, section, table

PAGE = ROOT / "docs/reference/client-to-server.md"


def test_the_addresses_are_those_of_the_code() -> None:
    said = {(row[0], row[1]) for row in table(prose(PAGE)) if row[0] in ("GET", "POST")}
    assert said == {(method, path) for path, listed in ENDPOINTS.items() for method, _ in listed}


def test_the_activities_and_their_scopes_are_those_of_the_code() -> None:
    said = {row[0]: row[1] for row in table(section(PAGE, "What can be posted"))}
    assert said == dict(SCOPES)
    assert said.keys() == ACTS.keys()
