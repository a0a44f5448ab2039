"""What a post said before it was edited is kept, of ours and of others', and of nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.vocab.reading import format_time
from fedi_cotweet.domain.limits import HOUR, MINUTE
from fedi_cotweet.services.versions import MOST_CHARACTERS, MOST_KEPT, too_many
from tests.federation.cast import Cast
from tests.federation.here import START, ApiRefusalError
from tests.federation.pictures import png
from tests.federation.test_quotes import said
from tests.federation.test_trusting import picture

POSTS = "/api/v1/control/posts"


async def history(cast: Cast, uri: str, account: str = "dave") -> dict[str, Any]:
    """All versions, over the API."""
    post = await cast.here.post(uri)
    assert post is not None
    view = await cast.here.api("GET", f"{POSTS}/{post.id}/history", account=account)
    return dict(view)


async def texts(cast: Cast, uri: str, account: str = "dave") -> list[str]:
    return [version["text"] for version in (await history(cast, uri, account))["versions"]]


async def page(cast: Cast, uri: str) -> tuple[int, str]:
    """The page of all versions, as a stranger gets it."""
    post = await cast.here.post(uri)
    assert post is not None
    view = await cast.here.api("GET", f"{POSTS}/{post.id}")
    return await cast.here.get(f"{view['page']}/history")


async def edit(cast: Cast, note: dict[str, Any], at: int, **members: Any) -> dict[str, Any]:
    """Bob changes a post of his, elsewhere."""
    changed = note | {"updated": format_time(at), **members}
    reply = await cast.deliver(cast.bob, cast.bob.activity("Update", changed))
    assert reply.status == 202
    return changed


async def posted(cast: Cast, content: str = "<p>One.</p>", **members: Any) -> dict[str, Any]:
    """Bob, whom dave follows, writes something elsewhere."""
    await cast.follow(cast.bob)
    note = said(cast.bob, content, **members)
    assert (await cast.deliver(cast.bob, cast.bob.activity("Create", note))).status == 202
    return note


async def test_each_version_of_a_post_from_elsewhere_is_kept_with_its_date(cast: Cast) -> None:
    note = await posted(cast)
    assert (await history(cast, note["id"]))["versions"][0]["published_at"] == START - HOUR
    note = await edit(cast, note, START - 30 * MINUTE, content="<p>Two.</p>", summary="Late")
    note = await edit(cast, note, START - 10 * MINUTE, content="<p>Three.</p>")
    found = await history(cast, note["id"])
    said_then = [(v["number"], v["text"], v["summary"]) for v in found["versions"]]
    assert said_then == [(3, "Three.", "Late"), (2, "Two.", "Late"), (1, "One.", "")]
    at = [version["published_at"] for version in found["versions"]]
    assert at == [START - 10 * MINUTE, START - 30 * MINUTE, START - HOUR]
    assert (found["missing"], found["complete"]) == (0, True)
    assert found["post"]["updated_at"] == at[0]
    status, text = await page(cast, note["id"])
    assert status == 200
    assert text.index("Three.") < text.index("Two.") < text.index("One.")


async def test_what_changes_nothing_that_it_says_is_no_edit(cast: Cast) -> None:
    options: list[dict[str, Any]] = [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": 0}}
        for name in ("Tea", "Coffee")
    ]
    note = await posted(cast, type="Question", oneOf=options)
    replies = {"replies": {"type": "Collection", "totalItems": 7}}
    counted = [option | replies for option in options]
    note = await edit(cast, note, START - 40 * MINUTE, oneOf=counted, votersCount=14)
    note = await edit(cast, note, START - 30 * MINUTE, likes={"totalItems": 3})
    found = await history(cast, note["id"])
    assert [version["options"] for version in found["versions"]] == [["Tea", "Coffee"]]
    assert found["post"]["updated_at"] is None
    assert found["post"]["poll"]["options"][0]["votes"] == 7, "but the votes are counted"
    more = [*counted, counted[0] | {"name": "Water"}]
    await edit(cast, note, START - 20 * MINUTE, oneOf=more)
    versions = (await history(cast, note["id"]))["versions"]
    assert [version["options"] for version in versions] == [
        ["Tea", "Coffee", "Water"],
        ["Tea", "Coffee"],
    ]


async def test_an_older_version_that_comes_late_changes_nothing(cast: Cast) -> None:
    note = await posted(cast)
    newest = await edit(cast, note, START - 10 * MINUTE, content="<p>Three.</p>")
    await edit(cast, note, START - 30 * MINUTE, content="<p>Two.</p>")
    await edit(cast, newest, START - 10 * MINUTE)
    assert await texts(cast, note["id"]) == ["Three.", "One."]


async def test_a_date_of_the_future_is_when_it_came(cast: Cast) -> None:
    note = await posted(cast)
    await edit(cast, note, START + 9 * HOUR, content="<p>Two.</p>")
    found = await history(cast, note["id"])
    assert found["versions"][0]["published_at"] == START


async def test_a_file_that_is_gone_leaves_the_words_that_described_it(cast: Cast) -> None:
    files = []
    for name, colour in (("red", (200, 0, 0)), ("blue", (0, 0, 200))):
        cast.b.routes[f"/media/{name}.png"] = picture(png(colour))
        url = f"{cast.b.base}/media/{name}.png"
        files.append({"type": "Image", "mediaType": "image/png", "url": url, "name": name})
    note = await posted(cast, attachment=files)
    note = await edit(cast, note, START - 20 * MINUTE, attachment=[files[0] | {"name": "scarlet"}])
    now, before = (await history(cast, note["id"]))["versions"]
    assert [item["alt"] for item in now["media"]] == ["scarlet"]
    assert [(item["alt"], item["url"] is None) for item in before["media"]] == [
        ("red", False),
        ("blue", True),
    ]
    assert before["media"][0]["url"] == now["media"][0]["url"]


async def test_what_is_deleted_has_no_history(cast: Cast) -> None:
    note = await posted(cast)
    await edit(cast, note, START - 10 * MINUTE, content="<p>Two.</p>")
    assert (await cast.here.contents())["post_versions"] == 1
    await cast.deliver(cast.bob, cast.bob.activity("Delete", note["id"]))
    assert (await cast.here.contents())["post_versions"] == 0
    with pytest.raises(ApiRefusalError, match="404"):
        await history(cast, note["id"])


async def test_somebody_elses_update_makes_no_version(cast: Cast) -> None:
    note = await posted(cast)
    changed = note | {"updated": format_time(START - MINUTE), "content": "<p>Mine.</p>"}
    for sender in (cast.mallory, cast.neighbour):
        await cast.deliver(sender, sender.activity("Update", changed))
    assert await texts(cast, note["id"]) == ["One."]


async def test_a_version_for_fewer_people_is_not_shown_to_more(cast: Cast) -> None:
    note = await posted(cast, "<p>Between us.</p>", to=[cast.bob.followers], cc=[])
    public = {"to": ["as:Public"], "cc": [cast.bob.followers]}
    note = await edit(cast, note, START - 10 * MINUTE, content="<p>For all.</p>", **public)
    found = await history(cast, note["id"])
    assert [version["text"] for version in found["versions"]] == ["For all."]
    assert (found["missing"], found["complete"]) == (1, False)
    status, text = await page(cast, note["id"])
    assert (status, "Between us" in text) == (200, False)


async def test_followers_see_what_a_post_for_them_said(cast: Cast) -> None:
    note = await posted(cast, to=[cast.bob.followers], cc=[])
    await edit(cast, note, START - 10 * MINUTE, content="<p>Two.</p>")
    assert await texts(cast, note["id"]) == ["Two.", "One."]
    post = await cast.here.post(note["id"])
    assert post is not None
    status, text = await cast.here.get(f"/@{cast.bob.handle}/{post.id}/history")
    assert (status, "One." in text) == (404, False)
    with pytest.raises(ApiRefusalError, match="404"):
        await history(cast, note["id"], "mallory")


async def test_a_post_that_was_edited_before_it_came_says_so(cast: Cast) -> None:
    note = await posted(cast, updated=format_time(START - 30 * MINUTE))
    found = await history(cast, note["id"])
    assert (len(found["versions"]), found["complete"]) == (1, False)
    assert found["post"]["updated_at"] == START - 30 * MINUTE
    _, text = await page(cast, note["id"])
    assert "changed before it came here" in text


async def test_of_the_versions_of_a_stranger_so_many_are_kept(cast: Cast) -> None:
    numbers = [(number, 10) for number in range(1, MOST_KEPT + 2)]
    assert too_many(numbers[:-1]) == []
    assert too_many(numbers) == [MOST_KEPT // 2 + 1]
    large = [(number, MOST_CHARACTERS // 3) for number in range(1, 6)]
    assert too_many(large) == [3, 2]
    assert too_many([(1, MOST_CHARACTERS * 2)]) == []
    note = await posted(cast)
    for number in range(7):
        much = f"<p>{number}{'x' * 95_000}</p>"
        note = await edit(cast, note, START - 20 * MINUTE + number * 1_000, content=much)
    found = await history(cast, note["id"])
    assert [version["number"] for version in found["versions"]] == [8, 7, 6, 5, 3, 2, 1]
    assert found["missing"] == 1
    assert "1 earlier version is not shown." in (await page(cast, note["id"]))[1]


async def test_our_own_posts_have_a_history_and_drafts_have_none(cast: Cast) -> None:
    view = await cast.here.api("POST", POSTS, {"text": "One."})
    cast.here.clock.advance(HOUR)
    await cast.here.api("PUT", f"{POSTS}/{view['id']}", {"text": "Two."})
    await cast.here.api("PUT", f"{POSTS}/{view['id']}", {"text": "Two."})
    assert await texts(cast, view["uri"], "alice") == ["Two.", "One."]
    status, text = await cast.here.get(f"{view['page']}/history")
    assert (status, "First version" in text) == (200, True)
    assert "edited" in (await cast.here.get(view["page"]))[1]
    draft = await cast.here.api(
        "POST", "/api/v1/cotweets", {"text": "Hm.", "with": [cast.here.handle("bob")]}
    )
    with pytest.raises(ApiRefusalError, match="404"):
        await cast.here.api("GET", f"{POSTS}/{draft['post']['id']}/history")


async def test_versions_of_a_cotweet_say_who_agreed_to_them_while_they_are_authors(
    cast: Cast,
) -> None:
    await cast.follow(cast.alice)
    post = cast.cotweet(cast.bob, cast.carol)
    for person in (cast.bob, cast.carol):
        post.consent(person)
    await cast.deliver(cast.alice, post.create(post.publish()))
    assert await cast.shown(post.id) == post.authors
    first = post.digest
    cast.here.clock.advance(HOUR)
    post.core["content"] = "<p>Better.</p>"
    for person in (cast.bob, cast.carol):
        post.consent(person)
    note = post.publish(updated=format_time(cast.here.clock()))
    await cast.deliver(cast.alice, post.update(note))
    now, before = (await history(cast, post.id))["versions"]
    assert (now["digest"], before["digest"]) == (post.digest, first)
    for version in (now, before):
        assert [author["uri"] for author in version["authors"]] == post.authors
    assert "agreed to this version" in (await page(cast, post.id))[1]
    await cast.deliver(cast.bob, cast.bob.proven(post.deletion(cast.bob)))
    now, before = (await history(cast, post.id))["versions"]
    for version, others in ((now, 0), (before, 1)):
        left = [author["uri"] for author in version["authors"]]
        assert (left, version["others"]) == ([cast.alice.id, cast.carol.id], others)
    assert cast.bob.handle not in (await page(cast, post.id))[1]
