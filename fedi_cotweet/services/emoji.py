"""Custom emoji: those of this server, and the pictures of all that are shown here.

A picture is shown only from here. Until it was fetched, and where it could not be or is not what
its digest says, readers see the ``:shortcode:`` as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from activitypub.documents.emoji import EmojiView as Known
from activitypub.documents.emoji import build_emoji, read_emoji, shortcodes_in, used
from activitypub.html import to_text
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.languages.wording import mark, say
from fedi_cotweet.services.documents import SUFFIXES
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import later
from fedi_cotweet.services.media import StoredFile
from fedi_cotweet.services.staff_log import OPERATOR, note
from fedi_cotweet.services.views import EmojiView
from storage.engine import Tx
from storage.models import Actor, EmojiPicture, Post
from storage.queries import actors, emoji

MAX_OWN_BYTES = 256 * 1024
MAX_REMOTE_BYTES = 512 * 1024
OWN_TYPES = frozenset({"image/png", "image/gif", "image/webp"})
TRIED_AGAIN_AFTER = DAY
MOST = 5_000
"""Emoji of this server that are listed."""
_SHORTCODE = re.compile(r"[A-Za-z0-9_]{2,30}")


@dataclass(frozen=True, slots=True)
class OwnEmoji:
    """An emoji of this server; ``url`` is the whole address of its picture."""

    shortcode: str
    url: str
    media_type: str
    digest: str
    created_at: int


def path(picture: EmojiPicture) -> str:
    """Where a picture is on this server."""
    return f"/emoji/files/{picture.token}{SUFFIXES.get(picture.media_type, '')}"


def tags_to_keep(
    tags: Any, *texts: str, covered: bool
) -> tuple[tuple[Known, ...], list[dict[str, Any]]]:
    """The emoji of a remote object that its texts use, and how ``Post.tags`` keeps them."""
    found = used(read_emoji(tags, covered=covered), *texts)
    return found, [
        {
            "type": "Emoji",
            "href": None,
            "name": f":{one.shortcode}:",
            "icon": one.url,
            "digest": one.digest,
        }
        for one in found
    ]


def of_post(post: Post, *, covered: bool) -> tuple[Known, ...]:
    """The emoji that a post says it has; ``covered``: only such as have a digest."""
    return known_in(post.tags, covered=covered)


def known_in(tags: Iterable[Any], *, covered: bool) -> tuple[Known, ...]:
    """The same for tags as a post keeps them."""
    found = []
    for tag in tags:
        if not isinstance(tag, Mapping) or tag.get("type") != "Emoji":
            continue
        icon, digest = tag.get("icon"), tag.get("digest")
        if isinstance(icon, Mapping):
            picture: Mapping[str, Any] = icon
            icon, digest = picture.get("url"), picture.get("digestMultibase")
        if isinstance(icon, str) and (digest is not None or not covered):
            name = str(tag.get("name", ""))
            found.append(Known(name.strip(":"), icon, digest))
    return tuple(found)


def want(tx: Tx, env: Env, wanted: Iterable[Known]) -> None:
    """Have the pictures fetched that are not here; what failed is tried again after a day."""
    now = env.now()
    remote = [one for one in wanted if not env.addresses.owns(one.url)]
    held = {(row.url, row.wanted): row for row in emoji.pictures_at(tx, [o.url for o in remote])}
    for one in remote:
        row = held.get((one.url, one.digest or ""))
        if row is None:
            picture_id = env.new_id()
            if not emoji.add_picture(
                tx,
                id=picture_id,
                token=env.token(),
                url=one.url,
                wanted=one.digest or "",
                state="pending",
                asked_at=now,
            ):
                continue
        elif row.state != "stored" and row.asked_at < now - TRIED_AGAIN_AFTER:
            picture_id = row.id
            emoji.change_picture(tx, picture_id, state="pending", asked_at=now)
        else:
            continue
        later(tx, env, "fetch_emoji", str(picture_id), picture_id=picture_id)


def want_for_name(tx: Tx, env: Env, actor: Actor, tags: Any) -> None:
    """The emoji of somebody's name, from the tags of their document: shown as far as they are here,
    the others fetched."""
    wanted = used(read_emoji(tags), actor.name)
    want(tx, env, wanted)
    if wanted or actor.emoji:
        later(
            tx,
            env,
            "name_emoji",
            str(actor.id),
            actor_id=actor.id,
            emoji=[[one.shortcode, one.url] for one in wanted],
        )


def keep_for_name(tx: Tx, actor_id: int, wanted: Sequence[Known]) -> bool:
    """Keep what is here of the emoji of a name; whether more is to come."""
    pictures = pictures_of(tx, wanted)
    actors.set_emoji(tx, actor_id, [asdict(view) for view in shown(wanted, pictures)])
    return any(row.state == "pending" for row in pictures.values())


def pictures_of(tx: Tx, wanted: Collection[Known]) -> dict[Known, EmojiPicture]:
    """The picture of each emoji, in whatever state it is; none for those never asked for."""
    rows: dict[str, list[EmojiPicture]] = {}
    for row in emoji.pictures_at(tx, [one.url for one in wanted]):
        rows.setdefault(row.url, []).append(row)
    found: dict[Known, EmojiPicture] = {}
    for one in wanted:
        for row in rows.get(one.url, ()):
            if row.state == "stored" and one.digest in (None, row.digest):
                found[one] = row
                break
            if row.wanted == (one.digest or ""):
                found[one] = row
    return found


def shown(wanted: Iterable[Known], pictures: Mapping[Known, EmojiPicture]) -> tuple[EmojiView, ...]:
    """Those whose picture is here and is the one that was promised."""
    views = []
    for one in wanted:
        row = pictures.get(one)
        if row is None or row.state != "stored":
            continue
        if one.digest is not None and row.digest != one.digest:
            continue
        views.append(EmojiView(one.shortcode, path(row), row.width, row.height))
    return tuple(views)


def views_in(tx: Tx, tags: Any, *texts: str, covered: bool) -> tuple[EmojiView, ...]:
    """The emoji of one document that can be shown now."""
    wanted = used(read_emoji(tags, covered=covered), *texts)
    return shown(wanted, pictures_of(tx, wanted))


def refusal(tx: Tx, tags: Any) -> str | None:
    """Why the emoji that an invitation covers cannot be shown to whoever is invited, or None."""
    wanted = read_emoji(tags, covered=True)
    pictures = pictures_of(tx, wanted)
    if len(shown(wanted, pictures)) == len(wanted):
        return None
    if any(row.state == "pending" for row in pictures.values()):
        return mark("An emoji of this post is still being fetched. Try again in a moment.")
    return mark("An emoji of this post could not be fetched, or is not the one that was promised.")


def tags_for(tx: Tx, env: Env, *texts: str, with_digest: bool) -> list[dict[str, Any]]:
    """The tags for the emoji of this server that texts use, HTML or plain."""
    codes = shortcodes_in(*(to_text(words) for words in texts))
    rows = {row.shortcode: row for row in emoji.emoji_named(tx, codes)}
    return [
        build_emoji(
            Known(code, own_url(env, row.token, row.media_type), row.digest, row.media_type),
            env.addresses.emoji(code),
            with_digest=with_digest,
        )
        for code in codes
        if (row := rows.get(code)) is not None
    ]


def own_url(env: Env, token: str, media_type: str) -> str:
    """The whole address of a picture of ours."""
    return f"{env.addresses.base}/emoji/files/{token}{SUFFIXES[media_type]}"


def check_shortcode(shortcode: str) -> str:
    """A name for an emoji, without colons. Raises ``bad_shortcode`` (422)."""
    code = shortcode.strip().removeprefix(":").removesuffix(":")
    if _SHORTCODE.fullmatch(code):
        return code
    raise ServiceError(
        "bad_shortcode",
        422,
        "This is no name for an emoji.",
        "Use 2 to 30 letters (a to z), digits and underscores.",
    )


def check_type(media_type: str) -> None:
    """Raises ``not_a_picture`` (422) for formats that other servers do not take for emoji."""
    if media_type not in OWN_TYPES:
        raise ServiceError(
            "not_a_picture", 422, "This cannot be an emoji here.", "Use PNG, GIF or WebP."
        )


def add(
    tx: Tx, env: Env, shortcode: str, token: str, file: StoredFile, *, by: str = OPERATOR
) -> OwnEmoji:
    """Give this server an emoji. Posts that have an older one of this name keep that."""
    now, url = env.now(), own_url(env, token, file.media_type)
    emoji.own_picture(
        tx,
        id=env.new_id(),
        token=token,
        url=url,
        wanted="",
        state="stored",
        media_type=file.media_type,
        digest=file.digest,
        width=file.width,
        height=file.height,
        path=file.path,
        asked_at=now,
    )
    emoji.set_emoji(
        tx,
        shortcode=shortcode,
        token=token,
        media_type=file.media_type,
        digest=file.digest,
        path=file.path,
        disabled=False,
        created_at=now,
    )
    note(tx, env, by, "add-emoji", f":{shortcode}:")
    return OwnEmoji(shortcode, url, file.media_type, file.digest, now)


def remove(tx: Tx, env: Env, shortcode: str, *, by: str = OPERATOR) -> None:
    """Offer an emoji no more; posts that have it keep it. Raises ``no_such_emoji`` (404)."""
    if not emoji.disable(tx, shortcode):
        raise ServiceError(
            "no_such_emoji",
            404,
            say("There is no emoji :{shortcode}: here.", shortcode=shortcode),
            "See: fedi-cotweet emoji list",
        )
    note(tx, env, by, "remove-emoji", f":{shortcode}:")


def own(tx: Tx, env: Env) -> Sequence[OwnEmoji]:
    """The emoji of this server, by name."""
    return [
        OwnEmoji(
            row.shortcode,
            own_url(env, row.token, row.media_type),
            row.media_type,
            row.digest,
            row.created_at,
        )
        for row in emoji.all_emoji(tx, MOST)
    ]
