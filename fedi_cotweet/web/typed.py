"""What somebody typed into the form for a post, and what the post would be."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from activitypub.coauthorship.roles import AUTHOR
from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.domain.limits import DAY, HOUR
from fedi_cotweet.services import audiences, authoring
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.post_views import media_view
from fedi_cotweet.services.site import Site
from fedi_cotweet.services.views import MediaView, PollOptionView, PollView, PostView
from fedi_cotweet.services.words import PollWords, Words
from fedi_cotweet.web import asking
from storage.models import Actor, Media

LASTS: Final[Mapping[str, int]] = {
    "1h": HOUR,
    "6h": 6 * HOUR,
    "1d": DAY,
    "3d": 3 * DAY,
    "7d": 7 * DAY,
}
"""How long a poll of the form may be open."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of the form, as they were filled in."""

    text: str = ""
    summary: str = ""
    language: str = ""
    visibility: str = "public"
    co_authors: str = ""
    """Handles, with spaces or commas between them."""
    options: tuple[str, ...] = ()
    lasts: str = "1d"
    multiple: bool = False
    sensitive: bool = False
    reply: str = ""
    """The id of the post that is answered."""
    quote: str = ""
    media: tuple[MediaView, ...] = ()
    """What was uploaded for it."""
    roles: tuple[tuple[str, str], ...] = ()
    """By handle (``bob@b.example``; "" is whoever writes), what somebody did."""
    waits: str = "7d"
    """How long the invites are open: one of ``WAITS``."""
    goes_on: bool = False
    """Publish without those who decline."""
    publish_at: str = ""
    """Not before that, as ``datetime-local`` has it, in UTC."""
    key: str = ""
    """The same for one post, however often its form is sent."""
    seen: str = ""
    """``stamp_of`` what its author was last shown as a preview."""

    @property
    def handles(self) -> tuple[str, ...]:
        """Whom it names as co-authors, each once."""
        return tuple(asking.split(self.co_authors))

    @property
    def stamp(self) -> str:
        """A digest of all that readers would see."""
        shown = (
            self.text,
            self.summary,
            self.language,
            self.visibility,
            self.handles,
            self.options,
            self.lasts if self.options else "",
            self.multiple,
            self.sensitive,
            self.reply,
            self.quote,
            tuple((item.id, item.alt) for item in self.media),
            self.roles if self.handles else (),
        )
        return hashlib.sha256(repr(shown).encode()).hexdigest()


def read(texts: Mapping[str, str], options: int) -> Typed:
    """The fields of a form that was sent, without its pictures."""
    given = (texts.get(f"option-{number}", "").strip() for number in range(options))
    return Typed(
        text=texts.get("text", ""),
        summary=texts.get("summary", "").strip(),
        language=texts.get("language", "").strip(),
        visibility=texts.get("visibility", "public"),
        co_authors=asking.in_order(texts),
        options=tuple(option for option in given if option),
        lasts=texts.get("lasts", "1d"),
        multiple="multiple" in texts,
        sensitive="sensitive" in texts,
        reply=texts.get("reply", ""),
        quote=texts.get("quote", ""),
        roles=asking.roles(texts),
        waits=texts.get("waits", "7d"),
        goes_on="goes_on" in texts,
        publish_at=texts.get("publish_at", "").strip()[:30],
        key=texts.get("key", "")[:100],
        seen=texts.get("seen", ""),
    )


def kept_media(texts: Mapping[str, str]) -> list[int]:
    """Ids of uploads that an earlier form of the same post brought and this one keeps."""
    found = []
    for name in texts:
        if name.startswith("media-") and f"drop-{name[6:]}" not in texts:
            number = read_id(name[6:])
            if number is not None:
                found.append(number)
    return found


async def words(site: Site, me: int, typed: Typed, media: Sequence[Media]) -> Words:
    """What would be said. Raises ``ServiceError`` for what cannot be."""
    poll = None
    if typed.options:
        ends_at = site.env.now() + LASTS.get(typed.lasts, DAY)
        poll = PollWords(typed.options, typed.multiple, ends_at)
    return Words(
        body=await authoring.compose_text(site, typed.text),
        summary=typed.summary,
        language=authoring.check_language(typed.language or None),
        visibility=await site.read(lambda tx: audiences.chosen(tx, typed.visibility, None)),
        in_reply_to=await authoring.reply_target(site, typed.reply or None, me),
        media_ids=tuple(item.id for item in media),
        poll=poll,
        quote=await authoring.quote_target(site, typed.quote or None, me),
        sensitive=typed.sensitive,
    )


def preview(
    site: Site,
    author: Actor,
    people: Sequence[Actor],
    said: Words,
    media: Sequence[Media],
    roles: Mapping[int, str] | None = None,
) -> PostView:
    """The post as its readers would see it, once all these people agreed; ``roles`` by actor id."""
    env, did = site.env, roles or {}
    poll = None
    if said.poll is not None:
        options = tuple(PollOptionView(option, 0) for option in said.poll.options)
        poll = PollView(options, said.poll.multiple, 0, said.poll.ends_at, over=False)
    return PostView(
        id="0",
        uri="",
        url="",
        page="",
        authors=tuple(
            author_view(env, person, did.get(person.id, AUTHOR)) for person in (author, *people)
        ),
        content=said.body.html,
        text="",
        summary=said.summary,
        sensitive=said.marked,
        language=said.language,
        visibility=said.visibility,
        published_at=env.now(),
        updated_at=None,
        media=tuple(media_view(item) for item in media),
        poll=poll,
        state="preview",
    )
