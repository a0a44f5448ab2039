"""Sign-up links: who may make them, whom they let in, and how they end, on both engines."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from fedi_cotweet.domain.limits import DAY, SECOND
from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services import (
    accounts,
    shutting_out,
    sign_up_links,
    sign_ups,
    staff,
    staff_log,
    upkeep,
)
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.sign_up_links import Wanted
from fedi_cotweet.services.sign_ups import Wish
from fedi_cotweet.services.views import SignUpLinkView
from storage.engine import Store, Tx
from storage.queries import actors, migrations
from tests.services.story import Story, begin

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


ONE = Wanted()

WHY = {
    "This sign-up link was used already.": "used_up",
    "The time of this sign-up link is over.": "expired",
    "This sign-up link was ended.": "ended",
}


@dataclass
class Doors:
    """Who lets whom in."""

    story: Story
    env: Env

    async def make(self, maker: str | None, wanted: Wanted = ONE) -> str:
        """A link of somebody's, or of the operator's; its code."""
        who = None if maker is None else self.story.ids[maker]
        address, _ = await self.story.do(lambda tx: sign_up_links.make(tx, self.env, who, wanted))
        assert address.startswith("http://a.example/sign-up?link=")
        return address.partition("=")[2]

    async def join(self, name: str, code: str) -> int:
        """Somebody makes an account with a link."""
        keys = await asyncio.to_thread(accounts.make_keys)
        wish = Wish(name, "hash", "", None, (), code)
        return await self.story.do(lambda tx: sign_ups.settle(tx, self.env, wish, keys))

    async def why_not(self, code: str) -> str:
        """Why a link lets nobody in."""
        with pytest.raises(ServiceError) as refused:
            await self.story.look(lambda tx: sign_up_links.open_link(tx, self.env, code))
        error = refused.value
        if error.code == "sign_up_link_unknown":
            return "unknown"
        assert (error.code, error.status) == ("sign_up_link_over", 410)
        return WHY[error.safe]

    async def links(self, owner: str) -> list[SignUpLinkView]:
        who = self.story.ids[owner]
        return await self.story.look(lambda tx: sign_up_links.of(tx, self.env, who))


@pytest.fixture
async def doors(store: Store, tmp_path: Path) -> Doors:
    """Everybody may make links."""
    story = begin(store, tmp_path)
    await story.people_move_in()
    limits = replace(story.env.limits, sign_up_links_by="people")
    return Doors(story, replace(story.env, limits=limits))


async def test_whoever_has_a_link_gets_in_and_it_is_known_by_whom(doors: Doors) -> None:
    code = await doors.make("alice", Wanted(for_whom="  Erin from\nthe  choir "))
    erin = await doors.join("erin", code)
    [held] = await doors.links("alice")
    assert (held.for_whom, held.state, held.used, held.most_uses) == (
        "Erin from the choir",
        "used_up",
        1,
        1,
    )
    assert [one.handle for one in held.people] == ["erin@a.example"]
    by = await doors.story.look(lambda tx: sign_up_links.brought_by(tx, erin))
    assert by is not None
    assert by.username == "alice"
    ids = [erin, doors.story.ids["bob"]]
    assert await doors.story.look(lambda tx: sign_up_links.came_by(tx, ids)) == {erin: "@alice"}
    assert await doors.why_not(code) == "used_up"


async def test_of_many_who_use_the_last_of_a_link_at_once_one_gets_in(doors: Doors) -> None:
    code = await doors.make("alice", Wanted(most_uses=2))
    await doors.join("first", code)
    names = [f"guest{number}" for number in range(6)]
    keys = await asyncio.to_thread(accounts.make_keys)

    async def join(name: str) -> str:
        wish = Wish(name, "hash", "", None, (), code)
        try:
            await doors.story.do(lambda tx: sign_ups.settle(tx, doors.env, wish, keys))
        except ServiceError as error:
            return error.code
        return "in"

    done = await asyncio.gather(*map(join, names))
    assert sorted(done) == ["in", *["sign_up_link_over"] * 5]

    def here(tx: Tx) -> list[str]:
        return [name for name in names if actors.account_by_name(tx, name) is not None]

    assert await doors.story.look(here) == [names[done.index("in")]], "nothing of the others stays"
    [held] = await doors.links("alice")
    assert held.used == 2


async def test_a_name_that_is_taken_costs_no_use(doors: Doors) -> None:
    code = await doors.make("alice")
    with pytest.raises(ServiceError, match="name_taken"):
        await doors.join("bob", code)
    [held] = await doors.links("alice")
    assert (held.state, held.used) == ("open", 0)
    assert await doors.join("erin", code)


async def test_links_end_by_time_by_their_maker_and_with_their_maker(doors: Doors) -> None:
    story, env = doors.story, doors.env
    alice = story.ids["alice"]
    assert await doors.why_not("mistyped") == "unknown"
    assert await doors.why_not("é" * 300) == "unknown"
    short = await doors.make("alice", Wanted(days=1))
    long = await doors.make("alice", Wanted(days=90))
    story.clock.now += DAY
    assert await doors.why_not(short) == "expired"
    held = (await doors.links("alice"))[0]
    with pytest.raises(ServiceError, match="not_found"):
        await story.do(lambda tx: sign_up_links.end(tx, env, story.ids["bob"], int(held.id)))
    await story.do(lambda tx: sign_up_links.end(tx, env, alice, int(held.id)))
    assert await doors.why_not(long) == "ended"

    other = await doors.make("alice")
    person = await story.look(lambda tx: accounts.find_actor(tx, alice))
    await story.do(lambda tx: shutting_out.suspend(tx, env, person))
    assert await doors.why_not(other) == "ended"
    with pytest.raises(ServiceError, match="no_sign_up_links"):
        await doors.make("alice")
    await story.do(lambda tx: shutting_out.unsuspend(tx, env, person))
    assert await doors.why_not(other) == "ended", "for good"

    last = await doors.make("bob")
    bob = await story.look(lambda tx: accounts.find_actor(tx, story.ids["bob"]))
    await story.do(lambda tx: shutting_out.delete_account(tx, env, bob))
    assert await doors.why_not(last) == "ended"


async def test_a_link_is_forgotten_a_month_after_its_time_and_who_came_by_it_is_not(
    doors: Doors,
) -> None:
    story, env = doors.story, doors.env
    erin = await doors.join("erin", await doors.make("alice", Wanted(days=1)))
    [held] = await doors.links("alice")
    story.clock.now = held.expires_at + sign_up_links.OVER_KEPT - SECOND
    await story.do(lambda tx: upkeep.forget_tokens(tx, env))
    assert len(await doors.links("alice")) == 1
    await story.do(lambda tx: upkeep.forget_tokens(tx, env))
    assert await doors.links("alice") == []
    assert await story.look(lambda tx: sign_up_links.came_by(tx, [erin])) == {erin: "@alice"}


async def test_who_may_make_links_is_set_and_links_of_others_let_nobody_in(doors: Doors) -> None:
    story = doors.story
    code = await doors.make("alice")
    doors.env = story.env
    assert story.env.limits.sign_up_links_by == "staff"
    with pytest.raises(ServiceError, match="no_sign_up_links"):
        await doors.make("alice")
    assert await doors.why_not(code) == "ended"
    await story.do(lambda tx: staff.appoint(tx, story.env, "alice", "moderator"))
    assert (await doors.links("alice"))[0].state == "open"
    await doors.make("alice")


async def test_making_and_ending_links_comes_to_an_end(doors: Doors) -> None:
    story, env, me = doors.story, doors.env, doors.story.ids["alice"]

    def make_and_end(tx: Tx) -> None:
        for _ in range(sign_up_links.MOST_SHOWN):
            _, made = sign_up_links.make(tx, env, me, Wanted())
            sign_up_links.end(tx, env, me, int(made.id))

    await story.do(make_and_end)
    with pytest.raises(ServiceError, match="too_many_sign_up_links: You have made 200"):
        await doors.make("alice")
    await doors.make("bob")
    story.clock.now += 7 * DAY + sign_up_links.OVER_KEPT
    await story.do(lambda tx: upkeep.forget_tokens(tx, env))
    await doors.make("alice")


async def test_nobody_is_offered_to_follow_whoever_left_or_moved(doors: Doors) -> None:
    story, env = doors.story, doors.env
    code = await doors.make("alice", Wanted(most_uses=2))
    erin = await doors.join("erin", code)
    alice = await story.person("alice")
    for home, offered in (("https://z.example/users/alice", False), (None, True)):
        await story.do(partial(migrations.set_moved, account_id=alice.id, to=home, at=None))
        by = await story.look(lambda tx: sign_up_links.brought_by(tx, erin))
        assert (by is not None) == offered
    await story.do(lambda tx: shutting_out.suspend(tx, env, alice))
    assert await story.look(lambda tx: sign_up_links.brought_by(tx, erin)) is None


@pytest.mark.parametrize(
    ("wanted", "may"),
    [
        (Wanted(most_uses=100, days=90, for_whom="x" * 100), True),
        (Wanted(most_uses=0), False),
        (Wanted(most_uses=101), False),
        (Wanted(most_uses=None), False),
        (Wanted(days=0), False),
        (Wanted(days=91), False),
        (Wanted(for_whom="x" * 101), False),
    ],
)
async def test_a_link_has_bounds(doors: Doors, wanted: Wanted, may: bool) -> None:
    if may:
        await doors.make("alice", wanted)
    else:
        with pytest.raises(ServiceError, match="bad_sign_up_link"):
            await doors.make("alice", wanted)


async def test_staff_make_links_without_limit_and_what_they_do_is_in_the_log(
    doors: Doors,
) -> None:
    story, env = doors.story, doors.env
    await story.do(lambda tx: staff.appoint(tx, env, "alice", "moderator"))
    code = await doors.make("alice", Wanted(most_uses=None))
    for name in ("erin", "frank"):
        await doors.join(name, code)
    [held] = await doors.links("alice")
    assert (held.state, held.used) == ("open", 2)
    await doors.make("bob", Wanted(for_whom="my aunt"))
    own = await doors.make(None, Wanted(most_uses=None, for_whom="the fair"))
    ending = partial(sign_up_links.end, env=env, account_id=None, link_id=int(held.id))
    await story.do(ending)
    acts = await story.look(lambda tx: staff_log.acts(tx, Window(9)))
    assert [(one.by, one.act) for one in acts][:3] == [
        ("operator", "end-sign-up-link"),
        ("operator", "make-sign-up-link"),
        ("alice@a.example", "make-sign-up-link"),
    ]
    assert acts[0].subject == held.id
    everybodys = await story.look(lambda tx: sign_up_links.all_of_them(tx, env))
    assert [(one.by, one.for_whom, one.state) for one in everybodys] == [
        ("operator", "the fair", "open"),
        ("bob@a.example", "", "open"),
        ("alice@a.example", "", "ended"),
    ]
    grace = await doors.join("grace", own)
    assert await story.look(lambda tx: sign_up_links.came_by(tx, [grace])) == {grace: "operator"}
    assert await story.look(lambda tx: sign_up_links.brought_by(tx, grace)) is None


async def test_somebody_has_twenty_open_links_at_most(doors: Doors) -> None:
    for _ in range(sign_up_links.MOST_OPEN):
        await doors.make("alice")
    with pytest.raises(ServiceError, match="too_many_sign_up_links"):
        await doors.make("alice")
    await doors.make("bob")
    first = (await doors.links("alice"))[0]
    me = doors.story.ids["alice"]
    await doors.story.do(lambda tx: sign_up_links.end(tx, doors.env, me, int(first.id)))
    await doors.make("alice")
