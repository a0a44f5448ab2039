"""What takes how much room, on the command line."""

from __future__ import annotations

from typing import Any

from tests.cli.conftest import Run, Script

PATH = "/api/v1/control/storage"
ANSWER: dict[str, Any] = {
    "database": {"octets": 2**21, "free": 2**20},
    "media": {"files": 3000, "octets": 2**22},
    "copies": {"files": 2, "octets": 2**19},
    "tables": [{"name": "posts", "octets": 2**20}]
    + [{"name": f"table{number}", "octets": 2**18} for number in range(18)],
}


async def test_sizes_are_shown_the_largest_tables_first(script: Script, run: Run) -> None:
    script.expect("GET", PATH, ANSWER)
    said = await run("storage")
    assert "Database 2.0 MiB, of which 1.0 MiB free" in said.words
    assert "Files 4.0 MiB, 3,000 of them on the disk" in said.words
    assert "Copies 0.5 MiB, 2 of others' files" in said.words
    assert "posts 1.0 MiB" in said.words
    assert "4 others 1.0 MiB" in said.words


async def test_a_sqlite_without_dbstat_says_so(script: Script, run: Run) -> None:
    script.expect("GET", PATH, {**ANSWER, "tables": []})
    assert "cannot tell" in (await run("storage")).words
