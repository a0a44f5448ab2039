"""What strangers may make us ask of others: failures remembered, and fetches counted.

Whoever sends us something names a key, and we ask for it where they say. Made-up names must not
make us flood a server (CVE-2026-34148), nor lock out the people who are really there.

Kept in memory: a restart forgives everything, and several processes forgive each other.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from activitypub.verdicts import Fetched, Refused
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE, SECOND
from fedi_cotweet.federation.budgets import Budget

REMEMBERED: Final = 20_000
BRIEF: Final = (30 * SECOND, 8 * MINUTE)
"""How long a passing failure is remembered: the first time, and at most."""
LASTING: Final = (5 * MINUTE, HOUR)
"""The same of one that will be there the next time."""
OVER_BUDGET: Final = "over_budget"
TEMPORARY: Final = frozenset({"not_fetched", OVER_BUDGET})
"""Codes after which the same question may have another answer soon."""
WINDOW: Final = 10 * MINUTE

_PASSING_STATUS: Final = frozenset({401, 408, 425, 429})
"""401: it may be that our own key could not be had just then."""
_LASTING_ERRORS: Final = {
    "too_large": "the document is too large",
    "bad_encoding": "the document is compressed in a way nobody asked for",
    "too_many_redirects": "it redirects too often",
    "bad_redirect": "it redirects to nowhere",
    "foreign_origin": "redirected to another origin",
    "bad_url": "the address is none",
    "scheme_refused": "not an address this server fetches from",
    "host_refused": "not an address this server fetches from",
    "port_refused": "not an address this server fetches from",
    "address_refused": "not an address this server fetches from",
}


def lasting_refusal(answer: Fetched) -> Refused | None:
    """Why an answer will be no better the next time; None if it may, or if nothing is wrong.

    No answer, a 5xx, a 429 and their like pass. Absence (404, 410) and what is wrong inside the
    document are told by ``origins.check_fetched``.
    """
    if answer.status == 0:
        reason = _LASTING_ERRORS.get(answer.error)
        return None if reason is None else Refused(answer.error, reason)
    if answer.status in (200, 404, 410) or answer.status >= 500:
        return None
    if answer.status in _PASSING_STATUS:
        return None
    return Refused("not_given", "its server does not give it")


@dataclass(frozen=True, slots=True)
class _Failure:
    refused: Refused
    at: int
    until: int
    times: int


@dataclass(slots=True)
class Failures:
    """What could not be fetched, by address. Each failure in a row counts twice as long."""

    _held: OrderedDict[str, _Failure] = field(default_factory=OrderedDict)

    def recent(self, url: str, now: int) -> Refused | None:
        """Why there is no use in asking now; None if there may be."""
        failure = self._held.get(url)
        return failure.refused if failure is not None and now < failure.until else None

    def wait(self, url: str, now: int) -> int:
        """Milliseconds until it is asked again; 0 if it would be at once."""
        failure = self._held.get(url)
        return 0 if failure is None else max(failure.until - now, 0)

    def note(self, url: str, refused: Refused, now: int) -> None:
        """It was asked in vain. What only lacked the budget was not asked."""
        if refused.code == OVER_BUDGET:
            return
        before = self._held.pop(url, None)
        times = before.times if before is not None and before.at > now - DAY else 0
        first, most = BRIEF if refused.code in TEMPORARY else LASTING
        kept = min(first << min(times, 16), most)
        self._held[url] = _Failure(refused, now, now + kept, times + 1)
        if len(self._held) > REMEMBERED:
            self._held.popitem(last=False)

    def forget(self, url: str) -> None:
        """It was asked with success."""
        self._held.pop(url, None)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes us ask: the address a request came from; empty where a proxy does not tell."""

    address: str = ""


@dataclass(frozen=True, slots=True)
class NotNow:
    """The sender's key could not be had this time: answer 503, so that they try again."""

    reason: str
    wait: int
    """Seconds after which it may be had."""


@dataclass(slots=True)
class KeyFetches:
    """How many keys and actors of one server are fetched for strangers who proved nothing.

    A fetch counts until a signature by what it brought holds, so people who are really there cost
    nothing. An address that signed for a server has a budget of its own there, which nobody can
    use up from elsewhere.
    """

    per_host: Budget = field(default_factory=lambda: Budget(30, WINDOW))
    per_host_and_address: Budget = field(default_factory=lambda: Budget(10, WINDOW))
    """So that one address alone does not use up what strangers have."""
    per_address: Budget = field(default_factory=lambda: Budget(60, WINDOW))
    """Over all servers: names below a name are free."""
    own: Budget = field(default_factory=lambda: Budget(300, WINDOW))
    """Of an address that signed for this very server."""
    _signed: OrderedDict[tuple[str, str], None] = field(default_factory=OrderedDict)
    """Server and address."""
    _open: OrderedDict[str, tuple[tuple[Budget, str], ...]] = field(default_factory=OrderedDict)
    """What was paid for an address whose key has proven nothing yet."""

    def take(self, url: str, host: str, caller: Caller, now: int) -> Refused | None:
        """Pay for one fetch of ``url``; ``over_budget`` if nothing is left."""
        due: list[tuple[Budget, str]]
        pair = f"{caller.address} {host}"
        if caller.address and (host, caller.address) in self._signed:
            due = [(self.own, pair)]
        else:
            due = [(self.per_host, host)]
            if caller.address:
                due += [
                    (self.per_host_and_address, pair),
                    (self.per_address, caller.address),
                ]
        for number, (budget, name) in enumerate(due):
            if not budget.spend(name, now):
                for paid, payer in due[:number]:
                    paid.give_back(payer)
                return Refused(OVER_BUDGET, "too many keys of that server were asked for")
        self._open[url] = tuple(due)
        self._open.move_to_end(url)
        if len(self._open) > REMEMBERED:
            self._open.popitem(last=False)
        return None

    def proven(self, *urls: str) -> None:
        """A signature by a key that was fetched there holds: it costs nothing."""
        for url in urls:
            for budget, name in self._open.pop(url, ()):
                budget.give_back(name)

    def signed(self, host: str, caller: Caller) -> None:
        """A request from this address was signed by somebody of this server."""
        if not caller.address:
            return
        self._signed[(host, caller.address)] = None
        self._signed.move_to_end((host, caller.address))
        if len(self._signed) > REMEMBERED:
            self._signed.popitem(last=False)
