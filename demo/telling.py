"""What the demo says, and how it knows: a sentence is printed only once its fact has been seen.

Nothing here knows the story. ``tell`` runs one and makes an exit code of it.
"""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.pretty import pretty_repr
from rich.table import Table
from rich.text import Text

from demo.processes import EndedError, Server, StartError

PATIENCE_SECONDS = 45.0
LOG_LINES = 12
MOST_WIDE = 88
INDENT = 4
LONGEST_WORD = 64

Proof = str | tuple[str, str]
"""A line, or what was asked and what came of it."""
Proofs = Sequence[Proof] | Callable[[], Sequence[Proof]]
"""A function is asked once the fact has been seen: logs are written a moment later."""


class FalseError(Exception):
    """Something that the story says is not so. ``servers``: whose logs may tell why."""

    def __init__(
        self, sentence: str, expected: object, seen: object, servers: Sequence[Server]
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.expected = expected
        self.seen = seen
        self.servers = tuple(servers)


class Teller:
    """Prints the story. ``servers`` are named in proofs by their letters instead of addresses."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.servers: list[Server] = []
        self.facts = 0
        self._step = 0
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    def title(self, text: str, subtitle: str) -> None:
        """The heading of it all."""
        self.console.print()
        self._print(Text(text, style="bold"), 1)
        self._print(Text(subtitle, style="dim"), 1)

    def step(self, title: str) -> None:
        """The next numbered step."""
        self._step += 1
        self.console.print()
        heading = Table.grid(padding=(0, 2))
        heading.add_row(Text(f"{self._step:>2}", style="bold cyan"), Text(title, style="bold"))
        self._print(heading, 0)

    def command(self, server: Server | None, arguments: Sequence[str], person: str = "") -> None:
        """A command as it could be typed; long words of it are cut."""
        words = ["fedi-cotweet"]
        words += ["--data", server.name] if server is not None else []
        words += ["--as", person] if person else []
        words += [_typed(self.short(word)) for word in arguments]
        self._print(Text(f"$ {' '.join(words)}", style="cyan dim", overflow="fold"), INDENT)

    def fact(
        self,
        sentence: str,
        expected: object,
        seen: object,
        *,
        proof: Proofs = (),
        servers: Sequence[Server] = (),
    ) -> None:
        """Say what is so. Raises ``FalseError`` if ``seen`` is not equal to ``expected``.

        ``seen`` may be a function: it is asked again until it is, for a while. ``proof`` says which
        server said what.
        """
        last = self.wait(expected, seen) if callable(seen) else seen
        if last != expected:
            raise FalseError(sentence, expected, last, servers or self.servers)
        self.facts += 1
        self._print(_marked("✓", "bold green", sentence), INDENT)
        self._prove(proof() if callable(proof) else proof)

    def wait(self, expected: object, ask: Callable[[], object]) -> object:
        """Ask until the answer is ``expected`` or it has taken too long; the last answer."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = ask()
            if answer == expected or time.monotonic() > until:
                return answer
            time.sleep(0.05)

    def _prove(self, lines: Sequence[Proof]) -> None:
        """Evidence, dimmed: lines, and below them pairs in two columns."""
        table = Table.grid(padding=(0, 2))
        table.add_column(overflow="fold")
        table.add_column(overflow="fold", ratio=1)
        for entry in lines:
            if isinstance(entry, tuple):
                what, came = (Text(self.short(part), style="dim") for part in entry)
                table.add_row(what, came)
            else:
                self._print(Text(self.short(entry), style="dim", overflow="fold"), INDENT + 2)
        if table.rows:
            self._print(table, INDENT + 2)

    def look(self, label: str, address: str) -> None:
        """A page to look at. Its address is never cut: it must be whole to be opened."""
        self._print(Text(label), INDENT)
        indented = Text(" " * (INDENT + 2)).append(address, style="cyan underline")
        self.console.print(indented, soft_wrap=True)

    def remark(self, text: str) -> None:
        """What claims nothing."""
        self._print(Text(text), INDENT)

    def end(self) -> None:
        """How much was said, and how long it took."""
        self.console.print()
        text = f"{self.facts} facts, each of them seen, in {self.seconds:.0f} seconds."
        self._print(_marked("✓", "bold green", text), 1)

    def quote(self, text: str) -> None:
        """Somebody's words."""
        self._print(Text(self.short(text), style="italic"), INDENT + 2)

    def short(self, text: str) -> str:
        """``text`` with the servers' letters instead of their addresses."""
        for server in self.servers:
            text = server.say(text)
        return text

    def failed(self, error: FalseError) -> None:
        """What should have been so, what was, and the ends of the logs."""
        self._print(_marked("✗", "bold red", error.sentence), INDENT)
        table = Table.grid(padding=(0, 2))
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        wide = max(20, self._width - INDENT - 14)
        table.add_row("expected", Text(pretty_repr(error.expected, max_width=wide)))
        table.add_row("seen", Text(pretty_repr(error.seen, max_width=wide)))
        self._print(table, INDENT + 2)
        for server in error.servers:
            self.log_of(server.name, server.log)

    def log_of(self, name: str, log: str) -> None:
        """The end of a server's log."""
        lines = log.splitlines()[-LOG_LINES:]
        self.console.print()
        self._print(Text(f"The end of the log of {name}", style="bold"), INDENT)
        for line in lines:
            text = self.short(_event(line))
            self._print(Text(text, style="dim", overflow="fold"), INDENT + 2)

    @property
    def _width(self) -> int:
        return min(self.console.width, MOST_WIDE)

    def _print(self, what: Any, indent: int) -> None:
        padded = Padding(what, (0, 0, 0, indent), expand=False)
        self.console.print(padded, width=self._width)


def tell(teller: Teller, story: Callable[[], None]) -> int:
    """Run a story; 0 if all of it was so, 1 if anything was not or went wrong."""
    try:
        story()
    except EndedError:
        return 1
    except FalseError as error:
        teller.failed(error)
    except StartError as error:
        teller.console.print(Text(str(error), style="bold red"))
        teller.log_of("it", error.log)
    except Exception as error:  # whatever it is, the demo has failed and must say why
        teller.console.print(Text(f"The demo broke: {error}", style="bold red"))
        teller.console.print(Text(traceback.format_exc(), style="dim"))
        for server in teller.servers:
            teller.log_of(server.name, server.log)
    else:
        return 0
    return 1


def _marked(mark: str, style: str, sentence: str) -> Table:
    """A mark and a sentence whose further lines stand under the first."""
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column()
    table.add_row(Text(mark, style=style), Text(sentence))
    return table


def _event(line: str) -> str:
    """A line of a log in JSON as time, name and values; any other line as it is."""
    try:
        entry = json.loads(line)
        at, name = entry.pop("timestamp"), entry.pop("event")
    except (ValueError, KeyError, AttributeError):
        return line
    # Of a traceback the last line says what happened; the log has the rest.
    entry = {key: str(value).strip().rpartition("\n")[2] for key, value in entry.items()}
    values = " ".join(f"{key}={text}" for key, text in entry.items() if text)
    return f"{at[11:23]} {name} {values}"


def _typed(word: str) -> str:
    shown = word if len(word) <= LONGEST_WORD else f"{word[: LONGEST_WORD - 1]}…"
    return f'"{shown}"' if " " in shown else shown
