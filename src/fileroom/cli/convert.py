"""``fileroom convert``: a series, or a file of another kind, as NIfTI, NRRD or DICOM."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.interrupt import cancelling
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive, settings
from fileroom.cli.output import err, out, print_json
from fileroom.cli.progress import reporter
from fileroom.cli.terminal import count, safe
from fileroom.errors import BadRequest, Undecodable
from fileroom.jobs import CancelToken
from fileroom.model.entries import Level
from fileroom.model.others import REMARK_TEXT
from fileroom.model.queries import Query

if TYPE_CHECKING:
    from fileroom.archive import Archive
    from fileroom.jobs import OnProgress
    from fileroom.model.others import OtherImage


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("convert", epilog=EPILOG)(convert)


def convert(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="SERIES|PATH",
            help="The id of a series (`fileroom list series`), or a file: NIfTI, NRRD, MetaImage, MGZ, a picture …, "
            "a DICOM file, or a folder of them. A path that is there goes before an id.",
        ),
    ],
    to: Annotated[
        Path,
        typer.Argument(metavar="OUT", help="A file .nii, .nii.gz or .nrrd, or a new folder for DICOM images."),
    ],
    *,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Write a series, or a file of another kind, as NIfTI, NRRD or DICOM.

    The geometry goes with it. Images of several directions or sizes become
    several files, with numbers; where images are no volume (gaps) that is said,
    and nothing is written. Nothing is ever written over.
    """
    cancel = CancelToken()
    with reporter(as_json=as_json) as report, cancelling(cancel, _heard):
        told = _convert(context, archive, what, to, report, cancel)
    if as_json:
        print_json({"written": str(to), "images": told})
        return
    for number, image in enumerate(told, 1):
        out().print(_line(image, to, f" ({number} of {len(told)})" if len(told) > 1 else ""), soft_wrap=True)
        for remark in image.remarks:
            err().print(f"  {REMARK_TEXT[remark]}", soft_wrap=True)


def _convert(
    context: typer.Context,
    archive: Path | None,
    what: str,
    to: Path,
    report: "OnProgress | None",
    cancel: CancelToken,
) -> "tuple[OtherImage, ...]":
    from fileroom.archive import convert_file

    if not Path(what).exists():
        with open_archive(context, archive) as house:
            series = house.get(what)
            return house.convert(series.id, to, on_progress=report, cancel=cancel)
    if Path(what).is_file():
        try:
            return convert_file(what, to, on_progress=report, cancel=cancel)
        except Undecodable as error:
            if error.reason != "unknown":
                raise
    return _images_of(what, to, report, cancel, context, archive)


def _images_of(
    path: str,
    to: Path,
    report: "OnProgress | None",
    cancel: CancelToken,
    context: typer.Context,
    archive: Path | None,
) -> "tuple[OtherImage, ...]":
    """DICOM files that are in no archive: an archive in memory is opened over them."""
    from fileroom.archive import Archive

    with Archive.others([str(Path(path).absolute())], settings=settings(context, archive), cancel=cancel) as session:
        session.look_in(cancel=cancel)
        series = _the_series(session)
        return session.convert(series, to, on_progress=report, cancel=cancel)


def _the_series(session: "Archive") -> str:
    found = session.search(Query(level=Level.SERIES)).items
    if len(found) != 1:
        raise BadRequest(
            f"there are {count(len(found), 'series')} in it: import it and name one, or give a folder with one series"
        )
    found_id: str = found[0].id
    return found_id


def _line(image: "OtherImage", to: Path, which: str) -> str:
    size = " x ".join(str(length) for length in image.shape if length > 1) or "1"
    axes = f", {image.orientation}" if image.orientation else ""
    return f"{safe(str(to))}{which}: {size}, {image.values}{axes}"


def _heard() -> None:
    os.write(2, b"\nStopping; nothing is left behind.\n")
