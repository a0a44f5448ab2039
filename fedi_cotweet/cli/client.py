"""Talks to the running server over HTTP, as any other program could.

The server leaves two files in its data folder: ``server.json`` says where it listens, and
``operator.token`` (readable by its owner only) proves that the caller owns the data.
"""

from __future__ import annotations

import http.client
import json
import mimetypes
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

SERVER_FILE = "server.json"
STARTING_FILE = "server.starting"
TOKEN_FILE = "operator.token"  # noqa: S105 - the name of a file
MAX_ANSWER = 32 * 1024 * 1024
TIMEOUT_SECONDS = 60.0


class CommandError(Exception):
    """A command failed. ``message`` says what happened, ``fix`` what to do about it."""

    exit_code = 1

    def __init__(self, code: str, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fix = fix


class RefusedError(CommandError):
    """The server was asked and said no. ``status`` is the HTTP status."""

    def __init__(self, status: int, code: str, message: str, fix: str = "") -> None:
        super().__init__(code, message, fix)
        self.status = status


class UsageError(CommandError):
    """The command was called in a way that cannot be meant."""

    exit_code = 2

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__("usage", message, fix)


def is_starting(data: Path) -> bool:
    """Whether a process of this machine is starting the server for a data folder."""
    try:
        os.kill(int((data / STARTING_FILE).read_text(encoding="ascii")), 0)
    except PermissionError:
        return True  # it is there, and somebody else's
    except (OSError, ValueError, OverflowError):
        return False
    return True


class NotRunningError(CommandError):
    """No server answers for this data folder, or (``server_starting``) not yet."""

    exit_code = 3

    def __init__(self, data: Path, why: str) -> None:
        if is_starting(data):
            super().__init__(
                "server_starting",
                f"The server for the folder {data} is starting.",
                "Try again in a moment.",
            )
            return
        super().__init__(
            "server_not_running",
            f"No server is running for the folder {data}: {why}.",
            f"Start it with: fedi-cotweet --data {data} up    "
            "(or name the folder of the one you mean with --data).",
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful answer; ``body`` is the JSON as the server wrote it, ``{}`` for none."""

    status: int
    body: bytes

    def document(self) -> dict[str, Any]:
        """The body as an object. Raises ``CommandError`` when it is none."""
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise CommandError(
                "bad_answer",
                "The server's answer is not what this command expects.",
                "Check that the server and fedi-cotweet are of the same version.",
            )
        return document


class Client:
    """One server, one acting account (None: the server's first)."""

    def __init__(self, data: Path, listen: str, token: str, account: str | None) -> None:
        self.data = data
        self.listen = listen
        self.token = token
        self._account = account

    @classmethod
    def open(cls, data: Path, account: str | None) -> Client:
        """The client for a data folder. Raises ``NotRunningError``; sends nothing yet."""
        try:
            address = json.loads((data / SERVER_FILE).read_text(encoding="utf-8"))
            token = (data / TOKEN_FILE).read_text(encoding="ascii").strip()
        except FileNotFoundError as error:
            name = Path(error.filename).name
            raise NotRunningError(data, f"it has no {name}") from None
        except PermissionError as error:
            raise CommandError(
                "no_permission",
                f"You may not read {error.filename}.",
                "Run this command as the user who runs the server.",
            ) from None
        except (OSError, ValueError) as error:
            raise NotRunningError(data, f"its files cannot be read ({error})") from None
        listen = address.get("listen") if isinstance(address, dict) else None
        if not isinstance(listen, str) or urlsplit(listen).scheme != "http":
            raise NotRunningError(data, f"its {SERVER_FILE} does not say where it listens")
        return cls(data, listen, token, account)

    def get(self, path: str, **query: str | int | None) -> Answer:
        """GET; queries that are None are left out."""
        given = {name: value for name, value in query.items() if value is not None}
        return self._ask("GET", f"{path}?{urlencode(given)}" if given else path)

    def post(self, path: str, document: Mapping[str, Any] | None = None) -> Answer:
        """POST a JSON object."""
        return self._ask("POST", path, json.dumps(document or {}).encode(), "application/json")

    def put(self, path: str, document: Mapping[str, Any]) -> Answer:
        """PUT a JSON object."""
        return self._ask("PUT", path, json.dumps(document).encode(), "application/json")

    def delete(self, path: str) -> Answer:
        """DELETE."""
        return self._ask("DELETE", path)

    def upload(self, path: str, file: Path, texts: Mapping[str, str]) -> Answer:
        """POST a file and texts by their names as ``multipart/form-data`` (RFC 7578)."""
        try:
            content = file.read_bytes()
        except OSError as error:
            raise UsageError(f"{file} cannot be read: {error.strerror}.") from None
        media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        boundary = secrets.token_hex(16)
        file_name = quote(file.name, safe=" !#$&+-.^_`|~()[],;=@")
        said = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n'
            f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
            for name, text in texts.items()
        )
        head = (
            f'{said}--{boundary}\r\nContent-Disposition: form-data; name="file"; '
            f'filename="{file_name}"\r\n'
            f"Content-Type: {media_type}\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return self._ask("POST", path, body, f"multipart/form-data; boundary={boundary}")

    def _ask(
        self, method: str, path: str, body: bytes | None = None, media_type: str = ""
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        if self._account:
            headers["X-Account"] = self._account
        if media_type:
            headers["Content-Type"] = media_type
        address = urlsplit(self.listen)
        connection = http.client.HTTPConnection(
            address.hostname or "", address.port, timeout=TIMEOUT_SECONDS
        )
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read(MAX_ANSWER)
            status = response.status
        except ConnectionRefusedError:
            raise NotRunningError(self.data, f"nobody listens at {self.listen}") from None
        except TimeoutError:
            raise CommandError(
                "timeout",
                f"The server did not answer within {TIMEOUT_SECONDS:.0f} seconds.",
                "It may still do what was asked: look before you repeat it.",
            ) from None
        except (OSError, http.client.HTTPException) as error:
            raise NotRunningError(self.data, f"the connection broke ({error})") from None
        finally:
            connection.close()
        if 200 <= status < 300:
            return Answer(status, content or b"{}")
        raise _refusal(status, content)


def segment(text: str) -> str:
    """A text as one segment of a path."""
    return quote(text, safe="")


def handles(texts: Sequence[str]) -> list[str]:
    """Handles as the API takes them: ``bob@b.example`` or ``bob``, without the first @."""
    found = []
    for text in texts:
        handle = text.strip().removeprefix("@")
        if not handle or any(character.isspace() for character in handle):
            raise UsageError(f'"{text}" is no handle.', "Write it like @bob@b.example.")
        found.append(handle)
    return found


def called(known: str) -> str:
    """Somebody as they were named: a handle with its first @, or the address of their page."""
    return known if "://" in known else f"@{known}"


def _refusal(status: int, body: bytes) -> RefusedError:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    said = document if isinstance(document, dict) else {}
    message, fix, code = (
        said.get(name) if isinstance(said.get(name), str) else None
        for name in ("message", "fix", "error")
    )
    if status == 401 and not message:
        message, fix = "The server did not accept the operator's token.", "Is --data right?"
    return RefusedError(
        status,
        code or "refused",
        message or f"The server answered with status {status} and no reason.",
        fix or ("Its log says more." if status >= 500 else ""),
    )
