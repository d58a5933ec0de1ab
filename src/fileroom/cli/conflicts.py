"""``fileroom conflicts``: images whose files have different content."""

from typing import TYPE_CHECKING

import typer

from fileroom.cli.check import subject
from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, JsonOption, LimitOption, OffsetOption, limit, open_archive
from fileroom.cli.output import out, print_json
from fileroom.cli.tables import print_more
from fileroom.cli.terminal import safe, short, size
from fileroom.model.drives import State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fileroom.model.checks import Conflict, ConflictFile, Difference


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("conflicts", epilog=EPILOG)(conflicts)


def conflicts(
    context: typer.Context,
    *,
    rows: LimitOption = None,
    offset: OffsetOption = 0,
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """List images whose files have different content, and in what they differ.

    The first file that was met is the one that is shown; `fileroom choose FILE`
    shows another one instead.
    """
    with open_archive(context, archive) as house:
        page = house.conflicts(limit=limit(rows, as_json=as_json), offset=offset)
    if as_json:
        print_json(page)
        return
    if not page.total:
        out().print("No two files of an image contradict each other.")
        return
    for conflict in page.items:
        for line in in_words(conflict):
            out().print(line, soft_wrap=True)
    print_more(page)
    out().print("To see another file instead:  fileroom choose FILE")


def in_words(conflict: "Conflict") -> "Iterator[str]":
    """The image, and each of its files."""
    about = subject(conflict.subject) if conflict.subject else ""
    number = "" if conflict.number is None else f", image {conflict.number}"
    yield f"{about}{number}, {short(conflict.instance)}{' (chosen by you)' if conflict.chosen else ''}"
    for file in conflict.files:
        yield f"  {'shown' if file.shown else '     '}  {safe(file.path)} ({_facts(file)})"
        if told := differing(file):
            yield f"         {told}"


def _facts(file: "ConflictFile") -> str:
    away = "" if file.state is State.ONLINE else ", not connected"
    drive = f"on {safe(file.drive)}, " if file.drive and file.drive != "/" else ""
    return f"{drive}{size(file.size)}{away}"


def differing(file: "ConflictFile") -> str:
    """In what a file differs from the one that is shown: ``Study Description: A / B; pixels``."""
    if file.problem:
        return safe(file.problem)
    if [one.keyword for one in file.differences] == ["PixelData"]:
        return "says the same; its pixels, or what follows them, differ"
    return "; ".join(_one(one) for one in file.differences)


def _one(difference: "Difference") -> str:
    if not difference.one and not difference.other:
        return safe(difference.name)
    return f"{safe(difference.name)}: {safe(difference.one) or '(none)'} / {safe(difference.other) or '(none)'}"
