"""Write a revision from the difference between the models and the revisions so far.

    python -m storage.migrations.make 0001 "First schema"    # again, from nothing
    python -m storage.migrations.make 0002 "Add polls"       # the next one

A revision of that number is replaced, so before a release the same command serves again after
each change of the models. After a release a revision never changes: make the next one. Read what
was written; renames and moved data are beyond the comparison.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import create_engine

from storage.migrations import configuration, upgrade
from storage.models import Base

VERSIONS = Path(__file__).parent / "versions"


def make(number: str, message: str) -> list[Path]:
    """Write revision ``number`` after the one before it; gives the files written."""
    for old in VERSIONS.glob(f"r{number}_*.py"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        # Later revisions hold what the models do not say (triggers, full-text search). They follow
        # this one, and stay as they are.
        later = [path for path in VERSIONS.glob("r*_*.py") if path.name > f"r{number}"]
        aside = [(path, Path(shutil.move(path, folder))) for path in later]
        try:
            _write(number, message, Path(folder) / "schema.db")
        finally:
            for path, kept in aside:
                shutil.move(kept, path)
    made = list(VERSIONS.glob(f"r{number}_*.py"))
    for path in made:
        path.write_text(_in_place(path.read_text(encoding="utf-8")), encoding="utf-8")
    return made


def _in_place(revision: str) -> str:
    """Tables with a generated column are changed where they are: SQLite cannot copy them."""
    for table in Base.metadata.sorted_tables:
        if any(column.computed is not None for column in table.columns):
            begun = rf"(op\.batch_alter_table\([\"']{table.name}[\"'], schema=None)\)"
            revision = re.sub(begun, r'\1, recreate="never")', revision)
    return revision


def _write(number: str, message: str, scratch: Path) -> None:
    if any(VERSIONS.glob("r*_*.py")):
        asyncio.run(upgrade(f"sqlite:///{scratch}"))
    engine = create_engine(f"sqlite:///{scratch}")
    try:
        with engine.connect() as connection:
            command.revision(configuration(connection), message, autogenerate=True, rev_id=number)
    finally:
        engine.dispose()


def main() -> None:
    """Entry point of ``python -m storage.migrations.make``."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("number", help="four digits, one more than the newest released revision")
    parser.add_argument("message", help="what it does, as a short sentence")
    arguments = parser.parse_args()
    written = make(arguments.number, arguments.message)
    for subcommand in (["format", "--quiet"], ["check", "--fix", "--quiet"]):
        ruff = [sys.executable, "-m", "ruff", *subcommand, *map(str, written)]
        subprocess.run(ruff, check=True)  # noqa: S603 - our own arguments


if __name__ == "__main__":
    main()
