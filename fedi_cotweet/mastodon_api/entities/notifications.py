"""``Notification``, of our kinds in the words of clients.

Kinds that Mastodon does not have are told, with a ``fallback`` to show, to clients that say which
types they know (``supported_types[]``, Mastodon 4.6). To others only an invitation that waits for
an answer is told, as a ``mention`` with a status made up for it: a direct one by the inviter, which
leads to the page on which the invited person answers. Both are in the language that the person
chose for pages, else in English. There is no such post: its id is that of the
invitation, and it can be opened, by them, but not answered, liked or boosted.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from html import escape

from fedi_cotweet.domain.notification_types import GROUPED, GROUPED_WITHIN, TYPES
from fedi_cotweet.languages.reader import reader, speaking
from fedi_cotweet.languages.wording import said, say
from fedi_cotweet.mastodon_api.entities import accounts, statuses
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.services import appearances
from fedi_cotweet.services import notifications as heard
from fedi_cotweet.services.client_notices import Told
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import AccountWarning, Notification, Offer, Post
from storage.queries import notifications as stored


def group_key(item: Notification, shown: Mapping[int, Post]) -> str:
    """What notifications of the same happening within half a day have in common."""
    theirs = TYPES.get(item.kind)
    if theirs not in GROUPED:
        return f"ungrouped-{item.id}"
    part = item.created_at // GROUPED_WITHIN
    if theirs == "follow":
        return f"follow-{part}"
    return f"{theirs}-{shown[item.post_id or 0].sort_id}-{part}"


def documents(
    tx: Tx, env: Env, account_id: int, page: Told, supported: Collection[str] | None
) -> list[Document]:
    """``Notification`` of each, in their order. ``supported``: the types that the client knows."""
    about = [page.posts[item.post_id or 0] for item in page.items if item.post_id in page.posts]
    unique = list({post.id: post for post in about}.values())
    made = statuses.statuses(tx, env, statuses.plain(unique), account_id)
    by_post = dict(zip([post.id for post in unique], made, strict=True))
    # What nobody else brought about is by oneself: every notification of Mastodon's is by somebody.
    whose = {item.id: item.actor_id or account_id for item in page.items}
    people = accounts.accounts(tx, env, {account_id, *whose.values()})
    language = appearances.of(tx, account_id).language
    found = []
    for item in page.items:
        offer = page.offers.get(item.offer_id or 0)
        document: Document = {
            "id": str(item.id),
            "type": TYPES.get(item.kind, item.kind),
            "created_at": moment(item.created_at),
            "group_key": group_key(item, page.posts),
            "account": people[whose[item.id]],
        }
        if item.held_back:
            document["filtered"] = True
        if (item.post_id or 0) in by_post:
            document["status"] = by_post[item.post_id or 0]
        if document["type"] == "moderation_warning":
            warning = page.warnings[int(item.subject)]
            document["moderation_warning"] = _warning(warning, people[account_id])
        if offer is not None:
            document["invite_id"] = str(offer.id)
        if supported is None and offer is not None:
            document["type"] = "mention"
            with speaking(language):
                document["status"] = _invitation(env, heard.text_of(item), offer, people)
        elif supported is not None and document["type"] not in supported:
            with speaking(language):
                document["fallback"] = _fallback(env, item, offer, document.get("status"))
        found.append(document)
    return found


def _warning(held: AccountWarning, whom: Document) -> Document:
    """``AccountWarning``. Nobody appeals here but by writing to those who sent it."""
    return {
        "id": str(held.id),
        "action": held.action,
        "text": held.text,
        "status_ids": None,
        "target_account": whom,
        "appeal": None,
        "created_at": moment(held.created_at),
    }


def _fallback(
    env: Env, item: Notification, offer: Offer | None, status: Document | None
) -> Document:
    summary = None
    if offer is not None:
        page = invitation_page(env, offer)
        summary = said(say("Read the post and accept or decline it: {address}", address=page))
    elif status is not None:
        summary = said(say("Look at the post: {address}", address=status["url"]))
    return {
        "title": said(heard.text_of(item)) or item.kind,
        "summary": summary,
        "details": None
        if offer is None
        else said(
            say("“{words}” Version: {digest}", words=heard.about(None, offer), digest=offer.digest)
        ),
    }


def invitation_page(env: Env, offer: Offer) -> str:
    """Where the invited person reads all of an invitation and answers it."""
    return f"{env.addresses.base}/invites#invite-{offer.id}"


def one_invitation(tx: Tx, env: Env, offer: Offer) -> Document:
    """The ``Status`` that stands for an invitation, opened by whom it is for."""
    notice = stored.of_subject(tx, offer.target_id, "cotweet.invite", offer.uri)
    people = accounts.accounts(tx, env, {offer.target_id, offer.sender_id})
    with speaking(appearances.of(tx, offer.target_id).language):
        return _invitation(env, "" if notice is None else heard.text_of(notice), offer, people)


def _invitation(env: Env, text: str, offer: Offer, people: Mapping[int, Document]) -> Document:
    """A ``Status`` that stands for an invitation, for apps that know none."""
    me, inviter = people[offer.target_id], people[offer.sender_id]
    page = invitation_page(env, offer)
    who = f"@{inviter['acct']}"
    what = text or say("{who} invites you to write a post together.", who=who)
    content = (
        f"<p>{escape(said(what))}</p>"
        f"<blockquote><p>{escape(heard.about(None, offer))}</p></blockquote>"
        f"<p>{escape(said(say('Read all of it, then accept or decline:')))} "
        f'<a href="{escape(page)}">{escape(page)}</a></p>'
        f"<p>{escape(said(say('Version:')))} <code>{escape(offer.digest)}</code></p>"
    )
    return {
        "id": str(offer.id),
        "created_at": moment(offer.created_at),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "direct",
        "language": reader().language.code,
        "uri": offer.uri,
        "url": page,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "quotes_count": 0,
        "edited_at": None,
        "content": content,
        "reblog": None,
        "account": inviter,
        "media_attachments": [],
        "mentions": [{name: me[name] for name in ("id", "username", "url", "acct")}],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
        "quote": None,
        "quote_approval": {"automatic": [], "manual": [], "current_user": "denied"},
        "co_authors": [],
        "favourited": False,
        "reblogged": False,
        "muted": False,
        "bookmarked": False,
        "pinned": False,
        "filtered": [],
    }
