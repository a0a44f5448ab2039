"""Every page, with addresses at which it can be looked at in a ``scene``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from fedi_cotweet.web.routes import PAGES


@dataclass(frozen=True, slots=True)
class Example:
    """One look at a page. ``path`` has ``{name}`` of the scene's values; ``who``: alice, or a
    visitor ("")."""

    name: str
    path: str
    who: str = "alice"


def _one(name: str, path: str = "", *more: Example, who: str = "alice") -> tuple[Example, ...]:
    return (Example(name, path, who), *more)


EXAMPLES: Final[Mapping[str, tuple[Example, ...]]] = {
    "/": _one("front", "/", Example("front-signed-in", "/"), who=""),
    "/home": _one("home", "/home"),
    "/@{name}": _one(
        "profile",
        "/@alice",
        Example("profile-of-another", "/@{bob}"),
        Example("profile-long-name", "/@{long}"),
        Example("profile-visitor", "/@alice", ""),
        Example("profile-limited", "/@{loud}", ""),
        Example("nobody", "/@nobody", ""),
    ),
    "/@{name}/{id}": _one(
        "post",
        "/@alice/{post}",
        Example("post-visitor", "/@alice/{post}", ""),
        Example("post-ten-authors", "/@alice/{crowd}"),
        Example("post-two-authors", "/@alice/{two}", ""),
        Example("post-draft", "/@alice/{waiting}"),
    ),
    "/@{name}/{id}/history": _one("history", "/@alice/{edited}/history"),
    "/tags/{tag}": _one("tag", "/tags/tea", who=""),
    "/search": _one("search", "/search?q=tea", Example("search-empty", "/search", "")),
    "/invites": _one("invites", "/invites"),
    "/posts/{id}/edit": _one("edit", "/posts/{post}/edit"),
    "/posts/{id}/delete": _one("delete", "/posts/{two}/delete"),
    "/write": _one(
        "write",
        "/write",
        Example("write-together", "/write?with={bob}"),
        Example("write-reply", "/write?reply={crowd}"),
    ),
    "/drafts": _one("drafts", "/drafts"),
    "/bookmarks": _one("bookmarks", "/bookmarks"),
    "/likes": _one("likes", "/likes"),
    "/direct": _one("direct", "/direct"),
    "/lists": _one("lists", "/lists"),
    "/lists/{id}": _one("list", "/lists/{list}"),
    "/notifications": _one("notifications", "/notifications"),
    "/disputes/strikes": _one("warnings", "/disputes/strikes"),
    "/disputes/strikes/{id}": _one("warning", "/disputes/strikes/{warning}"),
    "/together/{id}": _one(
        "together-draft", "/together/{waiting}", Example("together-changed", "/together/{changed}")
    ),
    "/together/{id}/leave": _one("leave", "/together/{two}/leave"),
    "/together/{id}/statistics": _one("statistics", "/together/{two}/statistics"),
    "/together/{id}/propose": _one("propose", "/together/{waiting}/propose"),
    "/interact": _one("interact", "/interact?person=alice", who=""),
    "/authorize_interaction": _one("authorize-interaction", "/authorize_interaction?uri={bob}"),
    "/share": _one("share", "/share?text=Tea"),
    "/oauth/authorize": _one("authorize", "{authorize}"),
    "/settings/security": _one("security", "/settings/security"),
    "/settings/security/two-factor": _one("two-factor", "/settings/security/two-factor"),
    "/auth/second_step": _one("second-step", "/auth/second_step", who=""),
    "/auth/sign_in": _one("sign-in", "/auth/sign_in", who=""),
    "/auth/sign_up": _one("sign-up", "/auth/sign_up", who=""),
    "/sign-up": _one(
        "sign-up-link",
        "/sign-up?link={door}",
        Example("sign-up-link-lost", "/sign-up?link=lost", ""),
        who="",
    ),
    "/welcome": _one("welcome", "/welcome"),
    "/auth/link/{token}": _one("link", "/auth/link/{token}", who=""),
    "/settings": _one("settings", "/settings"),
    "/settings/profile": _one("settings-profile", "/settings/profile"),
    "/settings/appearance": _one("settings-appearance", "/settings/appearance"),
    "/settings/posting": _one("settings-posting", "/settings/posting"),
    "/settings/privacy": _one("settings-privacy", "/settings/privacy"),
    "/settings/notifications": _one("settings-notifications", "/settings/notifications"),
    "/settings/filters": _one("settings-filters", "/settings/filters"),
    "/settings/filters/new": _one("settings-filter-new", "/settings/filters/new"),
    "/settings/filters/{id}": _one("settings-filter", "/settings/filters/{filter}"),
    "/settings/lists": _one("settings-lists", "/settings/lists"),
    "/settings/lists/{id}": _one("settings-list", "/settings/lists/{list}"),
    "/settings/tags": _one("settings-tags", "/settings/tags"),
    "/settings/following": _one("settings-following", "/settings/following"),
    "/settings/followers": _one("settings-followers", "/settings/followers"),
    "/settings/blocks": _one("settings-blocks", "/settings/blocks"),
    "/settings/mutes": _one("settings-mutes", "/settings/mutes"),
    "/settings/servers": _one("settings-servers", "/settings/servers"),
    "/settings/sign-up-links": _one("settings-sign-up-links", "/settings/sign-up-links"),
    "/settings/archive": _one("settings-archive", "/settings/archive"),
    "/settings/moving": _one("settings-moving", "/settings/moving"),
    "/settings/delete": _one("settings-delete", "/settings/delete"),
    "/settings/transfer": _one("settings-transfer", "/settings/transfer"),
    "/report": _one("report", "/report?person={bob}"),
    "/admin": _one("admin", "/admin"),
    "/admin/storage": _one("admin-storage", "/admin/storage"),
    "/admin/log": _one("admin-log", "/admin/log"),
    "/admin/reports": _one("admin-reports", "/admin/reports"),
    "/admin/reports/{id}": _one("admin-report", "/admin/reports/{report}"),
    "/admin/people": _one("admin-people", "/admin/people"),
    "/admin/people/{handle:@.+}": _one("admin-person", "/admin/people/@{loud}"),
    "/admin/servers": _one("admin-servers", "/admin/servers"),
    "/admin/relays": _one("admin-relays", "/admin/relays"),
    "/admin/emoji": _one("admin-emoji", "/admin/emoji"),
    "/admin/telling": _one("admin-telling", "/admin/telling"),
}
NO_PAGES: Final[Mapping[str, str]] = {
    "/write/people": "a fragment for the form",
    "/oauth/authorize/": "leads to the address without the slash",
    "/settings/archive/file": "a file",
    "/settings/transfer/{kind}.csv": "a file",
}
"""Addresses that answer GET with something else, and what."""

ELSEWHERE: Final[Mapping[str, str]] = {
    "authorize-interaction": "leads to the person or post that is meant",
    "share": "leads to the form for writing",
}
"""Looks at routes that have no page of their own where all is well, and where they lead."""


def examples(values: Mapping[str, str]) -> Iterator[Example]:
    """All looks at all pages, with their addresses filled in."""
    for method, route, _ in PAGES:
        if method == "GET" and route not in NO_PAGES:
            for one in EXAMPLES[route]:
                yield Example(one.name, one.path.format(**values), one.who)
