"""The inputs of fediverse-pasture-inputs (https://inputs.funfedi.dev), from a venv of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "pasture"
VENV = FOLDER / ".venv"
THEIR_BASE = "http://pasture-one-actor"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@dataclass(frozen=True, slots=True)
class Input:
    """One example: ``changes`` to an ordinary Note. ``name`` is its set and its number from 1."""

    name: str
    changes: dict[str, Any]

    def note(self, author: str, base: str) -> dict[str, Any]:
        """The Note as it is sent: by ``author`` of the server ``base``."""
        whole = {
            "@context": [
                "https://www.w3.org/ns/activitystreams",
                {"Hashtag": "as:Hashtag", "sensitive": "as:sensitive"},
            ],
            "type": "Note",
            "attributedTo": f"{THEIR_BASE}/actor",
            "to": [PUBLIC],
            "id": f"{THEIR_BASE}/object/{self.name}",
            "published": "2025-01-01T00:00:00Z",
        } | self.changes
        text = json.dumps(whole).replace(f"{THEIR_BASE}/actor", author)
        found: dict[str, Any] = json.loads(text.replace(THEIR_BASE, base))
        return found


def inputs() -> list[Input]:
    """All of them; the first call installs the package."""
    python = VENV / "bin" / "python"
    if not python.exists():
        venv.create(VENV, with_pip=True)
    pip = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    wanted = ["--require-hashes", "--only-binary=:all:", "-r", str(FOLDER / "requirements.txt")]
    _run([str(python), *pip, *wanted])
    sets = json.loads(_run([str(python), str(FOLDER / "print_inputs.py")]))
    return [
        Input(f"{name}-{number}", changes)
        for name, examples in sets.items()
        for number, changes in enumerate(examples, start=1)
    ]


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        sys.stderr.write(done.stderr[-2000:])
        done.check_returncode()
    return done.stdout
