"""docs/reference/apps.md against the routes it describes."""

from __future__ import annotations

from fedi_cotweet.oauth.routes import ENDPOINTS
from fedi_cotweet.web.routes import PAGES
from tests.docs.pages import ROOT, prose, table

PAGE = ROOT / "docs/reference/apps.md"


def test_every_address_for_apps_is_on_the_page_and_no_other() -> None:
    said = {(row[0], row[1]) for row in table(prose(PAGE)) if row[0] in ("GET", "POST")}
    pages = {(method, path) for method, path, _ in PAGES if path.startswith("/oauth/")}
    routes = {(method, path) for method, path, _ in ENDPOINTS}
    assert said == routes | pages | {("GET", "/.well-known/oauth-authorization-server")}
