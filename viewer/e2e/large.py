"""Clips that a small memory has no room for: ``python large.py FOLDER`` writes them below ``FOLDER/files``.

Each frame has one value, so that the files are small; decoded it takes 8 MiB.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests import world

SIZE = 2048
FRAMES = {"first": 40, "second": 40, "long": 80}
STEP = 32  # from one frame to the next
RUN = 128  # the longest that a run can be


def frame(value: int) -> bytes:
    """A frame of 16 bits in RLE (PS3.5 G): a segment for the upper bytes, and one for the lower."""
    runs = SIZE * SIZE // RUN
    segments = [bytes((257 - RUN, byte)) * runs for byte in divmod(value, 256)]
    starts = (2, 64, 64 + len(segments[0]))
    return b"".join(number.to_bytes(4, "little") for number in (*starts, *[0] * 13)) + b"".join(segments)


def main(folder: Path) -> None:
    """Write it all below ``folder``."""
    files = {
        name: world.instance(
            patient_name="NERI^Ada",
            patient_id="N-2",
            modality="XA",
            series=number,
            SeriesDescription=name,
            NumberOfFrames=frames,
            transfer_syntax=world.RLE,
            rows=SIZE,
            columns=SIZE,
            BitsStored=12,
            HighBit=11,
            WindowCenter="2048",
            WindowWidth="4096",
            ImagePositionPatient=None,
            ImageOrientationPatient=None,
            pixels=[frame(STEP * one) for one in range(frames)],
        )
        for number, (name, frames) in enumerate(FRAMES.items(), 1)
    }
    world.plant(folder / "files", files)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
