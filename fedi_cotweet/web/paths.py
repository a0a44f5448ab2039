"""Where the pages and their forms are: the templates and the routes use the same."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Paths:
    """Paths on this server. Profiles and posts bring their own: ``/@alice``, ``PostView.page``."""

    index: str = "/"
    home: str = "/home"
    invites: str = "/invites"
    search: str = "/search"
    write: str = "/write"
    write_people: str = "/write/people"
    drafts: str = "/drafts"
    bookmarks: str = "/bookmarks"
    likes: str = "/likes"
    direct: str = "/direct"
    report: str = "/report"
    admin: str = "/admin"
    warnings: str = "/disputes/strikes"
    lists: str = "/lists"
    notifications: str = "/notifications"
    oembed: str = "/api/oembed"
    settings: str = "/settings"
    language: str = "/settings/language"
    security: str = "/settings/security"
    two_factor: str = "/settings/security/two-factor"
    second_step: str = "/auth/second_step"
    authorize: str = "/oauth/authorize"
    sign_in: str = "/auth/sign_in"
    sign_up: str = "/auth/sign_up"
    sign_up_link: str = "/sign-up"
    welcome: str = "/welcome"
    sign_out: str = "/auth/sign_out"
    interact: str = "/interact"
    authorize_interaction: str = "/authorize_interaction"
    share: str = "/share"
    robots: str = "/robots.txt"
    sitemap: str = "/sitemap.xml"
    manifest: str = "/manifest.webmanifest"
    open_search: str = "/opensearch.xml"

    def interact_with(self, post_id: str, what: str) -> str:
        """Where a visitor says from where they do something with a post: ``reply``, ``like``, …"""
        return f"{self.interact}?post={quote(post_id, safe='')}&what={what}"

    def follow_from_elsewhere(self, handle: str) -> str:
        """The same for following somebody."""
        return f"{self.interact}?person={quote(handle, safe='@')}"

    def accept(self, invite_id: str) -> str:
        """Where to post consent to one invite."""
        return f"/invites/{quote(invite_id, safe='')}/accept"

    def vote(self, post_id: str) -> str:
        """Where to post a vote in the poll of one post."""
        return f"/polls/{quote(post_id, safe='')}/votes"

    def act(self, post_id: str, what: str) -> str:
        """Where to post what somebody does with one post: ``like``, ``unlike``, …"""
        return f"/posts/{quote(post_id, safe='')}/{what}"

    def edit(self, post_id: str) -> str:
        """The form for changing one's own post or draft."""
        return f"/posts/{quote(post_id, safe='')}/edit"

    def delete(self, post_id: str) -> str:
        """The question before one's own post is deleted."""
        return f"/posts/{quote(post_id, safe='')}/delete"

    def together(self, number: str, what: str = "") -> str:
        """What the authors of a co-tweet have among themselves; ``number`` of the post here or of
        the invite."""
        path = f"/together/{quote(number, safe='')}"
        return f"{path}/{what}" if what else path

    def befriend(self, handle: str, what: str) -> str:
        """Where to post what somebody does about a person: ``follow``, ``mute``, …"""
        return f"/@{quote(handle, safe='@')}/{what}"

    def decline(self, invite_id: str) -> str:
        """Where to post a refusal of one invite."""
        return f"/invites/{quote(invite_id, safe='')}/decline"

    def setting(self, section: str) -> str:
        """The page of a section of the settings."""
        return f"{self.settings}/{section}"

    def tag(self, name: str) -> str:
        """The page of a hashtag, given without its #."""
        return f"/tags/{quote(name, safe='')}"


PATHS = Paths()
