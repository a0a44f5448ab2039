"""The servers of these tests are those of the conformance kit."""

from __future__ import annotations

from fedi_cotweet.conformance.origins import Clock, Letter, Origin, Reply, hold_port
from fedi_cotweet.conformance.people import SERIAL, Person, ed25519_pem, rsa_pem

__all__ = [
    "SERIAL",
    "Clock",
    "Letter",
    "Origin",
    "Person",
    "Reply",
    "ed25519_pem",
    "hold_port",
    "rsa_pem",
]
