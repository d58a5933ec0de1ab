"""What the frames of an image say each for itself, wherever files of its kind keep that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fileroom.pixels.dose import dose_planes
from fileroom.pixels.functional_groups import PerFrame, per_frame
from fileroom.pixels.nuclear import is_nuclear, nuclear_frames

if TYPE_CHECKING:
    import os

    from fileroom.model.headers import Header

RT_DOSE: Final = "1.2.840.10008.5.1.4.1.1.481.2"


def frame_groups(path: str | os.PathLike[str], header: Header) -> PerFrame | None:
    """Vectors of Nuclear Medicine, planes of a dose, else functional groups; None where there is none of these.

    Unavailable when the file cannot be read, Undecodable when it is damaged.
    """
    if header.sop_class_uid == RT_DOSE or header.modality == "RTDOSE":
        return dose_planes(path, header)
    return (nuclear_frames(path, header) if is_nuclear(header) else None) or per_frame(path, header)
