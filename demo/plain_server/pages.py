"""The one page of the plain server: a home timeline."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

import jinja2
from markupsafe import Markup

from activitypub.vocab.reading import format_time
from demo.plain_server.records import Entry

_environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
_environment.filters["time"] = lambda at: format_time(at // 1000 * 1000).replace("T", " ")
# `Entry.content` was sanitised when it was stored.
_environment.filters["sanitised"] = Markup
_template = _environment.from_string(
    files("demo.plain_server").joinpath("timeline.html").read_text(encoding="utf-8")
)


def timeline_page(person: str, host: str, entries: Sequence[Entry]) -> str:
    """HTML of a home timeline, newest entry first."""
    return _template.render(person=person, host=host, entries=entries)
