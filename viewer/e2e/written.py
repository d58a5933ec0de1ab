"""Two people for a written medium: a head of six slices, and somebody whose name is meant to trouble a page."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

from tests.world import instance, plant

SIDE, SLICES = 64, 6
SQUARE = range(16, 48)


def slice_of(number: int) -> bytes:
    """A square that is as bright as its number says."""
    pixels = [number * 30 if at // SIDE in SQUARE and at % SIDE in SQUARE else 0 for at in range(SIDE * SIDE)]
    return instance(
        number=number,
        rows=SIDE,
        columns=SIDE,
        pixels=struct.pack(f"<{SIDE * SIDE}H", *pixels),
        SeriesDescription="HEAD",
        ImagePositionPatient=[0, 0, number],
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        WindowCenter=100,
        WindowWidth=200,
    )


def main(folder: Path) -> None:
    """Write them."""
    files = {f"head/{number}": slice_of(number) for number in range(1, SLICES + 1)}
    files["other"] = instance(study=2, patient_id="7", patient_name="NERI^<b>Anna", StudyDescription="A & B")
    plant(folder, files)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
