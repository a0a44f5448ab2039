"""The documentation as data: its pages, fenced blocks, headings and links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_FENCE = re.compile(r"^(`{3,})([a-z]*)\s*(.*)$")
_HIDDEN = "<!-- console"
_LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, what else its first line says, and where it begins.

    ``hidden``: a comment ``<!-- console ... -->``, which readers do not see; it holds what a page
    takes for granted.
    """

    page: Path
    line: int
    language: str
    note: str
    text: str
    hidden: bool = False

    @property
    def place(self) -> str:
        """For messages."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@cache
def pages() -> tuple[Path, ...]:
    """Every page that people read."""
    top = [ROOT / name for name in ("README.md", "FEDERATION.md", "CONTRIBUTING.md", "SECURITY.md")]
    return (*top, ROOT / "deploy/README.md", *sorted((ROOT / "docs").rglob("*.md")))


def page_id(page: Path) -> str:
    """Its name in the list of tests."""
    return page.relative_to(ROOT).as_posix()


@cache
def read(page: Path) -> str:
    """The text of a page."""
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order, hidden ones among them."""
    fence, language, note, begun = "", "", "", 0
    lines: list[str] = []
    for number, line in enumerate(read(page).splitlines(), 1):
        if not fence:
            opened = _FENCE.match(line)
            if opened:
                fence, language, note, begun, lines = opened[1], opened[2], opened[3], number, []
            elif line.strip() == _HIDDEN:
                fence, language, note, begun, lines = "-->", "console", "", number, []
        elif line.strip() == fence:
            text = "\n".join(lines) + "\n"
            yield Block(page, begun, language, note, text, hidden=fence == "-->")
            fence = ""
        else:
            lines.append(line)
    assert not fence, f"{page}:{begun}: the block does not end"


def all_blocks(language: str) -> list[Block]:
    """All blocks of one language."""
    return [block for page in pages() for block in blocks(page) if block.language == language]


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    kept, fence = [], ""
    for line in read(page).splitlines():
        opened = _FENCE.match(line)
        if not fence and opened:
            fence = opened[1]
        elif fence:
            fence = "" if line.strip() == fence else fence
        else:
            kept.append(line)
    return "\n".join(kept)


def links(page: Path) -> list[str]:
    """Where a page leads to."""
    return [inline or reference for inline, reference in _LINK.findall(prose(page))]


def anchors(page: Path) -> set[str]:
    """What ``#`` may be followed by for a page, by GitHub's rule."""
    found: set[str] = set()
    for title in _HEADING.findall(prose(page)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
        plain = _NOT_IN_ANCHORS.sub("", words.lower()).strip().replace(" ", "-")
        name, count = plain, 0
        while name in found:
            count += 1
            name = f"{plain}-{count}"
        found.add(name)
    return found


def section(page: Path, title: str) -> str:
    """The text under a heading, up to the next of the same or a higher level."""
    lines = read(page).splitlines()
    for start, line in enumerate(lines):
        match = re.match(r"(#+)\s+(.*)", line)
        if match and match[2].strip() == title:
            depth = len(match[1])
            rest = []
            for follower in lines[start + 1 :]:
                heading = re.match(r"(#+)\s", follower)
                if heading and len(heading[1]) <= depth:
                    break
                rest.append(follower)
            return "\n".join(rest)
    raise AssertionError(f"{page_id(page)} has no section “{title}”")


def table(text: str) -> list[tuple[str, ...]]:
    """The rows of the tables in a text, without their headings, cells without backquotes."""
    found = []
    for line, after in zip(text.splitlines(), [*text.splitlines()[1:], ""], strict=True):
        if not line.startswith("|") or re.match(r"\|[ :|-]+\|$", line):
            continue
        if re.match(r"\|[ :|-]+\|$", after):
            continue
        cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
        found.append(tuple(cell.strip().replace("`", "") for cell in cells))
    return found
