"""Start-up refuses packages of other projects under our names."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from fedi_cotweet.packages import ForeignPackageError, check_packages


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder ahead of ours on the path, with another project's ``storage`` in it."""
    package = tmp_path / "storage"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('a foreign package was run')\n")
    for name in [name for name in sys.modules if name.partition(".")[0] == "storage"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    return package


def test_our_own_packages_are_accepted() -> None:
    check_packages()


def test_a_foreign_storage_ahead_of_ours_is_refused_without_running_it(foreign: Path) -> None:
    with pytest.raises(ForeignPackageError) as refused:
        check_packages()
    assert str(foreign) in str(refused.value)
    assert "virtual environment of its own" in str(refused.value)


def test_a_missing_package_is_refused() -> None:
    with pytest.raises(ForeignPackageError, match="cannot be found"):
        check_packages(["no_such_package_of_ours"])
