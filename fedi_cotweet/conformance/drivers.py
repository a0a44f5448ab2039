"""Drivers: how the server under test does what its user decides, and says what it shows.

A driver gets one JSON object per request and answers with one. Requests:

=============== ============================== ==================================================
``do``          more members                   answer
=============== ============================== ==================================================
``begin``                                      ``{}``: from now on anyone may invite the user
``invitations``                                ``{"offers": [id, …]}``: those without answer
``accept``      ``offer``                      ``{}``
``decline``     ``offer``                      ``{}``
``invite``      ``handles``, ``text``          ``{"object": id}``: a draft, its co-authors invited
``edit``        ``object``, ``text``           ``{}``: a draft, or a published co-tweet
``publish``     ``object``                     ``{}``: now, without those who did not agree
``withdraw``    ``object``                     ``{}``: take all invitations of a draft back
``delete``      ``object``                     ``{}``: a draft or a published object, for everybody
``leave``       ``object``                     ``{}``: take the user's name off it
``authors``     ``object``                     ``{"authors": [id, …]}`` as shown, or null: not there
``end``         ``servers``                    ``{}``: all that ``begin`` changed is as before
``advance``     ``seconds``                    ``{}``: let the server's clock run ahead, for tests
=============== ============================== ==================================================

Instead of these it may answer ``{"refused": "why"}``, where the server said no, and
``{"unsupported": "why"}``, where it cannot be asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shlex
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import aiohttp

from fedi_cotweet.conformance.outcomes import NotRun
from fedi_cotweet.conformance.unreachable import why_unreachable

SECONDS: Final = 30.0
_LONGEST_LINE: Final = 1024 * 1024


class Refusal(Exception):  # noqa: N818
    """The server under test said no to its own user."""


class Driver(Protocol):
    """One of the ways to ask."""

    async def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send a request, give back the answer. Raises ``NotRun`` where that fails."""

    async def close(self) -> None:
        """Nothing more will be asked."""


class Nobody:
    """No driver: whatever needs one is not run."""

    async def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """Always unsupported."""
        del request
        return {"unsupported": "no driver was given"}

    async def close(self) -> None:
        """Nothing to close."""


class HttpDriver:
    """POSTs each request to a URL."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session: aiohttp.ClientSession | None = None

    async def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """One POST."""
        self._session = self._session or aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=SECONDS)
        )
        try:
            async with self._session.post(self._url, json=request) as answer:
                return _object(await answer.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NotRun(f"the driver does not answer: {why_unreachable(error)}") from error

    async def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            await self._session.close()


class CommandDriver:
    """Runs a command and exchanges lines of JSON with it, over its standard input and output."""

    def __init__(self, command: str) -> None:
        self._command = shlex.split(command)
        self._process: asyncio.subprocess.Process | None = None

    async def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """One line each way."""
        if self._process is None:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *self._command,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    limit=_LONGEST_LINE,
                )
            except OSError as error:
                raise NotRun(f"the driver does not start: {error}") from error
        ask, answer = self._process.stdin, self._process.stdout
        if ask is None or answer is None:  # pipes were asked for above
            raise NotRun("the driver has no input and output")
        try:
            ask.write(json.dumps(request).encode() + b"\n")
            await ask.drain()
            return _object(await asyncio.wait_for(answer.readline(), SECONDS))
        except (OSError, TimeoutError) as error:
            raise NotRun(f"the driver does not answer: {why_unreachable(error)}") from error

    async def close(self) -> None:
        """End the command: no more lines, then a signal."""
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 5)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


_QUESTIONS: Final[Mapping[str, str]] = {
    "begin": "Let anyone invite you, then press Enter.",
    "accept": "Accept the invitation {offer}, then press Enter.",
    "decline": "Decline the invitation {offer}, then press Enter.",
    "invite": "Write a post “{text}” together with {handles}, then press Enter.",
    "edit": "Change the text of {object} to “{text}”, then press Enter.",
    "publish": "Publish {object} without whoever has not agreed, then press Enter.",
    "withdraw": "Take back all invitations to {object}, then press Enter.",
    "delete": "Delete {object}, then press Enter.",
    "leave": "Take your name off {object}, then press Enter.",
    "invitations": "Which invitations wait for an answer? (ids of the Offers, with spaces between)",
    "authors": "Whom does your server name as authors of {object}? (ids with spaces between; "
    "“none” if the post is not there)",
}


class Person:
    """Asks whoever sits at the terminal. ``say`` prints a question, ``hear`` reads a line."""

    def __init__(self, say: Callable[[str], None], hear: Callable[[], str]) -> None:
        self._say = say
        self._hear = hear

    async def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """One question; “-” says that it cannot be done, “no …” that the server refused."""
        what = str(request["do"])
        question = _QUESTIONS.get(what)
        if question is None:
            return {"unsupported": f"nobody can {what}"}
        given = {name: _words(value) for name, value in request.items()}
        self._say(question.format_map(given) + "  [- cannot be done, no … it was refused]")
        answer = (await asyncio.to_thread(self._hear)).strip()
        if answer == "-":
            return {"unsupported": "the person says so"}
        if answer.lower().partition(" ")[0] == "no":
            return {"refused": answer[3:].strip() or "it was refused"}
        if what == "invitations":
            return {"offers": answer.split()}
        if what == "authors":
            return {"authors": None if answer.lower() == "none" else answer.split()}
        return {"object": answer} if what == "invite" and answer else {}

    async def close(self) -> None:
        """Nothing to close."""


class Hands:
    """What cases ask a driver for. Raises ``Refusal`` where the server said no."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    async def _ask(self, what: str, **members: Any) -> Mapping[str, Any]:
        answer = await self._driver.ask({"do": what, **members})
        if "unsupported" in answer:
            raise NotRun(f"{what}: {answer['unsupported']}")
        if "refused" in answer:
            raise Refusal(f"{what}: {answer['refused']}")
        return answer

    async def begin(self) -> None:
        """Get ready: nobody's invitations are to be kept from the user."""
        with contextlib.suppress(NotRun):
            await self._ask("begin")

    async def end(self, servers: list[str]) -> str:
        """Put back what ``begin`` changed, and close what the kit's ``servers`` left open.

        What went wrong, empty for nothing.
        """
        try:
            answer = await self._driver.ask({"do": "end", "servers": servers})
        except NotRun as problem:
            return str(problem)
        return str(answer.get("refused", ""))

    async def invitations(self) -> list[str]:
        """The Offers that wait for the user's answer."""
        return _strings(await self._ask("invitations"), "offers")

    async def accept(self, offer: str) -> None:
        """The user agrees."""
        await self._ask("accept", offer=offer)

    async def decline(self, offer: str) -> None:
        """The user says no."""
        await self._ask("decline", offer=offer)

    async def invite(self, handles: list[str], text: str) -> None:
        """The user writes a post and invites people. Which object it is, the Offers say."""
        await self._ask("invite", handles=handles, text=text)

    async def edit(self, thing: str, text: str) -> None:
        """The user changes the text of a draft or of a published object."""
        await self._ask("edit", object=thing, text=text)

    async def publish(self, thing: str) -> None:
        """The user publishes without those who have not agreed."""
        await self._ask("publish", object=thing)

    async def withdraw(self, thing: str) -> None:
        """The user takes all invitations back."""
        await self._ask("withdraw", object=thing)

    async def delete(self, thing: str) -> None:
        """The user deletes a draft or a published object."""
        await self._ask("delete", object=thing)

    async def leave(self, thing: str) -> None:
        """The user takes their name off."""
        await self._ask("leave", object=thing)

    async def authors(self, thing: str) -> list[str] | None:
        """Who is shown as an author; None if the object is not there."""
        answer = await self._ask("authors", object=thing)
        return None if answer.get("authors") is None else _strings(answer, "authors")

    async def advance(self, seconds: float) -> None:
        """The server's clock runs ahead."""
        await self._ask("advance", seconds=seconds)


def _words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _strings(answer: Mapping[str, Any], member: str) -> list[str]:
    found = answer.get(member)
    if not isinstance(found, list) or not all(isinstance(entry, str) for entry in found):
        raise NotRun(f"the driver's answer has no list of strings “{member}”")
    return found


def _object(octets: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(octets)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise NotRun(f"the driver answers with something else than a JSON object: {octets[:80]!r}")
    return answer
