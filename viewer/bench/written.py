"""One series of very many small images: ``python viewer/bench/written.py FOLDER COUNT``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from tests import world

SIZE = 160


def main(folder: Path, count: int) -> None:
    """Write it: noise on a ramp, so that no picture is like the next."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(3)
    noise = rng.integers(0, 400, (SIZE, SIZE))
    for number in range(1, count + 1):
        pixels = (np.roll(noise, number, axis=1) + number % 500).astype("<u2").tobytes()
        (folder / f"{number:05}.dcm").write_bytes(
            world.instance(
                number=number,
                rows=SIZE,
                columns=SIZE,
                pixels=pixels,
                ImagePositionPatient=[0, 0, float(number)],
                WindowCenter="400",
                WindowWidth="900",
            )
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
