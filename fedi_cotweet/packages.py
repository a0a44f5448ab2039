"""Makes sure that ``activitypub`` and ``storage`` are the ones of this project.

Both are top-level names that other distributions use as well. Run with a foreign one, the server
would fail late and strangely, or worse, check signatures with somebody else's code.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

OURS = ("activitypub", "storage")


class ForeignPackageError(Exception):
    """A package of another project, or none, stands where ours must be."""


def check_packages(names: Iterable[str] = OURS) -> None:
    """Refuse to go on unless each package lies beside this one. Imports nothing.

    A checkout, an editable install and a wheel all put the three into one folder.

    Raises ``ForeignPackageError``.
    """
    home = Path(__file__).resolve().parent.parent
    for name in names:
        spec = find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None or origin.parent != home / name:
            found = f"comes from {origin}" if origin else "cannot be found"
            raise ForeignPackageError(
                f'The Python package "{name}" {found}, but fedi_cotweet needs its own in '
                f"{home / name}. Another project uses the same name: install fedi-cotweet into a "
                "virtual environment of its own, and start it without PYTHONPATH."
            )
