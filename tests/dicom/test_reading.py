"""Every file gets a header or a reason, and nothing but its header is read."""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import fileroom.sources.positioned
from fileroom.dicom import reading as reading_module
from fileroom.dicom.reading import HEAD, header_from_pydicom, read_header, read_header_by_pydicom
from fileroom.model.outcomes import Detail, Outcome, Reason
from tests import world

if TYPE_CHECKING:
    from collections.abc import Callable

SRC = Path(reading_module.__file__).parents[2]
DICOMDIR: dict[str, Any] = {
    "SOPClassUID": None,
    "SOPInstanceUID": None,
    "FileSetID": "DISC",
    "DirectoryRecordSequence": [],
}


def dicomdir() -> bytes:
    """The directory of a medium, named by its class alone (PS3.10 8.6)."""
    data = world.part10({"FileSetID": "DISC"})
    cls = "1.2.840.10008.1.3.10"
    meta = world.data_set({"MediaStorageSOPClassUID": cls, "TransferSyntaxUID": world.EXPLICIT_LE})
    return data[:132] + meta + data[data.index(b"\x04\x00\x30\x11") :]


def test_a_plain_instance(tmp_path: Path) -> None:
    file = tmp_path / "IM1"
    file.write_bytes(world.instance(patient_name="ROSSI^Mario", number=3, SliceThickness=2.5))
    reading = read_header(str(file))
    assert reading.header is not None
    assert (reading.outcome, reading.reason, reading.detail) == (None, None, "")
    assert (reading.size, reading.mtime_ns) == (file.stat().st_size, file.stat().st_mtime_ns)
    assert len(reading.digest) == 8
    header = reading.header
    assert (header.patient_name, header.instance_number, header.slice_thickness) == ("ROSSI^Mario", 3, 2.5)
    assert header.sop_instance_uid == world.sop_uid(1, 1, 3)
    assert (header.pixel_length, header.has_pixels) == (32, True)
    assert header.pixel_offset == reading.size - 32


NOT, NONE, BAD = Outcome.NOT_DICOM, Outcome.NO_IDENTITY, Outcome.UNREADABLE
WITHOUT: list[tuple[str, bytes, Outcome, Reason]] = [
    ("empty", b"", NOT, Reason.EMPTY_FILE),
    ("one byte", b"\x08", NOT, Reason.NO_DICOM),
    ("zeros", bytes(20_000), NOT, Reason.ALL_ZEROS),
    ("zeros and then something", bytes(20_000) + b"x", NOT, Reason.NO_DICOM),
    ("text", b"Patient: ROSSI Mario\n" * 100, NOT, Reason.NO_DICOM),
    ("text that begins like a group", b"\x08\x00 and a lot of text, \x10\x00" * 20, NOT, Reason.NO_DICOM),
    ("pdf", b"%PDF-1.7\n" + bytes(range(256)) * 9, NOT, Reason.NO_DICOM),
    ("exe", b"MZ\x90\0" + bytes(range(256)) * 9, NOT, Reason.NO_DICOM),
    ("DICM too early", b"DICM" + bytes(300), NOT, Reason.NO_DICOM),
    ("no more than a prefix", bytes(128) + b"DICM", BAD, Reason.TRUNCATED),
    ("noise after the prefix", bytes(128) + b"DICM" + bytes(range(256)), BAD, Reason.TRUNCATED),
    ("cut in its meta", world.instance()[:200], BAD, Reason.TRUNCATED),
    ("cut before its identity", world.instance()[:420], BAD, Reason.TRUNCATED),
    ("DICOMDIR by its class", dicomdir(), NONE, Reason.DICOMDIR),
    ("DICOMDIR by its records", world.part10(DICOMDIR), NONE, Reason.DICOMDIR),
    ("no SOP Instance UID", world.instance(SOPInstanceUID=None), NONE, Reason.NO_SOP_INSTANCE_UID),
    ("empty Study Instance UID", world.instance(StudyInstanceUID=""), NONE, Reason.NO_STUDY_INSTANCE_UID),
    ("no Series Instance UID", world.instance(SeriesInstanceUID=None), NONE, Reason.NO_SERIES_INSTANCE_UID),
    ("a UID that climbs", world.instance(SOPInstanceUID="../../etc/x"), NONE, Reason.NO_SOP_INSTANCE_UID),
    ("a UID that is a path", world.instance(SOPInstanceUID="/etc/x"), NONE, Reason.NO_SOP_INSTANCE_UID),
    ("a UID of two lines", world.instance(StudyInstanceUID="1.2\r\nX: y"), NONE, Reason.NO_STUDY_INSTANCE_UID),
    ("a UID with a NUL inside", world.instance(SOPInstanceUID="1.2\0.3"), NONE, Reason.NO_SOP_INSTANCE_UID),
    ("two UIDs", world.instance(SOPInstanceUID=["1.2", "1.3"]), NONE, Reason.NO_SOP_INSTANCE_UID),
    ("no class, no preamble", world.instance(preamble=False, meta=False, SOPClassUID=None), NOT, Reason.NO_DICOM),
    ("a deflated stream that is cut", world.instance(transfer_syntax=world.DEFLATED_LE)[:-9], BAD, Reason.TRUNCATED),
    ("pixels nobody can show", world.instance(rows=0, PixelData=bytes(64))[:-1], BAD, Reason.TRUNCATED),
]  # fmt: skip


@pytest.mark.parametrize(("what", "data", "outcome", "reason"), WITHOUT, ids=[row[0] for row in WITHOUT])
def test_files_without_a_header(tmp_path: Path, what: str, data: bytes, outcome: Outcome, reason: Reason) -> None:
    file = tmp_path / "x.dcm"
    file.write_bytes(data)
    reading = read_header(str(file))
    assert (reading.header, reading.outcome, reading.reason) == (None, outcome, reason)
    assert (reading.size, reading.mtime_ns) == (len(data), file.stat().st_mtime_ns)
    assert "ROSSI" not in reading.detail


@pytest.mark.parametrize("uid", ["1.2.ABC-x_y", "1." + "2" * 300, "01.002.3", "1.2/3"])
def test_uids_as_they_are_met_are_kept(tmp_path: Path, uid: str) -> None:
    file = tmp_path / "x.dcm"
    file.write_bytes(world.instance(SOPInstanceUID=uid))
    header = read_header(str(file)).header
    assert header is not None
    assert header.sop_instance_uid == uid


def test_the_data_set_is_believed_more_than_the_meta(tmp_path: Path) -> None:
    data = world.instance()
    uid = world.sop_uid().encode()
    assert data.count(uid) == 2
    file = tmp_path / "x.dcm"
    file.write_bytes(data.replace(uid, b"9" * len(uid), 1))
    header = read_header(str(file)).header
    assert header is not None
    assert header.sop_instance_uid.encode() == uid


def test_an_image_that_ends_early_is_an_instance(tmp_path: Path) -> None:
    file = tmp_path / "x.dcm"
    file.write_bytes(world.instance()[:-20])
    header = read_header(str(file)).header
    assert header is not None
    assert header.pixel_length == 32


def test_a_header_that_ends_early_is_one_when_it_says_who_it_is(tmp_path: Path) -> None:
    """As pydicom reads it: the values until then, and what there is of the last one."""
    data = world.instance()
    file = tmp_path / "x.dcm"
    file.write_bytes(data[: data.index(b"\x28\x00\x10\x00US") + 4])
    header = read_header(str(file)).header
    assert header is not None
    assert (header.photometric_interpretation, header.rows) == ("MONOCHROME2", None)
    assert header == header_from_pydicom(str(file))


# -- the digest --------------------------------------------------------------------------------------------------


def digest(folder: Path, data: bytes, read: Callable[[str], reading_module.Reading] = read_header) -> bytes:
    file = folder / "digest"
    file.write_bytes(data)
    return read(str(file)).digest


@pytest.mark.parametrize("syntax", [world.IMPLICIT_LE, world.EXPLICIT_LE, world.EXPLICIT_BE, world.DEFLATED_LE])
def test_the_digest_is_of_the_header_alone(tmp_path: Path, syntax: str) -> None:
    one = world.instance(transfer_syntax=syntax)
    assert digest(tmp_path, one) == digest(tmp_path, one, read_header_by_pydicom)
    assert digest(tmp_path, one) != digest(tmp_path, world.instance(transfer_syntax=syntax, patient_id="43"))
    if syntax != world.DEFLATED_LE:
        other_pixels = world.instance(transfer_syntax=syntax, pixels=bytes(32))
        assert digest(tmp_path, one) == digest(tmp_path, other_pixels)


def test_the_digest_of_any_file(tmp_path: Path) -> None:
    assert digest(tmp_path, b"text") == digest(tmp_path, b"text") != digest(tmp_path, b"Text")
    long = bytes(range(256)) * 100
    assert digest(tmp_path, long) == digest(tmp_path, long[:HEAD] + b"other")


def test_the_digest_is_made_of_crcs(tmp_path: Path) -> None:
    noise = random.Random(3).randbytes(HEAD + 100)  # noqa: S311 - the same noise every time
    for size in (*range(1, 200), *range(HEAD // 2 - 70, HEAD // 2 + 70), HEAD - 1, HEAD, HEAD + 1):
        crcs = zlib.crc32(noise[: min(size, HEAD // 2)]), zlib.crc32(noise[HEAD // 2 : min(size, HEAD)])
        assert digest(tmp_path, noise[:size]) == struct.pack("<II", *crcs)


# -- what is read ------------------------------------------------------------------------------------------------


def test_pixel_data_is_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = world.instance(rows=512, columns=512, x00091010=("OB", bytes(90_000)))
    file = tmp_path / "IM1"
    file.write_bytes(data)
    asked: list[tuple[int, int]] = []
    read_fd = fileroom.sources.positioned.read_fd

    def spy(fd: int, position: int, length: int) -> bytes:
        asked.append((position, position + length))
        return read_fd(fd, position, length)

    monkeypatch.setattr(fileroom.sources.positioned, "read_fd", spy)
    for read in (read_header, read_header_by_pydicom):
        asked.clear()
        header = read(str(file)).header
        assert header is not None
        assert header.pixel_offset is not None
        assert max(end for _, end in asked) <= header.pixel_offset + HEAD
    assert sum(end - start for start, end in asked) < 4 * HEAD


def test_pydicom_is_not_even_imported_for_a_usual_file(tmp_path: Path) -> None:
    file = tmp_path / "IM1"
    file.write_bytes(world.instance(SpecificCharacterSet=["", "ISO 2022 IR 87"], PatientName=b"Y=\x1b$B;3ED\x1b(B"))
    program = (
        "import sys; from fileroom.dicom.reading import read_header; "
        "print(read_header(sys.argv[1]).header.patient_name == 'Y=\\u5c71\\u7530', 'pydicom' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(SRC)},
    )  # fmt: skip
    assert done.stdout.split() == ["True", "False"]


def test_a_file_that_changes_while_it_is_read_is_read_again_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "IM1"
    file.write_bytes(world.instance(x00091010=("OB", bytes(90_000))))
    read_fd = fileroom.sources.positioned.read_fd

    def slow(fd: int, position: int, length: int) -> bytes:
        if position:
            with file.open("ab") as more:
                more.write(b"more")
        return read_fd(fd, position, length)

    monkeypatch.setattr(fileroom.sources.positioned, "read_fd", slow)
    reading = read_header(str(file))
    assert reading.header is not None
    assert reading.mtime_ns == 0


# -- the file system ---------------------------------------------------------------------------------------------


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    reading = read_header(str(tmp_path / "gone"))
    assert (reading.outcome, reading.reason, reading.detail) == (BAD, Reason.VANISHED, "")


def test_a_name_that_no_file_can_have() -> None:
    reading = read_header("a\0b")
    assert (reading.reason, reading.detail) == (Reason.IO_ERROR, Detail.BAD_NAME)


def test_a_folder_and_a_pipe_are_special(tmp_path: Path) -> None:
    assert read_header(str(tmp_path)).reason is Reason.SPECIAL_FILE
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert read_header(str(tmp_path / "pipe")).reason is Reason.SPECIAL_FILE


def test_a_link_to_itself(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    try:
        loop.symlink_to(loop)
    except OSError:
        pytest.skip("no links here")
    assert read_header(str(loop)).reason in {Reason.LINK_LOOP, Reason.VANISHED, Reason.IO_ERROR}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_one_may_not_read(tmp_path: Path) -> None:
    file = tmp_path / "IM1"
    file.write_bytes(world.instance())
    file.chmod(0)
    assert read_header(str(file)).reason is Reason.PERMISSION_DENIED


def test_a_drive_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "IM1"
    file.write_bytes(world.instance(x00091010=("OB", bytes(90_000))))
    read_fd = fileroom.sources.positioned.read_fd

    def bad_sector(fd: int, position: int, length: int) -> bytes:
        if position:
            raise OSError(5, "Input/output error")
        return read_fd(fd, position, length)

    monkeypatch.setattr(fileroom.sources.positioned, "read_fd", bad_sector)
    for read in (read_header, read_header_by_pydicom):
        reading = read(str(file))
        assert (reading.outcome, reading.reason, reading.detail) == (BAD, Reason.IO_ERROR, Detail.DRIVE_ERROR)


def test_names_that_are_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"IM\xff\xfe")
    try:
        world.plant(tmp_path, {name: world.instance()})
    except OSError:
        pytest.skip("this file system wants names to be text")
    assert read_header(str(tmp_path / name)).header is not None


def test_many_threads_at_once(tmp_path: Path) -> None:
    """Both readers, side by side; pydicom's warnings are silenced for one thread at a time and for no other."""
    texts = {}
    for number in range(40):
        odd: dict[str, Any] = (
            {"SpecificCharacterSet": "ISO-IR 144", "x00204000": ("UT", "x" * 70_000)} if number % 4 == 0 else {}
        )
        file = tmp_path / f"{number:02}"
        file.write_bytes(world.instance(patient_name=f"N{number}", number=number, **odd))
        texts[str(file)] = f"N{number}"
    gate = threading.Barrier(4)

    def read_all() -> dict[str, str]:
        gate.wait()
        headers = {path: read_header(path).header for path in texts}
        return {path: header.patient_name for path, header in headers.items() if header is not None}

    with ThreadPoolExecutor(4) as pool:
        for found in [pool.submit(read_all) for _ in range(4)]:
            assert found.result() == texts
