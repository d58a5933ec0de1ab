"""A volume into a file that other programs read: NIfTI, NRRD, or DICOM images in a folder.

Plane by plane, so that no volume has to fit into memory; under another name until it is whole.
"""

from __future__ import annotations

import gzip
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fileroom.errors import BadRequest
from fileroom.model.others import Refusal
from fileroom.volumes.dicom_files import into_folder, made_of
from fileroom.volumes.new_file import new_file
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import RAS_TO_LPS, at_right_angles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import IO

    from fileroom.volumes.volume import Volume

    OnPlane = Callable[[int], None]  # told after each plane how many there are; what it raises ends the writing

MOST_OF_NIFTI_1 = 32_767
COLOURS: Final = {3: "RGB", 4: "RGBA"}
NRRD_KINDS: Final = {"i": "int", "u": "uint"}


def form_of(out: Path) -> str:
    """ "nifti", "nrrd" or "dicom", by the name that is to be written. BadRequest for another."""
    lower = out.name.lower()
    if lower.endswith((".nii", ".nii.gz")):
        return "nifti"
    if lower.endswith(".nrrd"):
        return "nrrd"
    if not out.suffix or out.is_dir():
        return "dicom"
    raise BadRequest("name a file .nii, .nii.gz or .nrrd, or a folder for DICOM images")


def write(volume: Volume, out: Path, on_plane: OnPlane = lambda _: None) -> None:
    """Write ``volume`` to ``out``, whose name says what it becomes. BadRequest when something is there already."""
    form = form_of(out)
    if form == "dicom":
        into_folder(made_of(volume), volume.planes, out, on_plane)
        return
    if out.exists():
        raise BadRequest(f"{out} is there already")
    with new_file(out) as file:
        stream(volume, file, "nrrd" if form == "nrrd" else "nii.gz" if out.suffix.lower() == ".gz" else "nii", on_plane)


def stream(volume: Volume, file: IO[bytes], form: str, on_plane: OnPlane = lambda _: None) -> None:
    """Write ``volume`` as ``nii``, ``nii.gz`` or ``nrrd``."""
    if form == "nrrd":
        _write_nrrd(volume, file, on_plane)
    else:
        _write_nifti(volume, file, on_plane, packed=form.endswith("gz"))


# -- NIfTI ---------------------------------------------------------------------------------------------------------


def _write_nifti(volume: Volume, file: IO[bytes], on_plane: OnPlane, *, packed: bool) -> None:
    kind = _nifti_kind(volume)
    with ExitStack() as stack:
        out = stack.enter_context(_gzip(file)) if packed else file
        out.write(nifti_header(volume, kind))
        out.write(bytes(4))  # no extensions
        for number in range(volume.planes):
            plane = volume.values.plane(number).astype(kind, copy=False)
            out.write(np.ascontiguousarray(plane.swapaxes(0, 1)).tobytes())
            on_plane(number + 1)


def _gzip(file: IO[bytes]) -> gzip.GzipFile:
    """Packed; the same volume makes the same bytes, whenever and under whatever name."""
    return gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0)


def _nifti_kind(volume: Volume) -> np.dtype[Any]:
    if volume.samples > 1 and volume.dtype != np.uint8:
        raise Refused(Refusal.UNSUPPORTED, "NIfTI has colours of 8 bits only")
    kind = volume.dtype.newbyteorder("<")
    return np.dtype(np.uint8) if kind.kind == "b" else np.dtype("<f4") if kind == np.float16 else kind


def nifti_header(volume: Volume, kind: np.dtype[Any]) -> bytes:
    """The header; the qform only where it can say the same as the sform, which may be sheared."""
    from nibabel.nifti1 import Nifti1Header, data_type_codes
    from nibabel.nifti2 import Nifti2Header

    lengths = volume.shape[: 4 if volume.shape[3] > 1 else 3]
    header: Any = (Nifti2Header if max(lengths) > MOST_OF_NIFTI_1 else Nifti1Header)(endianness="<")
    header.set_data_dtype(data_type_codes.dtype[COLOURS[volume.samples]] if volume.samples > 1 else kind)
    header.set_data_shape(lengths)
    step = volume.step_ms / 1000 if volume.step_ms else 1.0
    header.set_zooms((*volume.spacing, step)[: len(lengths)])
    header.set_xyzt_units("mm" if volume.spaced else None, "sec" if volume.step_ms else None)
    if volume.oriented:
        affine = RAS_TO_LPS @ volume.affine
        header.set_sform(affine, code=1)
        if at_right_angles(volume.affine):
            header.set_qform(affine, code=1)
    header["descrip"] = b"fileroom"
    if volume.samples == 1:
        header.set_slope_inter(volume.slope, volume.intercept)
    header["vox_offset"] = header.single_vox_offset
    header["magic"] = header.single_magic
    return bytes(header.binaryblock)


# -- NRRD ----------------------------------------------------------------------------------------------------------


def _write_nrrd(volume: Volume, file: IO[bytes], on_plane: OnPlane) -> None:
    if volume.dtype.kind == "c":
        raise Refused(Refusal.UNSUPPORTED, "NRRD has no complex numbers")
    scaled = (volume.slope, volume.intercept) != (1, 0)
    kind = np.dtype("<f4") if scaled or volume.dtype == np.float16 else volume.dtype.newbyteorder("<")
    file.write(nrrd_header(volume, kind).encode())
    with _gzip(file) as packed:
        for number in range(volume.planes):
            plane = volume.values.plane(number)
            plane = plane * volume.slope + volume.intercept if scaled else plane
            packed.write(np.ascontiguousarray(plane.swapaxes(0, 1), dtype=kind).tobytes())
            on_plane(number + 1)


def nrrd_header(volume: Volume, kind: np.dtype[Any]) -> str:
    """The fields, as teem writes them. A scale has no place in them: values are written as they are meant."""
    named = {"f4": "float", "f8": "double"}
    colour = volume.samples > 1
    times = volume.shape[3] > 1
    lengths = [*[volume.samples] * colour, *volume.shape[: 4 if times else 3]]
    axes = [_vector(axis) for axis in volume.affine[:3, :3].T]
    lines = [
        "NRRD0005",
        "# made by fileroom",
        f"type: {named.get(kind.str[1:]) or f'{NRRD_KINDS[kind.kind]}{kind.itemsize * 8}'}",
        f"dimension: {len(lengths)}",
    ]
    kinds = [*["domain"] * 3, *["list"] * times]
    if colour:
        kinds.insert(0, f"{COLOURS[volume.samples]}-color")
    if volume.oriented:
        lines.append("space: left-posterior-superior")
    lines.append(f"sizes: {' '.join(map(str, lengths))}")
    if volume.oriented:
        lines.append(f"space directions: {' '.join([*['none'] * colour, *axes, *['none'] * times])}")
    elif volume.spaced:
        steps = [repr(step) for step in volume.spacing]
        lines.append(f"spacings: {' '.join([*['nan'] * colour, *steps, *['nan'] * times])}")
    lines.append(f"kinds: {' '.join(kinds)}")
    lines += ["endian: little", "encoding: gzip"]
    if volume.oriented:
        lines.append(f"space origin: {_vector(volume.affine[:3, 3])}")
    if volume.unit:
        lines.append(f'sample units: "{volume.unit}"')
    return "\n".join(lines) + "\n\n"


def _vector(numbers: Any) -> str:
    return f"({','.join(repr(float(number)) for number in numbers)})"
