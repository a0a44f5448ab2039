"""Help without the types of Python: what is to be typed is said by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperArgument, TyperCommand, TyperOption

F = TypeVar("F", bound=Callable[..., Any])


class Commands(typer.Typer):
    """Commands whose help shows no ``<bool>`` and no ``<str>``."""

    def command(self, name: str | None = None, **settings: Any) -> Callable[[F], F]:
        """As Typer's, with our help."""
        add: Callable[[F], F] = super().command(name, **({"cls": _Command} | settings))
        return add


class _Command(TyperCommand):
    def get_params(self, ctx: Any) -> list[Any]:
        params = super().get_params(ctx)
        for param in params:
            if isinstance(param, TyperOption) and param.metavar is None:
                named = max(param.opts, key=len).lstrip("-").upper()
                param.metavar = "" if param.is_flag else named
            elif isinstance(param, TyperArgument):
                param.display_type_rich = _nothing  # type: ignore[method-assign]
        return params


def _nothing(ctx: Any) -> None:
    del ctx
