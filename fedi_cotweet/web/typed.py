"""What somebody typed into the form for a post, and what the post would be."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.domain.limits import DAY, HOUR
from fedi_cotweet.services import audiences, authoring
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.post_views import media_view
from fedi_cotweet.services.site import Site
from fedi_cotweet.services.views import MediaView, PollOptionView, PollView, PostView
from fedi_cotweet.services.words import PollWords, Words
from storage.models import Actor, Media

LASTS: Final[Mapping[str, int]] = {
    "1h": HOUR,
    "6h": 6 * HOUR,
    "1d": DAY,
    "3d": 3 * DAY,
    "7d": 7 * DAY,
}
"""How long a poll of the form may be open."""
MOST_CO_AUTHORS: Final = 20


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
    key: str = ""
    """The same for one post, however often its form is sent."""
    seen: str = ""
    """``stamp_of`` what its author was last shown as a preview."""

    @property
    def handles(self) -> tuple[str, ...]:
        """Whom it names as co-authors, each once."""
        named = self.co_authors.replace(",", " ").replace(";", " ").split()
        return tuple(dict.fromkeys(named))

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
        co_authors=texts.get("co_authors", "").strip(),
        options=tuple(option for option in given if option),
        lasts=texts.get("lasts", "1d"),
        multiple="multiple" in texts,
        sensitive="sensitive" in texts,
        reply=texts.get("reply", ""),
        quote=texts.get("quote", ""),
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


async def co_authors(site: Site, typed: Typed) -> list[Actor]:
    """The people who are named as co-authors. Raises as ``authoring.find_person`` does."""
    handles = typed.handles
    if len(handles) > MOST_CO_AUTHORS:
        raise ServiceError(
            "too_many_authors", 422, f"At most {MOST_CO_AUTHORS} people can be named."
        )
    found = await asyncio.gather(*(authoring.find_person(site, handle) for handle in handles))
    return list({person.id: person for person in found}.values())


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
    site: Site, author: Actor, people: Sequence[Actor], said: Words, media: Sequence[Media]
) -> PostView:
    """The post as its readers would see it, once all these people agreed."""
    env = site.env
    poll = None
    if said.poll is not None:
        options = tuple(PollOptionView(option, 0) for option in said.poll.options)
        poll = PollView(options, said.poll.multiple, 0, said.poll.ends_at, over=True)
    return PostView(
        id="0",
        uri="",
        url="",
        page="",
        authors=tuple(author_view(env, person) for person in (author, *people)),
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
