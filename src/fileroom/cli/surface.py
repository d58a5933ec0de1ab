"""``fileroom surface``: the surface of a series as a file for 3D printers."""

from pathlib import Path
from typing import Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.interrupt import cancelling
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import err, out, print_json
from fileroom.cli.terminal import duration, size
from fileroom.errors import BadRequest
from fileroom.jobs import CancelToken, Progress
from fileroom.model.entries import Series


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("surface", epilog=EPILOG)(surface)


def surface(
    context: typer.Context,
    series: Annotated[str, typer.Argument(metavar="SERIES", help="The id of a series, or how it begins.")],
    *,
    level: Annotated[float, typer.Option("--level", metavar="VALUE", help="At which value; of CT, Hounsfield units.")],
    to: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where to write: FILE.stl.")],
    downsample: Annotated[
        int,
        typer.Option("--downsample", metavar="N", help="Make one voxel of N x N x N: a smaller file.", min=1, max=16),
    ] = 1,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Write the surface of a series at one value as STL, in the patient's millimetres (LPS).

    Only of a series that is a volume: evenly spaced slices of one size. Of several
    images at one place (echoes, points in time) the first is taken. What is written
    is not sealed.
    """
    cancel = CancelToken()
    with open_archive(context, archive) as house:
        entry = house.get(series)
        if not isinstance(entry, Series):
            raise BadRequest("a surface is made of a series; `fileroom list series` has their ids")
        with cancelling(cancel, lambda: None), err().status("Looking for the surface …") as status:

            def tell(progress: Progress) -> None:
                status.update(f"Looking for the surface … slice {progress.done:,} of {progress.total:,}")

            shown = None if as_json else tell
            report = house.surface(entry.id, to, level=level, downsample=downsample, on_progress=shown, cancel=cancel)
    if as_json:
        print_json(report)
        return
    out().print(
        f"Wrote {report.triangles:,} triangles from {report.slices:,} slices to {to} ({size(report.bytes)}) "
        f"in {duration(report.seconds)}. This file is not sealed.",
        soft_wrap=True,
    )
