"""Names of servers, as rules about them are compared."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

LONGEST_NAME: Final = 253


@lru_cache(maxsize=4_096)
def covering(host: str) -> tuple[str, ...]:
    """The names under which a rule holds for ``host``: itself, without its port, what is above.

    ``a.b.example:81`` is covered by rules for ``a.b.example:81``, ``a.b.example``, ``b.example``
    and ``example``: who is kept out must not come back under another name of their own.
    """
    name = host
    if not host.endswith("]"):  # else the colons are an IPv6 address's
        name = host.rpartition(":")[0] or host
    found = [host, name]
    labels = name.split(".")
    if not (name.startswith("[") or labels[-1].isdigit()):  # no names stand above an address
        found += [".".join(labels[i:]) for i in range(1, len(labels))]
    return tuple(dict.fromkeys(found))
