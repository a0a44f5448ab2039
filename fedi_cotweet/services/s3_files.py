"""Files in a bucket of an S3-compatible store, through obstore (the extra ``s3``).

Reads are bounded pieces, so that a slow reader of a long film holds no connection to the store.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, BinaryIO, Final

import structlog

from fedi_cotweet.services.errors import ServiceError

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("fedi_cotweet.files")

CONNECT_S: Final = "5s"
REQUEST_S: Final = "60s"
RETRIES: Final = 2
GIVE_UP_AFTER: Final = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What lets this server into its bucket."""

    access_key: str
    secret_key: str = field(repr=False)


class Bucket:
    """One bucket. ``endpoint``: the store's address, ``""`` that of AWS."""

    def __init__(self, name: str, endpoint: str, region: str, keys: Credentials) -> None:
        self.name = name
        self._api: Any = importlib.import_module("obstore")  # only where it is needed
        self._errors: Any = importlib.import_module("obstore.exceptions")
        options: dict[str, Any] = {"endpoint": endpoint} if endpoint else {}
        self._store: Any = importlib.import_module("obstore.store").S3Store(
            name,
            region=region,
            access_key_id=keys.access_key,
            secret_access_key=keys.secret_key,
            virtual_hosted_style_request=False,  # what every store understands
            client_options={
                "connect_timeout": CONNECT_S,
                "timeout": REQUEST_S,
                "allow_http": endpoint.startswith("http://"),
            },
            retry_config={"max_retries": RETRIES, "retry_timeout": GIVE_UP_AFTER},
            **options,
        )

    def write(self, name: str, source: BinaryIO, media_type: str) -> None:
        """All or nothing, and with the store when this returns."""
        with self._asked():
            self._api.put(self._store, name, source, attributes={"Content-Type": media_type})

    def size(self, name: str) -> int | None:
        """In octets; None: it is not there."""
        try:
            with self._asked():
                return int(self._api.head(self._store, name)["size"])
        except FileNotFoundError:
            return None

    def piece(self, name: str, start: int, length: int) -> bytes:
        """A part of a file. ``FileNotFoundError``."""
        if not length:
            return b""
        with self._asked():
            return bytes(self._api.get_range(self._store, name, start=start, length=length))

    def remove(self, names: Sequence[str]) -> None:
        """It is no error if they are not there."""
        if names:
            with self._asked():
                self._api.delete(self._store, list(names))

    def folders(self) -> list[str]:
        """Where files are."""
        with self._asked():
            found = self._api.list_with_delimiter(self._store)
        return sorted(str(prefix).rstrip("/") for prefix in found["common_prefixes"])

    def files(self, folder: str, before: int | None = None) -> list[str]:
        """Names in a folder, of those only that were written before a time in ms."""
        with self._asked():
            return sorted(
                str(one["path"])
                for chunk in self._api.list(self._store, prefix=folder)
                for one in chunk
                if before is None or one["last_modified"].timestamp() * 1000 < before
            )

    @contextmanager
    def _asked(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except (self._errors.BaseError, OSError, ValueError) as error:
            log.error(
                "file_store_failed", bucket=self.name, detail=str(error).partition("\n\n")[0][:500]
            )
            raise unavailable() from error


def unavailable() -> ServiceError:
    """``file_store_unavailable`` (503)."""
    return ServiceError(
        "file_store_unavailable",
        503,
        "The place where this server keeps its files does not answer.",
        "Try again in a few minutes. Whoever runs this server can see why.",
    )
