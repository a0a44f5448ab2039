from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from activitypub.shell.client import FederationClient
from activitypub.shell.guard import AddressPolicy
from activitypub.shell.limits import Limits
from activitypub.signatures.keys import SigningKey, generate_ed25519, generate_rsa, load_private
from tests.activitypub.shell.peers import USER_AGENT, clock


@pytest.fixture(scope="session")
def rsa_key() -> SigningKey:
    return SigningKey("https://home.example/actor#main-key", load_private(generate_rsa()))


@pytest.fixture(scope="session")
def ed25519_key() -> SigningKey:
    return SigningKey("https://home.example/actor#ed25519-key", load_private(generate_ed25519()))


@pytest.fixture
async def client() -> AsyncIterator[FederationClient]:
    """A client in development mode."""
    limits = Limits(total_s=20, max_bytes=100_000)
    policy = AddressPolicy(development=True)
    async with FederationClient(USER_AGENT, policy, clock, limits=limits) as made:
        yield made


@pytest.fixture
async def hasty() -> AsyncIterator[FederationClient]:
    """A client whose deadline is soon."""
    policy = AddressPolicy(development=True)
    limits = Limits(total_s=0.3)
    async with FederationClient(USER_AGENT, policy, clock, limits=limits) as made:
        yield made
