"""How a draft might be asked for at the client API: by its ids, as what they are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fedi_cotweet.mastodon_api.operations import OPERATIONS, Operation
from tests.federation.drafts import Names
from tests.federation.probe import Ask, Probe

NUMBERS = ("ALICE_HERE", "ALICE_AWAY", "LIST_OF_DAVE")
"""Replaced by the numbers of this run (``viewers.filled``)."""


def app_probes() -> Iterator[tuple[tuple[str, str], Probe]]:
    """A probe for every operation: each id of a draft in its path, query and body."""
    for operation in OPERATIONS:
        yield (operation.method, operation.path), _probe(operation)
    for path in sorted({operation.path for operation in OPERATIONS}):
        yield ("OPTIONS", path), _at(path)
    for name in ("avatars", "headers"):
        path = f"/{name}/original/missing.png"
        yield ("GET", path), _at(path)


def _at(path: str) -> Probe:
    return lambda n: [re.sub(r"\{\w+\}", n.post, path)]


def _probe(operation: Operation) -> Probe:
    if operation.path.startswith("/api/v1/streaming"):
        # What is told on streams is looked at in test_streams; here, whose they are.
        return lambda n: [f"{operation.path}?list={n.post}&tag=tea"]

    def ask(n: Names) -> list[Ask | str]:
        guesses = (n.post, n.invite, n.proposal, n.upload)
        path = re.sub(r"\{\w+\}", _called(operation, n), operation.path)
        if operation.method == "GET":
            query = "&".join(f"id[]={guess}" for guess in guesses)
            asks = [f"{path}?{query}&acct={n.post}&q={n.note}"]
            if "/search" in path:
                asks.append(f"{path}?q=worth+reading&type=statuses")
            if operation.path != path:
                # Where its author, or a list that she is in, is meant.
                asks += [re.sub(r"\{\w+\}", number, operation.path) for number in NUMBERS]
            return [*asks]
        return [Ask(path, _body(n, guesses))]

    return ask


def _called(operation: Operation, n: Names) -> str:
    """By which of a draft's names it could be asked for there."""
    if "/media/" in operation.path:
        return n.upload
    return n.invite if "/invites/" in operation.path else n.post


def _body(n: Names, guesses: tuple[str, ...]) -> dict[str, Any]:
    return {
        "status": "Hm",
        "in_reply_to_id": n.post,
        "quoted_status_id": n.invite,
        "media_ids": [n.upload],
        "id": list(guesses),
        "account_id": n.post,
        "status_ids": [n.post],
    }
