"""Custom emoji, ours and of others: pictures from here alone, and the ones that were agreed to."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.coauthorship.projection import media_digest
from activitypub.vocab.terms import ACTIVITY_JSON
from fedi_cotweet.domain.limits import DAY, MINUTE
from tests.federation.cast import Cast
from tests.federation.emoji import EMOJI, add
from tests.federation.here import ApiRefusalError
from tests.federation.pictures import png
from tests.federation.test_acceptances import drafted
from tests.federation.test_invitations import INVITES, accept, invited, published

CAT, DOG = png((0, 200, 0)), png((200, 0, 0))


def served(cast: Cast, octets: bytes = CAT, name: str = "cat") -> str:
    """A picture on alice's server; its address."""
    return cast.a.serve(octets, at=f"{cast.a.base}/emoji/{name}.png", media_type="image/png")


def tag(url: str, digest: str | None = None, name: str = ":cat:") -> dict[str, Any]:
    """An Emoji tag."""
    icon = {"type": "Image", "mediaType": "image/png", "url": url}
    covered = icon if digest is None else icon | {"digestMultibase": digest}
    return {"type": "Emoji", "id": f"{url}#id", "name": name, "icon": covered}


async def note(cast: Cast, *tags: Any, content: str = "<p>Hi :cat:</p>") -> dict[str, Any]:
    """An ordinary post of alice elsewhere as it is shown here."""
    post = cast.cotweet(content=content, tag=list(tags))
    if not await cast.timeline():
        await cast.follow(cast.alice)
    document = {**post.note(), "attributedTo": cast.alice.id}
    document.pop("coAuthors", None)
    document.pop("coAuthorAuthorization", None)
    await cast.deliver(cast.alice, post.create(document))
    found = await cast.here.post(post.id)
    assert found is not None
    view: dict[str, Any] = await cast.here.api("GET", f"/api/v1/control/posts/{found.id}")
    return view


async def file(cast: Cast, path: str) -> tuple[int, bytes, Any]:
    """What a stranger gets."""
    async with cast.here.session.get(cast.here.base + path) as answer:
        return answer.status, await answer.read(), answer.headers


async def test_a_remote_emoji_is_shown_from_a_copy_here(cast: Cast) -> None:
    url = served(cast)
    view = await note(cast, tag(url))
    [shown] = view["emojis"]
    assert (shown["shortcode"], shown["width"], shown["height"]) == ("cat", 8, 8)
    assert view["content"] == "<p>Hi :cat:</p>"
    status, octets, headers = await file(cast, shown["url"])
    assert (status, octets) == (200, CAT)
    assert headers["Content-Type"] == "image/png"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert (await file(cast, shown["url"].replace(".png", ".html")))[0] == 404
    _, page = await cast.here.get(view["page"], Accept="text/html")
    assert f'<img class="emoji" src="{shown["url"]}" alt=":cat:"' in page
    assert url not in page
    # The next post has it from the copy.
    assert (await note(cast, tag(url)))["emojis"] == [shown]
    assert cast.a.times_asked(url) == 1


@pytest.mark.parametrize(
    "octets",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"x" * 600_000],
    ids=["none", "svg", "huge"],
)
async def test_what_is_no_small_picture_stays_text(cast: Cast, octets: bytes) -> None:
    url = served(cast, octets)
    view = await note(cast, tag(url))
    assert view["emojis"] == []
    assert cast.a.times_asked(url) == 1, "nor is it asked for again and again"
    _, page = await cast.here.get(view["page"], Accept="text/html")
    assert "Hi :cat:" in page
    await note(cast, tag(url))
    assert cast.a.times_asked(url) == 1
    await cast.here.pass_time(DAY + 1)
    served(cast)
    assert len((await note(cast, tag(url)))["emojis"]) == 1, "a day later it is looked at again"


async def test_hostile_tags_show_and_fetch_nothing(cast: Cast) -> None:
    url = served(cast)
    other = served(cast, DOG, "dog")
    before = cast.a.times_asked(url)
    content = '<p>:cat: :&lt;b&gt;: <a href="https://x.example/">:dog:</a></p>'
    view = await note(
        cast,
        tag(url),
        tag(other),
        tag(url, name=":<b>:"),
        tag("javascript:alert(1)", name=":js:"),
        tag("http://127.0.0.1:1/x.png", name=":local:"),
        *(tag(f"{url}?{number}", name=f":n{number}:") for number in range(1_000)),
        content=content,
    )
    assert view["emojis"] == [], "one shortcode with two pictures is ambiguous, the rest is unused"
    assert (cast.a.times_asked(url), cast.a.times_asked(other)) == (before, 0)


async def test_an_offer_with_emoji_is_shown_and_accepted_once_they_are_here(cast: Cast) -> None:
    url = served(cast)
    emoji = tag(url, media_digest(CAT))
    post = await published(cast, content="<p>Hi :cat:</p>", tag=[emoji])
    invite = (await cast.here.api("GET", INVITES, account="bob"))["invites"]
    assert invite == []
    found = await cast.here.post(post.id)
    assert found is not None
    view = await cast.here.api("GET", f"/api/v1/control/posts/{found.id}")
    assert [one["shortcode"] for one in view["emojis"]] == ["cat"]
    assert cast.a.times_asked(url) == 1


async def test_the_preview_of_an_offer_has_its_emoji(cast: Cast) -> None:
    await invited(
        cast, content="<p>Hi :cat:</p>", tag=[tag(served(cast), media_digest(CAT))], summary=":cat:"
    )
    invite = await cast.invite()
    assert invite is not None
    assert invite["refusal"] is None
    [shown] = invite["emojis"]
    assert (await file(cast, shown["url"]))[1] == CAT


@pytest.mark.parametrize(
    ("octets", "digest"),
    [(DOG, media_digest(CAT)), (CAT, None), (b"", media_digest(b"")), (CAT, "zQm")],
    ids=["another picture", "no digest", "nothing there", "no digest that counts"],
)
async def test_an_offer_whose_emoji_cannot_be_shown_is_not_accepted(
    cast: Cast, octets: bytes, digest: str | None
) -> None:
    await invited(cast, content="<p>Hi :cat:</p>", tag=[tag(served(cast, octets), digest)])
    invite = await cast.invite()
    assert invite is not None
    assert invite["emojis"] == []
    assert "emoji" in invite["refusal"]
    with pytest.raises(ApiRefusalError) as refused:
        await accept(cast)
    assert (refused.value.status, refused.value.code) == (422, "cannot_accept")
    assert cast.a.received_of("Accept") == []


async def test_a_co_authored_post_shows_no_emoji_without_a_digest(cast: Cast) -> None:
    await cast.follow(cast.alice)
    url = served(cast)
    post = cast.cotweet(cast.bob, content="<p>Hi :cat:</p>", tag=[tag(url)])
    post.consent(cast.bob)
    post.publish()
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors
    found = await cast.here.post(post.id)
    assert found is not None
    view = await cast.here.api("GET", f"/api/v1/control/posts/{found.id}")
    assert view["emojis"] == []
    assert cast.a.times_asked(url) == 0


async def test_the_emoji_of_a_name_are_shown_with_it(cast: Cast) -> None:
    url = served(cast)
    cast.alice.serve(name="Alice :cat: <b>", tag=[tag(url)])
    view = await note(cast, content="<p>Hi</p>")
    await cast.here.pass_time(2 * MINUTE)
    view = await cast.here.api("GET", f"/api/v1/control/posts/{view['id']}")
    [author] = view["authors"]
    [shown] = author["emojis"]
    assert author["name"] == "Alice :cat: <b>"
    _, page = await cast.here.get(view["page"], Accept="text/html")
    assert f'<bdi>Alice <img class="emoji" src="{shown["url"]}"' in page
    assert "&lt;b&gt;</bdi>" in page


async def test_an_emoji_of_ours_goes_out_with_posts_that_use_it(cast: Cast) -> None:
    own = await add(cast, ":cat:")
    await cast.here.api(
        "POST",
        "/api/v1/control/posts",
        {"text": "Hi :cat: and :dog:", "summary": ":cat:"},
        account="alice",
    )
    posted = (await cast.here.api("GET", "/api/v1/control/emoji"))["emoji"]
    assert posted == [own]
    draft = await drafted(cast, cast.bob, text="Ours :cat: and :dog:")
    [emoji] = [one for one in draft.offer(cast.bob)["object"]["tag"] if one["type"] == "Emoji"]
    assert emoji["icon"]["digestMultibase"] == own["digest"]
    status, octets, _ = await file(cast, emoji["icon"]["url"].removeprefix(cast.here.base))
    assert (status, media_digest(octets)) == (200, own["digest"])
    async with cast.here.session.get(emoji["id"], headers={"Accept": ACTIVITY_JSON}) as answer:
        document = await answer.json(content_type=None)
    assert answer.content_type == ACTIVITY_JSON
    assert (document["id"], document["type"], document["name"]) == (emoji["id"], "Emoji", ":cat:")
    await draft.answer(cast.bob)
    assert await draft.state() == "published"
    view = await cast.here.api("GET", f"/api/v1/control/posts/{draft.id}")
    assert [one["shortcode"] for one in view["emojis"]] == ["cat"]


async def test_an_ordinary_post_has_no_digest_in_its_emoji(cast: Cast) -> None:
    own = await add(cast, "cat")
    view = await cast.here.api(
        "POST", "/api/v1/control/posts", {"text": "Hi :cat:"}, account="alice"
    )
    assert [one["shortcode"] for one in view["emojis"]] == ["cat"]
    async with cast.here.session.get(view["uri"], headers={"Accept": ACTIVITY_JSON}) as answer:
        [emoji] = (await answer.json(content_type=None))["tag"]
    icon = {"type": "Image", "mediaType": "image/png", "url": own["url"]}
    assert emoji == {
        "id": f"{cast.here.base}/emoji/cat",
        "type": "Emoji",
        "name": ":cat:",
        "icon": icon,
    }


async def test_posts_keep_the_emoji_that_was_replaced_or_taken_away(cast: Cast) -> None:
    await add(cast, "cat")
    first = await cast.here.api(
        "POST", "/api/v1/control/posts", {"text": "Hi :cat:"}, account="alice"
    )
    await add(cast, "cat", DOG)
    second = await cast.here.api(
        "POST", "/api/v1/control/posts", {"text": "Hi :cat:"}, account="alice"
    )
    assert first["emojis"] != second["emojis"]
    await cast.here.api("DELETE", f"{EMOJI}/cat")
    with pytest.raises(ApiRefusalError, match="no_such_emoji"):
        await cast.here.api("DELETE", f"{EMOJI}/cat")
    for view in (first, second):
        again = await cast.here.api("GET", f"/api/v1/control/posts/{view['id']}")
        assert again["emojis"] == view["emojis"]
        assert (await file(cast, view["emojis"][0]["url"]))[0] == 200
    third = await cast.here.api(
        "POST", "/api/v1/control/posts", {"text": "Hi :cat:"}, account="alice"
    )
    assert third["emojis"] == []
    assert (await file(cast, "/emoji/cat"))[0] == 404


@pytest.mark.parametrize(
    ("shortcode", "octets", "code"),
    [
        ("x", CAT, "bad_shortcode"),
        ("a-b", CAT, "bad_shortcode"),
        ("<b>", CAT, "bad_shortcode"),
        ("x" * 31, CAT, "bad_shortcode"),
        ("cat", b"<svg/>", "not_a_picture"),
        ("cat", b"x" * 300_000, "file_too_large"),
    ],
)
async def test_what_cannot_be_an_emoji_is_refused(
    cast: Cast, shortcode: str, octets: bytes, code: str
) -> None:
    with pytest.raises(ApiRefusalError, match=code):
        await add(cast, shortcode, octets)
    assert (await cast.here.api("GET", EMOJI))["emoji"] == []
