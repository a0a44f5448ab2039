"""Files on their way in."""

from __future__ import annotations

import gc
import tempfile
import warnings
from pathlib import Path

from fedi_cotweet.services.spooling import Spool


def test_a_file_that_a_refusal_left_behind_is_closed_before_the_collector_complains(
    tmp_path: Path,
) -> None:
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        file = tempfile.TemporaryFile(buffering=0, dir=tmp_path)  # noqa: SIM115 - left open, or so
        cycle: list[object] = [file]
        spool = Spool(file)
        cycle += [spool, cycle]
        del file, spool, cycle
        gc.collect()
    assert complaints == []
