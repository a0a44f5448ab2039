"""What somebody says and shows of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.services import own_profile, profile_pictures
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.media import StoredFile
from fedi_cotweet.services.own_profile import MOST_FIELDS, PICTURES, OwnProfileView
from fedi_cotweet.services.spooling import Spool
from fedi_cotweet.web.forms import read_sent
from fedi_cotweet.web.sessions import Viewer, check_form
from fedi_cotweet.web.settings.framing import framed, saved
from fedi_cotweet.web.visits import Visit
from storage.engine import Tx

SECTION = "profile"
ACCEPTED = "image/png,image/jpeg,image/webp,image/gif,image/avif"


@dataclass(frozen=True, slots=True)
class Filled:
    """The texts of the form, as they are or as they were just typed."""

    name: str
    about: str
    fields: tuple[tuple[str, str], ...]
    domains: str
    """One on each line."""
    avatar_alt: str
    header_alt: str
    bot: bool


async def show(visit: Visit) -> web.Response:
    """The form."""
    return await _page(visit, visit.need_viewer())


async def change(visit: Visit) -> web.Response:
    """Take over what was sent; servers of followers are told."""
    viewer, site = visit.need_viewer(), visit.site
    me, env = viewer.account_id, visit.env
    sent = await read_sent(
        visit.request, site.settings.data, own_profile.MAX_PICTURE_BYTES, len(PICTURES)
    )
    check_form(visit.request, site.settings.base_url, sent.texts.get("csrf", ""), viewer.view.csrf)
    filled = _typed(sent.texts)
    wanted = own_profile.Wanted(
        name=filled.name,
        about=filled.about,
        fields=[pair for pair in filled.fields if any(pair)],
        attribution_domains=filled.domains.split(),
        avatar_alt=filled.avatar_alt,
        header_alt=filled.header_alt,
        bot=filled.bot,
    )
    dropped = [kind for kind in PICTURES if f"drop-{kind}" in sent.texts]
    try:
        try:
            pictures = await _pictures(visit, sent.files)
        finally:
            sent.close()

        def write(tx: Tx) -> None:
            for kind in dropped:
                own_profile.set_picture(tx, env, me, kind, "", None)
            for kind, (token, stored) in pictures.items():
                own_profile.set_picture(tx, env, me, kind, token, stored)
            own_profile.change(tx, env, me, wanted)

        await site.write(write)
    except ServiceError as error:
        return await _page(visit, viewer, error, filled)
    return saved(SECTION, "profile")


async def _pictures(
    visit: Visit, files: Mapping[str, Spool]
) -> Mapping[str, tuple[str, StoredFile]]:
    return {
        kind: await profile_pictures.keep(visit.site, files[kind].file)
        for kind in PICTURES
        if kind in files
    }


def _typed(texts: Mapping[str, str]) -> Filled:
    return Filled(
        name=texts.get("name", "").strip(),
        about=texts.get("about", ""),
        fields=tuple(
            (texts.get(f"field-{number}", "").strip(), texts.get(f"value-{number}", "").strip())
            for number in range(MOST_FIELDS)
        ),
        domains=texts.get("domains", ""),
        avatar_alt=texts.get("avatar_alt", "").strip(),
        header_alt=texts.get("header_alt", "").strip(),
        bot="bot" in texts,
    )


def _held(view: OwnProfileView, kind: str) -> Filled:
    return Filled(
        name=view.name,
        about=view.about,
        fields=tuple((field.name, field.value) for field in view.fields),
        domains="\n".join(view.attribution_domains),
        avatar_alt=view.avatar_alt,
        header_alt=view.header_alt,
        bot=kind == "Service",
    )


async def _page(
    visit: Visit, viewer: Viewer, error: ServiceError | None = None, filled: Filled | None = None
) -> web.Response:
    me = viewer.account_id

    def find(tx: Tx) -> tuple[OwnProfileView, str]:
        return own_profile.show(tx, me), find_actor(tx, me).kind

    view, kind = await visit.site.read(find)
    return framed(
        visit,
        viewer,
        SECTION,
        error,
        view=view,
        filled=filled or _held(view, kind),
        most=own_profile,
        accept=ACCEPTED,
    )
