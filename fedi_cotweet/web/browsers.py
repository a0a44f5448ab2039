"""What a browser calls itself, short enough for people to know theirs again."""

from __future__ import annotations

from typing import Final

LONGEST: Final = 300
_BROWSERS: Final = (  # in this order: most of them also claim to be those below
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi", "Vivaldi"),
    ("SamsungBrowser", "Samsung Internet"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chromium", "Chromium"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """``Firefox on Linux``; "" for what is unknown."""
    browser = next((name for part, name in _BROWSERS if part in user_agent), "")
    system = next((name for part, name in _SYSTEMS if part in user_agent), "")
    return f"{browser} on {system}" if browser and system else browser or system


def kept_name(user_agent: str) -> str:
    """What is kept of the header: printable, and not without end."""
    return "".join(char for char in user_agent[:LONGEST] if char.isascii() and char.isprintable())
