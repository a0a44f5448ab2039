"""Files in a bucket: written, found, and moved."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from fedi_cotweet.services import moving_files
from fedi_cotweet.services.file_stores import FileStore, files_of, on_disk
from fedi_cotweet.services.media import store_remote
from fedi_cotweet.settings import Settings
from tests.api.test_uploads import sample
from tests.s3 import Shop, shop

OCTETS = bytes(range(256)) * 40
NAME = "ab/abcd.png"


@pytest.fixture(scope="module")
def bucket() -> Iterator[Shop]:
    with shop() as made:
        yield made


@pytest.fixture
def files(bucket: Shop, tmp_path: Path) -> Iterator[FileStore]:
    made = files_of(bucket.settings(Settings(data=tmp_path)))
    yield made
    made.remove(bucket.names())


def unknown(_: str) -> None:
    return None


def test_a_file_in_a_bucket_is_what_was_written(files: FileStore, bucket: Shop) -> None:
    written = files.write(NAME, io.BytesIO(OCTETS), "image/png")
    assert (written.size, bucket.names()) == (len(OCTETS), [NAME])
    assert files.read(NAME) == OCTETS
    assert not (files.data / "media").exists()
    assert files.folders() == ["ab"]
    assert files.old_files("ab", 2**53) == [NAME]
    assert files.old_files("ab", 1) == []
    files.remove([NAME, "ab/never.png"])
    assert (files.find(NAME), bucket.names()) == (None, [])


def test_a_picture_goes_to_the_bucket_and_one_from_before_is_found_on_the_disk(
    files: FileStore, bucket: Shop
) -> None:
    before = store_remote(on_disk(files.data), "before", sample("PNG"), "image/png")
    now = store_remote(files, "nowadays", sample("PNG"), "image/png")
    assert bucket.names() == [now.path]
    assert files.read(before.path) == files.read(now.path) == sample("PNG")


def test_all_files_move_there_and_back_and_a_second_time_nothing_does(
    files: FileStore, bucket: Shop
) -> None:
    disk = on_disk(files.data).disk
    names = [f"{n}a/{n}a.png" for n in range(3)]
    for name in names:
        disk.write(name, io.BytesIO(OCTETS), "")
    (files.data / "media/0a/.unfinished.upload").write_bytes(b"held")
    bucket.put(names[0], OCTETS)  # moved by a run that was ended before it removed its source
    bucket.put(names[1], OCTETS[1:])  # half there
    moved = moving_files.move(files, "s3", unknown)
    assert (moved.files, moved.octets, moved.there_already) == (2, 2 * len(OCTETS), 1)
    assert (bucket.names(), moved.damaged) == (names, [])
    assert [path.name for path in (files.data / "media").rglob("*.*")] == [".unfinished.upload"]
    assert moving_files.move(files, "s3", unknown) == moving_files.Moved()
    other_way = bucket.settings(Settings(data=files.data), media_store="disk")
    back = moving_files.move(files_of(other_way), "disk", unknown)
    assert (back.files, bucket.names()) == (3, [])
    assert [on_disk(files.data).read(name) for name in names] == [OCTETS] * 3


def test_what_is_not_what_was_uploaded_stays_where_it_is(files: FileStore, bucket: Shop) -> None:
    on_disk(files.data).write(NAME, io.BytesIO(OCTETS), "")
    moved = moving_files.move(files, "s3", lambda name: "uEiSomethingElse")
    assert (moved.damaged, bucket.names()) == ([NAME], [])
    assert files.read(NAME) == OCTETS
