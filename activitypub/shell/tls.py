"""Whom this server believes to be who they say."""

from __future__ import annotations

import ssl
from pathlib import Path


def build_ssl_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """A context that checks certificates and names against the system's authorities.

    ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` replace the system's as OpenSSL has it; ``ca_file`` (PEM)
    adds a private authority to them. Raises ``OSError`` if it cannot be read or holds none.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    context.set_alpn_protocols(["http/1.1"])
    return context
