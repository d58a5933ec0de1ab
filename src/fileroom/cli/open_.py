"""``fileroom open``: look at files of any kind without importing them."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, open_archive
from fileroom.cli.output import err
from fileroom.cli.serve import PortOption, stay_up
from fileroom.cli.terminal import safe
from fileroom.model.others import REMARK_TEXT

if TYPE_CHECKING:
    from fileroom.model.others import OtherImage, Others

OpenJsonOption = Annotated[
    bool,
    typer.Option("--json", help='Print one line when ready: {"url": …, "token": …, "dicomweb": …} of the session.'),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("open", epilog=EPILOG)(open_files)


def open_files(
    context: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="NIfTI, NRRD, MetaImage, MGZ, MINC, PAR/REC, TIFF, JPEG 2000, pictures, NumPy arrays, DICOM, zips "
            "and tars of these, or folders of them.",
        ),
    ],
    *,
    port: PortOption = None,
    show: Annotated[
        bool, typer.Option("--open/--no-open", help="Open it in the browser, if there is a screen.")
    ] = True,
    as_json: OpenJsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Look at files of any kind; nothing is added to the archive.

    They are shown together, by the same viewer as the archive: several at once
    can be compared. What a file says of itself, and what it leaves open, is
    told beside it.
    """
    from fileroom.archive import Archive

    paths = [str(Path(file).expanduser().absolute()) for file in files]
    with open_archive(context, archive) as house, contextlib.ExitStack() as held:
        session = held.enter_context(Archive.others(paths, settings=house.settings))
        house.note_paths(paths)
        if not as_json and session.opened_others is not None:
            _tell(session.opened_others)
        stay_up(house, port=port, show=show, as_json=as_json, session=session)


def _tell(others: "Others") -> None:
    for image in others.images:
        err().print(_line(image), soft_wrap=True)
        for remark in image.remarks:
            err().print(f"  {REMARK_TEXT[remark]}", soft_wrap=True)
    for failure in others.failures:
        err().print(f"not opened: {safe(failure.name)}: {failure.message}", soft_wrap=True)


def _line(image: "OtherImage") -> str:
    size = " x ".join(str(length) for length in image.shape if length > 1)
    said = [image.format, size, image.values, image.orientation, image.transform if image.orientation else ""]
    return f"{safe(image.name)}: {', '.join(part for part in said if part)}"
