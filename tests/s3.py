"""An S3 server of somebody else's making on the loopback, for tests of files in a bucket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import obstore
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from fedi_cotweet.settings import Settings

BUCKET = "pictures"


class Shop:
    """The server; ``stop`` and ``start`` keep what is in it."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = ThreadedMotoServer("127.0.0.1", self.port, verbose=False)
        self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def settings(self, settings: Settings, *, media_store: str = "s3") -> Settings:
        """The same settings with the bucket."""
        return replace(
            settings,
            media_store=media_store,
            s3_bucket=BUCKET,
            s3_endpoint=self.endpoint,
            s3_access_key="key",
            s3_secret_key="secret",
        )

    def names(self) -> list[str]:
        """What is in the bucket."""
        return sorted(item["path"] for chunk in obstore.list(self.store()) for item in chunk)

    def put(self, name: str, octets: bytes) -> None:
        """Put something there behind the server's back."""
        obstore.put(self.store(), name, octets)

    def store(self) -> S3Store:
        """A client of the test's own."""
        return S3Store(
            BUCKET,
            endpoint=self.endpoint,
            region="us-east-1",
            access_key_id="key",
            secret_access_key="secret",
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
        )


@contextmanager
def shop() -> Iterator[Shop]:
    """An empty bucket."""
    import urllib.request

    made = Shop()
    put = partial(urllib.request.Request, method="PUT")
    for request in (
        urllib.request.Request(f"{made.endpoint}/moto-api/reset", method="POST"),
        put(f"{made.endpoint}/{BUCKET}"),
    ):
        urllib.request.urlopen(request).close()
    try:
        yield made
    finally:
        made.stop()
