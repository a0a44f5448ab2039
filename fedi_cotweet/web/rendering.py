"""The template environment: what templates may call, and what pages need besides the views.

Escaping is on everywhere. Only ``content`` of posts and invites, which the services sanitised, is
put into a page as it is, with emoji in it and in other texts (``web.emoji``). Texts stand in the
templates inside ``trans`` blocks or ``_()``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from jinja2 import DictLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from activitypub.html import link_targets
from fedi_cotweet.domain.consent import CONSENTING, ConsentState
from fedi_cotweet.languages import numbers, tags
from fedi_cotweet.languages.catalogues import NAMES
from fedi_cotweet.languages.reader import reader
from fedi_cotweet.languages.wording import said
from fedi_cotweet.services.appearances import Look
from fedi_cotweet.services.views import AuthorView, DraftView, MediaView
from fedi_cotweet.web.emoji import emoji_text, with_emoji
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.static_files import static_path
from fedi_cotweet.web.translating import translate

SHOWN_AUTHORS = 3
"""Authors named in the header of a post; the rest stand behind "and N others"."""

TINTS = 10
"""How many ``tint-N`` classes the style sheet has for avatars made of initials."""

TO_BE_NAMED = frozenset(state.value for state in (ConsentState.OFFERED, *CONSENTING))
"""States of the answers of those who are named on a draft."""

LONG_POST = 1_600
"""Characters from which a post is shortened in a list."""


@dataclass(frozen=True, slots=True)
class InstanceView:
    """This server as its pages name it. ``base_url``: no slash at the end; texts are plain."""

    name: str
    base_url: str
    description: str
    software_version: str
    joining: str = "closed"
    """Who may make an account (``Settings.registrations``)."""
    links_by: str = "staff"
    """Who may make sign-up links (``Settings.sign_up_links_by``)."""
    style: str = ""
    """Path of its style sheet, where that is not the one that everybody has."""
    path: str = ""
    """Of the page that is shown, encoded: the address that it is known by."""


@dataclass(frozen=True, slots=True)
class SessionView:
    """Who is looking, and the token that every form of theirs carries in its field ``csrf``."""

    viewer: AuthorView
    csrf: str
    open_invites: int = 0
    unread: int = 0
    """Notifications since they last looked, up to ``sessions.MOST_SHOWN``."""
    marks: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By a post's id, what the viewer did with it: ``liked``, ``boosted``, ``kept``, …"""
    staff: str = ""
    """The role of whoever looks after the server: ``moderator``, ``administrator`` or ""."""
    back: str = ""
    """The page that they look at, where a form leads back to."""
    look: Look = field(default_factory=Look)
    """How they want pages to look."""


@dataclass(frozen=True, slots=True)
class ConsentView:
    """What we know of one co-author's consent: the stamp and when we last fetched it (ms)."""

    author_uri: str
    stamp_url: str
    verified_at: int


@dataclass(frozen=True, slots=True)
class Dressed:
    """The look of a page whose person has one of their own.

    ``path``: of their style sheet. ``styled``: whether it is for words, and of which posts:
    ``alone``, those that nobody else stands for. ``off``: the reader sees none of it.
    """

    author: AuthorView
    accent: str = ""
    path: str = ""
    styled: bool = False
    alone: frozenset[str] = frozenset()
    off: bool = False


@dataclass(frozen=True, slots=True)
class AuthorLine:
    """The authors of a post, split for its header: named at once, and behind "and N others"."""

    shown: tuple[AuthorView, ...]
    others: tuple[AuthorView, ...]


_CLASSES = re.compile(r'(<[a-z0-9]+(?: [a-z-]+="[^"]*")*? class=")([^"]*)(")')
_PROPERTY = re.compile(r"(?:u|p|dt|e)-[\w-]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def iso_time(at: int) -> str:
    """``at`` (milliseconds) as ``<time datetime>`` wants it."""
    return numbers.calendar(at).strftime("%Y-%m-%dT%H:%M:%SZ")


def author_line(authors: Sequence[AuthorView]) -> AuthorLine:
    """The first three authors, in the order of credit, and the others."""
    return AuthorLine(tuple(authors[:SHOWN_AUTHORS]), tuple(authors[SHOWN_AUTHORS:]))


def link(url: str) -> str:
    """``url`` if it may stand in ``href``: http(s) with a host, or a path of ours. Otherwise "".

    Stops ``javascript:`` and other schemes of a remote actor or post, which escaping does not.
    """
    if url.startswith("/") and not url.startswith(("//", "/\\")):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""


def host(url: str) -> str:
    """The host of a URL, for people to read; "" if there is none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2]
    except ValueError:
        return ""


def language_tag(tag: str | None) -> str:
    """``tag`` if it has the form of a language tag (BCP 47, the common part), otherwise ""."""
    return tag if tag and _LANGUAGE.fullmatch(tag) else ""


def asking(path: str, name: str, value: str) -> str:
    """A link from the page at ``path`` to itself that asks for something that is kept
    (``web.tongues``, ``web.dressing``). It does not name the page: what is kept from somebody and
    what is not there are the same page."""
    pairs = [pair for pair in path.partition("?")[2].split("&") if pair]
    others = [pair for pair in pairs if not pair.startswith(f"{name}=")]
    return f"{'' if path else PATHS.index}?{'&'.join([*others, f'{name}={value}'])}"


def initials(author: AuthorView) -> str:
    """One or two letters that stand for somebody without a picture."""
    words = [word for word in re.split(r"[\s_.-]+", author.name) if word[:1].isalpha()]
    if not words:
        words = [author.handle.lstrip("@")]
    first, last = words[0][:1], words[-1][:1] if len(words) > 1 else ""
    # Two letters are a monogram only where scripts have capitals.
    return (first + last).upper() if first.upper() != first.lower() else first


def tint(author: AuthorView) -> int:
    """A colour for somebody without a picture, always the same for one handle."""
    return hashlib.sha256(author.handle.lower().encode()).digest()[0] % TINTS


def is_ours(url: str | None) -> bool:
    """Whether ``url`` is a path on this server: the policy of the pages shows no other picture."""
    return url is not None and url.startswith("/") and link(url) != ""


def absolute(url: str, instance: InstanceView) -> str:
    """``url`` as it must stand in metadata: paths of ours completed, unsafe ones "" (``link``)."""
    return instance.base_url + url if is_ours(url) else link(url)


def outside(author: AuthorView, instance: InstanceView) -> AuthorView:
    """An author as a page of somebody else's shows them, where paths of ours lead nowhere."""
    return replace(author, url=absolute(author.url, instance))


def kind(media: MediaView) -> str:
    """``image``, ``video``, ``audio`` or ``file``."""
    family = media.media_type.partition("/")[0]
    return family if family in ("image", "video", "audio") else "file"


def focus(media: MediaView) -> str:
    """Classes that keep a picture's focal point in sight where it is cut, in steps of 5 %: the
    policy of the pages allows no style of an element's own. "" of one without."""
    if media.focal is None:
        return ""
    x, y = media.focal
    across, down = (round((1 + place) * 10) * 5 for place in (x, -y))
    return f"focus-x-{across} focus-y-{down}"


def as_content(html: str) -> str:
    """Sanitised HTML without what would be read as its post's own properties (microformats):
    whoever writes ``u-url`` into a text says nothing about the post."""

    def others(match: re.Match[str]) -> str:
        names = (name for name in match[2].split() if not _PROPERTY.fullmatch(name))
        return f"{match[1]}{' '.join(names)}{match[3]}"

    return _CLASSES.sub(others, html)


def shorten(text: str, length: int) -> str:
    """``text`` on one line, at most ``length`` characters, cut between words where it can be."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > length // 2 else cut).rstrip(" ,.;:") + "…"


def _sources() -> DictLoader:
    files = PackageLoader("fedi_cotweet.web", "templates")
    reading = Environment(autoescape=True)
    return DictLoader({name: files.get_source(reading, name)[0] for name in files.list_templates()})


def to_be_named(draft: DraftView) -> tuple[AuthorView, ...]:
    """Whose names a draft is to carry, in order: its primary author, and who agreed or may yet."""
    named = [one.author for one in draft.co_authors if one.state in TO_BE_NAMED]
    return (draft.post.authors[0], *named)


def naming(text: str, author: AuthorView, name: Markup) -> Markup:
    """A sentence with somebody's name, as markup, where it has their handle for the first time."""
    before, found, after = text.partition(f"@{author.handle}")
    return escape(before) + (name if found else Markup()) + escape(after)


def build_environment() -> Environment:
    """The environment of all pages. A misspelt or missing variable is an error, never a gap.

    The sources are read here, so that no request waits for a disk, and each is compiled when it is
    first needed, in milliseconds: all of them at once are what a server's start would wait for.
    """
    environment = Environment(
        loader=_sources(),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    translate(environment)
    environment.filters.update(
        absolute=absolute,
        as_content=as_content,
        asking=asking,
        author_line=author_line,
        emoji_text=emoji_text,
        focus=focus,
        handle_host=lambda author: author.handle.rpartition("@")[2],
        host=host,
        initials=initials,
        iso_time=iso_time,
        kind=kind,
        language_name=tags.named,
        language_tag=language_tag,
        link=link,
        link_targets=link_targets,
        naming=naming,
        number=numbers.number,
        outside=outside,
        percent=numbers.percent,
        said=said,
        shorten=shorten,
        time_day=numbers.day,
        time_full=numbers.full,
        time_month=numbers.month,
        tint=tint,
        to_be_named=to_be_named,
        with_emoji=with_emoji,
    )
    environment.tests["ours"] = is_ours
    environment.globals.update(
        static_path=static_path,
        LONG_POST=LONG_POST,
        PATHS=PATHS,
        LANGUAGES=NAMES,
        reader=reader,
        spoken=tags.choices,
    )
    return environment
