"""What a use case refuses, said so that a person knows what happened and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fedi_cotweet.languages.wording import mark, say


class ServiceError(Exception):
    """A use case was refused and changed nothing.

    ``code`` is stable and machine-readable, ``status`` the HTTP status that fits, ``safe`` what
    happened and ``fix`` what to do about it; both may be shown to the person who asked.
    """

    def __init__(self, code: str, status: int, safe: str, fix: str = "") -> None:
        super().__init__(f"{code}: {safe}")
        self.code = code
        self.status = status
        self.safe = safe
        self.fix = fix


_NOT_THERE: Final[Mapping[str, str]] = {
    "account": mark("There is no such account."),
    "announcement": mark("There is no such announcement."),
    "archive": mark("There is no such archive."),
    "co-authored post": mark("There is no such co-authored post."),
    "co-tweet": mark("There is no such co-tweet."),
    "comment": mark("There is no such comment."),
    "consent": mark("There is no such consent."),
    "conversation": mark("There is no such conversation."),
    "credit": mark("There is no such credit."),
    "draft": mark("There is no such draft."),
    "entry": mark("There is no such entry."),
    "filter": mark("There is no such filter."),
    "follow request": mark("There is no such follow request."),
    "hashtag": mark("There is no such hashtag."),
    "invitation": mark("There is no such invitation."),
    "keyword": mark("There is no such keyword."),
    "list": mark("There is no such list."),
    "note": mark("There is no such note."),
    "page": mark("There is no such page."),
    "person": mark("There is no such person."),
    "poll": mark("There is no such poll."),
    "post": mark("There is no such post."),
    "proposal": mark("There is no such proposal."),
    "quote": mark("There is no such quote."),
    "relay": mark("There is no such relay."),
    "report": mark("There is no such report."),
    "rule": mark("There is no such rule."),
    "scheduled post": mark("There is no such scheduled post."),
    "sign-up link": mark("There is no such sign-up link."),
    "subscription": mark("There is no such subscription."),
    "text": mark("There is no such text."),
    "token": mark("There is no such token."),
    "upload": mark("There is no such upload."),
}
_NAMES: Final = mark(
    "Name it by its id here, by the id of the invite to it, or by its address: {shown}. "
    "One that is elsewhere must be public, and its server must answer."
)
_HOW: Final[Mapping[str, str]] = {
    **dict.fromkeys(("post", "poll"), say(_NAMES, shown=say("timeline and show print them"))),
    **dict.fromkeys(
        ("co-tweet", "draft", "co-authored post"),
        say(_NAMES, shown=say("drafts, invites and show print them")),
    ),
    "invitation": mark(
        "Look at yours: fedi-cotweet invites    Name one by its id, or by the id or the "
        "address of the post."
    ),
    "proposal": mark(
        "Look at those of a post: fedi-cotweet proposals POST    Name one by its id, or by "
        "the id or the address of the post, if it is the only one that waits."
    ),
    "comment": mark("Look at those on a draft: fedi-cotweet discuss POST"),
}


def not_found(what: str) -> ServiceError:
    """Nothing there, or nothing this person may see: the two look the same."""
    fix = _HOW.get(what, mark("Check the address or id."))
    # What only programs ask for, an object say, is on no page and needs no translation.
    text = _NOT_THERE.get(what, f"There is no such {what}.")
    return ServiceError("not_found", 404, text, fix)
