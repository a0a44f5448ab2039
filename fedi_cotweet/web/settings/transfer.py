"""Lists as CSV files: taken along, and brought here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fedi_cotweet.services import importing, people_lists
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.importing import ImportView
from fedi_cotweet.web.forms import read_sent
from fedi_cotweet.web.headers import PRIVATE_PAGE_HEADERS
from fedi_cotweet.web.sessions import Viewer, check_form
from fedi_cotweet.web.settings.framing import framed, saved
from fedi_cotweet.web.visits import Visit
from storage.engine import Tx

SECTION = "transfer"
MOST_OCTETS: Final = 2 * 1024 * 1024
"""Of a file that is brought here."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is, and what of it could not be done."""

    view: ImportView
    failed: tuple[str, ...]


async def show(visit: Visit) -> web.Response:
    """Both, and how far imports are."""
    return await _page(visit, visit.need_viewer())


async def export(visit: Visit) -> web.Response:
    """One list as a file."""
    viewer, kind = visit.need_viewer(), visit.request.match_info["kind"]
    text = await visit.site.read(
        lambda tx: people_lists.export(tx, visit.env, viewer.account_id, kind)
    )
    headers = dict(PRIVATE_PAGE_HEADERS)
    headers["Content-Disposition"] = f'attachment; filename="{kind}.csv"'
    return web.Response(text=text, content_type="text/csv", headers=headers)


async def bring(visit: Visit) -> web.Response:
    """Begin to work a file off."""
    viewer, site = visit.need_viewer(), visit.site
    sent = await read_sent(visit.request, site.settings.data, MOST_OCTETS, 1)
    check_form(visit.request, site.settings.base_url, sent.texts.get("csrf", ""), viewer.view.csrf)
    kind, overwrite = sent.texts.get("kind", ""), sent.texts.get("how") == "overwrite"
    try:
        if "file" not in sent.files:
            raise ServiceError("bad_csv", 422, "No file was chosen.")
        octets = await sent.files["file"].head(MOST_OCTETS)
        sent.close()
        try:
            text = octets.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ServiceError("bad_csv", 422, "This is no text in UTF-8.") from None
        await site.write(
            lambda tx: importing.begin(
                tx, visit.env, viewer.account_id, kind, text, overwrite=overwrite
            )
        )
    except ServiceError as error:
        return await _page(visit, viewer, error)
    return saved(SECTION, "importing")


async def _page(visit: Visit, viewer: Viewer, error: ServiceError | None = None) -> web.Response:
    me = viewer.account_id

    def read(tx: Tx) -> list[Progress]:
        return [
            Progress(one, tuple(importing.failed(tx, me, one.kind) if one.failed else ()))
            for one in importing.progress(tx, me)
        ]

    return framed(
        visit,
        viewer,
        SECTION,
        error,
        imports=await visit.site.read(read),
        kinds=people_lists.KINDS,
        most_rows=importing.MOST_ROWS,
    )
