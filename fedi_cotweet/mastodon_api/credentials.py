"""Oneself: what one shows, and what holds for new posts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from aiohttp import web

from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import sources
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.errors import invalid
from fedi_cotweet.mastodon_api.parameters import Uploaded, shaped
from fedi_cotweet.services import own_profile, posting_defaults, profile_pictures
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.media import StoredFile
from fedi_cotweet.services.posting_defaults import Defaults
from storage.engine import Tx

KINDS: Final = ("avatar", "header")


class ProfileField(msgspec.Struct):
    """A line of a profile."""

    name: str = ""
    value: str = ""


class Profile(msgspec.Struct):
    """What is to be changed; what is left out stays."""

    display_name: str | None = None
    note: str | None = None
    avatar_description: str | None = None
    header_description: str | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    hide_collections: bool | None = None
    indexable: bool | None = None
    attribution_domains: tuple[str, ...] | None = None
    fields_attributes: tuple[ProfileField, ...] | None = None


class Source(msgspec.Struct):
    """Of new posts, unless they say otherwise."""

    privacy: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    quote_policy: str | None = None


async def update_credentials(call: Call) -> web.Response:
    """Change one's profile and the defaults of one's posts; followers are told once."""
    return await _update(call, sources.credential_account)


async def profile(call: Call) -> web.Response:
    """One's profile, as one typed it."""
    me, env = call.account_id, call.env
    return answer(await call.site.read(lambda tx: sources.profile(tx, env, me)))


async def update_profile(call: Call) -> web.Response:
    """Change it; the answer is what one typed."""
    return await _update(call, sources.profile)


async def _update(call: Call, shown: Callable[[Tx, Env, int], Document]) -> web.Response:
    me, env = call.account_id, call.env
    given = await call.members(most_file=own_profile.MAX_PICTURE_BYTES)
    wanted, source = shaped(Profile, given), shaped(Source, _mapping(given.get("source")))
    files = {kind: await _stored(call, given.get(kind), kind) for kind in KINDS}

    def write(tx: Tx) -> Document:
        for kind, found in files.items():
            if found is not None:
                own_profile.set_picture(tx, env, me, kind, *found)
        own_profile.change(tx, env, me, _wanted(wanted))
        defaults = Defaults(source.privacy, source.sensitive, source.language, source.quote_policy)
        posting_defaults.change(tx, me, defaults)
        return shown(tx, env, me)

    return answer(await call.site.write(write))


async def remove_avatar(call: Call) -> web.Response:
    """Show no avatar."""
    return await _without(call, "avatar")


async def remove_header(call: Call) -> web.Response:
    """Show no header."""
    return await _without(call, "header")


async def preferences(call: Call) -> web.Response:
    """What apps should do unless told otherwise."""
    me = call.account_id
    account = await call.site.read(lambda tx: posting_defaults.of(tx, me))
    return answer(
        {
            "posting:default:visibility": sources.privacy(account),
            "posting:default:sensitive": account.posting_sensitive,
            "posting:default:language": account.posting_language,
            "posting:default:quote_policy": account.quote_policy,
            "reading:expand:media": "default",
            "reading:expand:spoilers": False,
            "reading:autoplay:gifs": False,
        }
    )


async def _without(call: Call, kind: str) -> web.Response:
    me, env = call.account_id, call.env

    def write(tx: Tx) -> Document:
        own_profile.set_picture(tx, env, me, kind, "", None)
        return sources.credential_account(tx, env, me)

    return answer(await call.site.write(write))


async def _stored(call: Call, given: object, kind: str) -> tuple[str, StoredFile] | None:
    if given is None or given == "":
        return None
    if not isinstance(given, Uploaded):
        raise invalid(kind, "is no file")
    if given.spool.size == 0:  # how a form says that no file was chosen
        return None
    return await profile_pictures.keep(call.site, given.spool.file)


def _wanted(given: Profile) -> own_profile.Wanted:
    fields = None
    if given.fields_attributes is not None:
        # Apps send as many lines as there may be, most of them empty.
        fields = [(line.name, line.value) for line in given.fields_attributes]
        fields = [(name, value) for name, value in fields if name.strip() or value.strip()]
    return own_profile.Wanted(
        name=given.display_name,
        about=given.note,
        fields=fields,
        attribution_domains=given.attribution_domains,
        discoverable=given.discoverable,
        hides_network=given.hide_collections,
        avatar_alt=given.avatar_description,
        header_alt=given.header_description,
        locked=given.locked,
        bot=given.bot,
        indexable=given.indexable,
    )


def _mapping(given: object) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}
