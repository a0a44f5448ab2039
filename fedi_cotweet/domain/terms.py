"""Words as they are looked for: folded, so that ``Cafe`` finds ``café``, in any script.

Both databases get these terms ready made, so that a search finds the same on both. Scripts that
write no spaces (and Hangul, whose words carry their endings) are cut into overlapping pairs.
"""

from __future__ import annotations

import re
import unicodedata

MOST_TERMS = 2_000
"""Of one post."""
MOST_WORDS = 20
"""Of one search."""
LONGEST = 64
PREFIX_FROM = 3
"""Letters from which a word also finds longer ones that begin with it: instead of stems."""

_DENSE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"(?P<dense>[{_DENSE}]+)|(?P<word>(?:[^\\W_{_DENSE}]|[\u0900-\u0dff])+)")
_ACCENT = re.compile("[\u0300-\u036f]")
_TAG = re.compile(r"[\w\u0900-\u0dff]{1,100}")


def fold(text: str) -> str:
    """Without capitals, accents and other ways to write the same letters."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFKD", apart)))


def index_terms(text: str) -> tuple[str, ...]:
    """All terms under which a text is found, each once."""
    found: dict[str, None] = {}
    for match in _RUN.finditer(fold(text)):
        run = match["dense"]
        if run is None:
            found[match["word"][:LONGEST]] = None
        else:
            found.update((run[at : at + 2], None) for at in range(len(run)))
        if len(found) >= MOST_TERMS:
            break
    return tuple(found)[:MOST_TERMS]


def query_terms(text: str) -> tuple[tuple[str, bool], ...]:
    """The terms a text must have to be found, and whether longer ones will do; () for none."""
    found: dict[tuple[str, bool], None] = {}
    for match in list(_RUN.finditer(fold(text)))[:MOST_WORDS]:
        run, word = match["dense"], match["word"]
        if run is None:
            found[word[:LONGEST], len(word) >= PREFIX_FROM] = None
        elif len(run) == 1:
            found[run, True] = None
        else:
            found.update(((run[at : at + 2], False), None) for at in range(min(len(run) - 1, 40)))
    return tuple(found)


def fold_tag(name: str) -> str | None:
    """A hashtag as it is compared, without its #; None for what is none."""
    bare = unicodedata.normalize("NFKC", name.strip().removeprefix("#")).lower()
    return bare if _TAG.fullmatch(bare) else None
