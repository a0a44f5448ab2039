"""The cast, on servers that are running; and a log that must stay without errors."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog
from blockbuster import blockbuster_ctx

from activitypub.vocab.loader import CONTEXTS, document_loader
from tests.federation.cast import Cast
from tests.federation.here import Here, make_template, open_here
from tests.federation.origins import Origin, hold_port

Ports = dict[str, int]


@pytest.fixture(scope="session")
def ports() -> Iterator[Ports]:
    """One port per server for the whole session: identifiers hold them."""
    held = {name: hold_port() for name in ("here", "a", "b", "c", "m")}
    yield {name: port for name, (port, _) in held.items()}
    for _, keeper in held.values():
        keeper.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Path:
    """The data folder every test begins with."""
    folder = tmp_path_factory.mktemp("template") / "data"
    for url in CONTEXTS:  # people elsewhere make LD signatures in our loop: nothing is read there
        document_loader()(url, {})
    asyncio.run(make_template(folder, ports["here"]))
    return folder


@pytest.fixture
async def here(template: Path, tmp_path: Path, ports: Ports) -> AsyncIterator[Here]:
    """Our server."""
    async with open_here(template, tmp_path / "data", ports["here"]) as server:
        # From here on nothing of ours may block the event loop: BlockingError where it does.
        with blockbuster_ctx(["fedi_cotweet", "activitypub", "storage"]):
            yield server


@pytest.fixture
async def cast(here: Here, ports: Ports) -> AsyncIterator[Cast]:
    """Our server and all others."""
    async with AsyncExitStack() as stack:
        origins = {
            name: await stack.enter_async_context(Origin(ports[name], here.clock))
            for name in ("a", "b", "c", "m")
        }
        yield Cast(origins["a"], origins["b"], origins["c"], origins["m"], here)


@pytest.fixture(autouse=True)
def quiet_log(caplog: pytest.LogCaptureFixture) -> Iterator[list[Any]]:
    """What was logged; an error in it fails the test, whatever else the test looks at."""
    with structlog.testing.capture_logs() as events, caplog.at_level(logging.WARNING):
        yield events
        wrong: list[Any] = [
            e for e in events if e["log_level"] in ("error", "critical") or "exc_info" in e
        ]
        wrong += [r.getMessage() for r in caplog.records if r.levelno >= logging.ERROR]
        assert not wrong, f"the log has errors: {wrong}"
