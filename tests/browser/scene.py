"""Two servers with a day's life on them: for pictures and checks of every page.

Hard cases stand among the ordinary ones: ten authors, a name of 60 characters without a space,
text from right to left, Korean, 4,000 characters, words that do not break, every state of consent.
"""

from __future__ import annotations

import contextlib
import urllib.error
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from tests.servers import RealServer, eventually, start_server

LONG_NAME = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissen"[:60]
CROWD = {
    "bob": "Bob Okonkwo",
    "carol": "Carol Diaz",
    "yuna": "김유나",
    "dana": "دانا الحسيني",
    "long": LONG_NAME,
    "emil": "Emil",
    "fay": "Fay 🦊",
    "gus": "Gus",
    "hana": "花",
}
"""People of the other server, by user name."""
PASSWORD = "Earl Grey, hot"
SETTINGS = {
    "COTWEET_NAME": "Reading Room",
    "COTWEET_DESCRIPTION": "A small server for people who read slowly and write together.",
    "COTWEET_REGISTRATIONS": "approval",
    "COTWEET_MAX_AUTHORS": "10",
    "COTWEET_OPEN_INVITES_PER_PAIR": "20",
}
ARABIC = "الحب هو أن نقرأ معًا، وأن نكتب معًا، ثم نتفق على كل كلمة."
KOREAN = "오늘은 바닷가 작은 서버에서 함께 글을 씁니다. 두 사람의 이름, 하나의 글. #차"


@dataclass
class Scene:
    """``home`` is where alice lives, who looks at the pages. ``values`` fill addresses of pages."""

    home: RealServer
    away: RealServer
    values: dict[str, str] = field(default_factory=dict)

    def alice(self, method: str, path: str, document: Any = None) -> Any:
        return self.home.call(method, path, document, account="alice")

    def say(self, name: str, text: str, **more: Any) -> Any:
        """A post of somebody on the other server."""
        return self.away.call("POST", "/api/v1/control/posts", {"text": text, **more}, account=name)

    def link(self, name: str = "alice") -> str:
        """An address that signs somebody in once."""
        made = self.home.call("POST", "/api/v1/control/sign-in-links", {"username": name})
        return str(made["url"])


@contextmanager
def open_scene(folder: Path) -> Iterator[Scene]:
    """The servers, filled. Takes about a minute."""
    with ExitStack() as stack:
        home = stack.enter_context(start_server(folder / "a", settings=SETTINGS))
        for name in ("alice", "new"):
            made = {"username": name, "password": PASSWORD}
            home.call("POST", "/api/v1/control/accounts", made)
        away = stack.enter_context(start_server(folder / "b", list(CROWD), settings=SETTINGS))
        scene = Scene(home, away)
        _people(scene)
        _posts(scene, folder)
        _co_tweets(scene)
        _own_things(scene)
        yield scene


def _people(scene: Scene) -> None:
    scene.alice(
        "PUT",
        "/api/v1/control/profile",
        {
            "name": "Alice Marlowe",
            "about": "Reader, slow writer. Tea before nine.\n\nI write with #friends.",
            "fields": [{"name": "Garden", "value": "https://garden.example/alice"}],
        },
    )
    for name, shown in CROWD.items():
        scene.away.call("PUT", "/api/v1/control/profile", {"name": shown}, account=name)
        scene.alice("POST", "/api/v1/control/follow", {"handle": scene.away.handle(name)})
        follow = {"handle": scene.home.handle("alice")}
        scene.away.call("POST", "/api/v1/control/follow", follow, account=name)
        scene.away.call("POST", "/api/v1/control/invite-policy", {"policy": "anyone"}, account=name)
    scene.home.call("POST", "/api/v1/control/follow", {"handle": "alice"}, account="new")


def _posts(scene: Scene, folder: Path) -> None:
    picture = folder / "picture.png"
    _paint(picture)
    scene.say("yuna", KOREAN, language="ko")
    scene.say("dana", ARABIC, language="ar")
    scene.say("carol", "It ends well. They all marry.", summary="The end of the novel")
    scene.say("bob", "x" * 300 + " https://a-very-long-host-name.example/" + "path/" * 30)
    ask = {"options": ["Sencha", "Assam", "None, thank you"], "ends_in_seconds": 86_400}
    poll = scene.say("gus", "Which tea?", poll=ask)
    scene.away.call(
        "POST", f"/api/v1/control/posts/{poll['id']}/votes", {"choices": [0]}, account="bob"
    )
    made = scene.home.cli(
        "post",
        "Evening by the lake. #tea",
        "--media",
        str(picture),
        "--alt",
        "A red sun over hills",
        "--as",
        "alice",
    )
    post = made.get("post", made)
    scene.values |= {"post": post["id"]}
    own = {"options": ["Yes", "No"], "ends_in_seconds": 86_400}
    scene.alice("POST", "/api/v1/control/posts", {"text": "Shall we? #tea", "poll": own})
    words = "Slow reading is a kind of listening. " * 110
    scene.alice("POST", "/api/v1/control/posts", {"text": words[:4_000]})
    edited = scene.alice("POST", "/api/v1/control/posts", {"text": "Tea at four."})
    scene.alice("PUT", f"/api/v1/control/posts/{edited['id']}", {"text": "Tea at five. #tea"})
    scene.values["edited"] = edited["id"]
    scene.alice("POST", f"/api/v1/control/posts/{post['id']}/pin")
    direct = {
        "text": f"{scene.away.handle('bob')} Between us: the cake is ready.",
        "visibility": "direct",
    }
    scene.alice("POST", "/api/v1/control/posts", direct)
    url = f"{scene.home.base}/@alice/{post['id']}"
    for name in ("bob", "carol", "long"):
        found = eventually(lambda name=name: _seen(scene, name, url), what="the post elsewhere")
        for what in ("like", "boost"):
            scene.away.call("POST", f"/api/v1/control/posts/{found['id']}/{what}", account=name)
        answer = {
            "text": f"{scene.home.handle('alice')} What a colour!",
            "in_reply_to": found["id"],
        }
        with contextlib.suppress(urllib.error.HTTPError):
            scene.away.call("POST", "/api/v1/control/posts", answer, account=name)


def _seen(scene: Scene, name: str, url: str) -> Any:
    posts = scene.away.call("GET", "/api/v1/control/timeline", account=name)["posts"]
    return next((post for post in posts if url in (post["url"], post["uri"])), None)


def _co_tweets(scene: Scene) -> None:
    with_all = [scene.away.handle(name) for name in CROWD]
    crowd = _start(scene, "Ten names, one post: we all read it, word for word. " + ARABIC, with_all)
    two = _start(scene, "Two names, one post.", [scene.away.handle("bob")])
    changed = _start(scene, "A post that will change.", [scene.away.handle("carol")])
    for name in CROWD:
        _answer_all(scene, name)
    for made in (crowd, two, changed):
        eventually(
            lambda made=made: (
                scene.alice("GET", f"/api/v1/cotweets/{made}")["state"] == "published"
            ),
            seconds=60,
            what="publication",
        )
    change = {"text": "A post that has changed, if Carol agrees."}
    scene.alice("PUT", f"/api/v1/cotweets/{changed}", change)
    waiting = _start(
        scene, "Two people are asked.", [scene.away.handle("bob"), scene.away.handle("long")]
    )
    scene.alice("POST", f"/api/v1/cotweets/{waiting}/comments", {"text": "Is this what we mean?"})
    scene.values |= {"crowd": crowd, "two": two, "changed": changed, "waiting": waiting}
    for name, text in (
        ("bob", "Bob would like Alice to say this too. " * 4),
        ("dana", ARABIC),
        ("yuna", KOREAN),
    ):
        scene.away.call(
            "POST",
            "/api/v1/cotweets",
            {"text": text, "with": [scene.home.handle("alice")]},
            account=name,
        )
    eventually(
        lambda: len(scene.alice("GET", "/api/v1/cotweets/invites")["invites"]) == 3,
        seconds=60,
        what="the invites",
    )


def _start(scene: Scene, text: str, people: list[str]) -> str:
    made = scene.alice("POST", "/api/v1/cotweets", {"text": text, "with": people})
    return str(made["post"]["id"])


def _answer_all(scene: Scene, name: str) -> None:
    wanted = {"bob": 2, "carol": 2}.get(name, 1)

    def waiting() -> Any:
        found = scene.away.call("GET", "/api/v1/cotweets/invites", account=name)["invites"]
        return found if len(found) >= wanted and not any(one["refusal"] for one in found) else None

    for invite in eventually(waiting, seconds=60, what=f"the invites of {name}"):
        path = f"/api/v1/cotweets/invites/{invite['id']}/accept"
        scene.away.call("POST", path, {"digest": invite["digest"]}, account=name)


def _own_things(scene: Scene) -> None:
    friends = scene.alice("POST", "/api/v1/control/lists", {"title": "Friends who read"})
    member = {"handle": scene.away.handle("long")}
    scene.alice("POST", f"/api/v1/control/lists/{friends['id']}/add", member)
    scene.alice("POST", "/api/v1/control/mute", {"handle": scene.away.handle("gus")})
    scene.alice("POST", "/api/v1/control/block", {"handle": scene.away.handle("emil")})
    scene.alice("POST", "/api/v1/control/block-host", {"host": "spam.example"})
    scene.home.cli("account", "role", "alice", "administrator")
    wrong = {"person": scene.away.handle("gus"), "comment": "He sells tea. Rude tea."}
    report = scene.alice("POST", "/api/v1/control/reports", wrong)
    scene.home.call(
        "POST", "/api/v1/control/rules", {"text": "Be kind.", "hint": "Even about tea."}
    )
    spam = {"host": "spam.example", "severity": "limit", "reason": "They sell tea"}
    scene.home.call("POST", "/api/v1/control/domains", spam)
    door = scene.home.call("POST", "/api/v1/control/sign-up-links", {"uses": None})
    loud = {"handle": scene.away.handle("gus")}
    scene.home.call("POST", "/api/v1/control/actors/limit", loud | {"reason": "Rude tea"})
    for text in ("Sells tea. Asked nicely on Monday.", "He promised to stop."):
        scene.home.call("POST", "/api/v1/control/actors/notes", loud | {"text": text})
    words = {"handle": "alice", "text": "Please say of what you sell that it is for sale."}
    told = scene.home.call("POST", "/api/v1/control/actors/warnings", words)["warnings"]
    scene.values |= {
        "door": door["url"].partition("=")[2],
        "loud": scene.away.handle("gus")[1:],
        "warning": str(told[0]["id"]),
        "report": str(report["id"]),
        "list": str(friends["id"]),
        "bob": scene.away.handle("bob")[1:],
        "long": scene.away.handle("long")[1:],
        "home": scene.home.base,
    }


def _paint(path: Path) -> None:
    image = Image.new("RGB", (1200, 800))
    draw = ImageDraw.Draw(image)
    for y in range(800):
        part = y / 800
        shade = (int(250 - 120 * part), int(190 - 60 * part), int(140 + 60 * part))
        draw.line([(0, y), (1200, y)], fill=shade)
    draw.ellipse((800, 160, 940, 300), fill=(255, 240, 210))
    draw.polygon([(0, 800), (300, 380), (560, 700), (760, 420), (1200, 800)], fill=(60, 70, 110))
    image.save(path)
