"""Options that several commands share, and the archive they choose."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.settings import Settings, from_environment

if TYPE_CHECKING:
    from fileroom.archive import Archive

ArchiveOption = Annotated[
    Path | None,
    typer.Option(
        "--archive",
        metavar="DIR",
        help="The folder of the archive; stands before or after the command. "
        "Else FILEROOM_ARCHIVE, else a folder in the user's data folder.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]
LimitOption = Annotated[
    int | None,
    typer.Option(
        "--limit", metavar="N", min=0, help="At most so many. By default 100, with --json all.", show_default=False
    ),
]
OffsetOption = Annotated[int, typer.Option("--offset", metavar="N", min=0, help="Leave out so many at the beginning.")]
TitleOption = Annotated[
    str | None,
    typer.Option("--aet", metavar="TITLE", help="Our AE title. Else FILEROOM_AET, else FILEROOM.", show_default=False),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

FIRST = 100  # rows that a person is shown unasked


def settings(context: typer.Context, after: Path | None) -> Settings:
    """The settings for ``--archive`` as given after the command, else before it, else by the environment."""
    return from_environment(after or context.obj)


def open_archive(context: typer.Context, after: Path | None, *, title: str | None = None) -> "Archive":
    """The archive that the command line chose; ``title``: under this AE title. Close it by ``with``."""
    from fileroom.archive import Archive

    chosen = settings(context, after)
    return Archive.open(chosen if title is None else replace(chosen, title=title.strip()))


def limit(asked: int | None, *, as_json: bool) -> int | None:
    """How many rows to ask for: programs get all, people a screenful or two."""
    return asked if asked is not None or as_json else FIRST
