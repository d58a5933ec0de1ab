"""``fileroom demo``: an archive of phantoms in a temporary place, to look around without data of one's own."""

import contextlib
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.output import err
from fileroom.cli.serve import PortOption, ServeJsonOption, stay_up
from fileroom.errors import BadRequest
from fileroom.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", epilog=EPILOG)(demo)


def demo(
    context: typer.Context,
    *,
    port: PortOption = None,
    show: Annotated[
        bool, typer.Option("--open/--no-open", help="Open it in the browser, if there is a screen.")
    ] = True,
    as_json: ServeJsonOption = False,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="DIR", help="Make it in this folder and leave it there.", show_default=False),
    ] = None,
) -> None:
    """Make a small archive of phantoms and open it.

    The people in it do not exist and their images are computed. It lies in a
    temporary folder that is removed at the end; archives of your own are not
    touched.
    """
    if context.obj is not None:
        raise BadRequest("the demo has an archive of its own; --keep DIR says where to make it")
    with _place(keep) as folder:
        _open(folder, port=port, show=show, as_json=as_json)


def _open(folder: Path, *, port: int | None, show: bool, as_json: bool) -> None:
    from fileroom.archive import Archive
    from fileroom.demo import phantoms

    say = err()
    say.print("This demo shows phantoms: the people do not exist, the images are computed.", soft_wrap=True)
    scans = folder / "scans"
    if not scans.exists():
        half = folder / "scans.part"  # so that a kept demo that was interrupted is not taken for a whole one
        with say.status("Making the phantoms …") as status:
            phantoms.make(half, lambda made, of: status.update(f"Making the phantoms … {100 * made // of} %"))
        half.rename(scans)
    # Its key stays beside it: nothing of a demo is left behind in the keyring.
    with Archive.open(Settings(archive=folder / "archive", use_keyring=False, demo=True)) as archive:
        with say.status("Importing them …"):
            archive.bring_in([scans])
        stay_up(archive, port=port, show=show, as_json=as_json)


@contextlib.contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        yield keep.expanduser().absolute()
        return
    with _terminated_politely(), tempfile.TemporaryDirectory(prefix="fileroom-demo-") as folder:
        yield Path(folder)


@contextlib.contextmanager
def _terminated_politely() -> Iterator[None]:
    """Let SIGTERM unwind the stack as Ctrl-C does, so that the temporary folder is removed."""

    def stop(_signal: int, _frame: Any) -> None:
        raise typer.Exit

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
