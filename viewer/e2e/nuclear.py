"""A world of Nuclear Medicine images: `python viewer/e2e/nuclear.py FOLDER`.

`FOLDER/files` is what gets imported, `FOLDER/truth.json` what must be seen. Frames stand in the files in the order in
which their vectors count (PS3.3 C.8.4.8), which is seldom the one in which they are gone through.
"""

from __future__ import annotations

import json
import sys
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from tests import world

from world import COLUMNS, ROWS, Maker, blocks, spread

NM = "1.2.840.10008.5.1.4.1.1.20"
WINDOW = [500, 1000]
TAGS = {
    "EnergyWindowVector": 0x00540010,
    "DetectorVector": 0x00540020,
    "TimeSlotVector": 0x00540070,
    "SliceVector": 0x00540080,
    "RRIntervalVector": 0x00540060,
}
ENERGIES = [{"EnergyWindowName": name} for name in ("Tc99m", "Scatter")]
HEADS = [{"ViewCodeSequence": [{"CodeMeaning": name}]} for name in ("Anterior", "Posterior")]
SLICES, STEP, FIRST = 8, -4.0, [-32.0, -24.0, 100.0]


def file(maker: Maker, key: str, series: int, frames: list[np.ndarray[Any, Any]], **attributes: Any) -> None:
    """One file of some frames; what is no vector among ``attributes`` is an attribute of its own."""
    vectors = {name: value for name, value in attributes.items() if name in TAGS}
    usual = {"ImagePositionPatient": None, "ImageOrientationPatient": None, "SOPClassUID": NM}
    maker.files[f"{key}/NM0001"] = world.instance(
        patient_name="NERI^Anna",
        patient_id="N-3",
        StudyDescription="Scintigrafia",
        study=7,
        series=series,
        modality="NM",
        rows=ROWS,
        columns=COLUMNS,
        pixels=np.stack(frames).astype("<u2").tobytes(),
        NumberOfFrames=len(frames),
        FrameIncrementPointer=[TAGS[name] for name in vectors],
        SeriesDescription=key,
        WindowCenter=str(WINDOW[0]),
        WindowWidth=str(WINDOW[1]),
        **(usual | attributes),
    )


def counted(maker: Maker, key: str, series: int, vectors: dict[str, list[int]], **attributes: Any) -> None:
    """Blocks of another pattern in each frame."""
    shown = [blocks(number, 0, 1000) for number in range(len(next(iter(vectors.values()))))]
    file(maker, key, series, [spread(one) for one in shown], **vectors, **attributes)
    maker.tell(key, [one.tolist() for one in shown], window=WINDOW)


def every(**sizes: int) -> dict[str, list[int]]:
    """Vectors that count through all of these, the last one fastest."""
    rows = list(product(*(range(1, size + 1) for size in sizes.values())))
    return {name: [row[at] for row in rows] for at, name in enumerate(sizes)}


def reconstructed(maker: Maker) -> None:
    """Slices downwards from the first, two times: 100 for each slice, 50 more at the second."""
    vectors = every(TimeSlotVector=2, SliceVector=SLICES)
    pairs = zip(*vectors.values(), strict=True)
    file(
        maker,
        "recon",
        3,
        [np.full((ROWS, COLUMNS), 100 * number + 50 * (slot - 1)) for slot, number in pairs],
        **vectors,
        ImageType=["ORIGINAL", "PRIMARY", "RECON GATED TOMO", "EMISSION"],
        SpacingBetweenSlices=str(STEP),
        SliceThickness=str(abs(STEP)),
        FrameOfReferenceUID=world.uid(79),
        DetectorInformationSequence=[{"ImagePositionPatient": FIRST, "ImageOrientationPatient": [1, 0, 0, 0, 1, 0]}],
        GatedInformationSequence=[{"DataInformationSequence": [{"FrameTime": "50"}]}],
    )


def main(folder: Path) -> None:
    """Write it all below ``folder``."""
    maker = Maker()
    counted(
        maker,
        "still",
        1,
        every(EnergyWindowVector=2, DetectorVector=2),
        EnergyWindowInformationSequence=ENERGIES,
        DetectorInformationSequence=HEADS,
    )
    counted(
        maker,
        "gated",
        2,
        every(RRIntervalVector=1, TimeSlotVector=4, DetectorVector=2),
        DetectorInformationSequence=HEADS,
        GatedInformationSequence=[{"DataInformationSequence": [{"FrameTime": "62.5"}]}],
    )
    reconstructed(maker)
    world.plant(folder / "files", maker.files)
    (folder / "truth.json").write_text(json.dumps(maker.truth), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
