"""What a probe of a route is: see ``probes``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.federation.drafts import Names


@dataclass(frozen=True, slots=True)
class Ask:
    """A request. ``activity`` is signed by whoever sends it."""

    path: str
    document: Any = None
    form: Mapping[str, str] | None = None
    activity: Mapping[str, Any] | None = None


Probe = Callable[[Names], Sequence[Ask | str]]
