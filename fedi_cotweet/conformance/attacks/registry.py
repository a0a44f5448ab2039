"""What all attacks have in common: a stable id, the rule that is broken, how it is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

C = TypeVar("C", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Attack(Generic[C]):
    """``what`` continues the sentence “there is …”; ``why`` is our server's code of the refusal.

    ``section`` is the one of FEP-af48 whose rule is broken.
    """

    id: str
    what: str
    section: str
    build: C
    why: str = ""


@dataclass
class Attacks(Mapping[str, Attack[C]], Generic[C]):
    """Attacks of one kind by id."""

    prefix: str
    section: str
    _known: dict[str, Attack[C]] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Attack[C]:
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def add(self, name: str, what: str, why: str = "", *, section: str = "") -> Callable[[C], C]:
        """Register a builder under ``prefix.name``. Raises ``ValueError`` for a name taken."""

        def register(build: C) -> C:
            key = f"{self.prefix}.{name}"
            if key in self._known:
                raise ValueError(f"there are two attacks called {key}")
            self._known[key] = Attack(key, what, section or self.section, build, why)
            return build

        return register


def filled(value: Any, known: Mapping[str, str]) -> Any:
    """``value`` with the names in ``known`` replaced, wherever they stand as a whole text."""
    if isinstance(value, dict):
        return {name: filled(entry, known) for name, entry in value.items()}
    if isinstance(value, list):
        return [filled(entry, known) for entry in value]
    return known.get(value, value) if isinstance(value, str) else value
