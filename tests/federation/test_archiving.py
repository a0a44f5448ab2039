"""Everything of an account in one file: made by a job, there for a week."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.services import archives, bookmarks
from storage.models import Archive
from storage.queries import actors
from tests.federation.cast import Cast
from tests.federation.pictures import png
from tests.federation.test_profiles import CONTROL, upload


async def _id(cast: Cast) -> int:
    account = await cast.here.read(lambda tx: actors.account_by_name(tx, "alice"))
    assert account is not None
    return account.id


async def _asked(cast: Cast) -> Archive:
    env, me = cast.here.server.runtime.env, await _id(cast)
    await cast.here.write(lambda tx: archives.ask(tx, env, me))
    await cast.here.settle()
    return await cast.here.read(lambda tx: archives.ready(tx, env, me))


async def test_an_archive_holds_what_somebody_has_here_and_goes_after_a_week(cast: Cast) -> None:
    await upload(cast, "avatar", png((7, 8, 9)))
    written = [
        await cast.here.api(
            "POST",
            f"{CONTROL}/posts",
            {"text": "Tea", "visibility": visibility},
            account="alice",
        )
        for visibility in ("public", "followers", "unlisted")
    ]
    other = await cast.here.api("POST", f"{CONTROL}/posts", {"text": "Bob's"}, account="bob")
    for what in ("like", "boost"):
        done = f"{CONTROL}/posts/{other['id']}/{what}"
        await cast.here.api("POST", done, {}, account="alice")
    env, me = cast.here.server.runtime.env, await _id(cast)
    await cast.here.write(lambda tx: bookmarks.keep(tx, env, me, int(other["id"])))
    await cast.here.api("POST", f"{CONTROL}/follow", {"handle": "bob"}, account="alice")
    await cast.here.settle()
    held = await _asked(cast)
    path = archives.path_of(cast.here.server.settings, held.token)
    assert path.stat().st_size == held.size
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as found:
        names = set(found.namelist())
        assert found.testzip() is None

        def read(name: str) -> dict[str, Any]:
            document: dict[str, Any] = json.loads(found.read(name))
            return document

        actor, outbox, likes = read("actor.json"), read("outbox.json"), read("likes.json")
        assert found.read("following.csv").decode().splitlines()[1].startswith("bob@")
        assert found.read("bookmarks.csv").decode().splitlines() == [other["uri"]]
        assert read("consents.json")["orderedItems"] == []
    assert actor["icon"]["url"].rpartition("/")[2] in {name.rpartition("/")[2] for name in names}
    assert [one["type"] for one in outbox["orderedItems"]] == ["Create"] * 3 + ["Announce"]
    assert (outbox["totalItems"], outbox["orderedItems"][2]["object"]["id"]) == (
        4,
        written[2]["uri"],
    )
    assert likes["orderedItems"] == [other["uri"]]
    await cast.here.pass_time(6 * DAY)
    assert path.exists()
    await cast.here.pass_time(2 * DAY)
    assert not path.exists()
