"""The whole walk: every step of the demo, in order."""

from __future__ import annotations

from demo import hiding, parting, proving, writing
from demo.cast import Cast
from demo.reading import Readers
from demo.story import Story

STEPS = (
    writing.start,
    writing.follow,
    writing.invite,
    writing.preview,
    hiding.hidden,
    writing.accept,
    proving.arrive,
    proving.read,
    proving.verify,
    proving.tamper,
    parting.leave,
    parting.read_again,
    parting.insist,
)

SETTINGS = {
    # A co-author's server waits before it boosts; people who watch a demo should not have to.
    "COTWEET_ANNOUNCE_DELAY_SECONDS": "1",
    "COTWEET_LOG_FORMAT": "json",
}


def walk(cast: Cast, *, looking: bool) -> None:
    """Tell everything. ``looking``: somebody wants to look at the pages afterwards.

    Raises what ``telling.tell`` makes an exit code of.
    """
    story = Story(cast, Readers(cast))
    cast.teller.title(
        "fedi_cotweet: one post, two authors, four servers",
        "Every sentence is checked before it is printed. Addresses begin with the server's letter.",
    )
    for step in STEPS:
        step(story)
    shown = parting.stay(story)
    cast.teller.end()
    if looking:
        parting.invite_to_look(story, shown)
