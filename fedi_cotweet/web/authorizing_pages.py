"""The pages on which people let apps in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fedi_cotweet.web.pages import render
from fedi_cotweet.web.rendering import InstanceView, SessionView
from fedi_cotweet.web.scope_words import Permission


@dataclass(frozen=True, slots=True)
class AppView:
    """An app as it is shown to whom it asks: name and website are its own words."""

    name: str
    website: str
    permissions: tuple[Permission, ...]
    leads_to: str
    """The host or scheme that the answer goes to; "" when a code is shown."""


def render_authorize(
    app: AppView,
    given: Mapping[str, str],
    session: SessionView,
    instance: InstanceView,
    again: str,
) -> str:
    """The question. The form repeats ``given`` and adds ``csrf`` and ``decision``; ``again`` leads
    to the same question for somebody else."""
    return render("authorize.html", instance, session, app=app, given=given, again=again)


def render_code(app: AppView, code: str, session: SessionView, instance: InstanceView) -> str:
    """The code, for the person to take to the app."""
    return render("authorize_code.html", instance, session, app=app, code=code)


def render_denied(app: AppView, session: SessionView, instance: InstanceView) -> str:
    """The app was not let in, and there is nowhere to go back to."""
    return render("authorize_denied.html", instance, session, app=app)


def render_refused(
    code: str, description: str, session: SessionView | None, instance: InstanceView
) -> str:
    """What the app asked cannot be: ``code`` and ``description`` are for whoever made it."""
    return render("authorize_refused.html", instance, session, code=code, description=description)
