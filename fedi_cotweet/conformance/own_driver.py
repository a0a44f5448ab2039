"""The driver for our own server: its API, with the operator's token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import aiohttp

from fedi_cotweet.conformance.drivers import SECONDS
from fedi_cotweet.conformance.outcomes import NotRun
from fedi_cotweet.conformance.unreachable import why_unreachable

COTWEETS: Final = "/api/v1/cotweets"
INVITES: Final = f"{COTWEETS}/invites"
CONTROL: Final = "/api/v1/control"
POLICY: Final = f"{CONTROL}/invite-policy"


class _RefusedError(Exception):
    """The API answered with an error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status


class OwnDriver:
    """Acts as ``account`` on the server at ``base``."""

    def __init__(self, base: str, token: str, account: str) -> None:
        self._base = base
        self._headers = {"Authorization": f"Bearer {token}", "X-Account": account}
        self._session: aiohttp.ClientSession | None = None
        self._policy = ""
        self._made: list[str] = []

    async def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """One or two calls of the API."""
        asked = {
            "begin": self._begin,
            "end": self._end,
            "invitations": self._invitations,
            "accept": self._accept,
            "decline": self._decline,
            "invite": self._invite,
            "edit": self._edit,
            "publish": self._publish,
            "withdraw": self._withdraw,
            "delete": self._delete,
            "leave": self._leave,
            "authors": self._authors,
        }.get(str(request["do"]))
        if asked is None:
            return {"unsupported": f"this server has no way to {request['do']}"}
        try:
            return await asked(request)
        except _RefusedError as error:
            return {"refused": str(error)}
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NotRun(
                f"the server does not answer its own user: {why_unreachable(error)}"
            ) from error

    async def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            await self._session.close()

    async def _call(self, method: str, path: str, document: Any = None, **query: str) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers, timeout=aiohttp.ClientTimeout(total=SECONDS)
            )
        async with self._session.request(
            method, self._base + path, json=document, params=query
        ) as answer:
            said = await answer.json() if answer.status != 204 else {}
            if answer.status >= 400:
                code, message = said.get("error", ""), said.get("message", "")
                raise _RefusedError(answer.status, code, message)
            return said

    async def _begin(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        self._policy = str((await self._call("GET", POLICY))["policy"])
        await self._call("POST", POLICY, {"policy": "anyone"})
        return {}

    async def _end(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """The policy first: it matters most, should the rest fail."""
        if self._policy and (await self._call("GET", POLICY))["policy"] == "anyone":
            await self._call("POST", POLICY, {"policy": self._policy})
        left = [await self._closed(invite) for invite in await self._open(request["servers"])]
        left += [await self._deleted(uri) for uri in self._made]
        problems = sorted(set(filter(None, left)))
        return {"refused": "; ".join(problems)} if problems else {}

    async def _open(self, servers: Sequence[str]) -> list[Mapping[str, Any]]:
        found = await self._call("GET", INVITES)
        ours = tuple(f"{server}/" for server in servers)
        return [invite for invite in found["invites"] if invite["offer"].startswith(ours)]

    async def _closed(self, invite: Mapping[str, Any]) -> str:
        try:
            if invite["state"] == "offered":
                await self._call("POST", f"{INVITES}/{invite['id']}/decline", {})
            else:
                await self._call("POST", f"{COTWEETS}/0/leave", {"invite": invite["id"]})
        except _RefusedError as error:
            return f"an invite stays open: {error}"
        return ""

    async def _deleted(self, uri: str) -> str:
        try:
            await self._delete({"object": uri})
        except _RefusedError as error:
            return "" if error.status == 404 else f"a post of the kit stays: {error}"
        return ""

    async def _invitations(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        found = await self._call("GET", INVITES)
        return {"offers": [i["offer"] for i in found["invites"] if i["state"] == "offered"]}

    async def _answer(self, request: Mapping[str, Any], how: str) -> Mapping[str, Any]:
        found = await self._call("GET", INVITES)
        for invite in found["invites"]:
            if invite["offer"] == request["offer"]:
                said = {"digest": invite["digest"]} if how == "accept" else {}
                await self._call("POST", f"{INVITES}/{invite['id']}/{how}", said)
                return {}
        return {"refused": "there is no such invitation"}

    async def _accept(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        return await self._answer(request, "accept")

    async def _decline(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        return await self._answer(request, "decline")

    async def _invite(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        document = {"text": request["text"], "with": request["handles"]}
        made = await self._call("POST", COTWEETS, document)
        self._made.append(made["post"]["uri"])
        return {"object": made["post"]["uri"]}

    async def _post(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = await self._call(
            "GET", f"{CONTROL}/posts", url=str(request["object"])
        )
        return found

    async def _edit(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        post = await self._post(request)
        await self._call("PUT", f"{COTWEETS}/{post['id']}", {"text": request["text"]})
        return {}

    async def _publish(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        post = await self._post(request)
        await self._call("POST", f"{COTWEETS}/{post['id']}/publish", {})
        return {}

    async def _withdraw(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        post = await self._post(request)
        await self._call("POST", f"{COTWEETS}/{post['id']}/withdraw", {})
        return {}

    async def _delete(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        post = await self._post(request)
        room = COTWEETS if post["state"] == "draft" else f"{CONTROL}/posts"
        await self._call("DELETE", f"{room}/{post['id']}")
        return {}

    async def _leave(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        await self._call("POST", f"{COTWEETS}/0/leave", {"uri": request["object"]})
        return {}

    async def _authors(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            post = await self._post(request)
        except _RefusedError as error:
            if error.status == 404:
                return {"authors": None}
            raise
        return {"authors": [author["uri"] for author in post["authors"]]}
