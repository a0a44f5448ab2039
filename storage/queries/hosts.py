"""What we know of other servers: their software, their awareness of co-authors, their health."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import BigInteger, Connection, bindparam, case, func, select, update

from storage.dialect import limit as literal_limit
from storage.dialect import upsert
from storage.models import Host

DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class HostRow:
    """One server. ``host`` holds the port if it is not the default one.

    ``next_try_at`` is set while it does not answer: nothing is sent to it before. ``failures``
    counts the deliveries that failed in a row, ``failing_since`` is the time of the first and
    ``failing_days`` how many days there were on which one failed.
    """

    host: str
    aware: bool | None
    aware_checked_at: int | None
    software: str | None
    signature_profile: str | None
    failures: int
    failing_since: int | None
    next_try_at: int | None
    failing_days: int
    last_ok_at: int | None


def get(tx: Connection, host: str) -> HostRow | None:
    """What we know of the server; None when it was never met."""
    row = tx.execute(_GET, {"wanted": host}).first()
    return None if row is None else HostRow(*row)


def awareness(tx: Connection, hosts: Sequence[str]) -> dict[str, bool | None]:
    """Which of these servers implement FEP-af48; those nobody asked are None."""
    known = {row.host: row.aware for row in tx.execute(_AWARE, {"wanted": list(hosts)})}
    return {host: known.get(host) for host in hosts}


def note_aware(tx: Connection, host: str, aware: bool, now: int) -> None:
    """Remember whether the server implements FEP-af48, found out at ``now``."""
    upsert(tx, Host, {"host": host, "aware": aware, "aware_checked_at": now}, key=("host",))


def set_profile(tx: Connection, host: str, profile: str | None) -> None:
    """Remember the HTTP signature that worked last: ``cavage`` or ``rfc9421``."""
    upsert(tx, Host, {"host": host, "signature_profile": profile}, key=("host",))


def set_software(tx: Connection, host: str, software: str | None) -> None:
    """Remember the name of the server's software, as its NodeInfo gives it."""
    upsert(tx, Host, {"host": host, "software": software}, key=("host",))


def note_ok(tx: Connection, host: str, now: int) -> None:
    """The server answered: whatever failed before is over."""
    values = {
        "host": host,
        "failures": 0,
        "failing_since": None,
        "next_try_at": None,
        "failing_days": 0,
        "failed_on": None,
        "asked_until": None,
        "last_ok_at": now,
    }
    upsert(tx, Host, values, key=("host",))


def note_failure(
    tx: Connection,
    host: str,
    *,
    now: int,
    next_try_at: int,
    asked_until: int | None = None,
    ill: bool = True,
) -> int:
    """The server did not take it: send nothing before ``next_try_at``; how many days it failed on.

    ``asked_until``: it asked to be left alone so long. One that is not ``ill`` did only that, which
    is no failing day.
    """
    day = now // DAY if ill else None
    values = {"at": now, "next": next_try_at, "wanted": host, "day": day, "asked": asked_until}
    if not tx.execute(_FAILURE, values).rowcount:
        first = {"host": host, "failures": 1, "failing_since": now, "next_try_at": next_try_at}
        first |= {"failing_days": int(ill), "failed_on": day, "asked_until": asked_until}
        upsert(tx, Host, first, key=("host",))
    return int(tx.execute(_DAYS, {"wanted": host}).scalar_one())


def suspend(tx: Connection, host: str, until: int) -> None:
    """Nothing is sent there, and nothing is kept for it, until then or until it is heard from."""
    tx.execute(_SUSPEND, {"wanted": host, "next": until})


def suspended(tx: Connection, hosts: Collection[str], now: int, days: int) -> set[str]:
    """Which of these servers failed on so many days and are not to be tried yet."""
    values = {"wanted": sorted(hosts), "now": now, "days": days}
    return {str(row[0]) for row in tx.execute(_SUSPENDED, values)}


def count_refused_invite(tx: Connection, host: str) -> None:
    """One more invitation from there was dropped for being too many."""
    if not tx.execute(_REFUSED, {"wanted": host}).rowcount:
        upsert(tx, Host, {"host": host, "invites_refused": 1}, key=("host",))


def refused_invites(tx: Connection, limit: int) -> list[tuple[str, int]]:
    """The servers whose invitations were dropped for being too many: (host, how many)."""
    rows = tx.execute(
        select(Host.host, Host.invites_refused)
        .where(Host.invites_refused > 0)
        .order_by(Host.invites_refused.desc())
        .limit(literal_limit(limit))
    )
    return [(str(host), int(number)) for host, number in rows]


def close_circuit(tx: Connection, host: str, now: int) -> bool:
    """Let deliveries to the server go on, unless it asked for time; True when they were held."""
    return tx.execute(_RESET, {"wanted": host, "now": now}).rowcount == 1


_GET = select(*(getattr(Host, field.name) for field in fields(HostRow))).where(
    Host.host == bindparam("wanted")
)
_AWARE = select(Host.host, Host.aware).where(Host.host.in_(bindparam("wanted", expanding=True)))
_FAILURE = (
    update(Host)
    .where(Host.host == bindparam("wanted"))
    .values(
        failures=Host.failures + 1,
        failing_since=func.coalesce(Host.failing_since, bindparam("at")),
        next_try_at=bindparam("next"),
        asked_until=bindparam("asked", type_=BigInteger),
        failing_days=Host.failing_days
        + case((func.coalesce(Host.failed_on, -1) < bindparam("day"), 1), else_=0),
        failed_on=func.coalesce(bindparam("day", type_=BigInteger), Host.failed_on),
    )
)
_DAYS = select(Host.failing_days).where(Host.host == bindparam("wanted"))
_SUSPEND = (
    update(Host).where(Host.host == bindparam("wanted")).values(next_try_at=bindparam("next"))
)
_SUSPENDED = select(Host.host).where(
    Host.host.in_(bindparam("wanted", expanding=True)),
    Host.failing_days >= bindparam("days"),
    Host.next_try_at > bindparam("now"),
)
_REFUSED = (
    update(Host)
    .where(Host.host == bindparam("wanted"))
    .values(invites_refused=Host.invites_refused + 1)
)
_RESET = (
    update(Host)
    .where(
        Host.host == bindparam("wanted"),
        Host.next_try_at.is_not(None),
        func.coalesce(Host.asked_until, 0) <= bindparam("now"),
    )
    .values(failures=0, failing_since=None, next_try_at=None, failing_days=0, failed_on=None)
)


def known_names(tx: Connection, limit: int) -> list[str]:
    """Servers that were met, in the order of their names."""
    rows = tx.execute(_NAMED.order_by(Host.host).limit(literal_limit(limit)))
    return [str(row[0]) for row in rows]


def count(tx: Connection, most: int) -> int:
    """How many servers were met, up to ``most``."""
    met = _NAMED.limit(literal_limit(most)).subquery()
    return int(tx.execute(select(func.count()).select_from(met)).scalar_one())


_NAMED = select(Host.host).where(Host.host > "")


def away(tx: Connection) -> set[str]:
    """The servers that are held back because deliveries failed."""
    return {str(row.host) for row in tx.execute(_AWAY)}


def failing(tx: Connection, limit: int) -> list[HostRow]:
    """Those that are held back, the longest first."""
    rows = tx.execute(_FAILING.limit(literal_limit(limit)))
    return [HostRow(*row) for row in rows]


def profiles(tx: Connection) -> dict[str, str]:
    """The HTTP signature that worked last, of every server of which that is known."""
    return {row.host: row.signature_profile for row in tx.execute(_PROFILES)}


_AWAY = select(Host.host).where(Host.next_try_at > 0)
_FAILING = (
    select(*(getattr(Host, field.name) for field in fields(HostRow)))
    .where(Host.next_try_at > 0)
    .order_by(Host.failing_since, Host.host)
)
_PROFILES = select(Host.host, Host.signature_profile).where(Host.signature_profile.is_not(None))
