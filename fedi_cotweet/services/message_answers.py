"""What people answer to the question whether their name may stand on a post, and what follows.

An answer counts if the person asked signed it themselves; the caller has made sure. Only a clear
yes to the newest version is consent (``domain.answers``); any doubt leaves or takes the name off.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from activitypub.coauthorship.consent_notes import says_so
from activitypub.documents.note import NoteView
from activitypub.html import from_text, own_words, to_text
from fedi_cotweet.domain.answers import Reading, hints_at_leaving, read_answer
from fedi_cotweet.domain.consent import ConsentState, Move
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import unnaming
from fedi_cotweet.services.answers import declined, expire, lost
from fedi_cotweet.services.applying import try_apply
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.discussion import too_many
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import later, record, tell
from fedi_cotweet.services.messages import CHANNEL, MOST_UNCLEAR, resting_on, send_word
from fedi_cotweet.services.offers import apply_move
from fedi_cotweet.services.publishing import try_publish
from storage.engine import Tx
from storage.models import Actor, Offer
from storage.queries import consents, discussion, messages, post_authors, posts

MOST_UNCLEAR_KEPT = 20
"""How many unclear answers to one question are kept and shown: a flood of them costs nobody."""
MOST_CLEAR_KEPT = 50
"""How many answers of one kind to one question are kept, except those that still change a thing."""

_S = ConsentState
_OPEN = frozenset({_S.OFFERED.value, _S.ACCEPTED.value})
_OVER = frozenset({_S.WITHDRAWN.value, _S.EXPIRED.value, _S.DECLINED.value, _S.LEFT.value})
_UNSAID = re.compile(r"<(?:del|s|strike|q)\b", re.IGNORECASE)
"""Words crossed out, or put into somebody else's mouth."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A note by the person asked. ``text`` is what they say, without what they quote of others.

    ``more``: it holds something besides the text (a picture, a poll, a quote, a title, a content
    warning of its own, words crossed out). ``public``: public or unlisted. ``evidence`` is the
    signed request it came in, or where it was fetched.
    """

    uri: str
    text: str
    more: bool
    public: bool
    in_reply_to: str | None
    document: str
    evidence: Mapping[str, Any]


def answer_of(note: NoteView, document: str, evidence: Mapping[str, Any]) -> Answer:
    """The answer that a note is, if it is one."""
    html = own_words(note.content)
    more = bool(
        html is None
        or _UNSAID.search(note.content)
        or "quote-inline" in note.content.casefold()
        or note.attachments
        or note.options
        or note.quote
        or note.name
        or note.kind != "Note"
        or _own_warning(note.summary)
    )
    public = note.visibility in EVERYBODYS
    return Answer(note.id, to_text(html or ""), more, public, note.in_reply_to, document, evidence)


def _own_warning(summary: str) -> bool:
    """Apps repeat the warning of what is answered, with ``re:`` before it or without."""
    text = to_text(summary).casefold().strip()
    return bool(text) and not text.startswith("re:")


def conversation(tx: Tx, env: Env, sender: Actor, answer: Answer) -> Offer | None:
    """The Offer by message that somebody answers: in its conversation, or by naming the post."""
    if answer.in_reply_to is not None:
        held = messages.message(tx, answer.in_reply_to)
        offer = consents.offer(tx, held.offer_id) if held is not None else None
        if offer is not None and offer.target_id == sender.id and offer.channel == CHANNEL:
            return offer
    for word in answer.text.split()[:100]:
        if env.addresses.owns(word):
            asked = messages.offers_by_message(tx, word, sender.id)
            if asked:
                return asked[-1]
    return None


def receive(tx: Tx, env: Env, sender: Actor, offer: Offer, answer: Answer) -> str:
    """An answer came, signed by whom ``offer`` asked; the reason code of what became of it.

    Clear words always count; of unclear ones, and of those that change nothing any more, too many
    (``too_many_answers``) leave no trace.
    """
    known = messages.message(tx, answer.uri)
    if known is not None:
        return "repeated"
    newest = messages.offers_by_message(tx, offer.object_uri, offer.target_id)[-1]
    reading = _read(tx, offer, answer)
    if _changes_nothing(tx, sender, newest, reading) and _enough(tx, offer, reading):
        return "too_many_answers"
    messages.add_message(
        tx,
        uri=answer.uri,
        offer_id=offer.id,
        ours=False,
        kind=reading.value,
        about=answer.uri,
        document=answer.document,
        evidence=dict(answer.evidence),
        created_at=env.now(),
    )
    record(
        tx,
        env,
        object_uri=offer.object_uri,
        actor_uri=sender.uri,
        move=f"answer:{reading.value}",
        offer_uri=offer.uri,
        digest=offer.digest,
        answer=answer.uri,
        key=str(answer.evidence.get("key", "")),
    )
    match reading:
        case Reading.ACCEPT:
            return _accept(tx, env, sender, offer, newest, answer)
        case Reading.DECLINE:
            return _decline(tx, env, sender, offer, newest, answer)
        case Reading.LEAVE:
            return take_back(tx, env, sender, _named_by(tx, newest), answer.uri)
        case Reading.STOP:
            messages.add_stop(tx, actor_uri=sender.uri, answer_uri=answer.uri, created_at=env.now())
            take_back(tx, env, sender, _named_by(tx, newest), answer.uri, quietly=True)
            send_word(tx, env, newest, "stopped", about=answer.uri, in_reply_to=answer.uri)
            return "stopped"
        case Reading.START:
            if messages.remove_stop(tx, sender.uri):
                send_word(tx, env, newest, "started", about=answer.uri, in_reply_to=answer.uri)
            return "started"
        case Reading.UNCLEAR:
            return _unclear(tx, env, sender, newest, answer)


def _enough(tx: Tx, offer: Offer, reading: Reading) -> bool:
    most = MOST_UNCLEAR_KEPT if reading is Reading.UNCLEAR else MOST_CLEAR_KEPT
    return messages.count_messages(tx, offer.id, reading.value, ours=False) >= most


def _changes_nothing(tx: Tx, sender: Actor, newest: Offer, reading: Reading) -> bool:
    """Whether an answer can be passed over: no word that ends or begins consent ever is."""
    match reading:
        case Reading.UNCLEAR | Reading.START:
            return True
        case Reading.ACCEPT:
            return newest.state != _S.OFFERED.value
        case Reading.STOP if messages.stopped(tx, sender.uri) is None:
            return False
        case _:
            return newest.state in _OVER and _named_by(tx, newest).state in _OVER


def _read(tx: Tx, offer: Offer, answer: Answer) -> Reading:
    post = posts.post(tx, offer.post_id) if offer.post_id is not None else None
    # Fewer may be named by now than in the question: both lines may be copied.
    digests = {offer.digest, post.digest if post is not None and post.digest else offer.digest}
    reading = read_answer(answer.text, known=(offer.object_uri, *digests))
    return Reading.UNCLEAR if reading is Reading.ACCEPT and answer.more else reading


def _accept(tx: Tx, env: Env, sender: Actor, offer: Offer, newest: Offer, answer: Answer) -> str:
    state = _S(offer.state)
    if offer.id != newest.id:
        # Consent is to the words that were shown; those shown here are not up for consent any more.
        open_again = newest.state == _S.OFFERED.value
        _answer_back(tx, env, newest, "superseded" if open_again else "closed", answer)
        return "superseded"
    if state is _S.OFFERED and offer.expires_at <= env.now():
        expire(tx, env, offer, quietly=True)
        state = _S.EXPIRED
    if state in (_S.ACCEPTED, _S.PUBLISHED):
        _note_candidate(tx, env, offer, answer)
        return "accepted_before"
    if state is not _S.OFFERED:
        _answer_back(tx, env, offer, "too_late" if state is _S.EXPIRED else "closed", answer)
        _show(tx, env, offer, sender, answer, too_late=True)
        return "too_late"
    post = posts.post(tx, offer.post_id) if offer.post_id is not None else None
    row = post_authors.post_author(tx, post.id, sender.uri) if post is not None else None
    to_a_change = offer.change_id is not None
    if post is None or (not to_a_change and (row is None or row.via != "message")):
        return "not_named"
    apply_move(tx, env, offer, Move.ACCEPT, sender.uri, answer=answer.uri)
    consents.change_offer(tx, offer.id, answered_at=env.now())
    messages.change_consent(tx, offer.id, answer_uri=answer.uri)
    if row is not None and not to_a_change:
        post_authors.set_author(tx, post.id, sender.uri, position=row.position, state="agreed")
    _note_candidate(tx, env, offer, answer)
    tell(
        tx,
        env,
        post.author_id,
        "cotweet.change_accepted" if to_a_change else "cotweet.accepted",
        offer.uri,
        actor_id=sender.id,
        post_id=post.id,
        text=say("{who} agreed to your change by message.", who=_handle(sender))
        if to_a_change
        else say("{who} agreed to your post by message.", who=_handle(sender)),
    )
    if offer.change_id is None:
        done = try_publish(tx, env, post.id)
    else:
        done = try_apply(tx, env, offer.change_id)
    if not done:
        send_word(tx, env, offer, "accepted", in_reply_to=answer.uri)
    return "accepted"


def _named_by(tx: Tx, newest: Offer) -> Offer:
    """The Offer by which they are named, whatever they were asked since; else the newest."""
    return resting_on(tx, newest.object_uri, newest.target_id) or newest


def _decline(tx: Tx, env: Env, sender: Actor, offer: Offer, newest: Offer, answer: Answer) -> str:
    """A plain no: to the question that is open; else to being named at all.

    ``offer`` is whose conversation it stands in. A no to a change leaves the published version as
    it is, with their name.
    """
    named = _named_by(tx, newest)
    about_an_old_change = offer.change and offer.state in _OVER
    if offer.id == newest.id and newest.state in _OPEN:
        named = newest
    elif about_an_old_change and newest.state in _OPEN:
        _answer_back(tx, env, newest, "superseded", answer)
        return "superseded"
    elif about_an_old_change and named.state == _S.PUBLISHED.value:
        _answer_back(tx, env, named, "unclear_later", answer)
        return "kept"
    return take_back(tx, env, sender, named, answer.uri, reason=_reason(answer.text))


def take_back(
    tx: Tx,
    env: Env,
    sender: Actor,
    offer: Offer,
    about: str,
    *,
    reason: str = "",
    quietly: bool = False,
) -> str:
    """No, or no more: the name is not, or not any longer, on the post. ``about`` is the answer.

    ``quietly``: they are told something else about it.
    """
    match _S(offer.state):
        case _S.OFFERED:
            apply_move(tx, env, offer, Move.DECLINE, sender.uri, reason=reason, answer=about)
            consents.change_offer(tx, offer.id, answered_at=env.now(), reason=reason[:500])
            said = "declined"
            lost(tx, env, offer, "cotweet.declined", declined(sender, reason))
        case _S.ACCEPTED:
            apply_move(tx, env, offer, Move.LEAVE, sender.uri, answer=about)
            said = "left"
            text = say("{who} took back their consent to your draft.", who=_handle(sender))
            lost(tx, env, offer, "cotweet.left", text)
        case _S.PUBLISHED:
            unnaming.take_off(tx, env, offer, sender, Move.LEAVE, answer=about)
            said = "taken_off"
        case _:
            return "kept"
    if not quietly:
        send_word(tx, env, offer, said, about=about, in_reply_to=about)
    return said


def edited(tx: Tx, env: Env, sender: Actor, answer: Answer) -> str | None:
    """An answer was edited; None for what was no answer.

    No edit is consent. One of the answer that counts, after which it is no clear yes any more,
    takes the name off.
    """
    held = messages.message(tx, answer.uri)
    offer = consents.offer(tx, held.offer_id) if held is not None and not held.ours else None
    if offer is None or offer.target_id != sender.id:
        return None
    if not messages.consents_resting_on(tx, answer.uri):
        return "edited"
    if _read(tx, offer, answer) is Reading.ACCEPT:
        return "edited"
    return take_back(tx, env, sender, offer, f"{answer.uri}#edited")


def deleted(tx: Tx, env: Env, sender: Actor, uri: str) -> str | None:
    """An answer or a public consent note was deleted: what rests on it falls. None for others."""
    outcome = None
    for held in messages.consents_resting_on(tx, uri):
        offer = consents.offer(tx, held.offer_id)
        if offer is not None and offer.target_id == sender.id:
            outcome = take_back(tx, env, sender, offer, f"{uri}#deleted")
    if outcome is None:
        known = messages.message(tx, uri)
        offer = consents.offer(tx, known.offer_id) if known is not None else None
        ours = known is None or known.ours or offer is None or offer.target_id != sender.id
        return None if ours else "answer_deleted"
    return outcome


def person_gone(tx: Tx, env: Env, person: Actor) -> None:
    """Whoever is gone cannot take their name off themselves."""
    for row in post_authors.authorships(tx, person.id, "agreed"):
        post = posts.post(tx, row.post_id)
        if row.via != "message" or post is None:
            continue
        asked = resting_on(tx, post.uri, person.id)
        if asked is not None:
            take_back(tx, env, person, asked, "gone", quietly=True)


def _unclear(tx: Tx, env: Env, sender: Actor, offer: Offer, answer: Answer) -> str:
    _show(tx, env, offer, sender, answer)
    if offer.state == _S.OFFERED.value:
        _answer_back(tx, env, offer, "unclear", answer)
    elif offer.state in (_S.ACCEPTED.value, _S.PUBLISHED.value) and hints_at_leaving(answer.text):
        _answer_back(tx, env, offer, "unclear_later", answer)
    return "unclear"


def _answer_back(tx: Tx, env: Env, offer: Offer, kind: str, answer: Answer) -> None:
    if messages.count_messages(tx, offer.id, kind) < MOST_UNCLEAR:
        send_word(tx, env, offer, kind, about=answer.uri, in_reply_to=answer.uri)


def _show(
    tx: Tx, env: Env, offer: Offer, sender: Actor, answer: Answer, *, too_late: bool = False
) -> None:
    """What somebody wrote besides a clear word is for the author to read, and for nothing else."""
    post = posts.post(tx, offer.post_id) if offer.post_id is not None else None
    draft = post is not None and post.state == "draft"
    if draft and not too_many(tx, env, offer.object_uri, sender.id, by_message=True):
        discussion.add_comment(
            tx,
            id=env.new_id(),
            uri=answer.uri,
            object_uri=offer.object_uri,
            actor_id=sender.id,
            content=from_text(answer.text),
            created_at=env.now(),
        )
    words = " ".join(answer.text.split())
    shown = words if len(words) <= 500 else words[:499] + "…"
    tell(
        tx,
        env,
        offer.sender_id,
        "cotweet.answer",
        answer.uri,
        actor_id=sender.id,
        post_id=offer.post_id,
        text=say(
            "{who} would have agreed, but the question was closed: “{words}”",
            who=_handle(sender),
            words=shown,
        )
        if too_late
        else say("{who} answered your question: “{words}”", who=_handle(sender), words=shown),
    )


def _note_candidate(tx: Tx, env: Env, offer: Offer, answer: Answer) -> None:
    """A public answer may be what others can check: look at it where it stands."""
    if answer.public and says_so(answer.text, offer.object_uri, offer.digest) is not False:
        messages.change_consent(tx, offer.id, note_uri=answer.uri)
        later(tx, env, "verify_consent_notes", str(offer.post_id), post_id=offer.post_id)


def _reason(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words.split()) > 3 else ""


def _handle(actor: Actor) -> str:
    return f"@{actor.username}@{actor.host}"
