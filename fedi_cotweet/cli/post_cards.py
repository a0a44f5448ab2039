"""Posts, threads and timelines as a terminal shows them."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from fedi_cotweet.cli.pieces import (
    hint,
    linked,
    names,
    person,
    pictures_of,
    poll_of,
    quoted,
    words_of,
)
from fedi_cotweet.cli.text import distance, line, moment
from fedi_cotweet.domain.plurals import count
from fedi_cotweet.services.thread_views import ThreadView
from fedi_cotweet.services.views import CompanionView, PostView, TimelinePage


def post(view: PostView, now: int, *, asked: bool = False) -> RenderableType:
    """One post, with all its authors in the header. ``asked``: for this very post, so that its
    reader's filters do not keep it back."""
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
    titles = ", ".join(line(one.title) for one in view.filtered)
    if not asked and any(one.action != "blur" for one in view.filtered):
        body.append(Text(f"filtered: {titles}", style="bold yellow"))
        body.append(Text(f"Read it:  fedi-cotweet show {line(view.id)}", style="dim"))
    else:
        body += words_of(view.summary, view.text, view.sensitive)
        body += poll_of(view.poll, now)
        if not asked and view.filtered and view.media:
            body.append(Text(f"pictures filtered: {titles}", style="bold yellow"))
        else:
            body += pictures_of(view.media)
        body += quoted(view.quote)
        body += linked(view.card)
    counts = ", ".join(
        (count(view.replies, "reply", "replies"), count(view.boosts, "boost"),
         count(view.likes, "like"), *(f"{line(it.name)} {it.count}" for it in view.reactions))
    )  # fmt: skip
    body += [Text(), Text(counts, style="dim"), Text(line(view.url or view.uri), style="dim")]
    title = Text(f" {line(view.id)} ", style="dim")
    return Panel(Group(*body), title=title, title_align="right", box=box.ROUNDED, padding=(0, 1))


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
        parts.append(hint("Older", older))
    return Group(*parts)
