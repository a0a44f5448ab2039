"""The end of the demo: bob leaves and everybody follows; then something to look at."""

from __future__ import annotations

from dataclasses import dataclass

from demo.cast import Command
from demo.markup import read_articles
from demo.proving import BOTH, altered, readers_have, states_are
from demo.reading import READERS
from demo.story import COTWEETS, FROM_BOTH, Story, arrivals, delivered, logged, received
from demo.visiting import control, look
from demo.writing import posting

SECOND_TEXT = "Same lake, same bench. Next time we bring coffee."
UNDONE = "done: the boost was undone"


def leave(story: Story) -> None:
    """Bob takes his name off."""
    cast, teller = story.cast, story.teller
    teller.step("bob takes his name off")
    cast.do(Command(cast.b, ["leave", story.note]))
    teller.fact(
        "His consent is gone from his own server at once.",
        410,
        look(story.stamp).status,
        proof=[(story.stamp, "410")],
        servers=(cast.b,),
    )

    def authors() -> tuple[object, ...]:
        note, page = look(story.note), look(story.page, page=True)
        document = note.document()
        named = (document.get("attributedTo"), document.get("coAuthors"))
        shown = story.readers.names(read_articles(page.text))
        return (note.status, *named, page.status, shown)

    teller.fact(
        "alice's server follows: the post is hers alone, on its page too.",
        (200, story.actor("alice"), None, 200, ["alice@a"]),
        authors,
        proof=[(story.note, "200, attributedTo: alice"), (story.page, "200, by alice")],
        servers=(cast.a, cast.b),
    )


def read_again(story: Story) -> None:
    """What the readers have now."""
    cast, teller = story.cast, story.teller
    teller.step("The servers of all readers follow")
    readers_have(
        story,
        {
            "dave": ("dave, who follows only bob, does not have it any more.", []),
            "frank": ("frank, who follows only alice, has it by alice alone.", ["alice@a"]),
            "erin": ("erin, who follows both, has it by alice alone.", ["alice@a"]),
        },
        ("gina, who follows only bob, does not have it any more.", []),
    )
    teller.fact(
        "d was told by bob's server and again by alice's, and u that the boost is undone.",
        ((FROM_BOTH, ["repeated", "revoked"]), [UNDONE]),
        lambda: (
            arrivals(received(cast.d, "Delete", story.stamp)),
            story.readers.became("Undo"),
        ),
        proof=lambda: [
            *delivered(cast.b, "Delete", to=cast.d),
            *logged(cast.d, "Delete", story.stamp),
            *delivered(cast.b, "Undo", to=cast.u),
            ("u, its log", UNDONE),
        ],
        servers=(cast.a, cast.b, cast.d, cast.u),
    )


def insist(story: Story) -> None:
    """A server that would not let him go."""
    cast, teller = story.cast, story.teller
    teller.step("Even a server that would not let him go could not keep his name")
    change = "UPDATE post_authors SET state = ? WHERE post_id = ? AND actor_uri = ?"
    row = (int(story.post_id), story.actor("bob"))
    with altered(cast.a, change, ("verified", *row), ("revoked", *row)):
        note = look(story.note)
        teller.fact(
            "His name is put back in the database of alice's server, and a serves it again.",
            (200, [story.actor("bob")]),
            (note.status, note.document().get("coAuthors")),
            proof=[(story.note, "200, coAuthors: bob")],
            servers=(cast.a,),
        )
        report = cast.verify(story.note, code=1)
        states_are(story, report, "verify says that bob took his consent back: revoked.", "revoked")


@dataclass(frozen=True, slots=True)
class Page:
    """A page to look at. ``label`` says what it is."""

    label: str
    address: str


def stay(story: Story) -> list[Page]:
    """One more post, which stays; the pages to look at."""
    cast, teller = story.cast, story.teller
    teller.step("They write another one, and this one stays")
    [draft] = cast.do(
        Command(
            cast.a,
            posting(cast, SECOND_TEXT),
        )
    )

    def open_invites() -> list[dict[str, str]]:
        found = control(cast.b, "GET", f"{COTWEETS}/invites")["invites"]
        return [view for view in found if view["state"] == "offered" and view["media"]]

    teller.wait(1, lambda: len(open_invites()))
    [view] = open_invites()
    cast.do(Command(cast.b, ["accept", view["id"], "--digest", view["digest"], "--yes"]))
    expected = {"dave": [BOTH], "frank": [BOTH, "alice@a"], "erin": [BOTH, "alice@a"]}
    teller.fact(
        "All have it once, by alice and bob; gina by alice, boosted by bob.",
        (expected, ["alice@a, boosted by bob@b"]),
        lambda: (
            {name: story.readers.names(story.readers.on_page(name)[1]) for name in expected},
            story.readers.names(story.readers.gina()[1]),
        ),
        proof=[("page d/home", "dave, frank, erin"), ("page u/timeline/gina", "gina")],
    )
    faults = {server.name: server.faults() for server in cast.servers.values()}
    teller.fact(
        "No server has logged a fault.",
        {name: [] for name in cast.servers},
        faults,
        proof=[("logs of", ", ".join(cast.servers))],
    )
    shown = [
        Page("The post of alice and bob, on a", draft["post"]["url"]),
        Page("bob's profile on b, which has it too", f"{cast.b.base}/@bob"),
        Page("gina's timeline on u, which knows nothing of co-authors", _gina(story)),
    ]
    teller.fact(
        "It stands on its own page under both names, and on bob's profile.",
        [(200, [BOTH]), (200, [BOTH]), (200, ["alice@a, boosted by bob@b"])],
        [_shown(story, page.address) for page in shown],
        proof=[(page.address, "200") for page in shown],
    )
    return shown


def _shown(story: Story, address: str) -> tuple[int, list[str]]:
    answer = look(address, page=True)
    return answer.status, story.readers.names(read_articles(answer.text))


def _gina(story: Story) -> str:
    return f"{story.cast.u.base}/timeline/gina"


def invite_to_look(story: Story, shown: list[Page]) -> None:
    """The pages with their addresses, and links that sign in."""
    cast, teller = story.cast, story.teller
    teller.step("Look around")
    for page in shown:
        teller.look(page.label, page.address)
    teller.remark(
        "These links sign in as somebody, each once and within 15 minutes. "
        "A browser is signed in as one person per server."
    )
    for server, name in (
        *((cast.d, name) for name in READERS),
        (cast.a, "alice"),
        (cast.b, "bob"),
    ):
        path = "/api/v1/control/sign-in-links"
        link = control(server, "POST", path, {"username": name})["url"]
        teller.look(f"{name} on {server.name}", link)
    teller.remark("The servers run until you press Ctrl-C.")
