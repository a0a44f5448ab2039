"""Style sheets that people write for their own words: what may stand in one, and what is served.

A sheet is read by a CSS parser, every part of it is compared with the lists here, and what is
served is written anew from what was understood. Whatever is on no list is refused, not dropped:
its writer learns of it. Every selector is put under ``AREA``, the element around the words of
somebody alone, so that names, consent, content warnings and buttons, which stand outside of it,
are out of reach; and no property here takes a thing out of its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import tinycss2
from tinycss2 import ast

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.errors import ServiceError

AREA: Final = ".styled"
MOST_CHARACTERS: Final = 8_000
MOST_RULES: Final = 100

ELEMENTS: Final = frozenset(
    (
        *("a", "b", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6"),
        *("i", "ins", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "u"),
        "ul",
    )
)
CLASSES: Final = frozenset({"bio", "content"})
STATES: Final = frozenset(
    {"hover", "first-child", "last-child", "only-child", "first-of-type", "last-of-type"}
)
FUNCTIONS: Final = frozenset(
    (
        *("rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch", "light-dark"),
        *("linear-gradient", "radial-gradient", "conic-gradient"),
        *("repeating-linear-gradient", "repeating-radial-gradient"),
    )
)
_COLOURS: Final = ("color", "background", "background-color", "background-image")
_TEXT: Final = (
    *("font-family", "font-style", "font-variant", "font-weight", "hyphens", "list-style-type"),
    *("text-align", "text-transform", "text-decoration", "text-decoration-color"),
    *("text-decoration-line", "text-decoration-style", "text-decoration-thickness"),
)
_EDGES: Final = tuple(f"border-{side}" for side in ("inline-start", "block-start", "block-end"))
_SIDES: Final = (
    *("", "-block", "-block-start", "-block-end"),
    *("-inline", "-inline-start", "-inline-end"),
)
_ROOM: Final = tuple(f"{what}{side}" for what in ("margin", "padding") for side in _SIDES)
LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    **dict.fromkeys((*_COLOURS, *_TEXT), (0, 1_000)),
    **dict.fromkeys(_EDGES, (0, 0.5)),
    **dict.fromkeys(_ROOM, (0, 3)),
    "font-size": (0.75, 3),
    "letter-spacing": (-0.05, 0.5),
    "line-height": (1, 3),
    "text-underline-offset": (0, 0.5),
    "word-spacing": (-0.1, 1),
}
"""What may be set, with the least and the most of a length in it (in em)."""
_IN_EM: Final = {"px": 1 / 16, "pt": 1 / 12, "em": 1.0, "rem": 1.0, "ch": 0.5, "ex": 0.5}
_FETCHING: Final = frozenset({"url", "src", "image", "image-set", "-webkit-image-set"})
_FETCHING_RULES: Final = frozenset({"import", "font-face", "namespace"})


@lru_cache(maxsize=256)
def compiled(text: str) -> str:
    """What is served of a sheet. Raises ``bad_style`` (422), which names the line."""
    if len(text) > MOST_CHARACTERS:
        raise _refused(say("At most {most} characters of styles.", most=MOST_CHARACTERS))
    written = _rules(tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True))
    if len(written) > MOST_RULES:
        raise _refused(say("At most {most} rules.", most=MOST_RULES))
    return "\n".join(written)


def check_house(text: str) -> None:
    """A sheet that whoever runs the server wrote for all pages. Raises ``bad_style`` (422) for what
    cannot be read, and for all that would be fetched."""
    _check_nothing_is_fetched(tinycss2.parse_stylesheet(text, skip_comments=True))


def _check_nothing_is_fetched(nodes: Sequence[ast.Node]) -> None:
    for node in nodes:
        if node.type in ("error", "url"):
            raise _not_here(node)
        if isinstance(node, ast.AtRule) and node.lower_at_keyword in _FETCHING_RULES:
            raise _not_here(node)
        if isinstance(node, ast.FunctionBlock) and node.lower_name in _FETCHING:
            raise _not_here(node)
        for inside in ("prelude", "content", "arguments"):
            _check_nothing_is_fetched(getattr(node, inside, None) or [])


def _rules(nodes: Sequence[ast.Node], *, inside: bool = False) -> list[str]:
    written: list[str] = []
    for node in nodes:
        if isinstance(node, ast.QualifiedRule):
            written.append(f"{_selectors(node)} {{ {_declarations(node)} }}")
        elif isinstance(node, ast.AtRule) and node.lower_at_keyword == "media" and not inside:
            within = tinycss2.parse_blocks_contents(
                node.content or [], skip_comments=True, skip_whitespace=True
            )
            written.append(f"{_medium(node)} {{ {' '.join(_rules(within, inside=True))} }}")
        else:
            raise _not_here(node)
    return written


def _medium(node: ast.AtRule) -> str:
    """Only whether pages are light or dark."""
    asked = "".join(tinycss2.serialize(node.prelude).split()).lower()
    for scheme in ("light", "dark"):
        if asked == f"(prefers-color-scheme:{scheme})":
            return f"@media (prefers-color-scheme: {scheme})"
    raise _not_here(node)


def _selectors(rule: ast.QualifiedRule) -> str:
    """Each selector of a rule, under ``AREA``."""
    groups: list[list[ast.Node]] = [[]]
    for token in rule.prelude:
        if isinstance(token, ast.LiteralToken) and token.value == ",":
            groups.append([])
        else:
            groups[-1].append(token)
    return ", ".join(f"{AREA} {_selector(group, rule)}" for group in groups)


def _selector(tokens: Sequence[ast.Node], rule: ast.QualifiedRule) -> str:
    """One selector, of names that are on the lists; it begins and ends with one."""
    written, before = "", " "
    for token in _without_ends(tokens):
        if token.type == "whitespace":
            written += " "
        elif isinstance(token, ast.IdentToken) and before in (".", ":"):
            if token.lower_value not in (CLASSES if before == "." else STATES):
                raise _not_here(token)
            written += token.lower_value
        elif isinstance(token, ast.IdentToken) and before in " >+~":
            if token.lower_value not in ELEMENTS:
                raise _not_here(token)
            written += token.lower_value
        elif isinstance(token, ast.LiteralToken) and token.value in ("*", ".", ":", ">", "+", "~"):
            if before in (".", ":") or (before in ">+~" and token.value in ">+~"):
                raise _not_here(token)
            written += token.value
        else:
            raise _not_here(token)
        before = written[-1] if written[-1] in ".: >+~" else "a"
    if not written or written[-1] in ".:>+~ " or written[0] in ">+~":
        raise _not_here(rule)
    return written


def _without_ends(tokens: Sequence[ast.Node]) -> Sequence[ast.Node]:
    kept = [one for one in tokens if one.type != "comment"]
    while kept and kept[0].type == "whitespace":
        kept.pop(0)
    while kept and kept[-1].type == "whitespace":
        kept.pop()
    return kept


def _declarations(rule: ast.QualifiedRule) -> str:
    written = []
    found = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    for one in found:
        if not isinstance(one, ast.Declaration) or one.lower_name not in LIMITS or one.important:
            raise _not_here(one)
        _check_value(one.lower_name, one.value)
        written.append(f"{one.lower_name}: {tinycss2.serialize(one.value).strip()};")
    return " ".join(written)


def _check_value(name: str, tokens: Sequence[ast.Node], *, within: bool = False) -> None:
    """``within`` a colour or a gradient, numbers are no lengths."""
    for token in tokens:
        if isinstance(token, ast.FunctionBlock):
            if token.lower_name not in FUNCTIONS or (name not in _COLOURS and not _paints(name)):
                raise _not_here(token)
            _check_value(name, token.arguments, within=True)
        elif isinstance(token, ast.StringToken):
            if name != "font-family":
                raise _not_here(token)
        elif isinstance(token, ast.NumberToken | ast.PercentageToken | ast.DimensionToken):
            if not within:
                _check_length(name, token)
        elif isinstance(token, ast.LiteralToken):
            if token.value not in (",", "/"):
                raise _not_here(token)
        elif not isinstance(
            token, ast.WhitespaceToken | ast.IdentToken | ast.HashToken | ast.Comment
        ):
            raise _not_here(token)


def _paints(name: str) -> bool:
    return name.startswith(("border-", "text-decoration"))


def _check_length(
    name: str, token: ast.NumberToken | ast.PercentageToken | ast.DimensionToken
) -> None:
    least, most = LIMITS[name]
    if isinstance(token, ast.DimensionToken):
        factor = _IN_EM.get(token.lower_unit)
    else:
        factor = 0.01 if isinstance(token, ast.PercentageToken) else 1.0
    if factor is None or not least <= token.value * factor <= most:
        raise _not_here(token)


def _not_here(node: Any) -> ServiceError:
    """What cannot stand in a sheet, as its writer wrote it."""
    if node.type == "error":
        return _refused(say("Line {line} cannot be read as CSS.", line=node.source_line))
    given = f"@{node.at_keyword}" if node.type == "at-rule" else ""
    given = given or (f"{node.name}" if node.type == "declaration" else "")
    given = given or " ".join(tinycss2.serialize([node]).split())
    short = given if len(given) <= 60 else f"{given[:60]}…"
    return _refused(
        say("Line {line}: “{what}” is not possible here.", line=node.source_line, what=short)
    )


def _refused(text: str) -> ServiceError:
    return ServiceError(
        "bad_style", 422, text, say("Change or remove it; the rest is as you wrote it.")
    )
