"""Lists of ``name="value"``, the syntax of draft-cavage's ``Signature`` header and of FEP-8fcf."""

from __future__ import annotations

import re
from typing import Final

_MAX_HEADER: Final = 8192
_PARAMETER: Final = re.compile(
    r"[ \t]*([A-Za-z][A-Za-z0-9_-]*)="
    r'(?:"([^"\\\x00-\x1f]*+(?:\\["\\][^"\\\x00-\x1f]*+)*+)"|([A-Za-z0-9.+-]+))'
    r"[ \t]*(,|\Z)"
)
_ESCAPED: Final = re.compile(r"\\(.)")


def parse_parameters(value: str) -> dict[str, str] | None:
    """The parameters by name (as written), or None if the list is not well formed.

    A name that occurs twice makes it malformed: two programs could read two values.
    """
    if len(value) > _MAX_HEADER:
        return None
    parameters: dict[str, str] = {}
    position = 0
    while True:
        match = _PARAMETER.match(value, position)
        if match is None or match[1] in parameters:
            return None
        quoted = match[2]
        parameters[match[1]] = match[3] if quoted is None else _ESCAPED.sub(r"\1", quoted)
        position = match.end()
        if not match[4]:
            return parameters
