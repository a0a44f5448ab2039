"""Gettext for templates: every request in its reader's language, from one set of templates."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from fedi_cotweet.languages import numbers, reader


def translate(environment: Environment) -> None:
    """Install it. Variables of a text are escaped; a count in a plural is written as a number of
    the language."""
    installed: Any = environment
    installed.install_gettext_callables(
        reader.gettext,
        reader.ngettext,
        newstyle=True,
        pgettext=reader.pgettext,
        npgettext=reader.npgettext,
    )
    environment.globals["ngettext"] = _ngettext


@pass_eval_context
def _ngettext(context: EvalContext, one: str, many: str, num: int, /, **variables: object) -> str:
    text = reader.ngettext(one, many, num)
    values = {"num": num} | variables
    counted = {name: _written(value) for name, value in values.items()}
    # As for all texts of templates: the catalogues are code; what is put into them is escaped.
    return Markup(text) % counted if context.autoescape else text % counted  # noqa: S704


def _written(value: object) -> object:
    return numbers.number(value) if type(value) is int else value
