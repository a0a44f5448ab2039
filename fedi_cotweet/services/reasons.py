"""Why something cannot be, as rules of the domain and of the protocol decide it: in words that
pages can say in their reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fedi_cotweet.domain.consent import ConsentState, Move
from fedi_cotweet.languages.wording import mark, say

_CANNOT: Final[Mapping[Move, str]] = {
    Move.ACCEPT: mark("Cannot accept: {reason}."),
    Move.DECLINE: mark("Cannot decline: {reason}."),
    Move.LEAVE: mark("Cannot leave: {reason}."),
}
_BECAUSE: Final[Mapping[ConsentState, str]] = {
    ConsentState.OFFERED: mark("this invitation has not been accepted"),
    ConsentState.ACCEPTED: mark("this invitation was accepted; consent is taken back by leaving"),
    ConsentState.PUBLISHED: mark(
        "the post is published; a co-author can leave it, its author can remove them"
    ),
    ConsentState.DECLINED: mark("this invitation was declined"),
    ConsentState.EXPIRED: mark("this invitation has expired"),
    ConsentState.WITHDRAWN: mark("this invitation was withdrawn"),
    ConsentState.SUPERSEDED: mark("a newer invitation took the place of this one"),
    ConsentState.LAPSED: mark("the post was not published within thirty days"),
    ConsentState.LEFT: mark("the co-author has left this post"),
    ConsentState.REMOVED: mark("the co-author was removed from this post"),
    ConsentState.DELETED: mark("the post was deleted"),
}
_NO_DIGEST: Final = mark("it has no consent digest")
OF_THE_PROTOCOL: Final = (
    mark("this server cannot show objects of this type"),
    mark("this server cannot show content of this type"),
    mark("content says different things in different languages"),
    mark("this server would change content before it shows it"),
    mark("this server would change summary before it shows it"),
    mark("content is too long for this server to show it whole"),
    mark("summary is too long for this server to show it whole"),
    mark("this server cannot show the poll"),
    mark("the poll does not say when it ends"),
    mark("this server cannot show one of the attachments"),
    mark("an attachment has no digest that this server can check"),
    mark("this server cannot show quote"),
    mark("this server cannot show one of the tags"),
    mark("this server cannot show one of the emoji"),
    mark("an emoji has no digest that this server can check"),
    mark("this server does not show so many emoji"),
    mark("the picture has no digest that can be checked"),
    mark("the post is not published"),
    mark("nobody is asked about their own pictures"),
    mark("there is no such account here"),
    mark("nobody has this handle"),
    mark("the host of the handle did not answer"),
    mark("the two hosts of the handle name different actors"),
    mark("the handle leads to ever other handles"),
    mark("not a URL this server requests"),
    mark("only https is requested"),
    mark("not a public host name"),
    mark("the operator keeps this server away"),
)
"""What people meet on pages of the reasons that ``activitypub`` and the fetching of documents give;
a test looks whether they still say so."""


def why_not(state: ConsentState, what: Move) -> str:
    """A sentence that tells a person why they cannot accept, decline or leave in ``state``."""
    return say(_CANNOT[what], reason=say(_BECAUSE[state]))


def reason_of(reason: str | None) -> str:
    """A reason that the protocol library gives, to be put into a sentence; None: without digest."""
    return say(reason or _NO_DIGEST)
