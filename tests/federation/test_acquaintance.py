"""What is read of a profile elsewhere once somebody here follows it, or looks at it."""

from __future__ import annotations

from typing import Any

from activitypub.vocab.terms import AS2
from fedi_cotweet.domain.limits import DAY, MINUTE
from tests.federation.cast import Cast
from tests.federation.origins import Person
from tests.federation.talk import asked, say, seconds_pass


def feature(by: Person, items: list[Any], **members: Any) -> str:
    """Serve a ``featured`` collection, which the actor names."""
    uri = f"{by.id}/featured"
    document = {"id": uri, "type": "OrderedCollection", "orderedItems": items, **members}
    by.origin.serve({"@context": AS2, **document})
    return uri


async def first_shown(cast: Cast, person: Person) -> list[str]:
    """The words of what a profile shows first, in that order."""
    page = (await cast.here.get(f"/@{person.handle}"))[1]
    pinned = page.partition('id="pinned"')[2].partition('id="posts"')[0]
    words = [word for word in ("One", "Two", "Bobs") if f"<p>{word}</p>" in pinned]
    return sorted(words, key=pinned.index)


async def test_who_is_followed_shows_here_first_what_they_show_first_there(cast: Cast) -> None:
    one, two = say(cast.alice, "One"), say(cast.alice, "Two")
    bobs, private = say(cast.bob, "Bobs"), say(cast.alice, "Psst", to=[cast.alice.followers], cc=[])
    # Right shape, wrong owner: somebody else's post, and one that says it is hers.
    forged = say(cast.mallory, "Bobs", attributedTo=cast.alice.id)
    items = [two["id"], bobs["id"], forged["id"], private["id"], 5, one]
    cast.alice.serve(featured=feature(cast.alice, items))
    await cast.follow(cast.alice)
    assert await seconds_pass(cast.here, 5, [cast.a]) == 1
    assert await first_shown(cast, cast.alice) == ["Two", "One"]
    assert (cast.b.asked, cast.m.asked) == ([], [])
    # Once a day is enough, whoever looks.
    times = asked(cast.a)["/users/alice/featured"]
    await cast.follow(cast.alice, account="carol")
    assert asked(cast.a)["/users/alice/featured"] == times == 1
    # What is not listed any more is pinned no more; nothing follows from half a list.
    cast.here.clock.advance(DAY + MINUTE)
    feature(cast.alice, [], totalItems=2)
    await first_shown(cast, cast.alice)
    await seconds_pass(cast.here, 1)
    assert await first_shown(cast, cast.alice) == ["Two", "One"]
    cast.here.clock.advance(DAY + MINUTE)
    feature(cast.alice, [one["id"]], totalItems=1)
    await first_shown(cast, cast.alice)
    await seconds_pass(cast.here, 1)
    assert await first_shown(cast, cast.alice) == ["One"]


async def test_a_profile_elsewhere_that_is_looked_at_is_read_too(cast: Cast) -> None:
    one = say(cast.alice, "One")
    cast.alice.serve(featured=feature(cast.alice, [one["id"]]))
    await cast.deliver(cast.alice, cast.alice.activity("Follow", cast.here.actor("dave")))
    assert asked(cast.a)["/users/alice/featured"] == 0
    assert await first_shown(cast, cast.alice) == []
    await seconds_pass(cast.here, 2)
    assert await first_shown(cast, cast.alice) == ["One"]
    assert asked(cast.a)["/users/alice/featured"] == 1


async def test_a_link_of_a_profile_elsewhere_is_verified_by_its_page(cast: Cast) -> None:
    def page(of: Person, name: str) -> str:
        html = f'<p><a rel="me" href="{of.id}">me</a></p>'
        return cast.m.serve(html.encode(), at=f"{cast.m.base}/{name}", media_type="text/html")

    # The second links back to somebody else.
    good, bad = page(cast.alice, "hers"), page(cast.bob, "bobs")
    links = {"Home": good, "Not mine": bad, "Words": f"see {good}"}
    cast.alice.serve(
        attachment=[
            {"type": "PropertyValue", "name": name, "value": f'<a href="{url}">{url}</a>'}
            if url.startswith("http")
            else {"type": "PropertyValue", "name": name, "value": url}
            for name, url in links.items()
        ]
    )
    await cast.follow(cast.alice)
    assert await seconds_pass(cast.here, 2, [cast.m]) == 1
    shown = (await cast.here.get(f"/@{cast.alice.handle}"))[1]
    assert shown.count("✓") == 1
    fields = shown.partition('class="fields"')[2].partition("</dl>")[0]
    assert "✓" in fields.partition("Not mine")[0]
    assert {path: asked(cast.m)[path] for path in ("/hers", "/bobs")} == {"/hers": 1, "/bobs": 1}
