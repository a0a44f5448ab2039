"""HTML from strangers: what may be shown, what may be consented to, and its plain text.

The allow-list is Mastodon's (``lib/sanitize_ext/sanitize_config.rb``), so that a post looks here
as it looks there and Mastodon's readers see what was agreed to.
"""

from __future__ import annotations

import html as entities
import re
from functools import lru_cache
from typing import Final

import nh3

from activitypub.html_cost import MAX_HTML, is_too_expensive

_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
_TAGS: Final = frozenset(
    {"p", "br", "span", "a", "del", "s", "pre", "blockquote", "code", "b", "strong", "u", "i"}
    | {"em", "ul", "ol", "li", "ruby", "rt", "rp"}
)
_CLASSES = re.compile(
    r"(?:h-card|(?!u-author)u-[\w-]+|(?!p-author)p-[\w-]+|(?:dt|e)-[\w-]+"
    r"|mention|hashtag|ellipsis|invisible|quote-inline)"
)
"""Of microformats not those that would make a text a post of its own (``h-entry``), or name its
author: whoever reads a page by them must not find authors that a stranger wrote into the text."""
_SCHEMES: Final = {"http", "https", "mailto", "xmpp", "gemini", "magnet"}


def _filter_attribute(tag: str, name: str, value: str) -> str | None:
    if name == "class":
        classes = value.split()
        kept = [entry for entry in classes if _CLASSES.fullmatch(entry)]
        if not kept:
            return None
        return value if len(kept) == len(classes) else " ".join(kept)
    if name == "translate":
        return value if value == "no" else None
    if name in {"start", "value"}:
        return value if re.fullmatch(r"-?[0-9]{1,6}", value) else None
    return value


def _cleaner(tags: frozenset[str], without: frozenset[str] = frozenset()) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(tags - without),
        clean_content_tags={"script", "style", "template", "noscript", "iframe", "object"}
        | without,
        attributes={
            "*": set(),
            "a": {"href", "class", "translate"},
            "span": {"class", "translate"},
            "p": {"class"},
            "ol": {"start", "reversed"},
            "li": {"value"},
        },
        attribute_filter=_filter_attribute,
        set_tag_attribute_values={"a": {"target": "_blank"}},
        link_rel="nofollow noopener noreferrer",
        url_schemes=set(_SCHEMES),
        url_relative="deny",
    )


_UNSAID: Final = frozenset({"blockquote", "q", "del", "s", "strike"})
"""What stands in these somebody else said, or it is said no more."""
_CLEANER = _cleaner(_TAGS)
_CLEANER_OF_UNSAID = _cleaner(_TAGS, without=_UNSAID)
_CLEANER_WITH_HEADINGS = _cleaner(_TAGS | set(_HEADINGS))

_UNPRINTABLE = re.compile("[\0\ud800-\udfff]")
_HEADING = re.compile(r"<(/?)h[1-6]>")
_MAY_HAVE_HEADING = re.compile(r"<h[1-6]", re.IGNORECASE)


def sanitise(html: str) -> str:
    """``html`` with nothing in it but the allow-list; safe to put into a page as it is.

    Links get ``rel`` and ``target``, and lose an ``href`` that is relative or of a scheme like
    ``javascript:``. Headings become bold paragraphs. Any string is accepted: what would be too
    expensive to parse comes back as its text.
    """
    return _sanitised_before(html) if len(html) <= _REMEMBERED else _sanitised(html)


def _sanitised(html: str) -> str:
    html = _UNPRINTABLE.sub(_replacement, html)
    if is_too_expensive(html):
        return _as_paragraphs(_strip(html))
    if not _MAY_HAVE_HEADING.search(html):
        return _CLEANER.clean(html)
    # In the serialiser's output `<` occurs in tags only, and headings have no attributes there.
    with_headings = _CLEANER_WITH_HEADINGS.clean(html)
    bold = _HEADING.sub(
        lambda tag: "</strong></p>" if tag[1] else "<p><strong>",
        with_headings,
    )
    return _CLEANER.clean(bold)


_REMEMBERED: Final = 2_000
"""Characters of texts whose readings are kept in memory: the same are shown again and again."""
_sanitised_before = lru_cache(maxsize=2_048)(_sanitised)


def own_words(html: str) -> str | None:
    """``html`` as ``sanitise`` leaves it, without quotations and without words crossed out.

    None for what is too expensive to parse: nobody can tell there what is quoted.
    """
    html = _UNPRINTABLE.sub(_replacement, html)
    return None if is_too_expensive(html) else _CLEANER_OF_UNSAID.clean(html)


def _replacement(match: re.Match[str]) -> str:
    return "" if match[0] == "\0" else "\ufffd"


_ANY_TAG = re.compile(r"<(?:!--.*?(?:--!?>|\Z)|[/!?a-zA-Z][^>]*(?:>|\Z))", re.DOTALL)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6]|/blockquote|/pre)\b[^>]*>", re.IGNORECASE)


def _strip(html: str) -> str:
    """The text of arbitrary HTML in linear time: no parser, and no promise of fidelity."""
    return entities.unescape(_ANY_TAG.sub("", _BREAK.sub("\n", html[: 2 * MAX_HTML])))


def _as_paragraphs(plain: str) -> str:
    escaped = entities.escape(_UNPRINTABLE.sub(_replacement, plain).strip(), quote=False)
    return f"<p>{'<br>'.join(escaped.splitlines())}</p>" if escaped else ""


def from_text(plain: str) -> str:
    """Plain text as HTML: escaped, blank lines between paragraphs, line ends as ``<br>``."""
    paragraphs = re.split(r"\n[ \t]*\n\s*", plain.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(_as_paragraphs(paragraph) for paragraph in paragraphs)


Token = tuple[str, str, frozenset[tuple[str, str]]]

_MARKUP = re.compile(
    r"""(?P<text>(?:[^<]++|<(?![A-Za-z/!?]))++)
      | </(?P<end>[A-Za-z][A-Za-z0-9]*)\s*>
      | <(?P<start>[A-Za-z][A-Za-z0-9]*)(?P<attributes>(?:\s+(?:[^\s"'<>/=]+)
          (?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*+)\s*/?>""",
    re.VERBOSE | re.ASCII,
)
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""", re.ASCII
)
_REFERENCE = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);")
_PRESENTATION: Final = frozenset({"rel", "target", "translate"})


def _tokens(html: str) -> list[Token] | None:
    """The tokens of plainly written HTML, or None: what is odd is not guessed at."""
    tokens: list[Token] = []
    html = html.replace("\r\n", "\n").replace("\r", "\n")
    position = 0
    while position < len(html):
        match = _MARKUP.match(html, position)
        if match is None:
            return None
        position = match.end()
        if match["text"] is not None:
            text = match["text"]
            if text.startswith("\n") and tokens and tokens[-1][:2] == ("start", "pre"):
                text = text[1:]
            if text:
                tokens.append(("text", entities.unescape(text), frozenset()))
        elif match["end"] is not None:
            tokens.append(("end", match["end"].lower(), frozenset()))
        else:
            attributes = _attributes(match["attributes"])
            if attributes is None:
                return None
            tokens.append(("start", match["start"].lower(), attributes))
    return tokens


def _attributes(source: str) -> frozenset[tuple[str, str]] | None:
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(source):
        key = name.lower()
        if key in found:
            return None
        found[key] = _REFERENCE.sub(
            lambda reference: entities.unescape(reference[0]), double or single or bare
        )
    return frozenset(entry for entry in found.items() if entry[0] not in _PRESENTATION)


def consent_safe(html: str) -> bool:
    """Whether ``sanitise`` changes nothing but ``rel``, ``target`` and ``translate`` attributes.

    FEP-af48, Offer: an author must have seen exactly what the digest covers. Both texts are read
    into tokens, so the spelling of entities, quotes, letter case and the order of attributes do
    not count. Everything else does, also what a browser would repair, such as a missing end tag:
    a wrong no costs a question, a wrong yes puts unseen words under somebody's name.
    """
    if _UNPRINTABLE.search(html) or is_too_expensive(html):
        return False
    received = _tokens(html)
    return received is not None and received == _tokens(sanitise(html))


_READ_AS_MARKUP: Final = re.compile(
    r"<(?=[A-Za-z/!?])|&(?:#(?:[0-9]+|[xX][0-9A-Fa-f]+)|[A-Za-z0-9]+);?"
)


def from_title(text: str) -> str:
    """One line of plain text as HTML, for ``summary``: nothing is escaped that need not be.

    The field is HTML by its definition, and Mastodon and Misskey show it as it stands: ``Q&A`` and
    ``I <3 you`` read the same to both; only what a parser would take for a tag or a reference is
    written as one.
    """

    def escaped(found: re.Match[str]) -> str:
        said = found[0]
        if said == "<":
            return "&lt;"
        return f"&amp;{said[1:]}" if entities.unescape(said) != said else said

    return _READ_AS_MARKUP.sub(escaped, text)


_BLOCKS: Final = frozenset({"p", "blockquote", "pre", "ul", "ol"})


def to_text(html: str) -> str:
    """Readable plain text: links keep their text, paragraphs become blank lines.

    The text is not safe HTML: entities are decoded.
    """
    return _text_before(html) if len(html) <= _REMEMBERED else _text(html)


def _text(html: str) -> str:
    if not html:
        return ""
    pieces: list[str] = []
    preformatted = 0
    for kind, value, _ in _tokens(sanitise(html)) or []:
        if kind == "text":
            pieces.append(value if preformatted else re.sub(r"[ \t\n\f]+", " ", value))
        elif value in _BLOCKS:
            pieces.append("\n\n")
            preformatted += {"start": 1, "end": -1}[kind] if value == "pre" else 0
        elif value == "br" or (value == "li" and kind == "start"):
            pieces.append("\n")
    joined = re.sub(r" *\n *", "\n", "".join(pieces)) if "<pre" not in html else "".join(pieces)
    return re.sub(r"\n{3,}", "\n\n", joined).strip()


_text_before = lru_cache(maxsize=2_048)(_text)


def link_targets(content: str) -> tuple[str, ...]:
    """Where the links in HTML lead, each once, in order: part of what is consented to."""
    tokens = _tokens(content)
    if tokens is None:
        tokens = _tokens(sanitise(content)) or []
    found = (
        value
        for kind, tag, attributes in tokens
        if kind == "start" and tag == "a"
        for name, value in attributes
        if name == "href" and value
    )
    return tuple(dict.fromkeys(found))
