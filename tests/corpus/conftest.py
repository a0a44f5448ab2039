"""The corpus is run on its own (``make corpus``): its documents are not part of this repository."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import patch

import aiohttp
import pytest
from structlog.testing import capture_logs

from activitypub.shell.client import FederationClient
from fedi_cotweet import app
from storage.engine import open_store
from storage.queries import actors
from tests.corpus.reader import Reader, unconnected
from tests.federation.here import Clock, Here, make_template, settings_of

collect_ignore_glob = [] if os.environ.get("COTWEET_CORPUS") == "1" else ["test_*.py"]


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[Reader]:
    """A server of ours that reaches nobody, and one person on it."""
    folder = tmp_path / "data"
    await make_template(folder, 1)
    settings = settings_of(folder, 1)
    server = app.build(settings, open_store(settings.database), Clock())
    async with aiohttp.ClientSession() as session:
        here = Here(server, Clock(), session)
        account = await here.read(lambda tx: actors.account_by_name(tx, "dave"))
        assert account is not None
        with patch.object(FederationClient, "get", unconnected), capture_logs():
            yield Reader(here, account.id)
    await server.runtime.client.close()
    await server.runtime.anonymous.close()
    await server.runtime.store.close()
