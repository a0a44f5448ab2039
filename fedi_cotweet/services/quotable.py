"""Which posts may be quoted, and by whom (FEP-044f)."""

from __future__ import annotations

import orjson

from activitypub.quotes.policies import Outlook, QuotePolicy, read_outlook
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import distances, timelines
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit
from fedi_cotweet.services.notices import author_rows
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, follows, posts, quotes


def check_policy(policy: str) -> str:
    """A ``QuotePolicy``, or ``bad_quote_policy`` (422)."""
    if policy in set(QuotePolicy):
        return policy
    raise ServiceError(
        "bad_quote_policy",
        422,
        say("Who may quote a post is one of: {choices}.", choices=", ".join(QuotePolicy)),
    )


def set_default(tx: Tx, env: Env, account_id: int, policy: str) -> None:
    """Who may quote what a person writes from now on."""
    del env
    quotes.set_default(tx, account_id, check_policy(policy))


def check_may_quote(visibility: str) -> None:
    """``cannot_quote`` (422) for a post that is not for everybody.

    Its author would be asked, and sent the post that quotes theirs.
    """
    if visibility not in EVERYBODYS:
        raise ServiceError(
            "cannot_quote",
            422,
            "Only public and unlisted posts can quote.",
            "Write the address of the other post into your text.",
        )


def policy_for(tx: Tx, account_id: int, given: str | None, visibility: str = "public") -> str:
    """Who may quote a new post: as it says, else as its author's account does.

    What is not for everybody, nobody.
    """
    if visibility not in EVERYBODYS:
        return QuotePolicy.NOBODY
    if given is not None:
        return check_policy(given)
    account = actors.account_of(tx, account_id)
    return QuotePolicy.PUBLIC if account is None else account.quote_policy


def set_policy(tx: Tx, env: Env, account_id: int, post_id: int, policy: str) -> None:
    """Who may quote a post of one's own from now on; consent that was given stands."""
    post = posts.post(tx, post_id)
    if post is None or post.author_id != account_id or post.state == "deleted":
        raise not_found("post")
    if post.visibility not in EVERYBODYS:
        raise ServiceError("not_public", 422, "Only public and unlisted posts can be quoted.")
    posts.change_post(tx, post_id, quote_policy=check_policy(policy))
    if post.state == "published":
        renewed(tx, env, post_id)


def check_quotable(tx: Tx, env: Env, quoter_id: int, quoted_uri: str) -> None:
    """``quote_not_allowed`` (403) if the quoted post's author has said that this may not be.

    Of a post that says nothing the author is asked.
    """
    quoter, quoted = find_actor(tx, quoter_id), readable(tx, quoted_uri)
    if quoted is None:
        raise ServiceError("no_such_post", 422, "The post to quote cannot be found.")
    if quoted.local:
        refused = wished(tx, env, quoted, quoter) == "rejected"
    else:
        author = find_actor(tx, quoted.author_id)
        followed = {author.followers_uri or ""} if follows.follows(tx, quoter_id, author.id) else {}
        outlook = read_outlook(
            orjson.loads(quoted.document), author=author.uri, quoter=quoter.uri, followed=followed
        )
        refused = outlook is Outlook.NO
    if refused:
        raise ServiceError(
            "quote_not_allowed",
            403,
            "The author of that post does not want it to be quoted.",
            "Write its address into your text if you want to point to it.",
        )


def readable(tx: Tx, uri: str) -> Post | None:
    """A post that anybody may read, and so quote; None if there is none here."""
    post = posts.post_by_uri(tx, uri)
    if post is None or post.state != "published" or post.visibility not in EVERYBODYS:
        return None
    return post


def authors_of(tx: Tx, env: Env, post: Post) -> list[int]:
    """Its authors as shown, the primary author first: each of them has a say."""
    return timelines.shown_author_ids(post, author_rows(tx, post), env.now())


def wished(tx: Tx, env: Env, quoted: Post, quoter: Actor) -> str:
    """``accepted``, ``pending`` or ``rejected``, as its authors' wishes say (C46).

    Whom any of them keeps away cannot quote.
    """
    authors, now = authors_of(tx, env, quoted), env.now()
    if quoter.id in authors:
        return "accepted"
    if any(distances.shut_out(tx, now, author, quoter.id) for author in authors):
        return "rejected"
    match quoted.quote_policy:
        case QuotePolicy.PUBLIC:
            return "accepted"
        case QuotePolicy.FOLLOWERS if follows.follows(tx, quoter.id, quoted.author_id):
            return "accepted"
        case QuotePolicy.ASK:
            return "pending"
        case _:
            return "rejected"


def renewed(tx: Tx, env: Env, post_id: int) -> None:
    """The words are the same, so no ``updated``: Mastodon takes such an Update for what it is."""
    emit(tx, env, "post.updated", post_id=post_id, at=env.new_id())
