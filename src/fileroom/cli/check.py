"""``fileroom check``: is what the catalog says still so?"""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.cli import exits
from fileroom.cli.interrupt import cancelling
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import err, out, print_json
from fileroom.cli.terminal import count, duration, safe, short, size
from fileroom.errors import BadRequest
from fileroom.jobs import CancelToken, Progress
from fileroom.model import Trouble

if TYPE_CHECKING:
    from fileroom.model import CheckReport, Finding

WORDS = {
    Trouble.DATABASE: "the catalog itself is damaged",
    Trouble.MISSING: "not where it was",
    Trouble.CHANGED: "changed since it was imported; import its folder again",
    Trouble.DAMAGED: "DAMAGED: its bytes are not what they were, though size and time are",
    Trouble.UNREADABLE: "cannot be read",
    Trouble.LOST: "series with missing images",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check", epilog=exits.EPILOG)(check)


def check(
    context: typer.Context,
    *,
    read_data: Annotated[bool, typer.Option("--read-data", help="Read every byte and compare.")] = False,
    sample: Annotated[
        str, typer.Option("--sample", metavar="PERCENT", help="With --read-data: so many files, at random.")
    ] = "100%",
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Compare the catalog with the files: presence, sizes, times; on demand their bytes.

    With --read-data the first reading of a file is recorded and later ones are
    compared with it, so that silent damage is named. Nothing else is changed.
    Exit code 4 when something was found.
    """
    cancel, share = CancelToken(), _share(sample)
    with (
        open_archive(context, archive) as house,
        cancelling(cancel, lambda: None),
        err().status("Checking …") as status,
    ):

        def tell(progress: Progress) -> None:
            status.update(f"Checking … {progress.done:,} files")

        shown = None if as_json else tell
        report = house.check(read_data=read_data, sample=share, on_progress=shown, cancel=cancel)
    if as_json:
        print_json(report)
    else:
        for line in _in_words(report):
            out().print(line, soft_wrap=True)
    raise typer.Exit(exits.Exit.UNREADABLE if report.findings else exits.Exit.OK)


def _share(text: str) -> float:
    if not (found := re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*%?", text.strip())) or float(found[1]) > 100:  # noqa: PLR2004 - per cent
        raise BadRequest("--sample is a percentage, like 5%")
    return float(found[1]) / 100


def _in_words(report: "CheckReport") -> list[str]:
    offline = f", {report.offline:,} of them on drives that are not connected" if report.offline else ""
    lines = [f"{count(report.files, 'file')} looked at in {duration(report.seconds)}{offline}."]
    if report.read:
        first = f", {report.first_read:,} of them for the first time" if report.first_read else ""
        lines.append(f"{count(report.read, 'file')} read{first} ({size(report.bytes)}).")
    if not report.findings:
        return [*lines, "All is as it was recorded."]
    return [*lines, *(_line(finding) for finding in report.findings)]


def _line(finding: "Finding") -> str:
    where = safe(finding.path) if finding.path else short(finding.entry)
    detail = f" ({safe(finding.detail)})" if finding.detail else ""
    return f"  {where}: {WORDS[finding.trouble]}{detail}" if where else f"  {WORDS[finding.trouble]}{detail}"
