"""People find, follow, list and avoid each other."""

from __future__ import annotations

from tests.judges.mastodon_py.day import Day


def show_oneself(day: Day) -> None:
    """alice and bob fill in their profiles."""
    alice = day.alice
    changed = alice.account_update_credentials(
        display_name="Alice",
        note="Likes #tea",
        avatar=day.picture(),
        avatar_mime_type="image/png",
        header=day.picture("navy"),
        header_mime_type="image/png",
        fields=[("Tea", "green")],
    )
    assert (changed.display_name, changed.source.note) == ("Alice", "Likes #tea")
    assert [(one.name, one.value) for one in changed.fields] == [("Tea", "green")]
    assert "missing" not in changed.avatar
    assert "missing" in alice.account_delete_avatar().avatar
    assert "missing" in alice.account_delete_header().header
    later = day.newer(alice)
    assert later.profile().note == "Likes #tea"
    assert later.profile_update(display_name="Alice T.").display_name == "Alice T."
    assert alice.account_verify_credentials().display_name == "Alice T."
    featured = alice.featured_tag_create("tea")
    assert [one.name for one in alice.featured_tags()] == ["tea"]
    assert [one.name for one in day.bob.account_featured_tags(alice.me())] == ["tea"]
    alice.featured_tag_delete(featured)
    assert alice.featured_tags() == []
    assert alice.tag_feature("rain").featuring
    assert not alice.tag_unfeature("rain").featuring


def find_people(day: Day) -> None:
    """Accounts are found, and followed."""
    alice, bob, carol = day.alice, day.bob, day.carol
    bobs, carols = bob.me(), carol.me()
    assert alice.account(bobs).acct == "bob"
    assert [one.acct for one in alice.accounts([bobs, carols])] == ["bob", "carol"]
    assert alice.account_lookup("bob").id == bobs.id
    assert [one.acct for one in alice.account_search("bo")] == ["bob"]
    assert [one.acct for one in alice.search("bob").accounts] == ["bob"]
    assert [one.acct for one in alice.search_v2("bob").accounts] == ["bob"]
    assert [one.acct for one in alice.search_v1("bob").accounts] == ["bob"]
    assert {one.acct for one in alice.directory(local=True)} == {"alice", "bob", "carol"}
    assert alice.account_follow(bobs).following
    assert bob.account_follow(carols).following
    assert [one.acct for one in alice.suggestions()] == ["carol"]
    assert [one.acct for one in alice.suggestions_v1()] == ["carol"]
    assert [one.account.acct for one in alice.suggestions_v2()] == ["carol"]
    [familiar] = alice.account_familiar_followers(carols)
    assert [one.acct for one in familiar.accounts] == ["bob"]
    alice.suggestion_delete(carols)
    assert alice.suggestions() == []
    assert [one.acct for one in bob.account_followers(bobs)] == ["alice"]
    assert [one.acct for one in alice.account_following(alice.me())] == ["bob"]
    for show, hide in (("account_pin", "account_unpin"), ("account_endorse", "account_unendorse")):
        assert getattr(alice, show)(bobs).endorsed
        assert [one.acct for one in alice.endorsements()] == ["bob"]
        assert not getattr(alice, hide)(bobs).endorsed
    assert alice.account_note_set(bobs, "makes tea").note == "makes tea"
    [relation] = alice.account_relationships(bobs)
    assert (relation.following, relation.note) == (True, "makes tea")
    assert bob.account_remove_from_followers(alice.me()).followed_by is False
    assert alice.account_follow(bobs).following
    assert not alice.account_unfollow(bobs).following
    assert alice.account_follow(bobs).following


def lock_the_door(day: Day) -> None:
    """carol is asked who may follow her."""
    alice, bob, carol = day.alice, day.bob, day.carol
    carol.account_update_credentials(locked=True)
    assert alice.account_follow(carol.me()).requested
    assert [one.acct for one in carol.follow_requests()] == ["alice"]
    assert carol.follow_request_reject(alice.me()).followed_by is False
    assert alice.account_follow(carol.me()).requested
    assert carol.follow_request_authorize(alice.me()).followed_by
    assert alice.account_relationships(carol.me())[0].following
    assert carol.follow_requests() == []
    alice.account_unfollow(carol.me())
    carol.account_update_credentials(locked=False)
    assert bob.account_relationships(carol.me())[0].following


def keep_away(day: Day) -> None:
    """Mutes and blocks, of people and of servers, and back."""
    alice, carols = day.alice, day.carol.me()
    assert alice.account_mute(carols, duration=3600).muting
    assert [one.acct for one in alice.mutes()] == ["carol"]
    assert not alice.account_unmute(carols).muting
    assert alice.account_block(carols).blocking
    assert [one.acct for one in alice.blocks()] == ["carol"]
    assert not alice.account_unblock(carols).blocking
    alice.domain_block("far.example")
    assert list(alice.domain_blocks()) == ["far.example"]
    alice.domain_unblock("far.example")
    assert list(alice.domain_blocks()) == []


def keep_lists(day: Day) -> None:
    """A list with bob on it."""
    alice, bobs = day.alice, day.bob.me()
    made = alice.list_create("Tea")
    assert alice.list(made).title == "Tea"
    assert alice.list_update(made, "More tea").title == "More tea"
    assert [one.title for one in alice.lists()] == ["More tea"]
    alice.list_accounts_add(made, [bobs])
    assert [one.acct for one in alice.list_accounts(made)] == ["bob"]
    assert [one.id for one in alice.account_lists(bobs)] == [made.id]
    said = day.bob.status_post("For lists")
    assert alice.timeline_list(made)[0].id == said.id
    alice.list_accounts_delete(made, [bobs])
    assert list(alice.list_accounts(made)) == []
    alice.list_delete(made)
    assert alice.lists() == []
