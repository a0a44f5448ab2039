"""A thread of 200 answers on 20 servers: how much of it is there how soon, at what cost to whom.

It takes half a minute: ``make threads``.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

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

pytestmark = pytest.mark.skipif("COTWEET_THREADS" not in os.environ, reason="make threads")

SERVERS, ANSWERS, WITHIN = 20, 200, 20


@pytest.fixture
async def people(here: Here) -> AsyncIterator[list[Person]]:
    """Two on each server."""
    async with AsyncExitStack() as stack:
        found = []
        for _ in range(SERVERS):
            port, keeper = hold_port()
            stack.callback(keeper.close)
            origin = await stack.enter_async_context(Origin(port, here.clock))
            found += [origin.person("one"), origin.person("two")]
        yield found


def converse(people: list[Person], *, listed: bool) -> tuple[Person, dict[str, object], list[str]]:
    """Forty answer the first post, and each of them four times somebody of another server."""
    first = people[0]
    root = say(first, "What do you all think?")
    answers: list[dict[str, object]] = []
    below: dict[str, list[str]] = {}
    by = {str(root["id"]): first}
    for number in range(ANSWERS):
        person = people[(number * 7 + 3) % len(people)]
        above = root if number < len(people) else answers[number - len(people)]
        note = say(person, f"Answer {number}", str(above["id"]))
        by[str(note["id"])] = person
        below.setdefault(str(above["id"]), []).append(str(note["id"]))
        answers.append(note)
    if listed:
        context = list_thread(first, [str(root["id"]), *(str(one["id"]) for one in answers)], 50)
        first.origin.serve({**root, "context": context})
    else:
        for note in (root, *answers):
            list_answers(by[str(note["id"])], note, below.get(str(note["id"]), []))
    return first, root, [str(one["id"]) for one in answers]


async def test_a_thread_with_a_list_is_there_within_twenty_seconds(
    here: Here, people: list[Person]
) -> None:
    first, root, uris = converse(people, listed=True)
    number = await known(here, first, root)
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
            print(f"after {second} s: {await held(here, uris)} of {ANSWERS}")
    view = await open_thread(here, number)
    assert len(view["descendants"]) >= 0.95 * ANSWERS
    assert most == 1


async def test_a_thread_without_a_list_is_there_in_the_end(
    here: Here, people: list[Person]
) -> None:
    first, root, uris = converse(people, listed=False)
    number = await known(here, first, root)
    here.clock.advance(60_000)
    await open_thread(here, number)
    origins = [person.origin for person in people[::2]]
    spent, most = 0, 0
    while await held(here, uris) < ANSWERS and spent < 120:
        most = max(most, await seconds_pass(here, 5, origins))
        spent += 5
        print(f"after {spent} s: {await held(here, uris)} of {ANSWERS}")
    assert await held(here, uris) == ANSWERS
    assert most == 1
