"""What a remote server may cost us."""

from __future__ import annotations

from dataclasses import dataclass

from activitypub.vocab.reading import MAX_BYTES


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one client. Times in seconds, sizes in octets, after decompression.

    The times are those Mastodon gives its peers, but for ``answer_s``: who takes an activity may
    take so long to say so, and sending it again makes nobody faster. ``total_s`` covers redirects,
    second knocks and the wait for a free connection: one octet a second ends there.
    """

    connect_s: float = 5.0
    read_s: float = 10.0
    answer_s: float = 30.0
    total_s: float = 30.0
    max_bytes: int = MAX_BYTES
    max_error_bytes: int = 4096
    max_redirects: int = 3
    max_retry_after_s: int = 7 * 86_400
    connections: int = 300
    connections_per_host: int = 4
    # A new TLS connection costs four RSA signatures, so they are kept beyond aiohttp's 15 s.
    keepalive_s: float = 75.0
    signing_threads: int = 2
