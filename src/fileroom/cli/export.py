"""``fileroom export``: a list, or what a search finds, as a table for other programs."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.list_ import what_and_words
from fileroom.cli.options import ArchiveOption, open_archive
from fileroom.cli.output import err
from fileroom.cli.terminal import count
from fileroom.errors import BadRequest, FileroomError
from fileroom.model.queries import Query
from fileroom.tabular import row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fileroom.archive import Archive

FORMATS = ("csv", "json", "parquet")
NOUNS = {"patient": "patient", "study": "study", "series": "series", "instance": "image"}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export", epilog=EPILOG)(export)


def export(
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="WORDS",
            help="First what: patients (also when it is not said), studies, series or instances. Then words to find, "
            "as in `fileroom list`.",
            show_default=False,
        ),
    ] = None,
    *,
    to: Annotated[
        str,
        typer.Option("--to", metavar="FILE", help="Where to write: FILE.csv, FILE.json, FILE.parquet; - for stdout."),
    ] = "-",
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="csv, json or parquet, when FILE does not say it.")
    ] = "",
    archive: ArchiveOption = None,
) -> None:
    """Write all facts of patients, studies, series or instances as a table.

    From the catalog alone: no file is opened. What is written is not sealed.
    """
    form = form or ("csv" if to == "-" else Path(to).suffix.removeprefix(".").lower())
    if form not in FORMATS:
        raise BadRequest(f"say the format: --format {', --format '.join(FORMATS)}")
    level, rest = what_and_words(words or [])
    query = Query(level=level, words=" ".join(rest))
    with open_archive(context, archive) as house:
        if to == "-":
            _to_stdout(house, query, form)
            return
        written = _to_file(house, query, form, Path(to))
    err().print(f"Wrote {count(written, NOUNS[level.value])} to {to}. This file is not sealed.", soft_wrap=True)


def _to_stdout(house: "Archive", query: Query, form: str) -> None:
    if form == "parquet":
        raise BadRequest("a Parquet file needs a name: --to FILE.parquet")
    for piece in LINES[form](house, query):
        sys.stdout.write(piece.replace("\r\n", "\n"))


def _to_file(house: "Archive", query: Query, form: str, path: Path) -> int:
    try:
        if form == "parquet":
            return house.export_parquet(path, query)
        rows = -1 if form == "csv" else 0
        with path.open("w", encoding="utf-8", newline="") as file:
            for line in LINES[form](house, query):
                rows += file.write(line) > 0
    except OSError as error:
        raise FileroomError(f"{path} cannot be written: {error.strerror}") from error
    return rows


def _json_lines(house: "Archive", query: Query) -> "Iterator[str]":
    """One object a line, as data frames read it."""
    for entry in house.walk(query):
        yield json.dumps(row(query.level, entry), ensure_ascii=False) + "\n"


LINES: "dict[str, Callable[[Archive, Query], Iterator[Any]]]" = {
    "csv": lambda house, query: house.export_csv(query),
    "json": _json_lines,
}
