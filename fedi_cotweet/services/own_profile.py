"""What somebody here says of themselves, and what it becomes on the wire.

Every change that can be seen is one ``actor.updated``; saying the same again is none.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from fedi_cotweet.domain.hosts import covering
from fedi_cotweet.languages.wording import mark, say
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.composing import HASHTAG, compose
from fedi_cotweet.services.documents import SUFFIXES
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit, later
from fedi_cotweet.services.hosts import host_named
from fedi_cotweet.services.media import StoredFile
from fedi_cotweet.services.people import links_shown
from fedi_cotweet.services.pictures import Bounds
from storage.engine import Tx
from storage.models import Account, Actor
from storage.queries import actors, own_profiles, post_media

MOST_NAME = 100
MOST_ABOUT = 2_000
MOST_FIELDS = 8
MOST_FIELD_NAME = 255
MOST_FIELD_VALUE = 2_000
MOST_TAGS = 10
MOST_ALT = 1_500
MOST_DOMAINS = 20
MAX_PICTURE_BYTES = 4 * 1024 * 1024
OF_PROFILES = Bounds(pixels=16_777_216, side=8_192, frames=200, animation=32_000_000)
PICTURES = ("avatar", "header")

_LINK = re.compile(r"https?://\S+\Z")


@dataclass(frozen=True, slots=True)
class FieldView:
    """A line of a profile. ``verified_at``: when the page was seen to link back, else None."""

    name: str
    value: str
    verified_at: int | None = None


@dataclass(frozen=True, slots=True)
class OwnProfileView:
    """An account's profile as its owner typed it. ``avatar`` and ``header`` are paths of ours,
    ``avatar_alt`` and ``header_alt`` say what can be seen there."""

    name: str
    about: str
    fields: tuple[FieldView, ...]
    featured_tags: tuple[str, ...]
    attribution_domains: tuple[str, ...]
    discoverable: bool
    hides_network: bool
    avatar: str | None
    header: str | None
    avatar_alt: str
    header_alt: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be changed; None stays as it is."""

    name: str | None = None
    about: str | None = None
    fields: Sequence[tuple[str, str]] | None = None
    featured_tags: Sequence[str] | None = None
    attribution_domains: Sequence[str] | None = None
    discoverable: bool | None = None
    hides_network: bool | None = None
    avatar_alt: str | None = None
    header_alt: str | None = None
    locked: bool | None = None
    bot: bool | None = None
    indexable: bool | None = None


def show(tx: Tx, account_id: int) -> OwnProfileView:
    """The profile for its owner."""
    account, actor = _both(tx, account_id)
    verified = actor.verified_links or {}
    return OwnProfileView(
        name=actor.name,
        about=account.about,
        fields=tuple(
            FieldView(str(name), str(value), verified.get(str(value)))
            for name, value in account.profile_fields
        ),
        featured_tags=tuple(str(tag) for tag in account.featured_tags),
        attribution_domains=tuple(str(host) for host in actor.attribution_domains),
        discoverable=actor.discoverable,
        hides_network=account.hides_network,
        avatar=actor.avatar,
        header=actor.header,
        avatar_alt=actor.icon_alt,
        header_alt=actor.image_alt,
    )


def change(tx: Tx, env: Env, account_id: int, wanted: Wanted) -> None:
    """Change a profile. Raises ``bad_profile`` (422)."""
    account, actor = _both(tx, account_id)
    typed: dict[str, object] = {}
    shown: dict[str, object] = {}
    if wanted.name is not None:
        shown["name"] = _line("name", wanted.name, MOST_NAME) or actor.username
    if wanted.about is not None:
        if len(wanted.about) > MOST_ABOUT:
            raise _bad(say("“about” has at most {most} characters", most=MOST_ABOUT))
        typed["about"] = wanted.about.strip()
        shown["summary"] = compose(wanted.about, {}, env.addresses.base).html
    if wanted.fields is not None:
        pairs = _fields(wanted.fields)
        typed["profile_fields"] = pairs
        shown["fields"] = [[name, field_html(value)] for name, value in pairs]
        links = {value for _, value in pairs}
        held = actor.verified_links or {}
        shown["verified_links"] = {url: at for url, at in held.items() if url in links}
    if wanted.featured_tags is not None:
        typed["featured_tags"] = _tags(wanted.featured_tags)
    if wanted.attribution_domains is not None:
        shown["attribution_domains"] = _domains(wanted.attribution_domains)
    if wanted.bot is not None:
        shown["kind"] = "Service" if wanted.bot else "Person"
    choices = {
        "discoverable": wanted.discoverable,
        "manually_approves": wanted.locked,
        "indexable": wanted.indexable,
    }
    shown |= {column: choice for column, choice in choices.items() if choice is not None}
    for column, alt in (("icon_alt", wanted.avatar_alt), ("image_alt", wanted.header_alt)):
        if alt is not None:
            shown[column] = _line("description", alt, MOST_ALT)
    if wanted.hides_network is not None:
        typed["hides_network"] = wanted.hides_network
    typed = {name: value for name, value in typed.items() if getattr(account, name) != value}
    shown = {name: value for name, value in shown.items() if getattr(actor, name) != value}
    own_profiles.change(tx, account_id, account=typed, actor=shown)
    if wanted.fields is not None:
        for link in links_of(_fields(wanted.fields)):
            later(tx, env, "verify_link", f"{account_id} {link}", account_id=account_id, url=link)
    if typed or shown:
        _changed(tx, env, account_id)


def set_picture(
    tx: Tx, env: Env, account_id: int, kind: str, token: str, file: StoredFile | None
) -> None:
    """Show another avatar or header, or none; ``token`` is part of its address."""
    actor = find_actor(tx, account_id)
    old = actor.avatar if kind == "avatar" else actor.header
    path = None
    if file is not None:
        path = keep_picture(tx, env, token, file, account_id=account_id)
    elif old is None:
        return
    url = None if path is None else env.addresses.base + path
    own_profiles.set_picture(tx, account_id, kind, path=path, url=url)
    if old is not None:
        forget_picture(tx, old)
    _changed(tx, env, account_id)


def check_kind(kind: str) -> str:
    """``avatar`` or ``header``. Raises ``bad_picture_kind`` (422)."""
    if kind in PICTURES:
        return kind
    raise ServiceError("bad_picture_kind", 422, "A profile has an “avatar” and a “header”.")


def keep_picture(
    tx: Tx,
    env: Env,
    token: str,
    file: StoredFile,
    *,
    account_id: int | None = None,
    remote_url: str | None = None,
) -> str:
    """A picture of somebody's profile that is on the disk; its path here."""
    post_media.add_media(
        tx,
        id=env.new_id(),
        token=token,
        account_id=account_id,
        remote_url=remote_url,
        state="stored",
        media_type=file.media_type,
        digest=file.digest,
        size=file.size,
        width=file.width,
        height=file.height,
        path=file.path,
        profile=True,
        created_at=env.now(),
    )
    return f"/media/{token}{SUFFIXES[file.media_type]}"


def forget_picture(tx: Tx, path: str) -> None:
    """A picture of a profile is not shown any more."""
    held = post_media.media_by_token(tx, token_of(path))
    if held is not None and held.profile:
        post_media.remove_media(tx, [held.id])


def drop_pictures(tx: Tx, actor: Actor) -> None:
    """Whoever is gone has no face here any more."""
    for kind, path in (("avatar", actor.avatar), ("header", actor.header)):
        if path is not None:
            own_profiles.set_copy(tx, actor.id, kind, None)
            forget_picture(tx, path)


def token_of(path: str) -> str:
    """The unguessable part of a picture's path."""
    return path.rpartition("/")[2].partition(".")[0]


def want_pictures(tx: Tx, env: Env, before: Actor | None, actor: Actor) -> None:
    """Copy the pictures of somebody elsewhere that are new, and let go of those that are gone."""
    for kind in PICTURES:
        url, had, held = (
            (actor.icon_url, before and before.icon_url, actor.avatar)
            if kind == "avatar"
            else (actor.image_url, before and before.image_url, actor.header)
        )
        if url is None and held is not None:
            own_profiles.set_copy(tx, actor.id, kind, None)
            forget_picture(tx, held)
        elif url is not None and url != had:
            later(
                tx, env, "fetch_profile_picture", f"{actor.id} {kind}", actor_id=actor.id, what=kind
            )


def field_html(value: str) -> str:
    """A field's value as HTML; a link as Mastodon writes and verifies it."""
    if not is_link(value):
        return html.escape(value, quote=False)
    shown = html.escape(value.partition("://")[2].rstrip("/"), quote=False)
    rel = "me nofollow noopener noreferrer"
    return f'<a href="{html.escape(value)}" target="_blank" rel="{rel}">{shown}</a>'


def is_link(value: str) -> bool:
    """Whether a field's value is nothing but a web address."""
    try:
        return bool(_LINK.match(value)) and urlsplit(value).hostname is not None
    except ValueError:
        return False


def links_of(fields: Sequence[Sequence[str]]) -> list[str]:
    """The links of a profile, whose pages are looked at."""
    found = (str(value) for _, value in fields)
    return [value for value in dict.fromkeys(found) if is_link(value)]


def link_verified(tx: Tx, env: Env, account_id: int, url: str, *, links_back: bool) -> None:
    """A page was looked at: it links back to the profile, or not."""
    actor, account = find_actor(tx, account_id), actors.account_of(tx, account_id)
    linked = set(links_shown(actor))
    if account is not None:
        linked = {str(value) for _, value in account.profile_fields}
    if url not in linked:
        return
    held = {known: at for known, at in (actor.verified_links or {}).items() if known in linked}
    held.pop(url, None)
    if links_back:
        held[url] = env.now()
    own_profiles.change(tx, account_id, account={}, actor={"verified_links": held})


def _changed(tx: Tx, env: Env, account_id: int) -> None:
    emit(tx, env, "actor.updated", actor_id=account_id, version=env.new_id())


def _both(tx: Tx, account_id: int) -> tuple[Account, Actor]:
    account, actor = actors.account_of(tx, account_id), actors.actor(tx, account_id)
    if account is None or actor is None:
        raise not_found("account")
    return account, actor


def _fields(given: Sequence[tuple[str, str]]) -> list[list[str]]:
    if len(given) > MOST_FIELDS:
        raise _bad(say("it has at most {most} fields", most=MOST_FIELDS))
    pairs = []
    for name, value in given:
        pair = [_line("field", name, MOST_FIELD_NAME), _line("field", value, MOST_FIELD_VALUE)]
        if not all(pair):
            raise _bad(say("a field has a name and a value"))
        pairs.append(pair)
    return pairs


def _tags(given: Sequence[str]) -> list[str]:
    names = [tag.strip().removeprefix("#") for tag in given]
    for name in names:
        if not HASHTAG.fullmatch(f"#{name}") or len(name) > 100:
            raise _bad(say("“{tag}” is no hashtag", tag=name[:100]))
    unique = list({name.lower(): name for name in names}.values())
    if len(unique) > MOST_TAGS:
        raise _bad(say("it has at most {most} hashtags", most=MOST_TAGS))
    return unique


def _domains(given: Sequence[str]) -> list[str]:
    hosts = list(dict.fromkeys(host_named(host.removeprefix("*.")) for host in given))
    if len(hosts) > MOST_DOMAINS:
        raise _bad(say("it has at most {most} websites", most=MOST_DOMAINS))
    if any(len(covering(host)) < 2 for host in hosts):
        raise _bad(say("a whole top-level domain is nobody's website"))
    return hosts


_TOO_LONG: Final = {
    "name": mark("a name has at most {most} characters"),
    "field": mark("a field has at most {most} characters"),
    "description": mark("a description has at most {most} characters"),
}


def _line(what: str, text: str, most: int) -> str:
    line = " ".join(text.split())
    if len(line) > most:
        raise _bad(say(_TOO_LONG[what], most=most))
    return line


def _bad(why: str) -> ServiceError:
    return ServiceError("bad_profile", 422, say("The profile cannot be like this: {why}.", why=why))
