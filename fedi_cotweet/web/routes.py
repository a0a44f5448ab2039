"""All pages and their addresses."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from fedi_cotweet import __version__
from fedi_cotweet.languages import catalogues
from fedi_cotweet.languages.reader import speak
from fedi_cotweet.services.rechecks import Rechecks
from fedi_cotweet.services.site import Site
from fedi_cotweet.web import (
    acting,
    answering,
    asking,
    authorizing,
    befriending,
    drafting,
    dressing,
    editing,
    embedding,
    feeds,
    installing,
    interacting,
    own,
    reading,
    reporting,
    searching,
    second_step,
    security,
    signing_in,
    signing_up,
    together,
    together_acts,
    tongues,
    voting,
    writing,
)
from fedi_cotweet.web import media as files
from fedi_cotweet.web.admin.routes import ADMIN
from fedi_cotweet.web.emoji_files import emoji_file
from fedi_cotweet.web.failures import Page, answer, unknown_pages
from fedi_cotweet.web.headers import add_missing, compress, static_headers
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.rendering import InstanceView
from fedi_cotweet.web.sessions import Cookies, find_viewer
from fedi_cotweet.web.settings.routes import SETTINGS
from fedi_cotweet.web.static_files import (
    StaticFile,
    find_static,
    load_static_files,
    static_path,
    with_rules,
)
from fedi_cotweet.web.visits import Bring, MayFetch, Pages, Visit

DOCUMENTS: tuple[tuple[str, str, Page], ...] = (
    ("GET", r"/@{name:\w+}.{format:rss|atom|json}", feeds.profile),
    ("GET", r"/tags/{tag:[^/.]+}.{format:rss|atom|json}", feeds.tag),
    ("GET", PATHS.oembed, embedding.oembed),
    ("GET", PATHS.robots, installing.robots),
    ("GET", PATHS.sitemap, installing.sitemap),
    ("GET", PATHS.manifest, installing.manifest),
    ("GET", PATHS.open_search, installing.open_search),
)
"""For programs of others. They come first: a feed's address would do as somebody's name."""

PAGES: tuple[tuple[str, str, Page], ...] = (
    ("GET", PATHS.index, reading.index),
    ("GET", PATHS.home, reading.home),
    ("GET", "/@{name}", reading.profile),
    ("GET", "/@{name}/{id}", reading.post),
    ("GET", "/@{name}/{id}/history", reading.history),
    ("GET", "/tags/{tag}", reading.tag),
    ("GET", PATHS.search, searching.search),
    ("GET", PATHS.invites, answering.invites),
    ("POST", "/polls/{id}/votes", voting.vote),
    ("GET", "/posts/{id}/edit", editing.form),
    ("POST", "/posts/{id}/edit", editing.send),
    ("GET", "/posts/{id}/delete", editing.ask_deletion),
    ("POST", "/posts/{id}/delete", editing.delete),
    ("POST", "/posts/{id}/{what}", acting.act),
    ("POST", "/@{name}/{what}", befriending.act),
    ("GET", PATHS.write, writing.form),
    ("POST", PATHS.write, writing.send),
    ("GET", PATHS.write_people, asking.check),
    ("GET", PATHS.drafts, drafting.show),
    ("GET", PATHS.bookmarks, own.bookmarks),
    ("GET", PATHS.likes, own.likes),
    ("GET", PATHS.direct, own.direct),
    ("GET", PATHS.lists, own.lists),
    ("GET", "/lists/{id}", own.one_list),
    ("GET", PATHS.notifications, own.notifications),
    ("GET", PATHS.warnings, own.warnings),
    ("GET", f"{PATHS.warnings}/{{id}}", own.warning),
    ("POST", "/drafts/{id}/withdraw", drafting.withdraw),
    ("POST", "/drafts/{id}/discard", drafting.discard),
    ("POST", "/invites/{id}/accept", answering.accept),
    ("POST", "/invites/{id}/decline", answering.decline),
    ("GET", PATHS.report, reporting.form),
    ("POST", PATHS.report, reporting.send),
    ("GET", "/together/{id}", together.show),
    ("GET", "/together/{id}/leave", together.leaving),
    ("GET", "/together/{id}/statistics", together.numbers),
    ("GET", "/together/{id}/propose", together_acts.proposing),
    ("POST", "/together/{id}/propose", together_acts.propose),
    ("POST", "/together/{id}/authors/add", together_acts.add_author),
    ("POST", "/together/{id}/authors/remove", together_acts.remove_author),
    ("POST", "/together/{id}/{what}", together_acts.act),
    ("GET", PATHS.interact, interacting.ask),
    ("POST", PATHS.interact, interacting.lead),
    ("GET", PATHS.authorize_interaction, interacting.arrive),
    ("GET", PATHS.share, interacting.share),
    ("GET", PATHS.authorize, authorizing.ask),
    ("GET", f"{PATHS.authorize}/", authorizing.without_slash),
    ("POST", PATHS.authorize, authorizing.decide),
    ("GET", PATHS.security, security.show),
    ("POST", "/settings/security/password", security.change_password),
    ("POST", "/settings/security/sessions", security.end_sessions),
    ("POST", "/settings/security/apps", security.end_app),
    ("GET", PATHS.two_factor, security.set_up),
    ("POST", PATHS.two_factor, security.confirm),
    ("POST", "/settings/security/two-factor/begin", security.begin),
    ("POST", "/settings/security/two-factor/codes", security.renew_codes),
    ("POST", "/settings/security/two-factor/off", security.turn_off),
    ("GET", PATHS.second_step, second_step.code_form),
    ("POST", PATHS.second_step, second_step.show_code),
    ("GET", PATHS.sign_in, signing_in.sign_in_form),
    ("POST", PATHS.sign_in, signing_in.sign_in),
    ("GET", PATHS.sign_up, signing_up.form),
    ("POST", PATHS.sign_up, signing_up.sign_up),
    ("GET", PATHS.sign_up_link, signing_up.form),
    ("GET", PATHS.welcome, signing_up.welcome),
    ("POST", PATHS.sign_out, signing_in.sign_out),
    ("GET", "/auth/link/{token}", signing_in.link_form),
    ("POST", "/auth/link/{token}", signing_in.use_link),
    ("POST", PATHS.language, tongues.change),
    *SETTINGS,
    *ADMIN,
)


def setup(
    app: web.Application,
    site: Site,
    may_fetch: MayFetch | None = None,
    bring: Bring | None = None,
) -> None:
    """Add the pages to an application.

    ``may_fetch`` decides about pictures of drafts for callers without session: other servers.
    ``bring`` fetches again what was thrown away for room; without it what is not here is missing.
    """
    catalogues.load()
    load_static_files()
    settings = site.settings
    added = dressing.house_rules(settings)
    house = with_rules(added) if added else None
    instance = InstanceView(
        settings.name or settings.host,
        settings.base_url,
        settings.description,
        __version__,
        settings.registrations,
        settings.sign_up_links_by,
        style=house.path if house else "",
    )
    rechecks = Rechecks(site)
    pages = Pages(
        site=site,
        instance=instance,
        cookies=Cookies.of(settings.base_url),
        rechecks=rechecks,
        may_fetch=may_fetch,
        bring=bring,
    )

    def handler(page: Page) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            viewer = await find_viewer(request, site, pages.cookies)
            tongues.choose(request, pages.cookies, settings.language, viewer)
            kept = tongues.asked(request, pages.cookies) or dressing.asked(request, pages.cookies)
            return kept or await answer(page, Visit(request, pages, viewer))

        return handle

    async def file(request: web.Request) -> web.StreamResponse:
        viewer = await find_viewer(request, site, pages.cookies)
        return await files.media(Visit(request, pages, viewer))

    async def emoji(request: web.Request) -> web.StreamResponse:
        return await emoji_file(request, site, bring)

    def document(page: Page) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            speak(settings.language)  # the same for everybody, whom they ask for whom
            return await answer(page, Visit(request, pages, None))

        return handle

    for _, path, page in DOCUMENTS:
        app.router.add_get(path, document(page))
    for method, path, page in PAGES:
        if method == "GET":
            app.router.add_get(path, handler(page))
        else:
            app.router.add_post(path, handler(page))
    app.router.add_get("/media/{file}", file)
    app.router.add_get("/emoji/files/{file}", emoji)

    async def static(request: web.Request) -> web.Response:
        return _static(request, house)

    async def style(request: web.Request) -> web.Response:
        return await dressing.sheet(request, site)

    app.router.add_get("/static/{digest}/{name}", static)
    app.router.add_get(dressing.ROUTE, style)
    app.router.add_get("/favicon.ico", _icon)
    app.middlewares.append(compress)
    app.middlewares.append(unknown_pages(pages, settings.language))
    app.on_response_prepare.append(add_missing)

    async def finish(_: web.Application) -> None:
        await rechecks.finish()

    app.on_shutdown.append(finish)


def _static(request: web.Request, house: StaticFile | None) -> web.Response:
    digest, name = request.match_info["digest"], request.match_info["name"]
    found = find_static(digest, name)
    if found is None:
        raise web.HTTPNotFound
    file, current = found
    if house is not None and name == house.name:
        file, current = house, digest == house.digest
    return web.Response(
        body=file.body,
        headers=static_headers(immutable=current) | {"Content-Type": file.media_type},
    )


async def _icon(_: web.Request) -> web.Response:
    raise web.HTTPFound(static_path("icon.svg"))
