"""The demo before publication: nobody but its two authors can see the post, anywhere."""

from __future__ import annotations

from demo.cast import Command
from demo.reading import READERS
from demo.story import TEXT, Story
from demo.visiting import key_of, look, look_as


def hidden(story: Story) -> None:
    """Nobody else sees anything."""
    cast, teller = story.cast, story.teller
    teller.step("Meanwhile nobody else can see it, wherever they look")
    dave = key_of(cast.d, "dave")
    places = {
        "the post": story.note,
        "its page": story.page,
        "its picture": story.picture,
        "bob's copy": story.copy,
        "its Create": f"{story.note}/activity",
        "the invite": story.offer,
    }
    seen = {
        place: (
            look(url).status,
            look(url, page=True).status,
            look_as(url, dave).status,
        )
        for place, url in places.items()
    }
    teller.fact(
        "Strangers get “not found”, signed out or signed by dave's server.",
        dict.fromkeys(places, (404, 404, 404)),
        seen,
        proof=[
            "status for programs, for browsers, and signed by dave:",
            *(
                (url, " ".join(str(status) for status in seen[place]))
                for place, url in places.items()
            ),
        ],
        servers=(cast.a, cast.b),
    )
    outboxes = [story.actor("alice") + "/outbox", story.actor("bob") + "/outbox"]
    lists = [
        *(f"{server.base}{path}" for server in (cast.a, cast.b) for path in ("/", "/nodeinfo/2.1")),
        *(f"{cast.a.base}/@alice", f"{cast.b.base}/@bob"),
        *(f"{outbox}?page=1" for outbox in outboxes),
    ]
    teller.fact(
        "It is in no list: outboxes, profiles and front pages of a and b do not have it.",
        ([(200, 0), (200, 0)], dict.fromkeys(lists, "200, without it")),
        (
            [
                (answer.status, answer.document().get("totalItems"))
                for answer in (look(outbox) for outbox in outboxes)
            ],
            {url: _searched(story, url) for url in lists},
        ),
        proof=[(outbox, "200, 0 items") for outbox in outboxes],
        servers=(cast.a, cast.b),
    )
    [refused] = cast.do(Command(cast.d, ["show", story.note], "dave", code=1))
    teller.fact(
        "dave's server, asked for it by its id, finds nothing; all timelines are empty.",
        (404, {name: [] for name in READERS}, []),
        (
            refused["status"],
            {name: story.readers.by_api(name) for name in READERS},
            story.readers.names(story.readers.gina()[1]),
        ),
        proof=[("d", f"{refused['status']} {refused['error']}: {refused['message']}")],
        servers=(cast.d, cast.u),
    )


def _searched(story: Story, url: str) -> str:
    """Whether the draft is in a list that is there, for programs or for people."""
    answers = [answer for answer in (look(url), look(url, page=True)) if answer.status == 200]
    there = any(TEXT[:24] in answer.text or story.post_id in answer.text for answer in answers)
    return f"{answers[0].status if answers else 404}, {'with' if there else 'without'} it"
