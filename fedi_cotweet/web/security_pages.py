"""The pages on which people see who can act as them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from fedi_cotweet.services.security import AppEntry, SecurityView
from fedi_cotweet.web.browsers import browser_name
from fedi_cotweet.web.pages import render
from fedi_cotweet.web.rendering import InstanceView, SessionView
from fedi_cotweet.web.scope_words import Permission, scope_words
from storage.engine import Tx

WithAccount = Callable[[Tx, int], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class BrowserLine:
    """One browser, for its owner. ``this``: the one that looks."""

    key: str
    name: str
    by_link: bool
    created_at: int
    used_at: int
    this: bool


@dataclass(frozen=True, slots=True)
class AppLine:
    """One app with all its tokens, for whom it acts for."""

    application_id: int
    name: str
    website: str
    permissions: tuple[Permission, ...]
    created_at: int
    used_at: int | None


def render_security(
    view: SecurityView,
    session: SessionView,
    instance: InstanceView,
    *,
    own_session: str,
    needs_password: bool,
    needs_code: bool,
    done: str = "",
    error: str = "",
) -> str:
    """Everything, with forms to change it. ``done`` names what was changed just now."""
    browsers = [
        BrowserLine(
            one.key,
            browser_name(one.browser),
            one.by_link,
            one.created_at,
            one.used_at,
            one.key == own_session,
        )
        for one in view.sessions
    ]
    return render(
        "settings/security.html",
        instance,
        session,
        section="security",
        view=view,
        browsers=sorted(browsers, key=lambda line: not line.this),
        apps=_app_lines(view.apps),
        needs_password=needs_password,
        needs_code=needs_code,
        done=done,
        error=error,
    )


def render_two_factor(
    secret: str,
    address: str,
    picture: str,
    session: SessionView,
    instance: InstanceView,
    *,
    error: str = "",
) -> str:
    """The secret for an authenticator app. ``picture`` is SVG that was drawn here."""
    groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return render(
        "two_factor.html",
        instance,
        session,
        secret=groups,
        address=address,
        picture=Markup(picture),  # noqa: S704 - segno's own markup, around black squares
        error=error,
    )


def render_codes(codes: Sequence[str], session: SessionView, instance: InstanceView) -> str:
    """Recovery codes, this once."""
    return render("recovery_codes.html", instance, session, codes=codes)


def render_second_step(
    instance: InstanceView, csrf: str, next_path: str, *, error: str = ""
) -> str:
    """The code that is asked for after the password."""
    return render("second_step.html", instance, None, csrf=csrf, next_path=next_path, error=error)


def _app_lines(entries: Sequence[AppEntry]) -> list[AppLine]:
    """One line per app: its newest token first, and everything any of its tokens may do."""
    by_app: dict[int, list[AppEntry]] = {}
    for entry in entries:
        by_app.setdefault(entry.application_id, []).append(entry)
    return [
        AppLine(
            number,
            held[0].name,
            held[0].website or "",
            scope_words(tuple(dict.fromkeys(scope for one in held for scope in one.scopes))),
            min(one.created_at for one in held),
            max((one.used_at for one in held if one.used_at is not None), default=None),
        )
        for number, held in by_app.items()
    ]
