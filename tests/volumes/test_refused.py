"""Files that lie, that are cut, that would fill the memory, or that lead elsewhere: refused with the reason."""

from __future__ import annotations

import gzip
import pickle
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fileroom.model.others import Refusal
from fileroom.volumes.reading import read_path
from fileroom.volumes.refusing import Refused
from tests.volumes.making import NUMBERS, itk, nifti, patched, zipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DIM, PIXDIM, VOX_OFFSET, SROW, SCL = 40, 76, 108, 280, 112  # of a NIfTI-1 header


def reason(path: Path, *, data: bool = False) -> Refusal:
    try:
        for volume in read_path(str(path)):
            if data:
                volume.values.plane(volume.planes - 1)
    except Refused as refused:
        return refused.reason
    pytest.fail("it was opened")


def dims(*lengths: int) -> bytes:
    return struct.pack("<8h", len(lengths), *lengths, *[1] * (7 - len(lengths)))


CASES: dict[str, tuple[Callable[[Path], Path], Refusal]] = {
    "dimensions that the file does not hold": (
        lambda folder: patched(nifti(folder / "a.nii"), DIM, dims(500, 400, 300)),
        Refusal.ENDS_EARLY,
    ),
    "dimensions larger than any memory": (
        lambda folder: patched(nifti(folder / "a.nii.gz"), DIM, dims(32767, 32767, 32767, 32767)),
        Refusal.TOO_MANY_PIXELS,
    ),
    "more slices than there are": (
        lambda folder: patched(nifti(folder / "a.nii.gz"), DIM, dims(64, 64, 32767, 32767)),
        Refusal.TOO_LARGE,
    ),
    "a negative dimension": (lambda folder: patched(nifti(folder / "a.nii"), DIM, dims(5, -4, 3)), Refusal.SIZE_LIES),
    "no dimension": (lambda folder: patched(nifti(folder / "a.nii"), DIM, dims(5, 0, 3)), Refusal.SIZE_LIES),
    "a number of dimensions that is none": (
        lambda folder: patched(nifti(folder / "a.nii"), DIM, struct.pack("<h", 99)),
        Refusal.SIZE_LIES,
    ),
    "a transform that is no number": (
        lambda folder: patched(nifti(folder / "a.nii"), SROW, struct.pack("<4f", *[float("nan")] * 4)),
        Refusal.BAD_GEOMETRY,
    ),
    "a transform without end": (
        lambda folder: patched(nifti(folder / "a.nii"), SROW, struct.pack("<4f", *[float("inf")] * 4)),
        Refusal.BAD_GEOMETRY,
    ),
    "a transform that flattens": (
        lambda folder: patched(nifti(folder / "a.nii"), SROW, bytes(48)),
        Refusal.BAD_GEOMETRY,
    ),
    "data that begin nowhere": (
        lambda folder: patched(nifti(folder / "a.nii"), VOX_OFFSET, struct.pack("<f", -5)),
        Refusal.SIZE_LIES,
    ),
    "data that begin past the end": (
        lambda folder: patched(nifti(folder / "a.nii"), VOX_OFFSET, struct.pack("<f", 1e12)),
        Refusal.ENDS_EARLY,
    ),
    "a kind of number that nobody knows": (
        lambda folder: patched(nifti(folder / "a.nii"), 70, struct.pack("<h", 999)),
        Refusal.UNSUPPORTED,
    ),
    "a pair without its data": (lambda folder: alone(nifti(folder / "a.img"), "a.hdr"), Refusal.PART_MISSING),
    "nothing": (lambda folder: written(folder / "a.nii", b""), Refusal.EMPTY),
    "tracks": (lambda folder: written(folder / "a.trk", b"TRACK\0" + bytes(994)), Refusal.NO_IMAGE),
    "a surface": (
        lambda folder: written(folder / "a.gii", b'<?xml version="1.0"?>\n<GIFTI Version="1.0"></GIFTI>'),
        Refusal.NO_IMAGE,
    ),
    "text": (lambda folder: written(folder / "a.nii", b"hello " * 200), Refusal.UNKNOWN),
    "a header that leads to the passwords": (
        lambda folder: written(folder / "a.mhd", mhd("../../../etc/passwd")),
        Refusal.LEADS_ELSEWHERE,
    ),
    "an NHDR that leads to the passwords": (
        lambda folder: written(folder / "a.nhdr", nhdr("/etc/passwd")),
        Refusal.LEADS_ELSEWHERE,
    ),
    "a MetaImage whose data is not there": (
        lambda folder: written(folder / "a.mhd", mhd("b.raw")),
        Refusal.PART_MISSING,
    ),
    "a MetaImage that is cut": (lambda folder: cut(itk(folder / "a.mha")), Refusal.ENDS_EARLY),
    "an NRRD that is cut": (lambda folder: written(folder / "a.nrrd", nrrd(raw=b"12")), Refusal.ENDS_EARLY),
    "an NRRD of 100 000 by 100 000": (
        lambda folder: written(folder / "a.nrrd", nrrd(sizes="100000 100000 1")),
        Refusal.TOO_MANY_PIXELS,
    ),
    "a picture of 100 000 by 100 000": (
        lambda folder: written(folder / "a.png", png(100_000, 100_000)),
        Refusal.TOO_MANY_PIXELS,
    ),
    "a bitmap of 100 000 by 100 000": (
        lambda folder: written(folder / "a.bmp", b"BM" + bytes(12) + struct.pack("<Iii", 40, 100_000, -100_000)),
        Refusal.TOO_MANY_PIXELS,
    ),
    "a JPEG 2000 of 100 000 by 100 000": (
        lambda folder: written(
            folder / "a.j2k",
            b"\xff\x4f\xff\x51\0\x29\0\0" + struct.pack(">8IH", *[100_000] * 2, *[0] * 6, 1) + b"\7\1\1",
        ),
        Refusal.TOO_MANY_PIXELS,
    ),
    "a TIFF of 100 000 by 100 000": (lambda folder: written(folder / "a.tif", tiff(100_000)), Refusal.TOO_MANY_PIXELS),
    "a PNG that is cut": (lambda folder: written(folder / "a.png", png(8, 8)), Refusal.DAMAGED),
    "a program in an array": (lambda folder: objects(folder / "a.npy"), Refusal.UNSUPPORTED),
    "an array that is one number": (lambda folder: saved(folder / "a.npy", np.array(1)), Refusal.NO_IMAGE),
    "an NPY that claims terabytes": (lambda folder: claims(folder / "a.npy"), Refusal.TOO_MANY_PIXELS),
    "a zip of nothing that is known": (lambda folder: zipped(folder / "a.zip", a__txt=b"hello"), Refusal.UNKNOWN),
    "a zip of an empty folder": (lambda folder: zipped(folder / "a.zip", **{"folder/": b""}), Refusal.NO_IMAGE),
    "a zip that is cut": (lambda folder: cut(zipped(folder / "a.zip", a__txt=b"hello")), Refusal.DAMAGED),
}


@pytest.mark.parametrize("name", CASES)
def test_refused_before_anything_is_allocated(tmp_path: Path, name: str) -> None:
    make, expected = CASES[name]
    assert reason(make(tmp_path)) is expected


def test_a_bomb_opens_no_further_than_its_header_says(tmp_path: Path) -> None:
    """A small image before a long row of zeros: it is read, and no more is ever inflated than that."""
    image = nifti(tmp_path / "a.nii").read_bytes()
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(image) + b"".join(packer.compress(bytes(1 << 20)) for _ in range(128)) + packer.flush()
    path = written(tmp_path / "bomb.nii.gz", bomb)
    (volume,) = read_path(str(path))
    assert np.array_equal(volume.scaled()[..., 0], NUMBERS)


def test_a_bomb_whose_header_asks_for_it_is_seen_to_be_one(tmp_path: Path) -> None:
    header = patched(nifti(tmp_path / "a.nii"), DIM, dims(8192, 8192, 20)).read_bytes()[:352]
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(header) + b"".join(packer.compress(bytes(1 << 20)) for _ in range(400)) + packer.flush()
    assert reason(written(tmp_path / "bomb.nii.gz", bomb), data=True) is Refusal.BOMB


def test_a_stream_that_is_cut_says_so_when_it_is_read(tmp_path: Path) -> None:
    path = nifti(tmp_path / "a.nii.gz", np.random.default_rng(2).integers(0, 9999, (50, 50, 50)).astype(np.int16))
    path.write_bytes(path.read_bytes()[:-20_000])
    assert reason(path, data=True) is Refusal.ENDS_EARLY


def test_a_bad_qform_does_no_harm_where_the_sform_counts(tmp_path: Path) -> None:
    path = patched(nifti(tmp_path / "a.nii", qform_code=1), 256, struct.pack("<3f", 9, 9, 9))
    assert read_path(str(path))[0].transform == "sform"


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def cut(path: Path) -> Path:
    return written(path, path.read_bytes()[:-10])


def alone(path: Path, keep: str) -> Path:
    path.unlink()
    return path.parent / keep


def mhd(data: str) -> bytes:
    return f"ObjectType = Image\nNDims = 2\nDimSize = 4 4\nElementType = MET_UCHAR\nElementDataFile = {data}\n".encode()


def nhdr(data: str) -> bytes:
    return f"NRRD0004\ntype: uint8\ndimension: 2\nsizes: 4 4\nencoding: raw\ndata file: {data}\n\n".encode()


def nrrd(sizes: str = "4 4 4", raw: bytes = b"") -> bytes:
    return f"NRRD0004\ntype: uint8\ndimension: 3\nsizes: {sizes}\nencoding: raw\n\n".encode() + raw


def png(columns: int, rows: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


def tiff(across: int) -> bytes:
    tags = [(256, 4, across), (257, 4, across), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1)]
    tags += [(278, 4, across), (279, 4, 100)]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)


def saved(path: Path, array: Any) -> Path:
    np.save(path, array)
    return path


def objects(path: Path) -> Path:
    np.save(path, np.array([[pickle, 1], [2, 3]], dtype=object).astype(str).astype(object), allow_pickle=True)
    return path


def claims(path: Path) -> Path:
    np.save(path, np.zeros((2, 2)))
    return written(path, path.read_bytes().replace(b"(2, 2)", b"(9999999, 9999999)").ljust(500))


def test_gzip_inside_a_name_that_says_otherwise(tmp_path: Path) -> None:
    path = nifti(tmp_path / "a.nii")
    path.write_bytes(gzip.compress(path.read_bytes()))
    assert read_path(str(path))[0].shape == (5, 4, 3, 1)
