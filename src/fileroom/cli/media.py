"""``fileroom media``: look at a disc or a stick without keeping anything of it."""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fileroom.cli import media_keep
from fileroom.cli.exits import EPILOG, Exit
from fileroom.cli.options import ArchiveOption, open_archive, settings
from fileroom.cli.output import err, out, print_json
from fileroom.cli.proof import Proof, lines
from fileroom.cli.serve import PortOption, stay_up
from fileroom.cli.terminal import safe
from fileroom.errors import BadRequest

if TYPE_CHECKING:
    from fileroom.archive import Archive

MediaJsonOption = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print one line: without PATH the list, else when ready "
        '{"url": …, "token": …, "dicomweb": …}, the last two of the session.',
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("media", epilog=EPILOG)(media)


def media(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    *,
    path: Annotated[
        str | None,
        typer.Argument(
            metavar="[PATH]",
            help="A folder, the image of a disc (.iso) or a drive (/dev/sr0). Without it: list what is plugged in.",
            show_default=False,
        ),
    ] = None,
    port: PortOption = None,
    show: Annotated[
        bool, typer.Option("--open/--no-open", help="Open it in the browser, if there is a screen.")
    ] = True,
    as_json: MediaJsonOption = False,
    studies: Annotated[
        bool, typer.Option("--studies", help="List the studies that are on it, with their UIDs, and end.")
    ] = False,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep",
            metavar="UID|all",
            help="Take a study into the archive by verified copies, and end. May be given several times.",
            show_default=False,
        ),
    ] = None,
    in_memory: Annotated[
        bool, typer.Option("--in-memory", help="Copy it into memory first, so that it can be ejected.")
    ] = False,
    prove: Annotated[
        bool, typer.Option("--prove", help="At the end search what was changed on this computer for anything of it.")
    ] = False,
    opened: Annotated[
        bool, typer.Option("--opened", help="List when sessions were opened, and by whom. Of what is not known.")
    ] = False,
    archive: ArchiveOption = None,
) -> None:
    """Look at a disc or a stick; nothing of it is kept.

    It opens as a session: an archive in memory that is forgotten when it is
    closed, or when fileroom ends. Without PATH the discs and sticks that are
    plugged in are listed.

    --keep is the one way into the archive: each copy is compared with the
    medium, what cannot be read is tried again and listed, and the end says
    whether the medium may be ejected.
    """
    if opened:
        _trail(context, archive, as_json=as_json)
        return
    if path is None:
        _list(as_json=as_json)
        return
    if keep and (prove or studies or in_memory):
        raise BadRequest("--keep goes with none of --studies, --in-memory and --prove")
    from fileroom.archive import Archive

    ends = Exit.OK
    proof = Proof(settings(context, archive).archive) if prove else None
    with open_archive(context, archive) as house, contextlib.ExitStack() as held:
        source = str(Path(path).expanduser().absolute())
        session = held.enter_context(Archive.ephemeral(source, settings=house.settings))
        session.on_close = proof.remember if proof else None
        if studies or keep:
            house.audit_session(session)
            media_keep.look_in(session, as_json=as_json)
        if studies:
            media_keep.tell_studies(session, as_json=as_json)
        elif keep:
            ends = media_keep.keep(house, session, keep, as_json=as_json)
        else:
            if not as_json:
                _warn(session)
            if in_memory:
                media_keep.take_into_memory(session, as_json=as_json)
            stay_up(house, port=port, show=show, as_json=as_json, session=session)
    if proof is not None:
        _tell(proof.report(), as_json=as_json)
    raise typer.Exit(ends)


def _warn(session: "Archive") -> None:
    """Say what becomes of it, and what this system does not let us promise."""
    err().print("Nothing of this is kept: it is forgotten when fileroom ends.")
    if not session.medium_found()["locked"]:
        err().print("This system may swap its memory out to a disk: raise `ulimit -l`, or encrypt the swap space.")


def _tell(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json({"proof": report})
    else:
        for line in lines(report):
            out().print(safe(line), soft_wrap=True)
    if report["found_in"]:
        raise typer.Exit(Exit.FAILED)


def _trail(context: typer.Context, archive: Path | None, *, as_json: bool) -> None:
    from fileroom.model.plain import plain

    with open_archive(context, archive) as house:
        found = house.audit_trail()
    if as_json:
        print_json({"items": plain(found)})
        return
    if not found:
        out().print("No session was opened yet.")
    for one in found:
        out().print(f"{one.at}  {safe(one.who)}  {one.what} ({one.detail})", soft_wrap=True)


def _list(*, as_json: bool) -> None:
    from fileroom.sources.removable import plugged_in

    found = plugged_in()
    if as_json:
        print_json({"media": [medium.plain() for medium in found]})
        return
    if not found:
        out().print("No disc and no stick is plugged in.")
    for medium in found:
        out().print(f"{medium.kind:6}  {safe(medium.label)}  {safe(medium.path)}", soft_wrap=True)
