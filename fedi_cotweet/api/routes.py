"""All addresses of the API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from fedi_cotweet.api import (
    announcements,
    changes,
    cotweets,
    crediting,
    discussion,
    editing,
    emoji,
    house,
    invite_mutes,
    invites,
    keeping,
    listings,
    lists,
    migration,
    operator,
    own_profile,
    passwords,
    people,
    posts,
    profiles,
    quotes,
    reactions,
    relations,
    relays,
    reports,
    sign_up_links,
    sign_ups,
    sizes,
    statistics,
    tokens,
    trusting,
    uploads,
)
from fedi_cotweet.api.calls import Call, authorise
from fedi_cotweet.api.openapi import PATH, serve, shipped
from fedi_cotweet.api.refusals import refusals
from fedi_cotweet.services.rechecks import Rechecks
from fedi_cotweet.services.site import Site

CONTROL = "/api/v1/control"
COTWEETS = "/api/v1/cotweets"
INVITES = f"{COTWEETS}/invites"

Endpoint = Callable[[Call], Awaitable[web.Response]]

ENDPOINTS: tuple[tuple[str, str, Endpoint], ...] = (
    ("POST", f"{CONTROL}/accounts", people.create_account),
    ("GET", f"{CONTROL}/accounts", people.list_accounts),
    ("POST", f"{CONTROL}/sign-in-links", people.create_sign_in_link),
    ("POST", f"{CONTROL}/tokens", tokens.create_token),
    ("GET", f"{CONTROL}/tokens", tokens.list_tokens),
    ("DELETE", CONTROL + "/tokens/{id}", tokens.revoke_token),
    ("GET", f"{CONTROL}/sign-ups", sign_ups.list_waiting),
    ("POST", f"{CONTROL}/sign-ups/approve", sign_ups.approve),
    ("POST", f"{CONTROL}/sign-ups/reject", sign_ups.reject),
    ("POST", f"{CONTROL}/sign-up-links", sign_up_links.make_link),
    ("GET", f"{CONTROL}/sign-up-links", sign_up_links.list_links),
    ("DELETE", CONTROL + "/sign-up-links/{id}", sign_up_links.end_link),
    ("POST", f"{CONTROL}/accounts/role", people.appoint),
    ("POST", f"{CONTROL}/accounts/password", passwords.set_password),
    ("POST", f"{CONTROL}/accounts/two-factor-off", passwords.turn_off_two_factor),
    ("POST", f"{CONTROL}/follow", people.follow),
    ("POST", f"{CONTROL}/unfollow", people.unfollow),
    ("GET", f"{CONTROL}/timeline", people.timeline),
    ("GET", f"{CONTROL}/notifications", people.notifications),
    ("GET", f"{CONTROL}/invite-policy", people.show_invite_policy),
    ("POST", f"{CONTROL}/invite-policy", people.set_invite_policy),
    ("GET", f"{CONTROL}/consent-log", keeping.moderate_log),
    ("GET", f"{CONTROL}/degrade", keeping.degrade_outlook),
    ("POST", f"{CONTROL}/degrade", keeping.degrade),
    ("GET", f"{CONTROL}/refused-invites", invite_mutes.refused_invites),
    ("POST", f"{CONTROL}/searchable", profiles.set_searchable),
    ("GET", f"{CONTROL}/profile", own_profile.show_profile),
    ("PUT", f"{CONTROL}/profile", own_profile.change_profile),
    ("POST", f"{CONTROL}/profile/pictures", own_profile.set_picture),
    ("DELETE", CONTROL + "/profile/pictures/{kind}", own_profile.remove_picture),
    ("GET", f"{CONTROL}/aliases", migration.list_aliases),
    ("POST", f"{CONTROL}/aliases", migration.add_alias),
    ("POST", f"{CONTROL}/aliases/remove", migration.remove_alias),
    ("POST", f"{CONTROL}/move", migration.move),
    ("POST", f"{CONTROL}/move/cancel", migration.stay),
    ("GET", CONTROL + "/people/{kind}", migration.export_list),
    ("POST", f"{CONTROL}/imports", migration.import_list),
    ("GET", f"{CONTROL}/imports", migration.list_imports),
    ("GET", CONTROL + "/tags/{tag}", listings.tag),
    ("GET", f"{CONTROL}/search", listings.search),
    ("GET", f"{CONTROL}/direct", listings.direct),
    ("GET", f"{CONTROL}/lists", lists.list_lists),
    ("POST", f"{CONTROL}/lists", lists.create_list),
    ("GET", CONTROL + "/lists/{id}", lists.show_list),
    ("PUT", CONTROL + "/lists/{id}", lists.rename_list),
    ("DELETE", CONTROL + "/lists/{id}", lists.delete_list),
    ("POST", CONTROL + "/lists/{id}/add", lists.add_member),
    ("POST", CONTROL + "/lists/{id}/remove", lists.remove_member),
    ("GET", CONTROL + "/lists/{id}/timeline", listings.list_timeline),
    ("POST", f"{CONTROL}/block", relations.block),
    ("POST", f"{CONTROL}/unblock", relations.unblock),
    ("POST", f"{CONTROL}/mute", relations.mute),
    ("POST", f"{CONTROL}/unmute", relations.unmute),
    ("POST", f"{CONTROL}/block-host", relations.block_host),
    ("POST", f"{CONTROL}/unblock-host", relations.unblock_host),
    ("GET", f"{CONTROL}/blocks", relations.list_blocks),
    ("GET", f"{CONTROL}/mutes", relations.list_mutes),
    ("GET", f"{CONTROL}/co-tweets", relations.show_filter),
    ("POST", f"{CONTROL}/co-tweets", relations.filter_co_tweets),
    ("GET", f"{CONTROL}/follow-requests", relations.list_follow_requests),
    ("POST", f"{CONTROL}/follow-requests", relations.answer_follow_request),
    ("POST", f"{CONTROL}/lock", relations.lock),
    ("POST", f"{CONTROL}/domains", operator.set_rule),
    ("POST", f"{CONTROL}/domains/remove", operator.remove_rule),
    ("GET", f"{CONTROL}/domains", operator.list_rules),
    ("POST", f"{CONTROL}/actors/suspend", operator.suspend),
    ("POST", f"{CONTROL}/actors/unsuspend", operator.unsuspend),
    ("POST", f"{CONTROL}/actors/limit", operator.limit),
    ("POST", f"{CONTROL}/actors/unlimit", operator.unlimit),
    ("POST", f"{CONTROL}/actors/warnings", operator.warn),
    ("GET", f"{CONTROL}/actors/warnings", operator.list_warnings),
    ("POST", f"{CONTROL}/actors/notes", operator.add_note),
    ("GET", f"{CONTROL}/actors/notes", operator.list_notes),
    ("DELETE", CONTROL + "/actors/notes/{id}", operator.remove_note),
    ("POST", f"{CONTROL}/accounts/delete", operator.delete_account),
    ("POST", f"{CONTROL}/rotate-keys", operator.rotate_keys),
    ("GET", f"{CONTROL}/storage", sizes.show),
    ("POST", f"{CONTROL}/emoji", emoji.add_emoji),
    ("GET", f"{CONTROL}/emoji", emoji.list_emoji),
    ("DELETE", CONTROL + "/emoji/{shortcode}", emoji.remove_emoji),
    ("POST", f"{CONTROL}/announcements", announcements.announce),
    ("GET", f"{CONTROL}/announcements", announcements.list_announcements),
    ("PUT", CONTROL + "/announcements/{id}", announcements.change_announcement),
    ("DELETE", CONTROL + "/announcements/{id}", announcements.remove_announcement),
    ("POST", f"{CONTROL}/rules", house.add_rule),
    ("GET", f"{CONTROL}/rules", house.list_rules),
    ("PUT", CONTROL + "/rules/{id}", house.change_rule),
    ("DELETE", CONTROL + "/rules/{id}", house.remove_rule),
    ("GET", f"{CONTROL}/texts", house.list_texts),
    ("PUT", CONTROL + "/texts/{kind}", house.set_text),
    ("DELETE", CONTROL + "/texts/{kind}", house.remove_text),
    ("POST", f"{CONTROL}/relays", relays.add_relay),
    ("GET", f"{CONTROL}/relays", relays.list_relays),
    ("DELETE", CONTROL + "/relays/{id}", relays.remove_relay),
    ("POST", f"{CONTROL}/media", uploads.upload),
    ("POST", f"{CONTROL}/posts", posts.create_post),
    ("GET", f"{CONTROL}/posts", posts.find_post),
    ("GET", CONTROL + "/posts/{id}", posts.show_post),
    ("GET", CONTROL + "/posts/{id}/thread", posts.show_thread),
    ("GET", CONTROL + "/posts/{id}/history", posts.show_history),
    ("PUT", CONTROL + "/posts/{id}", editing.edit_post),
    ("DELETE", CONTROL + "/posts/{id}", posts.delete_post),
    ("POST", CONTROL + "/posts/{id}/like", reactions.like),
    ("POST", CONTROL + "/posts/{id}/unlike", reactions.unlike),
    ("POST", CONTROL + "/posts/{id}/boost", reactions.boost),
    ("POST", CONTROL + "/posts/{id}/unboost", reactions.unboost),
    ("POST", CONTROL + "/posts/{id}/pin", reactions.pin),
    ("POST", CONTROL + "/posts/{id}/unpin", reactions.unpin),
    ("POST", CONTROL + "/posts/{id}/mute", reactions.mute),
    ("POST", CONTROL + "/posts/{id}/unmute", reactions.unmute),
    ("POST", CONTROL + "/posts/{id}/votes", posts.vote),
    ("POST", CONTROL + "/posts/{id}/quote-policy", quotes.set_policy),
    ("POST", CONTROL + "/posts/{id}/unquote", quotes.veto),
    ("POST", f"{CONTROL}/quote-policy", quotes.set_default),
    ("GET", f"{CONTROL}/quotes", quotes.list_requests),
    ("POST", CONTROL + "/quotes/{id}/accept", quotes.accept),
    ("POST", CONTROL + "/quotes/{id}/decline", quotes.decline),
    ("POST", CONTROL + "/posts/{id}/credits", crediting.give),
    ("POST", CONTROL + "/posts/{id}/credits/take-back", crediting.take_back),
    ("GET", f"{COTWEETS}/credits", crediting.list_questions),
    ("POST", COTWEETS + "/credits/{id}/accept", crediting.accept),
    ("POST", COTWEETS + "/credits/{id}/decline", crediting.decline),
    ("POST", f"{CONTROL}/reports", reports.create_report),
    ("GET", f"{CONTROL}/reports", reports.list_reports),
    ("GET", CONTROL + "/reports/{id}", reports.show_report),
    ("POST", CONTROL + "/reports/{id}/resolve", reports.resolve_report),
    ("GET", INVITES, invites.list_invites),
    ("GET", INVITES + "/{id}", invites.show_invite),
    ("POST", INVITES + "/{id}/accept", invites.accept),
    ("POST", INVITES + "/{id}/decline", invites.decline),
    ("GET", f"{COTWEETS}/invite-mutes", invite_mutes.list_mutes),
    ("POST", f"{COTWEETS}/invite-mutes", invite_mutes.mute),
    ("POST", f"{COTWEETS}/invite-mutes/remove", invite_mutes.unmute),
    ("GET", f"{COTWEETS}/trusted", trusting.list_trusted),
    ("POST", f"{COTWEETS}/trusted", trusting.trust),
    ("POST", f"{COTWEETS}/trusted/remove", trusting.distrust),
    ("GET", COTWEETS + "/proposals/{id}", discussion.show_proposal),
    ("POST", COTWEETS + "/proposals/{id}/take", discussion.take),
    ("POST", COTWEETS + "/proposals/{id}/decline", discussion.decline),
    ("POST", COTWEETS + "/proposals/{id}/withdraw", discussion.withdraw),
    ("GET", f"{COTWEETS}/export", keeping.export),
    ("GET", COTWEETS + "/{id}/log", keeping.log),
    ("GET", COTWEETS + "/{id}/comments", discussion.list_comments),
    ("POST", COTWEETS + "/{id}/comments", discussion.comment),
    ("DELETE", COTWEETS + "/{id}/comments/{comment}", discussion.delete_comment),
    ("GET", COTWEETS + "/{id}/proposals", discussion.list_proposals),
    ("POST", COTWEETS + "/{id}/proposals", discussion.propose),
    ("POST", COTWEETS + "/{id}/ask-deletion", discussion.ask_for_deletion),
    ("POST", COTWEETS, cotweets.create_cotweet),
    ("GET", COTWEETS, cotweets.list_cotweets),
    ("GET", COTWEETS + "/{id}", cotweets.show_cotweet),
    ("PUT", COTWEETS + "/{id}", cotweets.edit_cotweet),
    ("DELETE", COTWEETS + "/{id}", cotweets.discard),
    ("POST", COTWEETS + "/{id}/publish", cotweets.publish),
    ("POST", COTWEETS + "/{id}/withdraw", cotweets.withdraw),
    ("POST", COTWEETS + "/{id}/leave", cotweets.leave),
    ("GET", COTWEETS + "/{id}/statistics", statistics.show),
    ("POST", COTWEETS + "/{id}/hide", profiles.hide),
    ("POST", COTWEETS + "/{id}/unhide", profiles.unhide),
    ("GET", COTWEETS + "/{id}/changes", changes.list_changes),
    ("POST", COTWEETS + "/{id}/changes/cancel", changes.cancel_change),
    ("POST", COTWEETS + "/{id}/changes/publish", changes.publish_change),
    ("POST", COTWEETS + "/{id}/authors", changes.add_author),
    ("DELETE", COTWEETS + "/{id}/authors/{handle}", changes.remove_author),
)


def setup(app: web.Application, site: Site, operator_token: str) -> None:
    """Add the API to an application. Whoever knows ``operator_token`` may do everything."""
    if len(operator_token) < 16:
        raise ValueError("the operator's token is too short to protect anything")
    token = operator_token.encode()
    shipped()  # read now: a request must not wait for the disk
    rechecks = Rechecks(site)

    def guarded(endpoint: Endpoint) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            authorise(request, token)
            return await endpoint(Call(request, site, rechecks))

        return handle

    for method, path, endpoint in ENDPOINTS:
        app.router.add_route(method, path, guarded(endpoint))
    app.router.add_get(PATH, serve)
    app.middlewares.append(refusals)

    async def finish(_: web.Application) -> None:
        await rechecks.finish()

    app.on_shutdown.append(finish)
