"""What a frame should look like: the formulas of the standard written out with pydicom and numpy, none of our code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fileroom.dicom.quiet import quiet_pydicom

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

    from fileroom.model.headers import Header

    Choice = Callable[[NDArray[Any]], tuple[float, float, str]]

WHITE = 255.0
FLAT = 0.995  # a window that leaves so much of the image black, or white, shows nothing
WINDOW = ("WindowCenter", "WindowWidth", "VOILUTFunction")


def reference_picture(
    path: Path,
    header: Header,
    automatic: Choice,
    samples: NDArray[Any] | None = None,
    sampled: Callable[[NDArray[Any]], NDArray[Any]] = np.asarray,
    frame: int = 1,
) -> tuple[str, NDArray[Any]]:
    """How a frame is shown (a word for the table) and the picture, 0 to 255 and not yet rounded.

    A file that says no window leaves it to the program: ``automatic`` is how it chooses. ``samples`` are taken for
    those of the file where pydicom has no decoder at hand. ``sampled`` puts the values (or colours) where they lie on a
    screen, before a window is laid over them.
    """
    from pydicom import dcmread
    from pydicom.pixels.processing import apply_color_lut, apply_modality_lut
    from pydicom.pixels.utils import pixel_array
    from pydicom.uid import UID

    with quiet_pydicom():
        data_set = dcmread(path, force=True)
        if "TransferSyntaxUID" not in data_set.file_meta:
            data_set.file_meta.TransferSyntaxUID = UID(header.transfer_syntax_uid)
        data_set.NumberOfFrames = header.number_of_frames or 1  # a badly written number is not what is compared
        stored = pixel_array(data_set, index=frame - 1) if samples is None else samples
        if data_set.get("SamplesPerPixel", 1) > 1:
            bits = int(data_set.BitsStored)
            return "colour", sampled(stored[..., :3].astype(float) / 2.0 ** (bits - 8))
        if data_set.PhotometricInterpretation == "PALETTE COLOR":
            colours = apply_color_lut(stored, data_set)[..., :3]
            return "palette", sampled((colours >> 8 if colours.dtype.itemsize > 1 else colours).astype(float))
        own = _functional_groups(data_set, frame)
        if "ModalityLUTSequence" in data_set:
            values = apply_modality_lut(stored, data_set).astype(float)
        else:
            values = stored.astype(float) * (float(own.get("RescaleSlope") or 1)) + float(
                own.get("RescaleIntercept") or 0
            )
        how, shown = _through_voi(sampled(values), data_set, own, automatic)
    white = data_set.PhotometricInterpretation == "MONOCHROME1"
    return how, WHITE - shown if white else shown


def _functional_groups(data_set: Dataset, frame: int) -> dict[str, Any]:
    """A frame's own values over those of all frames over those of the image (PS3.3 C.7.6.16)."""
    found = {name: data_set.get(name) for name in ("RescaleSlope", "RescaleIntercept", *WINDOW)}
    frames = data_set.get("PerFrameFunctionalGroupsSequence") or ()
    for group in (*(data_set.get("SharedFunctionalGroupsSequence") or ())[:1], *frames[frame - 1 : frame]):
        for sequence in ("PixelValueTransformationSequence", "FrameVOILUTSequence"):
            for item in group.get(sequence) or ():
                found.update({name: item[name].value for name in found if name in item})
    return found


def _through_voi(
    values: NDArray[Any],
    data_set: Dataset,
    own: dict[str, Any],
    automatic: Choice,
) -> tuple[str, NDArray[Any]]:
    center, width = (_first(own[name]) for name in WINDOW[:2])
    if center is not None and width is not None and width >= 1:
        function = str(own["VOILUTFunction"] or "LINEAR")
        shown = window(values, center, width, function)
        flat = max(np.mean(shown < 0.5), np.mean(shown >= WHITE - 0.5))
        if flat < FLAT:
            return function.lower(), shown
    elif "VOILUTSequence" in data_set:
        return "table", _through_table(values, data_set.VOILUTSequence[0])
    return "automatic", window(values, *automatic(values))


def _through_table(values: NDArray[Any], item: Dataset) -> NDArray[Any]:
    """PS3.3 C.11.2.1.1"""
    _, first, bits = item.LUTDescriptor
    table = np.asarray(item["LUTData"].value)
    if table.dtype.kind == "S":
        table = np.frombuffer(item.LUTData, "<u2")
    shown: NDArray[Any] = np.take(table, values.astype(int) - first, mode="clip") * (WHITE / (2.0**bits - 1))
    return shown


def _first(value: Any) -> float | None:
    values = [value] if isinstance(value, (str, int, float)) else list(value or ())
    return float(values[0]) if values and values[0] != "" else None


def window(values: NDArray[Any], center: float, width: float, function: str) -> NDArray[Any]:
    """PS3.3 C.11.2.1.2.1 and C.11.2.1.3, as they are printed there, from 0 to 255."""
    if function == "SIGMOID":
        with np.errstate(over="ignore"):
            return WHITE / (1 + np.exp(-4 * (values - center) / width))
    if function == "LINEAR_EXACT":
        low, high = center - width / 2, center + width / 2
        return np.select([values <= low, values > high], [0.0, WHITE], ((values - center) / width + 0.5) * WHITE)
    low, high = center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2
    slope = 0.0 if width == 1 else WHITE / (width - 1)
    return np.select([values <= low, values > high], [0.0, WHITE], (values - (center - 0.5)) * slope + WHITE / 2)
