"""The pages of those who look after the server, and their addresses."""

from __future__ import annotations

from typing import Final

from fedi_cotweet.web.admin import federating, overview, people, person, reporting, servers, telling
from fedi_cotweet.web.failures import Page

ADMIN: Final[tuple[tuple[str, str, Page], ...]] = (
    ("GET", "/admin", overview.overview),
    ("POST", "/admin/try", overview.try_now),
    ("GET", "/admin/storage", overview.storage),
    ("GET", "/admin/log", overview.log),
    ("GET", "/admin/reports", reporting.listed),
    ("GET", "/admin/reports/{id}", reporting.show),
    ("POST", "/admin/reports/{id}/resolve", reporting.resolve),
    ("POST", "/admin/reports/{id}/{what:suspend|limit|warn}", reporting.act),
    ("GET", "/admin/people", people.listed),
    ("POST", "/admin/people/sign-in-link", people.sign_in_link),
    ("POST", "/admin/people/role", people.appoint),
    ("GET", "/admin/people/{handle:@.+}", person.show),
    ("POST", "/admin/people/note", person.add_note),
    ("POST", "/admin/people/note/remove", person.remove_note),
    (
        "POST",
        "/admin/people/{what:suspend|unsuspend|limit|unlimit|warn}",
        person.act,
    ),
    ("POST", "/admin/sign-ups/{what}", people.answer),
    ("GET", "/admin/servers", servers.listed),
    ("POST", "/admin/servers", servers.set_rule),
    ("POST", "/admin/servers/remove", servers.remove_rule),
    ("GET", "/admin/relays", federating.relays),
    ("POST", "/admin/relays", federating.add_relay),
    ("POST", "/admin/relays/remove", federating.remove_relay),
    ("GET", "/admin/emoji", federating.emoji_here),
    ("POST", "/admin/emoji", federating.add_emoji),
    ("POST", "/admin/emoji/remove", federating.remove_emoji),
    ("GET", "/admin/telling", telling.show),
    ("POST", "/admin/telling/{what}", telling.act),
)
