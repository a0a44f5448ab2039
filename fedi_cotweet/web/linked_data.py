"""Posts as search engines and link previews read them: schema.org JSON-LD, all authors named.

Source: https://schema.org/SocialMediaPosting; serialised into the page by Jinja's ``tojson``, which
escapes ``<``, ``>``, ``&`` and ``'``, so that no text of a post can end the script element.
"""

from __future__ import annotations

from typing import Any

from fedi_cotweet.services.views import AuthorView, MediaView, PostView
from fedi_cotweet.web.rendering import InstanceView, absolute, iso_time, kind, language_tag


def preview_picture(post: PostView) -> MediaView | None:
    """The picture a link preview may show: the first one, never of a post with a warning."""
    if post.sensitive or post.summary:
        return None
    pictures = (media for media in post.media if media.verified and kind(media) == "image")
    return next(pictures, None)


def preview_text(post: PostView) -> str:
    """What a link preview may say: the warning alone where there is one."""
    return post.summary or post.text


def _person(author: AuthorView, instance: InstanceView) -> dict[str, Any]:
    person = {"@type": "Person", "name": author.name, "alternateName": f"@{author.handle}"}
    address = absolute(author.url, instance)
    return {**person, "url": address, "identifier": author.uri} if address else person


def post_linked_data(post: PostView, instance: InstanceView) -> dict[str, Any]:
    """The JSON-LD of a post's page. ``author`` is a list of all verified authors, in order."""
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "SocialMediaPosting",
        "identifier": post.uri,
        "url": absolute(post.url, instance) or absolute(post.page, instance),
        "author": [_person(author, instance) for author in post.authors],
        "datePublished": iso_time(post.published_at),
        "text": preview_text(post),
        "interactionStatistic": [
            {
                "@type": "InteractionCounter",
                "interactionType": f"https://schema.org/{action}",
                "userInteractionCount": count,
            }
            for action, count in (
                ("LikeAction", post.likes),
                ("ShareAction", post.boosts),
                ("ReplyAction", post.replies),
            )
        ],
    }
    if post.updated_at is not None:
        data["dateModified"] = iso_time(post.updated_at)
    if language := language_tag(post.language):
        data["inLanguage"] = language
    if picture := preview_picture(post):
        data["image"] = {
            "@type": "ImageObject",
            "url": absolute(picture.url, instance),
            "caption": picture.alt,
        }
    return data
