"""All pages: links lead somewhere, blocks are what they say, and nothing is forgotten."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
import typer.main

from fedi_cotweet.cli.main import app
from fedi_cotweet.configuration import load
from fedi_cotweet.domain.consent import ConsentState, Kept, Move, Moved, mermaid, move
from fedi_cotweet.services.style_rules import compiled
from fedi_cotweet.settings import definitions
from tests.docs.pages import (
    ROOT,
    Block,
    all_blocks,
    anchors,
    blocks,
    links,
    page_id,
    pages,
    prose,
    read,
    section,
    table,
)
from tests.docs.walk import Walk, steps

DOCS = ROOT / "docs"
FEP = DOCS / "fep-af48.md"
CONSENT = DOCS / "explanation/consent.md"
LANGUAGES = {"console", "python", "json", "toml", "mermaid", "text", "sh", "caddyfile", "css"}
GENERATED = {"docs/reference/commands.md", "docs/reference/settings.md"}
DRAWINGS = ("flowchart LR\n", "sequenceDiagram\n", "stateDiagram-v2\n")


@pytest.mark.parametrize("page", pages(), ids=page_id)
def test_every_link_leads_to_something_in_the_checkout(page: Path) -> None:
    lost = []
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        there = target.exists() and target.is_relative_to(ROOT)
        if not there or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    found, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in found:
            continue
        found.add(page)
        for link in links(page):
            target = (page.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.exists():
                todo.append(target)
    assert {page_id(page) for page in pages()} - {page_id(page) for page in found} == set()


def _written() -> list[Block]:
    """The blocks that people wrote on pages about this program."""
    return [
        block
        for page in pages()
        if page_id(page) not in GENERATED | {"docs/fep-af48.md", "docs/decisions/storage.md"}
        for block in blocks(page)
    ]


def test_every_block_says_what_it_is_so_that_something_checks_it() -> None:
    assert {block.place for block in _written() if block.language not in LANGUAGES} == set()


@pytest.mark.parametrize("block", all_blocks("json"), ids=lambda block: block.place)
def test_json_is_json(block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("block", all_blocks("toml"), ids=lambda block: block.place)
def test_a_configuration_on_a_page_can_be_used(block: Block, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(block.text, encoding="utf-8")
    settings = load(tmp_path, environment={})
    for name, value in tomllib.loads(block.text).items():
        found = getattr(settings, name)
        assert (str(found) if isinstance(found, Path) else found) == value


@pytest.mark.parametrize("block", all_blocks("css"), ids=lambda block: block.place)
def test_styles_on_a_page_can_be_used(block: Block) -> None:
    assert compiled(block.text)


@pytest.mark.parametrize("block", all_blocks("mermaid"), ids=lambda block: block.place)
def test_a_drawing_is_of_a_kind_we_know(block: Block) -> None:
    assert block.text.startswith(DRAWINGS)


# What a page asks for and a test cannot do here; each with the place where it is done.
ELSEWHERE = {
    "make demo": ".ci/run: checked demo",
    "make test": ".ci/run: checked test",
    "make run": "Makefile: up --development --account alice",
    "python3 -m venv ~/cotweet": ".ci/run: python3 -m venv",
    "python3 -m venv /opt/fedi-cotweet": ".ci/run: python3 -m venv",
    "~/cotweet/bin/pip install .": ".ci/run: pip --disable-pip-version-check wheel",
    "/opt/fedi-cotweet/bin/pip install .": ".ci/run: pip --disable-pip-version-check wheel",
    "~/cotweet/bin/fedi-cotweet up --development --account alice": (
        '.ci/run: "up", "--development", "--account", "alice"'
    ),
}


@pytest.mark.parametrize("block", all_blocks("sh"), ids=lambda block: block.place)
def test_what_is_not_run_from_the_pages_is_run_elsewhere(block: Block) -> None:
    for line in block.text.splitlines():
        assert line in ELSEWHERE, f"{block.place}: make it a console block, or say who runs it"
        file, text = ELSEWHERE[line].split(": ", 1)
        assert text in (ROOT / file).read_text(encoding="utf-8")


def test_every_make_target_that_pages_name_exists() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))
    named = set()
    for page in pages():
        named |= set(re.findall(r"`make ([a-z-]+)", prose(page)))
    assert named - targets == set()


def test_every_setting_that_pages_name_exists() -> None:
    known = {item.environment for item in definitions()}
    known |= {"COTWEET_ACCOUNT", "COTWEET_GOTOSOCIAL", "COTWEET_PAYLOADS"}
    named = set()
    for page in pages():
        named |= set(re.findall(r"\bCOTWEET_[A-Z_]+\b", read(page)))
    assert named - known == set()


def test_every_setting_has_its_section() -> None:
    page = DOCS / "reference/settings.md"
    for item in definitions():
        assert item.help in section(page, f"`{item.name}`")


def _commands() -> set[str]:
    group = typer.main.get_command(app)
    names = set()
    for name, command in getattr(group, "commands", {}).items():
        inner = getattr(command, "commands", None)
        if command.hidden:
            continue
        names |= {f"{name} {each}" for each in inner} if inner else {name}
    return names


def test_every_command_has_its_section() -> None:
    for name in _commands():
        assert section(DOCS / "reference/commands.md", f"`fedi-cotweet {name}`")


def test_every_command_that_pages_name_exists() -> None:
    words = {name.split()[0] for name in _commands()} | {"commands"}
    unknown = set()
    for page in pages():
        for name in re.findall(r"`fedi-cotweet ([a-z-]+)[ `]", prose(page)):
            if name not in words:
                unknown.add(f"{page_id(page)}: {name}")
    assert unknown == set()


@pytest.mark.parametrize("page", [CONSENT, FEP], ids=page_id)
def test_the_diagram_of_consent_is_drawn_from_the_table(page: Path) -> None:
    assert [block.text for block in blocks(page) if block.language == "mermaid"] == [
        mermaid() + "\n"
    ]


def _cell(state: ConsentState, what: Move) -> str:
    match move(state, what):
        case Moved(after):
            return f"**{after.value}**"
        case Kept():
            return "·"
        case _:
            return ""


def test_the_table_of_consent_has_every_state_and_every_move() -> None:
    lines = ["| | " + " | ".join(Move) + " |", "| --- |" + " --- |" * len(Move)]
    lines += [
        f"| {state.value} | " + " | ".join(_cell(state, what) for what in Move) + " |"
        for state in ConsentState
    ]
    assert "\n".join(lines) in section(CONSENT, "The table")


def test_every_state_of_consent_is_explained() -> None:
    explained = [row[0] for row in table(section(CONSENT, "The table")) if len(row) == 2]
    assert explained == [state.value for state in ConsentState]


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    names = sorted(path.name for path in (DOCS / "decisions").glob("0*.md"))
    assert [name[:4] for name in names] == [f"{n:04}" for n in range(1, len(names) + 1)]
    index = (DOCS / "decisions/index.md").read_text(encoding="utf-8")
    assert {name for name in names if f"]({name})" not in index} == set()


def test_every_folder_of_the_house_is_in_the_readme() -> None:
    said = section(ROOT / "README.md", "The rooms")
    folders = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {"well-known", "deploy"}
    assert {name for name in folders if f"`{name}/" not in said} == set()


# The runner of the pages must itself be able to fail.


def test_a_page_that_shows_something_else_than_is_printed_fails(tmp_path: Path) -> None:
    wrong = Block(ROOT / "README.md", 1, "console", "", "$ fedi-cotweet version\nfedi-cotweet 9\n")
    with Walk(tmp_path) as walk, pytest.raises(AssertionError, match="the page shows"):
        walk.run_block(wrong)


def test_a_page_with_a_command_that_fails_fails(tmp_path: Path) -> None:
    wrong = Block(ROOT / "README.md", 1, "console", "", "$ fedi-cotweet no-such-command\n")
    with Walk(tmp_path) as walk, pytest.raises(AssertionError, match="exit 2"):
        walk.run_block(wrong)


def test_a_page_that_uses_an_id_it_never_showed_fails(tmp_path: Path) -> None:
    text = "$ fedi-cotweet accept 117658446584750427\n"
    with Walk(tmp_path) as walk, pytest.raises(AssertionError, match="in no output so far"):
        walk.run_block(Block(ROOT / "README.md", 1, "console", "", text))


def test_an_id_that_was_learned_must_stay_the_same(tmp_path: Path) -> None:
    text = (
        "$ echo id 217658446584750427\nid 117658446584750427\n"
        "$ echo id 317658446584750427\nid 117658446584750427\n"
    )
    block = Block(ROOT / "README.md", 1, "console", "", text)
    assert len(steps(block)) == 2
    real = ("217658446584750427", "317658446584750427")
    walk = Walk(tmp_path, learned={number: number for number in real})
    with walk, pytest.raises(AssertionError, match=real[1]):
        walk.run_block(block)
