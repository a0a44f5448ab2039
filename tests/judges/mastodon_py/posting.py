"""People write, with pictures, polls and quotes, and do things with what others wrote."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.judges.mastodon_py.day import Day


def write(day: Day) -> None:
    """Posts are written, changed and deleted."""
    alice, bob = day.alice, day.bob
    text = "Good morning, https://tea.example/a-long-address-that-counts-little #tea"
    first = alice.status_post(text, language="en", idempotency_key="once")
    assert alice.status_post(text, language="en", idempotency_key="once").id == first.id
    assert (first.language, [tag.name for tag in first.tags]) == ("en", ["tea"])
    assert alice.status(first).id == first.id
    changed = alice.status_update(first, "Good morning, all #tea", spoiler_text="Tea")
    assert (changed.spoiler_text, changed.edited_at is not None) == ("Tea", True)
    assert alice.status_source(first).text == "Good morning, all #tea"
    assert len(alice.status_history(first)) == 2
    answer = bob.status_reply(first, "Morning!")
    assert (answer.in_reply_to_id, answer.mentions[0].acct) == (first.id, "alice")
    assert [one.id for one in alice.status_context(first).descendants] == [answer.id]
    assert [one.id for one in alice.statuses([first.id, answer.id])] == [first.id, answer.id]
    short = alice.toot("Short")
    assert short.visibility == "public"
    assert alice.status_delete(short).text == "Short"
    assert short.id not in [one.id for one in alice.account_statuses(alice.me())]
    assert alice.status_card(first) is None


def write_for_later(day: Day) -> None:
    """A post waits, is put off, and taken back."""
    alice = day.alice
    when = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    waiting = alice.status_post("Later", scheduled_at=when)
    assert (waiting.params.text, waiting.scheduled_at) == ("Later", when)
    assert [one.id for one in alice.scheduled_statuses()] == [waiting.id]
    assert alice.scheduled_status(waiting).scheduled_at == when
    later = when + timedelta(hours=1)
    assert alice.scheduled_status_update(waiting, later).scheduled_at == later
    alice.scheduled_status_delete(waiting)
    assert list(alice.scheduled_statuses()) == []


def show_pictures(day: Day) -> None:
    """A picture is put up, described, posted and described anew."""
    alice = day.alice
    held = alice.media_post(day.picture(), "image/png", description="Tea", focus=(0.5, -0.5))
    assert (held.type, held.description, held.meta.original.width) == ("image", "Tea", 64)
    rows = alice.decode_blurhash(held)
    assert len(rows[0][0]) == 3  # a colour
    assert alice.media(held).id == held.id
    assert alice.media_update(held, description="Green tea").description == "Green tea"
    posted = alice.status_post("Look", media_ids=[held])
    assert posted.media_attachments[0].description == "Green tea"
    attributes = alice.generate_media_edit_attributes(held, description="Cold tea")
    # Its own status_update cannot send them on: it adds a set to a set.
    assert (attributes["id"], attributes["description"]) == (held.id, "Cold tea")


def vote(day: Day) -> None:
    """A poll, and a vote in it."""
    alice, bob = day.alice, day.bob
    asked = bob.status_post("Which?", poll=alice.make_poll(["Green", "Black"], 3600))
    assert [one.title for one in alice.poll(asked.poll).options] == ["Green", "Black"]
    voted = alice.poll_vote(asked.poll, [1])
    assert (voted.voted, voted.own_votes, voted.votes_count) == (True, [1], 1)
    hidden = alice.make_poll(["Now", "Soon"], 3600, hide_totals=True)
    asked = bob.status_post("When?", poll=hidden)
    assert [one.votes_count for one in alice.poll_vote(asked.poll, [0]).options] == [None, None]


def react(day: Day) -> None:
    """Likes, boosts, bookmarks, pins and mutes, and back."""
    alice, bob = day.alice, day.bob
    post = bob.status_post("React to this")
    assert alice.status_favourite(post).favourited
    assert [one.acct for one in bob.status_favourited_by(post)] == ["alice"]
    assert [one.id for one in alice.favourites()] == [post.id]
    assert not alice.status_unfavourite(post).favourited
    assert alice.status_reblog(post).reblog.id == post.id
    assert [one.acct for one in bob.status_reblogged_by(post)] == ["alice"]
    assert not alice.status_unreblog(post).reblogged
    assert alice.status_bookmark(post).bookmarked
    assert [one.id for one in alice.bookmarks()] == [post.id]
    assert not alice.status_unbookmark(post).bookmarked
    assert alice.status_mute(post).muted
    assert not alice.status_unmute(post).muted
    assert bob.status_pin(post).pinned
    assert [one.id for one in alice.account_statuses(bob.me(), pinned=True)] == [post.id]
    assert not bob.status_unpin(post).pinned


def quote(day: Day) -> None:
    """A post is quoted, and taken out of the quote."""
    alice, bob = day.alice, day.bob
    post = bob.status_post("Quote me")
    assert bob.status_update_quote_approval_policy(post, "public").id == post.id
    quoting = alice.status_post("As bob says", quoted_status_id=post)
    assert quoting.quote.quoted_status.id == post.id
    assert [one.id for one in bob.status_quotes(post)] == [quoting.id]
    assert bob.status_quote_revoke(post, quoting).quote.state == "revoked"
    assert bob.status_quotes(post) == []
