"""The operator's rules about servers, in memory: every request of others asks for them."""

from __future__ import annotations

from dataclasses import dataclass, field

from fedi_cotweet.domain.hosts import covering
from storage.engine import Store
from storage.queries import relations

SEVERITIES = ("suspend", "limit")


@dataclass(slots=True)
class HostRules:
    """One copy per process. ``load`` it at the start, after each change, and now and then for
    those that other processes make.
    """

    _rules: dict[str, str] = field(default_factory=dict)

    async def load(self, store: Store) -> None:
        """Read the rules as they are."""
        self._rules = await store.read(relations.all_host_rules)

    def suspended(self, host: str | None) -> bool:
        """Whether nothing is taken from, sent to or fetched from a host."""
        if host is None or not self._rules:
            return False
        return any(self._rules.get(name) == "suspend" for name in covering(host))
