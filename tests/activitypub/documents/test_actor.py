"""Actors: whose keys and inboxes are believed, and what we say of ourselves."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.documents.actor import (
    ApprovalPolicy,
    Picture,
    build_actor,
    parse_actor,
)
from activitypub.errors import DocumentError

BOB = "https://b.example/users/bob"
PEM = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"
ED25519 = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
RSA = "z4MXj1wBzi9jUstyPMS4jQqB6KdJaiatPkAtVtGc6bQEQEEsKTic4G7Rou3iBf9vPmT5dbkm9qsZsuVNjq8HCuW1w"


def bob(**changes: Any) -> dict[str, Any]:
    """Bob as his server shows him; a change to None takes the member away."""
    document: dict[str, Any] = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": BOB,
        "type": "Person",
        "preferredUsername": "bob",
        "inbox": f"{BOB}/inbox",
        "outbox": f"{BOB}/outbox",
        "publicKey": {"id": f"{BOB}#main-key", "owner": BOB, "publicKeyPem": PEM},
    }
    document |= changes
    return {member: value for member, value in document.items() if value is not None}


def multikey(**changes: Any) -> dict[str, Any]:
    return {
        "id": f"{BOB}#ed25519-key",
        "type": "Multikey",
        "controller": BOB,
        "publicKeyMultibase": ED25519,
    } | changes


def test_an_actor_is_read() -> None:
    view = parse_actor(
        bob(
            name="Bob",
            summary="<p>Hi</p>",
            url="https://b.example/@bob",
            endpoints={"sharedInbox": "https://b.example/inbox"},
            followers=f"{BOB}/followers",
            following=f"{BOB}/following",
            featured=f"{BOB}/collections/featured",
            published="2026-11-20T10:00:00Z",
            manuallyApprovesFollowers=True,
            discoverable=True,
            indexable=True,
            icon={"type": "Image", "url": "https://cdn.example/bob.png"},
            image=[{"type": "Image", "url": [{"type": "Link", "href": "https://b.example/h.png"}]}],
            attachment=[{"type": "PropertyValue", "name": "Site", "value": "<a>x</a>"}],
            alsoKnownAs="https://old.example/bob",
            movedTo={"id": "https://new.example/bob"},
            webfinger="acct:bob@b.example",
            assertionMethod=[multikey()],
        )
    )
    assert (view.id, view.kind, view.username, view.name) == (BOB, "Person", "bob", "Bob")
    assert (view.summary, view.url) == ("<p>Hi</p>", "https://b.example/@bob")
    assert (view.inbox, view.shared_inbox) == (f"{BOB}/inbox", "https://b.example/inbox")
    assert (view.followers, view.following) == (f"{BOB}/followers", f"{BOB}/following")
    assert view.featured == f"{BOB}/collections/featured"
    assert view.published_at == 1795168800000
    assert view.manually_approves
    assert view.discoverable
    assert view.indexable
    assert view.icon_url == "https://cdn.example/bob.png"
    assert view.image_url == "https://b.example/h.png"
    assert view.fields == (("Site", "<a>x</a>"),)
    assert view.also_known_as == ("https://old.example/bob",)
    assert view.moved_to == "https://new.example/bob"
    assert view.webfinger == "bob@b.example"
    assert [(key.id, key.kind, key.public) for key in view.keys] == [
        (f"{BOB}#main-key", "rsa", PEM.strip()),
        (f"{BOB}#ed25519-key", "ed25519", ED25519),
    ]


def test_what_an_actor_does_not_say_is_not_so() -> None:
    view = parse_actor(bob())
    assert (view.manually_approves, view.discoverable, view.indexable) == (False, False, False)
    assert view.can_co_author is None
    assert view.url == BOB
    assert view.implements == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": "acct:bob@b.example"},
        {"id": ["https://b.example/users/bob"]},
        {"type": None},
        {"type": "Note", "outbox": None},
        {"type": 7, "outbox": "https://b.example/o"},
        {"inbox": None},
        {"inbox": 7},
        {"inbox": "https://evil.example/inbox"},
        {"inbox": "http://b.example/users/bob/inbox"},
        {"inbox": "https://b.example:8443/users/bob/inbox"},
        {"preferredUsername": None},
        {"preferredUsername": "bob@evil.example"},
        {"preferredUsername": "bob bob"},
        {"preferredUsername": "b/b"},
        {"preferredUsername": "b" * 129},
        {"preferredUsername": ["bob"]},
        {"publicKey": {"id": f"{BOB}#main-key", "owner": "https://b.example/users/carol"}},
    ],
)
def test_a_document_that_is_no_proper_actor_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DocumentError):
        parse_actor(bob(**changes))


def test_an_actor_is_what_has_inbox_and_outbox_whatever_its_type() -> None:
    assert parse_actor(bob(type="Bot")).kind == "Bot"
    assert parse_actor(bob(type=["Bot", "Service"])).kind == "Service"


@pytest.mark.parametrize("member", ["outbox", "followers", "following", "featured"])
def test_collections_on_a_foreign_origin_are_left_out(member: str) -> None:
    view = parse_actor(bob(**{member: "https://a.example/users/alice/followers"}))
    assert getattr(view, member) is None


@pytest.mark.parametrize(
    "endpoints", [7, [], {"sharedInbox": 7}, {"sharedInbox": "https://evil.example/inbox"}]
)
def test_a_foreign_shared_inbox_is_left_out(endpoints: Any) -> None:
    assert parse_actor(bob(endpoints=endpoints)).shared_inbox is None


def test_a_profile_page_elsewhere_does_not_pass_for_the_actors() -> None:
    assert parse_actor(bob(url="https://bank.example/@bob")).url == BOB


@pytest.mark.parametrize(
    "key",
    [
        {"id": "https://evil.example/key", "owner": BOB, "publicKeyPem": PEM},
        {"id": f"{BOB}#main-key", "owner": "https://evil.example/bob", "publicKeyPem": PEM},
        {"id": f"{BOB}#main-key", "owner": "https://b.example/users/carol", "publicKeyPem": PEM},
        {"id": f"{BOB}#main-key", "owner": None, "publicKeyPem": PEM},
        {"id": f"{BOB}#main-key", "owner": BOB},
        {"id": f"{BOB}#main-key", "owner": BOB, "publicKeyPem": "MIIB"},
        {"id": f"{BOB}#main-key", "owner": BOB, "publicKeyPem": [PEM]},
        {"id": f"{BOB}#main-key", "owner": BOB, "publicKeyPem": PEM + "x" * 20_000},
        {"owner": BOB, "publicKeyPem": PEM},
    ],
)
def test_nobody_lends_their_key_to_an_actor(key: dict[str, Any]) -> None:
    with pytest.raises(DocumentError):
        parse_actor(bob(publicKey=key))
    good = {"id": f"{BOB}#second", "owner": BOB, "publicKeyPem": PEM}
    assert [entry.id for entry in parse_actor(bob(publicKey=[key, good])).keys] == [good["id"]]


def test_a_key_without_owner_belongs_to_the_actor_that_embeds_it() -> None:
    view = parse_actor(bob(publicKey={"id": f"{BOB}#main-key", "publicKeyPem": PEM}))
    assert [key.owner for key in view.keys] == [BOB]


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "https://evil.example/key"},
        {"controller": "https://evil.example/bob"},
        {"controller": "https://b.example/users/carol"},
        {"controller": None},
        {"type": "Key"},
        {"publicKeyMultibase": "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"},
        {"publicKeyMultibase": 7},
        {"publicKeyMultibase": ED25519 + "x" * 20_000},
    ],
)
def test_a_multikey_that_is_not_the_actors_own_is_left_out(changes: dict[str, Any]) -> None:
    view = parse_actor(bob(assertionMethod=[multikey(**changes), "https://b.example/key", 7]))
    assert [key.kind for key in view.keys] == ["rsa"]


def test_multikeys_are_told_apart_by_their_prefix() -> None:
    keys = [multikey(), multikey(id=f"{BOB}#rsa", publicKeyMultibase=RSA)]
    view = parse_actor(bob(publicKey=None, assertionMethod=keys))
    assert [key.kind for key in view.keys] == ["ed25519", "rsa"]


def test_of_two_keys_with_one_id_the_first_counts_and_ten_are_enough() -> None:
    twice = [multikey(), multikey(publicKeyMultibase="z6MkOther")]
    assert [key.public for key in parse_actor(bob(publicKey=None, assertionMethod=twice)).keys] == [
        ED25519
    ]
    many = [multikey(id=f"{BOB}#{number}") for number in range(100)]
    assert len(parse_actor(bob(assertionMethod=many)).keys) == 10


def test_an_actor_without_keys_can_be_shown() -> None:
    assert parse_actor(bob(publicKey=None)).keys == ()


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (None, None),
        (7, None),
        ({}, None),
        ({"canQuote": {}}, None),
        ({"canCoAuthor": "x"}, None),
        ({"canCoAuthor": {}}, ()),
        ({"canCoAuthor": {"manualApproval": f"{BOB}/following"}}, (f"{BOB}/following",)),
        (
            {"canCoAuthor": {"manualApproval": ["https://x/1", 7], "automaticApproval": [BOB]}},
            ("https://x/1", BOB),
        ),
        ({"canCoAuthor": {"automaticApproval": [BOB], "manualApproval": [BOB]}}, (BOB,)),
    ],
)
def test_the_policy_names_whose_invitations_are_welcome(
    policy: Any, expected: tuple[str, ...] | None
) -> None:
    assert parse_actor(bob(interactionPolicy=policy)).can_co_author == expected


@pytest.mark.parametrize(
    "where",
    [
        {"implements": [{"href": "https://w3id.org/fep/af48", "name": "FEP-af48"}]},
        {"implements": "https://w3id.org/fep/af48"},
        {"generator": {"type": "Application", "implements": ["https://w3id.org/fep/af48"]}},
    ],
)
def test_capabilities_are_read_from_the_actor_and_its_generator(where: dict[str, Any]) -> None:
    assert parse_actor(bob(**where)).implements == ("https://w3id.org/fep/af48",)


@pytest.mark.parametrize("webfinger", ["bob", "https://b.example/@bob", 7, "bob@@b.example"])
def test_a_webfinger_address_that_is_none_is_ignored(webfinger: Any) -> None:
    assert parse_actor(bob(webfinger=webfinger)).webfinger is None


def test_an_actor_without_user_name_goes_by_its_webfinger_address() -> None:
    view = parse_actor(bob(preferredUsername=None, webfinger="robert@b.example"))
    assert view.username == "robert"


def test_an_instance_actor_without_user_name_is_called_after_its_host() -> None:
    assert parse_actor(bob(preferredUsername=None, type="Application")).username == "b.example"


def test_names_come_from_maps_where_there_is_no_string() -> None:
    assert parse_actor(bob(nameMap={"en": "Bob", "de": 7})).name == "Bob"
    in_german = bob(
        **{"@context": [{"@language": "de"}]}, summaryMap={"en": "Hello", "de": "Hallo"}
    )
    assert parse_actor(in_german).summary == "Hallo"


def test_long_lists_and_texts_are_cut() -> None:
    view = parse_actor(
        bob(
            name="n" * 10_000,
            attachment=[{"type": "PropertyValue", "name": str(n), "value": ""} for n in range(99)],
            alsoKnownAs=[f"https://x.example/{n}" for n in range(1000)],
        )
    )
    assert len(view.name) == 500
    assert len(view.fields) == 50
    assert len(view.also_known_as) == 50


@pytest.mark.parametrize("member", ["icon", "image", "attachment", "tag", "endpoints", "name"])
@pytest.mark.parametrize("value", [7, True, [], {}, [[]], [None], [{"url": 7}], {"url": {}}, "x"])
def test_odd_shapes_do_no_harm(member: str, value: Any) -> None:
    view = parse_actor(bob(**{member: value}))
    assert view.icon_url is None
    assert view.image_url is None


def test_only_web_addresses_of_images_become_pictures() -> None:
    assert parse_actor(bob(icon={"url": "javascript:alert(1)"})).icon_url is None
    film = {"url": "https://b.example/a.mp4", "mediaType": "video/mp4"}
    assert parse_actor(bob(icon=film)).icon_url is None


def built(**changes: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "id": BOB,
        "username": "bob",
        "inbox": f"{BOB}/inbox",
        "outbox": f"{BOB}/outbox",
        "shared_inbox": "https://b.example/inbox",
        "webfinger": "bob@b.example",
        "rsa_public_pem": PEM,
        "ed25519_multikey": ED25519,
    }
    return build_actor(**arguments | changes)


def test_what_we_build_we_can_read() -> None:
    document = built(
        name="Bob",
        summary="<p>Hi</p>",
        url="https://b.example/@bob",
        followers=f"{BOB}/followers",
        following=f"{BOB}/following",
        featured=f"{BOB}/collections/featured",
        published_at=1795168800000,
        manually_approves=True,
        discoverable=False,
        indexable=True,
        fields=[("Site", "x")],
        icon=Picture("https://b.example/media/1.png", "image/png", "a face"),
        image=Picture("https://b.example/media/2.png", "image/png"),
        also_known_as=["https://old.example/bob"],
        can_co_author=ApprovalPolicy(manual=(f"{BOB}/following",)),
        application="https://b.example/actor",
    )
    view = parse_actor(document)
    assert view.name == "Bob"
    assert view.url == "https://b.example/@bob"
    assert view.shared_inbox == "https://b.example/inbox"
    assert view.manually_approves
    assert view.indexable
    assert not view.discoverable
    assert view.fields == (("Site", "x"),)
    assert view.icon_url == "https://b.example/media/1.png"
    assert view.can_co_author == (f"{BOB}/following",)
    assert view.webfinger == "bob@b.example"
    assert "https://w3id.org/fep/af48" in view.implements
    assert [key.id for key in view.keys] == [f"{BOB}#main-key", f"{BOB}#ed25519-key"]
    assert document["generator"]["id"] == "https://b.example/actor"


def test_our_public_key_is_one_object_because_misskey_refuses_a_list() -> None:
    document = built()
    assert document["publicKey"] == {"id": f"{BOB}#main-key", "owner": BOB, "publicKeyPem": PEM}
    assert document["assertionMethod"][0]["controller"] == BOB


def test_our_empty_texts_are_left_out_because_misskey_refuses_them() -> None:
    assert not {"name", "summary", "icon", "attachment", "movedTo"} & built().keys()


def test_a_policy_that_refuses_everyone_names_the_actor_itself() -> None:
    policy = built(can_co_author=ApprovalPolicy())["interactionPolicy"]
    assert policy == {"canCoAuthor": {"automaticApproval": [BOB]}}
    assert "interactionPolicy" not in built()


def test_the_instance_actor_lists_what_the_server_implements() -> None:
    document = built(kind="Application")
    assert {entry["href"] for entry in document["implements"]} == {
        "https://w3id.org/fep/af48",
        "https://datatracker.ietf.org/doc/html/rfc9421",
    }
    assert all(set(entry) == {"href", "name"} for entry in document["implements"])
    assert "generator" not in document
