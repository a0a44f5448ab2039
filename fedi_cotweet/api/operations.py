"""What each endpoint answers when all is well: a view, or an object of named parts.

The rest of its description in ``openapi`` is read from the endpoint itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fedi_cotweet.services.consent_log import ConsentLogView
from fedi_cotweet.services.degrading import DegradeView
from fedi_cotweet.services.emoji import OwnEmoji
from fedi_cotweet.services.exports import ExportView
from fedi_cotweet.services.history_views import HistoryView
from fedi_cotweet.services.importing import ImportView
from fedi_cotweet.services.notice_views import NotificationView
from fedi_cotweet.services.own_profile import OwnProfileView
from fedi_cotweet.services.talk_views import CommentView, ProposalView
from fedi_cotweet.services.thread_views import ThreadView
from fedi_cotweet.services.trusting import TrustedView
from fedi_cotweet.services.views import (
    AnnouncementView,
    AuthorView,
    ChangeView,
    CreditRequestView,
    DraftView,
    InviteView,
    ListView,
    PostView,
    QuoteRequestView,
    RelayView,
    ReportView,
    RuleView,
    ServerTextView,
    SignUpLinkView,
    StaffNoteView,
    StatisticsView,
    TimelinePage,
    WarningView,
)

_CONTROL: Final = "/api/v1/control"
_COTWEETS: Final = "/api/v1/cotweets"
_INVITES: Final = f"{_COTWEETS}/invites"
_PROPOSAL: Final = _COTWEETS + "/proposals/{id}"


@dataclass(frozen=True, slots=True)
class Answer:
    """``shape``: a view, a type, or a mapping of names to either; None for an empty answer."""

    shape: Any
    status: int = 200


_NOTHING: Final = Answer(None, 204)
_STATE: Final = Answer({"state": str})
_ACTOR_STATE: Final = Answer({"state": str, "uri": str})
_ALIASES: Final = Answer({"aliases": list[str]})
_PERSON_SINCE: Final = {"person": AuthorView, "created_at": int}

_FILTER: Final = Answer({"co_tweets": str, "people": [{"person": AuthorView, "co_tweets": str}]})


ANSWERS: Final[Mapping[tuple[str, str], Answer]] = {
    ("POST", f"{_CONTROL}/accounts"): Answer(
        {"username": str, "handle": str, "uri": str, "password": str, "sign_in_link": str}, 201
    ),
    ("GET", f"{_CONTROL}/accounts"): Answer(
        {
            "accounts": [
                {
                    "username": str,
                    "handle": str,
                    "uri": str,
                    "name": str,
                    "invite_policy": str,
                    "created_at": int,
                }
            ]
        }
    ),
    ("POST", f"{_CONTROL}/sign-in-links"): Answer({"url": str, "expires_at": int}, 201),
    ("POST", f"{_CONTROL}/tokens"): Answer({"token": str, "scopes": str}, 201),
    ("GET", f"{_CONTROL}/tokens"): Answer(
        {
            "tokens": [
                {
                    "id": str,
                    "application": str,
                    "website": str | None,
                    "scopes": str,
                    "created_at": int,
                    "used_at": int | None,
                }
            ]
        }
    ),
    ("DELETE", _CONTROL + "/tokens/{id}"): _NOTHING,
    ("GET", f"{_CONTROL}/sign-ups"): Answer(
        {"sign_ups": [{"username": str, "reason": str, "created_at": int}]}
    ),
    ("POST", f"{_CONTROL}/sign-ups/approve"): Answer({"username": str, "handle": str}),
    ("POST", f"{_CONTROL}/sign-ups/reject"): Answer({"username": str}),
    ("POST", f"{_CONTROL}/sign-up-links"): Answer({"url": str, "link": SignUpLinkView}, 201),
    ("GET", f"{_CONTROL}/sign-up-links"): Answer({"sign_up_links": list[SignUpLinkView]}),
    ("DELETE", _CONTROL + "/sign-up-links/{id}"): _NOTHING,
    ("POST", f"{_CONTROL}/accounts/password"): Answer({"username": str, "password": str | None}),
    ("POST", f"{_CONTROL}/accounts/role"): Answer({"username": str, "role": str}),
    ("POST", f"{_CONTROL}/accounts/two-factor-off"): Answer({"username": str, "two_factor": bool}),
    ("POST", f"{_CONTROL}/follow"): _STATE,
    ("POST", f"{_CONTROL}/unfollow"): _STATE,
    ("GET", f"{_CONTROL}/timeline"): Answer(TimelinePage),
    ("GET", f"{_CONTROL}/notifications"): Answer({"notifications": list[NotificationView]}),
    ("GET", f"{_CONTROL}/invite-policy"): Answer({"policy": str}),
    ("POST", f"{_CONTROL}/invite-policy"): Answer({"policy": str}),
    ("GET", f"{_CONTROL}/refused-invites"): Answer({"hosts": [{"host": str, "refused": int}]}),
    ("POST", f"{_CONTROL}/searchable"): Answer({"searchable": str}),
    ("GET", f"{_CONTROL}/profile"): Answer(OwnProfileView),
    ("PUT", f"{_CONTROL}/profile"): Answer(OwnProfileView),
    ("POST", f"{_CONTROL}/profile/pictures"): Answer(OwnProfileView),
    ("DELETE", _CONTROL + "/profile/pictures/{kind}"): Answer(OwnProfileView),
    ("GET", f"{_CONTROL}/aliases"): _ALIASES,
    ("POST", f"{_CONTROL}/aliases"): _ALIASES,
    ("POST", f"{_CONTROL}/aliases/remove"): _ALIASES,
    ("POST", f"{_CONTROL}/move"): Answer({"moved_to": str}),
    ("POST", f"{_CONTROL}/move/cancel"): Answer({"moved_to": None}),
    ("GET", _CONTROL + "/people/{kind}"): Answer({"kind": str, "csv": str}),
    ("POST", f"{_CONTROL}/imports"): Answer({"kind": str, "rows": int}, 202),
    ("GET", f"{_CONTROL}/imports"): Answer({"imports": list[ImportView]}),
    ("GET", _CONTROL + "/tags/{tag}"): Answer(TimelinePage),
    ("GET", f"{_CONTROL}/search"): Answer(TimelinePage),
    ("GET", f"{_CONTROL}/direct"): Answer(TimelinePage),
    ("GET", f"{_CONTROL}/lists"): Answer({"lists": list[ListView]}),
    ("POST", f"{_CONTROL}/lists"): Answer(ListView, 201),
    ("GET", _CONTROL + "/lists/{id}"): Answer(ListView),
    ("PUT", _CONTROL + "/lists/{id}"): Answer(ListView),
    ("DELETE", _CONTROL + "/lists/{id}"): _NOTHING,
    ("POST", _CONTROL + "/lists/{id}/add"): Answer(ListView),
    ("POST", _CONTROL + "/lists/{id}/remove"): Answer(ListView),
    ("GET", _CONTROL + "/lists/{id}/timeline"): Answer(TimelinePage),
    ("POST", f"{_CONTROL}/block"): _STATE,
    ("POST", f"{_CONTROL}/unblock"): _STATE,
    ("POST", f"{_CONTROL}/mute"): Answer({"state": str, "until": int | None}),
    ("POST", f"{_CONTROL}/unmute"): _STATE,
    ("POST", f"{_CONTROL}/block-host"): Answer({"state": str, "host": str}),
    ("POST", f"{_CONTROL}/unblock-host"): Answer({"state": str, "host": str}),
    ("GET", f"{_CONTROL}/blocks"): Answer(
        {"people": [_PERSON_SINCE], "hosts": [{"host": str, "created_at": int}]}
    ),
    ("GET", f"{_CONTROL}/mutes"): Answer({"mutes": [_PERSON_SINCE | {"until": int | None}]}),
    ("GET", f"{_CONTROL}/co-tweets"): _FILTER,
    ("POST", f"{_CONTROL}/co-tweets"): _FILTER,
    ("GET", f"{_CONTROL}/follow-requests"): Answer({"follow_requests": [_PERSON_SINCE]}),
    ("POST", f"{_CONTROL}/follow-requests"): _STATE,
    ("POST", f"{_CONTROL}/lock"): Answer({"locked": bool}),
    ("POST", f"{_CONTROL}/domains"): Answer(
        {"host": str, "severity": str, "applied": bool, "affected": dict[str, int]}
    ),
    ("POST", f"{_CONTROL}/domains/remove"): Answer({"host": str, "severity": None}),
    ("GET", f"{_CONTROL}/domains"): Answer(
        {"domains": [{"host": str, "severity": str, "reason": str, "created_at": int}]}
    ),
    ("POST", f"{_CONTROL}/actors/suspend"): _ACTOR_STATE,
    ("POST", f"{_CONTROL}/actors/unsuspend"): _ACTOR_STATE,
    ("POST", f"{_CONTROL}/actors/limit"): _ACTOR_STATE,
    ("POST", f"{_CONTROL}/actors/unlimit"): _ACTOR_STATE,
    ("POST", f"{_CONTROL}/actors/warnings"): Answer({"warnings": list[WarningView]}, 201),
    ("GET", f"{_CONTROL}/actors/warnings"): Answer({"warnings": list[WarningView]}),
    ("POST", f"{_CONTROL}/actors/notes"): Answer(StaffNoteView, 201),
    ("GET", f"{_CONTROL}/actors/notes"): Answer({"notes": list[StaffNoteView]}),
    ("DELETE", _CONTROL + "/actors/notes/{id}"): _NOTHING,
    ("POST", f"{_CONTROL}/accounts/delete"): _ACTOR_STATE,
    ("POST", f"{_CONTROL}/rotate-keys"): Answer({"key": str}),
    ("GET", f"{_CONTROL}/storage"): Answer(
        {
            "database": {"octets": int, "free": int},
            "media": {"files": int, "octets": int},
            "copies": {"files": int, "octets": int},
            "tables": [{"name": str, "octets": int}],
        }
    ),
    ("POST", f"{_CONTROL}/emoji"): Answer(OwnEmoji, 201),
    ("GET", f"{_CONTROL}/emoji"): Answer({"emoji": list[OwnEmoji]}),
    ("DELETE", _CONTROL + "/emoji/{shortcode}"): _NOTHING,
    ("POST", f"{_CONTROL}/announcements"): Answer(AnnouncementView, 201),
    ("GET", f"{_CONTROL}/announcements"): Answer({"announcements": list[AnnouncementView]}),
    ("PUT", _CONTROL + "/announcements/{id}"): Answer(AnnouncementView),
    ("DELETE", _CONTROL + "/announcements/{id}"): _NOTHING,
    ("POST", f"{_CONTROL}/rules"): Answer(RuleView, 201),
    ("GET", f"{_CONTROL}/rules"): Answer({"rules": list[RuleView]}),
    ("PUT", _CONTROL + "/rules/{id}"): Answer(RuleView),
    ("DELETE", _CONTROL + "/rules/{id}"): _NOTHING,
    ("GET", f"{_CONTROL}/texts"): Answer({"texts": list[ServerTextView]}),
    ("PUT", _CONTROL + "/texts/{kind}"): Answer(ServerTextView),
    ("DELETE", _CONTROL + "/texts/{kind}"): _NOTHING,
    ("POST", f"{_CONTROL}/relays"): Answer(RelayView, 201),
    ("GET", f"{_CONTROL}/relays"): Answer({"relays": list[RelayView]}),
    ("DELETE", _CONTROL + "/relays/{id}"): _NOTHING,
    ("POST", f"{_CONTROL}/media"): Answer(
        {
            "id": str,
            "url": str,
            "media_type": str,
            "width": int | None,
            "height": int | None,
            "size": int,
            "digest": str,
            "alt": str,
        },
        201,
    ),
    ("POST", f"{_CONTROL}/posts"): Answer(PostView, 201),
    ("GET", f"{_CONTROL}/posts"): Answer(PostView),
    ("GET", _CONTROL + "/posts/{id}"): Answer(PostView),
    ("GET", _CONTROL + "/posts/{id}/thread"): Answer(ThreadView),
    ("GET", _CONTROL + "/posts/{id}/history"): Answer(HistoryView),
    ("PUT", _CONTROL + "/posts/{id}"): Answer(PostView),
    ("DELETE", _CONTROL + "/posts/{id}"): _NOTHING,
    ("POST", _CONTROL + "/posts/{id}/like"): Answer(PostView),
    ("POST", _CONTROL + "/posts/{id}/unlike"): Answer(PostView),
    ("POST", _CONTROL + "/posts/{id}/boost"): Answer(PostView),
    ("POST", _CONTROL + "/posts/{id}/unboost"): Answer(PostView),
    ("POST", _CONTROL + "/posts/{id}/pin"): Answer(PostView),
    ("POST", _CONTROL + "/posts/{id}/unpin"): Answer(PostView),
    ("POST", _CONTROL + "/posts/{id}/mute"): Answer(PostView),
    ("POST", _CONTROL + "/posts/{id}/unmute"): Answer(PostView),
    ("POST", _CONTROL + "/posts/{id}/votes"): Answer(PostView),
    ("POST", _CONTROL + "/posts/{id}/quote-policy"): Answer(PostView),
    ("POST", _CONTROL + "/posts/{id}/unquote"): Answer(PostView),
    ("POST", f"{_CONTROL}/quote-policy"): Answer({"policy": str}),
    ("GET", f"{_CONTROL}/quotes"): Answer({"quotes": list[QuoteRequestView]}),
    ("POST", _CONTROL + "/quotes/{id}/accept"): Answer(QuoteRequestView),
    ("POST", _CONTROL + "/quotes/{id}/decline"): Answer(QuoteRequestView),
    ("POST", _CONTROL + "/posts/{id}/credits"): Answer(PostView, 201),
    ("POST", _CONTROL + "/posts/{id}/credits/take-back"): Answer(PostView),
    ("GET", f"{_COTWEETS}/credits"): Answer({"credits": list[CreditRequestView]}),
    ("POST", _COTWEETS + "/credits/{id}/accept"): Answer(CreditRequestView),
    ("POST", _COTWEETS + "/credits/{id}/decline"): Answer(CreditRequestView),
    ("POST", f"{_CONTROL}/reports"): Answer(ReportView, 201),
    ("GET", f"{_CONTROL}/reports"): Answer({"reports": list[ReportView]}),
    ("GET", _CONTROL + "/reports/{id}"): Answer(ReportView),
    ("POST", _CONTROL + "/reports/{id}/resolve"): Answer(ReportView),
    ("GET", _COTWEETS + "/{id}/statistics"): Answer(StatisticsView),
    ("GET", _INVITES): Answer({"invites": list[InviteView]}),
    ("GET", _INVITES + "/{id}"): Answer(InviteView),
    ("POST", _INVITES + "/{id}/accept"): Answer(InviteView),
    ("POST", _INVITES + "/{id}/decline"): Answer(InviteView),
    ("GET", f"{_COTWEETS}/invite-mutes"): Answer(
        {"invite_mutes": [{"subject": str, "handle": str, "created_at": int}]}
    ),
    ("POST", f"{_COTWEETS}/invite-mutes"): Answer({"subject": str}),
    ("POST", f"{_COTWEETS}/invite-mutes/remove"): Answer({"subject": str}),
    ("GET", f"{_COTWEETS}/trusted"): Answer({"trusted": list[TrustedView]}),
    ("POST", f"{_COTWEETS}/trusted"): Answer({"actor": str}),
    ("POST", f"{_COTWEETS}/trusted/remove"): Answer({"actor": str}),
    ("GET", f"{_COTWEETS}/export"): Answer(ExportView),
    ("GET", _COTWEETS + "/{id}/log"): Answer(ConsentLogView),
    ("GET", f"{_CONTROL}/consent-log"): Answer(ConsentLogView),
    ("GET", f"{_CONTROL}/degrade"): Answer(DegradeView),
    ("POST", f"{_CONTROL}/degrade"): Answer(DegradeView),
    ("POST", _COTWEETS): Answer(DraftView, 201),
    ("GET", _COTWEETS): Answer({"cotweets": list[DraftView]}),
    ("GET", _COTWEETS + "/{id}"): Answer(DraftView),
    ("PUT", _COTWEETS + "/{id}"): Answer(DraftView),
    ("DELETE", _COTWEETS + "/{id}"): _NOTHING,
    ("POST", _COTWEETS + "/{id}/publish"): Answer(DraftView),
    ("POST", _COTWEETS + "/{id}/withdraw"): Answer(DraftView),
    ("POST", _COTWEETS + "/{id}/leave"): Answer({"stamp": str}),
    ("GET", _COTWEETS + "/{id}/changes"): Answer({"changes": list[ChangeView]}),
    ("POST", _COTWEETS + "/{id}/changes/cancel"): Answer(DraftView),
    ("POST", _COTWEETS + "/{id}/changes/publish"): Answer(DraftView),
    ("POST", _COTWEETS + "/{id}/authors"): Answer(DraftView),
    ("DELETE", _COTWEETS + "/{id}/authors/{handle}"): Answer(DraftView),
    ("GET", _COTWEETS + "/{id}/comments"): Answer({"comments": list[CommentView]}),
    ("POST", _COTWEETS + "/{id}/comments"): Answer({"comments": list[CommentView]}, 201),
    ("DELETE", _COTWEETS + "/{id}/comments/{comment}"): _NOTHING,
    ("GET", _COTWEETS + "/{id}/proposals"): Answer({"proposals": list[ProposalView]}),
    ("POST", _COTWEETS + "/{id}/proposals"): Answer(ProposalView, 201),
    ("POST", _COTWEETS + "/{id}/ask-deletion"): Answer(ProposalView, 201),
    ("GET", _PROPOSAL): Answer(ProposalView),
    ("POST", f"{_PROPOSAL}/take"): Answer(ProposalView),
    ("POST", f"{_PROPOSAL}/decline"): Answer(ProposalView),
    ("POST", f"{_PROPOSAL}/withdraw"): Answer(ProposalView),
    ("POST", _COTWEETS + "/{id}/hide"): Answer({"hidden": bool}),
    ("POST", _COTWEETS + "/{id}/unhide"): Answer({"hidden": bool}),
}
"""By method and path. Parts of a mapping are types; a list with one mapping is a list of such."""


def _form(required: bool, **members: Mapping[str, Any]) -> Mapping[str, Any]:
    """A body with a picture and other members, which may all be ``required``."""
    picture = {"type": "string", "contentMediaType": "image/*"}
    schema = {
        "type": "object",
        "properties": {"file": picture, **members},
        "required": ["file", *(members if required else ())],
    }
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


FORMS: Final[Mapping[tuple[str, str], Mapping[str, Any]]] = {
    ("POST", f"{_CONTROL}/emoji"): _form(
        True, shortcode={"type": "string", "pattern": "^[A-Za-z0-9_]{2,30}$"}
    ),
    ("POST", f"{_CONTROL}/profile/pictures"): _form(
        True, kind={"type": "string", "enum": ["avatar", "header"]}
    ),
    ("POST", f"{_CONTROL}/media"): _form(False, alt={"type": "string", "maxLength": 1500}),
}
"""Bodies that are no JSON."""
