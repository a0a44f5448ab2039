"""The house itself: what is tracked, what the Makefile offers, what a wheel holds."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

SHIPPED = (
    ("templates", r"fedi_cotweet/web/templates/.+\.html"),
    ("style sheets and pictures", r"fedi_cotweet/web/static/.+\.css"),
    ("migrations", r"storage/migrations/versions/.+\.py"),
    ("JSON-LD contexts", r"activitypub/vocab/contexts/.+\.jsonld"),
    ("host-meta", r"fedi_cotweet/well_known/host-meta\.xml"),
    ("NodeInfo links", r"fedi_cotweet/well_known/nodeinfo\.json"),
    ("types", r"(fedi_cotweet|activitypub|storage)/py\.typed"),
    ("the licence", r"fedi_cotweet-.+\.dist-info/licenses/LICENSE"),
)

FOREIGN = re.compile(
    # Folders of the machine something was made on, and the package registry it came from.
    r"(?<![\w.}])/(?:home|root|Users|work|opt/pypi|opt/wheels)/[\w.]"
    r"|--(?:extra-)?index-url|--find-links|files\.pythonhosted\.org|pypi\.org/simple"
    r"|registry\.npmjs\.org"
)

QUOTES_OTHERS = ("tests/vectors/", "tests/payloads/", "tests/test_house.py")


def _tracked() -> list[Path]:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("This is no git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_tracked_file_knows_the_machine_or_registry_it_was_made_with() -> None:
    found = []
    for path in _tracked():
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(QUOTES_OTHERS):
            continue
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8").splitlines(), 1):
            if match := FOREIGN.search(line):
                found.append(f"{name}:{number}: {match[0]}")
    assert found == []


def test_every_make_target_is_explained_by_make_help() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony
    targets = set(phony[1].split())
    assert set(re.findall(r"^([a-z-]+):", text, re.MULTILINE)) == targets
    assert set(re.findall(r"^([a-z-]+):.*## \S", text, re.MULTILINE)) == targets


def _locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", text, re.MULTILINE))


def _declared(requirements: list[str]) -> dict[str, str]:
    found = {}
    for requirement in requirements:
        match = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[a-z0-9,]+\])?>=([\d.]+)", requirement)
        assert match, f"{requirement}: write it with a lower bound"
        found[re.sub(r"[._-]+", "-", match[1]).lower()] = match[2]
    return found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))


@pytest.mark.parametrize(
    ("lock", "with_tools", "with_extras"),
    [
        ("requirements.lock", False, False),
        ("requirements-extras.lock", False, True),
        ("requirements-dev.lock", True, False),
    ],
)
def test_the_lock_files_are_in_step_with_pyproject(
    lock: str, with_tools: bool, with_extras: bool
) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = _declared(project["project"]["dependencies"])
    if with_tools:
        declared |= _declared(project["dependency-groups"]["dev"])
    if with_extras:
        extras = project["project"]["optional-dependencies"].values()
        declared |= _declared([name for extra in extras for name in extra])
    locked = _locked(lock)
    behind = {
        name: locked.get(name, "missing")
        for name, lowest in declared.items()
        if name not in locked or _numbers(locked[name]) < _numbers(lowest)
    }
    assert behind == {}, "run: make lock"


@pytest.mark.parametrize("more", ["requirements-dev.lock", "requirements-extras.lock"])
def test_what_runs_is_the_same_with_and_without_the_tools_and_extras(more: str) -> None:
    tools = _locked(more)
    differing = {
        name: (version, tools.get(name))
        for name, version in _locked("requirements.lock").items()
        if tools.get(name) != version
    }
    assert differing == {}, "run: make lock"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in a wheel built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"),
            *("--no-deps", "--wheel-dir", str(folder), str(ROOT)),
        ],
        check=True,
        timeout=100,
    )
    [built] = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return archive.namelist()


@pytest.mark.parametrize(("what", "pattern"), SHIPPED, ids=[what for what, _ in SHIPPED])
def test_the_wheel_holds_what_the_server_serves(wheel: list[str], what: str, pattern: str) -> None:
    assert any(re.fullmatch(pattern, name) for name in wheel), f"no {what} in the wheel"


def test_every_data_file_of_the_packages_is_in_the_wheel(wheel: list[str]) -> None:
    missing = []
    for path in _tracked():
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(("fedi_cotweet/", "activitypub/", "storage/")) and name not in wheel:
            missing.append(name)
    assert missing == []


def test_the_wheel_holds_nothing_but_the_three_packages(wheel: list[str]) -> None:
    roots = {name.split("/")[0] for name in wheel}
    assert {root for root in roots if not root.endswith(".dist-info")} == {
        "fedi_cotweet",
        "activitypub",
        "storage",
    }
