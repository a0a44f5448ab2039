"""Accounts are made, people sign in, and the server says what it is."""

from __future__ import annotations

import datetime
import urllib.parse
from unittest import mock

import pytest
from mastodon import MastodonAPIError, MastodonNotFoundError

from tests.judges.mastodon_py.day import PASSWORD, SCOPES, Day


def sign_in(day: Day) -> None:
    """An app is registered, three people come, and alice signs in again."""
    day.client_id, day.client_secret = day.static().create_app(
        "A day", scopes=SCOPES, api_base_url=day.base
    )
    app = day.client()
    made = {}
    for name in ("alice", "bob", "carol"):
        made[name] = app.create_account(
            name, PASSWORD, f"{name}@x.example", agreement=True, scopes=SCOPES
        )
    day.alice, day.bob, day.carol = (day.client(token) for token in made.values())
    address = day.alice.auth_request_url(scopes=SCOPES, allow_http=True)
    asked = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)
    assert address.startswith(f"{day.base}/oauth/authorize?")
    assert (asked["client_id"], asked["response_type"]) == ([day.client_id], ["code"])
    session = day.client()
    token = session.log_in("alice", PASSWORD, scopes=SCOPES, allow_http=True)
    assert token != made["alice"]
    assert token in session.persistable_login_credentials().splitlines()
    assert session.app_verify_credentials().name == "A day"
    # It asks over https only, and has a way around that for all methods but this one.
    with mock.patch("mastodon.internals.Mastodon._Mastodon__oauth_url_check"):
        assert session.oauth_userinfo().preferred_username == "alice"
    assert session.me().acct == "alice"
    session.revoke_access_token(allow_http=True)
    with pytest.raises(MastodonAPIError, match=r"revoked|invalid|Unauthorized"):
        day.client(token).account_verify_credentials()
    assert day.alice.oauth_authorization_server_info().issuer.rstrip("/") == day.base


def look_around(day: Day) -> None:
    """What the server says of itself."""
    alice = day.alice
    assert alice.retrieve_mastodon_version() == "4.5.0"
    assert alice.verify_minimum_version("4.4.0")
    assert not alice.verify_minimum_version("4.6.0")
    assert day.static().get_supported_version() >= "4.5.0"
    now = datetime.datetime.now()  # noqa: DTZ005 - Mastodon.py gives local time without a zone
    assert abs(alice.get_approx_server_time() - now) < datetime.timedelta(minutes=1)
    host = day.base.partition("://")[2]
    assert alice.instance_v2().domain == alice.instance().domain == host
    assert alice.instance_v1().uri == host
    assert alice.instance_health()
    assert alice.instance_nodeinfo().software.name == "fedi-cotweet"
    assert alice.instance_peers() == []
    assert alice.instance_translation_languages() == {}
    assert "fr" in [one.code for one in alice.instance_languages()]
    assert alice.instance_activity()[0].registrations == 3
    assert len(alice.instance_activity()) == 12
    assert alice.custom_emojis() == []
    assert alice.timeline_is_available("public", local=True)
    assert alice.timeline_is_available("hashtag")
    alice.clear_caches()
    alice.set_language("en")
    assert alice.preferences()["posting:default:visibility"] == "public"


def read_the_rules(day: Day) -> None:
    """What the operator laid down, and tells everybody."""
    alice, server = day.alice, day.server
    server.cli("rules", "add", "Be kind.", "--hint", "Always.")
    [rule] = alice.instance_rules()
    assert (rule.text, rule.hint) == ("Be kind.", "Always.")
    with pytest.raises(MastodonNotFoundError):
        alice.instance_terms_of_service()
    server.cli("texts", "set", "terms", "Tea is at four.")
    server.cli("texts", "set", "description", "A house of tea.")
    terms = alice.instance_terms_of_service()
    assert (terms.content, terms.effective) == ("<p>Tea is at four.</p>", True)
    assert alice.instance_extended_description().content == "<p>A house of tea.</p>"
    server.cli("domains", "block", "bad.example")
    [blocked] = alice.instance_domain_blocks()
    assert (blocked.domain, blocked.severity) == ("bad.example", "suspend")
    report = alice.report(
        day.carol.me(), comment="Unkind.", rule_ids=[rule.id], category="violation"
    )
    assert (report.target_account.acct, report.comment) == ("carol", "Unkind.")
    server.cli("announcements", "publish", "Tea is ready.")
    [told] = alice.announcements()
    assert told.content == "<p>Tea is ready.</p>"
    alice.announcement_reaction_create(told, "🍵")
    [reaction] = alice.announcements()[0].reactions
    assert (reaction.name, reaction.count, reaction.me) == ("🍵", 1, True)
    alice.announcement_reaction_delete(told, "🍵")
    assert alice.announcements()[0].reactions == []
    alice.announcement_dismiss(told)
    assert alice.announcements() == []
