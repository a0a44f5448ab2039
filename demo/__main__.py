"""``python -m demo``: a co-tweet through four real servers on this machine."""

from __future__ import annotations

import argparse
import importlib.util
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

import rich
from rich.console import Console

from demo.cast import Cast
from demo.processes import Children
from demo.telling import Teller, tell
from demo.walk import SETTINGS, walk

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended:
    """Remembers that somebody wants the demo to end. The main thread only waits, and looks here."""

    def __init__(self) -> None:
        self.by: int | None = None
        for number in SIGNALS:
            signal.signal(number, self._remember)

    def _remember(self, number: int, _: FrameType | None) -> None:
        self.by = self.by or number


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; its exit code: 0 all was so, 1 something was not, 128 + n ended by a signal."""
    options = _options(arguments)
    ended = Ended()
    with tempfile.TemporaryDirectory(prefix="cotweet-demo-", ignore_cleanup_errors=True) as scratch:
        folder: Path = options.keep or Path(scratch) / "servers"
        folder.mkdir(parents=True, exist_ok=True)
        children = Children({**SETTINGS, **_quick_starts(Path(scratch))})
        code = _run(folder.resolve(), children, ended, looking=not options.check)
    if options.keep is not None:
        sys.stderr.write(f"Databases and logs are in {folder}\n")
    return code


def _run(folder: Path, children: Children, ended: Ended, *, looking: bool) -> int:
    teller = Teller(Console(highlight=False, markup=False, emoji=False))
    cast = Cast(children, folder, teller)
    codes: list[int] = []

    def run() -> None:
        codes.append(tell(teller, lambda: walk(cast, looking=looking)))

    walking = threading.Thread(target=run, name="walk", daemon=True)
    try:
        walking.start()
        while walking.is_alive() and ended.by is None:
            walking.join(0.1)
        while looking and codes == [0] and ended.by is None:
            time.sleep(0.1)
    finally:
        early = walking.is_alive()
        # What fails from here on fails because everything is being ended.
        teller.console.quiet = True
        children.close()
        walking.join(10)
    if early:
        return 128 + (ended.by or 0)
    return codes[0] if codes else 1


def _quick_starts(scratch: Path) -> dict[str, str]:
    """Where Python is kept from writing bytecode, each of 30 processes would compile everything."""
    compiled = Path(importlib.util.cache_from_source(rich.__file__))
    if not sys.dont_write_bytecode or compiled.exists():
        return {}
    return {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(scratch / "bytecode")}


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demo",
        description="Walk a co-tweet through four real servers on this machine.",
    )
    parser.add_argument(
        "--check", action="store_true", help="do not stay up; exit 0 if everything was so, else 1"
    )
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep databases and logs in this empty folder"
    )
    options = parser.parse_args(arguments)
    keep: Path | None = options.keep
    if keep is not None and keep.exists() and not (keep.is_dir() and not os.listdir(keep)):
        parser.error(f"{keep} is not an empty folder")
    return options


if __name__ == "__main__":
    sys.exit(main())
