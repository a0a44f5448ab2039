"""All settings pages and their addresses."""

from __future__ import annotations

from functools import partial

from fedi_cotweet.web.failures import Page
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.settings import (
    appearance,
    archive,
    ending,
    filters,
    lists,
    moving,
    notifications,
    overview,
    people,
    posting,
    privacy,
    profile,
    servers,
    sign_up_links,
    tags,
    transfer,
)


def _people(of: people.People) -> tuple[tuple[str, str, Page], ...]:
    path = PATHS.setting(of.section)
    taken = (
        ("GET", path, partial(people.show, of=of)),
        ("POST", f"{path}/remove", partial(people.remove, of=of)),
    )
    return taken if of.add is None else (*taken, ("POST", path, partial(people.add, of=of)))


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
    ("GET", "/settings/notifications", notifications.show),
    ("POST", "/settings/notifications", notifications.change),
    ("POST", "/settings/notifications/{what:accept|dismiss}", notifications.answer),
    ("GET", "/settings/filters", filters.show_all),
    ("POST", "/settings/filters/co-tweets", filters.choose_co_tweets),
    ("GET", "/settings/filters/new", filters.new),
    ("POST", "/settings/filters/new", filters.make),
    ("GET", "/settings/filters/{id}", filters.show),
    ("POST", "/settings/filters/{id}", filters.change),
    ("POST", "/settings/filters/{id}/delete", filters.delete),
    ("GET", "/settings/lists", lists.show_all),
    ("POST", "/settings/lists", lists.make),
    ("GET", "/settings/lists/{id}", lists.show),
    ("POST", "/settings/lists/{id}", lists.change),
    ("POST", "/settings/lists/{id}/add", lists.add),
    ("POST", "/settings/lists/{id}/remove", lists.remove),
    ("POST", "/settings/lists/{id}/delete", lists.delete),
    ("GET", "/settings/tags", tags.show),
    ("POST", "/settings/tags/{what:follow|unfollow|feature|unfeature}", tags.act),
    *(route for of in people.LISTS for route in _people(of)),
    ("POST", "/settings/requests/{what:accept|reject}", people.answer),
    ("GET", "/settings/servers", servers.show),
    ("POST", "/settings/servers", servers.block),
    ("POST", "/settings/servers/remove", servers.unblock),
    ("GET", "/settings/sign-up-links", sign_up_links.show),
    ("POST", "/settings/sign-up-links", sign_up_links.make),
    ("POST", "/settings/sign-up-links/end", sign_up_links.end),
    ("GET", "/settings/archive", archive.show),
    ("POST", "/settings/archive", archive.ask),
    ("GET", "/settings/archive/file", archive.take),
    ("GET", "/settings/moving", moving.show),
    ("POST", "/settings/moving/alias", moving.add_alias),
    ("POST", "/settings/moving/unalias", moving.remove_alias),
    ("POST", "/settings/moving/move", moving.move),
    ("POST", "/settings/moving/stay", moving.stay),
    ("GET", "/settings/delete", ending.show),
    ("POST", "/settings/delete", ending.delete),
    ("GET", "/settings/transfer", transfer.show),
    ("POST", "/settings/transfer", transfer.bring),
    ("GET", "/settings/transfer/{kind}.csv", transfer.export),
)
