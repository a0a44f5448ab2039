from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from activitypub.signatures.keys import (
    SigningKey,
    generate_ed25519,
    load_private,
)
from tests.activitypub.shell.peers import serving
from tests.operations.world import Site, World, person_document


@pytest.fixture
async def world() -> AsyncIterator[World]:
    a, b = Site(), Site()
    async with AsyncExitStack() as stack:
        for site in (a, b):
            site.peer = await stack.enter_async_context(serving(site.answer))
        key = SigningKey(f"{b.base}/users/bob#ed25519-key", load_private(generate_ed25519()))
        found = World(a, b, key)
        a.has(person_document(a, "alice"))
        b.has(person_document(b, "bob", key))
        yield found
