"""NIfTI-1 and NIfTI-2, single files and pairs, and the Analyze 7.5 they come from.

nibabel reads the header; the values are a block behind it. Which of its two transforms counts is the format's own rule:
the sform where its code says that there is one, else the qform, else nothing is known of the patient.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fileroom.model.others import Refusal, Remark
from fileroom.volumes.block import Block, unpacked
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import RAS_TO_LPS, Volume, checked_affine, checked_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fileroom.volumes.files import OtherFile

NAMES: Final = (".nii", ".nii.gz", ".hdr", ".img", ".hdr.gz", ".img.gz", ".nia")
SIZE_1, SIZE_2 = 348, 540  # sizeof_hdr, which also tells the byte order
MAGIC_AT_1, MAGIC_AT_2 = 344, 4
INTENT_LABEL = 1002
MICRONS_TO_MM, METRES_TO_MM = 1e-3, 1e3
LENGTHS: Final = {"meter": METRES_TO_MM, "mm": 1.0, "micron": MICRONS_TO_MM}
TIMES_MS: Final = {"sec": 1e3, "msec": 1.0, "usec": 1e-3}
COLOURS: Final = {"RGB": 3, "RGBA": 4}
_APART_MM: Final = 0.1  # between where the two transforms put a corner: below it is rounding
_CIFTI = 32  # code of its extension


def read(file: OtherFile) -> tuple[Volume, ...] | None:
    """The image, or None when this is not one of these."""
    pair = _pair(file)
    if pair is None:
        return None
    head_file, data_file = pair
    head = unpacked(head_file)
    version = _version(head.read_at(0, SIZE_2))
    if version is None:
        return None
    header = _header(head, version)
    _refuse_tables(header, version, head)
    return (_volume(file.name, header, version, head if data_file is None else unpacked(data_file)),)


def _pair(file: OtherFile) -> tuple[OtherFile, OtherFile | None] | None:
    """Header and, for a pair, data; the user may have named either."""
    lower = file.name.lower()
    packed = ".gz" if lower.endswith(".gz") else ""
    stem, suffix = file.name[: len(file.name) - len(packed) - 4], lower[len(lower) - len(packed) - 4 :][:4]
    if suffix not in {".hdr", ".img"}:
        return file, None
    other = {".hdr": ".img", ".img": ".hdr"}[suffix]
    found = file.beside(stem + other + packed) or file.beside(stem + other) or file.beside(stem + other + ".gz")
    if found is None:
        if suffix == ".img" or _version(unpacked(file).read_at(0, SIZE_2)) is None:
            return None
        raise Refused(Refusal.PART_MISSING, stem + other)
    return (file, found) if suffix == ".hdr" else (found, file)


def _version(head: bytes) -> str | None:
    """ "n1", "n2" or "analyze", by its length field and magic."""
    if len(head) < SIZE_1:
        return None
    size = {struct.unpack("<i", head[:4])[0], struct.unpack(">i", head[:4])[0]}
    if SIZE_2 in size and head[MAGIC_AT_2 : MAGIC_AT_2 + 3] in {b"n+2", b"ni2"}:
        return "n2"
    if SIZE_1 not in size:
        return None
    return "n1" if head[MAGIC_AT_1 : MAGIC_AT_1 + 3] in {b"n+1", b"ni1"} else "analyze"


def _header(file: OtherFile, version: str) -> Any:
    from nibabel.nifti1 import Nifti1Header, Nifti1PairHeader
    from nibabel.nifti2 import Nifti2Header, Nifti2PairHeader
    from nibabel.spm2analyze import Spm2AnalyzeHeader

    head = file.read_at(0, SIZE_2 if version == "n2" else SIZE_1)
    alone = head[MAGIC_AT_1 if version == "n1" else MAGIC_AT_2 :][1:2] == b"+"
    kinds: dict[str, Any] = {
        "n1": Nifti1Header if alone else Nifti1PairHeader,
        "n2": Nifti2Header if alone else Nifti2PairHeader,
        "analyze": Spm2AnalyzeHeader,
    }
    try:
        return kinds[version](binaryblock=head, check=False)
    except Exception as error:
        raise Refused(Refusal.DAMAGED) from error


def _refuse_tables(header: Any, version: str, file: OtherFile) -> None:
    """CIFTI-2 keeps a matrix of surface points in a NIfTI-2 file: an extension of a code of its own says so."""
    if version != "n2" or file.read_at(SIZE_2, 1) != b"\1":
        return
    head = file.read_at(SIZE_2 + 4, 8)
    if len(head) == 8 and struct.unpack(f"{header.endianness}ii", head)[1] == _CIFTI:  # noqa: PLR2004 - esize, ecode
        raise Refused(Refusal.NO_IMAGE)


def _volume(name: str, header: Any, version: str, data: OtherFile) -> Volume:
    samples, kind = _kind(header)
    count = int(header["dim"][0])
    if not 1 <= count <= 7:  # noqa: PLR2004 - axes that the format has room for
        raise Refused(Refusal.SIZE_LIES)
    lengths = [int(length) for length in header["dim"][1 : count + 1]]
    shape = checked_shape(lengths, kind, samples)
    affine, transform, remarks = _affine(header, version, shape)
    offset = int(float(header["vox_offset"])) if np.isfinite(header["vox_offset"]) else -1
    if offset < 0:
        raise Refused(Refusal.SIZE_LIES)
    slope, intercept = _scale(header, version, samples)
    if len(lengths) > 4:  # noqa: PLR2004 - space and time
        remarks.append(Remark.MORE_AXES)
    if samples == COLOURS["RGBA"]:
        remarks.append(Remark.ALPHA_LEFT_OUT)
    if kind.kind == "c":
        remarks.append(Remark.COMPLEX)
    return Volume(
        name=name,
        format={"n1": "NIfTI-1", "n2": "NIfTI-2", "analyze": "Analyze 7.5"}[version],
        shape=shape,
        dtype=kind,
        samples=samples,
        values=Block(data, offset, kind, shape, samples).must_fit(),
        affine=affine,
        transform=transform,
        oriented=transform != "none",
        slope=slope,
        intercept=intercept,
        labels=version != "analyze" and int(header["intent_code"]) == INTENT_LABEL,
        step_ms=_step(header, version, count),
        remarks=tuple(remarks),
    )


def _kind(header: Any) -> tuple[int, np.dtype[Any]]:
    """Samples of a pixel and their type."""
    try:
        found: np.dtype[Any] = header.get_data_dtype()
    except Exception as error:
        raise Refused(Refusal.UNSUPPORTED, f"datatype {int(header['datatype'])}") from error
    if found.names is not None:  # RGB24 and RGBA32
        return COLOURS["".join(found.names)], np.dtype(np.uint8)
    if found.kind not in "iufc" or found.itemsize > 16:  # noqa: PLR2004 - complex of two doubles
        raise Refused(Refusal.UNSUPPORTED, str(found))
    return 1, found


def _scale(header: Any, version: str, samples: int) -> tuple[float, float]:
    if samples > 1:
        return 1.0, 0.0
    try:
        slope, intercept = header.get_slope_inter()
    except Exception as error:
        raise Refused(Refusal.SIZE_LIES, "scl_slope") from error
    if version == "analyze" and intercept is None:
        intercept = 0.0
    return (1.0, 0.0) if slope is None else (float(slope), float(intercept or 0.0))


def _affine(header: Any, version: str, shape: tuple[int, ...]) -> tuple[NDArray[np.float64], str, list[Remark]]:
    if version == "analyze":
        sizes = [float(step) or 1.0 for step in header["pixdim"][1:4]]
        if not np.isfinite(sizes).all():
            raise Refused(Refusal.BAD_GEOMETRY)
        return _ours(header.get_best_affine()), "none", [Remark.NO_ORIENTATION, Remark.MIRRORED_PAIR]
    remarks: list[Remark] = []
    scale = LENGTHS.get(header.get_xyzt_units()[0])
    if scale is None:
        remarks.append(Remark.UNITS_ASSUMED)
    coded = {name: found for name, found in _coded(header).items() if found is not None}
    if not coded:
        remarks.append(Remark.NO_ORIENTATION)
        found, transform = header.get_base_affine(), "none"
    else:
        transform = "sform" if "sform" in coded else "qform"
        found = coded[transform]
    affine = _ours(found)
    if len(coded) > 1 and _apart(coded["sform"], coded["qform"], shape) > _APART_MM:
        remarks.append(Remark.TRANSFORMS_DIFFER)
    if scale not in {None, 1.0}:
        affine = np.diag([scale, scale, scale, 1.0]) @ affine
    return affine, transform, remarks


def _ours(found: NDArray[np.float64]) -> NDArray[np.float64]:
    """A transform of NIfTI as one of DICOM."""
    with np.errstate(invalid="ignore"):
        return checked_affine(RAS_TO_LPS @ found)


def _coded(header: Any) -> dict[str, NDArray[np.float64] | None]:
    """The transforms whose codes say that they are there. A qform that cannot be one counts only where it is used."""
    sform = header.get_sform(coded=True)[0]
    try:
        qform = header.get_qform(coded=True)[0]
    except Exception as error:
        if sform is None:
            raise Refused(Refusal.BAD_GEOMETRY) from error
        qform = None
    return {"sform": sform, "qform": qform}


def _apart(one: NDArray[np.float64], other: NDArray[np.float64], shape: tuple[int, ...]) -> float:
    """How far apart two transforms put the corners of the volume, at most."""
    corners = np.array(np.meshgrid(*([0, length - 1] for length in shape[:3]))).reshape(3, -1)
    points = np.vstack([corners, np.ones(corners.shape[1])])
    with np.errstate(invalid="ignore"):
        away = np.linalg.norm(((one - other) @ points)[:3], axis=0).max()
    return float(away) if np.isfinite(away) else np.inf


def _step(header: Any, version: str, count: int) -> float | None:
    if version == "analyze" or count < 4:  # noqa: PLR2004 - the axis of time is the fourth
        return None
    step = float(header["pixdim"][4])
    unit = TIMES_MS.get(header.get_xyzt_units()[1])
    return step * unit if unit and np.isfinite(step) and step > 0 else None
