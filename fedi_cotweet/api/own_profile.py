"""The acting account's own profile."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.api.uploads import read_form
from fedi_cotweet.services import decoding, own_profile
from fedi_cotweet.services.file_stores import files_of
from fedi_cotweet.services.media import store_upload
from fedi_cotweet.services.own_profile import OwnProfileView
from storage.engine import Tx


@dataclass(frozen=True, slots=True)
class ProfileField:
    """A line of a profile; a ``value`` that is a web address becomes a link."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Profile:
    """What is to be changed; whatever is left out stays as it is."""

    name: str | None = None
    about: str | None = None
    fields: tuple[ProfileField, ...] | None = None
    featured_tags: tuple[str, ...] | None = field(default=None, metadata={"most": 10})
    attribution_domains: tuple[str, ...] | None = field(default=None, metadata={"most": 20})
    discoverable: bool | None = None
    hides_network: bool | None = None
    avatar_alt: str | None = None
    header_alt: str | None = None


async def show_profile(call: Call) -> web.Response:
    """What the account says of itself."""
    account_id = await call.account_id()
    return answer(await call.site.read(lambda tx: own_profile.show(tx, account_id)))


async def change_profile(call: Call) -> web.Response:
    """Change what the account says of itself; its followers' servers are told once."""
    account_id, env = await call.account_id(), call.site.env
    given = await call.members(Profile)
    wanted = own_profile.Wanted(
        name=given.name,
        about=given.about,
        fields=None
        if given.fields is None
        else [(entry.name, entry.value) for entry in given.fields],
        featured_tags=given.featured_tags,
        attribution_domains=given.attribution_domains,
        discoverable=given.discoverable,
        hides_network=given.hides_network,
        avatar_alt=given.avatar_alt,
        header_alt=given.header_alt,
    )

    def write(tx: Tx) -> OwnProfileView:
        own_profile.change(tx, env, account_id, wanted)
        return own_profile.show(tx, account_id)

    return answer(await call.site.write(write))


async def set_picture(call: Call) -> web.Response:
    """Show another avatar or header: made anew, without what cameras write into files."""
    account_id, site = await call.account_id(), call.site
    form = await read_form(call, own_profile.MAX_PICTURE_BYTES, "kind")
    kind, token = own_profile.check_kind(form.texts.get("kind", "")), site.env.token()
    stored = await decoding.aside(
        store_upload,
        files_of(site.settings),
        token,
        form.file.file,
        own_profile.MAX_PICTURE_BYTES,
        own_profile.OF_PROFILES,
    )

    def write(tx: Tx) -> OwnProfileView:
        own_profile.set_picture(tx, site.env, account_id, kind, token, stored)
        return own_profile.show(tx, account_id)

    return answer(await site.write(write))


async def remove_picture(call: Call) -> web.Response:
    """Show no avatar, or no header."""
    account_id, env = await call.account_id(), call.site.env
    kind = own_profile.check_kind(call.request.match_info["kind"])

    def write(tx: Tx) -> OwnProfileView:
        own_profile.set_picture(tx, env, account_id, kind, "", None)
        return own_profile.show(tx, account_id)

    return answer(await call.site.write(write))
