"""Statements that read a page of a list ordered by id, each built once per shape."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam

from fedi_cotweet.domain.windows import Window
from storage.dialect import limit

Shape = tuple[int, bool, bool, bool]
"""Size, and whether there is something above and below, and whether it is read upwards."""


def shape_of(window: Window) -> Shape:
    """What of a window a statement depends on."""
    return (
        window.limit,
        window.before is not None,
        window.bottom is not None,
        window.upwards,
    )


def values_of(window: Window) -> dict[str, int | None]:
    """The parameters that ``windowed`` adds to a statement."""
    return {"window_before": window.before, "window_bottom": window.bottom}


def windowed(
    statement: Select[*tuple[Any, ...]], place: Any, shape: Shape
) -> Select[*tuple[Any, ...]]:
    """The statement with the conditions, order and limit of a window over the column ``place``."""
    size, above, below, upwards = shape
    column: ColumnElement[int] = place
    if above:
        statement = statement.where(column < bindparam("window_before"))
    if below:
        statement = statement.where(column > bindparam("window_bottom"))
    return statement.order_by(column.asc() if upwards else column.desc()).limit(limit(size))


def paged(
    build: Callable[[], tuple[Select[*tuple[Any, ...]], Any]],
) -> Callable[[Window], Select[*tuple[Any, ...]]]:
    """Of a function that gives a statement and its column: one that gives it for a window."""

    @cache
    def shaped(shape: Shape) -> Select[*tuple[Any, ...]]:
        statement, place = build()
        return windowed(statement, place, shape)

    return lambda window: shaped(shape_of(window))
