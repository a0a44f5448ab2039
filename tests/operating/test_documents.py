"""The documents under /.well-known, from a checkout and from an installed wheel."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from fedi_cotweet import documents

BASE = "https://a.example"


def _by_path() -> dict[str, documents.WellKnownDocument]:
    return {found.path: found for found in documents.well_known(BASE)}


def test_a_checkout_has_its_documents_beside_the_package() -> None:
    assert documents.folder() == Path(documents.__file__).resolve().parent.parent / "well-known"


def test_an_installed_wheel_has_its_documents_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "fedi_cotweet"
    shutil.copytree(documents.folder(), package / "well_known")
    monkeypatch.setattr(documents, "__file__", str(package / "documents.py"))
    assert documents.folder() == package / "well_known"
    assert len(documents.well_known(BASE)) == 4


def test_an_incomplete_installation_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "__file__", str(tmp_path / "fedi_cotweet" / "documents.py"))
    with pytest.raises(documents.DocumentsMissingError, match="Install fedi-cotweet again"):
        documents.folder()


def test_every_address_in_the_documents_is_on_this_server() -> None:
    for found in documents.well_known(BASE):
        assert b"{base}" not in found.body
        assert BASE.encode() in found.body


def test_host_meta_leads_to_webfinger_in_both_forms() -> None:
    template = f"{BASE}/.well-known/webfinger?resource={{uri}}"
    xrd = ElementTree.fromstring(_by_path()["/.well-known/host-meta"].body)
    link = xrd.find("{http://docs.oasis-open.org/ns/xri/xrd-1.0}Link")
    assert link is not None
    assert link.attrib["template"] == template
    jrd = json.loads(_by_path()["/.well-known/host-meta.json"].body)
    assert [(link["rel"], link["template"]) for link in jrd["links"]] == [("lrdd", template)]


def test_nodeinfo_links_to_both_versions() -> None:
    links = json.loads(_by_path()["/.well-known/nodeinfo"].body)["links"]
    assert [link["href"] for link in links] == [f"{BASE}/nodeinfo/2.0", f"{BASE}/nodeinfo/2.1"]
    assert all(link["rel"].endswith(link["href"][-3:]) for link in links)


def test_the_oauth_issuer_is_the_base_url_itself_and_pkce_is_s256() -> None:
    # RFC 8414 section 3.3: the issuer must be identical to what the document's address came from.
    metadata = json.loads(_by_path()["/.well-known/oauth-authorization-server"].body)
    assert metadata["issuer"] == BASE
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert "implicit" not in metadata["grant_types_supported"]
