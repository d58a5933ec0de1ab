"""Every frame of the real data against another decoder: not one sample may differ."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fileroom.dicom.quiet import quiet_pydicom
from fileroom.dicom.reading import read_header
from fileroom.errors import Undecodable
from fileroom.pixels.codecs import DECODERS
from fileroom.pixels.frames import NATIVE, decoded_frame, native_frame, stored_frame
from tests.pixels.files import header_of, with_identity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from fileroom.model.headers import Header

RLE = "1.2.840.10008.1.2.5"
DEFLATED_FRAME = "1.2.840.10008.1.2.8.1"

# What pydicom refuses though the first frame is whole.
PYDICOM_REFUSES = {
    "derived/broken/10-pixel-length-undefined-native.dcm",
    "derived/broken/29-frames-100000.dcm",
    "derived/broken/30-bitsstored-over-allocated.dcm",
}

# What is not decoded, and why. All else that has pixel data is.
NOT_DECODED = {
    "derived/broken/06-cut-in-pixels-odd.dcm": "cut inside its only frame",
    "derived/broken/26-rows-zero.dcm": "no rows",
    "derived/broken/27-rows-missing.dcm": "no rows",
    "derived/broken/28-rows-65535.dcm": "claims 8 GB, has 8 KB",
    "derived/broken/34-unknown-transfer-syntax.dcm": "private transfer syntax",
    "derived/broken/60-j2k-cut.dcm": "cut inside its only frame",
    "derived/video/h264.dcm": "video",
    "derived/video/mpeg2.dcm": "video",
    "dicom/pydicom/JPEG2000-embedded-sequence-delimiter.dcm": "its image size was overwritten with a delimiter",
    "dicom/pydicom/MR_truncated.dcm": "cut inside its only frame",
}


def digest(samples: NDArray[Any]) -> str:
    """As in ``references.tsv``: type, shape and little-endian bytes."""
    kind = samples.dtype.newbyteorder("<")
    data = np.ascontiguousarray(samples).astype(kind).tobytes()
    return hashlib.sha256(f"{kind.str}{samples.shape}".encode() + data).hexdigest()[:32]


def references() -> dict[str, list[dict[str, str]]]:
    """Digests of what DCMTK, GDCM, pyjpegls, pylibjpeg-openjpeg and Pillow made of the frames, by transfer syntax."""
    table = defaultdict(list)
    with (Path(__file__).parent / "references.tsv").open(newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            table[row["transfer_syntax_uid"]].append(row)
    return table


def real_files(shared_data: Path) -> Iterator[tuple[str, Header]]:
    for folder in ("dicom", "derived", "media"):
        for path in sorted((shared_data / folder).rglob("*")):
            if path.is_file():
                header = read_header(str(path)).header
                if header is not None and header.has_pixels:
                    yield str(path.relative_to(shared_data)), header


@pytest.mark.parametrize("syntax", sorted(references()))
def test_compressed_frames_equal_what_another_decoder_makes(syntax: str, shared_data: Path, tmp_path: Path) -> None:
    rows = references()[syntax]
    wrong = []
    for row in rows:
        path, header = with_identity(shared_data / row["path"], tmp_path)
        if digest(decoded_frame(path, header, int(row["frame"]))) != row["digest"]:
            wrong.append((row["path"], row["frame"], row["decoder"]))
    assert wrong == []


def test_native_and_rle_frames_equal_what_pydicom_makes(shared_data: Path) -> None:
    from pydicom import dcmread
    from pydicom.pixels.utils import pixel_array
    from pydicom.uid import UID

    compared: Counter[str] = Counter()
    wrong = []
    for name, header in real_files(shared_data):
        syntax = header.transfer_syntax_uid
        if syntax not in {*NATIVE, RLE} or name in {*NOT_DECODED, *PYDICOM_REFUSES}:
            continue
        if syntax == RLE and header.bits_allocated == 1:
            continue  # see the next test
        last = header.number_of_frames or 1
        for number in sorted({1, (last + 1) // 2, last}):
            path = shared_data / name
            with quiet_pydicom():
                data_set = dcmread(path, force=True)
                if "TransferSyntaxUID" not in data_set.file_meta:
                    data_set.file_meta.TransferSyntaxUID = UID(syntax)
                data_set.NumberOfFrames = last  # a badly written number is not what is compared here
                expected = pixel_array(data_set, index=number - 1)
            found = decoded_frame(path, header, number)
            compared[syntax] += 1
            if digest(found) != digest(expected):
                wrong.append((name, number))
    assert wrong == []
    assert compared[RLE] > 0
    assert all(compared[syntax] > 0 for syntax in NATIVE)


def test_what_no_other_decoder_reads_equals_its_uncompressed_twin(shared_data: Path) -> None:
    """Single bits in RLE and in the Deflated Image Frame syntax."""
    folder = shared_data / "dicom" / "pydicom-data"
    twins = {
        "liver.dcm": ("liver_rle.dcm", "liver_deflate.dcm", "liver_j2k.dcm", "liver_expb.dcm"),
        "liver_nonbyte_aligned.dcm": (
            "liver_nonbyte_aligned_rle.dcm",
            "liver_nonbyte_aligned_deflate.dcm",
            "liver_nonbyte_aligned_j2k.dcm",
        ),
    }
    for plain, others in twins.items():
        for name in others:
            for number in (1, 2, 3):
                expected, found = (
                    decoded_frame(path, header_of(path), number) for path in (folder / plain, folder / name)
                )
                assert expected.any()
                assert np.array_equal(found, expected), (name, number)


def test_everything_with_pixels_is_decoded_but_for_the_table(shared_data: Path) -> None:
    failed, syntaxes = set(), set()
    for name, header in real_files(shared_data):
        try:
            decoded_frame(shared_data / name, header, 1)
        except Undecodable:
            failed.add(name)
        else:
            syntaxes.add(header.transfer_syntax_uid)
    assert failed == set(NOT_DECODED)
    assert {DEFLATED_FRAME, RLE} <= syntaxes <= {*DECODERS, *NATIVE}


def test_encapsulated_frames_without_a_closing_delimiter_are_all_there(shared_data: Path) -> None:
    path = shared_data / "dicom" / "pydicom-data" / "emri_small_jpeg_2k_lossless_too_short.dcm"
    whole = path.with_name("emri_small_jpeg_2k_lossless.dcm")
    for number in range(1, 11):
        found, expected = (decoded_frame(file, header_of(file), number) for file in (path, whole))
        assert np.array_equal(found, expected)


def test_stored_frames_decode_to_the_same_as_the_file(shared_data: Path) -> None:
    """A native frame handed out is Explicit VR Little Endian, whatever the file is."""
    seen = set()
    for name, header in real_files(shared_data):
        if header.transfer_syntax_uid not in NATIVE or name in NOT_DECODED or header.bits_allocated not in {8, 16}:
            continue
        if header.samples_per_pixel != 1:
            continue
        stored = stored_frame(shared_data / name, header, 1)
        assert stored.transfer_syntax_uid == "1.2.840.10008.1.2.1"
        assert stored.data == native_frame(shared_data / name, header, 1)
        decoded = decoded_frame(shared_data / name, header, 1)
        if header.bits_stored == header.bits_allocated:
            assert stored.data == decoded.tobytes(), name
            seen.add(header.transfer_syntax_uid)
    assert seen == NATIVE
