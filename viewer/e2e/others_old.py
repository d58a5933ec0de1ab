"""Images that no archive takes: of ACR-NEMA, of a console before DICOM, without meta group, without UIDs."""

from __future__ import annotations

import sys
from pathlib import Path

from tests import world
from tests.volumes.test_odd_dicom import acr_nema, without
from tests.volumes.test_siemens import raw


def main(folder: Path) -> None:
    """Write them all."""
    world.plant(
        folder,
        {
            "nema.ima": acr_nema(),
            "numaris.ima": raw(),
            "bare": world.instance(preamble=False),
            "nobody.dcm": without(world.instance(), "SOPInstanceUID"),
        },
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
