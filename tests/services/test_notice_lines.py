"""Several of the same happening are one line, and what is new since the last look is known."""

from __future__ import annotations

from functools import partial
from itertools import product
from pathlib import Path

from fedi_cotweet.domain.limits import DAY, HOUR
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import notifications, reactions
from fedi_cotweet.services.notice_views import NotificationView, lines
from fedi_cotweet.services.views import AuthorView
from storage.engine import Store
from tests.services.story import begin

NOW = 40 * DAY + 6 * HOUR


def _person(name: str) -> AuthorView:
    return AuthorView(
        uri=f"https://b.example/users/{name}",
        name=name.title(),
        handle=f"{name}@b.example",
        url=f"/@{name}@b.example",
        local=False,
        avatar=None,
    )


def _told(
    number: int, name: str, text: str = "{who} liked your post.", *, post: str = "7", at: int = NOW
) -> NotificationView:
    by = _person(name)
    said = say(text, who=f"@{by.handle}")
    return NotificationView(str(number), "like", said, at, post=post, by=by)


def test_the_same_done_to_the_same_post_is_one_line_where_the_newest_stands() -> None:
    found = lines(
        [
            _told(9, "bob"),
            _told(8, "carol", "{who} replied."),
            _told(7, "dana"),
            _told(6, "emil"),
            _told(5, "bob", "{who} boosted your post."),
        ]
    )
    assert [(line.newest.id, str(line.text)) for line in found] == [
        ("9", "@bob@b.example and 2 others liked your post."),
        ("8", "@carol@b.example replied."),
        ("5", "@bob@b.example boosted your post."),
    ]
    assert [other.name for other in found[0].others] == ["Dana", "Emil"]


def test_another_post_another_half_day_and_another_reaction_are_lines_of_their_own() -> None:
    found = lines(
        [
            _told(9, "bob"),
            _told(8, "carol", post="6"),
            _told(7, "dana", at=NOW - 12 * HOUR),
            _told(6, "emil", "{who} reacted to your post with \N{TEACUP WITHOUT HANDLE}"),
            _told(5, "fay", "{who} reacted to your post with \N{TEACUP WITHOUT HANDLE}"),
        ]
    )
    assert [line.newest.id for line in found] == ["9", "8", "7", "6", "5"]
    assert all(not line.others for line in found)


def test_somebody_who_did_it_twice_is_named_once() -> None:
    [line] = lines([_told(9, "bob"), _told(8, "bob")])
    assert (str(line.text), line.others) == ("@bob@b.example liked your post.", ())


def test_a_line_is_fresh_if_its_newest_came_after_the_last_one_read() -> None:
    found = lines([_told(9, "bob"), _told(8, "carol", post="6")], read_to=8)
    assert [line.fresh for line in found] == [True, False]


async def test_what_several_people_really_do_is_told_in_one_line(
    store: Store, tmp_path: Path
) -> None:
    """The sentences that ``notice_views`` knows are those that people are told."""
    story = begin(store, tmp_path)
    await story.people_move_in()
    for name in ("bob", "carol"):
        await story.follow(name, "alice")
    await story.publish_together("bob", "carol", text="We wrote this.")
    post_id = await story.world.post(story.ids["alice"], "I wrote this.")
    for name, do in product(("bob", "carol"), (reactions.like, reactions.boost)):
        await story.do(partial(do, env=story.env, account_id=story.ids[name], post_id=post_id))
    found = await story.look(
        lambda tx: lines(notifications.notifications(tx, story.env, story.ids["alice"]))
    )
    assert {str(line.text) for line in found if line.others} == {
        "@carol@a.example and 1 other liked your post.",
        "@carol@a.example and 1 other boosted your post.",
        "@carol@a.example and 1 other follow you.",
        "@carol@a.example and 1 other agreed to your post.",
    }
