"""All settings pages and their addresses."""

from __future__ import annotations

from fedi_cotweet.web.failures import Page
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.settings import appearance, overview, posting, privacy, profile

SETTINGS: tuple[tuple[str, str, Page], ...] = (
    ("GET", PATHS.settings, overview.show),
    ("GET", "/settings/profile", profile.show),
    ("POST", "/settings/profile", profile.change),
    ("GET", "/settings/appearance", appearance.show),
    ("POST", "/settings/appearance", appearance.change),
    ("GET", "/settings/posting", posting.show),
    ("POST", "/settings/posting", posting.change),
    ("GET", "/settings/privacy", privacy.show),
    ("POST", "/settings/privacy", privacy.change),
    ("POST", "/settings/privacy/mute", privacy.mute_invites),
    ("POST", "/settings/privacy/unmute", privacy.unmute_invites),
)
