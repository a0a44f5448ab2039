"""FEDERATION.md against the code it describes."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp import web

from activitypub.activities import envelope
from activitypub.coauthorship.authors import MAX_CO_AUTHORS
from activitypub.documents.actor_building import CAPABILITIES
from activitypub.quirks import SINGLE_AUTHOR_ON_GET
from activitypub.shell.limits import Limits
from activitypub.signatures import verify
from activitypub.vocab import reading
from fedi_cotweet.domain.limits import (
    DAY,
    HOUR,
    MINUTE,
    OFFER_LONGEST,
    OFFER_SHORTEST,
    SECOND,
    SUSPENDED_TRIED_AFTER,
)
from fedi_cotweet.federation import client, delivery, jobs, outbox, routes
from fedi_cotweet.federation.handlers import HANDLERS
from fedi_cotweet.federation.routes.inbox import BODY_WITHIN_S
from fedi_cotweet.services import discussion, proposals, versions
from fedi_cotweet.services import env as env_limits
from fedi_cotweet.settings import definitions
from tests.docs.pages import ROOT, read, section, table

PAGE = ROOT / "FEDERATION.md"
FEP = re.compile(r"FEP-[0-9a-f]{4}")
PACKAGES = ("activitypub", "fedi_cotweet", "storage")


def _rows(title: str) -> list[tuple[str, ...]]:
    return table(section(PAGE, title))


def _fep_rows() -> list[tuple[str, ...]]:
    return [row for row in _rows("FEPs") if FEP.fullmatch(row[0])]


@pytest.mark.parametrize("row", _fep_rows(), ids=[row[0] for row in _fep_rows()])
def test_a_fep_on_the_page_is_named_by_the_code_that_implements_it(row: tuple[str, ...]) -> None:
    number, _, status, here, place = row
    assert status in ("DRAFT", "FINAL", "our draft, not submitted")
    assert here
    assert (
        number in (ROOT / place).read_text(encoding="utf-8")
        or place == "tests/docs/" + Path(__file__).name
    )


def test_every_fep_that_the_code_names_is_on_the_page() -> None:
    named: set[str] = set()
    for package in PACKAGES:
        for source in (ROOT / package).rglob("*.py"):
            named |= set(FEP.findall(source.read_text(encoding="utf-8")))
    assert named - set(FEP.findall(section(PAGE, "FEPs"))) == set()


def test_the_capabilities_on_the_page_are_those_that_actors_list() -> None:
    rows = [row for row in _rows("FEPs") if row[0].startswith("http")]
    assert rows == [(entry.href, entry.name) for entry in CAPABILITIES]


def test_the_activities_we_take_are_those_with_a_handler() -> None:
    assert {row[0] for row in _rows("Activities we take") if row[0]} == set(HANDLERS)


def _sent_types() -> set[str]:
    """Every ``kind="…"`` of an ``Outgoing`` made anywhere in federation."""
    found = set()
    folders = (Path(str(module.__file__)).parent for module in (outbox, jobs))
    for file in (file for folder in folders for file in folder.glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "Outgoing":
                [kind] = [word.value for word in call.keywords if word.arg == "kind"]
                assert isinstance(kind, ast.Constant)
                found.add(str(kind.value))
    return found


def test_the_activities_we_send_are_those_we_can_build() -> None:
    assert {row[0] for row in _rows("Activities we send") if row[0]} == _sent_types()


def test_every_event_that_leaves_the_server_is_on_the_page() -> None:
    said = section(PAGE, "Activities we send")
    words = {
        "actor.deleted": "an account is deleted",
        "credit.accepted": "an artist's yes",
        "credit.asked": "a question to an artist",
        "credit.declined": "an artist's no",
        "credit.revoked": "an artist takes their name off",
        "credit.withdrawn": "a question to an artist withdrawn",
        "actor.moved": "goes on as another account",
        "actor.updated": "a changed actor",
        "block.made": "somebody here blocks",
        "block.undone": "a block taken back",
        "boost.made": "somebody here boosts a post",
        "boost.undone": "a boost taken back",
        "comment.deleted": "a remark is taken back",
        "comment.made": "a remark on a draft",
        "cotweet.delete_carried": "the primary author's `Delete` of the post",
        "cotweet.parted": "learn who takes no part",
        "cotweet.published_with": "to the\nfollowers of a co-author",
        "cotweet.unannounced": "a co-author's boost taken back",
        "cotweet.update_carried": "a `Create` and `Update` with the primary author's proof",
        "follow.answered": "a follow",
        "follow.rejected": "a follow refused or ended",
        "follow.requested": "somebody here follows",
        "follow.undone": "an unfollow",
        "like.made": "somebody here likes a post",
        "like.undone": "a like",
        "message.written": "asked, or told, by direct message",
        "offer.accepted": "an invite accepted",
        "offer.declined": "an invite declined",
        "offer.made": "an invite, to the invited person's own inbox only",
        "offer.withdrawn": "an invite withdrawn",
        "poll.counted": "votes in a poll",
        "poll.voted": "a vote in a poll elsewhere",
        "post.deleted": "a post is deleted",
        "post.pinned": "somebody here pins a post",
        "post.published": "a post is published",
        "post.unpinned": "is pinned no more",
        "post.updated": "an edit, a co-author gone",
        "proposal.answered": "a proposal taken over",
        "proposal.made": "a proposal, to the primary author's",
        "proposal.withdrawn": "a proposal withdrawn",
        "quote.answered": "a quote agreed to",
        "quote.requested": "a published post quotes one of somebody elsewhere",
        "quote.revoked": "consent to a quote is taken back",
        "quote.vetoed": "a co-author's veto of a quote",
        "reaction.passed_on": "a `Like` or `Announce`",
        "relay.asked": "the instance actor asks a [relay]",
        "relay.follows": "a relay that follows back",
        "relay.left": "a relay left",
        "reply.forwarded": "[answers to a post of ours](#threads)",
        "report.made": "somebody here reports a post or a person",
        "server.returned": "this server comes back after five days or more",
        "stamp.deleted": "a co-author leaves",
        "stamp.forwarded": "a co-author's `Delete` of a stamp to every server that knows",
    }
    assert set(words) == set(outbox.BUILDERS)
    assert {event for event, text in words.items() if text not in said} == set()


def test_the_addresses_are_those_we_answer() -> None:
    app = web.Application()
    addresses = SimpleNamespace(base="https://a.example")
    env = SimpleNamespace(addresses=addresses, limits=env_limits.Limits())
    context = SimpleNamespace(env=env, runtime=None, directory=None)
    routes.setup(app, cast("Any", context))
    client.setup(app, cast("Any", None))
    served = {
        (route.method, re.sub(r":[^}]+", "", route.resource.canonical if route.resource else ""))
        for route in app.router.routes()
        if route.method not in ("HEAD", "OPTIONS")
    }
    assert {(row[0], row[1]) for row in _rows("Addresses")} == served


def test_the_user_agents_are_those_with_a_quirk() -> None:
    written = _rows("User agents treated specially")
    assert written == [(quirk.product, quirk.reason) for quirk in SINGLE_AUTHOR_ON_GET]


def test_the_limits_are_those_of_the_code() -> None:
    settings = {item.name: item for item in definitions()}
    times = Limits()
    invite_days = int(str(settings["invite_expiry_hours"].default)) // 24
    skew, longest = verify.CLOCK_SKEW // HOUR, verify.MAX_LIFETIME // HOUR
    assert sorted(delivery.RETRIED) == [408, 425, 429]
    assert delivery.backoff(0, 0) == 15 * SECOND
    assert delivery.backoff(100, 0) == 8 * HOUR
    expected = [
        f"{settings['max_body_bytes'].default:,} octets (a setting)",
        f"{BODY_WITHIN_S:.0f} s",
        f"{reading.MAX_DEPTH}",
        f"{reading.MAX_URL:,} characters",
        f"{envelope.MAX_ADDRESSEES:,}",
        f"{MAX_CO_AUTHORS}",
        f"{settings['max_authors'].default} (a setting, at most {settings['max_authors'].high})",
        (
            f"{OFFER_SHORTEST // HOUR} hour to {OFFER_LONGEST // DAY} days,"
            f" {invite_days} days by default (a setting)"
        ),
        f"{settings['open_invites_per_sender'].default} (a setting)",
        f"{settings['open_invites_per_pair'].default} (a setting)",
        (
            f"{settings['invites_per_day'].default},"
            f" {settings['invites_per_host_per_day'].default} (settings)"
        ),
        f"{discussion.LONGEST:,} characters; {discussion.MOST_ON_A_DRAFT}, {discussion.MOST_A_DAY}",
        f"{proposals.MOST_OPEN}, {proposals.MOST_A_DAY}",
        (
            f"{versions.MOST_KEPT}: the first {versions.MOST_KEPT // 2} and the last;"
            f" {versions.MOST_CHARACTERS:,} characters"
        ),
        (
            f"{verify.DEFAULT_LIFETIME // MINUTE} minutes and {skew} hour of clock difference;"
            f" with a signed expires {longest} hours"
        ),
        f"{times.max_redirects}",
        (
            f"{times.connect_s:.0f} s, {times.read_s:.0f} s, {times.total_s:.0f} s;"
            f" the answer to a delivery {times.answer_s:.0f} s"
        ),
        (
            f"for {delivery.GIVE_UP_AFTER // DAY} days, from 15 s to 8 hours apart;"
            " Retry-After is honoured"
        ),
        "4xx but 408, 425, 429; 401 on the second attempt; 501",
        (
            f"gets nothing but one delivery in {SUSPENDED_TRIED_AFTER // DAY} days,"
            " until it signs a request"
        ),
    ]
    assert [row[1] for row in _rows("Limits")] == expected


@pytest.mark.parametrize("word", ["--development", "ca_file"])
def test_development_mode_is_explained(word: str) -> None:
    assert word in section(PAGE, "Development mode")


def test_the_page_is_where_fep_67ff_wants_it() -> None:
    assert read(PAGE).startswith("# Federation\n")
