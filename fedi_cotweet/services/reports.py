"""Reports of posts and people, from here and from elsewhere, and what moderators see of them (C42).

A co-tweet is reported with all its authors, to the servers of all of them unless whoever reports
it chooses fewer. Likes, boosts and followers of a post are no part of any decision: a well-known
co-author makes nobody else more trusted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from activitypub.html import to_text
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import timelines
from fedi_cotweet.services.audiences import may_see
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit, tell
from fedi_cotweet.services.mistaken import no_such_post
from fedi_cotweet.services.notices import author_rows
from fedi_cotweet.services.people import author_view, profile_path
from fedi_cotweet.services.staff_log import OPERATOR, note
from fedi_cotweet.services.views import AuthorView, ReportedPostView, ReportView, RuleView
from storage.engine import Tx
from storage.models import Actor, Post, Report
from storage.queries import actors, consents, follows, posts, reports

MOST_COMMENT: Final = 5_000
LONGEST_ANSWER: Final = 2_000
STATES: Final = ("open", "resolved")
CATEGORIES: Final = ("spam", "legal", "violation", "other")


def report(
    tx: Tx,
    env: Env,
    account_id: int,
    *,
    post: Post | None,
    person: Actor | None,
    comment: str,
    servers: Collection[str] | None,
) -> Report:
    """Somebody here reports a post with all its authors, or a person.

    ``servers``: hosts that are told, None for those of all authors. This one always knows. Raises
    ``nothing_to_report`` and ``no_such_server`` (422).
    """
    if (post is None) == (person is None):
        raise ServiceError("nothing_to_report", 422, "Say which post or which person, one of both.")
    people = [person] if person is not None else []
    if post is not None:
        if post.state != "published" or not may_see(tx, post, account_id):
            raise no_such_post(tx, post, account_id)
        wanted = timelines.shown_author_ids(post, author_rows(tx, post), env.now())
        found = actors.actors(tx, wanted)
        people = [found[author] for author in wanted if author in found]
    away = list(dict.fromkeys(actor.host for actor in people if not actor.local))
    chosen = away if servers is None else [host for host in away if host in servers]
    unknown = set(servers or ()) - set(away) - {env.addresses.host}
    if unknown:
        raise ServiceError(
            "no_such_server",
            422,
            say("No author lives on {host}.", host=sorted(unknown)[0]),
            say("Choose one of: {choices}.", choices=", ".join(away))
            if away
            else say("All authors live here."),
        )
    return _make(tx, env, account_id, people, [post] if post is not None else [], comment, chosen)


def report_person(
    tx: Tx,
    env: Env,
    account_id: int,
    person: Actor,
    about: Sequence[Post],
    *,
    comment: str,
    category: str = "other",
    forward: bool = False,
    rules: Sequence[RuleView] = (),
) -> Report:
    """Somebody here reports a person with posts of theirs, and with these all their authors.

    ``forward``: their servers are told. ``rules``: what was broken. Raises ``not_found`` for a post
    that is not the person's, or not to be seen by whoever reports it.
    """
    found = {person.id: person}
    for post in about:
        authors = timelines.shown_author_ids(post, author_rows(tx, post), env.now())
        seen = post.state == "published" and may_see(tx, post, account_id)
        if not seen or person.id not in authors:
            raise not_found("post")
        found |= actors.actors(tx, authors)
    people = list(found.values())
    away = list(dict.fromkeys(actor.host for actor in people if not actor.local))
    chosen = away if forward else []
    category = check_category(category)
    return _make(tx, env, account_id, people, about, comment, chosen, category, rules)


def check_category(category: str) -> str:
    """One of ``CATEGORIES``. Raises ``bad_category`` (422)."""
    if category in CATEGORIES:
        return category
    raise ServiceError(
        "bad_category", 422, say("A report is one of: {choices}.", choices=", ".join(CATEGORIES))
    )


def _make(
    tx: Tx,
    env: Env,
    account_id: int,
    people: Sequence[Actor],
    about: Sequence[Post],
    comment: str,
    chosen: Sequence[str],
    category: str = "other",
    rules: Sequence[RuleView] = (),
) -> Report:
    report_id = env.new_id()
    reports.add_report(
        tx,
        id=report_id,
        uri=f"{env.addresses.instance_actor}#reports/{env.token()}",
        by_id=account_id,
        actor_uris=[actor.uri for actor in people],
        object_uris=[post.uri for post in about],
        comment=comment[:MOST_COMMENT],
        category=category,
        rules=[[rule.id, rule.text] for rule in rules],
        forwarded_to=list(chosen),
        state="open",
        created_at=env.now(),
    )
    if chosen:
        emit(tx, env, "report.made", report_id=report_id)
    return own_report(tx, report_id)


def receive(tx: Tx, env: Env, uri: str, sender: Actor, objects: Sequence[str], comment: str) -> str:
    """A server reports people or posts; kept if any of them are ours. Outcomes: ``reported``,
    ``not_relevant``."""
    people = actors.actors_by_uri(tx, objects)
    found = [
        post
        for object_uri in objects
        if object_uri not in people
        and (post := posts.post_by_uri(tx, object_uri)) is not None
        and post.state == "published"
    ]
    involved = {actor.id for actor in people.values()}
    for post in found:
        involved |= set(timelines.shown_author_ids(post, author_rows(tx, post), env.now()))
    if not follows.local_among(tx, involved):
        return "not_relevant"
    reports.add_report(
        tx,
        id=env.new_id(),
        uri=uri,
        by_id=sender.id,
        actor_uris=[object_uri for object_uri in objects if object_uri in people],
        object_uris=[object_uri for object_uri in objects if object_uri not in people],
        comment=comment[:MOST_COMMENT],
        forwarded_to=[],
        state="open",
        created_at=env.now(),
    )
    return "reported"


def resolve(tx: Tx, env: Env, report_id: int, *, by: str = OPERATOR, answer: str = "") -> None:
    """A moderator has dealt with it; once more changes nothing.

    Who made it, if they live here, is told that it was looked at, and ``answer``; never what was
    done. Raises ``text_too_long`` (422).
    """
    held, words = own_report(tx, report_id), answer.strip()
    if held.state != "open":
        return
    if len(words) > LONGEST_ANSWER:
        raise ServiceError(
            "text_too_long",
            422,
            say("A text to somebody has at most {most} characters.", most=LONGEST_ANSWER),
        )
    reports.resolve(tx, report_id, env.now(), words)
    note(tx, env, by, "resolve", f"#{report_id}", words)
    reporter = actors.actor(tx, held.by_id)
    if reporter is not None and reporter.gone_at is None and follows.local_among(tx, [reporter.id]):
        who = _names(tx, held)
        text = say("Your report of {who} was looked at.", who=who)
        if words:
            text = say(
                "Your report of {who} was looked at. The answer: “{answer}”", who=who, answer=words
            )
        tell(tx, env, reporter.id, "report.closed", str(report_id), text=text)


def _names(tx: Tx, held: Report) -> str:
    uris = [str(uri) for uri in held.actor_uris]
    people = actors.actors_by_uri(tx, uris)
    return ", ".join(
        f"@{people[uri].username}@{people[uri].host}" if uri in people else uri for uri in uris
    )


def own_report(tx: Tx, report_id: int) -> Report:
    """A report, or 404."""
    found = reports.report(tx, report_id)
    if found is None:
        raise not_found("report")
    return found


def page(tx: Tx, env: Env, state: str, before: int | None, limit: int) -> list[ReportView]:
    """Reports, newest first. Raises ``bad_query`` (422)."""
    if state not in STATES:
        raise ServiceError(
            "bad_query", 422, say("“state” is one of: {choices}.", choices=", ".join(STATES))
        )
    return [view(tx, env, found) for found in reports.reports(tx, state, before, limit)]


def view(tx: Tx, env: Env, found: Report) -> ReportView:
    """A report as a moderator sees it: every author of what is reported, and their consent."""
    held = [
        post
        for uri in found.object_uris
        if (post := posts.post_by_uri(tx, str(uri))) is not None and post.state != "draft"
    ]
    people = actors.actors_by_uri(tx, [str(uri) for uri in found.actor_uris])
    by = actors.actor(tx, found.by_id)
    return ReportView(
        id=str(found.id),
        state=found.state,
        by=author_view(env, by) if by is not None else None,
        people=tuple(_person(env, str(uri), people.get(str(uri))) for uri in found.actor_uris),
        posts=tuple(_post(tx, env, post, found.by_id) for post in held),
        unknown=tuple(
            str(uri) for uri in found.object_uris if uri not in {post.uri for post in held}
        ),
        comment=found.comment,
        category=found.category,
        rules=tuple(str(text) for _, text in found.rules),
        forwarded_to=tuple(str(host) for host in found.forwarded_to),
        created_at=found.created_at,
        resolved_at=found.resolved_at,
        answer=found.answer,
    )


def _person(env: Env, uri: str, actor: Actor | None) -> AuthorView:
    if actor is not None:
        return author_view(env, actor)
    return AuthorView(uri=uri, name=uri, handle=uri, url=uri, local=False)


def _post(tx: Tx, env: Env, post: Post, reporter_id: int) -> ReportedPostView:
    rows = author_rows(tx, post)
    wanted = timelines.shown_author_ids(post, rows, env.now())
    found = actors.actors(tx, wanted)
    # An address alone, which anybody may send, opens no letter to those who look after the server.
    open_here = post.visibility in ("public", "unlisted") or may_see(tx, post, reporter_id)
    return ReportedPostView(
        id=str(post.id),
        uri=post.uri,
        page=f"{profile_path(found[post.author_id])}/{post.id}",
        state=post.state,
        authors=tuple(author_view(env, found[author]) for author in wanted if author in found),
        log_entries=len(consents.log_of(tx, post.uri)),
        summary=post.summary if open_here else "",
        text=to_text(post.content) if open_here else "",
    )
