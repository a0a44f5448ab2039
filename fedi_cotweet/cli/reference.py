"""The reference pages of settings and commands, made from what they describe."""

from __future__ import annotations

import typer
import typer.main

from fedi_cotweet.configuration import FILE
from fedi_cotweet.settings import definitions

_SETTINGS_HEAD = f"""\
# Settings

A setting comes from the command line, else from its environment variable, else from
`{FILE}` in the data folder, else it has its default. A name nobody knows is refused.

```toml
# {FILE}
base_url = "https://cotweet.example"
name = "Cotweets for two"
max_authors = 4
```

`fedi-cotweet settings` shows the values in force and where each comes from.
"""

_COMMANDS_HEAD = """\
# Commands

Every command but `up`, `verify`, `settings` and `version` talks to the running server of a data
folder.

- `--data DIR` names the folder (else `COTWEET_DATA`, else `./data`).
- `--as NAME` names the account to act as (else `COTWEET_ACCOUNT`, else the server's first).
- `--json` prints the API's JSON as it is; errors too: `{"error", "message", "fix"}`.

The three may stand before the command or after it. Exit codes: 0 done, 1 refused, 2 called
wrongly or badly configured, 3 no server is running, 4 nothing to verify could be fetched.
"""

_COMMON = {"--data", "--as", "--json", "--help"}


def settings_page() -> str:
    """``docs/reference/settings.md``."""
    parts = [_SETTINGS_HEAD]
    for item in definitions():
        facts = [f"- Type: {item.type_name}{_range(item.low, item.high)}"]
        if item.choices:
            facts.append(f"- One of: {', '.join(f'`{choice}`' for choice in item.choices)}")
        facts.append(f"- Default: {item.shown_default}")
        if item.name == "data":
            facts.append(f"- Environment: `{item.environment}`; also `--data`; not in the file")
        else:
            facts.append(f"- Environment: `{item.environment}`")
        parts.append(f"## `{item.name}`\n\n{item.help}\n\n" + "\n".join(facts) + "\n")
    return "\n".join(parts)


def _range(low: int | None, high: int | None) -> str:
    return "" if low is None or high is None else f", {low} to {high}"


def commands_page(app: typer.Typer) -> str:
    """``docs/reference/commands.md``."""
    group = typer.main.get_command(app)
    return "\n".join([_COMMANDS_HEAD, *_sections(group, "fedi-cotweet")])


def _sections(group: object, prefix: str) -> list[str]:
    parts = []
    commands = getattr(group, "commands", {})
    for name, command in commands.items():
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            parts += _sections(command, f"{prefix} {name}")
        else:
            parts.append(_section(command, f"{prefix} {name}"))
    return parts


def _section(command: typer.core.TyperCommand, title: str) -> str:
    arguments = [item for item in command.params if item.param_type_name == "argument"]
    options = [
        item
        for item in command.params
        if item.param_type_name == "option" and not _COMMON & set(item.opts)
    ]
    usage = " ".join(
        [title, *(str(item.metavar or item.name).upper() for item in arguments)]
        + (["[OPTIONS]"] if options else [])
    )
    rows = [f"- `{_label(item)}`: {getattr(item, 'help', '')}" for item in (*arguments, *options)]
    about = (command.help or "").strip()
    return f"## `{title}`\n\n{about}\n\n```\n{usage}\n```\n" + (
        "\n" + "\n".join(rows) + "\n" if rows else ""
    )


def _label(item: object) -> str:
    metavar = getattr(item, "metavar", None)
    if getattr(item, "param_type_name", "") == "argument":
        return str(metavar or getattr(item, "name", "")).upper()
    names = ", ".join(getattr(item, "opts", ()))
    if getattr(item, "is_flag", False):
        return names
    return f"{names} {metavar or str(getattr(item, 'name', '')).upper()}"
