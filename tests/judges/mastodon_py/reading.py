"""People read: timelines, hashtags, filters, conversations and notifications."""

from __future__ import annotations

from typing import Any

from tests.judges.mastodon_py.day import Day, soon


def read_timelines(day: Day) -> None:
    """Timelines and their pages."""
    alice, bob = day.alice, day.bob
    ids = [bob.status_post(f"Number {number} #counting").id for number in range(5)][::-1]
    for found in (
        alice.timeline_home(),
        alice.timeline("home"),
        alice.timeline_local(),
        alice.timeline_public(),
        alice.timeline_hashtag("counting"),
        alice.account_statuses(bob.me()),
    ):
        assert [one.id for one in found][:5] == ids
    page = alice.timeline_hashtag("counting", limit=2)
    assert [one.id for one in page] == ids[:2]
    after = alice.fetch_next(page)
    assert [one.id for one in after] == ids[2:4]
    assert [one.id for one in alice.fetch_previous(after)] == ids[:2]
    assert [one.id for one in alice.fetch_remaining(page)] == ids
    assert alice.get_pagination_info(page, "next") is not None
    assert [one.id for one in alice.pagination_iterator(page)] == ids
    pages = [[one.id for one in part] for part in alice.pagination_page_iterator(page)]
    assert pages[:3] == [ids[:2], ids[2:4], ids[4:]]
    alice.markers_set(["home"], [ids[0]])
    assert str(alice.markers_get(["home"]).home.last_read_id) == str(ids[0])


def follow_hashtags(day: Day) -> None:
    """Hashtags are followed; what is not offered is empty."""
    alice = day.alice
    assert alice.tag("tea").name == "tea"
    assert alice.tag_follow("tea").following
    assert [one.name for one in alice.followed_tags()] == ["tea"]
    said = day.carol.status_post("Cold #tea")
    assert said.id in [one.id for one in alice.timeline_home()]
    assert not alice.tag_unfollow("tea").following
    assert [one.name for one in alice.featured_tag_suggestions()] == ["tea"]
    for name in ("trends", "trending_tags", "trending_statuses", "trending_links"):
        assert getattr(alice, name)() == []
    assert alice.timeline_link("https://tea.example") == []


def filter_words(day: Day) -> None:
    """Words that alice does not want to read, in both versions."""
    alice, bob = day.alice, day.bob
    said = bob.status_post("Nothing but coffee here")
    old = alice.filter_create("coffee", ["home"])
    assert [one.phrase for one in alice.filters()] == ["coffee"]
    assert alice.filter(old).phrase == "coffee"
    plain = [said, bob.status_post("Only tea")]
    assert alice.filters_apply(plain, alice.filters(), "home") == plain[1:]
    assert alice.filter_update(old, phrase="cocoa", context=["home"]).phrase == "cocoa"
    alice.filter_delete(old)
    keyword = {"keyword": "coffee", "whole_word": True}
    made = alice.create_filter_v2("No coffee", ["home"], "warn", keywords_attributes=[keyword])
    assert [one.title for one in alice.filters_v2()] == ["No coffee"]
    assert alice.filter_v2(made).keywords[0].keyword == "coffee"
    shown = {one.id: one for one in alice.timeline_home()}[said.id]
    assert [one.filter.title for one in shown.filtered] == ["No coffee"]
    assert alice.update_filter_v2(made, title="No cocoa").title == "No cocoa"
    added = alice.add_filter_keyword_v2(made, "cocoa")
    assert len(alice.filter_keywords_v2(made)) == 2
    alice.delete_filter_keyword_v2(added["id"])
    assert len(alice.filter_keywords_v2(made)) == 1
    held = alice.add_filter_status_v2(made, said)
    assert [one["id"] for one in alice.filter_statuses_v2(made)] == [held["id"]]
    assert alice.filter_status_v2(held)["status_id"] == str(said.id)
    alice.delete_filter_status_v2(held)
    assert alice.filter_statuses_v2(made) == []
    alice.delete_filter_v2(made)
    assert alice.filters_v2() == []


def talk(day: Day) -> None:
    """A direct post is a conversation."""
    alice = day.alice
    said = day.bob.status_post("@alice Between us", visibility="direct")
    [conversation] = soon(alice.conversations)
    assert (conversation.last_status.id, conversation.unread) == (said.id, True)
    assert not alice.conversations_read(conversation).unread


def hear_of_it(day: Day) -> None:
    """What bob did came to alice as notifications, one by one and in groups."""
    alice, bob = day.alice, day.bob
    alice.notifications_clear()
    assert alice.notifications() == []
    post = alice.status_post("Notify me")
    bob.status_favourite(post)
    bob.status_reblog(post)
    bob.status_reply(post, "Hear, hear")

    def kinds() -> list[str]:
        return sorted(one.type for one in alice.notifications())

    soon(lambda: kinds() == ["favourite", "mention", "reblog"])
    assert alice.notifications_unread_count().count == 3
    assert alice.unread_grouped_notifications_count() == 3
    group = _group(alice.grouped_notifications(), "favourite")
    found = alice.grouped_notification(group.group_key)
    assert found.notification_groups[0].group_key == group.group_key
    assert [one.acct for one in alice.grouped_notification_accounts(group.group_key)] == ["bob"]
    alice.dismiss_grouped_notification(group.group_key)
    assert kinds() == ["mention", "reblog"]
    alice.notifications_dismiss(alice.notifications(types=["reblog"])[0])
    assert kinds() == ["mention"]


def hold_back(day: Day) -> None:
    """Notifications of people whom one does not follow wait until they are let in."""
    alice, bob, carol = day.alice, day.bob, day.carol
    alice.notifications_clear()
    assert alice.notifications_policy().for_not_following == "accept"
    assert alice.notification_requests() == []
    held = alice.update_notifications_policy(for_not_following="filter")
    assert held.for_not_following == "filter"

    def requests(*names: str) -> Any:
        def look() -> Any:
            found = alice.notification_requests()
            return found if sorted(one.account.acct for one in found) == sorted(names) else None

        return soon(look)

    carol.status_post("@alice tea?")
    [request] = requests("carol")
    assert alice.notifications() == []
    assert alice.notification_request(request).last_status.account.acct == "carol"
    assert alice.notifications_policy().summary.pending_requests_count == 1
    alice.accept_notification_request(request)
    soon(lambda: [one.account.acct for one in alice.notifications()] == ["carol"])
    soon(alice.notifications_merged)
    alice.account_unfollow(bob.me())
    bob.status_post("@alice one")
    alice.dismiss_notification_request(requests("bob")[0])
    assert alice.notification_requests() == []
    bob.status_post("@alice two")
    alice.dismiss_multiple_notification_requests([requests("bob")[0].id])
    bob.status_post("@alice three")
    alice.accept_multiple_notification_requests([requests("bob")[0].id])
    soon(lambda: "bob" in {one.account.acct for one in alice.notifications()})
    alice.update_notifications_policy(for_not_following="accept")
    assert alice.account_follow(bob.me()).following


def _group(found: Any, kind: str) -> Any:
    return next(one for one in found.notification_groups if one.type == kind)
