"""Whether a program printed what a page shows, although ids and times differ every time.

Ports, ids, digests, tokens and passwords on a page are examples. The first time one is seen in an
output it is learned what stands for it; from then on it must be the same, and commands get the
real one. Times may differ freely. A line ``...`` stands for any lines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

SKIP = "..."

_EXAMPLES = re.compile(
    r"""
      (?P<id>\b\d{18}\b)                                        # a post, an invite
    | (?P<digest>\bzQm[1-9A-HJ-NP-Za-km-z]{44}\b)
    | (?P<token>(?<=/coauthor/)[\w-]+|(?<=/auth/link/)[\w-]+|(?<=\?link=)[\w-]+
        |(?<=/media/)[\w-]+(?=\.)|(?<![\w-])[\w-]{43}(?![\w-]))  # of an app
    | (?P<password>\b[a-z0-9]{5}(?:-[a-z0-9]{5}){3}\b)
    | (?P<moment>\b\d{4}-\d\d-\d\d\ \d\d:\d\d\b)
    | (?P<instant>\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)
    | (?P<millis>\b1\d{12}\b)
    | (?P<distance>\bjust\ now|\bin\ \d+\ \w+(?:\ \d+\ \w+)?|\b\d+\ \w+(?:\ \d+\ \w+)?\ ago)
    | (?P<version>(?<=fedi_cotweet\ )\d+\.\d+\.\d+)
    """,
    re.VERBOSE,
)
_SHAPES: Mapping[str, str] = {
    "id": r"\d{18}",
    "digest": r"zQm[1-9A-HJ-NP-Za-km-z]{44}",
    "token": r"[\w-]{20,}",
    "password": r"[a-z0-9]{5}(?:-[a-z0-9]{5}){3}",
    "moment": r"\d{4}-\d\d-\d\d \d\d:\d\d",
    "instant": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z",
    "millis": r"1\d{12}",
    "distance": r"(?:just now|in \d+ \w+(?: \d+ \w+)?|\d+ \w+(?: \d+ \w+)? ago)",
    "version": r"\d+\.\d+\.\d+",
}
_LEARNED = frozenset({"id", "digest", "token", "password"})
# Layout is not what is tested: how wide a column or a frame is depends on the values.
_SPACE = re.compile(r"\s+")
_RULE = re.compile(r"─+")

Learned = dict[str, str]


def substitute(text: str, learned: Learned) -> str:
    """A command with the real values. An example nobody has seen yet is a mistake of the page."""

    def real(match: re.Match[str]) -> str:
        if match.lastgroup not in _LEARNED:
            return match[0]
        assert match[0] in learned, f"{match[0]} was in no output so far"
        return learned[match[0]]

    return _EXAMPLES.sub(real, text)


def match_output(shown: Sequence[str], printed: Sequence[str], learned: Learned) -> Learned | None:
    """What is known after an output that is as shown, or None if it is not."""
    if not shown:
        return learned if not printed else None
    if shown[0] == SKIP:
        for begin in range(len(printed) + 1):
            found = match_output(shown[1:], printed[begin:], learned)
            if found is not None:
                return found
        return None
    if not printed:
        return None
    after = _match_line(_normal(shown[0]), _normal(printed[0]), learned)
    return None if after is None else match_output(shown[1:], printed[1:], after)


def _normal(line: str) -> str:
    return _RULE.sub("─", _SPACE.sub(" ", line)).strip()


def _match_line(shown: str, printed: str, learned: Learned) -> Learned | None:
    pattern, names, end = "", [], 0
    for example in _EXAMPLES.finditer(shown):
        pattern += re.escape(shown[end : example.start()])
        kind = example.lastgroup or ""
        if kind in _LEARNED and example[0] in learned:
            pattern += re.escape(learned[example[0]])
        else:
            pattern += f"({_SHAPES[kind]})"
            names.append(example[0] if kind in _LEARNED else "")
        end = example.end()
    found = re.fullmatch(pattern + re.escape(shown[end:]), printed)
    if found is None:
        return None
    after = dict(learned)
    for name, value in zip(names, found.groups(), strict=True):
        if name and after.setdefault(name, value) != value:
            return None
    return after
