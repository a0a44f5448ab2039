"""Posts of other servers that nothing protects, and each thing that does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import (
    Connection,
    PrimaryKeyConstraint,
    UniqueConstraint,
    insert,
    select,
    text,
)

from storage.engine import Store
from storage.models import (
    Base,
    Bookmark,
    Boost,
    Change,
    ConsentMessage,
    Credit,
    CreditOffer,
    DraftComment,
    HomeEntry,
    Like,
    LinkCard,
    Media,
    MessageConsent,
    Notification,
    Offer,
    Pin,
    Poll,
    PollVote,
    Post,
    PostAuthor,
    PostCard,
    PostMute,
    PostTag,
    PostVersion,
    ProfileHide,
    Quote,
    Stamp,
)
from storage.queries import pruning, reports, search
from tests.storage.cast import ALICE, BOB, CAROL, DAVE, NOW, Stage, note_uri, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")
OLD = 10
URI = note_uri(OLD)
Rows = tuple[tuple[type[Base], Mapping[str, Any]], ...]
AT = {"created_at": 1}


def offer(**values: Any) -> Rows:
    row = {
        "id": 50,
        "uri": "https://a.example/offers/1",
        "side": "received",
        "object_uri": "https://a.example/drafts/1",
        "sender_id": CAROL,
        "target_id": BOB,
        "authors": [],
        "digest": "z",
        "document": "{}",
        "state": "declined",
        "published_at": 1,
        "expires_at": 2,
        **AT,
    }
    return ((Offer, row | values),)


def author(**values: Any) -> Rows:
    row = {"post_id": OLD, "actor_uri": "u", "position": 1, "state": "revoked"}
    return ((PostAuthor, row | values),)


def message(**values: Any) -> Rows:
    return (
        *offer(),
        (MessageConsent, {"offer_id": 50, "message_uri": "https://here.example/m", **values}),
    )


def reaction(model: type[Base], actor: int, **values: Any) -> Rows:
    return ((model, {"id": 50, "uri": "u", "actor_id": actor, "post_id": OLD, **values}),)


def vote(actor: int) -> Rows:
    return (
        (Poll, {"post_id": OLD, "options": []}),
        (PollVote, {"post_id": OLD, "actor_id": actor, "choice": 0, **AT}),
    )


KEPT: dict[str, Rows] = {
    "liked": reaction(Like, ALICE, **AT),
    "reacted to": reaction(Like, ALICE, emoji="🍵", **AT),
    "boosted": reaction(Boost, ALICE, published_at=1),
    "voted on": vote(ALICE),
    "bookmarked": ((Bookmark, {"id": 50, "account_id": ALICE, "post_id": OLD}),),
    "pinned": ((Pin, {"actor_id": CAROL, "post_id": OLD, "pinned_at": 1}),),
    "in a notification": (
        (
            Notification,
            {
                "id": 50,
                "account_id": ALICE,
                "kind": "mention",
                "subject": "s",
                "post_id": OLD,
                **AT,
            },
        ),
    ),
    "muted": ((PostMute, {"account_id": ALICE, "post_id": OLD, **AT}),),
    "hidden on a profile": ((ProfileHide, {"account_id": ALICE, "post_id": OLD}),),
    "co-author here": author(actor_id=ALICE),
    "consent of an author": (
        *author(post_id=11, stamp_uri=URI, via="note", actor_id=DAVE),  # of a protected post
        *reaction(Like, ALICE, post_id=11, **AT),
    ),
    "artist here": (
        (
            Credit,
            {
                "post_id": OLD,
                "position": 0,
                "actor_uri": "u",
                "actor_id": ALICE,
                "state": "claimed",
            },
        ),
    ),
    "offered": offer(object_uri=URI),
    "offered, by id": offer(post_id=OLD),
    "stamped here": (
        (
            Stamp,
            {
                "id": 50,
                "uri": "https://here.example/s",
                "account_id": BOB,
                "offer_uri": "o",
                "object_uri": URI,
                "digest": "z",
                "authors": [],
                "document": "{}",
                "published_at": 1,
                "deleted_at": 2,
            },
        ),
    ),
    "change proposed": (
        (
            Change,
            {"id": 50, "object_uri": URI, "by_id": BOB, "state": "declined", "words": {}, **AT},
        ),
    ),
    "talked about": (
        (
            DraftComment,
            {"id": 50, "uri": "c", "object_uri": URI, "actor_id": BOB, "content": "", **AT},
        ),
    ),
    "artist asked": (
        (
            CreditOffer,
            {
                "id": 50,
                "uri": "o",
                "side": "received",
                "post_uri": URI,
                "sender_id": CAROL,
                "target_id": BOB,
                "media": "z",
                "digest": "z",
                "document": "{}",
                "state": "declined",
                "expires_at": 2,
                **AT,
            },
        ),
    ),
    "consent by message": (
        *offer(),
        (
            ConsentMessage,
            {
                "uri": URI,
                "offer_id": 50,
                "ours": False,
                "kind": "yes",
                "about": "a",
                "document": "{}",
                **AT,
            },
        ),
    ),
    "answer by message": message(answer_uri=URI),
    "note of consent": message(note_uri=URI),
}


async def old_post(store: Store, number: int = OLD, **changes: Any) -> Stage:
    stage = await raise_curtain(store)
    await remote(stage, number, **changes)
    return stage


async def remote(stage: Stage, number: int, **changes: Any) -> None:
    await stage.post(number, CAROL, **{"fetched_at": 1, **changes})


async def free(stage: Stage, until: int = 40) -> list[int]:
    found = await stage.ask(pruning.look, -1, until, NOW - 1, 100)
    return [post.id for post in found if post.free]


class UndoneError(Exception):
    """Carries what was seen out of a transaction that shall leave nothing."""


async def free_with(stage: Stage, rows: Rows) -> list[int]:
    """Which would be free if there were these rows too."""

    def run(tx: Connection) -> None:
        for model, row in rows:
            tx.execute(insert(model), row)
        found = pruning.look(tx, -1, 40, NOW - 1, 100)
        raise UndoneError([post.id for post in found if post.free])

    with pytest.raises(UndoneError) as undone:
        await stage.do(run)
    seen: list[int] = undone.value.args[0]
    return seen


async def put(stage: Stage, rows: Rows) -> None:
    for model, row in rows:
        await stage.put(model, row)


async def test_a_post_that_nobody_here_touched_may_go(store: Store) -> None:
    assert await free(await old_post(store)) == [OLD]


async def test_what_somebody_here_has_to_do_with_stays(store: Store) -> None:
    stage = await old_post(store)
    await remote(stage, 11)
    wrong = [rule for rule, rows in KEPT.items() if OLD in await free_with(stage, rows)]
    assert wrong == []
    assert await free(stage) == [OLD, 11]


async def test_what_was_reported_stays(store: Store) -> None:
    stage = await old_post(store)
    row = {
        "id": 50,
        "uri": "r",
        "by_id": CAROL,
        "actor_uris": [],
        "object_uris": [URI, URI],
        "state": "resolved",
        **AT,
    }
    assert await stage.do(reports.add_report, **row)
    assert not await stage.do(reports.add_report, **row)
    assert await free(stage) == []


@pytest.mark.parametrize("quoting", [ALICE, CAROL])
async def test_quotes_between_here_and_there_stay(store: Store, quoting: int) -> None:
    stage = await old_post(store)
    await stage.post(11, BOB)
    other = {ALICE: (12, URI), CAROL: (OLD, note_uri(11))}[quoting]
    await stage.post(12, ALICE)
    await stage.put(Quote, {"post_id": other[0], "quoted_uri": other[1], "state": "revoked"})
    assert await free(stage) == []


def test_every_rule_has_a_case() -> None:
    elsewhere = {"reported", "quoted here", "quotes us", "answers us beside it"}
    assert {*KEPT, *elsewhere} - {"reacted to"} == set(pruning.PROTECTIONS)


async def test_what_is_not_public_old_and_from_elsewhere_stays(store: Store) -> None:
    stage = await raise_curtain(store)
    kept: tuple[dict[str, Any], ...] = (
        {"visibility": "followers"},
        {"visibility": "direct"},
        {"state": "deleted"},
        {"state": "draft"},
        {"fetched_at": NOW},
        {"sort_id": 41},
        {"author_id": ALICE, "local": True},
    )
    for number, changes in enumerate(kept, 20):
        await remote(stage, number, **changes)
    assert await free(stage) == []


@pytest.mark.parametrize("state", ["published", "draft"])
async def test_all_that_a_post_or_draft_of_ours_answers_stays(store: Store, state: str) -> None:
    stage = await old_post(store)
    await remote(stage, 11, in_reply_to_uri=URI)
    await stage.post(12, ALICE, in_reply_to_uri=note_uri(11), state=state)
    await remote(stage, 13, in_reply_to_uri=note_uri(11))  # beside ours
    await remote(stage, 14)
    assert await free(stage) == [14]


async def test_all_that_answers_a_post_of_ours_stays(store: Store) -> None:
    stage = await old_post(store, in_reply_to_uri=note_uri(9))
    await stage.post(9, ALICE)
    await remote(stage, 11, in_reply_to_uri=URI)
    await remote(stage, 12, in_reply_to_uri=note_uri(11))
    assert await free(stage) == []


@pytest.mark.parametrize("rows", [author(actor_id=ALICE), KEPT["muted"]])
async def test_threads_of_co_tweets_and_muted_ones_stay(store: Store, rows: Rows) -> None:
    stage = await old_post(store, co_authored=True)
    await put(stage, rows)
    await remote(stage, 11, in_reply_to_uri=URI)
    await remote(stage, 12, in_reply_to_uri=note_uri(11))
    assert await free(stage) == []


async def test_what_only_others_did_protects_nothing(store: Store) -> None:
    stage = await old_post(store)
    for rows in (
        reaction(Like, DAVE, **AT),
        reaction(Boost, DAVE, published_at=1),
        vote(DAVE),
        author(actor_id=DAVE),
    ):
        await put(stage, rows)
    await remote(stage, 11, in_reply_to_uri=URI)
    await stage.put(Quote, {"post_id": 11, "quoted_uri": URI, "state": "accepted"})
    assert await free(stage) == [OLD, 11]


async def test_a_circle_and_a_long_thread_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "MOST_BELOW", 3)
    monkeypatch.setattr(pruning, "MOST_ABOVE", 3)
    pruning._look.cache_clear()
    stage = await old_post(store, in_reply_to_uri=note_uri(11))
    await remote(stage, 11, in_reply_to_uri=URI)
    for number in range(20, 26):
        await remote(stage, number, in_reply_to_uri=note_uri(20))
    assert await free(stage) == [10, 11, 21, 22, 23, 24, 25]  # 20 goes after its answers
    pruning._look.cache_clear()


async def test_with_a_post_goes_what_hangs_on_it_and_it_may_come_again(store: Store) -> None:
    stage = await old_post(store)
    hanging: Rows = (
        *reaction(Like, DAVE, **AT),
        *reaction(Boost, DAVE, published_at=1),
        *vote(DAVE),
        *author(actor_id=DAVE),
        (
            Media,
            {
                "id": 50,
                "token": "t",
                "post_id": OLD,
                "state": "stored",
                "media_type": "image/png",
                **AT,
            },
        ),
        (HomeEntry, {"account_id": ALICE, "post_id": OLD, "sort_id": OLD, "via_id": CAROL}),
        (PostTag, {"tag": "tea", "post_id": OLD, "sort_id": OLD}),
        (Quote, {"post_id": OLD, "quoted_uri": "u", "state": "accepted"}),
        (LinkCard, {"id": 1, "url": "https://news.example/", "state": "shown", "next_at": 1}),
        (PostCard, {"post_id": OLD, "card_id": 1}),
        (
            PostVersion,
            {
                "post_id": OLD,
                "number": 1,
                "made_at": 1,
                "visibility": "public",
                "content": "",
                "summary": "",
                "name": "",
                "sensitive": False,
                "media": [],
                "options": [],
                "emoji": [],
                "authors": [],
                "size": 1,
            },
        ),
    )
    await put(stage, hanging)
    await stage.do(search.put, OLD, ["tea"])
    assert await free(stage) == [OLD]
    await stage.do(pruning.remove, [OLD])
    await stage.do(pruning.remove, [])
    for model in {model for model, _ in hanging} - {LinkCard}:
        assert await stage.ask(hangs, model) == 0
    assert await stage.ask(words) == 0
    await remote(stage, OLD)
    assert await free(stage) == [OLD]


def hangs(tx: Connection, model: type[Base]) -> int:
    return len(tx.execute(select(1).where(model.__table__.c.post_id == OLD)).all())


def words(tx: Connection) -> int:
    return int(tx.execute(text("SELECT count(*) FROM post_search")).scalar_one())


def test_what_refers_to_a_post_is_found_by_an_index() -> None:
    """Else each post that goes has whole tables read."""
    for table in Base.metadata.tables.values():
        unique = (PrimaryKeyConstraint, UniqueConstraint)
        keys = [key for key in table.constraints if isinstance(key, unique)]
        begun_with = {next(iter(key.columns)).name for key in keys}
        begun_with |= {next(iter(index.columns)).name for index in table.indexes}
        for column in table.columns:
            if any(key.column.table is Post.__table__ for key in column.foreign_keys):
                assert column.name in begun_with, f"{table.name}.{column.name}"
