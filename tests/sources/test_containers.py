"""What containers hold: byte for byte what was put in, and an outcome for whatever is wrong with them."""

from __future__ import annotations

import errno
import gzip
import io
import os
import random
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
from pycdlib import PyCdlib

from fileroom.errors import Cancelled
from fileroom.model.outcomes import Detail, Reason
from fileroom.sources import inflating
from fileroom.sources.containers import Directory, holder, is_named_so, look_into
from fileroom.sources.inflating import BLOCK, DEFLATE, Stream
from fileroom.sources.members import Refused, as_one_name, safe_path
from fileroom.sources.opened import look, opened
from tests.packing import KINDS, pack

if TYPE_CHECKING:
    from pathlib import Path

RANDOM = random.Random(3)  # noqa: S311 - bytes, not secrets
TREE = {
    "top": b"one",
    "DICOM/IM0001": RANDOM.randbytes(5),
    "DICOM/IM0002": RANDOM.randbytes(100_000),
    "DICOM/deep/long name.dcm": bytes(70_000) + RANDOM.randbytes(70_000),
    "DICOM/empty": b"",
}


def held(path: Path) -> Directory:
    found = look_into(str(path))
    assert found is not None
    return found


def refused(path: Path) -> dict[str, Reason | None]:
    return {name: member.refused[1] if member.refused else None for name, member in held(path).members.items()}


def trouble(path: Path) -> tuple[Reason, str] | None:
    found = held(path).trouble
    return (found[1], found[2]) if found else None


@pytest.mark.parametrize("kind", KINDS)
def test_members_are_what_was_put_in(kind: str, tmp_path: Path) -> None:
    path = pack(tmp_path / kind, TREE)
    found = held(path)
    assert found.trouble is None
    assert {name: member.size for name, member in found.members.items()} == {n: len(d) for n, d in TREE.items()}
    for name, data in TREE.items():
        with opened(path / name) as member:
            assert member.read_at(0, member.size) == data
            for _ in range(20):
                begin, length = RANDOM.randrange(len(data) + 2), RANDOM.randrange(60_000)
                assert member.read_at(begin, length) == data[begin : begin + length]
            assert member.stands()
        assert look(str(path / name)).size == len(data)


@pytest.mark.parametrize("kind", KINDS)
def test_a_path_that_leads_nowhere(kind: str, tmp_path: Path) -> None:
    path = pack(tmp_path / kind, TREE)
    for name in ("no such", "DICOM", "top/below", "x" * 5000):
        with pytest.raises(OSError) as caught, opened(path / name):  # noqa: PT011 - its number is looked at
            pass
        assert caught.value.errno in {errno.ENOENT, errno.ENAMETOOLONG}
    with pytest.raises(FileNotFoundError):
        look(str(tmp_path / "not there.zip" / "top"))


def test_where_a_path_leads_through(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip" / "scans.TAR.GZ", {}).write_bytes(b"any file")
    whole = str(tmp_path / "a.zip" / "scans.TAR.GZ")
    assert holder(f"{whole}/in.zip/IM1") == (whole, "in.zip/IM1")
    assert holder(whole) is None
    assert holder(str(tmp_path / "b.zip" / "IM1")) is None
    assert [name for name in ("a.zip", "b.tgz", "c.Iso", "d.gz", "zip", "e.zip.dcm") if is_named_so(name)] == [
        "a.zip",
        "b.tgz",
        "c.Iso",
    ]


def test_a_container_that_changed_is_looked_into_again(tmp_path: Path) -> None:
    path = pack(tmp_path / "stored.zip", {"1": b"before"})
    with opened(path / "1") as member:
        assert member.read_at(0, 10) == b"before"
        pack(path, {"1": b"afterwards"})
        assert not member.stands()
    assert look(str(path / "1")).size == 10


def test_other_contents_have_another_time(tmp_path: Path) -> None:
    path = tmp_path / "stored.zip"
    times = {look(str(pack(path, {"1": data}) / "1")).mtime_ns for data in (b"one", b"two")}
    assert len(times) == 2
    assert len({time // 4_000_000_000 for time in times}) == 1


def test_it_can_be_stopped(tmp_path: Path) -> None:
    def stop() -> None:
        raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        look_into(str(pack(tmp_path / "packed.tar.gz", TREE)), stop)


def test_what_only_has_the_name(tmp_path: Path) -> None:
    for name in ("a.zip", "b.tar", "c.tar.gz", "d.iso"):
        (tmp_path / name).write_bytes(b"a letter " * 9000)
        assert look_into(str(tmp_path / name)) is None
    (tmp_path / "one.tar.gz").write_bytes(gzip.compress(b"no archive at all"))
    assert look_into(str(tmp_path / "one.tar.gz")) is None


# -- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a/b", "a/b"),
        ("./a//b", "a/b"),
        ("a\\b", "a/b"),
        ("a\n\x1b[2J", "a\n\x1b[2J"),
        ("a\0b", "a%00b"),
        ("..", None),
        ("a/../../b", None),
        ("..\\a", None),
        ("/etc/passwd", None),
        ("\\\\server\\share", None),
        ("C:\\a", None),
        ("c:a", None),
        ("", None),
        ("x" * 5000, None),
    ],
)
def test_paths_in_a_container(name: str, path: str | None) -> None:
    assert safe_path(name) == path
    one = as_one_name(name)
    assert safe_path(one) == one
    assert "/" not in one


def test_what_leads_out_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("../up", "/root", "C:\\windows", "fine"):
            archive.writestr(name, b"x")
    assert refused(tmp_path / "a.zip") == {
        "..%2Fup": Reason.OUTSIDE_CONTAINER,
        "%2Froot": Reason.OUTSIDE_CONTAINER,
        "C%3A%5Cwindows": Reason.OUTSIDE_CONTAINER,
        "fine": None,
    }


def test_names_in_old_code_pages_and_in_utf_8(tmp_path: Path) -> None:
    path = pack(tmp_path / "stored.zip", {"Müller/日本": b"x", "Renee": b"y"})
    path.write_bytes(path.read_bytes().replace(b"Renee", b"Ren\x82e"))  # CP437, which an old zip has without saying so
    assert list(held(path).members) == ["Müller/日本", "Renée"]
    name = os.fsdecode(b"caf\xe9")
    pack(tmp_path / "b.tar", {name: b"z"})
    with opened(tmp_path / "b.tar" / name) as member:
        assert member.read_at(0, 9) == b"z"


def test_a_name_that_is_not_the_utf_8_it_says(tmp_path: Path) -> None:
    path = pack(tmp_path / "stored.zip", {"ä": b"x"})
    path.write_bytes(path.read_bytes().replace("ä".encode(), b"\xff\xff"))
    assert trouble(path) == (Reason.BROKEN_CONTAINER, Detail.LIST_DAMAGED)


@pytest.mark.parametrize("kind", ["stored.zip", "plain.tar"])
def test_of_one_name_the_last_counts(kind: str, tmp_path: Path) -> None:
    path = tmp_path / kind
    if kind.endswith("zip"):
        pack(path, {"AAA": b"one", "BBB": b"other", "CCC": b"last one"})
        path.write_bytes(path.read_bytes().replace(b"BBB", b"AAA").replace(b"CCC", b"AAA"))
    else:
        with tarfile.open(path, "w") as tar:
            for data in (b"one", b"other", b"last one"):
                info = tarfile.TarInfo("AAA")
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    assert refused(path) == {"AAA;1": Reason.SAME_NAME, "AAA;2": Reason.SAME_NAME, "AAA": None}
    with opened(path / "AAA") as member:
        assert member.read_at(0, 99) == b"last one"
    with pytest.raises(Refused), opened(path / "AAA;1"):
        pass


# -- zip -------------------------------------------------------------------------------------------------------------


def test_an_encrypted_member(tmp_path: Path) -> None:
    path = pack(tmp_path / "stored.zip", {"open": b"x", "closed": b"y"})
    raw = bytearray(path.read_bytes())
    raw[raw.rindex(b"PK\1\2") + 8] |= 1  # general purpose bit 0 of the last entry (APPNOTE 4.4.4)
    path.write_bytes(raw)
    assert refused(path) == {"open": None, "closed": Reason.ENCRYPTED}


def test_a_link_and_a_way_to_store_that_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("other", b"x" * 100, zipfile.ZIP_BZIP2)
    assert refused(path) == {"link": Reason.LINK_MEMBER, "other": Reason.UNKNOWN_STORAGE}


def test_a_bomb_is_not_opened(tmp_path: Path) -> None:
    path = pack(tmp_path / "deflated.zip", {"bomb": bytes(70 << 20), "image": RANDOM.randbytes(1 << 20)})
    assert refused(path) == {"bomb": Reason.BOMB, "image": None}
    assert trouble(path) is None
    many = pack(tmp_path / "deflated many.zip", {str(n): bytes(16 << 20) for n in range(10)})
    assert trouble(many) == (Reason.BOMB, Detail.OUT_OF_PROPORTION)


def test_members_that_overlap(tmp_path: Path) -> None:
    """The one kernel of many members (Fifield 2019): every entry of the directory leads to the same data."""
    path = pack(tmp_path / "deflated.zip", {"a": bytes(1000), "b": bytes(1000)})
    raw = bytearray(path.read_bytes())
    at = raw.rindex(b"PK\1\2")
    raw[at + 42 : at + 46] = bytes(4)  # the second begins where the first does
    path.write_bytes(raw)
    assert trouble(path) == (Reason.BOMB, Detail.FILES_OVERLAP)


@pytest.mark.parametrize(("size", "reason"), [(4, Reason.BROKEN_CONTAINER), (1 << 31, Reason.BOMB)])
def test_sizes_that_lie(size: int, reason: Reason, tmp_path: Path) -> None:
    path = pack(tmp_path / "stored.zip", {"a": b"0123456789"})
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, raw.rindex(b"PK\1\2") + 24, size)
    path.write_bytes(raw)
    assert refused(path) == {"a": reason}


def test_no_more_is_inflated_than_was_announced(tmp_path: Path) -> None:
    path = pack(tmp_path / "deflated.zip", {"a": b"0123456789" * 1000})
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, raw.rindex(b"PK\1\2") + 24, 25)
    path.write_bytes(raw)
    with opened(path / "a") as member:
        assert member.read_at(0, 1 << 20) == b"0123456789012345678901234"


def test_a_zip_that_is_cut(tmp_path: Path) -> None:
    path = pack(tmp_path / "deflated.zip", TREE)
    path.write_bytes(path.read_bytes()[:-30])
    assert trouble(path) == (Reason.BROKEN_CONTAINER, Detail.LIST_DAMAGED)


def test_a_local_header_that_is_none(tmp_path: Path) -> None:
    path = pack(tmp_path / "stored.zip", {"a": b"0123456789"})
    raw = bytearray(path.read_bytes())
    raw[0:4] = b"PK\5\6"
    path.write_bytes(raw)
    with pytest.raises(Refused), opened(path / "a"):
        pass


# -- tar -------------------------------------------------------------------------------------------------------------


def test_what_is_no_file_in_a_tar(tmp_path: Path) -> None:
    kinds = {"hard": tarfile.LNKTYPE, "soft": tarfile.SYMTYPE, "device": tarfile.CHRTYPE, "pipe": tarfile.FIFOTYPE}
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        for name, kind in {**kinds, "folder": tarfile.DIRTYPE}.items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        sparse = tarfile.TarInfo("sparse")
        sparse.pax_headers = {"GNU.sparse.size": "1000", "GNU.sparse.map": "0,1", "GNU.sparse.numblocks": "1"}
        archive.addfile(sparse)
    assert refused(tmp_path / "a.tar") == {
        "hard": Reason.LINK_MEMBER,
        "soft": Reason.LINK_MEMBER,
        "device": Reason.SPECIAL_FILE,
        "pipe": Reason.SPECIAL_FILE,
        "sparse": Reason.UNKNOWN_STORAGE,
    }


def test_long_names_and_pax(tmp_path: Path) -> None:
    tree = {f"{'long' * 60}/{n}": bytes([n]) * n for n in range(5)}
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        with tarfile.open(tmp_path / "a.tar", "w", format=form) as archive:
            for name, data in tree.items():
                info = tarfile.TarInfo(name)
                info.size, info.mtime = len(data), 1.5
                archive.addfile(info, io.BytesIO(data))
        assert {name: member.size for name, member in held(tmp_path / "a.tar").members.items()} == {
            name: len(data) for name, data in tree.items()
        }


def test_a_tar_that_is_cut_gives_what_there_is(tmp_path: Path) -> None:
    path = pack(tmp_path / "plain.tar", TREE)
    path.write_bytes(path.read_bytes()[:50_000])
    assert trouble(path) is not None
    assert list(held(path).members)[:2] == ["top", "DICOM/IM0001"]
    with opened(path / "DICOM/IM0002") as member:
        assert member.size == 100_000
        assert 40_000 < len(member.read_at(0, member.size)) < 50_000


@pytest.mark.parametrize("kind", ["packed.tar.gz", "packed.tar.bz2", "packed.tar.xz"])
def test_a_stream_that_is_cut_or_damaged(kind: str, tmp_path: Path) -> None:
    path = pack(tmp_path / kind, {str(n): RANDOM.randbytes(100_000) for n in range(10)})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    assert trouble(path) == (Reason.BROKEN_CONTAINER, Detail.STREAM_ENDS_EARLY)
    if kind != "packed.tar.bz2":
        assert 3 < len(held(path).members) < 8
    path.write_bytes(whole[: len(whole) // 2] + bytes(1000) + whole[len(whole) // 2 + 1000 :])
    assert trouble(path) is not None


def test_a_header_that_asks_for_everything(tmp_path: Path) -> None:
    """An extended header of 8 GB: tarfile would read it in one go."""
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        info = tarfile.TarInfo("pax")
        info.type, info.size = tarfile.XHDTYPE, 0
        archive.addfile(info)
    raw = bytearray((tmp_path / "a.tar").read_bytes())
    raw[124:136] = b"77777777777\0"
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw[:512])
    (tmp_path / "a.tar").write_bytes(raw + bytes(1 << 20))
    assert trouble(tmp_path / "a.tar") == (Reason.BROKEN_CONTAINER, Detail.LIST_DAMAGED)


def test_a_compressed_bomb_is_left_when_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflating, "BOMB_FLOOR", 8 << 20)
    path = pack(tmp_path / "packed.tar.gz", {"zeros": bytes(64 << 20)})
    tracemalloc.start()
    found = held(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.trouble is not None
    assert found.trouble[1] is Reason.BOMB
    assert peak < 8 << 20


# -- streams ---------------------------------------------------------------------------------------------------------


class _Bytes:
    def __init__(self, data: bytes) -> None:
        self.data, self.size, self.read = data, len(data), 0

    def read_at(self, position: int, length: int) -> bytes:
        found = self.data[position : position + length]
        self.read += len(found)
        return found


def test_a_stream_is_read_anywhere_and_remembers_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflating, "KEPT", 4 * BLOCK)
    monkeypatch.setattr(inflating, "SPACING", 4 * BLOCK)
    monkeypatch.setattr(inflating, "MOST_STATES", 8)
    data = b"".join(RANDOM.randbytes(500) + bytes(500) for _ in range(4000))
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    source = _Bytes(b"some bytes before" + packer.compress(data) + packer.flush())
    stream = Stream(DEFLATE, 17, source.size - 17)
    assert stream.read_at(source, len(data) - 10, 99) == data[-10:]
    assert stream.read_at(source, len(data) + 1, 10) == b""
    for _ in range(100):
        begin, length = RANDOM.randrange(len(data)), RANDOM.randrange(50_000)
        assert stream.read_at(source, begin, length) == data[begin : begin + length]
    assert stream.trouble == ""
    source.read = 0
    stream.read_at(source, len(data) - 5 * BLOCK, 10)
    assert source.read < source.size // 2
    assert len(stream._states) <= 8


def test_several_gzip_streams_one_after_the_other(tmp_path: Path) -> None:
    whole = pack(tmp_path / "plain.tar", TREE).read_bytes()
    (tmp_path / "a.tgz").write_bytes(gzip.compress(whole[:70_000]) + gzip.compress(whole[70_000:]) + bytes(512))
    assert refused(tmp_path / "a.tgz") == dict.fromkeys(TREE)
    assert trouble(tmp_path / "a.tgz") is None


# -- iso -------------------------------------------------------------------------------------------------------------


def _image(path: Path, *, rock_ridge: bool = False) -> Path:
    image = PyCdlib()
    image.new(rock_ridge="1.09" if rock_ridge else None)
    image.add_directory("/DICOM", rr_name="Dicom files" if rock_ridge else None)
    image.add_fp(io.BytesIO(b"pixels"), 6, "/DICOM/IM1.;1", rr_name="image one.dcm" if rock_ridge else None)
    if rock_ridge:
        image.add_symlink("/LINK.;1", "link", "/etc/passwd")
    image.write(str(path))
    image.close()
    return path


def test_names_of_rock_ridge_and_of_the_plain_tree(tmp_path: Path) -> None:
    assert refused(_image(tmp_path / "plain.iso")) == {"DICOM/IM1": None}
    assert refused(_image(tmp_path / "rock.iso", rock_ridge=True)) == {
        "link": Reason.LINK_MEMBER,
        "Dicom files/image one.dcm": None,
    }
    with opened(tmp_path / "rock.iso" / "Dicom files" / "image one.dcm") as member:
        assert member.read_at(0, 99) == b"pixels"


def test_folders_that_lead_back(tmp_path: Path) -> None:
    path = _image(tmp_path / "a.iso")
    raw = bytearray(path.read_bytes())
    root = raw[16 * 2048 + 156 :][:34]  # the record of the root in the primary volume descriptor (ECMA-119 8.4.18)
    at = struct.unpack_from("<I", root, 2)[0] * 2048
    while raw[at + 33 : at + 38] != b"DICOM":
        at += raw[at]
    raw[at + 2 : at + 18] = root[2:18]
    path.write_bytes(raw)
    assert (trouble(path) or (None,))[0] is Reason.BROKEN_CONTAINER


@pytest.mark.parametrize("kind", KINDS)
def test_damage_anywhere_is_told_and_never_raised(kind: str, tmp_path: Path) -> None:
    path = pack(tmp_path / kind, {f"folder {n % 3}/{n}": RANDOM.randbytes(200) for n in range(12)})
    whole = path.read_bytes()
    chance = random.Random(kind)  # noqa: S311 - places, not secrets
    begin = 32768 if kind.endswith("iso") else 0
    for _ in range(60):
        raw = bytearray(whole)
        for _ in range(chance.choice([1, 4, 16])):
            raw[chance.randrange(begin, len(raw))] = chance.randrange(256)
        path.write_bytes(raw)
        found = look_into(str(path))
        for name in list(found.members if found else {}):
            try:
                with opened(path / name) as member:
                    assert len(member.read_at(0, 1 << 20)) <= member.size
            except Refused:
                pass
