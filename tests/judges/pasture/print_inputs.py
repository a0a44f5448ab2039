"""Prints every input of fediverse-pasture-inputs as JSON; run by the venv that holds the package.

The package names a class of its command line in one annotation, and nothing else of it is needed:
an empty stand-in saves fifty packages.
"""

from __future__ import annotations

import json
import sys
from types import ModuleType


def main() -> None:
    for name in ("fediverse_pasture", "fediverse_pasture.runner", "fediverse_pasture.runner.entry"):
        sys.modules[name] = ModuleType(name)
    sys.modules["fediverse_pasture.runner.entry"].Entry = object  # type: ignore[attr-defined]
    from fediverse_pasture_inputs import available

    sets = {name: data.examples for name, data in sorted(available.items())}
    json.dump(sets, sys.stdout)


if __name__ == "__main__":
    main()
