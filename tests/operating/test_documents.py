"""The documents under /.well-known, from a checkout and from an installed wheel."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from activitypub.discovery.host_meta import build_host_meta_json, build_host_meta_xrd
from activitypub.discovery.nodeinfo import build_nodeinfo_links
from activitypub.discovery.oauth import build_oauth_metadata
from fedi_cotweet import documents
from fedi_cotweet.domain.scopes import ALL
from tests.mastodon_api.validating import validate

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


def test_both_forms_of_host_meta_are_what_the_protocol_library_says() -> None:
    xrd = _by_path()["/.well-known/host-meta"].body.decode()
    assert ElementTree.canonicalize(xrd, strip_text=True) == ElementTree.canonicalize(
        build_host_meta_xrd(BASE), strip_text=True
    )
    jrd = json.loads(_by_path()["/.well-known/host-meta.json"].body)
    assert jrd == build_host_meta_json(BASE)


def test_nodeinfo_leads_to_both_versions_and_to_the_instance_actor() -> None:
    links = json.loads(_by_path()["/.well-known/nodeinfo"].body)
    assert links == build_nodeinfo_links(BASE, application=f"{BASE}/actor")


def test_the_oauth_metadata_is_what_the_protocol_library_says() -> None:
    path = "/.well-known/oauth-authorization-server"
    assert validate("GET", path, 200, json.loads(_by_path()[path].body))
    # RFC 8414 section 3.3: the issuer must be identical to what the document's address came from.
    metadata = json.loads(_by_path()["/.well-known/oauth-authorization-server"].body)
    assert metadata == build_oauth_metadata(
        BASE,
        authorization_endpoint=f"{BASE}/oauth/authorize",
        token_endpoint=f"{BASE}/oauth/token",
        revocation_endpoint=f"{BASE}/oauth/revoke",
        app_registration_endpoint=f"{BASE}/api/v1/apps",
        userinfo_endpoint=f"{BASE}/oauth/userinfo",
        service_documentation="https://docs.joinmastodon.org/",  # for who makes apps
        scopes=ALL,
        auth_methods=("client_secret_basic", "client_secret_post", "none"),
    )


def test_the_oauth_metadata_names_passwords_only_where_they_are_taken() -> None:
    path = "/.well-known/oauth-authorization-server"
    for taken in (False, True):
        found = {doc.path: doc for doc in documents.well_known(BASE, password_grant=taken)}
        grants = json.loads(found[path].body)["grant_types_supported"]
        assert grants == ["authorization_code", "client_credentials"] + ["password"] * taken
