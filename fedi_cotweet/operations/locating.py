"""From an address somebody pasted to the post behind it, as its own server serves it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin

from activitypub.documents.note import parse_note
from activitypub.errors import DocumentError
from activitypub.origins import check_fetched
from activitypub.shell.cache import Getter
from activitypub.verdicts import Fetched, Refused
from activitypub.vocab.reading import as_id, origin, same_origin, types
from activitypub.vocab.terms import ACTIVITY_JSON, is_activitypub_type

MAX_STEPS: Final = 3
"""The page, the document it names, the identifier that this document has."""

_MAX_HEAD: Final = 262_144
# The parser below takes quadratic time for tags made for it, so it sees single short ones only
# (CVE-2025-68475 was this search in another server).
_LINK = re.compile(r"<link\s[^<>]{1,1024}>", re.IGNORECASE)
_MAX_LINKS: Final = 8


class NotFetchedError(Exception):
    """There is nothing to verify. ``message`` says what happened, ``fix`` what may help."""

    def __init__(self, code: str, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Located:
    """A post as served under its own id; ``steps`` are the addresses asked on the way."""

    id: str
    fetched: Fetched
    steps: tuple[str, ...]


async def locate(client: Getter, address: str) -> Located:
    """The post at ``address``: its id, or a page that leads to it. Raises ``NotFetchedError``.

    A document found under another address than its ``id`` is only a hint where to ask, whatever it
    says: it is fetched again from there (FEP-fe34).
    """
    steps: list[str] = []
    url = address.partition("#")[0]
    while True:
        steps.append(url)
        fetched = await client.get(url)
        _check_answer(fetched)
        document = check_fetched(fetched)
        if not isinstance(document, Refused):
            try:
                note = parse_note(document)
            except DocumentError:
                raise _not_a_post(document) from None
            return Located(note.id, fetched, tuple(steps))
        following = _following(fetched)
        if following is None or following in steps or len(steps) == MAX_STEPS:
            raise NotFetchedError(document.code, f"There is no post at {url}: {document.reason}.")
        url = following


def alternates(html: str) -> Iterator[str]:
    """The ``href`` of each ``<link rel="alternate" type="application/activity+json">``."""
    tags = (match[0] for match in _LINK.finditer(html))
    named = [tag for tag in tags if ACTIVITY_JSON in tag.lower()]
    for tag in named[:_MAX_LINKS]:
        parser = _LinkTag()
        parser.feed(tag)
        parser.close()
        if parser.href:
            yield parser.href


class _LinkTag(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.href = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        relations = found.get("rel", "").lower().split()
        kind = found.get("type", "").partition(";")[0].strip().lower()
        if tag == "link" and "alternate" in relations and kind == ACTIVITY_JSON:
            self.href = found.get("href", "").strip()


def _following(fetched: Fetched) -> str | None:
    """Where to ask next: the document's own id, or what a page of the same origin names."""
    if fetched.document is not None and is_activitypub_type(fetched.media_type):
        own = as_id(fetched.document.get("id"))
        return own if origin(own) is not None else None
    if fetched.media_type.partition(";")[0].strip().lower() not in _PAGES:
        return None
    page = fetched.final_url or fetched.url
    for href in alternates(fetched.body[:_MAX_HEAD].decode("utf-8", "replace")):
        try:
            target = urljoin(page, href).partition("#")[0]
        except ValueError:
            continue
        if same_origin(target, page):
            return target
    return None


_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})

_ERRORS: Final = {
    "address_refused": "its address is not one of the public Internet",
    "dns_failed": "there is no server of this name",
    "tls_failed": "its certificate cannot be trusted",
    "timeout": "its server did not answer in time",
    "too_large": "its answer is too large",
    "too_many_redirects": "it redirects too often",
    "bad_redirect": "it redirects to nowhere",
}


def _check_answer(fetched: Fetched) -> None:
    url = fetched.final_url or fetched.url
    match fetched.status:
        case 200:
            return
        case 0:
            why = _ERRORS.get(fetched.error, "its server cannot be reached")
            raise NotFetchedError(fetched.error, f"{url} could not be fetched: {why}.")
        case 401 | 403:
            raise NotFetchedError(
                "not_public",
                f"{url} is not shown to strangers (status {fetched.status}).",
                "Posts are fetched here without an account: only public ones can be verified.",
            )
        case 404 | 410:
            raise NotFetchedError("gone", f"There is nothing at {url}, or nothing public.")
        case status:
            raise NotFetchedError(
                "bad_answer", f"{url} could not be fetched: its server answered {status}."
            )


def _not_a_post(document: dict[str, object]) -> NotFetchedError:
    kind = next(iter(types(document)), "something unknown")
    return NotFetchedError(
        "not_a_post", f"That is no post but a document of the type {kind}.", "Name a post."
    )
