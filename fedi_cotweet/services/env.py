"""What every use case needs besides the database: time, ids, randomness, addresses, limits."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from fedi_cotweet.domain.ids import IdSequence
from fedi_cotweet.domain.rollout import EVERYBODY, Rollout
from fedi_cotweet.services.counted import Counted
from fedi_cotweet.services.ready import Ready


def system_now() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def random_token() -> str:
    """144 unpredictable bits, safe in URLs (FEP-af48 asks for at least 128 in a stamp's id)."""
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things of this server live. ``base`` has no slash at its end."""

    base: str

    @property
    def host(self) -> str:
        """Host with its port if not default: the part of a handle after the second @."""
        return self.base.partition("://")[2]

    @property
    def shared_inbox(self) -> str:
        """One inbox for all."""
        return f"{self.base}/inbox"

    @property
    def instance_actor(self) -> str:
        """The server's own actor, which signs fetches nobody asked for in person."""
        return f"{self.base}/actor"

    def actor(self, username: str) -> str:
        """An account's actor id."""
        return f"{self.base}/users/{username}"

    def profile(self, username: str) -> str:
        """An account's page."""
        return f"{self.base}/@{username}"

    def note(self, post_id: int) -> str:
        """A post's id."""
        return f"{self.base}/notes/{post_id}"

    def create(self, post_id: int) -> str:
        """The id of the Create of a post."""
        return f"{self.base}/notes/{post_id}/activity"

    def page(self, username: str, post_id: int) -> str:
        """A post's page."""
        return f"{self.base}/@{username}/{post_id}"

    def offer(self, username: str, token: str) -> str:
        """An Offer's id."""
        return f"{self.actor(username)}/offers/{token}"

    def message(self, username: str, token: str) -> str:
        """The id of a direct message about consent."""
        return f"{self.actor(username)}/messages/{token}"

    def stamp(self, username: str, token: str) -> str:
        """A stamp's id."""
        return f"{self.actor(username)}/coauthor/{token}"

    def credit(self, username: str, token: str) -> str:
        """The id of an artist's consent to be named."""
        return f"{self.actor(username)}/credits/{token}"

    def quote_stamp(self, username: str, token: str) -> str:
        """The id of consent to be quoted."""
        return f"{self.actor(username)}/quotes/{token}"

    def activity(self, username: str, activity_id: int) -> str:
        """The id of an activity that has no better one."""
        return f"{self.actor(username)}/activities/{activity_id}"

    def announce(self, username: str, boost_id: int) -> str:
        """An Announce's id."""
        return f"{self.actor(username)}/announces/{boost_id}"

    def emoji(self, shortcode: str) -> str:
        """The id of an emoji of this server."""
        return f"{self.base}/emoji/{shortcode}"

    def media(self, token: str, suffix: str) -> str:
        """A file's address."""
        return f"{self.base}/media/{token}{suffix}"

    def owns(self, uri: str) -> bool:
        """Whether a URL is on this server."""
        return uri == self.base or uri.startswith(self.base + "/")


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers an operator can set (see ``fedi_cotweet.settings``)."""

    max_authors: int = 5
    invite_expiry_ms: int = 7 * 86_400_000
    open_invites_per_sender: int = 20
    open_invites_per_pair: int = 3
    invites_per_day: int = 50
    invites_per_host_per_day: int = 500
    invite_min_account_age_ms: int = 86_400_000
    announce_delay_ms: int = 15_000
    post_characters: int = 5_000
    media_per_post: int = 4
    rollout: Rollout = EVERYBODY
    poll_options: int = 4
    poll_option_characters: int = 100
    link_previews: bool = False
    password_grant: bool = False
    remote_posts_ms: int = 0
    sign_up_links_by: str = "staff"


@dataclass(frozen=True, slots=True)
class Env:
    """Clock, ids and addresses, as arguments to the use cases."""

    addresses: Addresses
    limits: Limits = Limits()
    clock: Callable[[], int] = system_now
    token: Callable[[], str] = random_token
    counted: Counted = field(default_factory=Counted)
    ready: Ready = field(default_factory=Ready)
    _ids: IdSequence = field(default_factory=lambda: IdSequence(secrets.randbits(16)))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> int:
        """Milliseconds since 1970, UTC."""
        return self.clock()

    def new_id(self) -> int:
        """A new id; transactions run in another thread, so this takes a lock."""
        with self._lock:
            return self._ids.next(self.clock())
