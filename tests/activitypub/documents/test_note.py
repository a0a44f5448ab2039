"""Notes: every shape there is, and the core of our own."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from activitypub.documents.media import AttachmentView, parse_attachments
from activitypub.documents.note import NoteView, TagView, build_note, parse_note
from activitypub.errors import DocumentError
from activitypub.vocab.reading import parse_json
from activitypub.vocab.terms import PUBLIC

ALICE = "https://a.example/users/alice"
BOB = "https://b.example/users/bob"
NOTE = "https://a.example/notes/42"


def read(**changes: Any) -> NoteView:
    document = {"id": NOTE, "type": "Note", "attributedTo": ALICE, "to": [PUBLIC]} | changes
    return parse_note({member: value for member, value in document.items() if value is not None})


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": 7},
        {"id": [NOTE]},
        {"id": "urn:uuid:1"},
        {"type": None},
        {"type": "Person"},
        {"type": 7},
        {"type": {"id": "Note"}},
    ],
)
def test_what_is_no_note_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DocumentError):
        read(**changes)


def test_one_type_of_several_is_enough() -> None:
    assert read(type=["Thing", "Article"]).kind == "Article"


@pytest.mark.parametrize(
    "attributed_to",
    [
        [ALICE, BOB],
        [{"type": "Person", "id": ALICE}, {"type": "Person", "id": BOB}],
        [{"type": "Person", "id": ALICE}, BOB],
    ],
)
def test_authors_are_read_in_order_from_strings_and_objects(attributed_to: Any) -> None:
    view = read(attributedTo=attributed_to, coAuthors=BOB, coAuthorAuthorization=[f"{BOB}/s"])
    assert view.attributed_to == (ALICE, BOB)
    assert view.co_authors == (BOB,)
    assert view.stamps == (f"{BOB}/s",)


@pytest.mark.parametrize("value", [7, True, {}, [[]], [{}], [None], [7]])
def test_odd_authors_are_no_authors(value: Any) -> None:
    view = read(attributedTo=value, coAuthors=value, coAuthorAuthorization=value)
    assert view.attributed_to == view.co_authors == view.stamps == ()


@pytest.mark.parametrize("public", [PUBLIC, "as:Public", "Public"])
def test_every_form_of_public_is_public(public: str) -> None:
    assert read(to=public).visibility == "public"
    assert read(to=f"{ALICE}/followers", cc=[public]).visibility == "unlisted"
    assert read(to=public).to == (PUBLIC,)


def test_visibility_follows_the_addressees() -> None:
    assert read(to=f"{ALICE}/followers", cc=[]).visibility == "followers"
    assert read(to=[BOB]).visibility == "direct"
    assert read(to=None).visibility == "direct"


def test_somebody_elses_followers_are_not_the_authors() -> None:
    assert read(to=f"{BOB}/followers").visibility == "direct"


def test_content_comes_from_the_map_where_there_is_no_string() -> None:
    view = read(contentMap={"de": "<p>Hallo</p>", "en": "<p>Hello</p>"})
    assert (view.content, view.language) == ("<p>Hallo</p>", "de")
    preferred = read(
        contentMap={"de": "<p>Hallo</p>", "en": "<p>Hello</p>"},
        **{"@context": ["https://www.w3.org/ns/activitystreams", {"@language": "en"}]},
    )
    assert preferred.content == "<p>Hello</p>"


def test_the_language_is_that_of_the_entry_that_equals_the_content() -> None:
    view = read(content="Hello", contentMap={"de": "Hallo", "en": "Hello"})
    assert view.language == "en"
    assert view.content_map == {"de": "Hallo", "en": "Hello"}


@pytest.mark.parametrize(
    ("changes", "language"),
    [
        ({"language": {"identifier": "fr", "name": "Français"}}, "fr"),
        ({"language": "fr"}, "fr"),
        ({"@context": {"@language": "pt-BR"}}, "pt-BR"),
        ({"contentMap": {"und": "Hello"}, "content": "Hello"}, None),
        ({"contentMap": {"<script>": "Hello"}, "content": "Hello"}, None),
        ({"language": 7}, None),
    ],
)
def test_the_language_is_a_tag_or_nothing(changes: dict[str, Any], language: str | None) -> None:
    assert read(**changes).language == language


@pytest.mark.parametrize("value", [7, True, [], ["x"], {"a": 1}])
def test_texts_of_another_type_are_empty(value: Any) -> None:
    view = read(content=value, summary=value, name=value, contentMap=value, url=value)
    assert (view.content, view.summary, view.name) == ("", "", "")
    assert view.content_map == {}


@pytest.mark.parametrize("media_type", ["text/plain", "text/markdown", "text/x.misskeymarkdown"])
def test_text_that_is_not_html_is_escaped(media_type: str) -> None:
    view = read(content="1 < 2\n<b>x</b>\n\nend", mediaType=media_type)
    assert view.content == "<p>1 &lt; 2<br>&lt;b&gt;x&lt;/b&gt;</p><p>end</p>"
    assert read(content="<b>x</b>", mediaType="text/html; charset=utf-8").content == "<b>x</b>"


def test_sensitive_is_true_and_nothing_else() -> None:
    assert read(sensitive=True).sensitive
    assert read(**{"as:sensitive": True}).sensitive
    assert not read(sensitive="true").sensitive
    assert not read(sensitive=1).sensitive


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (None, NOTE),
        ("https://a.example/@alice/42", "https://a.example/@alice/42"),
        ("javascript:alert(1)", NOTE),
        ("/relative", NOTE),
        ("https://bank.example/@alice/42", NOTE),
        ({"type": "Link", "href": "https://a.example/x"}, "https://a.example/x"),
        (
            [
                {"type": "Link", "mediaType": "video/mp4", "href": "https://a.example/v.mp4"},
                {"type": "Link", "mediaType": "application/x-bittorrent", "href": "magnet:?x"},
                {"type": "Link", "mediaType": "text/html", "href": "https://a.example/w/1"},
            ],
            "https://a.example/w/1",
        ),
        (
            [{"mediaType": "video/mp4", "href": "https://a.example/v.mp4"}],
            "https://a.example/v.mp4",
        ),
        ([7, None, {}], NOTE),
    ],
)
def test_the_page_is_chosen_among_the_links(url: Any, expected: str) -> None:
    assert read(url=url).url == expected


def test_a_reply_names_one_parent() -> None:
    assert read(inReplyTo=[{"id": f"{BOB}/1"}, f"{BOB}/2"]).in_reply_to == f"{BOB}/1"
    assert read(inReplyTo={}).in_reply_to is None


def test_tags_are_read() -> None:
    tags = read(
        tag=[
            {"type": "Mention", "href": BOB, "name": "@bob@b.example"},
            {"type": ["Hashtag"], "href": "https://a.example/tags/x", "name": "#x"},
            {
                "type": "Emoji",
                "id": "https://a.example/emojis/1",
                "name": ":cat:",
                "icon": {"type": "Image", "url": "https://a.example/cat.png"},
            },
            "https://a.example/tags/y",
            {"name": "no type"},
            {"type": "Mention", "href": 7, "name": 7},
        ]
    ).tags
    assert tags == (
        TagView("Mention", BOB, "@bob@b.example"),
        TagView("Hashtag", "https://a.example/tags/x", "#x"),
        TagView("Emoji", None, ":cat:", "https://a.example/cat.png"),
        TagView("Mention", None, ""),
    )


def test_one_tag_may_stand_alone_and_ten_thousand_are_too_many() -> None:
    assert len(read(tag={"type": "Hashtag", "name": "#x"}).tags) == 1
    assert len(read(tag=[{"type": "Hashtag", "name": "#x"}] * 10_000).tags) == 256


@pytest.mark.parametrize("member", ["quote", "quoteUrl", "quoteUri", "_misskey_quote"])
def test_a_quote_is_found_under_each_of_its_names(member: str) -> None:
    assert read(**{member: f"{BOB}/1"}).quote == f"{BOB}/1"


def test_a_quote_is_found_as_an_object_link() -> None:
    link = {
        "type": "Link",
        "rel": "https://misskey-hub.net/ns#_misskey_quote",
        "href": f"{BOB}/1",
    }
    assert read(tag=[link]).quote == f"{BOB}/1"


def test_a_poll_is_read() -> None:
    option = {"type": "Note", "name": "yes", "replies": {"totalItems": 3}}
    view = read(type="Question", oneOf=[option, {"name": "no"}, 7], endTime="2026-11-20T10:00:00Z")
    assert view.options == (("yes", 3), ("no", 0))
    assert not view.multiple
    assert view.end_at == 1795168800000
    several = read(type="Question", anyOf=[option], closed=True)
    assert several.multiple
    assert several.end_at is None


@pytest.mark.parametrize("votes", [-1, "3", True, 1.5, None, {}, [3]])
def test_votes_are_counted_in_whole_numbers(votes: Any) -> None:
    view = read(type="Question", oneOf=[{"name": "yes", "replies": {"totalItems": votes}}])
    assert view.options == (("yes", 0),)


@pytest.mark.parametrize(
    ("attachment", "kind", "url"),
    [
        ({"type": "Document", "mediaType": "image/png", "url": "https://x/1"}, "Image", "https://x/1"),
        ({"type": "Image", "url": "https://x/1"}, "Image", "https://x/1"),
        ({"type": "Document", "url": "https://x/1.WEBP?s=2"}, "Image", "https://x/1.WEBP?s=2"),
        ({"type": "Document", "href": "https://x/1.mp3"}, "Audio", "https://x/1.mp3"),
        ({"type": "Image", "mediaType": "video/mp4", "url": "https://x/1"}, "Video", "https://x/1"),
        ({"type": "Link", "href": "https://x/page"}, "Link", "https://x/page"),
        ({"type": "Document", "url": {"type": "Link", "href": "https://x/1"}}, "Document", "https://x/1"),
        ("https://x/1.jpg", "Image", "https://x/1.jpg"),
        (
            {
                "type": "Video",
                "url": [
                    {"href": "https://x/page", "mediaType": "text/html"},
                    {"href": "https://x/list", "mediaType": "application/x-mpegURL"},
                    {"href": "https://x/1.mp4", "mediaType": "video/mp4", "width": 640},
                    {"href": "https://x/2.mp4", "mediaType": "video/mp4"},
                ],
            },
            "Video",
            "https://x/1.mp4",
        ),
        ({"type": "Image", "mediaType": "image/svg+xml", "url": "https://x/1"}, "Image", "https://x/1"),
        ({"type": "Document", "mediaType": "application/pdf", "url": "https://x/1"}, "Document", "https://x/1"),
    ],
)  # fmt: skip
def test_an_attachment_is_what_its_media_type_says(attachment: Any, kind: str, url: str) -> None:
    (view,) = parse_attachments([attachment])
    assert (view.kind, view.url) == (kind, url)


@pytest.mark.parametrize(
    "attachment",
    [
        7,
        None,
        {},
        [],
        "x",
        {"type": "Image"},
        {"type": "Image", "url": "javascript:alert(1)"},
        {"type": "PropertyValue", "name": "a", "value": "b"},
        {"type": "Image", "url": [7, {}]},
    ],
)
def test_an_attachment_without_web_address_is_left_out(attachment: Any) -> None:
    assert parse_attachments([attachment]) == ()


def test_the_particulars_of_an_attachment_are_read() -> None:
    (view,) = parse_attachments(
        {
            "type": "Document",
            "mediaType": "IMAGE/JPEG; q=1",
            "url": "https://x/1",
            "name": "A cow",
            "digestMultibase": "zQmX",
            "width": 100,
            "height": 162,
            "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
            "focalPoint": [0, -0.5],
        }
    )
    assert view == AttachmentView(
        kind="Image",
        url="https://x/1",
        media_type="image/jpeg",
        name="A cow",
        digest="zQmX",
        width=100,
        height=162,
        blurhash="UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
        focal=(0.0, -0.5),
    )


@pytest.mark.parametrize("size", [0, -1, "100", True, 1.5, 10**6, [], None])
@pytest.mark.parametrize("focal", [[2, 0], [0], "0,0", [0, "x"], [True, 0], {}, [10**400, 0]])
def test_odd_particulars_are_left_out(size: Any, focal: Any) -> None:
    (view,) = parse_attachments(
        [
            {
                "type": "Image",
                "url": "https://x/1",
                "width": size,
                "height": size,
                "focalPoint": focal,
            }
        ]
    )
    assert (view.width, view.height, view.focal) == (None, None, None)


def test_there_are_at_most_thirty_two_attachments() -> None:
    assert len(parse_attachments([{"type": "Image", "url": "https://x/1"}] * 1000)) == 32


def test_what_we_build_we_can_read() -> None:
    attachment = AttachmentView(
        "Image",
        "https://a.example/media/1.png",
        "image/png",
        "A cow",
        "zQmX",
        10,
        20,
        "00TI:j",
        (0, 1),
    )
    tags = (TagView("Mention", BOB, "@bob@b.example"), TagView("Hashtag", "https://t", "#x"))
    document = build_note(
        id=NOTE,
        to=[PUBLIC],
        cc=[f"{ALICE}/followers", BOB],
        content="<p>Hi</p>",
        language="en",
        summary="A warning",
        sensitive=True,
        tags=tags,
        attachments=[attachment],
        in_reply_to=f"{BOB}/1",
        url="https://a.example/@alice/42",
        published_at=1795168800000,
        updated_at=1795168860000,
    )
    view = parse_note(document)
    assert view.content_map == {"en": "<p>Hi</p>"}
    assert (view.content, view.summary, view.sensitive) == ("<p>Hi</p>", "A warning", True)
    assert (view.tags, view.attachments) == (tags, (attachment,))
    assert (view.in_reply_to, view.url) == (f"{BOB}/1", "https://a.example/@alice/42")
    assert (view.published_at, view.updated_at) == (1795168800000, 1795168860000)
    assert view.visibility == "public"


def test_the_core_has_no_authors_and_no_empty_members() -> None:
    assert build_note(id=NOTE, to=[PUBLIC], cc=[], content="") == {
        "id": NOTE,
        "type": "Note",
        "to": [PUBLIC],
        "cc": [],
        "content": "",
    }


def test_ordinary_notes_go_without_media_digests() -> None:
    attachment = AttachmentView("Image", "https://a.example/1.png", "image/png", digest="zQmX")
    note = build_note(
        id=NOTE, to=[], cc=[], content="", attachments=[attachment], media_digests=False
    )
    assert "digestMultibase" not in note["attachment"][0]


def test_nothing_of_ours_is_nested_deeper_than_pixelfed_reads() -> None:
    attachment = AttachmentView("Image", "https://a.example/1.png", "image/png", focal=(0.1, 0.2))
    note = build_note(id=NOTE, to=[], cc=[], content="", attachments=[attachment])
    activity = orjson.dumps({"type": "Create", "object": note})
    assert parse_json(activity, max_depth=7)
