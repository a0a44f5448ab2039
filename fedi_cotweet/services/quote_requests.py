"""Requests to quote what was written here: answered by its authors' wishes, or by them."""

from __future__ import annotations

from typing import Final

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit
from fedi_cotweet.services.notices import author_rows, tell_authors
from fedi_cotweet.services.quotable import authors_of, readable, renewed, wished
from storage.engine import Tx
from storage.models import Actor, Post, QuoteRequest
from storage.queries import posts, quotes

OPEN_REQUESTS: Final = 20
"""Requests of one person that wait for one author's answer."""


def receive_request(
    tx: Tx, env: Env, uri: str, quoter: Actor, quoted_uri: str, quoting: str
) -> str:
    """A remote author asks; who may ask this was checked. The outcome.

    What was revoked or declined by a person stays so, however often it is asked for.
    """
    quoted = readable(tx, quoted_uri)
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
    made = decide(tx, env, quoted, quoter, quoting=quoting, uri=uri)
    apply_to_post(tx, env, made)
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
        apply_to_post(tx, env, changed)
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
    if account_id not in authors_of(tx, env, quoted):
        raise not_found("quote")
    if not quoted.local:
        if held.stamp_uri is None:
            raise not_found("quote")
        mark_refused(tx, env, post_id)
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
    if request is None or quoted is None or account_id not in authors_of(tx, env, quoted):
        raise not_found("quote")
    return request


def mark_refused(tx: Tx, env: Env, post_id: int) -> None:
    """A post does not show what it quotes any more: an author of that said no."""
    held, post = quotes.quote(tx, post_id), posts.post(tx, post_id)
    if held is None or held.state in ("rejected", "revoked"):
        return
    state = "revoked" if held.state == "accepted" else "rejected"
    quotes.set_quote(tx, post_id, quoted_uri=held.quoted_uri, state=state, next_check_at=None)
    if post is not None and post.local and held.stamp_uri is not None:
        renewed(tx, env, post_id)


def decide(
    tx: Tx, env: Env, quoted: Post, quoter: Actor, *, quoting: str, uri: str
) -> QuoteRequest:
    """Keep a request, answered as its authors' wishes say, and tell them of it."""
    request_id, decision = env.new_id(), wished(tx, env, quoted, quoter)
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
        text=say("{who} quoted you.", who=by)
        if decision == "accepted"
        else say("{who} asks to quote you.", who=by),
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


def apply_to_post(tx: Tx, env: Env, request: QuoteRequest, *, renew: bool = True) -> None:
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
        renewed(tx, env, post.id)
