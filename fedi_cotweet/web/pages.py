"""Every page, as a pure function from views to HTML. Nothing here reads a database or a request.

``session`` is None for a visitor. Pages with a session or a token in them belong to one person:
send them with ``headers.PRIVATE_PAGE_HEADERS``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from fedi_cotweet.services.history_views import HistoryView
from fedi_cotweet.services.views import InviteView, PostView, ProfileView, TimelinePage
from fedi_cotweet.web.linked_data import post_linked_data, preview_picture, preview_text
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.rendering import (
    ConsentView,
    Dressed,
    InstanceView,
    SessionView,
    absolute,
    build_environment,
)
from storage.queries.relationships import Relation

ENVIRONMENT = build_environment()


def render(
    template: str, instance: InstanceView, session: SessionView | None, **values: Any
) -> str:
    """Any page from its template and what that needs."""
    return ENVIRONMENT.get_template(template).render(instance=instance, session=session, **values)


def render_profile(
    profile: ProfileView,
    instance: InstanceView,
    *,
    session: SessionView | None = None,
    indexable: bool = False,
    relation: Relation | None = None,
    part: str = "posts",
    dress: Dressed | None = None,
) -> str:
    """Somebody's profile. ``indexable``: its owner lets search engines list it; ``relation``: what
    the viewer, who is somebody else, has to do with them; ``part``: of their posts."""
    avatar = profile.author.avatar
    return render(
        "profile.html",
        instance,
        session,
        profile=profile,
        indexable=indexable,
        relation=relation,
        part=part,
        dress=dress,
        preview_image=absolute(avatar, instance) if avatar else "",
    )


def render_post(
    post: PostView,
    instance: InstanceView,
    *,
    ancestors: Sequence[PostView] = (),
    replies: Sequence[PostView] = (),
    consents: Sequence[ConsentView] = (),
    session: SessionView | None = None,
    indexable: bool = False,
    dress: Dressed | None = None,
) -> str:
    """The page of one post in its thread: ``ancestors`` oldest first, ``replies`` in reading order.

    ``consents`` says, per co-author, which stamp was verified and when. A co-author without an
    entry is still named as one who agreed, as ``PostView.authors`` holds verified authors only.
    ``indexable`` counts for public posts of this server only.
    """
    picture, avatar = preview_picture(post), post.authors[0].avatar if post.authors else None
    image = picture.url if picture else avatar
    return render(
        "post.html",
        instance,
        session,
        post=post,
        ancestors=ancestors,
        replies=replies,
        consents={consent.author_uri: consent for consent in consents},
        indexable=indexable and post.local and post.visibility == "public",
        preview_text=preview_text(post),
        oembed=_oembed(post, instance),
        address=absolute(post.url, instance) or absolute(post.page, instance),
        picture=picture,
        preview_image=absolute(image, instance) if image else "",
        linked_data=post_linked_data(post, instance),
        dress=dress,
    )


def render_history(
    history: HistoryView, instance: InstanceView, *, session: SessionView | None = None
) -> str:
    """The page of all versions of one post."""
    return render("history.html", instance, session, history=history, post=history.post)


def _oembed(post: PostView, instance: InstanceView) -> str:
    """Where other sites learn how to show a post of ours; "" for posts of others."""
    if not post.local or post.state != "published":
        return ""
    query = urlencode({"url": instance.base_url + post.page})
    return f"{instance.base_url}{PATHS.oembed}?{query}"


def render_home(page: TimelinePage, session: SessionView, instance: InstanceView) -> str:
    """The home timeline of whoever is signed in."""
    return render("home.html", instance, session, page=page)


def render_sign_in(
    instance: InstanceView,
    csrf: str,
    *,
    error: str = "",
    username: str = "",
    next_path: str = "",
    application: str = "",
) -> str:
    """The sign-in form: ``POST`` with ``csrf``, ``username``, ``password`` and ``next``.

    ``error`` says what went wrong in words that are safe to show; ``username`` is what was typed.
    ``application`` names the app that a person signs in for, as that app called itself.
    """
    return render(
        "sign_in.html",
        instance,
        None,
        csrf=csrf,
        error=error,
        username=username,
        next_path=next_path,
        application=application,
    )


def render_sign_in_link(instance: InstanceView, csrf: str, path: str) -> str:
    """The question before a one-time link is spent: ``POST`` to its own ``path`` with ``csrf``."""
    return render("sign_in_link.html", instance, None, csrf=csrf, path=path)


def render_invites(
    invites: Sequence[InviteView], session: SessionView, instance: InstanceView, *, error: str = ""
) -> str:
    """Invites with all that the digest covers, and forms to answer those still open.

    Each form posts ``csrf`` and ``digest`` (what was shown); declining also posts ``reason``.
    ``error`` tells why the last answer did not count, for example because the text changed.
    """
    return render("invites.html", instance, session, invites=invites, error=error)


def render_index(
    page: TimelinePage, instance: InstanceView, *, session: SessionView | None = None
) -> str:
    """The front page: what this server is, and its public posts."""
    return render("index.html", instance, session, page=page)


def render_tag(
    tag: str, page: TimelinePage, instance: InstanceView, *, session: SessionView | None = None
) -> str:
    """Public posts with a hashtag, given without its #."""
    return render("tag.html", instance, session, tag=tag, page=page)


def render_quotation(post: PostView, instance: InstanceView) -> str:
    """A post as a fragment of HTML for pages of others, its authors named and linked."""
    address = absolute(post.url, instance) or absolute(post.page, instance)
    return render("quotation.html", instance, None, post=post, address=address)


def render_error(
    status: int,
    title: str,
    what_to_do: str,
    instance: InstanceView,
    *,
    session: SessionView | None = None,
) -> str:
    """An error page: what happened, and what the reader can do about it. Texts are plain."""
    return render(
        "error.html", instance, session, status=status, title=title, what_to_do=what_to_do
    )
