from __future__ import annotations

import pytest

from activitypub.signatures.keys import SigningKey, generate_ed25519, generate_rsa, load_private


@pytest.fixture(scope="session")
def rsa_key() -> SigningKey:
    return SigningKey("https://a.example/users/alice#main-key", load_private(generate_rsa()))


@pytest.fixture(scope="session")
def ed25519_key() -> SigningKey:
    return SigningKey("https://a.example/users/alice#ed25519-key", load_private(generate_ed25519()))


@pytest.fixture(params=["rsa", "ed25519"])
def key(request: pytest.FixtureRequest, rsa_key: SigningKey, ed25519_key: SigningKey) -> SigningKey:
    return rsa_key if request.param == "rsa" else ed25519_key
