"""Whether this author may invite these people now: limits, policies, visibility."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from activitypub.coauthorship.roles import ROLES
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.domain.limits import DAY, OFFER_LONGEST, OFFER_SHORTEST
from fedi_cotweet.languages.wording import mark, say, say_count
from fedi_cotweet.services import distances
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.homes import check_at_home, check_found_here
from fedi_cotweet.services.messages import check_askable
from fedi_cotweet.services.words import Words
from storage.engine import Tx
from storage.models import Actor
from storage.queries import consents, follows


def check_inviting(
    tx: Tx,
    env: Env,
    author: Actor,
    co_authors: Sequence[Actor],
    words: Words,
    expires_in: int,
    *,
    by_message: bool = False,
) -> None:
    """``ServiceError`` unless ``author`` may offer these words to ``co_authors`` now.

    ``expires_in`` is in milliseconds; ``by_message``: whose server is unaware is asked by message.
    """
    if not co_authors:
        raise ServiceError("no_co_authors", 422, "Name at least one co-author.")
    check_version(env, author, co_authors, words, expires_in)
    check_invitees(tx, env, author, co_authors, by_message=by_message)


def check_roles(roles: Iterable[str]) -> None:
    """``bad_role`` (422) for what is none."""
    if not set(roles) <= set(ROLES):
        raise ServiceError(
            "bad_role", 422, say("A role is one of: {choices}.", choices=", ".join(ROLES))
        )


def check_version(
    env: Env, author: Actor, co_authors: Sequence[Actor], words: Words, expires_in: int
) -> None:
    """``ServiceError`` unless these words can be those of these authors."""
    limits = env.limits
    if words.visibility not in EVERYBODYS:
        raise ServiceError(
            "visibility_not_allowed",
            422,
            say(
                "A post with co-authors is public or unlisted, and not “{given}”.",
                given=words.visibility[:20],
            ),
            "Its authors' servers show it to different people, and every server must be able to"
            " check who agreed to it: of a post that is not for everybody that cannot be done."
            " Choose public or unlisted, or write it alone and mention the others.",
        )
    if len(co_authors) > limits.max_authors - 1:
        raise ServiceError(
            "too_many_authors",
            422,
            say_count(
                "A post has at most {count} author here, you included.",
                "A post has at most {count} authors here, you included.",
                count=limits.max_authors,
            ),
        )
    if len({actor.id for actor in co_authors}) != len(co_authors):
        raise ServiceError("author_twice", 422, "A co-author is named twice.")
    if not OFFER_SHORTEST <= expires_in <= OFFER_LONGEST:
        raise ServiceError(
            "bad_expiry", 422, "An invitation lasts between one hour and thirty days."
        )


def check_invitees(
    tx: Tx,
    env: Env,
    author: Actor,
    co_authors: Sequence[Actor],
    *,
    by_message: bool = False,
) -> None:
    """``ServiceError`` unless ``author`` may invite these people now, who are not authors yet."""
    if not co_authors:
        return
    limits, now = env.limits, env.now()
    check_at_home(tx, author.id)
    check_rollout(env, author)
    for actor in co_authors:
        who = f"@{actor.username}@{actor.host}"
        if actor.id == author.id:
            raise ServiceError("author_twice", 422, "You are the author already.")
        check_found_here(tx, actor, mark("Invite them as {home}."))
        if actor.can_co_author is None and by_message and actor.gone_at is None:
            check_askable(tx, env, author, actor)
            continue
        if actor.can_co_author is None or actor.gone_at is not None:
            raise ServiceError(
                "invitee_not_capable",
                422,
                say("The server of {who} does not know co-authorship.", who=who),
                "Ask them by direct message (by_message, --by-message): they answer it in their own"
                " app, and their name stands in the text.",
            )
        if set(actor.can_co_author) <= {actor.uri}:
            raise ServiceError(
                "invitee_refuses",
                422,
                say("{who} does not take invitations.", who=who),
            )
        near = distances.check_reachable(tx, now, author.id, actor)
        if not near or not _may_be_welcome(tx, author, actor):
            raise ServiceError(
                "invitee_policy",
                422,
                say("{who} takes invitations from other people only.", who=who),
                "By default that is people they follow: ask them to follow you first.",
            )
    if now - author.created_at < limits.invite_min_account_age_ms:
        raise ServiceError(
            "account_too_new", 403, "New accounts cannot invite yet.", "Try again tomorrow."
        )
    over = consents.count_open(tx, author.id, "sent") + len(co_authors)
    if over > limits.open_invites_per_sender:
        raise ServiceError(
            "too_many_open_invites",
            429,
            say_count(
                "You have {count} unanswered invitation.",
                "You have {count} unanswered invitations.",
                count=limits.open_invites_per_sender,
            ),
            "Wait for answers or withdraw some.",
        )
    for actor in co_authors:
        if consents.count_open(tx, author.id, "sent", actor.id) >= limits.open_invites_per_pair:
            raise ServiceError(
                "too_many_open_invites",
                429,
                say_count(
                    "{who} has {count} unanswered invitation of yours.",
                    "{who} has {count} unanswered invitations of yours.",
                    count=limits.open_invites_per_pair,
                    who=f"@{actor.username}@{actor.host}",
                ),
            )
    today = consents.count_since(tx, author.id, "sent", now - DAY) + len(co_authors)
    if today > limits.invites_per_day:
        raise ServiceError(
            "too_many_invites_today",
            429,
            say_count(
                "At most {count} invitation a day.",
                "At most {count} invitations a day.",
                count=limits.invites_per_day,
            ),
        )


def check_rollout(env: Env, author: Actor) -> None:
    """``cotweets_off`` (403) unless this server lets the author start co-tweets (C44)."""
    if not env.limits.rollout.allows(author.uri, author.username, env.now()):
        raise ServiceError(
            "cotweets_off",
            403,
            "You cannot start posts with co-authors on this server at present.",
            "You can answer invitations, and change, leave and delete what you have.",
        )


def _may_be_welcome(tx: Tx, author: Actor, invitee: Actor) -> bool:
    """Whether the published policy lets the author in, as far as this server can tell.

    Only advice, so that nobody waits for an answer to an invitation that will be dropped: the
    invitee's server decides (C3).
    """
    for entry in invitee.can_co_author or []:
        if entry in (PUBLIC, author.uri):
            return True
        if entry == invitee.following_uri:
            if follows.follows(tx, invitee.id, author.id):
                return True
        elif entry == invitee.followers_uri:
            if follows.follows(tx, author.id, invitee.id):
                return True
        elif entry != invitee.uri:
            return True  # a list that only their server can read
    return False
