"""Who may start co-tweets here: nobody, those on a list, a share of all, everybody (C44).

Only starting is ever held back. Answering, editing, leaving and deleting never are: nobody must be
stuck with their name on something because a trial ended.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Rollout:
    """``share`` of all accounts may start co-tweets, from 0 to 100, and those in ``names``.

    ``until`` is in milliseconds since 1970; nobody starts any from then on.
    """

    share: int = 100
    names: frozenset[str] = frozenset()
    until: int | None = None

    def allows(self, actor_uri: str, username: str, now: int) -> bool:
        """Whether this account may start a co-tweet now."""
        if self.until is not None and now >= self.until:
            return False
        return username in self.names or place(actor_uri) < self.share


EVERYBODY = Rollout()


def place(actor_uri: str) -> int:
    """An account's place in line, 0 to 99. It never changes: as the share grows, nobody loses."""
    return int.from_bytes(hashlib.sha256(f"cotweets {actor_uri}".encode()).digest()[:8]) % 100


def parse_rollout(mode: str, names: str = "", until: str = "") -> Rollout:
    """From the settings: ``off``, ``allowlist``, ``percent:N`` or ``on``; names with commas.

    ``until`` is a day (to its end, UTC) or a time in ISO 8601. Raises ``ValueError`` whose text
    says what is wrong.
    """
    return Rollout(_share(mode), _names(mode, names), _moment(until) if until else None)


def _share(mode: str) -> int:
    kind, colon, number = mode.partition(":")
    if mode in ("off", "allowlist"):
        return 0
    if mode == "on":
        return 100
    if kind == "percent" and colon and number.isascii() and number.isdigit():
        share = int(number[:4])
        if share <= 100:
            return share
    raise ValueError(f"“{mode}” is none of off, allowlist, percent:N (0 to 100) and on")


def _names(mode: str, names: str) -> frozenset[str]:
    if mode != "allowlist":
        return frozenset()
    return frozenset(name.strip().removeprefix("@").lower() for name in names.split(",")) - {""}


def _moment(text: str) -> int:
    try:
        if len(text) == len("2026-12-31"):
            day = date.fromisoformat(text) + timedelta(days=1)
            at = datetime.combine(day, time(), UTC)
        else:
            at = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ValueError(f"“{text}” is no day such as 2026-12-31") from None
    if at.tzinfo is None:
        raise ValueError(f"“{text}” does not say its time zone")
    return int(at.timestamp() * 1_000)
