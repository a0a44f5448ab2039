from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activitypub.coauthorship.projection import (
    NoDigest,
    canonical,
    consent_digest,
    consent_projection,
    is_sha256_multibase,
    media_digest,
    projection_from_text,
    try_consent_digest,
)
from tests.activitypub.coauthorship.cast import ALICE, BOB, CAROL, NOTE, PUBLIC, core, draft

AUTHORS = (ALICE, BOB)
MINIMAL = {
    "content": "<p>We wrote this <em>together</em>.</p>",
    "id": NOTE,
    "profile": "https://w3id.org/fep/af48#profile-1",
    "type": ["Note"],
    "visibility": "public",
}


def project(**changes: Any) -> dict[str, Any]:
    return consent_projection(core(**changes), AUTHORS)


def test_a_minimal_note_projects_to_what_it_says() -> None:
    assert project() == MINIMAL


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("name", "Title"),
        ("nameMap", {"en": "Title"}),
        ("summary", "Cats"),
        ("summaryMap", {"en": "Cats", "de": ""}),
        ("mediaType", "text/markdown"),
        ("startTime", "2026-12-01T00:00:00Z"),
        ("endTime", "2026-12-01T00:00:00Z"),
        ("duration", "PT2H"),
        ("location", {"type": "Place", "name": "Here", "altitude": None, "tags": []}),
        ("location", 0),
    ],
)
def test_copied_members_are_covered_as_they_are(member: str, value: Any) -> None:
    assert project(**{member: value})[member] == value


@pytest.mark.parametrize(
    "member",
    [
        "mediaType",
        "contentMap",
        "name",
        "nameMap",
        "summary",
        "summaryMap",
        "startTime",
        "location",
        "inReplyTo",
        "quote",
        "image",
        "attachment",
        "tag",
        "oneOf",
        "anyOf",
        "audience",
        "sensitive",
    ],
)
def test_null_counts_as_missing(member: str) -> None:
    document = {**core(tag=None), member: None}
    assert consent_projection(document, AUTHORS) == MINIMAL


@pytest.mark.parametrize("empty", [None, False, "", [], {}])
def test_empty_values_are_omitted(empty: Any) -> None:
    document = {**core(), "mediaType": empty, "location": empty, "endTime": empty}
    assert consent_projection(document, AUTHORS) == MINIMAL


def test_zero_is_a_value_and_not_omitted() -> None:
    assert project(duration=0)["duration"] == 0


def test_empty_content_is_omitted() -> None:
    assert "content" not in project(content="")
    assert "content" not in project(content=None)
    assert "content" not in project(content='<p class="coauthors-inline">With bob</p>')


@pytest.mark.parametrize("value", [False, 0, 1, [], {}, ["x"], {"en": "x"}])
@pytest.mark.parametrize("member", ["content", "name", "summary"])
def test_a_text_that_is_no_string_gives_no_digest(member: str, value: Any) -> None:
    assert try_consent_digest(core(**{member: value}), AUTHORS) is None


@pytest.mark.parametrize("value", [False, "x", [], ["x"], {"en": None}, {"en": 1}, {"en": ["x"]}])
@pytest.mark.parametrize("member", ["contentMap", "nameMap", "summaryMap"])
def test_a_map_that_is_no_object_of_strings_gives_no_digest(member: str, value: Any) -> None:
    assert try_consent_digest(core(**{member: value}), AUTHORS) is None


@pytest.mark.parametrize("value", [None, 1, ["https://a.example/notes/42"], {"id": "x"}])
def test_without_a_string_for_id_there_is_no_digest(value: Any) -> None:
    assert try_consent_digest({**core(), "id": value}, AUTHORS) is None


def test_the_notice_is_removed_from_content_and_from_every_translation() -> None:
    notice = '<p class="coauthors-inline">With <a href="https://b.example/@bob">bob</a></p>'
    projection = project(content=f"x{notice}", contentMap={"en": f"x{notice}", "de": f"y{notice}"})
    assert projection["content"] == "x"
    assert projection["contentMap"] == {"en": "x", "de": "y"}


def test_the_notice_is_not_removed_from_the_summary() -> None:
    notice = '<p class="coauthors-inline">With bob</p>'
    assert project(summary=notice)["summary"] == notice


def test_sensitive_counts_only_when_true() -> None:
    assert project(sensitive=True)["sensitive"] is True
    for value in (False, 1, "true", [True], None):
        assert "sensitive" not in project(sensitive=value)


def test_types_are_sorted_and_unique() -> None:
    assert project(type=["Note", "Article", "Note", 1, None])["type"] == ["Article", "Note"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://d.example/1", ["https://d.example/1"]),
        ([{"id": "https://d.example/1"}, "https://d.example/1"], ["https://d.example/1"]),
        ({"type": "Link", "href": "https://d.example/1"}, ["https://d.example/1"]),
        ({"id": None, "href": "https://d.example/1"}, ["https://d.example/1"]),
        ({"id": "https://d.example/1", "href": "x"}, ["https://d.example/1"]),
        ({"id": 1, "href": "https://d.example/1"}, ["https://d.example/1"]),
        ([1, None, {}, True], None),
    ],
)
def test_references_are_ids_or_else_links(value: Any, expected: Any) -> None:
    assert project(inReplyTo=value).get("inReplyTo") == expected


@pytest.mark.parametrize("member", ["quote", "quoteUrl", "quoteUri", "_misskey_quote"])
def test_every_way_to_quote_is_covered(member: str) -> None:
    assert project(**{member: "https://d.example/2"})["quote"] == ["https://d.example/2"]
    other = {"quoteUrl", "quote"} - {member}
    two = {member: "https://d.example/2", other.pop(): "https://d.example/3"}
    assert try_consent_digest(core(**two), AUTHORS) is None


def test_media_keep_their_order_and_their_covered_members_only() -> None:
    projection = project(
        attachment=[
            "https://a.example/1.png",
            7,
            None,
            {
                "type": ["Image", "Document"],
                "mediaType": "image/png",
                "name": "alt",
                "summary": "s",
                "content": "c",
                "value": "v",
                "sensitive": True,
                "digestMultibase": "zQm",
                "width": 3,
                "url": ["https://a.example/2.png", {"href": "https://a.example/3.png"}, {}, 4],
                "href": "https://a.example/4.png",
                "icon": {"type": "Image", "url": "i", "icon": "https://evil.example/"},
            },
            {"sensitive": False, "name": "", "width": 3},
        ]
    )
    assert projection["attachment"] == [
        {"url": ["https://a.example/1.png"]},
        {
            "type": ["Document", "Image"],
            "mediaType": "image/png",
            "name": "alt",
            "summary": "s",
            "content": "c",
            "value": "v",
            "sensitive": True,
            "digestMultibase": "zQm",
            "icon": [{"type": ["Image"], "url": ["i"]}],
            "url": [
                "https://a.example/2.png",
                "https://a.example/3.png",
                "https://a.example/4.png",
            ],
        },
        {},
    ]


def test_tags_are_unique_and_their_order_does_not_count() -> None:
    one = {"type": "Hashtag", "name": "#one", "href": "https://a.example/tags/one"}
    two = {"type": "Hashtag", "name": "#two", "extra": 1}
    assert project(tag=[one, two, one]) == project(tag=[two, {**one, "_": 0}])
    assert len(project(tag=[one, two, one])["tag"]) == 2


def test_tags_that_are_no_objects_are_dropped() -> None:
    assert project(tag=["https://a.example/tag", 3, None]) == MINIMAL


@pytest.mark.parametrize(
    "tag",
    [
        {"type": "Mention", "href": BOB},
        {"type": "Mention", "href": BOB, "name": "anything"},
        {"type": "Mention", "href": BOB, "name": None, "icon": None},
        {"type": "Mention", "href": ALICE},
    ],
)
def test_a_plain_mention_of_an_author_is_not_covered(tag: dict[str, Any]) -> None:
    assert project(tag=tag) == MINIMAL


@pytest.mark.parametrize(
    "tag",
    [
        {"type": "Mention", "href": CAROL},
        {"type": ["Mention"], "href": BOB},
        {"type": "Mention"},
        {"type": "Mention", "href": [BOB]},
        {"type": "Mention", "href": BOB, "rel": "x"},
        {"type": "Mention", "href": BOB, "width": 1},
        {"type": "Mention", "href": f"{BOB}/"},
        {"type": "Hashtag", "href": BOB},
    ],
)
def test_any_other_mention_is_covered(tag: dict[str, Any]) -> None:
    assert len(project(tag=tag)["tag"]) == 1


@pytest.mark.parametrize("form", [PUBLIC, "as:Public", "Public", {"id": PUBLIC}])
def test_every_form_of_the_public_collection_is_public(form: Any) -> None:
    assert project(to=form, cc=None)["visibility"] == "public"
    assert project(to=None, cc=[form])["visibility"] == "unlisted"


def test_anything_narrower_has_no_digest() -> None:
    with pytest.raises(NoDigest, match="neither public nor unlisted"):
        project(to=[f"{ALICE}/followers"], cc=[BOB])
    assert try_consent_digest(core(to="public", cc=None), AUTHORS) is None


def test_public_in_bto_or_audience_does_not_make_an_object_public() -> None:
    narrow = core(to=[BOB], cc=None, bto=[PUBLIC], bcc=[PUBLIC], audience=[PUBLIC])
    assert try_consent_digest(narrow, AUTHORS) is None


def test_authors_and_what_is_below_them_are_not_among_the_addressees() -> None:
    projection = project(
        to=[PUBLIC, CAROL, "as:Public"],
        cc=[ALICE, BOB, f"{BOB}/followers", f"{BOB}2", CAROL, {"id": "https://a.example/x"}],
    )
    assert projection["addressees"] == ["https://a.example/x", f"{BOB}2", CAROL]


def test_the_audience_is_written_with_the_full_public_identifier_once() -> None:
    projection = project(audience=["as:Public", "Public", "https://g.example/group"])
    assert projection["audience"] == ["https://g.example/group", PUBLIC]


def test_the_names_of_the_options_count_in_order() -> None:
    options = [{"name": "yes"}, "x", {"name": 1}, {"name": ""}, {"name": "no", "replies": {}}]
    projection = project(type="Question", oneOf=options, anyOf={"name": "only"})
    assert projection["oneOf"] == ["yes", "", "no"]
    assert projection["anyOf"] == ["only"]


def test_nothing_else_is_covered() -> None:
    rest = {
        "url": "https://a.example/@alice/42",
        "replies": {"id": "x"},
        "likes": 3,
        "votersCount": 3,
        "proof": {"type": "DataIntegrityProof"},
        "interactionPolicy": {},
        "_extension": "x",
        "generator": {"name": "x"},
        "context": "x",
        "source": {"content": "x"},
        "bto": [CAROL],
    }
    assert project(**rest) == MINIMAL


def test_sorting_is_by_code_point_not_by_utf16() -> None:
    beyond, within = "https://d.example/\U0001f431", "https://d.example/\ufb01"
    assert project(cc=[beyond, within])["addressees"] == [within, beyond]


@pytest.mark.parametrize("value", ["\ud800", "x\ufdd0", "\ufffe", "\U0001ffff", "\U0010fffe"])
def test_text_that_is_not_i_json_gives_no_digest_wherever_it_is(value: str) -> None:
    for document in (
        core(content=value),
        core(unknown={"deep": [value]}),
        core(unknown={value: 1}),
    ):
        assert try_consent_digest(document, AUTHORS) is None


@pytest.mark.parametrize("value", [2**53, -(2**53), 10**400, float("inf"), float("nan")])
def test_numbers_beyond_a_double_give_no_digest(value: Any) -> None:
    assert try_consent_digest(core(location={"altitude": value}), AUTHORS) is None


def test_a_document_nested_too_deeply_gives_no_digest() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    assert try_consent_digest(core(location=deep), AUTHORS) is None


def test_duplicate_member_names_give_no_digest() -> None:
    text = json.dumps(draft())
    assert projection_from_text(text, AUTHORS) == MINIMAL
    doubled = text[:-1] + ',"content":"<p>other</p>"}'
    with pytest.raises(NoDigest):
        projection_from_text(doubled, AUTHORS)
    with pytest.raises(NoDigest):
        projection_from_text(text.replace('"Note"', '"Note","\\u0074ype":"Note"', 1), AUTHORS)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"id": NaN}', b'{"id":"\\ud800"}'])
def test_what_is_no_json_object_gives_no_digest(body: bytes) -> None:
    with pytest.raises(NoDigest):
        projection_from_text(body, AUTHORS)


def test_numbers_that_are_equal_have_one_canonical_form() -> None:
    bodies = [
        json.dumps(core()).replace("{", f'{{"location":{{"altitude":{number}}},', 1)
        for number in ("10", "10.0", "1e1", "1.0E+1")
    ]
    assert len({canonical(projection_from_text(body, AUTHORS)) for body in bodies}) == 1


def test_digests_of_media_have_the_one_form_that_is_accepted() -> None:
    digest = media_digest(b"cat")
    assert digest.startswith("zQm")
    assert is_sha256_multibase(digest)
    for other in (None, "", "zQm", digest + "1", digest[1:], "z" + "1" * 46, "zQm" + "0" * 44, 7):
        assert not is_sha256_multibase(other)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False)
    | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "type", "href", "url", "name", "icon", "content", "@context"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
MEMBERS = st.sampled_from(
    [
        "id",
        "type",
        "content",
        "contentMap",
        "name",
        "nameMap",
        "summary",
        "summaryMap",
        "mediaType",
        "location",
        "sensitive",
        "inReplyTo",
        "quote",
        "quoteUrl",
        "image",
        "attachment",
        "tag",
        "oneOf",
        "anyOf",
        "to",
        "cc",
        "audience",
        "@context",
        "x",
    ]
)


@given(st.dictionaries(MEMBERS, JSON, max_size=6))
def test_any_document_has_one_digest_or_none(changes: dict[str, Any]) -> None:
    document = {**core(), **changes}
    digest = try_consent_digest(document, AUTHORS)
    if digest is not None:
        assert is_sha256_multibase(digest)
        again = json.loads(json.dumps(document))
        assert consent_digest(dict(reversed(again.items())), AUTHORS) == digest
