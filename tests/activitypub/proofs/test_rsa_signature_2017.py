from __future__ import annotations

import copy
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activitypub.errors import BadKeyError, DocumentError
from activitypub.proofs.eddsa_jcs_2022 import check_proof, make_proof
from activitypub.proofs.rsa_signature_2017 import check_signature, creator, make_signature
from activitypub.signatures.keys import SigningKey, generate_rsa, load_private, load_public
from activitypub.verdicts import Refused
from activitypub.vocab.terms import AS2, PUBLIC, SECURITY_V1
from tests.activitypub.proofs.documents import ED25519, NOW, PROTOCOL, RSA, VECTORS, create
from tests.examples import examples

MASTODON: Any = json.loads((VECTORS / "ld-signatures/rsasignature2017.json").read_text())
ACTOR: Any = json.loads((VECTORS / "ld-signatures/actor.json").read_text())
MASTODON_KEY = load_public("rsa", ACTOR["publicKey"]["publicKeyPem"])
PUBLIC_KEY = RSA.private.public_key()
Doc = dict[str, Any]


def test_a_real_signature_by_mastodon_is_valid() -> None:
    assert creator(MASTODON) == ACTOR["publicKey"]["id"]
    read = check_signature(MASTODON, MASTODON_KEY)
    assert isinstance(read, dict)
    for name in ("id", "type", "actor", "published"):
        assert read[name] == MASTODON[name]
    for name in ("id", "type", "attributedTo", "content", "contentMap", "sensitive", "url"):
        assert read["object"][name] == MASTODON["object"][name]
    assert read["to"] == read["object"]["to"] == PUBLIC
    assert "signature" not in read


def test_a_real_signature_over_another_content_is_refused() -> None:
    document = copy.deepcopy(MASTODON)
    document["object"]["content"] = "<p>Tset</p>"
    assert code(document, MASTODON_KEY) == "bad_signature"


def signed(**changes: Any) -> Doc:
    """A document signed by Alice, and members of the signature changed afterwards."""
    document = make_signature(create(), RSA, NOW)
    signature = {**document["signature"], **changes}
    document["signature"] = {name: value for name, value in signature.items() if value is not None}
    return document


def code(document: Doc, key: Any = PUBLIC_KEY, **arguments: Any) -> str | None:
    answer = check_signature(document, key, **arguments)
    return answer.code if isinstance(answer, Refused) else None


def test_what_alice_signs_is_read_back() -> None:
    read = check_signature(signed(), PUBLIC_KEY)
    assert isinstance(read, dict)
    document = create()
    note = document["object"]
    expected = {
        **{name: document[name] for name in ("id", "type", "actor", "cc", "published")},
        "to": PUBLIC,
        "object": {
            **note,
            "to": PUBLIC,
            "tag": note["tag"][0],
            "attachment": {**note["attachment"][0], "focalPoint": [0.0, -0.5]},
        },
    }
    read.pop("@context")
    assert read == expected


def test_what_is_read_can_be_signed_and_read_again() -> None:
    read = check_signature(signed(), PUBLIC_KEY)
    assert isinstance(read, dict)
    assert check_signature(make_signature(read, RSA, NOW), PUBLIC_KEY) == read


@pytest.mark.parametrize("name", [name for name in PROTOCOL if name != "keys"])
def test_documents_of_the_protocol_can_be_signed_beside_their_proofs(name: str) -> None:
    document = make_signature(PROTOCOL[name], RSA, NOW)
    read = check_signature(document, PUBLIC_KEY)
    assert isinstance(read, dict)
    assert (read["id"], read["type"]) == (document["id"], document["type"])
    assert "proof" not in read
    if name == "stamp":
        # Nothing is written in short: readers compare ids octet by octet.
        assert read["consentProfile"] == document["consentProfile"]
        assert read["consentedAuthors"] == document["consentedAuthors"]


def test_the_security_context_is_added_once() -> None:
    document = signed()
    assert document["@context"] == [*create()["@context"], SECURITY_V1]
    assert make_signature(document, RSA, NOW)["@context"] == document["@context"]
    single = make_signature({**create(), "@context": AS2}, RSA, NOW)
    assert single["@context"] == [AS2, SECURITY_V1]


def test_a_proof_and_a_signature_live_side_by_side() -> None:
    alice = ED25519["alice"]
    document = make_signature(make_proof(create(), alice, NOW), RSA, NOW)
    assert isinstance(check_signature(document, PUBLIC_KEY), dict)
    assert check_proof(document, alice.private.public_key()) is None


def test_only_an_rsa_key_signs_and_checks() -> None:
    with pytest.raises(BadKeyError):
        make_signature(create(), ED25519["alice"], NOW)
    assert code(signed(), ED25519["alice"].private.public_key()) == "wrong_key_kind"


def test_it_is_not_mallorys() -> None:
    mallory = SigningKey(RSA.key_id, load_private(generate_rsa()))
    assert code(signed(), mallory.private.public_key()) == "bad_signature"


@pytest.mark.parametrize(
    "context",
    [
        "https://c.example/context",
        [AS2, "https://c.example/context"],
        ["http://127.0.0.1/", AS2],
        [AS2, {"@import": "https://c.example/context"}],
        "file:///etc/passwd",
        5,
    ],
)
def test_a_document_with_a_context_we_do_not_carry_is_neither_signed_nor_read(
    context: Any,
) -> None:
    with pytest.raises(DocumentError):
        make_signature({**create(), "@context": context}, RSA, NOW)
    document = signed()
    document["@context"] = context
    assert code(document) in {"bad_json_ld", "scoped_context"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"type": "RsaSignature2018"}, "signature_type"),
        ({"type": ["RsaSignature2017"]}, "signature_type"),
        ({"type": None}, "signature_type"),
        ({"creator": None}, "signature_key_id"),
        ({"creator": {"id": "https://a.example/#k"}}, "signature_key_id"),
        ({"created": None}, "signature_created"),
        ({"created": "yesterday"}, "signature_created"),
        ({"expires": "tomorrow"}, "signature_expires"),
        ({"@context": AS2}, "signature_context"),
        ({"@graph": []}, "signature_options"),
        ({"proofPurpose": "assertionMethod"}, "signature_options"),
        ({"nonce": 5}, "signature_options"),
        ({"signatureValue": None}, "signature_value"),
        ({"signatureValue": "$"}, "signature_value"),
        ({"signatureValue": "é"}, "signature_value"),
        ({"signatureValue": "A" * 5000}, "signature_value"),
        ({"signatureValue": "AAAA"}, "bad_signature"),
        ({"creator": "https://a.example/#other"}, "bad_signature"),
        ({"created": "2026-11-22T10:00:01Z"}, "bad_signature"),
        ({"nonce": "1"}, "bad_signature"),
        # Neither is part of what is signed.
        ({"@context": "https://w3id.org/identity/v1"}, None),
        ({"id": "https://a.example/signatures/1"}, None),
    ],
)
def test_a_signature_that_is_not_as_it_must_be_is_refused(
    changes: Doc, expected: str | None
) -> None:
    assert code(signed(**changes)) == expected


@pytest.mark.parametrize("signature", [[], "x", 5, True, [signed()["signature"]]])
def test_a_signature_that_is_not_one_object_is_refused(signature: Any) -> None:
    document = {**create(), "signature": signature}
    assert code(document) == "signature_not_single"
    assert creator(document) is None


def test_a_document_without_signature_is_refused() -> None:
    assert code(create()) == "no_signature"
    assert creator(create()) is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [(NOW - 3_600_000, None), (NOW - 3_600_001, "signature_from_future"), (NOW + 10**12, None)],
)
def test_a_signature_from_the_future_is_refused(now: int, expected: str | None) -> None:
    assert code(signed(), now=now) == expected


def test_an_expired_signature_is_refused() -> None:
    document = signed(expires="2026-11-22T11:00:00Z")
    assert code(document, now=NOW + 7_200_001) == "signature_expired"


# How a stranger who holds a signed document may write it anew. Either it is refused, or what is
# read is what was signed: neither more, nor less, nor something else.

Change = Callable[[Doc], object]
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
HIDDEN = "https://c.example/users/mallory"


def _terms(document: Doc) -> Doc:
    terms: Doc = document["@context"][1]
    return terms


def _swap_names(document: Doc) -> None:
    _terms(document).update(content="as:summary", summary="as:content")
    note = document["object"]
    note["content"], note["summary"] = note["summary"], note["content"]


def _rename(document: Doc) -> None:
    _terms(document)["verfasser"] = {"@id": "as:attributedTo", "@type": "@id"}
    note = document["object"]
    note["verfasser"] = note.pop("attributedTo")
    note["attributedTo"] = HIDDEN
    _terms(document)["attributedTo"] = None


def _unnamed_actor(document: Doc) -> None:
    _terms(document).update(actor=None, akteur={"@id": "as:actor", "@type": "@id"})
    document["akteur"] = document["actor"]
    document["actor"] = HIDDEN


def _add(**members: Any) -> Change:
    return lambda document: document["object"].update(members)


def _define(term: str, definition: Any, value: Any) -> Change:
    def change(document: Doc) -> None:
        _terms(document)[term] = definition
        document["object"][term] = value

    return change


def _spelled_out_list(document: Doc) -> None:
    first, second = document["object"].pop("coAuthors")
    _terms(document)["coAuthors"] = {"@id": "fep-af48:coAuthors", "@type": "@id"}
    rest = {f"{RDF}first": {"id": second}, f"{RDF}rest": {"id": f"{RDF}nil"}}
    document["object"]["coAuthors"] = {f"{RDF}first": {"id": first}, f"{RDF}rest": rest}


def _spelled_out_type(document: Doc) -> None:
    kind = document["object"].pop("type")
    document["object"][f"{RDF}type"] = {"id": f"{AS2}#{kind}"}


def _typed(name: str, datatype: str, value: str) -> Change:
    def change(document: Doc) -> None:
        document["object"][name] = {"@value": value, "@type": datatype}

    return change


def _in_pieces(document: Doc) -> None:
    note = document["object"]
    hidden = {"id": note["id"], "sensitive": note.pop("sensitive")}
    document["object"] = [note, hidden]


def _two_documents(document: Doc) -> None:
    document["object"]["tag"] = [document["object"]["tag"][0], {"@id": "_:b9"}]


def _label(document: Doc) -> None:
    document["object"]["attachment"][0]["id"] = "_:attachment"


def _included(document: Doc) -> None:
    _terms(document)["g"] = "@included"
    document["g"] = [document["object"]]
    document["object"] = document["object"]["id"]


def _top_level_graph(document: Doc) -> None:
    _terms(document)["g"] = "@graph"
    note = document["object"]
    document["object"] = note["id"]
    members = {name: document.pop(name) for name in list(document) if name[0] not in "@s"}
    document["g"] = [members, note]


def _forge_by_id(document: Doc) -> None:
    document["object"]["url"] = f"https://a.example/1>_.\n<{HIDDEN}"


def _forge_by_language(document: Doc) -> None:
    note = document["object"]
    note["contentMap"] = {"en .\n<https://a.example/notes/1> <x:y> <x:z>": "<p>true</p>"}


def _reorder(document: Doc) -> None:
    for name in list(document["object"]):
        document["object"][name] = document["object"].pop(name)


def _expand_names(document: Doc) -> None:
    document["object"][f"{AS2}#content"] = document["object"].pop("content")


def _list_of_one(document: Doc) -> None:
    document["actor"] = [document["actor"]]
    document["object"] = [document["object"]]


REWRITES: dict[str, tuple[Change, str | None]] = {
    "adds a member that no context defines": (_add(quoteAuthor=HIDDEN), None),
    "adds a member under a usual name that this context lacks": (_add(quote=HIDDEN), None),
    "defines a member as nothing": (_define("bto", None, HIDDEN), None),
    "defines a member by a blank node": (_define("more", "_:more", HIDDEN), None),
    "adds an attachment with a relative id": (
        lambda document: document["object"]["attachment"].append(
            {"id": "x", "type": "Image", "url": "https://c.example/1.png"}
        ),
        None,
    ),
    "adds a relative recipient": (
        _define("audience", {"@id": "as:audience", "@type": "@id"}, ["x"]),
        None,
    ),
    "adds an empty list": (_add(bcc=[]), None),
    "adds an index": (_add(**{"@index": "1"}), None),
    "swaps the names of two members": (_swap_names, None),
    "hides the author under another name": (_rename, None),
    "hides the actor under another name": (_unnamed_actor, None),
    "writes a name in full": (_expand_names, None),
    "writes one value as a list": (_list_of_one, None),
    "orders the members otherwise": (_reorder, None),
    "writes a string with its type": (_typed("content", f"{XSD}string", "<p>true</p>"), None),
    "writes a boolean as a string": (_typed("sensitive", f"{XSD}boolean", "true"), None),
    "writes a string as one of a language without language": (
        _typed("content", f"{RDF}langString", "<p>true</p>"),
        "reshaped",
    ),
    "adds a graph": (_add(**{"@graph": []}), "reshaped"),
    "adds included nodes": (_add(**{"@included": [{"id": HIDDEN}]}), "reshaped"),
    "adds a reverse member": (_add(**{"@reverse": {}}), "reshaped"),
    "defines a reverse term": (_define("r", {"@reverse": "as:object"}, []), "reshaped"),
    "gives a graph another name": (_define("g", "@graph", []), "reshaped"),
    "moves the note under another name for included": (_included, "reshaped"),
    "moves the note into another name for a graph": (_top_level_graph, "not_one_node"),
    "puts a member into a graph container": (
        _define("g", {"@id": "x:g", "@container": "@graph"}, {"name": "x"}),
        "bad_signature",
    ),
    "gives a node a label": (_label, "reshaped"),
    "describes the note in two places": (_in_pieces, "node_in_pieces"),
    "spells out the type": (_spelled_out_type, "reshaped"),
    "spells out the list of authors": (_spelled_out_list, "reshaped"),
    "adds a labelled node": (_two_documents, "bad_signature"),
    "forges statements by an id": (_forge_by_id, "forged_statement"),
    "forges statements by a language": (_forge_by_language, "bad_signature"),
    "sets another vocabulary": (
        lambda document: _terms(document).update({"@vocab": "https://c.example/#"}),
        None,
    ),
    "sets a language": (
        lambda document: _terms(document).update({"@language": "en"}),
        "bad_signature",
    ),
    "sets a base": (
        lambda document: _terms(document).update({"@base": "https://c.example/"}),
        None,
    ),
    "scopes a context": (
        _define("T", {"@id": "as:T", "@context": {"content": "as:name"}}, []),
        "scoped_context",
    ),
    "adds a recipient": (lambda document: document["cc"].append(HIDDEN), "bad_signature"),
    "takes a recipient away": (lambda document: document["cc"].pop(), "bad_signature"),
    "orders the authors otherwise": (
        lambda document: document["object"]["coAuthors"].reverse(),
        "bad_signature",
    ),
    "turns a list into a set": (
        lambda document: _terms(document)["coAuthors"].pop("@container"),
        "bad_signature",
    ),
    "replaces a question mark by a lone surrogate": (
        _add(summary="a warning\ud800"),
        "bad_json_ld",
    ),
}


@pytest.mark.parametrize("name", REWRITES)
def test_a_stranger_who_rewrites_a_signed_document(name: str) -> None:
    change, expected = REWRITES[name]
    document = signed()
    as_signed = check_signature(document, PUBLIC_KEY)
    rewritten = copy.deepcopy(document)
    change(rewritten)
    assert rewritten != document or name == "orders the members otherwise"
    read = check_signature(rewritten, PUBLIC_KEY)
    if isinstance(read, Refused):
        assert read.code == expected
    else:
        assert expected is None
        assert read == as_signed


def test_a_language_that_hides_a_signed_statement_is_refused() -> None:
    note = f"{HIDDEN}/notes/1"
    document = {"@context": AS2, "id": note, "contentMap": {"en": "a"}, "name": "b"}
    rewritten = make_signature(document, RSA, NOW)
    del rewritten["name"]
    # The canonical text stays the same, octet by octet; the name is gone for whoever reads.
    rewritten["contentMap"] = {f'en .\n<{note}> <{AS2}#name> "b"': "a"}
    assert code(rewritten) == "forged_statement"


@pytest.mark.parametrize(
    "document",
    [
        {"@context": AS2, "id": HIDDEN, "tag": [{"name": str(n)} for n in range(2_000)]},
        {"@context": [AS2] * 100, "id": HIDDEN, "name": "x"},
        {
            "@context": AS2,
            "id": HIDDEN,
            "tag": [{"tag": [{"type": "Mention"} for _ in range(9)]} for _ in range(2)],
        },
        {
            "@context": [AS2, {"T": {"@id": "as:T", "@context": [AS2, AS2]}}],
            "id": HIDDEN,
            "tag": [{"type": "T", "name": "x"} for _ in range(300)],
        },
    ],
    ids=["many values", "many contexts", "poisoned graph", "scoped contexts"],
)
def test_a_document_made_to_be_expensive_is_refused_in_time(document: Doc) -> None:
    document["signature"] = signed()["signature"]
    start = time.process_time()
    assert code(document) in {"too_complex", "scoped_context"}
    assert time.process_time() - start < 2


def _deep(depth: int) -> Any:
    value: Any = {"name": "x"}
    for _ in range(depth):
        value = {"object": value}
    return value


@pytest.mark.parametrize("depth", [60, 900, 20_000])
def test_a_document_nested_without_end_is_refused(depth: int) -> None:
    document = {**create(), "object": _deep(depth), "signature": signed()["signature"]}
    assert code(document) == "too_complex"
    del document["signature"]
    with pytest.raises(DocumentError):
        make_signature(document, RSA, NOW)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"@context": AS2},
        {"@context": AS2, "id": "relative", "name": "x"},
        {"@context": AS2, "id": "_:b0", "name": "x"},
        {"@context": AS2, "foo": "bar"},
    ],
)
def test_what_states_nothing_is_not_signed(document: Doc) -> None:
    with pytest.raises(DocumentError):
        make_signature(document, RSA, NOW)


KEYWORDS = ["@id", "@type", "@value", "@list", "@set", "@language", "@index", "@json", "@nest"]
NAMES = st.sampled_from(
    [*KEYWORDS, "@container", "@vocab", "@base", "id", "type", "name", "object", "to", "tag", "x:y"]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from([AS2, "as:Note", "_:b0", "x:y z", "@id", "@graph", "@none", PUBLIC, "en"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=examples(200), deadline=None)
@given(st.dictionaries(NAMES, JSON, max_size=4), JSON, st.booleans())
def test_no_document_breaks_signing_or_checking(members: Doc, context: Any, ours: bool) -> None:
    contexts = [AS2, context] if ours else context
    document = {"@context": contexts, "id": "https://a.example/1", **members}
    try:
        document = make_signature(document, RSA, NOW)
    except DocumentError:
        answer = check_signature({**document, "signature": signed()["signature"]}, PUBLIC_KEY)
        assert isinstance(answer, Refused)
    else:
        assert isinstance(check_signature(document, PUBLIC_KEY), dict)


@settings(max_examples=examples(50), deadline=None)
@given(st.dictionaries(st.sampled_from(["type", "creator", "created", "nonce", "x"]), JSON) | JSON)
def test_no_signature_breaks_the_check(signature: Any) -> None:
    base = signed()["signature"]
    merged = {**base, **signature} if isinstance(signature, dict) else signature
    answer = check_signature({**signed(), "signature": merged}, PUBLIC_KEY)
    assert isinstance(answer, Refused) or merged == base
