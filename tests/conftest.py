"""What holds for all tests."""

from __future__ import annotations

import gc
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import covering, quick
from tests.examples import THOROUGH

pytest_plugins = ["tests.databases"]

# A busy machine must not fail a test: what is slow is measured in benchmarks/, not here.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("house", patient, max_examples=25)
settings.register_profile("ci", patient, max_examples=150)
settings.load_profile("ci" if THOROUGH else "house")

quick.make()

MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes: the tests of a whole run leave less."""

if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    # Hundreds of databases that are written to the disk and thrown away cost more than the tests.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, or the other processes are idle while it ends the run."""
    items.sort(key=lambda item: "test_crashes" not in item.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: garbage is looked for elsewhere."""
    gc.collect()
    gc.freeze()
    # A server has a thousand routes: by the usual numbers each would have others looked through.
    gc.set_threshold(100_000, 20, 50)


def pytest_testnodedown(node: Any) -> None:
    """What another process saw counts too."""
    covering.succeeded.update(getattr(node, "workeroutput", {}).get("succeeded", []))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Every operation of the client API succeeded in some test, or the run fails."""
    config = session.config
    output = getattr(config, "workeroutput", None)
    if output is not None:
        output["succeeded"] = sorted(covering.succeeded)
        return
    whole = {Path(config.invocation_params.dir, name).resolve() for name in config.args}
    chosen = config.option.keyword or config.option.markexpr or config.option.collectonly
    if whole & covering.WHOLE and not chosen and not session.testsfailed:
        for name in covering.missing():
            print(f"\nNo test saw a success of: {name}", end="")
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests of servers wait too, for each other and for time."""
    return (os.cpu_count() or 1) + 1
