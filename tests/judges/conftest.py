"""Software of others as judge of ours. Collected only by ``make judges`` (COTWEET_JUDGES=1)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.judges.gotosocial_https import Border, names_lead_here, open_border
from tests.judges.gotosocial_peer import BINARY

collect_ignore_glob = [] if os.environ.get("COTWEET_JUDGES") == "1" else ["test_*.py"]


@pytest.fixture(scope="session")
def border(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Border]:
    """Two servers of ours and a GoToSocial, for all tests: starting them takes longest."""
    if not BINARY:
        pytest.skip("COTWEET_GOTOSOCIAL names no binary")
    if not names_lead_here():
        pytest.skip("there are no host names: run it within tests/judges/with_names.sh")
    with open_border(tmp_path_factory.mktemp("border")) as opened:
        yield opened
