"""toot's own integration tests (https://toot.bezdomni.net), from its source on PyPI."""

from __future__ import annotations

import os
import subprocess
import tarfile
import venv
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "toot"
VENV: Final = FOLDER / ".venv"
VERSION: Final = "0.52.1"
SECONDS: Final = 900


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many tests ran, and what those say that did not pass, by their names."""

    ran: int
    failed: dict[str, str]


def run(base: str, scratch: Path) -> Verdict:
    """All of them against a server; the first call installs toot."""
    suite = _source(scratch)
    report = scratch / "toot.xml"
    command = [str(_python()), "-m", "pytest", "tests/integration", "-q", "-p", "no:cacheprovider"]
    subprocess.run(
        [*command, f"--junit-xml={report}"],
        cwd=suite,
        env={**os.environ, "TOOT_TEST_BASE_URL": base},
        check=False,
        capture_output=True,
        timeout=SECONDS,
    )
    cases = list(ET.parse(report).iter("testcase"))
    return Verdict(
        len(cases), {str(case.get("name")): said for case in cases if (said := _said(case))}
    )


def _said(case: ET.Element) -> str:
    found = [case.find(kind) for kind in ("failure", "error", "skipped")]
    return " ".join(str(one.get("message")) for one in found if one is not None)


def _source(scratch: Path) -> Path:
    """The unpacked source distribution, whose tests are not in the installed package."""
    pip = [str(_python()), "-m", "pip", "--disable-pip-version-check"]
    wanted = ["download", "--quiet", "--no-deps", "--no-build-isolation", "--no-binary", "toot"]
    _run([*pip, *wanted, "--dest", str(scratch), f"toot=={VERSION}"])
    with tarfile.open(scratch / f"toot-{VERSION}.tar.gz") as archive:
        archive.extractall(scratch, filter="data")
    return scratch / f"toot-{VERSION}"


def _python() -> Path:
    python = VENV / "bin" / "python"
    if not python.exists():
        venv.create(VENV, with_pip=True)
        pip = ["-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
        wanted = ["--require-hashes", "--only-binary=:all:", "-r", str(FOLDER / "requirements.txt")]
        _run([str(python), *pip, *wanted])
    return python


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)}\n{done.stderr[-2000:]}")
