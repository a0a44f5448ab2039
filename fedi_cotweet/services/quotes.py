"""Quotes: who may quote a post of ours, and what became of what posts quote (FEP-044f)."""

from __future__ import annotations

from typing import Final

import orjson

from activitypub.quotes.forms import Quotation
from activitypub.quotes.policies import Outlook, QuotePolicy, read_outlook
from activitypub.quotes.stamps import may_be_stamp_of
from activitypub.vocab.reading import same_origin
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.services import hiding, timelines
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit, later
from fedi_cotweet.services.notices import author_rows, tell_authors
from storage.engine import Tx
from storage.models import Actor, Post, QuoteRequest
from storage.queries import actors, follows, posts, quotes

DEPTH: Final = 2
"""A post, what it quotes, and what that quotes; no further is anything fetched."""
OPEN_REQUESTS: Final = 20
"""Requests of one person that wait for one author's answer."""
CHECKED_AGAIN_AFTER: Final = 7 * DAY
_READABLE = ("public", "unlisted")


def check_policy(policy: str) -> str:
    """A ``QuotePolicy``, or ``bad_quote_policy`` (422)."""
    if policy in set(QuotePolicy):
        return policy
    raise ServiceError(
        "bad_quote_policy", 422, f"Who may quote a post is one of: {', '.join(QuotePolicy)}."
    )


def set_default(tx: Tx, env: Env, account_id: int, policy: str) -> None:
    """Who may quote what a person writes from now on."""
    del env
    quotes.set_default(tx, account_id, check_policy(policy))


def policy_for(tx: Tx, account_id: int, given: str | None) -> str:
    """Who may quote a new post: as it says, else as its author's account does."""
    if given is not None:
        return check_policy(given)
    account = actors.account_of(tx, account_id)
    return QuotePolicy.PUBLIC if account is None else account.quote_policy


def set_policy(tx: Tx, env: Env, account_id: int, post_id: int, policy: str) -> None:
    """Who may quote a post of one's own from now on; consent that was given stands."""
    post = posts.post(tx, post_id)
    if post is None or post.author_id != account_id or post.state == "deleted":
        raise not_found("post")
    posts.change_post(tx, post_id, quote_policy=check_policy(policy))
    if post.state == "published":
        _renewed(tx, env, post_id)


def check_quotable(tx: Tx, env: Env, quoter_id: int, quoted_uri: str) -> None:
    """``quote_not_allowed`` (403) if the quoted post's author has said that this may not be.

    Of a post that says nothing the author is asked.
    """
    quoter, quoted = find_actor(tx, quoter_id), _readable(tx, quoted_uri)
    if quoted is None:
        raise ServiceError("no_such_post", 422, "The post to quote cannot be found.")
    if quoted.local:
        refused = _decision(tx, env, quoted, quoter) == "rejected"
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


def begin(tx: Tx, post_id: int, quoted_uri: str) -> None:
    """A post written here quotes another; nobody is asked before it is published."""
    quotes.set_quote(tx, post_id, quoted_uri=quoted_uri, state="pending")


def published(tx: Tx, env: Env, post_id: int) -> None:
    """A post of ours is out: if it quotes, its author's own is shown, others are asked."""
    held, post = quotes.quote(tx, post_id), posts.post(tx, post_id)
    if held is None or post is None:
        return
    quoter, quoted = find_actor(tx, post.author_id), _readable(tx, held.quoted_uri)
    if quoted is None:
        return
    if quoted.author_id == post.author_id:
        quotes.set_quote(tx, post_id, quoted_uri=held.quoted_uri, state="accepted")
    elif quoted.local:
        made = _decide(tx, env, quoted, quoter, quoting=post.uri, uri=f"{post.uri}#quote")
        _apply(tx, env, made, renew=False)
    else:
        uri = env.addresses.activity(quoter.username, env.new_id())
        quotes.set_quote(tx, post_id, quoted_uri=held.quoted_uri, state="pending", request_uri=uri)
        emit(tx, env, "quote.requested", post_id=post_id)


def receive_request(
    tx: Tx, env: Env, uri: str, quoter: Actor, quoted_uri: str, quoting: str
) -> str:
    """A remote author asks; who may ask this was checked. The outcome.

    What was revoked or declined by a person stays so, however often it is asked for.
    """
    quoted = _readable(tx, quoted_uri)
    if quoted is None or not quoted.local:
        return "unknown_object"
    if quotes.request_by_uri(tx, uri) is not None:
        return "duplicate"
    before = [one for one in quotes.requests_by(tx, quoting) if one.quoted_id == quoted.id]
    said = next((one for one in before if one.answered_at is not None), None)
    if said is not None:
        if said.actor_id != quoter.id:
            return "not_the_author"
        answer = "quote_accepted" if said.state == "accepted" else "quote_rejected"
        _tell_quoter(tx, env, said, uri)
        return answer
    if any(one.state == "pending" for one in before):
        return "duplicate"
    between = quotes.requests_between(tx, quoter.id, quoted.author_id)
    if sum(one.state == "pending" for one in between) >= OPEN_REQUESTS:
        return "too_many"
    made = _decide(tx, env, quoted, quoter, quoting=quoting, uri=uri)
    _apply(tx, env, made)
    if made.state == "pending":
        return "quote_pending"
    _tell_quoter(tx, env, made, uri)
    return "quote_accepted" if made.state == "accepted" else "quote_rejected"


def answer(tx: Tx, env: Env, account_id: int, request_id: int, *, accept: bool) -> None:
    """A person says yes or no to a quote of theirs, or takes a yes back.

    Of a co-tweet the primary author says yes; each author can say no, or take it back.
    """
    request = own_request(tx, env, account_id, request_id)
    if accept:
        if request.owner_id != account_id:
            raise ServiceError(
                "not_the_primary", 403, "The author who published the post answers this."
            )
        if request.state != "pending":
            raise ServiceError("quote_answered", 409, "This was answered before.")
        _accept(tx, env, request)
    else:
        refuse(tx, env, request)
    changed = quotes.request(tx, request_id)
    if changed is not None:
        _apply(tx, env, changed)
        quoter = find_actor(tx, request.actor_id)
        if not quoter.local and request.state == "pending":
            _tell_quoter(tx, env, changed, request.uri)


def refuse(tx: Tx, env: Env, request: QuoteRequest) -> None:
    """No, or no more. The stamp is not served any longer, and everybody is told."""
    if request.state not in ("pending", "accepted"):
        return
    revoked = request.state == "accepted"
    state = "revoked" if revoked else "rejected"
    quotes.change_request(tx, request.id, state=state, answered_at=env.now())
    if revoked:
        emit(tx, env, "quote.revoked", request_id=request.id)


def veto(tx: Tx, env: Env, account_id: int, post_id: int) -> None:
    """An author of a quoted post takes it out of the post that quotes it.

    Where the quoted post is another server's, its primary author there is told to take consent
    back; here it is not shown any more from now on.
    """
    held, post = quotes.quote(tx, post_id), posts.post(tx, post_id)
    quoted = posts.post_by_uri(tx, held.quoted_uri) if held is not None else None
    if held is None or post is None or quoted is None or held.state not in ("pending", "accepted"):
        raise not_found("quote")
    if account_id not in _authors(tx, env, quoted):
        raise not_found("quote")
    if not quoted.local:
        if held.stamp_uri is None:
            raise not_found("quote")
        _refused(tx, env, post_id)
        emit(tx, env, "quote.vetoed", post_id=post_id, account_id=account_id)
        return
    about = [one for one in quotes.requests_by(tx, post.uri) if one.quoted_id == quoted.id]
    if not about:
        raise not_found("quote")
    answer(tx, env, account_id, about[-1].id, accept=False)


def own_request(tx: Tx, env: Env, account_id: int, request_id: int) -> QuoteRequest:
    """A request about a post of which this person is an author, or 404."""
    request = quotes.request(tx, request_id)
    quoted = posts.post(tx, request.quoted_id) if request is not None else None
    if request is None or quoted is None or account_id not in _authors(tx, env, quoted):
        raise not_found("quote")
    return request


def store_remote(
    tx: Tx, env: Env, post_id: int, author: Actor, uri: str, said: Quotation | None, depth: int = 0
) -> None:
    """What a remote post says that it quotes. It is shown when the quoted author's consent is."""
    held = quotes.quote(tx, post_id)
    if said is None:
        if held is not None:
            quotes.remove_quote(tx, post_id)
        return
    same = held is not None and held.quoted_uri == said.quoted
    if same and held is not None and held.state != "pending" and held.stamp_uri == said.stamp:
        return
    state = "pending" if said.asks or said.stamp is not None else "unauthorised"
    quoted, stamp = _readable(tx, said.quoted), said.stamp
    if quoted is not None and quoted.author_id == author.id:
        state = "accepted"
    elif quoted is not None and quoted.local:
        # What was agreed to here is known here, whatever the post says of it.
        about = [one for one in quotes.requests_by(tx, uri) if one.quoted_id == quoted.id]
        about = [one for one in about if one.actor_id == author.id]
        state, stamp = (about[-1].state, about[-1].stamp_uri) if about else (state, None)
    quotes.set_quote(
        tx,
        post_id,
        quoted_uri=said.quoted,
        state=state,
        stamp_uri=stamp,
        fetched_at=None,
        next_check_at=None,
    )
    if state == "accepted" or env.addresses.owns(said.quoted) or depth >= DEPTH:
        return
    has_stamp = stamp is not None and may_be_stamp_of(stamp, said.quoted)
    if has_stamp or same_origin(said.quoted, author.uri):
        later(tx, env, "verify_quote", str(post_id), post_id=post_id, depth=depth)


def receive_acceptance(
    tx: Tx, env: Env, request_uri: str, sender: Actor, stamp_uri: str
) -> str | None:
    """An ``Accept`` of a request of ours; None if it is about something else.

    The stamp is fetched before anything is said to be agreed.
    """
    held = quotes.quote_by_request(tx, request_uri)
    if held is None:
        return None
    quoted = posts.post_by_uri(tx, held.quoted_uri)
    if quoted is None or quoted.author_id != sender.id:
        return "not_the_author"
    if held.state not in ("pending", "rejected", "unauthorised"):
        return "kept"
    if not may_be_stamp_of(stamp_uri, held.quoted_uri):
        return "bad_result"
    quotes.set_quote(
        tx, held.post_id, quoted_uri=held.quoted_uri, state="pending", stamp_uri=stamp_uri
    )
    later(tx, env, "verify_quote", str(held.post_id), post_id=held.post_id, depth=DEPTH)
    return "quote_to_verify"


def receive_rejection(tx: Tx, env: Env, uri: str, sender: Actor) -> str | None:
    """A ``Reject`` of a request of ours, or by a co-author of what of ours is quoted."""
    held = quotes.quote_by_request(tx, uri)
    if held is not None:
        quoted = posts.post_by_uri(tx, held.quoted_uri)
        if quoted is None or quoted.author_id != sender.id:
            return "not_the_author"
        _refused(tx, env, held.post_id)
        return "quote_rejected"
    request = quotes.request_by_uri(tx, uri) or quotes.request_by_stamp(tx, uri)
    if request is None:
        return None
    quoted = posts.post(tx, request.quoted_id)
    if quoted is None or sender.id not in _authors(tx, env, quoted):
        return "not_the_author"
    refuse(tx, env, request)
    changed = quotes.request(tx, request.id)
    if changed is not None:
        _apply(tx, env, changed)
    return "quote_rejected"


def receive_revocation(tx: Tx, env: Env, stamp_uri: str, sender: Actor, text: str) -> str | None:
    """The ``Delete`` of a stamp that quotes known here rest on; None if none does.

    ``text`` is the ``Delete`` if others can check it without us: it goes on to who has the post.
    """
    rows = quotes.with_stamp(tx, stamp_uri)
    if not rows:
        return None
    quoted = quotes.posts_by_uri(tx, [row.quoted_uri for row in rows])
    by_author = [
        row
        for row in rows
        if row.quoted_uri in quoted and quoted[row.quoted_uri].author_id == sender.id
    ]
    if not by_author or env.addresses.owns(stamp_uri):
        return "not_the_author"
    for row in by_author:
        post = posts.post(tx, row.post_id)
        _refused(tx, env, row.post_id)
        if post is not None and post.local and text:
            emit(
                tx,
                env,
                "stamp.forwarded",
                post_id=post.id,
                actor_id=sender.id,
                stamp=stamp_uri,
                text=text,
            )
    return "quote_revoked"


def verified(tx: Tx, env: Env, post_id: int, stamp_uri: str | None, at: int) -> None:
    """The quoted author's consent was found where it is said to be."""
    held = quotes.quote(tx, post_id)
    if held is None or held.stamp_uri != stamp_uri or held.state == "revoked":
        return
    news = held.state != "accepted"
    quotes.set_quote(
        tx,
        post_id,
        quoted_uri=held.quoted_uri,
        state="accepted",
        fetched_at=at,
        next_check_at=None if stamp_uri is None else at + CHECKED_AGAIN_AFTER,
    )
    post = posts.post(tx, post_id)
    if news and post is not None and post.local:
        _renewed(tx, env, post_id)


def not_verified(tx: Tx, env: Env, post_id: int, stamp_uri: str | None, *, gone: bool) -> None:
    """There is no consent where it is said to be; ``gone``: there is none any more."""
    held = quotes.quote(tx, post_id)
    if held is None or held.stamp_uri != stamp_uri or held.state not in ("pending", "accepted"):
        return
    state = "revoked" if gone and held.state == "accepted" else "unauthorised"
    quotes.set_quote(tx, post_id, quoted_uri=held.quoted_uri, state=state, next_check_at=None)
    post = posts.post(tx, post_id)
    if post is not None and post.local and held.state == "accepted":
        _renewed(tx, env, post_id)


def recheck_due(tx: Tx, env: Env, limit: int) -> int:
    """Have stamps fetched again that were last seen a week ago."""
    due = quotes.due(tx, env.now(), limit)
    for row in due:
        quotes.set_quote(
            tx,
            row.post_id,
            quoted_uri=row.quoted_uri,
            state=row.state,
            next_check_at=env.now() + DAY,
        )
        later(tx, env, "verify_quote", str(row.post_id), post_id=row.post_id, depth=DEPTH)
    return len(due)


def _refused(tx: Tx, env: Env, post_id: int) -> None:
    held, post = quotes.quote(tx, post_id), posts.post(tx, post_id)
    if held is None or held.state in ("rejected", "revoked"):
        return
    state = "revoked" if held.state == "accepted" else "rejected"
    quotes.set_quote(tx, post_id, quoted_uri=held.quoted_uri, state=state, next_check_at=None)
    if post is not None and post.local and held.stamp_uri is not None:
        _renewed(tx, env, post_id)


def _readable(tx: Tx, uri: str) -> Post | None:
    post = posts.post_by_uri(tx, uri)
    if post is None or post.state != "published" or post.visibility not in _READABLE:
        return None
    return post


def _authors(tx: Tx, env: Env, post: Post) -> list[int]:
    return timelines.shown_author_ids(post, author_rows(tx, post), env.now())


def _decision(tx: Tx, env: Env, quoted: Post, quoter: Actor) -> str:
    """What the authors' wishes say; whom any of them keeps away cannot quote (C46)."""
    authors, now = _authors(tx, env, quoted), env.now()
    if quoter.id in authors:
        return "accepted"
    if any(hiding.shut_out(tx, now, author, quoter.id) for author in authors):
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


def _decide(
    tx: Tx, env: Env, quoted: Post, quoter: Actor, *, quoting: str, uri: str
) -> QuoteRequest:
    request_id, decision = env.new_id(), _decision(tx, env, quoted, quoter)
    quotes.add_request(
        tx,
        id=request_id,
        uri=uri,
        owner_id=quoted.author_id,
        quoted_id=quoted.id,
        actor_id=quoter.id,
        quoting_uri=quoting,
        state="rejected" if decision == "rejected" else "pending",
        created_at=env.now(),
    )
    made = quotes.request(tx, request_id)
    if made is None:
        raise ValueError(f"a request that was just made is not there: {uri}")
    if decision == "rejected":
        return made
    if decision == "accepted":
        _accept(tx, env, made)
    by = f"@{quoter.username}@{quoter.host}"
    held = posts.post_by_uri(tx, quoting)
    tell_authors(
        tx,
        env,
        quoted,
        author_rows(tx, quoted),
        "quote" if decision == "accepted" else "quote_request",
        quoting,
        by=quoter,
        post_id=held.id if held is not None else quoted.id,
        text=f"{by} quoted you." if decision == "accepted" else f"{by} asks to quote you.",
    )
    return quotes.request(tx, request_id) or made


def _accept(tx: Tx, env: Env, request: QuoteRequest) -> None:
    owner = find_actor(tx, request.owner_id)
    quotes.change_request(
        tx,
        request.id,
        state="accepted",
        stamp_uri=env.addresses.quote_stamp(owner.username, env.token()),
        answered_at=env.now(),
    )


def _tell_quoter(tx: Tx, env: Env, request: QuoteRequest, uri: str) -> None:
    """Answer the request called ``uri``, perhaps a repeated one, elsewhere."""
    emit(tx, env, "quote.answered", request_id=request.id, uri=uri, answer_id=env.new_id())


def _apply(tx: Tx, env: Env, request: QuoteRequest, *, renew: bool = True) -> None:
    """Bring the quoting post, if it is known here, in line with what was decided here."""
    post = posts.post_by_uri(tx, request.quoting_uri)
    held = quotes.quote(tx, post.id) if post is not None else None
    quoted = posts.post(tx, request.quoted_id)
    if post is None or held is None or quoted is None or held.quoted_uri != quoted.uri:
        return
    if post.author_id != request.actor_id:
        return
    quotes.set_quote(
        tx,
        post.id,
        quoted_uri=held.quoted_uri,
        state=request.state,
        stamp_uri=request.stamp_uri,
        next_check_at=None,
    )
    if post.local and renew:
        _renewed(tx, env, post.id)


def _renewed(tx: Tx, env: Env, post_id: int) -> None:
    """The words are the same, so no ``updated``: Mastodon takes such an Update for what it is."""
    emit(tx, env, "post.updated", post_id=post_id, at=env.new_id())
