"""``fileroom write-media``: entries to a folder, an image of a disc or a ZIP that any DICOM viewer opens."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.cli.exits import EPILOG, Exit
from fileroom.cli.interrupt import cancelling
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import err, out, print_json
from fileroom.cli.progress import reporter
from fileroom.cli.terminal import count, duration, number, safe, size
from fileroom.errors import BadRequest
from fileroom.jobs import CancelToken
from fileroom.model.media import Deidentify

if TYPE_CHECKING:
    from fileroom.model.media import MediaReport

FIRST = 20  # images left out that a person is told of one by one


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("write-media", epilog=EPILOG)(write_media)


def write_media(  # noqa: PLR0913 - a switch for each thing that may be kept
    context: typer.Context,
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="ID... OUT",
            help="Ids of patients, studies, series or images, or how they begin; last where to write: a new folder, "
            "FILE.iso or FILE.zip.",
        ),
    ],
    *,
    password: Annotated[
        bool, typer.Option("--password", help="Ask for a password, and encrypt the .zip with it (AES-256).")
    ] = False,
    viewer: Annotated[
        bool, typer.Option("--viewer", help="Also pages that show the images in any browser, from the medium itself.")
    ] = False,
    deidentify: Annotated[
        bool, typer.Option("--deidentify", help="Without what identifies the patient (PS3.15, Basic Profile).")
    ] = False,
    retain_uids: Annotated[bool, typer.Option("--retain-uids", help="De-identified, but with its UIDs.")] = False,
    retain_dates: Annotated[bool, typer.Option("--retain-dates", help="… with its dates and times.")] = False,
    retain_characteristics: Annotated[
        bool, typer.Option("--retain-characteristics", help="… with sex, age, size and weight.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="… also images whose pixels may show who it is, such as ultrasound.")
    ] = False,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Write entries as media are written: DICOM files with a DICOMDIR (IHE PDI).

    Files are copied as they are, read back and compared; what cannot be
    written is listed. Nothing is written over. What is written is not sealed,
    unless it is a .zip with a password (FILEROOM_MEDIA_PASSWORD, or asked for).
    """
    if len(what) < 2:  # noqa: PLR2004 - one entry and one place
        raise BadRequest("say what to write, and where to")
    if not deidentify and (retain_uids or retain_dates or retain_characteristics or force):
        raise BadRequest("these options go with --deidentify")
    *ids, to = what
    set_one = bool(os.environ.get("FILEROOM_MEDIA_PASSWORD"))  # who sets it counts on it
    secret = _secret() if password or (set_one and to.lower().endswith(".zip")) else ""
    wanted = None
    if deidentify:
        wanted = Deidentify(
            retain_uids=retain_uids,
            retain_dates=retain_dates,
            retain_characteristics=retain_characteristics,
            force=force,
        )
    cancel = CancelToken()
    with (
        open_archive(context, archive) as house,
        reporter(as_json=as_json) as report,
        cancelling(cancel, _heard),
    ):
        done = house.write_media(
            ids, Path(to), password=secret, deidentify=wanted, viewer=viewer, on_progress=report, cancel=cancel
        )
    if as_json:
        print_json({"written": to, **_plain(done)})
    else:
        _tell(done, to, sealed=bool(secret))
    if done.left_out:
        raise typer.Exit(Exit.UNREADABLE)


def _plain(done: "MediaReport") -> dict[str, object]:
    from fileroom.model.plain import plain

    told: dict[str, object] = plain(done)
    return told


def _secret() -> str:
    given = os.environ.get("FILEROOM_MEDIA_PASSWORD") or str(
        typer.prompt("Password of the .zip", hide_input=True, confirmation_prompt=True, err=True)
    )
    if not given:
        raise BadRequest("an empty password is none")
    return given


def _tell(done: "MediaReport", to: str, *, sealed: bool) -> None:
    out().print(
        f"Wrote {count(done.files, 'file')} ({size(done.bytes)}) of {count(done.patients, 'patient')}, "
        f"{number(done.studies)} studies and {number(done.series)} series to {safe(to)} in {duration(done.seconds)}, "
        "read back and compared.",
        soft_wrap=True,
    )
    if done.pictures:
        out().print(
            f"INDEX.HTM shows {count(done.pictures, 'picture')} in a browser; not for diagnosis.", soft_wrap=True
        )
    if done.unpictured:
        err().print(f"{count(done.unpictured, 'image')} cannot be shown by it.", soft_wrap=True)
    for what, times in done.changed.items():
        out().print(f"  {what}: {number(times)}", soft_wrap=True)
    if done.left_out:
        err().print(f"Left out: {count(len(done.left_out), 'image')}.", soft_wrap=True)
        for one in done.left_out[:FIRST]:
            err().print(f"  {safe(one.path)}: {one.words}", soft_wrap=True)
        if len(done.left_out) > FIRST:
            err().print("  … --json lists them all.")
    if done.deidentified:
        err().print("Look at the images: pixels and free text may still say who it is.", soft_wrap=True)
    if not sealed:
        err().print("What was written is not sealed.")


def _heard() -> None:
    os.write(2, b"\nStopping; nothing is left behind.\n")
