"""What this server is and allows, and what it knows: the same for everybody."""

from __future__ import annotations

from html import escape
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web

from fedi_cotweet import __version__
from fedi_cotweet.domain.limits import POLL_LONGEST, POLL_SHORTEST, SECOND
from fedi_cotweet.languages.wording import mark, said
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.house import rules
from fedi_cotweet.services import films, own_profile, pictures, vapid
from fedi_cotweet.services.documents import SUFFIXES
from storage.engine import Tx
from storage.queries import actors, emoji, hosts, posts

Document = dict[str, Any]

LIKE: Final = "4.5.0"
"""The version of Mastodon whose API this one follows: some apps refuse what looks like none."""
API_VERSIONS: Final = {"mastodon": 7}
UPLOADS: Final = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/avif",
    "image/heic",
    "image/heif",
)
MOST_EMOJI: Final = 5_000
MOST_PEERS: Final = 20_000
LINK_CHARACTERS: Final = 23
OPEN_MODES: Final = ("approval", "open")
"""In which somebody without a sign-up link can ask for an account (``Settings.registrations``)."""
BY_LINK: Final = mark("Accounts are made with a sign-up link here.")
"""What apps show to whoever has none."""


async def version_1(call: Call) -> web.Response:
    """``V1::Instance``."""
    settings, numbers = call.site.settings, await call.site.read(_numbers)
    laid_down = await call.site.read(rules)
    return answer(
        {
            "uri": settings.host,
            "title": settings.name or settings.host,
            "short_description": settings.description,
            "description": settings.description,
            "email": settings.contact_email,
            "version": version(),
            "urls": {"streaming_api": _streaming(call)},
            "stats": {
                "user_count": numbers[0],
                "status_count": numbers[1],
                "domain_count": numbers[2],
            },
            "thumbnail": None,
            "languages": ["en"],
            "registrations": settings.registrations in OPEN_MODES,
            "approval_required": settings.registrations == "approval",
            "invites_enabled": settings.registrations != "closed"
            and settings.sign_up_links_by == "people",
            "configuration": configuration(call) | {"urls": None},
            "contact_account": None,
            "rules": laid_down,
        }
    )


async def version_2(call: Call) -> web.Response:
    """``Instance``."""
    settings, numbers = call.site.settings, await call.site.read(_numbers)
    laid_down = await call.site.read(rules)
    base = call.env.addresses.base
    return answer(
        {
            "domain": settings.host,
            "title": settings.name or settings.host,
            "version": version(),
            "source_url": base,
            "description": settings.description,
            "usage": {"users": {"active_month": numbers[0]}},
            "thumbnail": {"url": f"{base}/headers/original/missing.png"},
            "icon": [],
            "languages": ["en"],
            "configuration": configuration(call)
            | {
                "urls": {"streaming": _streaming(call)},
                "vapid": {"public_key": await vapid.server_key(call.site)},
                "translation": {"enabled": False},
                "limited_federation": False,
                "timelines_access": {
                    "live_feeds": {"local": "public", "remote": "public"},
                    "hashtag_feeds": {"local": "public", "remote": "public"},
                    "trending_link_feeds": {"local": "public", "remote": "public"},
                },
            },
            "registrations": {
                "enabled": settings.registrations in OPEN_MODES,
                "approval_required": settings.registrations == "approval",
                "reason_required": False,
                "message": f"<p>{escape(said(BY_LINK))}</p>"
                if settings.registrations == "invite"
                else None,
                "min_age": None,
                "url": None,
            },
            "api_versions": API_VERSIONS,
            "contact": {"email": settings.contact_email, "account": None},
            "rules": laid_down,
            "co_tweets": {"max_authors": settings.max_authors},
        }
    )


def version() -> str:
    """As apps read it: Mastodon's number, then what this is."""
    return f"{LIKE} (compatible; fedi_cotweet {__version__})"


def configuration(call: Call) -> Document:
    """The limits of posts and uploads, which apps keep before they send anything."""
    settings, taken = call.site.settings, films.available()
    return {
        "accounts": {
            "max_featured_tags": own_profile.MOST_TAGS,
            "max_pinned_statuses": 5,
            "max_profile_fields": own_profile.MOST_FIELDS,
            "profile_field_name_limit": own_profile.MOST_FIELD_NAME,
            "profile_field_value_limit": own_profile.MOST_FIELD_VALUE,
            "max_display_name_length": own_profile.MOST_NAME,
            "max_note_length": own_profile.MOST_ABOUT,
        },
        "statuses": {
            "max_characters": settings.post_characters,
            "max_media_attachments": settings.media_per_post,
            "characters_reserved_per_url": LINK_CHARACTERS,
            "supported_mime_types": ["text/plain"],
        },
        "media_attachments": {
            "supported_mime_types": list(UPLOADS + (films.TYPES if taken else ())),
            "image_size_limit": settings.media_max_bytes,
            "image_matrix_limit": pictures.OF_POSTS.pixels,
            "video_size_limit": settings.video_max_bytes if taken else 0,
            "video_frame_rate_limit": films.MAX_RATE if taken else 0,
            "video_matrix_limit": films.MAX_PIXELS if taken else 0,
            "description_limit": 1_500,
        },
        "polls": {
            "max_options": settings.poll_options,
            "max_characters_per_option": settings.poll_option_characters,
            "min_expiration": POLL_SHORTEST // SECOND,
            "max_expiration": POLL_LONGEST // SECOND,
        },
    }


async def custom_emojis(call: Call) -> web.Response:
    """The emoji of this server."""
    base = call.env.addresses.base

    def read(tx: Tx) -> list[Document]:
        own = emoji.all_emoji(tx, MOST_EMOJI)
        urls = {
            one.shortcode: f"{base}/emoji/files/{one.token}{SUFFIXES.get(one.media_type, '')}"
            for one in own
        }
        return [
            {
                "shortcode": one.shortcode,
                "url": urls[one.shortcode],
                "static_url": urls[one.shortcode],
                "visible_in_picker": True,
                "category": None,
            }
            for one in own
        ]

    return answer(await call.site.read(read))


async def peers(call: Call) -> web.Response:
    """The servers that this one knows."""
    return answer(await call.site.read(lambda tx: hosts.known_names(tx, MOST_PEERS)))


async def health(call: Call) -> web.Response:
    """That the server answers; it looks at its database for it."""
    await call.site.read(actors.count_people)
    return web.Response(text="OK")


def _numbers(tx: Tx) -> tuple[int, int, int]:
    return actors.count_people(tx), posts.count_local_posts(tx), hosts.count(tx, MOST_PEERS)


def _streaming(call: Call) -> str:
    parts = urlsplit(call.env.addresses.base)
    return f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
