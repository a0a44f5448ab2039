"""Handles, WebFinger, host-meta, NodeInfo and OAuth metadata."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from activitypub.discovery import (
    Discovered,
    Handle,
    Instance,
    build_host_meta_json,
    build_host_meta_xrd,
    build_jrd,
    build_nodeinfo,
    build_nodeinfo_links,
    build_oauth_metadata,
    build_server_jrd,
    claimed_handles,
    discover,
    nodeinfo_type,
    parse_handle,
    parse_jrd,
    parse_nodeinfo,
    parse_nodeinfo_links,
    webfinger_url,
)
from activitypub.discovery.webfinger import SUBSCRIBE
from activitypub.errors import DocumentError
from activitypub.verdicts import Fetched, Need, Refused

VECTORS = Path(__file__).parents[1] / "vectors"
CASES = json.loads((VECTORS / "webfinger" / "examples.json").read_text())["cases"]
BOB = Handle("bob", "b.example")
BOB_ID = "https://b.example/users/bob"


@pytest.mark.parametrize(
    ("written", "handle"),
    [
        ("@bob@b.example", BOB),
        ("bob@b.example", BOB),
        ("acct:bob@b.example", BOB),
        (" @bob@B.Example ", BOB),
        ("@bob@b.example:443", BOB),
        ("@bob@127.0.0.1:8000", Handle("bob", "127.0.0.1:8000")),
        ("@Bob_x.y-z@bücher.example", Handle("Bob_x.y-z", "xn--bcher-kva.example")),
    ],
)
def test_a_handle_is_read(written: str, handle: Handle) -> None:
    assert parse_handle(written) == handle
    assert parse_handle(handle.resource) == parse_handle(handle.acct) == handle


@pytest.mark.parametrize(
    "written",
    [
        "",
        "bob",
        "@bob",
        "@@b.example",
        "bob@",
        "bob@b@c.example",
        "bob@b.example/x",
        "b ob@b.example",
        "bob@b.example?x",
        "bob@b.example#x",
        "https://b.example/@bob",
        "bob@user:pw@b.example",
        "bob@b.example:x",
        "bob@b.example:99999",
        ".bob@b.example",
        "bob.@b.example",
        "bob@b..example",
        "bob@b.example.",
        "bob\0@b.example",
        "b" * 129 + "@b.example",
        "x" * 10**6,
    ],
)
def test_what_is_no_handle_is_refused(written: str) -> None:
    with pytest.raises(DocumentError):
        parse_handle(written)


def test_user_names_are_compared_without_case_and_hosts_are_not_merged() -> None:
    assert BOB.same_as(Handle("BOB", "b.example"))
    assert not BOB.same_as(Handle("bob", "b.example:8000"))


def test_the_question_survives_the_address_bar() -> None:
    url = webfinger_url(Handle("bob", "127.0.0.1:8000"), "http")
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("http", "127.0.0.1:8000")
    assert parse_qs(parts.query) == {"resource": ["acct:bob@127.0.0.1:8000"]}


def test_our_answer_names_the_actor_and_its_page() -> None:
    document = build_jrd(
        BOB,
        BOB_ID,
        "https://b.example/@bob",
        avatar=("https://b.example/media/1.png", "image/png"),
        templates={SUBSCRIBE: "https://b.example/authorize?uri={uri}"},
    )
    jrd = parse_jrd(document)
    assert (jrd.subject, jrd.actor_id) == (BOB, BOB_ID)
    assert jrd.profile_page == "https://b.example/@bob"
    assert document["aliases"] == ["https://b.example/@bob", BOB_ID]


def test_the_server_itself_can_be_looked_up() -> None:
    document = build_server_jrd("https://b.example", "https://b.example/actor")
    assert document["links"][0]["rel"] == "https://www.w3.org/ns/activitystreams#Service"
    assert document["links"][0]["href"] == "https://b.example/actor"


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_the_examples_of_the_report_are_read(case: dict[str, Any]) -> None:
    assert parse_jrd(case["jrd"]).actor_id == case["actor"]


@pytest.mark.parametrize(
    "link",
    [
        {"rel": "self", "type": "application/json", "href": BOB_ID},
        {"rel": "self", "type": "application/ld+json", "href": BOB_ID},
        {"rel": "self", "href": BOB_ID},
        {"rel": "alternate", "type": "application/activity+json", "href": BOB_ID},
        {"rel": "self", "type": "application/activity+json", "href": "javascript:alert(1)"},
        {"rel": "self", "type": "application/activity+json", "href": "data:x,y"},
        {"rel": "self", "type": "application/activity+json", "href": "file:///etc/passwd"},
        {"rel": "self", "type": "application/activity+json", "href": "/users/bob"},
        {"rel": "self", "type": "application/activity+json", "href": [BOB_ID]},
        {"rel": ["self"], "type": "application/activity+json", "href": BOB_ID},
        {"rel": "self", "type": 7, "href": BOB_ID},
        "https://b.example/users/bob",
        7,
        None,
    ],
)
def test_an_answer_without_a_link_to_an_actor_is_refused(link: Any) -> None:
    for links in ([link], link):
        with pytest.raises(DocumentError):
            parse_jrd({"subject": BOB.resource, "links": links})


@pytest.mark.parametrize("subject", [None, 7, "https://b.example/@bob", "bob@b.example", "acct:x"])
def test_a_subject_that_is_no_account_is_none(subject: Any) -> None:
    assert parse_jrd(build_jrd(BOB, BOB_ID) | {"subject": subject}).subject is None


def answer(handle: Handle, jrd: dict[str, Any] | None, status: int = 200) -> dict[str, Fetched]:
    url = webfinger_url(handle)
    return {url: Fetched(url, status, 0, url, document=jrd)}


def looked_up(handle: Handle, known: dict[str, Fetched]) -> Discovered | Need | str:
    verdict = discover(handle, known, own_host="a.example")
    return verdict.code if isinstance(verdict, Refused) else verdict


def test_a_handle_is_looked_up_at_its_host() -> None:
    assert looked_up(BOB, {}) == Need((webfinger_url(BOB),))
    known = answer(BOB, build_jrd(BOB, BOB_ID, "https://b.example/@bob"))
    assert looked_up(BOB, known) == Discovered(BOB, BOB_ID, "https://b.example/@bob")


def test_the_host_decides_how_the_name_is_written() -> None:
    known = answer(Handle("BOB", "b.example"), build_jrd(BOB, BOB_ID))
    assert looked_up(Handle("BOB", "b.example"), known) == Discovered(BOB, BOB_ID, None)


def test_another_subject_must_be_confirmed_by_its_own_host() -> None:
    asked = Handle("bob", "social.b.example")
    known = answer(asked, build_jrd(BOB, BOB_ID))
    assert looked_up(asked, known) == Need((webfinger_url(BOB),))
    known |= answer(BOB, build_jrd(BOB, BOB_ID))
    assert looked_up(asked, known) == Discovered(BOB, BOB_ID, None)


def test_a_host_cannot_claim_somebody_elses_handle() -> None:
    mallory = Handle("mallory", "evil.example")
    claim = build_jrd(BOB, "https://evil.example/users/mallory")
    known = answer(mallory, claim) | answer(BOB, build_jrd(BOB, BOB_ID))
    assert looked_up(mallory, known) == "other_actor"
    assert looked_up(mallory, answer(mallory, claim) | answer(BOB, None, 404)) == "gone"


def test_a_chain_of_subjects_ends_after_the_second_question() -> None:
    first, second = Handle("bob", "c.example"), Handle("bob", "d.example")
    known = answer(first, build_jrd(second, BOB_ID)) | answer(second, build_jrd(BOB, BOB_ID))
    assert looked_up(first, known) == "unstable_subject"


def test_nobody_else_says_who_our_people_are() -> None:
    alice = Handle("alice", "a.example")
    assert looked_up(alice, {}) == "own_host"
    assert looked_up(BOB, answer(BOB, build_jrd(alice, BOB_ID))) == "own_host"
    ours = build_jrd(BOB, "https://a.example/users/alice")
    assert looked_up(BOB, answer(BOB, ours)) == "own_host"


@pytest.mark.parametrize(
    ("status", "jrd", "expected"),
    [
        (404, None, "gone"),
        (410, None, "gone"),
        (500, None, "not_fetched"),
        (0, None, "not_fetched"),
        (200, None, "not_fetched"),
        (200, {"subject": "acct:bob@b.example"}, "bad_document"),
    ],
)
def test_a_host_that_does_not_answer_is_told_apart_from_one_that_says_no(
    status: int, jrd: dict[str, Any] | None, expected: str
) -> None:
    assert looked_up(BOB, answer(BOB, jrd, status)) == expected


def test_an_actor_claims_its_own_address_first_and_its_host_second() -> None:
    assert claimed_handles("https://social.b.example/u/1", "bob", "bob@b.example") == [
        BOB,
        Handle("bob", "social.b.example"),
    ]
    assert claimed_handles(BOB_ID, "bob", "BOB@b.example") == [Handle("BOB", "b.example")]
    assert claimed_handles(BOB_ID, "bob", None) == [BOB]
    assert claimed_handles("urn:x", "bob", "nonsense") == []


def test_host_meta_points_to_webfinger() -> None:
    expected = "https://b.example/.well-known/webfinger?resource={uri}"
    link = ElementTree.fromstring(build_host_meta_xrd("https://b.example"))[0]
    assert link.attrib["template"] == expected
    assert link.attrib["rel"] == "lrdd"
    assert build_host_meta_json("https://b.example")["links"][0]["template"] == expected


def conforms(value: Any, schema: dict[str, Any], where: str = "document") -> list[str]:
    """The ways in which ``value`` breaks the JSON Schema rules that NodeInfo's schemas use."""
    known = {"$schema", "id", "description", "type", "additionalProperties", "required", "enum"} | {
        "properties", "pattern", "minItems", "items", "minimum", "minProperties"
    }  # fmt: skip
    assert schema.keys() <= known, f"a rule this test does not know in {where}"
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
    kind = kinds.get(schema.get("type", ""))
    if kind is not None and type(value) is not kind:
        return [f"{where} is no {schema['type']}"]
    broken = []
    if "enum" in schema and value not in schema["enum"]:
        broken.append(f"{where} is none of {schema['enum']}")
    if "pattern" in schema and re.search(schema["pattern"], value) is None:
        broken.append(f"{where} does not match")
    if "minimum" in schema and value < schema["minimum"]:
        broken.append(f"{where} is too small")
    if isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            broken.append(f"{where} is too short")
        for entry in value:
            broken += conforms(entry, schema["items"], f"{where}[]")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        broken += [
            f"{where}.{name} is missing" for name in schema.get("required", []) if name not in value
        ]
        for name, entry in value.items():
            if name in properties:
                broken += conforms(entry, properties[name], f"{where}.{name}")
            elif schema.get("additionalProperties") is False:
                broken.append(f"{where}.{name} is not allowed")
    return broken  # fmt: skip


VERSIONS: list[Literal["2.0", "2.1"]] = ["2.0", "2.1"]
FULL = Instance(
    software="fedi-cotweet",
    version="0.1.0",
    open_registrations=False,
    repository="https://code.example/fedi_cotweet",
    homepage="https://cotweet.example",
    users_total=3,
    users_month=2,
    users_halfyear=3,
    local_posts=10,
    local_comments=0,
    metadata={"nodeName": "b.example", "features": ["https://w3id.org/fep/af48"]},
)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("instance", [FULL, Instance("x", "1", open_registrations=True)])
def test_our_nodeinfo_validates(version: Literal["2.0", "2.1"], instance: Instance) -> None:
    schema = json.loads((VECTORS / "nodeinfo" / version / "schema.json").read_text())
    document = build_nodeinfo(instance, version)
    assert conforms(document, schema) == []
    assert conforms(document | {"protocols": []}, schema) == ["document.protocols is too short"]
    assert conforms(document | {"extra": 1}, schema) == ["document.extra is not allowed"]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_published_nodeinfo_example_validates_and_is_read(version: str) -> None:
    folder = VECTORS / "nodeinfo" / version
    example = json.loads((folder / "example.json").read_text())
    assert conforms(example, json.loads((folder / "schema.json").read_text())) == []
    assert parse_nodeinfo(example).software == example["software"]["name"]


def test_numbers_we_do_not_know_are_left_out() -> None:
    assert build_nodeinfo(Instance("x", "1", open_registrations=True), "2.1")["usage"] == {
        "users": {}
    }


def test_nodeinfo_is_found_through_its_list() -> None:
    links = build_nodeinfo_links("https://b.example", application="https://b.example/actor")
    where = parse_nodeinfo_links(links, "https://b.example/.well-known/nodeinfo")
    assert where == "https://b.example/nodeinfo/2.1"
    assert links["links"][-1]["rel"] == "https://www.w3.org/ns/activitystreams#Application"
    assert "schema/2.1#" in nodeinfo_type("2.1")


@pytest.mark.parametrize(
    "href",
    [
        "https://evil.example/nodeinfo/2.0",
        "http://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://b",
        "data:application/json,{}",
        "/nodeinfo/2.0",
        7,
        None,
        ["https://b.example/nodeinfo/2.0"],
    ],
)
def test_the_list_does_not_send_us_elsewhere(href: Any) -> None:
    links = [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": href}, 7, None]
    with pytest.raises(DocumentError):
        parse_nodeinfo_links({"links": links}, "https://b.example/.well-known/nodeinfo")


def test_old_and_odd_nodeinfo_is_read() -> None:
    old = {
        "software": {"name": "Diaspora", "version": "0.5"},
        "protocols": {"inbound": ["diaspora"], "outbound": ["diaspora", 7]},
        "openRegistrations": "yes",
        "metadata": 7,
    }
    info = parse_nodeinfo(old)
    assert (info.software, info.protocols) == ("diaspora", ("diaspora",))
    assert (info.open_registrations, info.metadata) == (False, {})


@pytest.mark.parametrize("document", [{}, {"software": 7}, {"software": {}}, {"software": []}])
def test_nodeinfo_that_names_no_software_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(DocumentError):
        parse_nodeinfo(document)


def test_oauth_metadata_lists_only_the_endpoints_there_are() -> None:
    least = build_oauth_metadata(
        "https://b.example/",
        authorization_endpoint="https://b.example/oauth/authorize",
        token_endpoint="https://b.example/oauth/token",
        scopes=["read", "write"],
    )
    assert {name for name in least if name.endswith("_endpoint")} == {
        "authorization_endpoint",
        "token_endpoint",
    }
    assert least["code_challenge_methods_supported"] == ["S256"]
    assert least["scopes_supported"] == ["read", "write"]
    more = build_oauth_metadata(
        "https://b.example/",
        authorization_endpoint="https://b.example/oauth/authorize",
        token_endpoint="https://b.example/oauth/token",
        scopes=[],
        revocation_endpoint="https://b.example/oauth/revoke",
        app_registration_endpoint="https://b.example/api/v1/apps",
    )
    assert more["revocation_endpoint"] == "https://b.example/oauth/revoke"
    assert more["app_registration_endpoint"] == "https://b.example/api/v1/apps"
