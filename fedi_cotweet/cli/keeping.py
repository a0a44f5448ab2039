"""The consent log, the export of what one agreed to, and the end of co-tweets on a server."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from fedi_cotweet.cli import consent_history
from fedi_cotweet.cli.client import CommandError, UsageError, segment
from fedi_cotweet.cli.discussion import COTWEETS
from fedi_cotweet.cli.naming import PostArgument
from fedi_cotweet.cli.session import Session, interactive
from fedi_cotweet.cli.text import line, moment, plain
from fedi_cotweet.domain.plurals import count

CONTROL = "/api/v1/control"

OutputOption = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="Write it there.", show_default=False),
]


def consent_log(
    session: Session,
    target: PostArgument,
    moderator: Annotated[
        bool,
        typer.Option(
            "--moderator",
            help="As the operator: any post.",
            show_default=False,
        ),
    ] = False,
    details: Annotated[
        bool,
        typer.Option(
            "--details",
            help="With the digests, stamps, keys and identifiers.",
            show_default=False,
        ),
    ] = False,
    output: OutputOption = None,
) -> None:
    """Show who asked whom, who agreed, declined, left, and when.

    --details adds to what digest, with which stamp and key.
    Nothing in it is ever changed or removed.
    """
    client = session.client()
    if moderator:
        answer = client.get(f"{CONTROL}/consent-log", uri=target)
    else:
        answer = client.get(f"{COTWEETS}/{segment(target)}/log")
    if output is not None:
        _write(output, answer.body.decode())
        session.say(Text(f"Written to {output}."))
        return
    session.show(answer, lambda: consent_history.log(answer.document(), details=details))


def export(
    session: Session,
    uri: Annotated[
        str | None,
        typer.Option(
            "--uri",
            metavar="POST",
            help="Only this post, by an id or its address.",
            show_default=False,
        ),
    ] = None,
    as_text: Annotated[
        bool, typer.Option("--text", help="To be read, instead of JSON.", show_default=False)
    ] = False,
    output: OutputOption = None,
) -> None:
    """Take along everything you agreed to be an author of, also of posts that are gone.

    Text, pictures, digest, dates, your stamp, and the Offer exactly as it was received.
    """
    client = session.client()
    query: dict[str, str | int | None] = {"uri": uri}
    whole = client.get(f"{COTWEETS}/export", **query).document()
    page = whole
    while page.get("next_before"):
        page = client.get(f"{COTWEETS}/export", **query, before=page["next_before"]).document()
        whole["consents"] += page["consents"]
    whole.pop("next_before", None)
    text = _readable(whole) if as_text else json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
    if output is None:
        sys.stdout.write(text)
        return
    _write(output, text)
    session.say(Text(f"{count(len(whole['consents']), 'consent')} written to {output}."))


def degrade(
    session: Session,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.", show_default=False)
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask.", show_default=False)
    ] = False,
) -> None:
    """End co-tweets on this server: back to posts of one author, and boosts.

    Can be stopped and begun anew at any time. It cannot be undone.
    """
    client, path = session.client(), f"{CONTROL}/degrade"
    answer = client.get(path)
    left = answer.document()
    if dry_run or not (left["own_left"] or left["others_left"]):
        session.show(answer, lambda: _outlook(left))
        return
    if not session.as_json:
        session.say(_outlook(left))
    _make_sure(session, yes=yes)
    done = {"own": 0, "others": 0}
    while True:
        step = client.post(path).document()
        for name in done:
            done[name] += step[name]
        if not session.as_json:
            session.say(Text(_progress(done, step)))
        if not (step["own_left"] or step["others_left"]):
            break
        if not (step["own"] or step["others"]):
            raise CommandError("stuck", "Some could not be dealt with.", "The log says more.")
    if session.as_json:
        sys.stdout.write(json.dumps(done) + "\n")


def _make_sure(session: Session, *, yes: bool) -> None:
    if yes:
        return
    if session.as_json or not interactive():
        raise UsageError("There is nobody to ask.", "To do it: --yes. To look first: --dry-run.")
    if not typer.confirm("End them? This cannot be undone.", default=False):
        raise CommandError("not_done", "Nothing was changed.")


def _outlook(left: Mapping[str, Any]) -> Text:
    own, others = left["own_left"], left["others_left"]
    if not (own or others):
        return Text("There are no published co-tweets here.")
    return Text(
        f"{count(own, 'co-tweet')} of people here would become posts of their primary authors.\n"
        f"People here would leave {count(others, 'co-tweet')} of other servers.\n"
        "Boosts of co-authors who live here stay."
    )


def _progress(done: Mapping[str, int], step: Mapping[str, Any]) -> str:
    left = step["own_left"] + step["others_left"]
    return (
        f"{count(done['own'], 'post')} of one author again, {count(done['others'], 'other')} left; "
        f"{left} to go."
    )


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None


def _readable(whole: Mapping[str, Any]) -> str:
    parts = [f"What @{line(whole['handle'])} agreed to be an author of\n"]
    for item in whole["consents"]:
        rows = [
            f"Post:     {line(item['object'])}",
            f"Authors:  {', '.join(line(uri) for uri in item['authors'])}",
            f"Offered:  {moment(item['offered_at'])}",
            f"Agreed:   {moment(item['agreed_at'])}",
        ]
        if item["ended_at"] is not None:
            rows.append(f"Ended:    {moment(item['ended_at'])} ({line(item['why_ended'] or '')})")
        rows += [f"Stamp:    {line(item['stamp_id'])}", f"Digest:   {line(item['digest'])}"]
        if item["summary"]:
            rows.append(f"Warning:  {line(item['summary'])}")
        rows += [
            f"Picture:  {line(media['url'])} ({line(media['alt'])}) {line(media['digest'] or '')}"
            for media in item["media"]
        ]
        body = "\n".join(f"    {row}" for row in plain(item["text"]).splitlines())
        parts.append("\n".join([*rows, "", body, ""]))
    return ("\n" + "-" * 72 + "\n").join(parts)
