"""The demo after publication: who reads it, who can prove it, and what a changed byte does."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from demo import picture
from demo.processes import Server
from demo.reading import READERS
from demo.story import FROM_BOTH, TEXT, Story, arrivals, delivered, logged, received
from demo.visiting import look

BOTH = "alice@a and bob@b"
WELL_BEFORE = 20_000
"""Milliseconds."""
CHANGED = TEXT.replace("step", "stop")


def arrive(story: Story) -> None:
    """How it went to all servers."""
    cast, teller = story.cast, story.teller
    teller.step("It goes out to the followers of both")
    teller.fact(
        "d got it twice, from alice's server and passed on by bob's, and keeps one.",
        (FROM_BOTH, ["created", "repeated"]),
        lambda: arrivals(received(cast.d, "Create", story.note)),
        proof=lambda: [
            *delivered(cast.a, "Create", to=cast.d),
            *delivered(cast.b, "Create", to=cast.d),
            *logged(cast.d, "Create", story.note),
        ],
        servers=(cast.a, cast.b, cast.d),
    )
    teller.fact(
        "d asked bob's server itself whether he agreed.",
        ["verified"],
        lambda: [entry["state"] for entry in cast.d.events("author_checked")][-1:],
        proof=[(f"d → {story.stamp}", "verified")],
        servers=(cast.b, cast.d),
    )
    teller.fact(
        "u knows nothing of co-authors, so bob boosts the post for his followers there.",
        ["done: boosted"],
        lambda: story.readers.became("Announce"),
        proof=lambda: [*delivered(cast.b, "Announce", to=cast.u), ("u, its log", "done: boosted")],
        servers=(cast.b, cast.u),
    )


def read(story: Story) -> None:
    """What every reader has."""
    teller = story.teller
    teller.step("Every reader has it once, under both names")
    readers_have(
        story,
        {
            "dave": ("dave, who follows only bob, has it once, by alice and bob.", [BOTH]),
            "frank": ("frank, who follows only alice, has it once, by alice and bob.", [BOTH]),
            "erin": ("erin, who follows both, has it once, by alice and bob.", [BOTH]),
        },
        (
            "gina, who follows only bob, has it once: alice's, boosted by bob.",
            ["alice@a, boosted by bob@b"],
        ),
    )
    teller.fact(
        "On d's pages all of them see the text and the picture with its description.",
        {name: [(TEXT, [picture.DESCRIPTION])] for name in READERS},
        lambda: {
            name: [(item.text.strip(), item.pictures) for item in story.readers.on_page(name)[1]]
            for name in READERS
        },
        servers=(story.cast.d,),
    )
    status, articles = story.readers.gina()
    teller.fact(
        "On u gina reads the same words, alice's name above them and bob's below.",
        (200, [f"{TEXT}With @bob@{story.cast.b.host}"], ["alice@a, boosted by bob@b"]),
        (status, [item.text.strip() for item in articles], story.readers.names(articles)),
        proof=[("u/timeline/gina", "200")],
        servers=(story.cast.u,),
    )


def readers_have(
    story: Story, on_d: Mapping[str, tuple[str, list[str]]], on_u: tuple[str, list[str]]
) -> None:
    """One fact for each reader, from the command line and from their page."""
    teller, readers = story.teller, story.readers
    expected = {name: posts for name, (_, posts) in on_d.items()}
    teller.wait(expected, lambda: {name: readers.by_api(name) for name in on_d})
    by_command = readers.by_command()
    for name, (sentence, posts) in on_d.items():
        status, articles = readers.on_page(name)
        on_page = readers.names(articles)
        teller.fact(
            sentence,
            {"command line": posts, "page": (200, posts)},
            {"command line": by_command[name], "page": (status, on_page)},
            proof=readers.proof(by_command[name], on_page, "d/home"),
            servers=(story.cast.d,),
        )
    sentence, posts = on_u
    teller.fact(
        sentence,
        posts,
        lambda: readers.names(readers.gina()[1]),
        proof=readers.proof((), posts, "u/timeline/gina")[1:],
        servers=(story.cast.b, story.cast.u),
    )


def verify(story: Story) -> None:
    """Anybody can check."""
    teller = story.teller
    teller.step("Anybody can check it, without an account anywhere")
    report = story.cast.verify(story.page, code=0)
    states_are(story, report, "verify says that bob agreed to exactly this text.", "verified")


def states_are(story: Story, report: Mapping[str, Any], sentence: str, state: str) -> None:
    """A fact about bob's state in a report of ``verify``."""
    found = report["co_authors"]
    story.teller.fact(
        sentence,
        (state == "verified", [("bob@b", state)]),
        (
            report["verified"],
            [(story.teller.short(entry["handle"]), entry["state"]) for entry in found],
        ),
        proof=[(f"verify: {entry['state']}", entry["sentence"]) for entry in found],
        servers=(story.cast.a, story.cast.b),
    )


def tamper(story: Story) -> None:
    """One byte is enough."""
    cast, teller = story.cast, story.teller
    teller.step("One byte is changed in the database of alice's server")
    _let_guard_pass(story)
    change = "UPDATE posts SET document = replace(document, ?, ?) WHERE id = ?"
    post = int(story.post_id)
    with altered(cast.a, change, ("step.", "stop.", post), ("stop.", "step.", post)):
        note = look(story.note)
        teller.fact(
            "a now serves “every stop” for “every step”.",
            (200, True),
            (note.status, CHANGED in str(note.document().get("content"))),
            proof=[(story.note, "200")],
            servers=(cast.a,),
        )
        report = cast.verify(story.note, code=1)
        states_are(story, report, "verify says that bob never agreed to this: stale.", "stale")
        [bob] = report["co_authors"]
        teller.fact(
            "His consent is to the digest he saw, and the changed text has another.",
            (True, False),
            (bob["stamp_digest"] == story.digest, bob["post_digest"] == story.digest),
            proof=[("he agreed to", bob["stamp_digest"]), ("this would be", bob["post_digest"])],
        )
    report = cast.verify(story.note, code=0)
    states_are(story, report, "With the byte put back, it is verified again.", "verified")


def _let_guard_pass(story: Story) -> None:
    """Wait if bob's server is about to look at the post again, as it does after a minute.

    It would find what bob never agreed to and take his consent back, as it must.
    """
    database = sqlite3.connect(f"file:{story.cast.b.database}?mode=ro", uri=True)

    def near() -> bool:
        soon = time.time_ns() // 1_000_000 + WELL_BEFORE
        row = database.execute(
            "SELECT count(*) FROM jobs WHERE kind = 'guard_post' AND run_at < ?", (soon,)
        ).fetchone()
        return bool(row[0])

    try:
        story.teller.wait(False, near)
    finally:
        database.close()


@contextmanager
def altered(
    server: Server, statement: str, there: Sequence[object], back: Sequence[object]
) -> Iterator[None]:
    """Change one row behind the back of a running server, and put it back."""
    _change(server, statement, there)
    try:
        yield
    finally:
        _change(server, statement, back)


def _change(server: Server, statement: str, values: Sequence[object]) -> None:
    database = sqlite3.connect(server.database, timeout=30)
    try:
        with database:
            changed = database.execute(statement, tuple(values)).rowcount
    finally:
        database.close()
    if changed != 1:
        raise RuntimeError(f"{changed} rows of {server.database} were changed, not one")
