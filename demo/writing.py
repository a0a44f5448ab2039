"""The demo up to publication: start, follow, invite, look, accept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from demo import picture
from demo.cast import Cast, Command, together
from demo.processes import Server
from demo.story import COTWEETS, TEXT, Story, delivered, received
from demo.visiting import control, control_plain, key_of, look, look_as

PICTURE = "sunrise.png"
AUDIENCE = {"public": "everybody"}


def start(story: Story) -> None:
    """Four processes, six people and gina."""
    cast, teller = story.cast, story.teller
    teller.step("Four servers start, each a process with a database of its own")
    cast.start()
    versions = together(
        [lambda server=server: _software(server) for server in (cast.a, cast.b, cast.d)]  # type: ignore[misc]
    )
    gina = look(f"{cast.u.base}/users/gina")
    teller.fact(
        "a is alice's, b is bob's, d is where their readers are: three times fedi_cotweet.",
        ["200, fedi-cotweet"] * 3,
        [software for _, software in versions],
        proof=[
            (f"{server.name}{path}", f"{software}; its port is {server.port}")
            for server, (path, software) in zip((cast.a, cast.b, cast.d), versions, strict=True)
        ],
    )
    teller.fact(
        "u is plain: it stands for servers that know nothing of co-authors. gina is there.",
        (200, "gina", None),
        (
            gina.status,
            gina.document().get("preferredUsername"),
            gina.document().get("interactionPolicy"),
        ),
        proof=[("u/users/gina", f"200, no invite policy; its port is {cast.u.port}")],
    )
    made = cast.quietly(
        Command(cast.d, ["account", "create", "erin"]),
        Command(cast.d, ["account", "create", "frank"]),
    )
    landed = story.readers.sign_in()
    teller.fact(
        "dave, erin and frank live on d and sign in there, each with a one-time link.",
        (["erin", "frank"], dict.fromkeys(("dave", "erin", "frank"), "200 /home")),
        ([answer["username"] for answer in made], landed),
        proof=[("d/auth/link/…", "signed in, 200 /home")],
    )


def _software(server: Server) -> tuple[str, str]:
    path = "/nodeinfo/2.1"
    answer = look(f"{server.base}{path}")
    return path, f"{answer.status}, {answer.document().get('software', {}).get('name')}"


def follow(story: Story) -> None:
    """Who reads whom."""
    cast, teller = story.cast, story.teller
    alice, bob = f"@alice@{cast.a.host}", f"@bob@{cast.b.host}"
    teller.step("People follow each other across servers")
    cast.do(
        Command(cast.d, ["follow", bob], "dave"),
        Command(cast.d, ["follow", alice], "erin"),
        Command(cast.d, ["follow", bob], "erin"),
        Command(cast.d, ["follow", alice], "frank"),
        Command(cast.b, ["follow", alice]),
    )
    control_plain(cast.u, "POST", f"/control/follow?handle={bob}")
    pages = {name: f"{story.actor(name)}/followers?page=1" for name in ("alice", "bob")}
    expected = {"alice": ["bob@b", "erin@d", "frank@d"], "bob": ["dave@d", "erin@d", "gina@u"]}
    teller.fact(
        "dave follows only bob, frank only alice, erin both; on u, gina only bob.",
        expected,
        lambda: {
            name: sorted(
                "@".join(reversed(teller.short(str(actor)).split("/users/")))
                for actor in look(page).document().get("orderedItems", [])
            )
            for name, page in pages.items()
        },
        proof=[(pages[name], ", ".join(names)) for name, names in expected.items()],
    )
    accepted = ["done: the follow was accepted"]
    teller.fact(
        "Every follow was answered, so the readers' servers know of it too.",
        {"dave": 1, "erin": 2, "frank": 1, "bob": 1, "gina": accepted},
        lambda: {
            **{
                name: look(f"{story.actor(name)}/following").document().get("totalItems")
                for name in ("dave", "erin", "frank", "bob")
            },
            "gina": [entry["outcome"] for entry in story.readers.outcomes()],
        },
        proof=lambda: [*delivered(cast.b, "Accept"), ("u, its log", accepted[0])],
    )


def invite(story: Story) -> None:
    """Alice writes, with a picture, and asks bob."""
    cast, teller = story.cast, story.teller
    teller.step("alice writes a post with a picture and invites bob as its second author")
    picture.paint(cast.folder / PICTURE)
    [draft] = cast.do(
        Command(
            cast.a,
            posting(cast, TEXT),
        )
    )
    post = draft["post"]
    story.post_id, story.note, story.page = post["id"], post["uri"], post["url"]
    story.picture = cast.a.base + post["media"][0]["url"]
    teller.fact(
        "It is a draft: bob is asked, nothing is published.",
        ("draft", [("bob", "offered")]),
        (
            draft["state"],
            [(_name(entry), entry["state"]) for entry in draft["co_authors"]],
        ),
        proof=[f"It will have the id {story.note}"],
    )
    teller.fact(
        "The invite reached bob's server, signed by alice's.",
        1,
        lambda: len(received(cast.b, "Offer", story.actor("alice"))),
        proof=lambda: delivered(cast.a, "Offer"),
        servers=(cast.a, cast.b),
    )


def posting(cast: Cast, text: str) -> list[str]:
    """The command that writes a post with the picture and invites bob."""
    shown = ["--media", str(cast.folder / PICTURE), "--alt", picture.DESCRIPTION]
    return ["post", text, "--with", f"@bob@{cast.b.host}", *shown]


def _name(entry: dict[str, Any]) -> str:
    return str(entry["author"]["handle"]).partition("@")[0]


def preview(story: Story) -> None:
    """What bob would sign."""
    cast, teller = story.cast, story.teller
    teller.step("bob looks at exactly what he would sign")
    # Its picture is fetched when the invite has come.
    teller.wait(
        1, lambda: len(control(cast.b, "GET", f"{COTWEETS}/invites")["invites"][0]["media"])
    )
    [found] = cast.do(Command(cast.b, ["invites"]))
    [view] = found["invites"]
    shown = view["media"][0]
    story.invite, story.digest, story.offer = view["id"], view["digest"], view["offer"]
    story.copy = cast.b.base + shown["url"]
    teller.quote(f"“{view['text'].strip()}”")
    teller.quote(f"Picture, {shown['width']}×{shown['height']}: {shown['alt']}")
    teller.fact(
        "He is shown the whole post, the picture with its description, and both authors.",
        (TEXT, [(picture.DESCRIPTION, True)], ["alice inviting", "bob you"], None),
        (
            view["text"].strip(),
            [(item["alt"], item["verified"]) for item in view["media"]],
            [f"{_name(entry)} {entry['standing']}" for entry in view["authors"]],
            view["refusal"],
        ),
        proof=[
            ("audience", f"{view['visibility']}: {AUDIENCE[view['visibility']]}"),
            ("answer by", _day(view["expires_at"])),
            ("digest", view["digest"]),
        ],
    )
    bob = key_of(cast.b, "bob")
    teller.fact(
        "Only his server may fetch the draft and its picture from alice's.",
        (200, 200),
        (look_as(story.note, bob).status, look_as(story.picture, bob).status),
        proof=[
            (f"{story.note}, signed by bob", "200"),
            (f"{story.picture}, signed by bob", "200"),
        ],
    )


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def accept(story: Story) -> None:
    """Bob consents, and it is published."""
    cast, teller = story.cast, story.teller
    teller.step("bob accepts, and only then is it published")
    [answer] = cast.do(Command(cast.b, ["accept", story.invite, "--digest", story.digest, "--yes"]))
    teller.fact(
        "bob's server keeps his consent: to this digest and no other.",
        ("accepted", story.digest),
        (answer["state"], answer["digest"]),
    )
    teller.fact(
        "alice's server fetched that consent from bob's, checked it and published.",
        "published",
        lambda: control(cast.a, "GET", f"{COTWEETS}/{story.post_id}")["state"],
        proof=lambda: [
            *delivered(cast.b, "Accept", to=cast.a),
            *(("a, its log", f"consent {it['outcome']}") for it in _checked(cast.a)),
        ],
        servers=(cast.a, cast.b),
    )
    note = look(story.note)
    [story.stamp] = note.document()["coAuthorAuthorization"]
    stamp = look(story.stamp)
    named, both = stamp.document(), [story.actor("alice"), story.actor("bob")]
    teller.fact(
        "The post names both, and the stamp that b serves names this post, both and the digest.",
        (200, both[1:], 200, story.note, both, story.digest),
        (
            note.status,
            note.document().get("coAuthors"),
            stamp.status,
            named.get("interactingObject"),
            named.get("consentedAuthors"),
            named.get("consentDigest"),
        ),
        proof=[(story.note, "200, coAuthors: bob"), (story.stamp, "200")],
        servers=(cast.a, cast.b),
    )


def _checked(server: Server) -> list[dict[str, Any]]:
    return server.events("acceptance_verified")
