"""Files leave the disk with the pictures that they were."""

from __future__ import annotations

import os
from pathlib import Path

from fedi_cotweet.domain.limits import DAY, HOUR
from tests.federation.cast import Cast
from tests.federation.pictures import png
from tests.federation.test_profiles import PROFILE, upload


def on_disk(cast: Cast) -> list[Path]:
    """The files of the media folder, made as old as the clock of the test says."""
    found = (cast.here.server.settings.data / "media").rglob("*")
    files = sorted(path for path in found if path.is_file())
    for file in files:
        os.utime(file, (cast.here.clock() / 1000 - 60,) * 2)
    return files


async def test_a_picture_that_is_shown_no_more_leaves_the_disk_and_no_other_does(
    cast: Cast,
) -> None:
    await upload(cast, "avatar", png((1, 2, 3)))
    await upload(cast, "header", png((3, 2, 1)))
    both = on_disk(cast)
    assert len(both) == 2
    unfinished = both[0].with_name(f".{both[0].name}.0123abcd")
    unfinished.write_bytes(b"half")
    await cast.here.api("DELETE", f"{PROFILE}/pictures/avatar", account="alice")
    assert len(on_disk(cast)) == 3
    await cast.here.pass_time(HOUR)
    assert len(list(both[0].parent.parent.rglob("*.png*"))) == 3, "they are too young"
    await cast.here.pass_time(DAY + HOUR)
    [left] = [path for path in both[0].parent.parent.rglob("*") if path.is_file()]
    assert left in both
    view = await cast.here.api("GET", PROFILE, account="alice")
    assert (await cast.here.get(view["header"]))[0] == 200
