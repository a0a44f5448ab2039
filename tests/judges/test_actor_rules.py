"""The rules of activitypub-testing (npm) about an actor: none is broken.

Those about posting to an outbox as its owner do not apply: the program is told of no token.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.judges.fedify_peer import install_locked
from tests.servers import start_server

pytestmark = pytest.mark.timeout(400)

FOLDER = Path(__file__).parent / "actor_rules"
RULES = 15
APPLY = {
    "actor-must-serve-as2-object-to-get",
    "actor-objects-must-have-inbox-outbox-properties",
    "followers-collection-must-be-a-collection",
    "following-collection-must-be-a-collection",
    "liked-collection-must-be-a-collection",
    "outbox-must-be-an-orderedcollection",
}


def test_no_rule_for_actors_is_broken(tmp_path: Path) -> None:
    install_locked(FOLDER)
    program = FOLDER / "node_modules" / ".bin" / "activitypub-testing"
    with start_server(tmp_path / "a", people=["alice"]) as server:
        done = subprocess.run(
            [str(program), "test", "actor", f"{server.base}/users/alice"],
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "NO_COLOR": "1"},
        )
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    found = {line["test"]["slug"]: line["result"]["outcome"] for line in lines}
    assert len(found) == RULES, done.stderr[-2000:]
    assert Counter(found.values())["failed"] == 0, found
    assert {slug for slug, outcome in found.items() if outcome == "passed"} == APPLY
