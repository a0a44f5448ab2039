"""Posts, invites and drafts as a terminal shows them.

Everything that people wrote goes through ``text.plain`` or ``text.line``: nothing of it is ever
read as markup or as a terminal's control sequence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from fedi_cotweet.cli.text import count, distance, line, links, moment, plain
from fedi_cotweet.services.thread_views import ThreadView
from fedi_cotweet.services.views import (
    AuthorView,
    CompanionView,
    DraftAuthorView,
    DraftView,
    InviteView,
    MediaView,
    PollView,
    PostView,
    QuoteView,
    TimelinePage,
)

AUDIENCES = {
    "public": "public: anyone can read it, and it is listed everywhere",
    "unlisted": "unlisted: anyone can read it, but it is not listed in public timelines",
    "followers": "followers only",
    "direct": "only the people it mentions",
}

CONSENTS = {
    "offered": ("invited, no answer yet", "yellow"),
    "accepted": ("agreed", "green"),
    "published": ("agreed, named on the post", "green"),
    "declined": ("declined", "red"),
    "expired": ("did not answer in time", "red"),
    "withdrawn": ("invite withdrawn", "dim"),
    "superseded": ("asked again for the newer text", "dim"),
    "lapsed": ("agreed, but it was never published", "dim"),
    "left": ("left the post", "dim"),
    "removed": ("published without them", "dim"),
    "deleted": ("the post is deleted", "dim"),
}

STATES = {
    "draft": "a draft, seen by you and those you invited",
    "offered": "waiting for answers, seen by its authors only",
    "waiting": "waiting for answers, seen by its authors only",
    "ready": "everyone agreed; it can be published",
    "publishing": "being published",
    "published": "published",
    "declined": "declined; it needs your decision",
    "expired": "not answered in time; a draft again",
    "deleted": "deleted",
}


MODES = {
    "wait_all": "nothing is published; you decide what becomes of it",
    "publish_without_decliners": "it is published with those who do, as soon as everybody has "
    "answered or their time is over; under your name alone only if you say so",
    "scheduled": "nothing is published, also when its time has come; you decide what becomes of it",
}
"""What happens when somebody declines or does not answer, by a draft's mode."""


def person(author: AuthorView) -> Text:
    """Name and handle."""
    text = Text(line(author.name) or line(author.handle), style="bold")
    text.append(f"  @{line(author.handle)}", style="cyan")
    if author.moved_to:
        text.append(f" (now @{line(author.moved_to)})", style="dim")
    return text


CREDITS = {
    "artist": "art by",
    "photographer": "photos by",
    "translator": "translated by",
    "host": "hosted by",
    "other": "with help from",
}


def credited(author: AuthorView) -> Text:
    """What somebody did, where it is not simply writing, and who: ``art by Bob @bob@b.example``."""
    if author.role == "author":
        return person(author)
    role = CREDITS.get(author.role, line(author.role))
    return Text(f"{role} ").append_text(person(author))


def names(authors: Iterable[AuthorView]) -> Text:
    """Every author in order: ``Alice @alice@a.example and Bob @bob@b.example``."""
    people = list(authors)
    text = Text()
    for position, each in enumerate(people):
        if position:
            last = position == len(people) - 1 and each.role == "author"
            text.append(" and " if last else ", ")
        text.append_text(credited(each))
    return text


def invite(view: InviteView, now: int) -> RenderableType:
    """The whole preview of an invite: nothing that consent would cover is left out."""
    follows = "follows you" if view.sender_follows_you else "does not follow you"
    opening = person(view.sender).append(f" ({follows})", style="dim")
    opening.append(_asked(view), style="default")
    body: list[RenderableType] = [opening, Text()]
    body.append(_heading("Authors, in this order"))
    for position, entry in enumerate(view.authors, 1):
        style = "bold green" if entry.standing == "you" else "dim"
        text = Text(f"  {position}. ").append_text(credited(entry.author))
        body.append(text.append(f"  {line(entry.standing)}", style=style))
    body += [Text(), Rule(Text("exactly what would stand under your name"), style="dim")]
    body += _content(view.summary, view.text, view.sensitive)
    body += _poll(view.poll, now)
    body += _pictures(view.media)
    body += quoted(view.quote)
    body += [Rule(style="dim"), *links_of(view.content)]
    facts = _facts()
    if view.mentions:
        facts.add_row("Mentions", _joined(view.mentions))
    audience = line(AUDIENCES.get(view.visibility, view.visibility))
    if view.beyond_followers:
        audience += " (not only your followers, though your account is locked)"
    facts.add_row("Audience", audience)
    if view.language:
        facts.add_row("Language", line(view.language))
    if view.in_reply_to:
        facts.add_row("In reply to", line(view.in_reply_to))
    if view.publish_at is not None:
        facts.add_row("Not before", f"{moment(view.publish_at)}, {distance(view.publish_at, now)}")
    facts.add_row("Answer by", _deadline(view.expires_at, now))
    facts.add_row("Digest", line(view.digest))
    body += [facts, Text()]
    if view.differences:
        body += [_heading("What is different from what you agreed to")]
        body += [*_differences(view.differences), Text()]
    body += _answers(view)
    title = Text(f" Invite {line(view.id)} ", style="bold")
    return Panel(Group(*body), title=title, title_align="left", box=box.ROUNDED, padding=(1, 2))


def _asked(view: InviteView) -> str:
    if not view.already_published:
        return " asks you to be an author of this post."
    if not view.already_author:
        return " asks to add your name to this published post."
    return " asks you to agree to a change of this post, which you are an author of."


def _answers(view: InviteView) -> list[RenderableType]:
    if view.refusal:
        return [
            Text(f"It cannot be accepted here: {plain(view.refusal)}", style="bold red"),
            _hint("Decline", f"fedi-cotweet decline {line(view.id)}"),
        ]
    if view.state != "offered":
        label, style = CONSENTS.get(view.state, (line(view.state), "default"))
        answer = [Text(f"This invite is answered or closed: {label}.", style=style)]
        if view.state in {"accepted", "published"}:
            answer.append(Text("To take your name back: fedi-cotweet leave POST", style="dim"))
        return list(answer)
    return [
        _hint("Accept", f"fedi-cotweet accept {line(view.id)}"),
        _hint("Decline", f"fedi-cotweet decline {line(view.id)} [--reason TEXT]"),
        Text(
            "Until everyone has agreed, the published version stands."
            if view.already_author
            else "No answer is an answer too: nothing is sent, and the invite ends.",
            style="dim",
        ),
    ]


def draft(view: DraftView, now: int) -> RenderableType:
    """A co-tweet of one's own: who has agreed, and what happens next."""
    state = line(STATES.get(view.state, view.state))
    body: list[RenderableType] = [Text(state[:1].upper() + state[1:] + ".", style="bold"), Text()]
    body += _content(view.post.summary, view.post.text, view.post.sensitive)
    body += _poll(view.post.poll, now)
    body += _pictures(view.post.media)
    body += quoted(view.post.quote)
    body += [Text(), _heading("Co-authors")]
    body += [_consent(entry, now) for entry in view.co_authors]
    if view.change is not None:
        body += [Text(), _heading("A change waits for consent; until then the text above stands")]
        body += [*_differences(view.change.differences)]
        body += [_consent(entry, now) for entry in view.change.co_authors]
    facts = _facts()
    if view.state != "published":
        facts.add_row("If not all agree", line(MODES.get(view.mode, view.mode)))
    if view.state == "draft" and view.publish_at is not None:
        facts.add_row("Not before", f"{moment(view.publish_at)}, {distance(view.publish_at, now)}")
    facts.add_row("Audience", line(AUDIENCES.get(view.post.visibility, view.post.visibility)))
    if view.state == "published":
        facts.add_row("Page", line(view.post.url or view.post.uri))
    body += [Text(), facts]
    body += [Text(), *_next_steps(view)]
    title = Text(f" Co-tweet {line(view.post.id)} ", style="bold")
    return Panel(Group(*body), title=title, title_align="left", box=box.ROUNDED, padding=(1, 2))


def _consent(entry: DraftAuthorView, now: int) -> Text:
    label, style = CONSENTS.get(entry.state, (line(entry.state), "default"))
    text = Text("  ").append_text(credited(entry.author)).append(f"  {label}", style=style)
    if entry.state == "offered" and entry.expires_at is not None:
        text.append(f" (until {moment(entry.expires_at)}, {distance(entry.expires_at, now)})")
    if entry.channel == "message":
        text.append(", asked by message", style="dim")
    if entry.reason:
        text.append(f": {line(entry.reason)}")
    return text


def _differences(lines: Sequence[str]) -> list[RenderableType]:
    styles = {"+": "green", "-": "red"}
    return [Text(f"  {line(text)}", style=styles.get(text[:1], "dim")) for text in lines]


def _next_steps(view: DraftView) -> list[RenderableType]:
    post_id = line(view.post.id)
    publish = f"fedi-cotweet publish {post_id}"
    if view.change is not None:
        without = "Publish it without those who did not agree"
        return [
            _hint("Call the change off", f"fedi-cotweet cancel-change {post_id}"),
            _hint(without if _agreed(view.change.co_authors) else _ALONE, publish),
        ]
    if view.state == "published":
        return [_hint("Delete", f"fedi-cotweet delete {post_id}")]
    return [
        _hint("Publish with those who agreed" if _agreed(view.co_authors) else _ALONE, publish),
        _hint("Take invites back", f"fedi-cotweet withdraw {post_id} [--from HANDLE]"),
        _hint("Throw it away", f"fedi-cotweet discard {post_id}"),
    ]


_ALONE = "Nobody has agreed. Publish alone, as an ordinary post"


def _agreed(entries: Sequence[DraftAuthorView]) -> bool:
    return any(entry.state == "accepted" for entry in entries)


def post(view: PostView, now: int) -> RenderableType:
    """One post, with all its authors in the header."""
    body: list[RenderableType] = []
    if view.boosted_by:
        body.append(Text("boosted by ", style="dim").append_text(person(view.boosted_by)))
    body.append(names(view.authors))
    body += [_companion(entry) for entry in view.companions]
    when = Text(f"{moment(view.published_at)}, {distance(view.published_at, now)}", style="dim")
    if view.updated_at is not None:
        # Their clock may be ahead of ours; and an edit is always later than the one before it.
        when.append(f", edited {distance(min(view.updated_at, now), now)}")
    if view.visibility != "public":
        when.append(f", {line(view.visibility)}")
    if view.state != "published":
        when.append(f", {line(view.state)}", style="bold yellow")
    body.append(when)
    if view.in_reply_to:
        body.append(Text(f"answers {line(view.in_reply_to)}", style="dim"))
    body.append(Text())
    body += _content(view.summary, view.text, view.sensitive)
    body += _poll(view.poll, now)
    body += _pictures(view.media)
    body += quoted(view.quote)
    counts = ", ".join(
        (count(view.replies, "reply", "replies"), count(view.boosts, "boost"),
         count(view.likes, "like"))
    )  # fmt: skip
    body += [Text(), Text(counts, style="dim"), Text(line(view.url or view.uri), style="dim")]
    title = Text(f" {line(view.id)} ", style="dim")
    return Panel(Group(*body), title=title, title_align="right", box=box.ROUNDED, padding=(0, 1))


QUOTES = {
    "pending": "quotes a post whose author has not agreed yet",
    "rejected": "quotes a post whose author does not agree",
    "revoked": "quotes a post whose author does not agree any more",
    "deleted": "quotes a post that is deleted",
    "unauthorised": "quotes a post whose author was not asked",
    "hidden": "quotes a post that you do not see",
}


def quoted(view: QuoteView | None) -> list[RenderableType]:
    """What a post quotes, or why it is not shown."""
    if view is None:
        return []
    parts: list[RenderableType] = [Text()]
    if view.state != "accepted":
        parts.append(Text(f"  {QUOTES.get(view.state, line(view.state))}", style="dim"))
    if view.post is not None:
        words = _content(view.post.summary, view.post.text, view.post.sensitive)
        inside = Group(names(view.post.authors), *words, *_pictures(view.post.media))
        parts.append(Padding(Panel(inside, box=box.ROUNDED, style="default"), (0, 2)))
    if view.url:
        parts.append(Text(f"  {line(view.url)}", style="dim", overflow="fold"))
    return parts


def _companion(entry: CompanionView) -> Text:
    how = "agreed by reply" if entry.how == "reply" else "agreed by message"
    return Text("with ", style="dim").append_text(person(entry.person)).append(f", {how}", "dim")


def thread(view: ThreadView, now: int) -> RenderableType:
    """A post between what it answers and what answers it, which is set in below it."""
    parts: list[RenderableType] = [post(one, now) for one in view.ancestors]
    parts.append(post(view.post, now))
    depths = {view.post.uri: 0}
    for one in view.descendants:
        depths[one.uri] = depths.get(one.in_reply_to or "", 0) + 1
        parts.append(Padding(post(one, now), (0, 0, 0, 2 * min(depths[one.uri], 8))))
    if view.waiting:
        parts.append(Text("More of this thread is being fetched.", style="dim"))
    return Group(*parts)


def timeline(
    page: TimelinePage,
    now: int,
    *,
    empty: str = "Nothing here yet. Follow somebody: fedi-cotweet follow @bob@b.example",
    command: str = "timeline",
) -> RenderableType:
    """Newest first, with the ``command`` for the next page; ``empty`` if there is nothing."""
    if not page.posts and not page.next_before:
        return Text(line(empty))
    parts: list[RenderableType] = [post(view, now) for view in page.posts]
    if page.next_before:
        older = f"fedi-cotweet {line(command)} --before {line(page.next_before)}"
        parts.append(_hint("Older", older))
    return Group(*parts)


def _content(summary: str, text: str, sensitive: bool) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if summary:
        parts.append(Text(f"Content warning: {line(summary)}", style="bold yellow"))
    elif sensitive:
        parts.append(Text("Marked as sensitive", style="bold yellow"))
    parts.append(Padding(Text(plain(text).strip("\n"), overflow="fold"), (0, 2)))
    return parts


def _poll(view: PollView | None, now: int) -> list[RenderableType]:
    if view is None:
        return []
    total = max(sum(option.votes for option in view.options), 1)
    parts: list[RenderableType] = [Text()]
    for position, option in enumerate(view.options):
        text = Text(f"  {position + 1}. ").append(line(option.name), style="bold")
        text.append(f"  {option.votes * 100 // total} % ({option.votes})", style="dim")
        if position in view.own:
            text.append("  your vote", style="green")
        text.overflow = "fold"
        parts.append(text)
    facts = [count(view.voters, "person has voted", "people have voted")]
    if view.multiple:
        facts.append("several can be chosen")
    if view.over:
        facts.append("it is over")
    elif view.ends_at is not None:
        facts.append(f"ends {moment(view.ends_at)}, {distance(view.ends_at, now)}")
    return [*parts, Text(f"  {'; '.join(facts)}", style="dim")]


def _pictures(media: Sequence[MediaView]) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for position, item in enumerate(media, 1):
        size = f" {item.width}×{item.height}" if item.width and item.height else ""
        text = Text(f"  Picture {position}", style="bold")
        text.append(f"  {line(item.media_type)}{size}", style="dim")
        text.append(f"\n    {plain(item.alt)}" if item.alt else "\n    (no description)")
        if item.credit is not None:
            made_by = item.credit.author
            text.append("\n    picture by ")
            text.append_text(person(made_by) if made_by else Text(line(item.credit.name)))
        text.append(f"\n    {line(item.url)}", style="dim")
        if not item.verified:
            text.append("\n    This file is not the one the post promises.", style="bold red")
        text.overflow = "fold"
        parts.append(text)
    return parts


def links_of(content: str) -> list[RenderableType]:
    """Where the links of a text lead, which the text alone does not show."""
    found = links(content)
    if not found:
        return []
    parts: list[RenderableType] = [_heading("Where its links lead")]
    for text, target in found:
        parts.append(Text(f"  {line(text)} → {line(target)}", overflow="fold"))
    return parts


def _facts() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def _joined(texts: Sequence[str]) -> Text:
    return Text(", ".join(line(text) for text in texts))


def _deadline(at: int, now: int) -> Text:
    style = "bold red" if at - now < 24 * 3_600_000 else "default"
    return Text(f"{moment(at)} ({distance(at, now)})", style=style)


def _heading(text: str) -> Text:
    return Text(text, style="bold")


def _hint(what: str, how: str) -> Text:
    return Text(f"{what}:  ", style="dim").append(how, style="bold")
