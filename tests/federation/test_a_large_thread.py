"""A thread of 200 answers on 20 servers: how much of it is there how soon, at what cost to whom.

That takes a minute: ``make threads``. Without it a smaller one of the same shape is tried.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.federation.here import Here
from tests.federation.origins import Origin, Person, hold_port
from tests.federation.talk import (
    Timeline,
    held,
    known,
    list_answers,
    list_thread,
    open_thread,
    say,
    seconds_pass,
)

WHOLE = bool(os.environ.get("COTWEET_THREADS"))
SERVERS, LEVELS, WITHIN = (20, 5, 20) if WHOLE else (3, 2, 10)
ANSWERS = 2 * SERVERS * LEVELS

Asking = list[Person]


@pytest.fixture
async def people(here: Here) -> AsyncIterator[Asking]:
    """Two on each server."""
    async with AsyncExitStack() as stack:
        found = []
        for _ in range(SERVERS):
            port, keeper = hold_port()
            stack.callback(keeper.close)
            origin = await stack.enter_async_context(Origin(port, here.clock))
            found += [origin.person("one"), origin.person("two")]
        yield found


class Thread:
    """Everybody answers the first post, and each of these answers is answered, ``LEVELS`` deep.

    ``stays``: the answers to somebody come from their own server; else from another one each time.
    """

    def __init__(self, people: Asking, *, stays: bool) -> None:
        self.first = people[0]
        self.root = say(self.first, "What do you all think?")
        self.answers: list[dict[str, Any]] = []
        self.by = {str(self.root["id"]): self.first}
        self.below: dict[str, list[str]] = {}
        for number in range(ANSWERS):
            level, place = divmod(number, len(people))
            person = people[(place * 7 + 3 + (0 if stays else 2 * level)) % len(people)]
            above = self.answers[number - len(people)] if level else self.root
            note = say(person, f"Answer {number}", str(above["id"]))
            self.by[str(note["id"])] = person
            self.below.setdefault(str(above["id"]), []).append(str(note["id"]))
            self.answers.append(note)

    @property
    def uris(self) -> list[str]:
        """Every answer."""
        return [str(one["id"]) for one in self.answers]

    def serve_list(self) -> None:
        """The first post names a list of the whole thread."""
        context = list_thread(self.first, [str(self.root["id"]), *self.uris], 50)
        self.first.origin.serve({**self.root, "context": context})

    def serve_replies(self, *, whole: bool) -> None:
        """Each post names a list of its answers, ``whole`` where they are of the same server."""
        served: dict[str, dict[str, Any]] = {}
        for note in reversed((self.root, *self.answers)):
            uri = str(note["id"])
            by = self.by[uri]
            items = [
                served[answer] if whole and self.by[answer].origin is by.origin else answer
                for answer in self.below.get(uri, [])
            ]
            served[uri] = list_answers(by, note, items)


async def watch(here: Here, people: Asking, thread: Thread) -> None:
    """Open it; what is there after how long, and how often anybody was asked in one second."""
    number = await known(here, thread.first, thread.root)
    await seconds_pass(here, 3)  # its counts were asked for: that is over
    here.clock.advance(60_000)
    watched = Timeline([person.origin for person in people[::2]])
    await open_thread(here, number)
    most = watched.look(here.clock())
    for second in range(1, WITHIN + 1):
        for _ in range(4):
            here.clock.advance(250)
            await here.settle()
            most = max(most, watched.look(here.clock()))
        if second % 5 == 0:
            asked = max(len(times) for times in watched.times)
            print(f"after {second} s: {await held(here, thread.uris)} of {ANSWERS}, {asked} asked")
    view = await open_thread(here, number)
    assert len(view["descendants"]) >= 0.95 * ANSWERS
    assert most == 1


async def test_a_thread_with_a_list_is_there_within_twenty_seconds(
    here: Here, people: Asking
) -> None:
    thread = Thread(people, stays=False)
    thread.serve_list()
    await watch(here, people, thread)


async def test_a_thread_of_lists_of_addresses_is_there_within_twenty_seconds(
    here: Here, people: Asking
) -> None:
    thread = Thread(people, stays=False)
    thread.serve_replies(whole=False)
    await watch(here, people, thread)


async def test_a_thread_of_lists_with_whole_posts_is_there_within_twenty_seconds(
    here: Here, people: Asking
) -> None:
    thread = Thread(people, stays=True)
    thread.serve_replies(whole=True)
    await watch(here, people, thread)
