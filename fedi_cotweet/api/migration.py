"""Other accounts of one's own, moving to one, and lists of people as CSV."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.api.people import Handle
from fedi_cotweet.services import importing, migration, people_lists
from fedi_cotweet.services.authoring import find_person
from fedi_cotweet.services.moving_targets import just_fetched
from storage.engine import Tx


@dataclass(frozen=True, slots=True)
class Import:
    """A list (one of ``people_lists.KINDS``) as Mastodon writes it. ``overwrite``: what is not on
    it goes."""

    kind: str
    csv: str = field(metadata={"most": 900_000})
    overwrite: bool = False


async def list_aliases(call: Call) -> web.Response:
    """Which other accounts the account calls its own."""
    account_id = await call.account_id()
    return answer({"aliases": await call.site.read(lambda tx: migration.aliases(tx, account_id))})


async def add_alias(call: Call) -> web.Response:
    """Call another account one's own, so that it may move here."""
    account_id, env = await call.account_id(), call.site.env
    person = await find_person(call.site, (await call.members(Handle)).handle)

    def write(tx: Tx) -> list[str]:
        migration.add_alias(tx, env, account_id, person)
        return migration.aliases(tx, account_id)

    return answer({"aliases": await call.site.write(write)})


async def remove_alias(call: Call) -> web.Response:
    """Do so no more."""
    account_id, env = await call.account_id(), call.site.env
    given = (await call.members(Handle)).handle
    # It may be gone: then its identifier will do.
    uri = given if "://" in given else (await find_person(call.site, given)).uri

    def write(tx: Tx) -> list[str]:
        migration.remove_alias(tx, env, account_id, uri)
        return migration.aliases(tx, account_id)

    return answer({"aliases": await call.site.write(write)})


async def move(call: Call) -> web.Response:
    """Go on as another account, which names this one."""
    account_id, env = await call.account_id(), call.site.env
    target = await just_fetched(call.site, (await call.members(Handle)).handle)
    await call.site.write(lambda tx: migration.move(tx, env, account_id, target))
    return answer({"moved_to": target.uri})


async def stay(call: Call) -> web.Response:
    """Go on here again."""
    account_id, env = await call.account_id(), call.site.env
    await call.site.write(lambda tx: migration.stay(tx, env, account_id))
    return answer({"moved_to": None})


async def export_list(call: Call) -> web.Response:
    """Whom the account follows, blocks or mutes, its lists and bookmarks, as CSV."""
    account_id, env = await call.account_id(), call.site.env
    kind = people_lists.check_kind(call.request.match_info["kind"])
    text = await call.site.read(lambda tx: people_lists.export(tx, env, account_id, kind))
    return answer({"kind": kind, "csv": text})


async def import_list(call: Call) -> web.Response:
    """Do what each row of a list says, one a second."""
    account_id, env = await call.account_id(), call.site.env
    wanted = await call.members(Import)
    rows = await call.site.write(
        lambda tx: importing.begin(
            tx, env, account_id, wanted.kind, wanted.csv, overwrite=wanted.overwrite
        )
    )
    return answer({"kind": wanted.kind, "rows": rows}, status=202)


async def list_imports(call: Call) -> web.Response:
    """How far the account's imports are."""
    account_id = await call.account_id()
    found = await call.site.read(lambda tx: importing.progress(tx, account_id))
    return answer({"imports": found})
