"""Files made ready for what is sent: what was answered for is whole whatever happens, and nothing else is ever seen."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fileroom.archive import Archive
from fileroom.errors import BadRequest, Undecodable
from fileroom.intake import ready
from fileroom.intake.inbox import Inbox, meta_group
from fileroom.intake.ready import CAPACITY, FEWEST, can_be
from fileroom.jobs import CancelToken
from fileroom.settings import Settings
from tests import world
from tests.dimse.node import data_set_of
from tests.patience import until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not can_be(), reason="this system has no way past the cache")
CT = world.SOP_CLASSES["CT"]
SIZES = (1, 2_000, 65_000, 250_000, 262_144 - 4096, 300_001, 524_288, CAPACITY - 20_000)
# the last that has room with its seal, those that need not be cut, and those beyond
EDGES = (CAPACITY - 8192, CAPACITY - 4096, CAPACITY - 4094, CAPACITY, CAPACITY + 2, 1_500_000)


def files(folder: Path) -> dict[str, bytes]:
    """What has a name in the inbox."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def lie_ready(inbox: Inbox) -> list[Path]:
    return sorted(path for path in Path(inbox.folder, "ready").glob("*") if path.suffix != ".new")


@contextmanager
def made_ready(place: Path) -> Iterator[Inbox]:
    inbox = Inbox(place)
    with inbox.made_ready():
        inbox.make_ready()
        yield inbox


def image(number: int = 1, length: int = 0) -> tuple[str, bytes]:
    """A UID and a data set, which with its meta group has that length."""
    uid = world.sop_uid(number=number)
    empty = len(meta_group(CT, uid, world.EXPLICIT_LE)) + len(
        data_set_of(world.instance(number=number, rows=1, columns=1, pixels=b""))
    )
    pixels = os.urandom(max(2, length - empty))
    rows = 32 if len(pixels) > 1 << 16 else 1
    return uid, data_set_of(world.instance(number=number, rows=rows, columns=len(pixels) // 2 // rows, pixels=pixels))


def keep(inbox: Inbox, uid: str, data: bytes, piece: int = 100_000) -> str:
    left = memoryview(data)

    def fill(into: memoryview) -> int:
        nonlocal left
        some, left = left[: min(piece, len(into))], left[min(piece, len(into)) :]
        into[: len(some)] = some
        return len(some)

    return inbox.take("dimse", CT, uid, world.EXPLICIT_LE, fill)


def as_file(uid: str, data: bytes) -> bytes:
    return meta_group(CT, uid, world.EXPLICIT_LE) + data


@pytest.mark.parametrize("piece", [9_999, 131_060, 1 << 20])
@pytest.mark.parametrize("length", [*SIZES, *EDGES])
def test_what_comes_is_there_with_its_name_and_its_length(tmp_path: Path, length: int, piece: int) -> None:
    with made_ready(tmp_path) as inbox:
        uid, data = image(length=length)
        name = keep(inbox, uid, data, piece)
        assert inbox.waiting() == [name]
        assert files(Path(inbox.folder)) == {name: as_file(uid, data)}
        assert len(lie_ready(inbox)) == FEWEST - 1


@pytest.mark.parametrize("length", [300_000, EDGES[0], EDGES[1]])
def test_what_was_answered_for_survives_a_crash_at_any_moment(tmp_path: Path, length: int) -> None:
    uid, data = image(length=length)
    after: list[Path] = []

    def crash() -> None:
        after.append(shutil.copytree(tmp_path / "a", tmp_path / str(len(after))))

    with made_ready(tmp_path / "a") as inbox:
        keep(inbox, uid, data)
        crash()
        for path in Path(inbox.folder).glob("dimse-*.*"):
            for size in (CAPACITY, len(as_file(uid, data))):  # the new name was not yet written down
                os.truncate(path, size)
                crash()
                next(after[-1].rglob(path.name)).rename(after[-1] / ".inbox" / "ready" / "0123456789abcdef")
            crash()
        assert len(inbox.waiting()) == 1
        crash()
    for place in after:
        inbox = Inbox(place)
        inbox.clear_up()
        inbox.waiting()
        assert list(files(Path(inbox.folder)).values()) == [as_file(uid, data)]
        assert all(name.startswith("dimse-") for name in inbox.waiting())
        assert lie_ready(inbox) == []


@pytest.mark.parametrize("sector", [0, 1, 200, 585])
def test_what_the_disk_has_in_part_only_was_never_answered_for(tmp_path: Path, sector: int) -> None:
    with made_ready(tmp_path / "a") as inbox:
        keep(inbox, *image(length=300_000))
        shutil.copytree(tmp_path / "a", tmp_path / "b")
    after = Inbox(tmp_path / "b")
    sealed = Path(after.folder, "ready", "0123456789abcdef")
    next(Path(after.folder).glob("dimse-*.*")).rename(sealed)
    with sealed.open("r+b") as file:
        file.seek(512 * sector)
        assert any(file.read(512))
        file.seek(512 * sector)
        file.write(bytes(512))
    after.clear_up()
    assert (files(Path(after.folder)), lie_ready(after)) == ({}, [])


def test_what_breaks_off_or_is_refused_leaves_nothing(tmp_path: Path) -> None:
    uid, data = image(length=300_000)
    with made_ready(tmp_path) as inbox:
        before = lie_ready(inbox)
        with pytest.raises(BadRequest):
            keep(inbox, uid + "1", data)
        with pytest.raises(Undecodable):
            keep(inbox, uid, data[:200_000])
        with inbox.begin(
            "dimse", sop_class_uid=CT, sop_instance_uid=uid, transfer_syntax_uid=world.EXPLICIT_LE
        ) as half:
            half.write(data)
        assert inbox.waiting() == []
        assert (files(Path(inbox.folder)), len(before) - len(lie_ready(inbox))) == ({}, 3)
        keep(inbox, uid, data)
    assert inbox.waiting() == list(files(Path(inbox.folder)))  # and when it has none ready any more
    assert list(files(Path(inbox.folder)).values()) == [as_file(uid, data)]
    assert lie_ready(inbox) == []


def test_more_than_lie_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "FEWEST", 3)
    monkeypatch.setattr(ready, "_QUIET", 0.0)
    sent = dict(image(number, 30_000) for number in range(1, 11))
    inbox = Inbox(tmp_path)
    with inbox.made_ready():
        assert inbox._ready is not None
        inbox._ready._wanted = 3
        inbox.make_ready()
        for uid, data in sent.items():
            keep(inbox, uid, data)
        assert len(inbox.waiting()) == 10
        assert sorted(files(Path(inbox.folder)).values()) == sorted(as_file(*one) for one in sent.items())
        inbox.make_ready()  # as many as were wanted
        assert len(lie_ready(inbox)) == 10
        inbox.sweep()
        inbox.make_ready()  # and as time goes by, fewer
        assert len(lie_ready(inbox)) == 5


def test_kinds_that_are_larger_are_not_tried_again(tmp_path: Path) -> None:
    with made_ready(tmp_path) as inbox:
        for number, (length, left) in enumerate([(CAPACITY * 2, 1), (CAPACITY * 2, 1), (1000, 1), (1000, 2)], 1):
            keep(inbox, *image(number, length))
            inbox.waiting()
            assert len(lie_ready(inbox)) == FEWEST - left
        assert len(files(Path(inbox.folder))) == 4


def test_a_disk_that_knows_no_such_way_or_has_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> None:
        raise OSError(22, path)

    monkeypatch.setattr(ready, "_filled", refuse)
    uid, data = image()
    with made_ready(tmp_path) as inbox:
        inbox.make_ready()
        keep(inbox, uid, data)
        assert (len(inbox.waiting()), lie_ready(inbox)) == (1, [])


def test_one_process_has_them(tmp_path: Path) -> None:
    settings = Settings(archive=tmp_path, use_keyring=False)
    stop = CancelToken()
    with Archive.open(settings) as archive, Archive.open(settings) as other, ThreadPoolExecutor(2) as pool:
        inbox = archive.inbox()
        doors = [pool.submit(archive.receive, stop=stop, much=True)]
        until(lambda: len(lie_ready(inbox)) == FEWEST)
        doors.append(pool.submit(other.receive, stop=stop, much=True))
        uid, data = image()
        name = keep(inbox, uid, data)
        until(lambda: archive.status().instances == 1)
        assert (name in inbox.waiting(), len(lie_ready(inbox)) >= FEWEST - 1) == (False, True)
        stop.cancel()
        for door in doors:
            door.result()
    assert lie_ready(inbox) == []


def test_what_was_left_is_found_by_whoever_opens_the_archive(tmp_path: Path) -> None:
    settings = Settings(archive=tmp_path / "a", use_keyring=False)
    with Archive.open(settings) as archive:
        inbox = archive.inbox()
        with inbox.made_ready():
            inbox.make_ready()
            keep(inbox, *image())
            shutil.copytree(tmp_path / "a", tmp_path / "b")
    stop = CancelToken()
    with Archive.open(Settings(archive=tmp_path / "b", use_keyring=False)) as archive, ThreadPoolExecutor(1) as pool:
        door = pool.submit(archive.receive, stop=stop)
        until(lambda: archive.status().instances == 1)
        stop.cancel()
        door.result()
