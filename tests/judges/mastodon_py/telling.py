"""What happens is told at once, and pushed to apps that are closed."""

from __future__ import annotations

import json
import queue
from typing import Any

import pytest
from mastodon import MastodonNotFoundError, StreamListener

from fedi_cotweet.services.push_encryption import Recipient, seal
from tests.judges.mastodon_py.day import Day, soon


class Ear(StreamListener):
    """Keeps what it hears on one stream, in order."""

    def __init__(self) -> None:
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()

    def on_any_event(self, name: str, data: Any = None, for_stream: Any = None) -> None:
        """Called with everything but heartbeats."""
        self.heard.put((name, data))

    def handle_heartbeat(self) -> None:
        """Nothing happened."""

    def hear(self, name: str) -> Any:
        """The next thing of this kind."""
        while True:
            found, data = self.heard.get(timeout=30)
            if found == name:
                return data


def listen(day: Day) -> None:
    """Every stream brings what it is for."""
    alice, bob = day.alice, day.bob
    made = alice.list_create("Heard")
    alice.list_accounts_add(made, [bob.me()])
    ears = [Ear() for _ in range(7)]
    user, notices, public, local, tagged, listed, direct = ears
    handles = [
        alice.stream_user(user, run_async=True),
        alice.stream_user_notifications(notices, run_async=True),
        alice.stream_public(public, run_async=True),
        alice.stream_local(local, run_async=True),
        alice.stream_hashtag("tea", tagged, run_async=True),
        alice.stream_list(made, listed, run_async=True),
        alice.stream_direct(direct, run_async=True),
    ]
    # They connect in threads of their own: what happens before is not told.
    soon(lambda: all(handle.connection is not None for handle in handles))
    assert alice.stream_healthy()
    said = bob.status_post("Told at once #tea")
    for ear in (user, public, local, tagged, listed):
        assert ear.hear("update").id == said.id
    secret = bob.status_post("@alice Quietly", visibility="direct")
    assert direct.hear("conversation").last_status.id == secret.id
    assert notices.hear("notification").status.id == secret.id
    assert user.hear("notification").type == "mention"
    day.server.cli("announcements", "publish", "Supper!")
    assert user.hear("announcement").content == "<p>Supper!</p>"
    bob.status_delete(said)
    assert str(public.hear("delete")) == str(said.id)
    for handle in handles:
        handle.closed = True  # closing it would wait for a heartbeat
    alice.list_delete(made)


def push(day: Day) -> None:
    """A subscription to pushes, and what is pushed can be read with its keys."""
    alice = day.alice
    private, public = alice.push_subscription_generate_keys()
    endpoint = "https://push.example/alice"
    made = alice.push_subscription_set(endpoint, public, mention_events=True)
    assert (made.endpoint, made.alerts.mention) == (endpoint, True)
    assert alice.push_subscription().server_key == made.server_key
    assert alice.push_subscription_update(follow_events=True).alerts.follow is True
    text = {"notification_id": 7, "title": "bob mentioned you", "body": "Tea?"}
    recipient = Recipient(public["pubkey"], public["auth"])
    sealed = seal(json.dumps(text).encode(), recipient, standard=False)
    keys = f"{sealed.crypto_key};p256ecdsa={made.server_key}"
    read = alice.push_subscription_decrypt_push(
        sealed.body, private, sealed.headers["Encryption"], keys
    )
    assert (read.title, read.body) == ("bob mentioned you", "Tea?")
    alice.push_subscription_delete()
    with pytest.raises(MastodonNotFoundError):
        alice.push_subscription()
