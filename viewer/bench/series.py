"""A CT series of 300 slices of 512 x 512, and a short one beside it, for the measures of the viewer.

``python series.py FOLDER [SLICES]`` writes them below FOLDER. The images are a soft body with noise in it, so that
neither a codec nor a network gets them for nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from tests import world

SIZE = 512
RADIUS, SPINE = 0.4, 0.09  # of half the width


def slices(count: int) -> list[bytes]:
    """Stored values of each slice, 12 bits in 16, little endian."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    noise = rng.normal(0, 12, (SIZE, SIZE))
    made = []
    for z in np.linspace(-1, 1, count):
        body = np.hypot(x / 0.8, y / 0.55) < 1
        ball = (x - 0.3 * z) ** 2 + y**2 + z**2 < RADIUS**2
        bone = np.hypot(x, y - 0.35) < SPINE
        values = 24 + body * (1030 + noise) + ball * 120 + bone * 700
        made.append(np.clip(np.roll(values, int(z * 40), axis=0), 0, 4095).astype("<u2").tobytes())
    return made


def write(folder: Path, count: int) -> None:
    """The long series as "volume", the short one as "other"."""
    folder.mkdir(parents=True, exist_ok=True)
    for series, name, many in ((1, "volume", count), (2, "other", 3)):
        for number, pixels in enumerate(slices(many), start=1):
            (folder / f"{name}-{number:04}.dcm").write_bytes(
                world.instance(
                    patient_name="Bench^Mark",
                    patient_id="BENCH",
                    StudyDescription="Bench",
                    SeriesDescription=name,
                    series=series,
                    number=number,
                    rows=SIZE,
                    columns=SIZE,
                    pixels=pixels,
                    BitsStored=12,
                    HighBit=11,
                    PixelSpacing=[0.7, 0.7],
                    SliceThickness="1",
                    ImagePositionPatient=[-179.2, -179.2, float(number)],
                    RescaleSlope="1",
                    RescaleIntercept="-1024",
                    WindowCenter="40",
                    WindowWidth="400",
                    FrameOfReferenceUID=world.uid(9, 9),
                    StudyID="1",
                    AccessionNumber="A1",
                )
            )


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 300)  # noqa: PLR2004
