"""``python -m demo.plain_server --port P --data DIR --user gina``: run it on loopback."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path

from aiohttp import web

from demo.plain_server.app import TOKEN_FILE, make_app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo.plain_server", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of its files")
    parser.add_argument("--user", action="append", required=True, help="who lives there")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    options.data.mkdir(parents=True, exist_ok=True)
    base = f"http://127.0.0.1:{options.port}"
    app = make_app(base, options.data, options.user)

    def ready(_: str) -> None:
        sys.stdout.write(f"{base} is up; control token in {options.data / TOKEN_FILE}\n")
        sys.stdout.flush()

    # aiohttp calls `print` once, when it listens.
    web.run_app(app, host="127.0.0.1", port=options.port, print=ready, access_log=None)


if __name__ == "__main__":
    main()
